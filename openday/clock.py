"""The one clock. A use-case reads it once and hands `now` to the rules; the database never tells the time.

All times are Asia/Shanghai. Tests and rehearsals move the clock with `shifted_by`, stop it with `stopped_at`, or, for a
running server, move it with a file named by OPENDAY_CLOCK_FILE that holds an offset in seconds.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")

_offset: ContextVar[timedelta] = ContextVar("clock_offset", default=timedelta(0))
_stopped: ContextVar[datetime | None] = ContextVar("clock_stopped", default=None)
_offset_file: Path | None = None


def now() -> datetime:
    """The present moment, aware, in Asia/Shanghai."""
    return _stopped.get() or datetime.now(SHANGHAI) + _offset.get() + _offset_from_file()


def today() -> date:
    """The calendar day in Asia/Shanghai."""
    return now().date()


def follow_file(path: Path | None) -> None:
    """From now on add the number of seconds that stands in `path` (rehearsals only; None ends it)."""
    global _offset_file
    _offset_file = path


@contextmanager
def shifted_by(offset: timedelta) -> Iterator[None]:
    """Move the clock inside a `with` block."""
    token = _offset.set(_offset.get() + offset)
    try:
        yield
    finally:
        _offset.reset(token)


@contextmanager
def stopped_at(moment: datetime) -> Iterator[None]:
    """Let it be `moment` (aware), to the microsecond, inside a `with` block."""
    token = _stopped.set(moment.astimezone(SHANGHAI))
    try:
        yield
    finally:
        _stopped.reset(token)


def _offset_from_file() -> timedelta:
    if _offset_file is None:
        return timedelta(0)
    try:
        return timedelta(seconds=float(_offset_file.read_text()))
    except (OSError, ValueError):
        return timedelta(0)
