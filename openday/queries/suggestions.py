"""Suggestions as the desks see them: one record within reach, lists with their clocks, what waits for whom."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select, true
from sqlalchemy.orm import contains_eager, joinedload

from openday.db import session
from openday.errors import NotFound
from openday.models.aftermath import Suggestion, SuggestionEvent
from openday.models.people import Agency
from openday.queries.scope import subject_of, within_reach
from openday.queries.working_calendar import working_calendar
from openday.rules.deadlines import Deadline, deadline, reply_due
from openday.rules.permissions import Actor, Right, Role, can, may, reaches_subtree
from openday.rules.phone import mask_phone
from openday.rules.privacy import mask_name
from openday.rules.states import Adoption, SuggestionStatus
from openday.rules.suggestion_states import (
    FINISHED,
    WITH_THE_OFFICE,
    SuggestionAction,
    SuggestionFacts,
    obstacle,
    open_actions,
)
from openday.rules.working_days import WorkingCalendar

PAGE = 30
_SEES_CONTACTS = frozenset({Role.FILER, Role.REVIEWER, Role.OFFICER, Role.AUDITOR})
_DRAFTS = (SuggestionAction.DRAFT.value, SuggestionAction.DRAFT_DIRECTLY.value)
_RETURNS = frozenset({SuggestionAction.RETURN.value, SuggestionAction.AGENCY_RETURN.value})
_RIGHT_TO_ACT = {
    SuggestionStatus.RECEIVED: Right.SUGGESTION_MODERATE,
    SuggestionStatus.OPEN: Right.SUGGESTION_DRAFT_REPLY,
    SuggestionStatus.DRAFTED: Right.SUGGESTION_APPROVE_REPLY,
    SuggestionStatus.AGENCY_APPROVED: Right.SUGGESTION_MODERATE,
}


@dataclass(frozen=True)
class SuggestionLine:
    """A suggestion in a list; `about` is the activity's theme or '', `deadline` None once nothing is due."""

    id: int
    text: str
    agency: str
    about: str
    status: SuggestionStatus
    received_at: datetime
    deadline: Deadline | None
    late: bool
    """Answered after its due date."""


@dataclass(frozen=True)
class SuggestionList:
    """One page of suggestions; `counts` by status hold before the status was chosen."""

    lines: tuple[SuggestionLine, ...]
    counts: dict[str, int]
    total: int
    page: int
    pages: int

    @property
    def unfinished(self) -> int:
        """How many are under way."""
        return sum(count for status, count in self.counts.items() if status not in FINISHED)


@dataclass(frozen=True)
class SuggestionStep:
    """One line of the history."""

    at: datetime
    what: str
    who: str
    reason: str


@dataclass(frozen=True)
class SuggestionPage:
    """One suggestion with all that the desks need. `name` and `phone` are masked; `stamp` is the last step that was
    seen, so that whoever acts on an older page is told."""

    id: int
    stamp: int
    status: SuggestionStatus
    text: str
    agency_id: int
    agency: str
    agency_reviews: bool
    about: str
    activity_code: str
    name: str
    phone: str
    received_at: datetime
    deadline: Deadline | None
    late: bool
    removal_reason: str
    reply: str
    adoption: Adoption | None
    adoption_reason: str
    answered_at: datetime | None
    actions: tuple[SuggestionAction, ...]
    why_not: str
    """Why this person cannot approve what waits for approval; else empty."""
    return_reason: str
    """Why the last draft came back, while a new one is due."""
    history: tuple[SuggestionStep, ...]


def suggestion_in_reach(actor: Actor, suggestion_id: int, *, lock: bool = False) -> Suggestion:
    """The suggestion, when the person may read it; with `lock` its row is held until the transaction ends.

    An agency sees what the office accepted; what is unmoderated or turned down is not there for it.

    Raises:
        NotFound: it is not there, or not within reach; nobody can tell which.
    """
    statement = (
        select(Suggestion)
        .where(Suggestion.id == suggestion_id)
        .options(joinedload(Suggestion.agency).joinedload(Agency.jurisdiction), joinedload(Suggestion.activity))
    )
    if lock:
        statement = statement.with_for_update(of=Suggestion).execution_options(populate_existing=True)
    found = session().scalar(statement)
    if found is None or not can(actor, Right.SUGGESTION_READ, subject_of(found.agency)):
        raise NotFound()
    if found.status in WITH_THE_OFFICE and not reaches_subtree(actor, Right.SUGGESTION_READ):
        raise NotFound()
    return found


def suggestion_facts(suggestion: Suggestion) -> SuggestionFacts:
    """What the transition table needs to know of a suggestion, everybody who drafted its reply included."""
    statement = select(SuggestionEvent.actor_id).where(
        SuggestionEvent.suggestion_id == suggestion.id, SuggestionEvent.action.in_(_DRAFTS)
    )
    authors = frozenset(author for author in session().scalars(statement) if author is not None)
    return SuggestionFacts(
        status=SuggestionStatus(suggestion.status),
        subject=subject_of(suggestion.agency, author_ids=authors),
        agency_reviews=suggestion.agency.reviews,
    )


def suggestion_page(actor: Actor, suggestion_id: int, now: datetime) -> SuggestionPage:
    """One suggestion with its clock, its history, and what the person may do with it.

    Raises:
        NotFound: it is not there, or not within reach.
    """
    found = suggestion_in_reach(actor, suggestion_id)
    statement = (
        select(SuggestionEvent)
        .where(SuggestionEvent.suggestion_id == found.id)
        .options(joinedload(SuggestionEvent.actor))
        .order_by(SuggestionEvent.id)
    )
    events = session().scalars(statement).all()
    facts = suggestion_facts(found)
    shows = bool(_SEES_CONTACTS & actor.roles)
    return SuggestionPage(
        id=found.id,
        stamp=events[-1].id if events else 0,
        status=facts.status,
        text=found.text,
        agency_id=found.agency_id,
        agency=found.agency.name,
        agency_reviews=found.agency.reviews,
        about=found.activity.theme if found.activity else "",
        activity_code=found.activity.code if found.activity else "",
        name=mask_name(found.name) if shows and found.name else "",
        phone=mask_phone(found.phone) if shows and found.phone else "",
        received_at=found.received_at,
        deadline=_deadline(found, now, working_calendar()),
        late=is_late(found),
        removal_reason=found.removal_reason,
        reply=found.reply or "",
        adoption=Adoption(found.adoption) if found.adoption else None,
        adoption_reason=found.adoption_reason,
        answered_at=found.answered_at,
        actions=tuple(open_actions(actor, facts)),
        why_not=_why_not(actor, facts),
        return_reason=_return_reason(events[-1] if events else None),
        history=tuple(_step(event) for event in reversed(events)),
    )


def suggestion_list(
    actor: Actor, now: datetime, *, status: SuggestionStatus | None = None, agency_id: int | None = None, page: int = 1
) -> SuggestionList:
    """The suggestions within reach: those under way (oldest first, which is the order of their due dates), or those
    of one status. Three queries, however many there are."""
    reach = _readable(actor)
    if agency_id is not None:
        reach = reach & (Suggestion.agency_id == agency_id)
    counted = select(Suggestion.status, func.count()).join(Agency).where(reach).group_by(Suggestion.status)
    counts = {row[0]: row[1] for row in session().execute(counted)}
    wanted = [status] if status else [each for each in SuggestionStatus if each not in FINISHED]
    total = sum(counts.get(each, 0) for each in wanted)
    pages = max(1, -(-total // PAGE))
    page = min(max(page, 1), pages)
    newest_first = status in FINISHED
    order = Suggestion.received_at.desc() if newest_first else Suggestion.received_at.asc()
    statement = _lines(reach, wanted).order_by(order, Suggestion.id).limit(PAGE).offset((page - 1) * PAGE)
    return SuggestionList(_read(statement, now), counts, total, page, pages)


def suggestions_waiting(actor: Actor, now: datetime, *, limit: int = 20) -> tuple[SuggestionLine, ...]:
    """What waits for this very person: to moderate or to publish, to draft, or to approve. The most urgent first."""
    mine = [status for status, right in _RIGHT_TO_ACT.items() if may(actor, right)]
    statement = _lines(_readable(actor), mine).order_by(Suggestion.received_at, Suggestion.id).limit(limit)
    return _read(statement, now)


def is_late(suggestion: Suggestion) -> bool:
    """Whether the answer was published after its due date."""
    due, answered = suggestion.due_on, suggestion.answered_at
    return due is not None and answered is not None and answered.date() > due


def _readable(actor: Actor) -> ColumnElement[bool]:
    """A condition on Suggestion and Agency: what `suggestion_in_reach` would give."""
    reach = within_reach(actor, Right.SUGGESTION_READ)
    whole = reaches_subtree(actor, Right.SUGGESTION_READ)
    return reach & (true() if whole else Suggestion.status.not_in([status.value for status in WITH_THE_OFFICE]))


def _lines(reach: ColumnElement[bool], statuses: list[SuggestionStatus]) -> Any:
    return (
        select(Suggestion)
        .join(Suggestion.agency)
        .outerjoin(Suggestion.activity)
        .options(contains_eager(Suggestion.agency), contains_eager(Suggestion.activity))
        .where(reach, Suggestion.status.in_([status.value for status in statuses]))
    )


def _read(statement: Any, now: datetime) -> tuple[SuggestionLine, ...]:
    calendar = working_calendar()
    return tuple(
        SuggestionLine(
            id=found.id,
            text=found.text,
            agency=found.agency.name,
            about=found.activity.theme if found.activity else "",
            status=SuggestionStatus(found.status),
            received_at=found.received_at,
            deadline=_deadline(found, now, calendar),
            late=is_late(found),
        )
        for found in session().scalars(statement)
    )


def _deadline(found: Suggestion, now: datetime, calendar: WorkingCalendar) -> Deadline | None:
    """The clock runs from the day it came in, also while it waits for moderation."""
    if found.status in FINISHED:
        return None
    return deadline(found.due_on or reply_due(found.received_at, calendar), now, calendar)


def _why_not(actor: Actor, facts: SuggestionFacts) -> str:
    action = {
        SuggestionStatus.DRAFTED: SuggestionAction.AGENCY_APPROVE,
        SuggestionStatus.AGENCY_APPROVED: SuggestionAction.PUBLISH,
    }.get(facts.status)
    if action is None or not can(actor, _RIGHT_TO_ACT[facts.status], facts.subject):
        return ""
    return obstacle(actor, action, facts) or ""


def _return_reason(last: SuggestionEvent | None) -> str:
    return last.reason if last is not None and last.action in _RETURNS else ""


def _step(event: SuggestionEvent) -> SuggestionStep:
    what = "收到" if event.action == "receive" else SuggestionAction(event.action).label
    return SuggestionStep(event.at, what, event.actor.name if event.actor else "公众", event.reason)
