"""公示: the names of those who got in, as they may stand on a public page, and for how long.

A name is masked to its family name, compound ones (欧阳) whole; a foreign name to the initials of its parts. Beside it
stand the last four digits of the telephone number, by which people find their own line and nobody learns a number.
The names are out from the end of sign-up until some days after the occurrence.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from openday.rules.deadlines import end_of_day
from openday.rules.privacy import plain_text
from openday.rules.signup import SignupFacts
from openday.rules.states import SignupMode

MODES = (SignupMode.FIRST_COME, SignupMode.REVIEW, SignupMode.BALLOT)
"""Where people sign up by themselves, so that it can be said on the form."""
OUT_FOR_DAYS = 7
BASIS_LIMIT = 120
LEAST_BASIS = 6

# The compound family names that are in use (百家姓 and the population statistics of 2020).
_COMPOUND = frozenset({
    "欧阳", "上官", "司马", "诸葛", "东方", "尉迟", "皇甫", "夏侯", "长孙", "慕容", "令狐", "公孙",
    "司徒", "司空", "独孤", "南宫", "西门", "轩辕", "端木", "澹台", "宇文", "闻人", "申屠", "公羊",
    "濮阳", "淳于", "单于", "太叔", "仲孙", "钟离", "赫连", "呼延", "拓跋", "完颜", "百里", "东郭",
    "南郭", "公冶", "宗政", "司寇", "左丘", "欧侯", "纳兰", "那拉", "爱新觉罗", "叶赫那拉",
})  # fmt: skip
_LONGEST_COMPOUND = 4


class NamesState(StrEnum):
    """How a page of names stands."""

    NOT_YET = "not_yet"
    OUT = "out"
    OVER = "over"


@dataclass(frozen=True)
class NameLine:
    """One line of the page; `last4` is empty where no telephone number is kept."""

    name: str
    last4: str
    people: int


def masked_name(name: str) -> str:
    """张* for 张三, 张** for 张小三, 欧阳** for 欧阳小三, J. S. for John Smith. A name of one character is hidden
    altogether; one that is gone stays empty."""
    text = plain_text(name)
    if len(text) < 2:
        return "*" * len(text)
    if not _is_han(text[0]):
        return _initials(text)
    family = _family_name(text)
    return family + "*" * min(2, max(1, len(text) - len(family)))


def _family_name(text: str) -> str:
    parts = text.split("·")
    if len(parts) > 1:
        return parts[0][:1]  # 买买提·艾力: the first part is the own name
    for length in range(_LONGEST_COMPOUND, 1, -1):
        if len(text) > length and text[:length] in _COMPOUND:
            return text[:length]
    return text[:1]


def _initials(text: str) -> str:
    parts = [part for part in text.replace("·", " ").replace("-", " ").split() if part[:1].isalpha()]
    return " ".join(f"{part[0].upper()}." for part in parts[:3]) or "*"


def _is_han(character: str) -> bool:
    return "\u3400" <= character <= "\u9fff" or "\U00020000" <= character <= "\U0003ffff" or character == "〇"


def in_neutral_order(lines: Iterable[NameLine]) -> list[NameLine]:
    """By the digits, which say nothing about who came first or who is who."""
    return sorted(lines, key=lambda line: (line.last4, line.name, line.people))


def last_day(ends_at: datetime, retention_days: int) -> date:
    """The last day on which the names stand: a week after the end, and never longer than the names are kept."""
    return ends_at.date() + timedelta(days=min(OUT_FOR_DAYS, retention_days))


def names_state(facts: SignupFacts, ends_at: datetime, retention_days: int, now: datetime) -> NamesState:
    """Whether the names are out at `now`: from the end of sign-up on, while the occurrence stands."""
    if now <= facts.ends:
        return NamesState.NOT_YET
    if facts.cancelled or now > end_of_day(last_day(ends_at, retention_days)):
        return NamesState.OVER
    return NamesState.OUT
