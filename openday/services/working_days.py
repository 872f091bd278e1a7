"""The calendar of working days: what the State Council's yearly notice says, kept by the office."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, select, update
from sqlalchemy.exc import IntegrityError

from openday import clock
from openday.db import session, use_case
from openday.delivery import state_holidays
from openday.errors import ChangedByAnother, Forbidden, NotFound, Refused
from openday.models.aftermath import Suggestion
from openday.models.housekeeping import CalendarDay
from openday.queries.working_calendar import working_calendar
from openday.rules.deadlines import reply_due
from openday.rules.holiday_notice import read_notice
from openday.rules.permissions import Actor, Right, may
from openday.rules.privacy import plain_text
from openday.rules.states import SuggestionStatus
from openday.services import ledger
from openday.services.republish import CALENDAR, bump

FIRST_YEAR, LAST_YEAR = 2000, 2100
LONGEST_NAME = 60
_SATURDAY = 5


@use_case
def set_day(actor: Actor, day: date, *, rests: bool, name: str = "") -> None:
    """Enter a day off (`rests`) or a weekend day that is worked, or correct one that is there.

    The first day of a year brings the carried notice of that year with it: from then on the table alone holds.

    Raises:
        Forbidden: neither the office nor an administrator.
        Refused: a make-up day that is no weekend day, a name too long, a year out of range.
        ChangedByAnother: somebody entered the same day at the same moment.
    """
    now = _checked(actor)
    _check_year(day.year, "day")
    name = plain_text(name)
    if len(name) > LONGEST_NAME:
        raise Refused(f"名称最多{LONGEST_NAME}个字，现在有{len(name)}个字", field="name")
    if not rests and day.weekday() < _SATURDAY:
        raise Refused("调休上班日应为星期六或星期日，这一天本来就是工作日", field="day")
    _enter([CalendarDay(day=day, kind=_kind(rests), name=name)])
    _reckon_again()
    _note(actor, "working_days.set", now, day=day.isoformat(), kind=_kind(rests))


@use_case
def remove_day(actor: Actor, day: date) -> None:
    """Take a day out again: it is worked from Monday to Friday and rests at the weekend.

    Raises:
        Forbidden: neither the office nor an administrator.
        NotFound: the day is not in the calendar.
    """
    now = _checked(actor)
    row = session().get(CalendarDay, day)
    if row is None:
        raise NotFound("工作日历中没有这一天，可能已由他人移除")
    kind = row.kind
    session().delete(row)
    _reckon_again()
    _note(actor, "working_days.remove", now, day=day.isoformat(), kind=kind)


@use_case
def load_state_holidays(actor: Actor, year: int) -> int:
    """Take over the State Council's notice for a year; returns how many days are new or different.

    Days that the office entered besides the notice stay.

    Raises:
        Forbidden: neither the office nor an administrator.
        Refused: no notice for this year is at hand.
        ChangedByAnother: somebody entered one of the days at the same moment.
    """
    now = _checked(actor)
    _check_year(year, "year")
    notice = _carried(year)
    if not notice:
        raise Refused(f"系统中没有{year}年的放假安排，请按国务院办公厅的通知录入", field="year")
    changed = _enter_changed(notice)
    _note(actor, "working_days.load", now, year=year, days=changed)
    return changed


@use_case
def enter_notice(actor: Actor, year: int, text: str) -> int:
    """Take over the days that the pasted text of the notice for a year names; returns how many are new or different.

    Days that the office entered besides the notice stay. What the text leaves in doubt is for the page to show first:
    what is written here is exactly what `holiday_notice.read_notice` reads.

    Raises:
        Forbidden: neither the office nor an administrator.
        Refused: no day could be read, or the year is out of range.
        ChangedByAnother: somebody entered one of the days at the same moment.
    """
    now = _checked(actor)
    _check_year(year, "year")
    read = read_notice(text, year=year)
    if not read.days:
        raise Refused("没有读到放假或上班的日期，请粘贴国务院办公厅通知的全文", field="text")
    changed = _enter_changed([CalendarDay(day=each.day, kind=_kind(each.rests), name=each.name) for each in read.days])
    _note(actor, "working_days.notice", now, year=year, days=changed)
    return changed


def _checked(actor: Actor) -> datetime:
    if not may(actor, Right.CALENDAR_MANAGE):
        raise Forbidden("您没有修改工作日历的权限")
    return clock.now()


def _check_year(year: int, field: str) -> None:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise Refused(f"年份应在{FIRST_YEAR}年至{LAST_YEAR}年之间", field=field)


def _carried(year: int) -> list[CalendarDay]:
    return [CalendarDay(day=seed.day, kind=seed.kind, name=seed.name) for seed in state_holidays.seed_days([year])]


def _has_days(year: int) -> bool:
    return session().scalar(_days_of(year).limit(1)) is not None


def _days_of(year: int) -> Select[CalendarDay]:
    return select(CalendarDay).where(CalendarDay.day.between(date(year, 1, 1), date(year, 12, 31)))


def _enter_changed(days: Sequence[CalendarDay]) -> int:
    """Enter those that are new or different; returns how many."""
    rows = session().scalars(select(CalendarDay).where(CalendarDay.day.in_([day.day for day in days])))
    there = {row.day: (row.kind, row.name) for row in rows}
    changed = [day for day in days if there.get(day.day) != (day.kind, day.name)]
    _enter(changed)
    if changed:
        _reckon_again()
    return len(changed)


def _enter(days: Sequence[CalendarDay]) -> None:
    """Write the days down; a year that gets its first one brings the carried notice with it."""
    entering = {day.day: day for day in days}
    for year in {day.year for day in entering}:
        if not _has_days(year):
            entering = {row.day: row for row in _carried(year)} | entering
    try:
        with session().begin_nested():
            for row in entering.values():
                session().merge(row)
    except IntegrityError as twice:
        raise ChangedByAnother("另一人刚刚修改了同一天，请核对后再保存") from twice


def _reckon_again() -> None:
    """Move the due dates that are written down: what is not answered yet is due by the calendar as it now stands."""
    session().flush()
    bump(CALENDAR, clock.now())  # months of the public calendar that are kept show the festivals
    calendar = working_calendar()
    waiting = select(Suggestion.id, Suggestion.received_at, Suggestion.due_on).where(
        Suggestion.due_on.is_not(None),
        Suggestion.status.not_in((SuggestionStatus.ANSWERED.value, SuggestionStatus.REMOVED.value)),
    )
    for row in session().execute(waiting).all():
        due = reply_due(row.received_at, calendar)
        if due != row.due_on:
            session().execute(update(Suggestion).where(Suggestion.id == row.id).values(due_on=due))


def _kind(rests: bool) -> str:
    return "holiday" if rests else "make_up"


def _note(actor: Actor, action: str, now: datetime, **detail: Any) -> None:
    ledger.record(action, actor=actor, record_type="working_days", record_id=None, now=now, **detail)
