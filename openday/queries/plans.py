"""Plans as their readers see them: one with its comments and history, and an agency's lists."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import joinedload, selectinload

from openday.db import session
from openday.models.calls import Call
from openday.models.people import Agency, User, UserRole
from openday.models.plans import Plan, PlanComment, PlanEvent, PlanVersion
from openday.queries.plan_relations import Relations, relations_of
from openday.queries.scope import filed_or_hosted, plan_facts, plan_in_reach
from openday.rules.audience import Audience, read_audience
from openday.rules.fuzzy_date import FuzzyDate, read_period
from openday.rules.permissions import Actor, Right, Role, may
from openday.rules.plan_readings import FieldReading, audience_reading, time_reading
from openday.rules.plan_states import (
    PlanAction,
    PlanFacts,
    PlanStatus,
    ReviewStep,
    obstacle,
    open_actions,
    step_after,
    step_text,
    steps_from,
)
from openday.rules.plan_text import FIELD_LABELS, PlanText, differences, text_from
from openday.rules.text_changes import Piece, text_changes

PAGE = 20
_RETURNS = frozenset({PlanAction.RETURN.value, PlanAction.AGENCY_RETURN.value})
_CORRECTIONS = (PlanAction.ASK_CORRECTION.value, PlanAction.SETTLE_CORRECTION.value)
_DONE = frozenset({PlanStatus.ON_RECORD, PlanStatus.PUBLISHED, PlanStatus.CANCELLED})
_OTHER_ACTIONS = {"create": "新建", "import": "由表格导入"}


@dataclass(frozen=True)
class Comment:
    """A reviewer's word at one field; `settled` once that field says something else, or the plan was approved."""

    field: str
    label: str
    who: str
    at: datetime
    text: str
    settled: bool


@dataclass(frozen=True)
class Step:
    """One line of a plan's history."""

    at: datetime
    what: str
    who: str
    reason: str
    comments: tuple[Comment, ...]


@dataclass(frozen=True)
class Change:
    """A field that differs from what was last handed back."""

    label: str
    before: str
    after: str
    pieces: tuple[Piece, ...] = ()


@dataclass(frozen=True)
class AgencyReview:
    """The agency's review of a plan: its steps, the one that it waits for, and how many people are left for them.

    `short` is set when there are fewer people who may still review than steps to take.
    """

    steps: tuple[ReviewStep, ...]
    step: ReviewStep | None
    later: ReviewStep | None
    free: int
    short: bool


@dataclass(frozen=True)
class Correction:
    """What an agency asks to be corrected in what is published, until the office has answered."""

    at: datetime
    who: str
    reason: str
    comments: tuple[Comment, ...]


@dataclass(frozen=True)
class PlanPage:
    """One plan with all that its readers need; `actions` are the buttons of the person who asks."""

    code: str
    version: int
    status: PlanStatus
    agency_id: int
    agency: str
    call_id: int | None
    call: str
    reading_year: int
    text: PlanText
    period: FuzzyDate
    audience: Audience
    filed_late: bool
    created_at: datetime
    updated_at: datetime
    submitted_at: datetime | None
    actions: tuple[PlanAction, ...]
    comments: tuple[Comment, ...]
    history: tuple[Step, ...]
    changes: tuple[Change, ...]
    return_reason: str
    held_already: bool
    version_count: int
    review: AgencyReview
    correction: Correction | None
    why_not: str
    """Why this person cannot take the step of the agency's review that the plan waits for; else empty."""
    relations: Relations

    @property
    def pinned(self) -> dict[str, list[Comment]]:
        """The comments that count by field name: those still open, and those of the last return."""
        return {name: [c for c in self.comments if c.field == name] for name in FIELD_LABELS}


@dataclass(frozen=True)
class PlanLine:
    """A plan in a list; `when` is its time as a notice prints it."""

    code: str
    theme: str
    when: str
    venue: str
    status: PlanStatus
    filed_late: bool
    call: str
    updated_at: datetime
    filed_by: str = ""
    """The agency that filed it, where that is not the reader's own."""


@dataclass(frozen=True)
class PlanList:
    """One page of plans, and how many there are in each state before the state was chosen."""

    lines: tuple[PlanLine, ...]
    total: int
    page: int
    pages: int
    counts: dict[str, int]


@dataclass(frozen=True)
class OwnAgency:
    """What the form prints of the agency that files."""

    name: str
    reviews: bool
    steps: tuple[ReviewStep, ...] = ()
    reviewers: int = 0
    """How many people of the agency may review, whoever wrote the text."""

    @property
    def short(self) -> bool:
        """Whether the review has more steps than people: a plan would never leave the agency."""
        return self.reviews and self.reviewers < len(self.steps)


@dataclass(frozen=True)
class Understanding:
    """How the time and the audience of a text that is being written are understood."""

    period: FuzzyDate
    audience: Audience
    time: FieldReading
    people: FieldReading


def understand(time_text: str, audience_text: str, *, year: int, today: date | None = None) -> Understanding:
    """Read the two free wordings of the form, without keeping anything; with `today` what has passed is said."""
    period, audience = read_period(time_text, year=year), read_audience(audience_text)
    return Understanding(period, audience, time_reading(period, today), audience_reading(audience))


def compare(theirs: PlanText, mine: PlanText) -> tuple[Change, ...]:
    """The fields in which two texts differ: `before` as it stands now, `after` as somebody would have saved it."""
    return tuple(
        Change(FIELD_LABELS[name], old, new, text_changes(old, new)) for name, old, new in differences(theirs, mine)
    )


def own_agency(actor: Actor) -> OwnAgency:
    """The name of the person's own agency, and whether its plans pass a reviewer first; empty for nobody's."""
    row = (
        session()
        .execute(select(Agency.name, Agency.reviews, Agency.review_steps).where(Agency.id == actor.agency_id))
        .first()
    )
    if row is None:
        return OwnAgency("", reviews=False)
    reviewers = len(_reviewers(actor.agency_id or 0)) if row.reviews else 0
    return OwnAgency(row.name, row.reviews, steps_from(row.review_steps) if row.reviews else (), reviewers)


def plan_page(actor: Actor, code: str, right: Right = Right.PLAN_READ) -> PlanPage:
    """One plan with its history, the comments that count, and what the person may do with it.

    Raises:
        NotFound: it is not there, or not within reach.
    """
    plan = plan_in_reach(actor, right, code)
    facts = plan_facts(plan)
    statement = (
        select(PlanEvent)
        .where(PlanEvent.plan_id == plan.id)
        .options(joinedload(PlanEvent.actor), selectinload(PlanEvent.comments))
        .order_by(PlanEvent.id)
    )
    events = session().scalars(statement).all()
    returned = next((event for event in reversed(events) if event.action in _RETURNS), None)
    texts = _texts(plan.id)
    return PlanPage(
        code=plan.code,
        version=plan.version,
        status=PlanStatus(plan.status),
        agency_id=plan.agency_id,
        agency=plan.agency.name,
        call_id=plan.call_id,
        call=plan.call.title if plan.call else "",
        reading_year=plan.reading_year,
        text=plan.text,
        period=read_period(plan.time_text, year=plan.reading_year),
        audience=read_audience(plan.audience_text),
        filed_late=plan.filed_late,
        created_at=plan.created_at,
        updated_at=plan.updated_at,
        submitted_at=plan.submitted_at,
        actions=tuple(open_actions(actor, facts)),
        comments=_comments(plan, events, texts),
        history=tuple(_step(event) for event in reversed(events)),
        changes=compare(text_at(texts, returned.at), plan.text) if returned and texts else (),
        return_reason=returned.reason if returned and plan.status == PlanStatus.RETURNED else "",
        held_already=plan.held_already,
        version_count=len(texts),
        review=_agency_review(plan, facts),
        correction=_correction(plan, events),
        why_not=_why_not(actor, facts),
        relations=relations_of(plan, actor),
    )


def asks_correction(plan_id: int) -> bool:
    """Whether the agency asked for a correction that the office has not answered."""
    last = (
        select(PlanEvent.action)
        .where(PlanEvent.plan_id == plan_id, PlanEvent.action.in_(_CORRECTIONS))
        .order_by(PlanEvent.id.desc())
        .limit(1)
    )
    return session().scalar(last) == PlanAction.ASK_CORRECTION


def asking_correction() -> ColumnElement[bool]:
    """A condition on plans: published, and the last word about a correction is the agency's."""
    last = (
        select(func.max(PlanEvent.id))
        .where(PlanEvent.plan_id == Plan.id, PlanEvent.action.in_(_CORRECTIONS))
        .correlate(Plan)
        .scalar_subquery()
    )
    asked = select(PlanEvent.id).where(PlanEvent.id == last, PlanEvent.action == PlanAction.ASK_CORRECTION.value)
    return (Plan.status == PlanStatus.PUBLISHED) & asked.correlate(Plan).exists()


def plans_of_agency(
    actor: Actor, *, status: PlanStatus | None = None, search: str = "", call_id: int | None = None, page: int = 1
) -> PlanList:
    """The plans of the person's own agency, the last touched first; `search` looks into theme and venue."""
    conditions = _conditions(actor, search, call_id)
    counted = select(Plan.status, func.count()).where(*conditions).group_by(Plan.status)
    counts = {row[0]: row[1] for row in session().execute(counted)}
    total = counts.get(status, 0) if status else sum(counts.values())
    pages = max(1, -(-total // PAGE))
    page = min(max(page, 1), pages)
    statement = select(Plan).where(*conditions)
    if status:
        statement = statement.where(Plan.status == status)
    statement = statement.options(joinedload(Plan.call), joinedload(Plan.agency))
    statement = statement.order_by(Plan.updated_at.desc(), Plan.id.desc())
    plans = session().scalars(statement.limit(PAGE).offset((page - 1) * PAGE))
    lines = tuple(plan_line(plan, "" if plan.agency_id == actor.agency_id else plan.agency.name) for plan in plans)
    return PlanList(lines, total, page, pages, counts)


def plan_line(plan: Plan, filed_by: str = "") -> PlanLine:
    """A plan for a list; its call should have been loaded with it."""
    return PlanLine(
        code=plan.code,
        theme=plan.theme,
        when=read_period(plan.time_text, year=plan.reading_year).label(),
        venue=plan.venue,
        status=PlanStatus(plan.status),
        filed_late=plan.filed_late,
        call=plan.call.title if plan.call else "",
        updated_at=plan.updated_at,
        filed_by=filed_by,
    )


def calls_with_plans(actor: Actor) -> Sequence[tuple[int, str]]:
    """(id, title) of every call that the agency has filed a plan to, the newest first."""
    statement = (
        select(Call.id, Call.title)
        .where(Call.id.in_(select(Plan.call_id).where(*_conditions(actor, "", None))))
        .order_by(Call.year.desc(), Call.id.desc())
    )
    return [(row.id, row.title) for row in session().execute(statement)]


def _conditions(actor: Actor, search: str, call_id: int | None) -> list[ColumnElement[bool]]:
    """What the plans fulfil that the person's own agency filed or hosts, narrowed by words and call."""
    conditions = [filed_or_hosted(actor)]
    if search:
        words = Plan.theme.contains(search, autoescape=True) | Plan.venue.contains(search, autoescape=True)
        conditions.append(words)
    if call_id is not None:
        conditions.append(Plan.call_id == call_id)
    return conditions


def _comment(comment: PlanComment, event: PlanEvent, settled: bool) -> Comment:
    return Comment(comment.field, FIELD_LABELS[comment.field], event.actor.name, event.at, comment.text, settled)


def _step(event: PlanEvent) -> Step:
    what = _OTHER_ACTIONS.get(event.action)
    if what is None:
        what = step_text(PlanAction(event.action), ReviewStep(event.step) if event.step else None)
    comments = tuple(_comment(comment, event, settled=True) for comment in event.comments)
    return Step(event.at, what, event.actor.name, event.reason, comments)


def _texts(plan_id: int) -> list[tuple[datetime, dict[str, str]]]:
    """When each version was saved, and its fields; the oldest first."""
    statement = select(PlanVersion.saved_at, PlanVersion.fields).where(PlanVersion.plan_id == plan_id)
    return [(row.saved_at, row.fields) for row in session().execute(statement.order_by(PlanVersion.number))]


def text_at(texts: Sequence[tuple[datetime, dict[str, str]]], at: datetime) -> PlanText:
    """The text as it stood at a moment, of (saved at, fields) from the oldest to the newest; at least one is needed."""
    before = [fields for saved_at, fields in texts if saved_at <= at]
    return text_from(before[-1] if before else texts[0][1])


def _comments(
    plan: Plan, events: Sequence[PlanEvent], texts: Sequence[tuple[datetime, dict[str, str]]]
) -> tuple[Comment, ...]:
    """The words of the last return, and of the returns before it those that still wait for a change of their field.

    A return's words are settled at the fields that say something else by now, and all of them once the office has
    agreed to the plan.
    """
    approved = max((event.id for event in events if event.action == PlanAction.APPROVE), default=0)
    returns = [event for event in events if event.action in _RETURNS]
    found = []
    for event in returns:
        then = text_at(texts, event.at) if texts else plan.text
        over = event.id < approved or plan.status in _DONE
        for comment in event.comments:
            settled = over or getattr(then, comment.field) != getattr(plan.text, comment.field)
            if event is returns[-1] or not settled:
                found.append(_comment(comment, event, settled))
    return tuple(found)


def _agency_review(plan: Plan, facts: PlanFacts) -> AgencyReview:
    """Who is left for the steps of the agency's review that are still to be taken."""
    if not plan.agency.reviews and facts.step is None:
        return AgencyReview((), None, None, 0, short=False)
    later = step_after(facts.steps, facts.step) if facts.step else None
    if facts.step is None:
        return AgencyReview(facts.steps, None, None, 0, short=False)
    to_come = 1 + sum(step_after([step], facts.step) is not None for step in facts.steps)
    free = len(_reviewers(plan.agency_id) - facts.subject.author_ids - facts.reviewer_ids)
    return AgencyReview(facts.steps, facts.step, later, free, short=free < to_come)


def _reviewers(agency_id: int) -> frozenset[int]:
    """The ids of the agency's active reviewers."""
    statement = (
        select(User.id)
        .join(UserRole, UserRole.user_id == User.id)
        .where(User.agency_id == agency_id, User.active, UserRole.role == Role.REVIEWER.value)
    )
    return frozenset(session().scalars(statement))


def _correction(plan: Plan, events: Sequence[PlanEvent]) -> Correction | None:
    last = next((event for event in reversed(events) if event.action in _CORRECTIONS), None)
    if plan.status != PlanStatus.PUBLISHED or last is None or last.action != PlanAction.ASK_CORRECTION:
        return None
    comments = tuple(_comment(comment, last, settled=False) for comment in last.comments)
    return Correction(last.at, last.actor.name, last.reason, comments)


def _why_not(actor: Actor, facts: PlanFacts) -> str:
    if facts.status is not PlanStatus.AGENCY_REVIEW or facts.step is None or not may(actor, Right.PLAN_AGENCY_REVIEW):
        return ""
    later = step_after(facts.steps, facts.step)
    return obstacle(actor, PlanAction.AGENCY_STEP if later else PlanAction.AGENCY_APPROVE, facts) or ""
