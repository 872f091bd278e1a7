"""The door on the day: when it is open, what was typed into its field, how long a slip can be undone."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from openday.rules.phone import normalise_phone
from openday.rules.privacy import clean_text
from openday.rules.seats import Window, registration_window
from openday.rules.wording import clock_text, moment_text

OPENS_BEFORE = timedelta(hours=3)
CLOSES_AFTER = timedelta(hours=12)
UNDO_WITHIN = timedelta(minutes=10)
MOST_AT_ONCE = 50
"""The largest party that a registration can hold."""

GATE_LIMIT = 20

_LONGEST = 300
MOST_TICKS = 500
_TICKET = re.compile(r"(?:.*/tickets/)?([0-9a-z]{28})(?:[/?#].*)?")
_TICK = re.compile(r"([0-9]{6})(?:[ ,，、:：]+([0-9]{1,2}))?")
_NUMBER = re.compile(r"[0-9]{6}")
_LAST4 = re.compile(r"[0-9]{4}")


def door_window(starts_at: datetime, ends_at: datetime, now: datetime) -> Window:
    """Whether people can be let in: from three hours before the start to twelve hours after the end."""
    return registration_window(starts_at - OPENS_BEFORE, ends_at + CLOSES_AFTER, now)


def closed_text(starts_at: datetime, ends_at: datetime, now: datetime) -> str:
    """Why nobody can be let in at `now`; '' while the door is open."""
    window = door_window(starts_at, ends_at, now)
    if window is Window.NOT_YET:
        return f"签到尚未开始，{moment_text(starts_at - OPENS_BEFORE)}起可以签到"
    if window is Window.OVER:
        return f"签到已于{moment_text(ends_at + CLOSES_AFTER)}结束"
    return ""


def can_still_be_undone(at: datetime, now: datetime) -> bool:
    """Whether whoever let somebody in at `at` may take it back by themselves."""
    return now - at <= UNDO_WITHIN


def admitted_text(at: datetime, now: datetime) -> str:
    """已于14:02签到; with the day when it was another one."""
    return f"已于{clock_text(at) if at.date() == now.date() else moment_text(at)}签到"


def read_gate(text: str) -> str:
    """The name of an entrance as typed, "" for none; ValueError with the reason when it is none."""
    try:
        return clean_text(text, limit=GATE_LIMIT)
    except ValueError as wrong:
        raise ValueError(f"入口名称{wrong}") from wrong


class Sought(StrEnum):
    """What somebody at the door is looked up by."""

    TICKET = "ticket"
    NUMBER = "number"
    LAST4 = "last4"
    PHONE = "phone"


@dataclass(frozen=True)
class Search:
    """What was typed or scanned, as understood; `value` is a ticket code, 6 digits, 4 digits or a canonical number."""

    by: Sought
    value: str


def understand(typed: str) -> Search | None:
    """Read the field: a ticket's address or code, the six-digit number, the last four digits of a telephone number, or
    the whole number. Upper case and full-width characters (a scanner under an input method) are read as well.

    None when it is none of these. At most 300 characters are looked at.
    """
    if len(typed) > _LONGEST:
        return None
    text = unicodedata.normalize("NFKC", typed).strip().lower()
    ticket = _TICKET.fullmatch(text)
    if ticket:
        return Search(Sought.TICKET, ticket[1])
    digits = re.sub(r"[ \-]", "", text)
    if _NUMBER.fullmatch(digits):
        return Search(Sought.NUMBER, digits)
    if _LAST4.fullmatch(digits):
        return Search(Sought.LAST4, digits)
    try:
        return Search(Sought.PHONE, normalise_phone(text))
    except ValueError:
        return None


@dataclass(frozen=True)
class Tick:
    """One ticked line of a paper list: the six-digit number, and how many came (None: the whole party)."""

    number: str
    people: int | None = None


@dataclass(frozen=True)
class Ticked:
    """What became of one ticked line: `outcome` admitted, duplicate or refused, with a sentence."""

    number: str
    outcome: str
    text: str


def read_ticks(typed: str) -> list[Tick]:
    """What was ticked on paper, a line each: a number, and after a space how many came if it was not everybody.

    Raises ValueError with the reason, naming the line, when one is not readable or there are more than 500.
    """
    lines = [(n, line.strip()) for n, line in enumerate(unicodedata.normalize("NFKC", typed).splitlines(), 1)]
    found: dict[str, Tick] = {}
    for n, line in lines:
        if not line:
            continue
        tick = _TICK.fullmatch(line)
        if tick is None:
            raise ValueError(f"第{n}行看不懂，每行应为6位凭证号，只来了一部分人的在后面空一格写实到人数，例如 012345 2")
        found[tick[1]] = Tick(tick[1], int(tick[2]) if tick[2] else None)
    if len(found) > MOST_TICKS:
        raise ValueError(f"每次最多{MOST_TICKS}行，请分次补录")
    return list(found.values())
