"""Activities and their occurrences as the desks see them: one record within reach, lists, everything about one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.orm import joinedload, selectinload

from openday.db import session
from openday.errors import NotFound
from openday.models.activities import Activity, ActivityChange
from openday.models.occurrences import Occurrence, Quota
from openday.models.people import Agency, User
from openday.models.plans import Plan, PlanVersion
from openday.models.registrations import Registration
from openday.queries.scope import plan_facts, plan_in_reach, subject_of, within_reach
from openday.queries.seat_counts import seats_of_occurrence
from openday.rules.fuzzy_date import FuzzyDate, read_period
from openday.rules.permissions import Actor, Right, Subject, can
from openday.rules.plan_states import PlanAction, PlanStatus, obstacle
from openday.rules.plan_text import PLAN_FIELDS, PlanText
from openday.rules.seats import Seats, sharing
from openday.rules.states import STANDING, ActivityStatus, OccurrenceStatus, RegistrationStatus, SignupMode

PAGE_SIZE = 50
_STANDING = tuple(status.value for status in STANDING)


def activity_in_reach(actor: Actor, right: Right, code: str, *, lock: bool = False) -> Activity:
    """The activity with this code, when the right reaches it; with `lock` its row is held until the transaction ends.

    Raises:
        NotFound: it is not there, or not within reach; nobody can tell which.
    """
    statement = (
        select(Activity)
        .where(Activity.code == _sayable(code))
        .options(joinedload(Activity.agency).joinedload(Agency.jurisdiction))
    )
    if lock:
        statement = statement.with_for_update(of=Activity).execution_options(populate_existing=True)
    activity = session().scalar(statement)
    if activity is None or not can(actor, right, subject_of(activity.agency)):
        raise NotFound()
    return activity


def occurrence_in_reach(actor: Actor, right: Right, code: str, *, lock: bool = False) -> Occurrence:
    """The occurrence with this code, when the right reaches it (by agency, by district, or by assignment).

    With `lock` its row and that of its activity are held: whatever changes an activity in public queues there.

    Raises:
        NotFound: it is not there, or not within reach; nobody can tell which.
    """
    statement = (
        select(Occurrence)
        .where(Occurrence.code == _sayable(code))
        .options(joinedload(Occurrence.activity).joinedload(Activity.agency).joinedload(Agency.jurisdiction))
        .options(selectinload(Occurrence.quotas))
    )
    if lock:
        owner = select(Occurrence.activity_id).where(Occurrence.code == _sayable(code)).scalar_subquery()
        session().scalar(select(Activity.id).where(Activity.id == owner).with_for_update())
        # Then its own row, as every sign-up does: activity, occurrence, quota is the order in which locks are taken.
        statement = statement.with_for_update(of=Occurrence, key_share=True)
        statement = statement.execution_options(populate_existing=True)
    occurrence = session().scalar(statement)
    if occurrence is None:
        raise NotFound()
    if not can(actor, right, subject_of(occurrence.activity.agency, occurrence_id=occurrence.id)):
        raise NotFound()
    return occurrence


def _sayable(code: str) -> str:
    """PostgreSQL refuses NUL in a parameter; no code holds one."""
    return code.replace("\x00", "�")


# --- lists -----------------------------------------------------------------------------------------------------------


class Shown(StrEnum):
    """What a list of activities is narrowed to."""

    ALL = "all"
    VAGUE = "vague"
    FIRM = "firm"
    PROPOSED = "proposed"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class ActivityRow:
    """One line of a list of activities; seats are summed over the occurrences that are still to come or under way."""

    code: str
    theme: str
    agency: str
    status: ActivityStatus
    vague: bool
    time_text: str
    first_day: date | None
    last_day: date | None
    signup_mode: SignupMode
    scheduled: int
    proposed: int
    seats: Seats
    next_start: datetime | None


@dataclass(frozen=True)
class ActivityPage:
    """One page of a list, and how many there are under each tab."""

    rows: list[ActivityRow]
    page: int
    pages: int
    total: int
    counts: dict[Shown, int]


def activity_list(actor: Actor, shown: Shown, page: int, now: datetime) -> ActivityPage:
    """Activities of the agencies whose plans the person reads, soonest first; two queries, however many rows."""
    reach = within_reach(actor, Right.PLAN_READ)
    counts = _counts(reach)
    total = counts[shown]
    pages = max(1, -(-total // PAGE_SIZE))
    page = min(max(1, page), pages)
    statement = _rows(now).where(reach, _narrowed(shown)).limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE)
    rows = [
        ActivityRow(
            code=code,
            theme=theme,
            agency=agency,
            status=ActivityStatus(status),
            vague=vague,
            time_text=time_text,
            first_day=first_day,
            last_day=last_day,
            signup_mode=SignupMode(mode),
            scheduled=scheduled,
            proposed=proposed,
            seats=Seats(capacity, taken),
            next_start=next_start,
        )
        for (
            code, theme, agency, status, vague, time_text, first_day, last_day, mode,
            scheduled, proposed, capacity, taken, next_start,
        ) in session().execute(statement)
    ]  # fmt: skip
    return ActivityPage(rows, page, pages, total, counts)


def _rows(now: datetime) -> Select[Any]:
    of_this = Occurrence.activity_id == Activity.id
    coming = and_(of_this, Occurrence.status == OccurrenceStatus.SCHEDULED, Occurrence.ends_at > now)
    seats = select(Quota).join(Occurrence).where(coming)
    return (
        select(
            Activity.code,
            Activity.theme,
            Agency.name,
            Activity.status,
            Activity.vague,
            Activity.time_text,
            Activity.first_day,
            Activity.last_day,
            Activity.signup_mode,
            select(func.count(Occurrence.id))
            .where(of_this, Occurrence.status == OccurrenceStatus.SCHEDULED)
            .scalar_subquery(),
            select(func.count(Occurrence.id))
            .where(of_this, Occurrence.status == OccurrenceStatus.PROPOSED)
            .scalar_subquery(),
            select(func.coalesce(func.sum(seats_of_occurrence()), 0)).where(coming).scalar_subquery(),
            seats.with_only_columns(func.coalesce(func.sum(Quota.taken), 0)).scalar_subquery(),
            select(func.min(Occurrence.starts_at)).where(coming).scalar_subquery(),
        )
        .join(Agency, Agency.id == Activity.agency_id)
        .order_by(Activity.first_day.is_(None), Activity.first_day.desc(), Activity.id.desc())
    )


def _narrowed(shown: Shown) -> ColumnElement[bool]:
    published = Activity.status == ActivityStatus.PUBLISHED
    proposal = select(Occurrence.id).where(
        Occurrence.activity_id == Activity.id, Occurrence.status == OccurrenceStatus.PROPOSED
    )
    return {
        Shown.ALL: Activity.id.is_not(None),
        Shown.VAGUE: and_(published, Activity.vague),
        Shown.FIRM: and_(published, ~Activity.vague),
        Shown.PROPOSED: and_(published, proposal.exists()),
        Shown.CANCELLED: Activity.status == ActivityStatus.CANCELLED,
    }[shown]


def _counts(reach: ColumnElement[bool]) -> dict[Shown, int]:
    columns = [func.count(Activity.id).filter(_narrowed(shown)) for shown in Shown]
    row = session().execute(select(*columns).join(Agency, Agency.id == Activity.agency_id).where(reach)).one()
    return {shown: int(count) for shown, count in zip(Shown, row, strict=True)}


@dataclass(frozen=True)
class PlanToPublish:
    """A plan on record that the public does not see yet; `own_text`: the reader wrote part of it."""

    code: str
    theme: str
    agency: str
    time_text: str
    own_text: bool


def plans_to_publish(actor: Actor) -> list[PlanToPublish]:
    """Plans on record that wait for publication, in the order of their time; at most 200."""
    own = select(PlanVersion.id).where(PlanVersion.plan_id == Plan.id, PlanVersion.author_id == actor.user_id)
    statement = (
        select(Plan.code, Plan.theme, Agency.name, Plan.time_text, own.exists())
        .join(Agency, Agency.id == Plan.agency_id)
        .where(Plan.status == PlanStatus.ON_RECORD, within_reach(actor, Right.PUBLICATION_MANAGE))
        .order_by(Plan.first_day.is_(None), Plan.first_day, Plan.id)
        .limit(200)
    )
    return [PlanToPublish(*row) for row in session().execute(statement)]


@dataclass(frozen=True)
class PlanPreview:
    """A plan as the public will read it; `obstacle` says why the person may not publish it, None when they may."""

    code: str
    agency: str
    text: PlanText
    period: FuzzyDate
    obstacle: str | None
    held: bool
    """Whether it was held before it was filed: nothing opens for sign-up."""


def plan_preview(actor: Actor, code: str) -> PlanPreview:
    """What publishing a plan would show.

    Raises:
        NotFound: no such plan within the officer's reach.
    """
    plan = plan_in_reach(actor, Right.PUBLICATION_MANAGE, _sayable(code))
    period = read_period(plan.time_text, year=plan.reading_year)
    why_not = obstacle(actor, PlanAction.PUBLISH, plan_facts(plan))
    return PlanPreview(plan.code, plan.agency.name, plan.text, period, why_not, plan.held_already)


# --- everything about one --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class QuotaRow:
    """The seats for one part of the audience."""

    id: int
    name: str
    seats: Seats


@dataclass(frozen=True)
class OccurrenceRow:
    """One occurrence on the page of its activity; `number` None for a proposal; `over` once it has ended."""

    code: str
    number: int | None
    status: OccurrenceStatus
    starts_at: datetime
    ends_at: datetime
    venue: str
    signup_mode: SignupMode
    opens_at: datetime | None
    closes_at: datetime | None
    party_limit: int
    waitlist: bool
    walk_in_limit: int
    capacity: int | None
    """Seats that all quotas share; None where they share none."""
    offer_hours: int | None
    """Working hours for which a freed seat is offered; None: it is given at once."""
    reminder_hours: int | None
    """How many hours before the start people are reminded; None: not at all."""
    cancel_reason: str
    author: str
    quotas: tuple[QuotaRow, ...]
    waiting: int
    registered: int
    over: bool

    @property
    def seats(self) -> Seats:
        """All quotas together, within what they share."""
        capacity = sum(q.seats.capacity for q in self.quotas)
        most = capacity if self.capacity is None else min(capacity, self.capacity)
        return Seats(most, sum(q.seats.taken for q in self.quotas))


@dataclass(frozen=True)
class ActivityDetail:
    """An activity as its agency and the office see it, with its public history, newest first."""

    code: str
    plan_code: str
    agency: str
    status: ActivityStatus
    signup_mode: SignupMode
    text: PlanText
    vague: bool
    last_day: date | None
    sequence: int
    published_at: datetime
    changed_at: datetime
    cancel_reason: str
    postpone_reason: str
    phone_once: bool
    """Whether a telephone number may be on one list of the activity only."""
    subject: Subject
    occurrences: tuple[OccurrenceRow, ...]
    history: tuple[tuple[datetime, str], ...]

    @property
    def scheduled(self) -> tuple[OccurrenceRow, ...]:
        """What the public sees or saw: scheduled and cancelled occurrences, by number."""
        return tuple(row for row in self.occurrences if row.number is not None)

    @property
    def proposals(self) -> tuple[OccurrenceRow, ...]:
        """What waits for the office."""
        return tuple(row for row in self.occurrences if row.status is OccurrenceStatus.PROPOSED)

    @property
    def declined(self) -> tuple[OccurrenceRow, ...]:
        """Proposals that came to nothing."""
        return tuple(row for row in self.occurrences if row.number is None and row not in self.proposals)


def activity_detail(actor: Actor, code: str, now: datetime) -> ActivityDetail:
    """Everything about one activity; the number of queries does not grow with its occurrences.

    Raises:
        NotFound: not there, or not within reach.
    """
    activity = activity_in_reach(actor, Right.PLAN_READ, code)
    occurrences = _occurrence_rows(Occurrence.activity_id == activity.id, now)
    history = session().execute(
        select(ActivityChange.at, ActivityChange.text)
        .where(ActivityChange.activity_id == activity.id)
        .order_by(ActivityChange.id.desc())
    )
    return ActivityDetail(
        code=activity.code,
        plan_code=session().scalars(select(Plan.code).where(Plan.id == activity.plan_id)).one(),
        agency=activity.agency.name,
        status=ActivityStatus(activity.status),
        signup_mode=SignupMode(activity.signup_mode),
        text=PlanText(**{name: getattr(activity, name) for name in PLAN_FIELDS}),
        vague=activity.vague,
        last_day=activity.last_day,
        sequence=activity.sequence,
        published_at=activity.published_at,
        changed_at=activity.changed_at,
        cancel_reason=activity.cancel_reason,
        postpone_reason=activity.postpone_reason,
        phone_once=activity.phone_once == "activity",
        subject=subject_of(activity.agency),
        occurrences=occurrences,
        history=tuple((at, text) for at, text in history),
    )


@dataclass(frozen=True)
class OccurrenceDetail:
    """One occurrence with what its pages need of its activity."""

    row: OccurrenceRow
    activity_code: str
    theme: str
    agency: str
    sequence: int


def occurrence_detail(actor: Actor, right: Right, code: str, now: datetime) -> OccurrenceDetail:
    """One occurrence within reach.

    Raises:
        NotFound: not there, or not within reach.
    """
    occurrence = occurrence_in_reach(actor, right, code)
    activity = occurrence.activity
    row = _occurrence_rows(Occurrence.id == occurrence.id, now)[0]
    return OccurrenceDetail(row, activity.code, activity.theme, activity.agency.name, activity.sequence)


def _occurrence_rows(condition: ColumnElement[bool], now: datetime) -> tuple[OccurrenceRow, ...]:
    statement = (
        select(Occurrence, User.name)
        .join(User, User.id == Occurrence.created_by_id)
        .where(condition)
        .options(selectinload(Occurrence.quotas))
        .order_by(Occurrence.number.is_(None), Occurrence.number, Occurrence.starts_at, Occurrence.id)
    )
    found = session().execute(statement).all()
    people = _standing([occurrence.id for occurrence, _ in found])
    return tuple(_occurrence_row(occurrence, author, people, now) for occurrence, author in found)


def _standing(ids: Sequence[int]) -> dict[tuple[int, str], tuple[int, int]]:
    """Registrations and persons per occurrence and status."""
    counted = (
        select(
            Registration.occurrence_id,
            Registration.status,
            func.count(Registration.id),
            func.sum(Registration.party_size),
        )
        .where(Registration.occurrence_id.in_(ids), Registration.status.in_(_STANDING))
        .group_by(Registration.occurrence_id, Registration.status)
    )
    return {(of, status): (rows, int(persons)) for of, status, rows, persons in session().execute(counted)}


def _occurrence_row(
    occurrence: Occurrence, author: str, people: dict[tuple[int, str], tuple[int, int]], now: datetime
) -> OccurrenceRow:
    same = ("code", "number", "starts_at", "ends_at", "venue", "opens_at", "closes_at", "party_limit", "waitlist")
    seats = sharing([Seats(quota.capacity, quota.taken) for quota in occurrence.quotas], occurrence.capacity)
    return OccurrenceRow(
        **{
            name: getattr(occurrence, name)
            for name in (*same, "walk_in_limit", "capacity", "offer_hours", "reminder_hours", "cancel_reason")
        },
        status=OccurrenceStatus(occurrence.status),
        signup_mode=SignupMode(occurrence.signup_mode),
        author=author,
        quotas=tuple(QuotaRow(q.id, q.name, of) for q, of in zip(occurrence.quotas, seats, strict=True)),
        waiting=people.get((occurrence.id, RegistrationStatus.WAITLISTED.value), (0, 0))[1],
        registered=sum(rows for (of, _), (rows, _persons) in people.items() if of == occurrence.id),
        over=occurrence.ends_at <= now and occurrence.status != OccurrenceStatus.POSTPONED,
    )
