"""Plans as their readers see them: one with its comments and history, and an agency's lists."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, false, func, select
from sqlalchemy.orm import joinedload, selectinload

from openday.db import session
from openday.models.calls import Call
from openday.models.people import Agency
from openday.models.plans import Plan, PlanComment, PlanEvent, PlanVersion
from openday.queries.scope import plan_facts, plan_in_reach
from openday.rules.audience import Audience, read_audience
from openday.rules.fuzzy_date import FuzzyDate, read_period
from openday.rules.permissions import Actor, Right, may
from openday.rules.plan_states import PlanAction, PlanStatus, open_actions
from openday.rules.plan_text import FIELD_LABELS, PlanText, differences, text_from

PAGE = 20
_RETURNS = frozenset({PlanAction.RETURN.value, PlanAction.AGENCY_RETURN.value})
_OTHER_ACTIONS = {"create": "新建", "import": "由表格导入"}


@dataclass(frozen=True)
class Comment:
    """A reviewer's word at one field; `settled` once the plan was handed in again."""

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

    @property
    def pinned(self) -> dict[str, list[Comment]]:
        """The comments of the last return by field name."""
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


@dataclass(frozen=True)
class Understanding:
    """How the time and the audience of a text that is being written are understood."""

    period: FuzzyDate
    audience: Audience


def understand(time_text: str, audience_text: str, *, year: int) -> Understanding:
    """Read the two free wordings of the form, without keeping anything."""
    return Understanding(read_period(time_text, year=year), read_audience(audience_text))


def compare(theirs: PlanText, mine: PlanText) -> tuple[Change, ...]:
    """The fields in which two texts differ: `before` as it stands now, `after` as somebody would have saved it."""
    return tuple(Change(FIELD_LABELS[name], old, new) for name, old, new in differences(theirs, mine))


def own_agency(actor: Actor) -> OwnAgency:
    """The name of the person's own agency, and whether its plans pass a reviewer first; empty for nobody's."""
    row = session().execute(select(Agency.name, Agency.reviews).where(Agency.id == actor.agency_id)).first()
    return OwnAgency(row.name, row.reviews) if row else OwnAgency("", reviews=False)


def plan_page(actor: Actor, code: str, right: Right = Right.PLAN_READ) -> PlanPage:
    """One plan with its history, the comments of its last return, and what the person may do with it.

    Raises:
        NotFound: it is not there, or not within reach.
    """
    plan = plan_in_reach(actor, right, code)
    statement = (
        select(PlanEvent)
        .where(PlanEvent.plan_id == plan.id)
        .options(joinedload(PlanEvent.actor), selectinload(PlanEvent.comments))
        .order_by(PlanEvent.id)
    )
    events = session().scalars(statement).all()
    returned = next((event for event in reversed(events) if event.action in _RETURNS), None)
    settled = plan.status != PlanStatus.RETURNED
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
        actions=tuple(open_actions(actor, plan_facts(plan))),
        comments=tuple(_comment(c, returned, settled) for c in returned.comments) if returned else (),
        history=tuple(_step(event) for event in reversed(events)),
        changes=_changes_since(plan, returned),
        return_reason=returned.reason if returned and not settled else "",
    )


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
    statement = statement.options(joinedload(Plan.call)).order_by(Plan.updated_at.desc(), Plan.id.desc())
    plans = session().scalars(statement.limit(PAGE).offset((page - 1) * PAGE))
    return PlanList(tuple(plan_line(plan) for plan in plans), total, page, pages, counts)


def plan_line(plan: Plan) -> PlanLine:
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
    """What the plans of the person's own agency fulfil, narrowed by words and call."""
    own = Plan.agency_id == actor.agency_id if may(actor, Right.PLAN_READ) else false()
    conditions: list[ColumnElement[bool]] = [own]
    if search:
        words = Plan.theme.contains(search, autoescape=True) | Plan.venue.contains(search, autoescape=True)
        conditions.append(words)
    if call_id is not None:
        conditions.append(Plan.call_id == call_id)
    return conditions


def _comment(comment: PlanComment, event: PlanEvent, settled: bool) -> Comment:
    return Comment(comment.field, FIELD_LABELS[comment.field], event.actor.name, event.at, comment.text, settled)


def _step(event: PlanEvent) -> Step:
    what = _OTHER_ACTIONS.get(event.action) or PlanAction(event.action).label
    comments = tuple(_comment(comment, event, settled=True) for comment in event.comments)
    return Step(event.at, what, event.actor.name, event.reason, comments)


def _changes_since(plan: Plan, returned: PlanEvent | None) -> tuple[Change, ...]:
    """What the agency changed after the last return."""
    if returned is None:
        return ()
    statement = (
        select(PlanVersion.fields)
        .where(PlanVersion.plan_id == plan.id, PlanVersion.saved_at <= returned.at)
        .order_by(PlanVersion.number.desc())
        .limit(1)
    )
    before = session().scalar(statement)
    if before is None:
        return ()
    return compare(text_from(before), plan.text)
