"""The office's first page: what needs action, how far the open call has come, and what happened last.

The number of queries does not depend on how many agencies or plans there are.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import joinedload

from openday.db import session
from openday.models.activities import Activity
from openday.models.aftermath import Outcome, Suggestion
from openday.models.calls import Call
from openday.models.people import Agency, Jurisdiction
from openday.models.plans import Plan, PlanEvent
from openday.queries.coverage import (
    Coverage,
    coverage,
    day_begins,
    last_ends,
    latest_held_day_overdue,
    over_since,
)
from openday.queries.office_plans import around
from openday.queries.scope import within_reach
from openday.queries.working_calendar import CALENDAR_AHEAD, working_calendar
from openday.rules.deadlines import Deadline, deadline, outcome_due, reply_due
from openday.rules.permissions import Actor, Right, may
from openday.rules.plan_states import PlanAction, PlanStatus
from openday.rules.states import SuggestionStatus
from openday.rules.working_days import WorkingCalendar, describe_unknown_years

SHOWN = 10
_OFFICE_TURN = (SuggestionStatus.RECEIVED, SuggestionStatus.AGENCY_APPROVED)
_AGENCY_TURN = (SuggestionStatus.OPEN, SuggestionStatus.DRAFTED)
_OTHER_STEPS = {"create": "新建", "import": "由表格导入"}


@dataclass(frozen=True)
class BoardCall:
    """A call as the board names it."""

    id: int
    title: str
    due: Deadline


@dataclass(frozen=True)
class OutcomeOverdue:
    """A plan whose outcome (开展情况) should have been filed by now."""

    code: str
    theme: str
    agency: str
    last_day: date
    deadline: Deadline


@dataclass(frozen=True)
class SuggestionLine:
    """A suggestion that waits for the office, or that an agency has not answered in time."""

    id: int
    text: str
    agency: str
    about: str
    status: SuggestionStatus
    received_at: datetime
    deadline: Deadline


@dataclass(frozen=True)
class LatestStep:
    """One of the last things that happened to a plan."""

    at: datetime
    what: str
    who: str
    code: str
    theme: str
    agency: str


@dataclass(frozen=True)
class Board:
    """The whole page. Lists hold at most `SHOWN`, the counts hold all; `coverage` is empty without a call."""

    calls: tuple[BoardCall, ...]
    call: BoardCall | None
    coverage: tuple[Coverage, ...]
    to_review: int
    outcomes_overdue: int
    outcomes: tuple[OutcomeOverdue, ...]
    suggestions_overdue: int
    suggestion_counts: dict[str, int]
    suggestions: tuple[SuggestionLine, ...]
    latest: tuple[LatestStep, ...]
    calendar_warning: str

    @property
    def missing(self) -> tuple[Coverage, ...]:
        """The agencies that still owe a plan to the call."""
        return tuple(row for row in self.coverage if row.missing)

    @property
    def overdue(self) -> int:
        """Outcomes and answers that should have been there by now."""
        return self.outcomes_overdue + self.suggestions_overdue


def office_board(actor: Actor, now: datetime, *, call_id: int | None = None) -> Board:
    """What the office sees first; `call_id` chooses among the open calls, by default the newest."""
    calendar = working_calendar()
    calls = _open_calls(actor, now, calendar)
    call = next((each for each in calls if each.id == call_id), calls[0] if calls else None)
    in_reach = within_reach(actor, Right.PLAN_READ)
    rows = coverage([Plan.call_id == call.id], in_reach, now, call_id=call.id) if call else ()
    outcomes_overdue, outcomes = _outcomes_overdue(actor, now, calendar)
    counts = _suggestion_counts(actor)
    suggestions_overdue, suggestions = _suggestions(actor, now, calendar)
    assumed = calendar.unknown_years(now.date(), now.date() + CALENDAR_AHEAD)
    return Board(
        calls=calls,
        call=call,
        coverage=rows,
        to_review=_to_review(actor),
        outcomes_overdue=outcomes_overdue,
        outcomes=outcomes,
        suggestions_overdue=suggestions_overdue,
        suggestion_counts=counts,
        suggestions=suggestions,
        latest=_latest(actor),
        calendar_warning=describe_unknown_years(assumed),
    )


def _open_calls(actor: Actor, now: datetime, calendar: WorkingCalendar) -> tuple[BoardCall, ...]:
    """The open calls of the person's place, of everything below it, and of the places above."""
    here = actor.jurisdiction_path
    statement = (
        select(Call)
        .join(Jurisdiction, Jurisdiction.id == Call.jurisdiction_id)
        .where(Call.status == "open", around(actor))
        .order_by(Call.year.desc(), (Jurisdiction.path == here).desc(), Call.id.desc())
    )
    calls = session().scalars(statement) if may(actor, Right.CALL_READ) else ()
    return tuple(BoardCall(call.id, call.title, deadline(call.due_on, now, calendar)) for call in calls)


def _to_review(actor: Actor) -> int:
    statement = (
        select(func.count())
        .select_from(Plan)
        .join(Agency, Agency.id == Plan.agency_id)
        .where(within_reach(actor, Right.PLAN_READ), Plan.status == PlanStatus.OFFICE_REVIEW)
    )
    return session().scalar(statement) or 0


def _outcomes_overdue(actor: Actor, now: datetime, calendar: WorkingCalendar) -> tuple[int, tuple[OutcomeOverdue, ...]]:
    """How many there are, and the first of them; the working days become one day to compare with."""
    ends = last_ends()
    too_late = day_begins(latest_held_day_overdue(now.date(), calendar) + timedelta(days=1))
    conditions = (
        within_reach(actor, Right.OUTCOME_READ),
        Plan.status == PlanStatus.PUBLISHED,
        Outcome.id.is_(None),
        over_since(ends, too_late),
    )
    statement = (
        select(Plan.code, Plan.theme, Plan.last_day, Agency.name, ends.c.ended, func.count().over().label("all"))
        .join(Agency, Agency.id == Plan.agency_id)
        .outerjoin(ends, ends.c.plan_id == Plan.id)
        .outerjoin(Outcome, Outcome.plan_id == Plan.id)
        .where(*conditions)
        .order_by(Plan.last_day, Plan.id)
        .limit(SHOWN)
    )
    found, total = [], 0
    for row in session().execute(statement):
        last_day, total = row.ended.date() if row.ended else row.last_day, row.all
        due = deadline(outcome_due(last_day, calendar), now, calendar)
        found.append(OutcomeOverdue(row.code, row.theme, row.name, last_day, due))
    return total, tuple(sorted(found, key=lambda each: each.last_day))


def _suggestion_counts(actor: Actor) -> dict[str, int]:
    statement = (
        select(Suggestion.status, func.count())
        .join(Agency, Agency.id == Suggestion.agency_id)
        .where(within_reach(actor, Right.SUGGESTION_READ))
        .group_by(Suggestion.status)
    )
    return {row[0]: row[1] for row in session().execute(statement)}


def _suggestions(actor: Actor, now: datetime, calendar: WorkingCalendar) -> tuple[int, tuple[SuggestionLine, ...]]:
    """How many answers are overdue; and what is the office's turn or overdue, the most urgent first.

    The clock runs from the day a suggestion came in, also while it waits for moderation and has no due date yet.
    """
    unread = Suggestion.due_on.is_(None) & (Suggestion.received_at < _came_in_too_long_ago(now.date(), calendar))
    late: ColumnElement[bool] = Suggestion.status.in_((*_OFFICE_TURN, *_AGENCY_TURN)) & (
        (Suggestion.due_on < now.date()) | unread
    )
    in_reach = within_reach(actor, Right.SUGGESTION_READ)
    count = select(func.count()).select_from(Suggestion).join(Agency, Agency.id == Suggestion.agency_id)
    overdue = session().scalar(count.where(in_reach, late)) or 0
    statement = (
        select(Suggestion, Activity.theme)
        .join(Agency, Agency.id == Suggestion.agency_id)
        .outerjoin(Activity, Activity.id == Suggestion.activity_id)
        .where(in_reach, Suggestion.status.in_(_OFFICE_TURN) | late)
        .options(joinedload(Suggestion.agency))
        .order_by(Suggestion.received_at, Suggestion.id)
        .limit(SHOWN)
    )
    lines = tuple(
        SuggestionLine(
            id=row.id,
            text=row.text,
            agency=row.agency.name,
            about=theme or "",
            status=SuggestionStatus(row.status),
            received_at=row.received_at,
            deadline=deadline(row.due_on or reply_due(row.received_at, calendar), now, calendar),
        )
        for row, theme in session().execute(statement)
    )
    return overdue, tuple(sorted(lines, key=lambda line: line.deadline.due))


def _came_in_too_long_ago(today: date, calendar: WorkingCalendar) -> datetime:
    """What came in before this moment should have been answered by now."""
    day = today
    while reply_due(day_begins(day), calendar) >= today:
        day -= timedelta(days=1)
    return day_begins(day + timedelta(days=1))


def _latest(actor: Actor) -> tuple[LatestStep, ...]:
    statement = (
        select(PlanEvent)
        .join(PlanEvent.plan)
        .join(Plan.agency)
        .where(within_reach(actor, Right.PLAN_READ), PlanEvent.to_status != PlanStatus.DRAFT)
        .options(joinedload(PlanEvent.actor), joinedload(PlanEvent.plan).joinedload(Plan.agency))
        .order_by(PlanEvent.id.desc())
        .limit(SHOWN)
    )
    return tuple(
        LatestStep(
            at=event.at,
            what=_OTHER_STEPS.get(event.action) or PlanAction(event.action).label,
            who=event.actor.name,
            code=event.plan.code,
            theme=event.plan.theme,
            agency=event.plan.agency.name,
        )
        for event in session().scalars(statement)
    )
