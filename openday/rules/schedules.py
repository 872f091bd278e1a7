"""What an occurrence may be: days, clocks and numbers as they are typed, and what its times and quotas must hold to.

Every fault is a Chinese sentence for the person who typed it. Times are aware, in Asia/Shanghai.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from openday.rules.privacy import plain_text
from openday.rules.wording import moment_text

LONGEST = timedelta(days=3)
"""An occurrence is one visit, not a season: at most from one day into the third after it."""
FARTHEST_YEARS = 3
MOST_QUOTAS = 10
MOST_SEATS = 100_000
MOST_IN_PARTY = 50
LONGEST_VENUE = 300
LONGEST_QUOTA_NAME = 60

_DAY = re.compile(r"([0-9]{4})(?:-|/|\.|年)([0-9]{1,2})(?:-|/|\.|月)([0-9]{1,2})日?")
_CLOCK = re.compile(r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?")
_COUNT = re.compile(r"[0-9]{1,9}")
_DAY_HINT = "日期应写作年-月-日，例如2026-09-16"
_CLOCK_HINT = "时间应写作时:分，例如14:00"
_SECOND_HINT = "时间应写作时:分或时:分:秒，例如14:00"


@dataclass(frozen=True)
class Fault:
    """Why something cannot be so, and at which field: `starts_at`, `ends_at`, `opens_at`, `closes_at`, `quotas`, …"""

    field: str
    reason: str


def read_day(text: str) -> date:
    """A day typed as 2026-09-16, 2026/9/16, 2026.9.16 or 2026年9月16日, full-width digits included.

    ValueError with the reason when it is no day of the calendar.
    """
    found = _DAY.fullmatch(_half_width(text))
    if found is None:
        raise ValueError(_DAY_HINT)
    year, month, day = (int(part) for part in found.groups())
    if not 1 <= month <= 12:
        raise ValueError(f"没有{month}月，请核对月份")
    try:
        return date(year, month, day)
    except ValueError:
        raise ValueError(f"{year}年{month}月没有{day}日，请核对日期") from None


def read_clock(text: str) -> time:
    """A time of day typed as 14:00, full-width digits and colon included; 24:00 is no time of the day it ends.

    ValueError with the reason.
    """
    at = _time_of_day(text, _CLOCK_HINT)
    if at.second:
        raise ValueError(_CLOCK_HINT)
    return at


def read_second(text: str) -> time:
    """The same to the second where one is typed: 14:00 or 14:00:30. For sign-up, which opens and closes by it."""
    return _time_of_day(text, _SECOND_HINT)


def second_text(at: datetime) -> str:
    """How `read_second` reads it again: the second only where there is one."""
    return f"{at:%H:%M:%S}" if at.second else f"{at:%H:%M}"


def _time_of_day(text: str, hint: str) -> time:
    found = _CLOCK.fullmatch(_half_width(text))
    if found is None:
        raise ValueError(hint)
    hour, minute, second = int(found[1]), int(found[2]), int(found[3] or 0)
    if hour == 24 and minute == 0:
        raise ValueError("没有24:00，午夜请写作第二天的00:00")
    if hour > 23 or minute > 59 or second > 59:
        raise ValueError("时间应在00:00至23:59之间")
    return time(hour, minute, second)


def read_count(text: str, low: int, high: int) -> int:
    """A whole number from `low` to `high`, full-width digits included; ValueError with the reason."""
    plain = _half_width(text)
    if not _COUNT.fullmatch(plain) or not low <= int(plain) <= high:
        raise ValueError(f"应为{low}至{high}之间的整数")
    return int(plain)


def time_fault(starts_at: datetime, ends_at: datetime, now: datetime) -> Fault | None:
    """Whether an occurrence may be held from `starts_at` to `ends_at` when asked at `now`."""
    if starts_at <= now:
        return Fault("starts_at", f"开始时间{moment_text(starts_at)}已经过去，请填写今后的时间")
    if starts_at.date().year > now.year + FARTHEST_YEARS:
        return Fault("starts_at", f"开始时间距今超过{FARTHEST_YEARS}年，请核对年份")
    if ends_at <= starts_at:
        return Fault("ends_at", f"结束时间应晚于开始时间{moment_text(starts_at)}")
    if ends_at.date() - starts_at.date() > LONGEST:
        return Fault("ends_at", f"一场活动最长跨{LONGEST.days}天，更长的请分成几场")
    return None


def window_fault(opens_at: datetime | None, closes_at: datetime | None, starts_at: datetime) -> Fault | None:
    """Whether sign-up may open and close then; None means from publication on, and until the start."""
    if opens_at is not None and opens_at >= starts_at:
        return Fault("opens_at", f"报名开始时间应早于活动开始时间{moment_text(starts_at)}")
    if closes_at is not None and closes_at > starts_at:
        return Fault("closes_at", f"报名截止时间不能晚于活动开始时间{moment_text(starts_at)}")
    if opens_at is not None and closes_at is not None and closes_at <= opens_at:
        return Fault("closes_at", f"报名截止时间应晚于报名开始时间{moment_text(opens_at)}")
    return None


def quota_fault(quotas: Sequence[tuple[str, int]], *, seats_needed: bool) -> Fault | None:
    """Whether these (name, seats) may be an occurrence's quotas; without `seats_needed` there may be none at all."""
    if not quotas:
        return Fault("quotas", "请至少填写一行对象和名额") if seats_needed else None
    if len(quotas) > MOST_QUOTAS:
        return Fault("quotas", f"名额最多分成{MOST_QUOTAS}类")
    names = [name for name, _ in quotas]
    for name, seats in quotas:
        if not name:
            return Fault("quotas", "请为每一行名额填写对象")
        if len(name) > LONGEST_QUOTA_NAME:
            return Fault("quotas", f"对象名称最多{LONGEST_QUOTA_NAME}个字")
        if names.count(name) > 1:
            return Fault("quotas", f"对象“{name}”填写了两次，请合并成一行")
        if not 1 <= seats <= MOST_SEATS:
            return Fault("quotas", f"“{name}”的名额应为1至{MOST_SEATS}之间的整数")
    return None


def party_fault(party_limit: int, walk_in_limit: int) -> Fault | None:
    """Whether one registration may bring that many, and that many may come without one."""
    if not 1 <= party_limit <= MOST_IN_PARTY:
        return Fault("party_limit", f"每次报名人数上限应为1至{MOST_IN_PARTY}人")
    if not 0 <= walk_in_limit <= MOST_SEATS:
        return Fault("walk_in_limit", f"现场名额应为0至{MOST_SEATS}之间的整数")
    return None


def venue_fault(venue: str) -> Fault | None:
    """Whether the place is named, and short enough to print."""
    if not venue:
        return Fault("venue", "请填写活动地点")
    return Fault("venue", f"活动地点最多{LONGEST_VENUE}个字") if len(venue) > LONGEST_VENUE else None


def _half_width(text: str) -> str:
    return unicodedata.normalize("NFKC", plain_text(text[:64])).replace(" ", "")
