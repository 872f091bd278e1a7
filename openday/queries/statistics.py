"""One page of numbers: how many plans, where they stand, who came, what was suggested, what was reported in time.

Every number is counted over the plans of the filter; the number of queries does not depend on theirs.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, extract, func, select

from openday.db import session
from openday.models.activities import Activity
from openday.models.aftermath import Outcome, Suggestion
from openday.models.occurrences import Occurrence
from openday.models.people import Agency
from openday.models.plans import Plan
from openday.models.registrations import Registration
from openday.queries.coverage import (
    Coverage,
    coverage,
    day_begins,
    last_ends,
    latest_held_day_overdue,
    over_since,
)
from openday.queries.scope import within_reach
from openday.queries.seat_counts import seats_of_occurrence
from openday.queries.working_calendar import working_calendar
from openday.rules.deadlines import was_late
from openday.rules.permissions import Actor, Right
from openday.rules.plan_states import PlanStatus
from openday.rules.states import Adoption, OccurrenceStatus, RegistrationStatus, SuggestionStatus

_LONGEST_AXIS = 36  # months; a stray year typed by mistake must not draw a thousand columns


@dataclass(frozen=True)
class Span:
    """What to count: plans whose period touches `first`..`last` (either may be open), of one call or of all."""

    first: date | None = None
    last: date | None = None
    call_id: int | None = None


@dataclass(frozen=True)
class Seats:
    """Seats of scheduled occurrences, people registered for them, and people who came."""

    occurrences: int
    occurrences_held: int
    offered: int
    registered: int
    attended: int
    own_staff: int
    """Those who came and work for the agency itself."""


@dataclass(frozen=True)
class Reports:
    """Outcomes: how many were filed, how many of them in time, how many are overdue; and who came by their account."""

    filed: int
    in_time: int
    overdue: int
    invited: int
    public: int
    staff: int

    @property
    def share_in_time(self) -> int | None:
        """Per cent of those that were due; None when none was."""
        due = self.filed + self.overdue
        return round(100 * self.in_time / due) if due else None


@dataclass(frozen=True)
class Statistics:
    """Everything on the page. `months` are (year, month, plans) without gaps; `undated` plans name no month."""

    by_status: dict[PlanStatus, int]
    months: tuple[tuple[int, int, int], ...]
    undated: int
    agencies: tuple[Coverage, ...]
    seats: Seats
    reports: Reports
    by_adoption: dict[Adoption, int]
    suggestions_waiting: int
    suggestions_removed: int

    @property
    def plans(self) -> int:
        """All plans, withdrawn ones and drafts included."""
        return sum(self.by_status.values())

    @property
    def held(self) -> int:
        """Activities that were held."""
        return sum(row.held for row in self.agencies)

    @property
    def suggestions_answered(self) -> int:
        """Suggestions with a public answer."""
        return sum(self.by_adoption.values())


def statistics(actor: Actor, span: Span, now: datetime) -> Statistics:
    """Count everything within reach for `span`."""
    plans = _plans_of(span)
    in_reach = within_reach(actor, Right.STATISTICS_READ)
    counts = _by_status(plans, in_reach)
    months, undated = _months(plans, in_reach)
    adoption, waiting, removed = _suggestions(span, in_reach)
    return Statistics(
        by_status={status: counts[status] for status in PlanStatus if counts.get(status)},
        months=months,
        undated=undated,
        agencies=coverage(plans, in_reach, now, call_id=span.call_id),
        seats=_seats(plans, in_reach, now),
        reports=_reports(plans, in_reach, now),
        by_adoption=adoption,
        suggestions_waiting=waiting,
        suggestions_removed=removed,
    )


def _plans_of(span: Span) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if span.call_id is not None:
        conditions.append(Plan.call_id == span.call_id)
    if span.first is not None:
        conditions.append(Plan.last_day >= span.first)
    if span.last is not None:
        conditions.append(Plan.first_day <= span.last)
    return conditions


def _by_status(plans: Sequence[ColumnElement[bool]], in_reach: ColumnElement[bool]) -> dict[str, int]:
    statement = select(Plan.status, func.count()).join(Agency, Agency.id == Plan.agency_id)
    rows = session().execute(statement.where(in_reach, *plans).group_by(Plan.status))
    return {row[0]: row[1] for row in rows}


def _months(
    plans: Sequence[ColumnElement[bool]], in_reach: ColumnElement[bool]
) -> tuple[tuple[tuple[int, int, int], ...], int]:
    """Plans by the month in which they begin, from the first month to the last, and how many name none."""
    year, month = extract("year", Plan.first_day), extract("month", Plan.first_day)
    statement = (
        select(year, month, func.count(), func.count(Plan.first_day))
        .select_from(Plan)
        .join(Agency, Agency.id == Plan.agency_id)
        .where(in_reach, *plans, Plan.status.not_in([PlanStatus.DRAFT, PlanStatus.WITHDRAWN, PlanStatus.CANCELLED]))
        .group_by(year, month)
    )
    counts = {}
    undated = 0
    for a_year, a_month, number, dated in session().execute(statement):
        if dated:
            counts[int(a_year) * 12 + int(a_month) - 1] = number
        else:
            undated = number
    if not counts:
        return (), undated
    first, last = min(counts), max(counts)
    axis = range(first, last + 1) if last - first < _LONGEST_AXIS else sorted(counts)
    return tuple((at // 12, at % 12 + 1, counts.get(at, 0)) for at in axis), undated


def _seats(plans: Sequence[ColumnElement[bool]], in_reach: ColumnElement[bool], now: datetime) -> Seats:
    scheduled = (
        select(Occurrence.id, Occurrence.ends_at, seats_of_occurrence().label("seats"))
        .join(Activity, Activity.id == Occurrence.activity_id)
        .join(Plan, Plan.id == Activity.plan_id)
        .join(Agency, Agency.id == Plan.agency_id)
        .where(in_reach, *plans, Occurrence.status == OccurrenceStatus.SCHEDULED)
        .subquery()
    )
    offered = select(func.coalesce(func.sum(scheduled.c.seats), 0))
    came = func.sum(Registration.attended)
    people = select(
        func.coalesce(func.sum(Registration.party_size), 0),
        func.coalesce(came, 0),
        func.coalesce(came.filter(Registration.own_staff), 0),
    ).where(Registration.occurrence_id.in_(select(scheduled.c.id)), Registration.status == RegistrationStatus.CONFIRMED)
    number, held = (
        session()
        .execute(select(func.count(), func.count().filter(scheduled.c.ends_at < now)).select_from(scheduled))
        .one()
    )
    registered, attended, own = session().execute(people).one()
    return Seats(number, held, int(session().scalar(offered) or 0), int(registered), int(attended), int(own))


def _reports(plans: Sequence[ColumnElement[bool]], in_reach: ColumnElement[bool], now: datetime) -> Reports:
    filed = (
        select(Outcome.due_on, Outcome.filed_at, Outcome.invited, Outcome.public, Outcome.staff)
        .join(Plan, Plan.id == Outcome.plan_id)
        .join(Agency, Agency.id == Plan.agency_id)
        .where(in_reach, *plans)
    )
    rows = session().execute(filed).all()
    return Reports(
        filed=len(rows),
        in_time=sum(row.due_on is None or not was_late(row.due_on, row.filed_at) for row in rows),
        overdue=_overdue(plans, in_reach, now),
        invited=sum(row.invited for row in rows),
        public=sum(row.public for row in rows),
        staff=sum(row.staff for row in rows),
    )


def _overdue(plans: Sequence[ColumnElement[bool]], in_reach: ColumnElement[bool], now: datetime) -> int:
    ends = last_ends()
    too_late = day_begins(latest_held_day_overdue(now.date(), working_calendar()) + timedelta(days=1))
    statement = (
        select(func.count())
        .select_from(Plan)
        .join(Agency, Agency.id == Plan.agency_id)
        .outerjoin(ends, ends.c.plan_id == Plan.id)
        .outerjoin(Outcome, Outcome.plan_id == Plan.id)
        .where(in_reach, *plans, Plan.status == PlanStatus.PUBLISHED, Outcome.id.is_(None), over_since(ends, too_late))
    )
    return session().scalar(statement) or 0


def _suggestions(span: Span, in_reach: ColumnElement[bool]) -> tuple[dict[Adoption, int], int, int]:
    """Answered by adoption, waiting, removed. With a call only what was said about its activities; the span of days
    is that in which the suggestions came in."""
    statement = (
        select(Suggestion.status, Suggestion.adoption, func.count())
        .join(Agency, Agency.id == Suggestion.agency_id)
        .outerjoin(Activity, Activity.id == Suggestion.activity_id)
        .outerjoin(Plan, Plan.id == Activity.plan_id)
        .where(in_reach)
        .group_by(Suggestion.status, Suggestion.adoption)
    )
    if span.call_id is not None:
        statement = statement.where(Plan.call_id == span.call_id)
    if span.first is not None:
        statement = statement.where(Suggestion.received_at >= day_begins(span.first))
    if span.last is not None:
        statement = statement.where(Suggestion.received_at < day_begins(span.last + timedelta(days=1)))
    rows = session().execute(statement).all()
    answered = dict.fromkeys(Adoption, 0)
    waiting = removed = 0
    for status, adoption, number in rows:
        if status == SuggestionStatus.REMOVED:
            removed += number
        elif status == SuggestionStatus.ANSWERED and adoption is not None:
            answered[Adoption(adoption)] += number
        else:
            waiting += number
    return answered, waiting, removed
