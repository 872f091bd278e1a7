"""Outcome reports (开展情况): what is owed and by when, what was filed, what the public may read."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, false, func, or_, select

from openday.db import session
from openday.models.activities import Activity
from openday.models.aftermath import Outcome
from openday.models.occurrences import Occurrence
from openday.models.people import Agency, User
from openday.models.plans import Plan
from openday.models.registrations import Registration
from openday.queries.scope import plan_in_reach, within_reach
from openday.queries.working_calendar import working_calendar
from openday.rules.deadlines import Deadline, deadline, outcome_due, was_late
from openday.rules.permissions import Actor, Right
from openday.rules.plan_states import PlanStatus
from openday.rules.states import OccurrenceStatus, OutcomeStatus

PAGE = 30
LEFT_THE_AGENCY = frozenset({PlanStatus.OFFICE_REVIEW, PlanStatus.ON_RECORD, PlanStatus.PUBLISHED})
REPORTABLE = frozenset({PlanStatus.ON_RECORD, PlanStatus.PUBLISHED})
"""A report may be filed for these once their time has begun; owed it is for published ones that are over."""


@dataclass(frozen=True)
class OutcomeOwed:
    """An activity that is over and of which no report has been filed."""

    plan_code: str
    theme: str
    agency: str
    last_day: date
    deadline: Deadline


@dataclass(frozen=True)
class OutcomeLine:
    """A filed report in a list."""

    plan_code: str
    theme: str
    agency: str
    status: OutcomeStatus
    held_on: date
    people: int
    filed_at: datetime
    due_on: date | None
    late: bool


@dataclass(frozen=True)
class OutcomeList:
    """One page of filed reports, the last filed first; `counts` by status hold before the status was chosen."""

    lines: tuple[OutcomeLine, ...]
    counts: dict[str, int]
    total: int
    page: int
    pages: int


@dataclass(frozen=True)
class PlanTimes:
    """When a plan begins and ends, by its scheduled occurrences, else by its period; None when nothing is known."""

    begins: datetime | date | None
    last_day: date | None
    over: bool
    """Whether its last day, or the end of its last occurrence, has passed."""


@dataclass(frozen=True)
class Report:
    """A report as its readers see it."""

    status: OutcomeStatus
    version: int
    held_on: date
    invited: int
    public: int
    staff: int
    text: str
    author_id: int
    author: str
    filed_at: datetime
    published_at: datetime | None
    due_on: date | None
    late: bool


@dataclass(frozen=True)
class OutcomePage:
    """Everything about the report of one plan: what is owed, what was counted at the door, what was filed."""

    plan_code: str
    theme: str
    agency: str
    activity_id: int | None
    activity_code: str
    time_text: str
    venue: str
    times: PlanTimes
    attended: int
    """People counted in at the door, over all occurrences."""
    own_staff: int
    """Those of them who work for the agency itself."""
    deadline: Deadline | None
    reportable: bool
    """Whether its time has begun and its state allows a report."""
    report: Report | None


@dataclass(frozen=True)
class PublishedOutcome:
    """What the public reads of how it went."""

    held_on: date
    invited: int
    public: int
    staff: int
    text: str
    published_at: datetime
    late: bool

    @property
    def people(self) -> int:
        """Everybody who was there."""
        return self.invited + self.public + self.staff


def outcomes_owed(actor: Actor, now: datetime) -> tuple[OutcomeOwed, ...]:
    """The published activities within reach that are over and have no report, the most urgent first.

    Two queries, however many there are; a cancelled activity owes nothing.
    """
    held = _held()
    statement = (
        select(Plan.code, Plan.theme, Agency.name, held.c.ended, _period(Activity.last_day, Plan.last_day))
        .join(Agency, Agency.id == Plan.agency_id)
        .outerjoin(Activity, Activity.plan_id == Plan.id)
        .outerjoin(held, held.c.plan_id == Plan.id)
        .outerjoin(Outcome, Outcome.plan_id == Plan.id)
        .where(within_reach(actor, Right.OUTCOME_READ), Plan.status == PlanStatus.PUBLISHED, Outcome.id.is_(None))
        .where(_is_over(held, now))
    )
    calendar = working_calendar()
    owed = []
    for code, theme, agency, ended, period_end in session().execute(statement):
        last_day = ended.date() if ended else period_end
        due = deadline(outcome_due(last_day, calendar), now, calendar)
        owed.append(OutcomeOwed(code, theme, agency, last_day, due))
    return tuple(sorted(owed, key=lambda row: (row.deadline.due, row.agency, row.theme)))


def early_plans(actor: Actor, now: datetime, *, limit: int = 50) -> tuple[tuple[str, str], ...]:
    """(code, theme) of plans whose report may be filed though none is owed yet: begun and not over, or on record
    and never published."""
    held = _held()
    begun = or_(
        held.c.begun <= now, held.c.begun.is_(None) & (_period(Activity.first_day, Plan.first_day) <= now.date())
    )
    statement = (
        select(Plan.code, Plan.theme)
        .join(Agency, Agency.id == Plan.agency_id)
        .outerjoin(Activity, Activity.plan_id == Plan.id)
        .outerjoin(held, held.c.plan_id == Plan.id)
        .outerjoin(Outcome, Outcome.plan_id == Plan.id)
        .where(within_reach(actor, Right.OUTCOME_FILE), Plan.status.in_(REPORTABLE), Outcome.id.is_(None), begun)
        .where(or_(Plan.status != PlanStatus.PUBLISHED, ~_is_over(held, now)))
        .order_by(Plan.first_day, Plan.id)
        .limit(limit)
    )
    return tuple((row.code, row.theme) for row in session().execute(statement))


def outcome_list(actor: Actor, *, status: OutcomeStatus | None = None, page: int = 1) -> OutcomeList:
    """The filed reports within reach."""
    # What was held already is reported with its plan, and is the agency's own until the plan has left it.
    reach = within_reach(actor, Right.OUTCOME_READ) & or_(~Plan.held_already, Plan.status.in_(LEFT_THE_AGENCY))
    joined = select(Outcome.status, func.count()).join(Plan, Plan.id == Outcome.plan_id).join(Agency)
    counts = {row[0]: row[1] for row in session().execute(joined.where(reach).group_by(Outcome.status))}
    total = counts.get(status, 0) if status else sum(counts.values())
    pages = max(1, -(-total // PAGE))
    page = min(max(page, 1), pages)
    statement = (
        select(Outcome, Plan.code, Plan.theme, Agency.name)
        .join(Plan, Plan.id == Outcome.plan_id)
        .join(Agency, Agency.id == Plan.agency_id)
        .where(reach)
        .order_by(Outcome.filed_at.desc(), Outcome.id.desc())
    )
    if status:
        statement = statement.where(Outcome.status == status)
    rows = session().execute(statement.limit(PAGE).offset((page - 1) * PAGE))
    return OutcomeList(tuple(_line(*row) for row in rows), counts, total, page, pages)


def outcome_page(actor: Actor, plan_code: str, now: datetime) -> OutcomePage:
    """The report of one plan, or what is needed to write it.

    Raises:
        NotFound: no such plan within reach.
    """
    plan = plan_in_reach(actor, Right.OUTCOME_READ, plan_code)
    activity = session().scalar(select(Activity).where(Activity.plan_id == plan.id))
    found = session().scalar(select(Outcome).where(Outcome.plan_id == plan.id))
    times = plan_times(plan, now)
    calendar = working_calendar()
    due = outcome_due(times.last_day, calendar) if times.last_day else None
    owed = times.over and plan.status == PlanStatus.PUBLISHED and found is None
    came, own = attended(plan.id)
    return OutcomePage(
        plan_code=plan.code,
        theme=plan.theme,
        agency=plan.agency.name,
        activity_id=activity.id if activity else None,
        activity_code=activity.code if activity else "",
        time_text=plan.time_text,
        venue=activity.venue if activity else plan.venue,
        times=times,
        attended=came,
        own_staff=own,
        deadline=deadline(due, now, calendar) if due and owed else None,
        reportable=plan.status in REPORTABLE and has_begun(times, now) and not plan.held_already,
        report=_report(found) if found else None,
    )


def plan_times(plan: Plan, now: datetime) -> PlanTimes:
    """When a plan begins and ends: by its scheduled occurrences, else by its period as published, else as filed."""
    statement = (
        select(func.min(Occurrence.starts_at), func.max(Occurrence.ends_at))
        .join(Activity, Activity.id == Occurrence.activity_id)
        .where(Activity.plan_id == plan.id, Occurrence.status == OccurrenceStatus.SCHEDULED)
    )
    held = session().execute(statement).one()
    begins: datetime | None = held[0]
    ends: datetime | None = held[1]
    if ends is not None:
        return PlanTimes(begins, ends.date(), ends < now)
    period = select(Activity.first_day, Activity.last_day).where(Activity.plan_id == plan.id)
    row = session().execute(period).first()
    first = (row.first_day if row else None) or plan.first_day
    last = (row.last_day if row else None) or plan.last_day
    return PlanTimes(first, last, last is not None and last < now.date())


def has_begun(times: PlanTimes, now: datetime) -> bool:
    """Whether a report may be filed by its time; a plan whose time nobody understands may be reported at once."""
    if isinstance(times.begins, datetime):
        return times.begins <= now
    return times.begins is None or times.begins <= now.date()


def attended(plan_id: int) -> tuple[int, int]:
    """How many people were counted in at the door, over all occurrences of a plan; and how many of them work for the
    agency itself."""
    came = func.sum(Registration.attended)
    statement = (
        select(func.coalesce(came, 0), func.coalesce(came.filter(Registration.own_staff), 0))
        .join(Occurrence, Occurrence.id == Registration.occurrence_id)
        .join(Activity, Activity.id == Occurrence.activity_id)
        .where(Activity.plan_id == plan_id)
    )
    row = session().execute(statement).one()
    return int(row[0]), int(row[1])


def published_outcome(activity_id: int) -> PublishedOutcome | None:
    """The published report of an activity; None when there is none."""
    statement = (
        select(Outcome)
        .join(Activity, Activity.plan_id == Outcome.plan_id)
        .where(Activity.id == activity_id, Outcome.status == OutcomeStatus.PUBLISHED)
    )
    found = session().scalar(statement)
    if found is None or found.published_at is None:
        return None
    return PublishedOutcome(
        found.held_on, found.invited, found.public, found.staff, found.text, found.published_at, _late(found)
    )


def _held() -> Any:
    """The first start and the last end of each plan's scheduled occurrences."""
    return (
        select(
            Activity.plan_id, func.min(Occurrence.starts_at).label("begun"), func.max(Occurrence.ends_at).label("ended")
        )
        .join(Occurrence, Occurrence.activity_id == Activity.id)
        .where(Occurrence.status == OccurrenceStatus.SCHEDULED)
        .group_by(Activity.plan_id)
        .subquery()
    )


def _period(published: Any, filed: Any) -> Any:
    return func.coalesce(published, filed)


def _is_over(held: Any, now: datetime) -> ColumnElement[bool]:
    period_over: ColumnElement[bool] = _period(Activity.last_day, Plan.last_day) < now.date()
    standing = func.coalesce(Activity.postpone_reason, "") == ""
    return func.coalesce(held.c.ended < now, period_over, false()) & standing


def _line(found: Outcome, plan_code: str, theme: str, agency: str) -> OutcomeLine:
    return OutcomeLine(
        plan_code=plan_code,
        theme=theme,
        agency=agency,
        status=OutcomeStatus(found.status),
        held_on=found.held_on,
        people=found.invited + found.public + found.staff,
        filed_at=found.filed_at,
        due_on=found.due_on,
        late=_late(found),
    )


def _report(found: Outcome) -> Report:
    author = session().get(User, found.author_id)
    return Report(
        status=OutcomeStatus(found.status),
        version=found.version,
        held_on=found.held_on,
        invited=found.invited,
        public=found.public,
        staff=found.staff,
        text=found.text,
        author_id=found.author_id,
        author=author.name if author else "",
        filed_at=found.filed_at,
        published_at=found.published_at,
        due_on=found.due_on,
        late=_late(found),
    )


def _late(found: Outcome) -> bool:
    return found.due_on is not None and was_late(found.due_on, found.filed_at)
