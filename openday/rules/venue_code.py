"""The code on show at a venue, with which visitors check in by themselves: of the minute, or of the day on paper.

Whoever has one was at the venue not long ago, or knows somebody who was; it opens nothing but the form.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

GOOD_FOR = 10
"""Minutes for which the code of a minute is taken, so that nobody is hurried over the form."""
CODE_LENGTH = 10

Keyed = Callable[[str], str]
"""A keyed hash of a text, as hexadecimal digits."""


def minute_code(occurrence: str, now: datetime, keyed: Keyed) -> str:
    """The code that a screen shows in this minute."""
    return _code(f"{occurrence} minute {int(now.timestamp()) // 60}", keyed)


def day_code(occurrence: str, now: datetime, keyed: Keyed) -> str:
    """The code of this day, to print."""
    return _code(f"{occurrence} day {now.date().isoformat()}", keyed)


def is_current(code: str, occurrence: str, now: datetime, keyed: Keyed) -> bool:
    """Whether a code is that of the day, or was on the screen within the last ten minutes."""
    minutes = (minute_code(occurrence, now - timedelta(minutes=n), keyed) for n in range(GOOD_FOR))
    return code in {day_code(occurrence, now, keyed), *minutes}


def _code(text: str, keyed: Keyed) -> str:
    return keyed(text)[:CODE_LENGTH]
