"""What waits for whom: the agency's desk, in a constant number of queries."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from openday.db import session
from openday.models.plans import Plan
from openday.queries.calls import later_days, later_of
from openday.queries.outcomes import OutcomeOwed, outcomes_owed
from openday.queries.plans import PlanLine, plan_line
from openday.queries.scope import filed_or_hosted
from openday.queries.suggestions import SuggestionLine, suggestions_waiting
from openday.queries.working_calendar import working_calendar
from openday.rules.deadlines import Deadline, deadline
from openday.rules.permissions import Actor, Right, may
from openday.rules.plan_states import PlanStatus
from openday.rules.working_days import WorkingCalendar

SHOWN = 20


@dataclass(frozen=True)
class Waiting:
    """A plan that waits for this agency; no deadline runs for one that was `filed_before`."""

    plan: PlanLine
    deadline: Deadline | None
    filed_before: bool


@dataclass(frozen=True)
class AgencyDesk:
    """Everything on the agency's first page. Lists hold at most `SHOWN`; the counts hold all."""

    returned: tuple[Waiting, ...]
    to_review: tuple[Waiting, ...]
    drafts: tuple[Waiting, ...]
    suggestions: tuple[SuggestionLine, ...]
    outcomes: tuple[OutcomeOwed, ...]
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
        suggestions=suggestions_waiting(actor, now, limit=SHOWN),
        outcomes=outcomes_owed(actor, now)[:SHOWN] if may(actor, Right.OUTCOME_FILE) else (),
        counts=_counts(actor),
    )


def _plans(actor: Actor, status: PlanStatus, now: datetime, calendar: WorkingCalendar) -> tuple[Waiting, ...]:
    """The agency's own plans; of those that were returned also what it hosts and may put right."""
    returned = status is PlanStatus.RETURNED
    theirs = filed_or_hosted(actor, Right.PLAN_EDIT) if returned else Plan.agency_id == actor.agency_id
    statement = (
        select(Plan)
        .where(theirs, Plan.status == status)
        .options(joinedload(Plan.call))
        .order_by(Plan.updated_at, Plan.id)
        .limit(SHOWN)
    )
    later = later_days(actor.agency_id)
    return tuple(
        Waiting(plan_line(plan), _call_deadline(plan, later, now, calendar), plan.submitted_at is not None)
        for plan in session().scalars(statement)
    )


def _call_deadline(plan: Plan, later: dict[int, date], now: datetime, calendar: WorkingCalendar) -> Deadline | None:
    """The call's deadline, or the agency's own; what has left the agency in time before is not held to it again."""
    if plan.call is None or plan.submitted_at is not None:
        return None
    return deadline(later_of(plan.call, later), now, calendar)


def _counts(actor: Actor) -> dict[str, int]:
    statement = select(Plan.status, func.count()).where(filed_or_hosted(actor)).group_by(Plan.status)
    return {row[0]: row[1] for row in session().execute(statement)}
