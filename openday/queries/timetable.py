"""The plans of a place with the days and hours they occupy, for clashes and the year strip: two queries, no objects."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, time, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Subquery, and_, case, func, or_, select

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
    chains: dict[str, tuple[tuple[str, int], ...]] = {}
    found = []
    for row in session().execute(_plans(firm, [*own, near])):
        path = row[-1]
        if path not in chains:
            chains[path] = view.chain(path)
        found.append(_filing(row, slots, chains[path]))
    return tuple(found)


def _plans(firm: Subquery, conditions: Sequence[ColumnElement[bool]]) -> Any:
    return (
        select(
            Plan.id, Plan.code, Plan.theme, Plan.agency_id, Agency.name, Plan.status, Plan.audience_text, Plan.content,
            Agency.phone, Activity.code, firm.c.plan_id, Activity.postpone_reason, Plan.time_text,
            func.coalesce(Plan.year, Call.year),
            *(_as_published(name) for name in ("first_day", "last_day", "precision", "venue")),
            *(_as_published(name) for name in ("start_time", "end_time", "day_part")),
            Jurisdiction.path,
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


def _filing(row: Sequence[Any], held: dict[int, tuple[Slot, ...]], places: tuple[tuple[str, int], ...]) -> Filing:
    id_, code, theme, agency_id, agency, status, audience, content, phone, activity, firm, put_off, *when, _path = row
    slots = held.get(id_, ()) if firm is not None else _slots(*when) if not put_off else ()
    return Filing(code, theme, agency_id, agency, status, audience, content, slots, places, phone, activity or "")


def _slots(
    text: str, year: int | None, first_day: date | None, last_day: date | None, precision: str, venue: str,
    start: time | None, end: time | None, part: str | None,
) -> tuple[Slot, ...]:  # fmt: skip
    """The slots of a plan without occurrences."""
    first, last = first_day or last_day, last_day or first_day
    if first is None or last is None:
        return ()
    if start is None and part in _HOURS:
        start, end = _HOURS[part]
    exact = precision in _FIRM and first_day is not None and last_day is not None
    if exact and first < last and any(mark in text for mark in _LISTED):
        days = _listed_days(text, year or first.year)
        if days:
            return tuple(Slot(day, day, True, start, end, venue) for day in days)
    return (Slot(first, last, exact, start, end, venue),)


@lru_cache(maxsize=5_000)
def _listed_days(text: str, year: int) -> tuple[date, ...]:
    """The separate days of 9月16日、18日; nothing for a range."""
    return read_period(text, year=year).dates
