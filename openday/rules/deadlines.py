"""When things are due, and how a due date stands today.

A due date is a day in Asia/Shanghai and holds until 23:59:59 of that day. Times handed in must know their zone.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from openday.rules.working_days import WorkingCalendar, describe_unknown_years

SHANGHAI = ZoneInfo("Asia/Shanghai")
OUTCOME_WORKING_DAYS = 5
REPLY_WORKING_DAYS = 10
SOON_WORKING_DAYS = 2


class Standing(StrEnum):
    """How a due date stands on a given day."""

    ON_TIME = "on_time"
    DUE_SOON = "due_soon"
    DUE_TODAY = "due_today"
    OVERDUE = "overdue"
    DONE = "done"

    @property
    def label(self) -> str:
        """The bare word, for filters and badges; `Deadline.label` says how many days."""
        return _LABELS[self]


_LABELS = {
    Standing.ON_TIME: "未到期",
    Standing.DUE_SOON: "即将到期",
    Standing.DUE_TODAY: "今天到期",
    Standing.OVERDUE: "已逾期",
    Standing.DONE: "已完成",
}


@dataclass(frozen=True)
class Deadline:
    """A due date as it stands: `working_days` left (while open), late (when overdue) or 0 (when done).

    `calendar_days` counts all days, for due dates that no working day separates from today. `assumed_years` are the
    years whose holidays are not entered, so that `warning` is not empty and must be shown.
    """

    due: date
    standing: Standing
    working_days: int
    calendar_days: int
    assumed_years: tuple[int, ...] = ()

    @property
    def label(self) -> str:
        """One line for people, such as 还有2个工作日, 今天到期, 已逾期3个工作日."""
        if self.standing in (Standing.DUE_TODAY, Standing.DONE):
            return self.standing.label
        if self.standing is Standing.OVERDUE:
            # Due on a Friday and read on the Saturday: late, though no working day has passed yet.
            return f"已逾期{self.working_days}个工作日" if self.working_days else "已逾期"
        return f"还有{self.working_days}个工作日" if self.working_days else f"还有{self.calendar_days}天"

    @property
    def assumed(self) -> str:
        """The same warning in few words, to stand right beside the date; empty when all years are known."""
        years = "、".join(f"{year}年" for year in self.assumed_years)
        return f"{years}放假安排未录入，暂估" if years else ""

    @property
    def warning(self) -> str:
        """What to say loudly when a year's holidays are not entered; else empty."""
        return describe_unknown_years(self.assumed_years)


def shanghai_day(moment: datetime) -> date:
    """The calendar day of `moment` in Asia/Shanghai. A time without a zone raises ValueError."""
    return _aware(moment).astimezone(SHANGHAI).date()


def end_of_day(day: date) -> datetime:
    """The last second of `day`, 23:59:59 in Asia/Shanghai."""
    return datetime.combine(day, time(23, 59, 59), SHANGHAI)


def outcome_due(last_day: date, calendar: WorkingCalendar, working_days: int = OUTCOME_WORKING_DAYS) -> date:
    """The day by which the outcome report (开展情况) is due: 5 working days after the last occurrence's end day."""
    return calendar.add_working_days(last_day, working_days)


def reply_due(received: datetime, calendar: WorkingCalendar, working_days: int = REPLY_WORKING_DAYS) -> date:
    """The day by which a suggestion must be answered: by default 10 working days after the day it came in."""
    return calendar.add_working_days(shanghai_day(received), working_days)


def registration_deadline(
    starts_at: datetime, calendar: WorkingCalendar, working_days: int = 1, at: time = time(17, 0)
) -> datetime:
    """When sign-up closes if nothing else was set: at `at` on the n-th working day before the day of `starts_at`.

    With working_days = 0 sign-up stays open until the start itself.
    """
    if working_days == 0:
        return _aware(starts_at).astimezone(SHANGHAI)
    return datetime.combine(calendar.subtract_working_days(shanghai_day(starts_at), working_days), at, SHANGHAI)


def cancel_deadline(starts_at: datetime, hours: int = 24) -> datetime:
    """Until when a resident may change or cancel: `hours` before the start, in Asia/Shanghai."""
    return _aware(starts_at).astimezone(SHANGHAI) - timedelta(hours=hours)


def is_open(deadline: datetime, now: datetime) -> bool:
    """Whether something may still be done; the moment of the deadline itself still counts."""
    return _aware(now) <= _aware(deadline)


def was_late(due: date, done_at: datetime) -> bool:
    """Whether something done at `done_at` came after its due date."""
    return shanghai_day(done_at) > due


def standing(due: date, now: datetime, calendar: WorkingCalendar, *, done: bool = False) -> Standing:
    """How `due` stands at `now`; DUE_SOON means that at most two working days are left."""
    return deadline(due, now, calendar, done=done).standing


def deadline(due: date, now: datetime, calendar: WorkingCalendar, *, done: bool = False) -> Deadline:
    """`due` as it stands at `now`, with the numbers and words for people."""
    today = shanghai_day(now)
    if done:
        return Deadline(due, Standing.DONE, 0, 0)
    assumed = calendar.unknown_years(today, due)
    if today == due:
        return Deadline(due, Standing.DUE_TODAY, 0, 0, assumed)
    if today > due:
        late = calendar.working_days_between(due, today)
        return Deadline(due, Standing.OVERDUE, late, (today - due).days, assumed)
    left = calendar.working_days_between(today, due)
    state = Standing.DUE_SOON if left <= SOON_WORKING_DAYS else Standing.ON_TIME
    return Deadline(due, state, left, (due - today).days, assumed)


def _aware(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("a time without a zone cannot be compared with a deadline")
    return moment
