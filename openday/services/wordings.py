"""How a message is worded: by the office's own wording where it has one, else by the house's.

Shared by every use-case that writes to people on a list. They hold locks while they write, so the offices' wordings
are kept in each process and read again every few seconds: a wording that was just changed holds everywhere after that.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import Lock
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, select

from openday.db import db, session
from openday.documents.letters import LetterText, Wording, filled_in, house_wording
from openday.models.ledger import MessageTemplate
from openday.models.people import Jurisdiction

FRESH_FOR = 5.0
"""Seconds for which a process trusts what it read."""


@dataclass(frozen=True)
class _Kept:
    """Every office's wordings by (place, kind, language), and which places look where, nearest first."""

    until: float
    wordings: Mapping[tuple[int, str, str], Wording] = field(default_factory=dict)
    above: Mapping[int, tuple[int, ...]] = field(default_factory=dict)


_kept: WeakKeyDictionary[Engine, _Kept] = WeakKeyDictionary()
_guard = Lock()


def wording_of(kind: str, jurisdiction_id: int, language: str) -> Wording:
    """The wording of one kind of message in one place: its own, else that of the nearest place above it that has one,
    else the house's.

    Raises:
        FileNotFoundError: there is no such kind.
    """
    kept = _wordings()
    if kept.wordings:
        for place in kept.above.get(jurisdiction_id, ()):
            if own := kept.wordings.get((place, kind, language)):
                return own
    return house_wording(kind, language)


def letter_of(kind: str, jurisdiction_id: int, language: str, values: Mapping[str, object]) -> LetterText:
    """A finished letter. An office's wording with a place that nothing fills gives way to the house's: the letter
    matters more than its wording.

    Raises:
        KeyError: the house's wording names a value that was not given.
    """
    try:
        return filled_in(wording_of(kind, jurisdiction_id, language), values)
    except KeyError:
        return filled_in(house_wording(kind, language), values)


def forget_wordings() -> None:
    """Read the offices' wordings again with the next letter of this process; for whoever has just changed one."""
    with _guard:
        _kept.pop(db.engine, None)


def _wordings() -> _Kept:
    engine, now = db.engine, time.monotonic()
    kept = _kept.get(engine)
    if kept is None or kept.until < now:
        kept = _read(now + FRESH_FOR)
        with _guard:
            _kept[engine] = kept
    return kept


def _read(until: float) -> _Kept:
    rows = session().execute(
        select(
            MessageTemplate.jurisdiction_id,
            MessageTemplate.kind,
            MessageTemplate.language,
            MessageTemplate.subject,
            MessageTemplate.body,
        )
    )
    wordings = {(row.jurisdiction_id, row.kind, row.language): Wording(row.subject, row.body) for row in rows}
    if not wordings:
        return _Kept(until)
    paths = session().execute(select(Jurisdiction.id, Jurisdiction.path))
    above = {row.id: tuple(int(step) for step in reversed(row.path.strip("/").split("/"))) for row in paths}
    return _Kept(until, wordings, above)
