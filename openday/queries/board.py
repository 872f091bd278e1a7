"""The office's first page: what needs action, how far the open call has come, and what happened last.

The number of queries does not depend on how many agencies or plans there are.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import joinedload

from openday.db import session
from openday.models.activities import Activity
from openday.models.aftermath import Outcome, Suggestion
from openday.models.people import Agency
from openday.models.plans import Plan, PlanEvent
from openday.queries.clashes import AHEAD
from openday.queries.coverage import day_begins, last_ends, latest_held_day_overdue, over_since
from openday.queries.coverage_page import (
    CoveragePage,
    OpenCall,
    Wanted,
    calls_in_view,
    coverage_lines,
    page_from,
)
from openday.queries.places import PlaceView, place_view
from openday.queries.scope import within_reach
from openday.queries.timetable import timetable
from openday.queries.working_calendar import CALENDAR_AHEAD, working_calendar
from openday.queries.year_strip import year_days
from openday.rules.clashes import Clash, find_clashes
from openday.rules.deadlines import Deadline, deadline, outcome_due, reply_due
from openday.rules.permissions import Actor, Right
from openday.rules.plan_states import PlanAction, PlanStatus
from openday.rules.states import SuggestionStatus
from openday.rules.working_days import WorkingCalendar, describe_unknown_years
from openday.rules.year_strip import YearStrip, year_strip

SHOWN = 10
CLASHES_SHOWN = 5
_OFFICE_TURN = (SuggestionStatus.RECEIVED, SuggestionStatus.AGENCY_APPROVED)
_AGENCY_TURN = (SuggestionStatus.OPEN, SuggestionStatus.DRAFTED)
_OTHER_STEPS = {"create": "新建", "import": "由表格导入"}


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
    """The whole page. Lists hold at most `SHOWN`, the counts hold all; without a call the coverage has no lines.

    `to_review` counts what waits for this very office; what waits for offices below stands in `to_review_below`.
    """

    coverage: CoveragePage
    to_review: int
    to_review_below: int
    outcomes_overdue: int
    outcomes: tuple[OutcomeOverdue, ...]
    suggestions_overdue: int
    suggestion_counts: dict[str, int]
    suggestions: tuple[SuggestionLine, ...]
    latest: tuple[LatestStep, ...]
    strip: YearStrip
    clashes: tuple[Clash, ...]
    clashes_certain: int
    clashes_total: int
    calendar_warning: str

    @property
    def call(self) -> OpenCall | None:
        """The open call that the coverage is about."""
        return self.coverage.call

    @property
    def missing(self) -> int:
        """How many agencies still owe a plan to the call."""
        return self.coverage.counts["missing"]

    @property
    def overdue(self) -> int:
        """Outcomes and answers that should have been there by now."""
        return self.outcomes_overdue + self.suggestions_overdue


def office_board(actor: Actor, now: datetime, *, call_id: int | None = None, place_id: int | None = None) -> Board:
    """What the office sees first; `call_id` chooses among the open calls, by default the newest, and `place_id` a
    place below its own.

    Raises:
        NotFound: the place is not within reach.
    """
    today, calendar = now.date(), working_calendar()
    view = place_view(actor, place_id)
    calls = calls_in_view(actor, now, calendar)
    call = next((each for each in calls if each.id == call_id), calls[0] if calls else None)
    lines = coverage_lines(actor, view, call.id, now, calendar) if call else ()
    outcomes_overdue, outcomes = _outcomes_overdue(actor, view, now, calendar)
    counts = _suggestion_counts(actor, view)
    suggestions_overdue, suggestions = _suggestions(actor, view, now, calendar)
    mine, all_waiting = _to_review(actor, view)
    strip, clashes = _coordination(actor, view, today, calendar, call)
    return Board(
        coverage=page_from(view, calls, call, lines, Wanted()),
        to_review=mine,
        to_review_below=all_waiting - mine,
        outcomes_overdue=outcomes_overdue,
        outcomes=outcomes,
        suggestions_overdue=suggestions_overdue,
        suggestion_counts=counts,
        suggestions=suggestions,
        latest=_latest(actor, view),
        strip=strip,
        clashes=clashes[:CLASHES_SHOWN],
        clashes_certain=sum(clash.certain for clash in clashes),
        clashes_total=len(clashes),
        calendar_warning=describe_unknown_years(calendar.unknown_years(today, today + CALENDAR_AHEAD)),
    )


def _coordination(
    actor: Actor, view: PlaceView, today: date, calendar: WorkingCalendar, call: OpenCall | None
) -> tuple[YearStrip, tuple[Clash, ...]]:
    """The year of the call, or this one, and all clashes from today on, out of the same two queries."""
    year = call.year if call else today.year
    first, last = year_days(year)
    filings = timetable(actor, view, min(first, today), max(last, today + AHEAD))
    strip = year_strip(filings, year, calendar, campaign_month=call.campaign_month if call else None)
    return strip, find_clashes(filings, today)


def _to_review(actor: Actor, view: PlaceView) -> tuple[int, int]:
    """How many plans wait for this very office, and how many for it and the offices below."""
    own = case((view.below(own_level=True), 1), else_=0)
    statement = (
        select(func.coalesce(func.sum(own), 0), func.count())
        .select_from(Plan)
        .join(Agency, Agency.id == Plan.agency_id)
        .where(within_reach(actor, Right.PLAN_READ), view.below(), Plan.status == PlanStatus.OFFICE_REVIEW)
    )
    mine, all_waiting = session().execute(statement).one()
    return int(mine), all_waiting


def _outcomes_overdue(
    actor: Actor, view: PlaceView, now: datetime, calendar: WorkingCalendar
) -> tuple[int, tuple[OutcomeOverdue, ...]]:
    """How many there are, and the first of them; the working days become one day to compare with."""
    ends = last_ends()
    too_late = day_begins(latest_held_day_overdue(now.date(), calendar) + timedelta(days=1))
    conditions = (
        within_reach(actor, Right.OUTCOME_READ),
        view.below(),
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


def _suggestion_counts(actor: Actor, view: PlaceView) -> dict[str, int]:
    statement = (
        select(Suggestion.status, func.count())
        .join(Agency, Agency.id == Suggestion.agency_id)
        .where(within_reach(actor, Right.SUGGESTION_READ), view.below())
        .group_by(Suggestion.status)
    )
    return {row[0]: row[1] for row in session().execute(statement)}


def _suggestions(
    actor: Actor, view: PlaceView, now: datetime, calendar: WorkingCalendar
) -> tuple[int, tuple[SuggestionLine, ...]]:
    """How many answers are overdue; and what is the office's turn or overdue, the most urgent first.

    The clock runs from the day a suggestion came in, also while it waits for moderation and has no due date yet.
    """
    unread = Suggestion.due_on.is_(None) & (Suggestion.received_at < _came_in_too_long_ago(now.date(), calendar))
    late: ColumnElement[bool] = Suggestion.status.in_((*_OFFICE_TURN, *_AGENCY_TURN)) & (
        (Suggestion.due_on < now.date()) | unread
    )
    in_reach = within_reach(actor, Right.SUGGESTION_READ) & view.below()
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


def _latest(actor: Actor, view: PlaceView) -> tuple[LatestStep, ...]:
    statement = (
        select(PlanEvent)
        .join(PlanEvent.plan)
        .join(Plan.agency)
        .where(within_reach(actor, Right.PLAN_READ), view.below(), PlanEvent.to_status != PlanStatus.DRAFT)
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
