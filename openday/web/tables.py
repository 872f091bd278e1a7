"""Long lists by pages, and lists as files."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from flask import Response


@dataclass(frozen=True)
class RowsPage:
    """One page of rows; `number` counts from 1."""

    rows: Sequence[Any]
    number: int
    pages: int


def page_number(typed: str) -> int:
    """The number of a page as it stands in an address; the first for anything that is none."""
    return max(int(typed), 1) if typed.isascii() and typed.isdigit() and len(typed) < 7 else 1


def page_of(rows: Sequence[Any], typed: str, size: int) -> RowsPage:
    """The page of `size` rows that an address asks for; the last one when it asks for more."""
    pages = max(1, -(-len(rows) // size))
    number = min(page_number(typed), pages)
    return RowsPage(rows[(number - 1) * size : number * size], number, pages)


def csv_file(content: bytes, name: str) -> Response:
    """A download under a Chinese name (RFC 6266)."""
    response = Response(content, mimetype="text/csv")
    response.headers["Content-Disposition"] = f"attachment; filename=\"plans.csv\"; filename*=UTF-8''{quote(name)}"
    return response
