"""The plans of a place with the days and hours they occupy, for clashes and the year strip: two queries, no objects."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, time, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Row, Subquery, and_, case, func, or_, select

from openday.db import session
from openday.models.activities import Activity
from openday.models.calls import Call
from openday.models.occurrences import Occurrence
from openday.models.people import Agency, Jurisdiction
from openday.models.plans import Plan
from openday.queries.coverage import day_begins
from openday.queries.places import PlaceView
from openday.queries.scope import within_reach
from openday.rules.fuzzy_date import DayPart, Precision, read_period
from openday.rules.permissions import Actor, Right
from openday.rules.plan_states import PlanStatus
from openday.rules.states import OccurrenceStatus
from openday.rules.timetable import Filing, Slot

IN_PLAY = frozenset({PlanStatus.OFFICE_REVIEW, PlanStatus.ON_RECORD, PlanStatus.PUBLISHED})
"""What the office has to coordinate: filed, and neither withdrawn nor cancelled."""

_HOURS = {
    DayPart.AM.value: (time(8), time(12)),
    DayPart.PM.value: (time(13), time(18)),
    DayPart.EVENING.value: (time(18), time(22)),
}
_FIRM = frozenset({Precision.DAY.value, Precision.RANGE.value})
_LISTED = "、，,和及；;"


def timetable(actor: Actor, view: PlaceView, first: date, last: date) -> tuple[Filing, ...]:
    """Every plan in play of this place and below that touches these days, or of their years without a readable day."""
    firm = _scheduled_spans()
    own = [within_reach(actor, Right.PLAN_READ), view.below(), Plan.status.in_(IN_PLAY)]
    near = _near(firm, first, last)
    slots = _held(own, first, last)
    return tuple(_filing(row, slots.get(row.id, ()), view) for row in session().execute(_plans(firm, [*own, near])))


def _plans(firm: Subquery, conditions: Sequence[ColumnElement[bool]]) -> Any:
    return (
        select(
            Plan.id, Plan.code, Plan.theme, Plan.status, Plan.content, Plan.audience_text, Plan.time_text,
            *(_as_published(name) for name in ("venue", "precision", "first_day", "last_day")),
            *(_as_published(name) for name in ("start_time", "end_time", "day_part")),
            func.coalesce(Plan.year, Call.year).label("year"), Plan.agency_id, Agency.name, Agency.phone,
            Jurisdiction.path, Activity.code.label("activity"), Activity.postpone_reason, firm.c.plan_id.label("firm"),
        )
        .join(Agency, Agency.id == Plan.agency_id)
        .join(Jurisdiction, Jurisdiction.id == Agency.jurisdiction_id)
        .outerjoin(Call, Call.id == Plan.call_id)
        .outerjoin(Activity, Activity.plan_id == Plan.id)
        .outerjoin(firm, firm.c.plan_id == Plan.id)
        .where(*conditions)
        .order_by(Plan.id)
    )  # fmt: skip


def _as_published(name: str) -> ColumnElement[Any]:
    """A column of the plan, or what the office made of it in public."""
    return func.coalesce(getattr(Activity, name), getattr(Plan, name)).label(name)


def _scheduled_spans() -> Subquery:
    """(plan_id, begins, ends) of the published plans that have scheduled occurrences."""
    return (
        select(
            Activity.plan_id,
            func.min(Occurrence.starts_at).label("begins"),
            func.max(Occurrence.ends_at).label("ends"),
        )
        .join(Occurrence, Occurrence.activity_id == Activity.id)
        .where(Occurrence.status == OccurrenceStatus.SCHEDULED)
        .group_by(Activity.plan_id)
        .subquery()
    )


def _near(firm: Subquery, first: date, last: date) -> ColumnElement[bool]:
    """Whether a plan touches these days: by its occurrences, and without any by its period."""
    by_occurrence = (firm.c.begins < day_begins(last + timedelta(days=1))) & (firm.c.ends >= day_begins(first))
    starts = func.coalesce(Activity.first_day, Plan.first_day, Plan.last_day)
    ends = func.coalesce(Activity.last_day, Plan.last_day, Plan.first_day)
    unread = and_(starts.is_(None), func.coalesce(Plan.year, Call.year).between(first.year, last.year))
    by_period = or_(and_(starts <= last, ends >= first), unread)
    return case((firm.c.plan_id.is_not(None), by_occurrence), else_=by_period)


def _held(own: Sequence[ColumnElement[bool]], first: date, last: date) -> dict[int, tuple[Slot, ...]]:
    """Plan id to its scheduled occurrences in these days."""
    statement = (
        select(Plan.id, Occurrence.starts_at, Occurrence.ends_at, Occurrence.venue)
        .join(Activity, Activity.id == Occurrence.activity_id)
        .join(Plan, Plan.id == Activity.plan_id)
        .join(Agency, Agency.id == Plan.agency_id)
        .where(
            *own,
            Occurrence.status == OccurrenceStatus.SCHEDULED,
            Occurrence.starts_at < day_begins(last + timedelta(days=1)),
            Occurrence.ends_at >= day_begins(first),
        )
        .order_by(Occurrence.starts_at)
    )
    slots: dict[int, tuple[Slot, ...]] = defaultdict(tuple)
    for id_, begins, ends, venue in session().execute(statement):
        slot = Slot(begins.date(), ends.date(), True, begins.time(), ends.time(), venue)
        slots[id_] += (slot,)
    return slots


def _filing(row: Row[Any], held: tuple[Slot, ...], view: PlaceView) -> Filing:
    return Filing(
        code=row.code,
        theme=row.theme,
        agency_id=row.agency_id,
        agency=row.name,
        status=row.status,
        audience=row.audience_text,
        content=row.content,
        slots=held if row.firm is not None else _slots(row),
        places=view.chain(row.path),
        phone=row.phone,
        activity=row.activity or "",
    )


def _slots(row: Row[Any]) -> tuple[Slot, ...]:
    """The slots of a plan without occurrences; one that was put off has none until its new time stands."""
    first, last = row.first_day or row.last_day, row.last_day or row.first_day
    if first is None or row.postpone_reason:
        return ()
    start, end = row.start_time, row.end_time
    if start is None and row.day_part in _HOURS:
        start, end = _HOURS[row.day_part]
    exact = row.precision in _FIRM and row.first_day is not None and row.last_day is not None
    if exact and first < last and any(mark in row.time_text for mark in _LISTED):
        days = _listed_days(row.time_text, row.year or first.year)
        if days:
            return tuple(Slot(day, day, True, start, end, row.venue) for day in days)
    return (Slot(first, last, exact, start, end, row.venue),)


@lru_cache(maxsize=5_000)
def _listed_days(text: str, year: int) -> tuple[date, ...]:
    """The separate days of 9月16日、18日; nothing for a range."""
    return read_period(text, year=year).dates
