"""How far each agency has come: owed, filed, on record, published, held, reported, answered."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Subquery, case, func, or_, select

from openday.clock import SHANGHAI
from openday.db import session
from openday.models.activities import Activity
from openday.models.aftermath import Outcome, Suggestion
from openday.models.calls import Call, CallAgency, Reminder
from openday.models.occurrences import Occurrence
from openday.models.people import Agency, Jurisdiction
from openday.models.plans import Plan
from openday.queries.calls import FILED
from openday.rules.deadlines import outcome_due
from openday.rules.plan_states import PlanStatus
from openday.rules.states import OccurrenceStatus, SuggestionStatus
from openday.rules.working_days import WorkingCalendar

RECORDED = frozenset({PlanStatus.ON_RECORD, PlanStatus.PUBLISHED, PlanStatus.CANCELLED})
"""States that a plan reaches only after the office approved it."""


_COUNTS = ("filed", "on_record", "published", "held", "reported", "late")


@dataclass(frozen=True)
class Coverage:
    """One agency, or all of a place: each number counts plans, and each is a part of the one before (but for what was
    owed). `asked` and `answered` count the suggestions about these plans. `due` is the agency's own deadline."""

    agency_id: int
    agency: str
    owed: int
    filed: int
    on_record: int
    published: int
    held: int
    reported: int
    late: int = 0
    asked: int = 0
    answered: int = 0
    phone: str = ""
    path: str = "/"
    due: date | None = None
    extended: int = 0
    """1 when that is later than the call's."""
    reminded_on: date | None = None

    @property
    def missing(self) -> int:
        """How many plans it still owes."""
        return max(0, self.owed - self.filed)


def coverage(of_plans: Iterable[ColumnElement[bool]], in_reach: ColumnElement[bool], now: datetime, *,
             call_id: int | None = None) -> tuple[Coverage, ...]:  # fmt: skip
    """Every agency in reach that owes to the call or has a plan among `of_plans`, by name, in one query.

    `of_plans` are conditions on plans; without a call nothing is owed.
    """
    conditions = list(of_plans)
    plans, heard = _plan_counts(conditions, now), _suggestion_counts(conditions)
    reminded = _reminders(call_id or 0)
    later = CallAgency.due_on > Call.due_on
    due = case((later, CallAgency.due_on), else_=Call.due_on)
    counts = [func.coalesce(plans.c[name], 0) for name in _COUNTS]
    statement = (
        select(
            Agency.id, Agency.name, func.coalesce(CallAgency.owed, 0), *counts, func.coalesce(heard.c.asked, 0),
            func.coalesce(heard.c.answered, 0), Agency.phone, Jurisdiction.path, due,
            case((later, 1), else_=0), reminded.c.reminded_on,
        )
        .join(Jurisdiction, Jurisdiction.id == Agency.jurisdiction_id)
        .outerjoin(plans, plans.c.agency_id == Agency.id)
        # Joined by its key, not as a subquery: SQLite would go through all of it for every agency.
        .outerjoin(CallAgency, (CallAgency.agency_id == Agency.id) & (CallAgency.call_id == (call_id or 0)))
        .outerjoin(Call, Call.id == CallAgency.call_id)
        .outerjoin(heard, heard.c.agency_id == Agency.id)
        .outerjoin(reminded, reminded.c.agency_id == Agency.id)
        .where(in_reach, or_(CallAgency.owed > 0, plans.c.agency_id.is_not(None)))
        .order_by(Agency.name, Agency.id)
    )  # fmt: skip
    return tuple(Coverage(*row) for row in session().execute(statement))


def summed(rows: Iterable[Coverage], *, id_: int, name: str, path: str) -> Coverage:
    """Several agencies as one line, for the place in which they lie."""
    found = list(rows)
    numbers = ("owed", *_COUNTS, "asked", "answered")
    total: dict[str, Any] = {number: sum(getattr(row, number) for row in found) for number in numbers}
    return Coverage(agency_id=id_, agency=name, path=path, **total)


def _plan_counts(of_plans: Sequence[ColumnElement[bool]], now: datetime) -> Subquery:
    ends = last_ends()
    filed = Plan.status.in_(FILED)
    return (
        select(
            Plan.agency_id,
            func.sum(case((filed, 1), else_=0)).label("filed"),
            func.sum(case((filed & Plan.filed_late, 1), else_=0)).label("late"),
            func.sum(case((Plan.status.in_(RECORDED), 1), else_=0)).label("on_record"),
            func.sum(case((Plan.status == PlanStatus.PUBLISHED, 1), else_=0)).label("published"),
            func.sum(case((was_held(ends, now), 1), else_=0)).label("held"),
            func.count(Outcome.id).label("reported"),
        )
        .outerjoin(ends, ends.c.plan_id == Plan.id)
        # What was held already is reported with its plan: it counts once the plan has left the agency.
        .outerjoin(Outcome, (Outcome.plan_id == Plan.id) & (~Plan.held_already | filed))
        .where(*of_plans)
        .group_by(Plan.agency_id)
        .subquery()
    )


def _suggestion_counts(of_plans: Sequence[ColumnElement[bool]]) -> Subquery:
    return (
        select(
            Plan.agency_id,
            func.count().label("asked"),
            func.sum(case((Suggestion.status == SuggestionStatus.ANSWERED, 1), else_=0)).label("answered"),
        )
        .join(Activity, Activity.plan_id == Plan.id)
        .join(Suggestion, Suggestion.activity_id == Activity.id)
        .where(Suggestion.status != SuggestionStatus.REMOVED, *of_plans)
        .group_by(Plan.agency_id)
        .subquery()
    )


def _reminders(call_id: int) -> Subquery:
    return (
        select(Reminder.agency_id, func.max(Reminder.day).label("reminded_on"))
        .where(Reminder.call_id == call_id)
        .group_by(Reminder.agency_id)
        .subquery()
    )


def last_ends() -> Subquery:
    """(plan_id, ended): when the last scheduled occurrence of each published plan ends."""
    return (
        select(Activity.plan_id, func.max(Occurrence.ends_at).label("ended"))
        .join(Occurrence, Occurrence.activity_id == Activity.id)
        .where(Occurrence.status == OccurrenceStatus.SCHEDULED)
        .group_by(Activity.plan_id)
        .subquery()
    )


def was_held(ends: Subquery, now: datetime) -> ColumnElement[bool]:
    """A condition on plans joined with `last_ends` and their outcomes: reported, or published and over.

    What is over is told by the last occurrence, and without any by the last day of the period.
    """
    return or_(Outcome.id.is_not(None), (Plan.status == PlanStatus.PUBLISHED) & over_since(ends, now))


def over_since(ends: Subquery, moment: datetime) -> ColumnElement[bool]:
    """A condition on plans joined with `last_ends`: over before `moment` (a day's begin for periods)."""
    put_off = select(Activity.id).where(Activity.plan_id == Plan.id, Activity.postpone_reason != "").exists()
    by_period = (Plan.last_day < moment.date()) & ~put_off
    return case((ends.c.ended.is_not(None), ends.c.ended < moment), else_=by_period)


def latest_held_day_overdue(today: date, calendar: WorkingCalendar) -> date:
    """The latest day of an activity whose outcome is overdue today: what ended on it or before is late."""
    day = today - timedelta(days=1)
    while outcome_due(day, calendar) >= today:
        day -= timedelta(days=1)
    return day


def day_begins(day: date) -> datetime:
    """Midnight at the beginning of a day in Asia/Shanghai."""
    return datetime.combine(day, time(), SHANGHAI)
