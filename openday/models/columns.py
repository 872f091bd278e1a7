"""Column helpers shared by the tables: keys, enumerations with CHECKs, sealed personal data, random codes."""

import secrets
from collections.abc import Iterable
from enum import StrEnum
from typing import Annotated, Any

from sqlalchemy import CheckConstraint, Dialect, ForeignKey, LargeBinary, String, TypeDecorator
from sqlalchemy.orm import mapped_column

from openday import vault

Id = Annotated[int, mapped_column(primary_key=True)]


def reference(target: str, *, index: bool = True, **options: Any) -> Any:
    """A foreign key column to `target` ('table.column'), indexed unless a compound index serves it."""
    return mapped_column(ForeignKey(target), index=index, **options)


def one_of(column: str, values: Iterable[str] | type[StrEnum]) -> CheckConstraint:
    """A CHECK that `column` holds one of `values`, so that the database refuses what the rules refuse."""
    listed = ", ".join(f"'{value!s}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=f"{column}_known")


class Sealed(TypeDecorator[str]):
    """Text that is encrypted in the column; `place` is 'table.column' and goes into the seal."""

    impl = LargeBinary
    cache_ok = True

    def __init__(self, place: str) -> None:
        super().__init__()
        self.place = place

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:
        return None if value is None else vault.seal(value, self.place)

    def process_result_value(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else vault.unseal(bytes(value), self.place)


def sealed_column(place: str, **options: Any) -> Any:
    """A column of encrypted text."""
    return mapped_column(Sealed(place), **options)


_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"  # no 0/o, 1/i/l: codes are read aloud


def new_code(characters: int = 28) -> str:
    """A random code; 28 characters of this alphabet hold 138 bits (tickets, links)."""
    number = secrets.randbelow(len(_ALPHABET) ** characters)  # one draw from the system for the whole code
    code = []
    for _ in range(characters):
        number, place = divmod(number, len(_ALPHABET))
        code.append(_ALPHABET[place])
    return "".join(code)


def code_column(length: int = 28) -> Any:
    """A unique random code that is filled in by itself."""
    return mapped_column(String(length), unique=True, default=lambda: new_code(length))
