"""How far each agency has come: owed, filed, on record, published, held, reported."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import ColumnElement, Subquery, case, func, or_, select

from openday.clock import SHANGHAI
from openday.db import session
from openday.models.activities import Activity
from openday.models.aftermath import Outcome
from openday.models.calls import CallAgency
from openday.models.occurrences import Occurrence
from openday.models.people import Agency
from openday.models.plans import Plan
from openday.queries.calls import FILED
from openday.rules.deadlines import outcome_due
from openday.rules.plan_states import PlanStatus
from openday.rules.states import OccurrenceStatus
from openday.rules.working_days import WorkingCalendar

RECORDED = frozenset({PlanStatus.ON_RECORD, PlanStatus.PUBLISHED, PlanStatus.CANCELLED})
"""States that a plan reaches only after the office approved it."""


_COUNTS = ("filed", "on_record", "published", "held", "reported")


@dataclass(frozen=True)
class Coverage:
    """One agency: each number counts plans, and each is a part of the one before (but for what was owed)."""

    agency_id: int
    agency: str
    owed: int
    filed: int
    on_record: int
    published: int
    held: int
    reported: int

    @property
    def missing(self) -> int:
        """How many plans it still owes."""
        return max(0, self.owed - self.filed)


def coverage(of_plans: Iterable[ColumnElement[bool]], in_reach: ColumnElement[bool], now: datetime, *,
             call_id: int | None = None) -> tuple[Coverage, ...]:  # fmt: skip
    """Every agency in reach that owes to the call or has a plan among `of_plans`, by name, in one query.

    `of_plans` are conditions on plans; without a call nothing is owed.
    """
    ends = last_ends()
    plans = (
        select(
            Plan.agency_id,
            func.sum(case((Plan.status.in_(FILED), 1), else_=0)).label("filed"),
            func.sum(case((Plan.status.in_(RECORDED), 1), else_=0)).label("on_record"),
            func.sum(case((Plan.status == PlanStatus.PUBLISHED, 1), else_=0)).label("published"),
            func.sum(case((was_held(ends, now), 1), else_=0)).label("held"),
            func.count(Outcome.id).label("reported"),
        )
        .outerjoin(ends, ends.c.plan_id == Plan.id)
        .outerjoin(Outcome, Outcome.plan_id == Plan.id)
        .where(*of_plans)
        .group_by(Plan.agency_id)
        .subquery()
    )
    owes = select(CallAgency.agency_id, CallAgency.owed).where(CallAgency.call_id == (call_id or 0)).subquery()
    statement = (
        select(Agency.id, Agency.name, owes.c.owed, *(plans.c[name] for name in _COUNTS))
        .outerjoin(plans, plans.c.agency_id == Agency.id)
        .outerjoin(owes, owes.c.agency_id == Agency.id)
        .where(in_reach, or_(owes.c.owed > 0, plans.c.agency_id.is_not(None)))
        .order_by(Agency.name, Agency.id)
    )
    return tuple(
        Coverage(row.id, row.name, row.owed or 0, *(int(getattr(row, name) or 0) for name in _COUNTS))
        for row in session().execute(statement)
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
    return case((ends.c.ended.is_not(None), ends.c.ended < moment), else_=Plan.last_day < moment.date())


def latest_held_day_overdue(today: date, calendar: WorkingCalendar) -> date:
    """The latest day of an activity whose outcome is overdue today: what ended on it or before is late."""
    day = today - timedelta(days=1)
    while outcome_due(day, calendar) >= today:
        day -= timedelta(days=1)
    return day


def day_begins(day: date) -> datetime:
    """Midnight at the beginning of a day in Asia/Shanghai."""
    return datetime.combine(day, time(), SHANGHAI)
