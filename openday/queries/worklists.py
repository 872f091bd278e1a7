"""What waits for whom: the agency's desk, in a constant number of queries."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from openday.db import session
from openday.models.activities import Activity
from openday.models.aftermath import Outcome, Suggestion
from openday.models.occurrences import Occurrence
from openday.models.plans import Plan
from openday.queries.plans import PlanLine, plan_line
from openday.queries.working_calendar import working_calendar
from openday.rules.deadlines import Deadline, deadline, outcome_due
from openday.rules.permissions import Actor, Right, may
from openday.rules.plan_states import PlanStatus
from openday.rules.states import OccurrenceStatus, SuggestionStatus
from openday.rules.working_days import WorkingCalendar

SHOWN = 20


@dataclass(frozen=True)
class Waiting:
    """A plan that waits for this agency; no deadline runs for one that was `filed_before`."""

    plan: PlanLine
    deadline: Deadline | None
    filed_before: bool


@dataclass(frozen=True)
class SuggestionWaiting:
    """A suggestion that the agency has to answer."""

    receipt: str
    text: str
    about: str
    status: SuggestionStatus
    deadline: Deadline | None


@dataclass(frozen=True)
class OutcomeWaiting:
    """An activity that was held and whose outcome (开展情况) has not been filed."""

    code: str
    theme: str
    last_day: date
    deadline: Deadline


@dataclass(frozen=True)
class AgencyDesk:
    """Everything on the agency's first page. Lists hold at most `SHOWN`; the counts hold all."""

    returned: tuple[Waiting, ...]
    to_review: tuple[Waiting, ...]
    drafts: tuple[Waiting, ...]
    suggestions: tuple[SuggestionWaiting, ...]
    outcomes: tuple[OutcomeWaiting, ...]
    counts: dict[str, int]

    @property
    def empty(self) -> bool:
        """Whether nothing waits."""
        return not (self.returned or self.to_review or self.drafts or self.suggestions or self.outcomes)


def agency_desk(actor: Actor, now: datetime) -> AgencyDesk:
    """What waits for a filer or reviewer of an agency, each with its date."""
    calendar = working_calendar()
    return AgencyDesk(
        returned=_plans(actor, PlanStatus.RETURNED, now, calendar) if may(actor, Right.PLAN_FILE) else (),
        to_review=_plans(actor, PlanStatus.AGENCY_REVIEW, now, calendar)
        if may(actor, Right.PLAN_AGENCY_REVIEW)
        else (),
        drafts=_plans(actor, PlanStatus.DRAFT, now, calendar) if may(actor, Right.PLAN_FILE) else (),
        suggestions=_suggestions(actor, now, calendar),
        outcomes=_outcomes(actor, now, calendar) if may(actor, Right.OUTCOME_FILE) else (),
        counts=_counts(actor),
    )


def _plans(actor: Actor, status: PlanStatus, now: datetime, calendar: WorkingCalendar) -> tuple[Waiting, ...]:
    statement = (
        select(Plan)
        .where(Plan.agency_id == actor.agency_id, Plan.status == status)
        .options(joinedload(Plan.call))
        .order_by(Plan.updated_at, Plan.id)
        .limit(SHOWN)
    )
    return tuple(
        Waiting(plan_line(plan), _call_deadline(plan, now, calendar), plan.submitted_at is not None)
        for plan in session().scalars(statement)
    )


def _call_deadline(plan: Plan, now: datetime, calendar: WorkingCalendar) -> Deadline | None:
    """The call's deadline; what has left the agency in time before is not held to it again."""
    if plan.call is None or plan.submitted_at is not None:
        return None
    return deadline(plan.call.due_on, now, calendar)


def _suggestions(actor: Actor, now: datetime, calendar: WorkingCalendar) -> tuple[SuggestionWaiting, ...]:
    mine = []
    if may(actor, Right.SUGGESTION_DRAFT_REPLY):
        mine.append(SuggestionStatus.OPEN)
    if may(actor, Right.SUGGESTION_APPROVE_REPLY):
        mine.append(SuggestionStatus.DRAFTED)
    statement = (
        select(Suggestion.receipt, Suggestion.text, Suggestion.status, Suggestion.due_on, Activity.theme)
        .outerjoin(Activity, Activity.id == Suggestion.activity_id)
        .where(Suggestion.agency_id == actor.agency_id, Suggestion.status.in_(mine))
        .order_by(Suggestion.due_on, Suggestion.id)
        .limit(SHOWN)
    )
    return tuple(
        SuggestionWaiting(
            row.receipt,
            row.text,
            row.theme or "",
            SuggestionStatus(row.status),
            deadline(row.due_on, now, calendar) if row.due_on else None,
        )
        for row in session().execute(statement)
    )


def _outcomes(actor: Actor, now: datetime, calendar: WorkingCalendar) -> tuple[OutcomeWaiting, ...]:
    """Published plans whose last day is over: that of their occurrences, else that of the period itself."""
    held = (
        select(Activity.plan_id, func.max(Occurrence.ends_at).label("ended"))
        .join(Occurrence, Occurrence.activity_id == Activity.id)
        .where(Occurrence.status == OccurrenceStatus.SCHEDULED)
        .group_by(Activity.plan_id)
        .subquery()
    )
    statement = (
        select(Plan.code, Plan.theme, Plan.last_day, held.c.ended)
        .outerjoin(held, held.c.plan_id == Plan.id)
        .outerjoin(Outcome, Outcome.plan_id == Plan.id)
        .where(Plan.agency_id == actor.agency_id, Plan.status == PlanStatus.PUBLISHED, Outcome.id.is_(None))
        .where(func.coalesce(held.c.ended < now, Plan.last_day < now.date()))
        .order_by(Plan.last_day, Plan.id)
        .limit(SHOWN)
    )
    waiting = []
    for row in session().execute(statement):
        last_day = row.ended.date() if row.ended else row.last_day
        waiting.append(
            OutcomeWaiting(row.code, row.theme, last_day, deadline(outcome_due(last_day, calendar), now, calendar))
        )
    return tuple(sorted(waiting, key=lambda each: each.deadline.due))


def _counts(actor: Actor) -> dict[str, int]:
    statement = select(Plan.status, func.count()).where(Plan.agency_id == actor.agency_id).group_by(Plan.status)
    return {row[0]: row[1] for row in session().execute(statement)}
