"""The public docket of suggestions: what was asked, what was answered, and what a receipt code shows its holder."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import contains_eager, joinedload

from openday.db import session
from openday.errors import NotFound
from openday.models.activities import Activity
from openday.models.aftermath import Suggestion, SuggestionEvent
from openday.models.people import Agency
from openday.queries.registrations import sayable
from openday.queries.suggestions import is_late
from openday.queries.working_calendar import working_calendar
from openday.rules.deadlines import reply_due
from openday.rules.states import Adoption, SuggestionStatus
from openday.rules.suggestion_states import FINISHED, SuggestionAction

PAGE = 10


@dataclass(frozen=True)
class Answered:
    """A suggestion with its public answer; nothing in it says who asked."""

    id: int
    text: str
    agency: str
    about: str
    activity_code: str
    reply: str
    adoption: Adoption
    reason: str
    received_at: datetime
    answered_at: datetime
    late: bool


@dataclass(frozen=True)
class Docket:
    """One page of answered suggestions, the last answered first; `counts` by adoption hold for the chosen agency.

    `agencies` are (slug, name) of those that have answered something.
    """

    rows: tuple[Answered, ...]
    counts: dict[str, int]
    agencies: tuple[tuple[str, str], ...]
    total: int
    page: int
    pages: int


@dataclass(frozen=True)
class UnderWay:
    """What the public may know of answers still owed: how many were accepted, and how many of them are past due."""

    accepted: int
    overdue: int


@dataclass(frozen=True)
class AboutActivity:
    """The activity that a suggestion is about."""

    code: str
    theme: str
    agency: str


@dataclass(frozen=True)
class Milestone:
    """A line that the holder of a receipt may read; `note` is a reason or ''."""

    at: datetime
    what: str
    note: str


@dataclass(frozen=True)
class Receipt:
    """What the receipt code shows. `due` is the day by which the answer is owed, None once nothing is; `due_assumed`
    when it lies in a year whose holidays nobody knows yet."""

    code: str
    status: SuggestionStatus
    text: str
    agency: str
    about: str
    received_at: datetime
    due: date | None
    due_assumed: bool
    removal_reason: str
    answer: Answered | None
    milestones: tuple[Milestone, ...]


def docket(*, adoption: Adoption | None = None, agency: str = "", page: int = 1) -> Docket:
    """The answered suggestions of everybody, narrowed by adoption and by an agency's slug."""
    conditions = [Suggestion.status == SuggestionStatus.ANSWERED.value]
    if agency:
        conditions.append(Agency.slug == sayable(agency))
    counted = select(Suggestion.adoption, func.count()).join(Agency).where(*conditions).group_by(Suggestion.adoption)
    counts = {row[0]: row[1] for row in session().execute(counted) if row[0]}
    if adoption:
        conditions.append(Suggestion.adoption == adoption.value)
    total = counts.get(adoption.value, 0) if adoption else sum(counts.values())
    pages = max(1, -(-total // PAGE))
    page = min(max(page, 1), pages)
    rows = session().scalars(_answered().where(*conditions).limit(PAGE).offset((page - 1) * PAGE))
    return Docket(tuple(_row(found) for found in rows), counts, _answering_agencies(), total, page, pages)


def under_way(today: date) -> UnderWay:
    """The accepted suggestions whose answer is not public yet."""
    waiting = (SuggestionStatus.OPEN.value, SuggestionStatus.DRAFTED.value, SuggestionStatus.AGENCY_APPROVED.value)
    late = func.sum(case((Suggestion.due_on < today, 1), else_=0))
    row = session().execute(select(func.count(), late).where(Suggestion.status.in_(waiting))).one()
    return UnderWay(row[0], int(row[1] or 0))


def answered_about(activity: str, *, limit: int = 5) -> tuple[Answered, ...]:
    """What was asked about the activity with this code and answered, the last answered first."""
    rows = session().scalars(_answered().where(Activity.code == sayable(activity)).limit(limit))
    return tuple(_row(found) for found in rows)


def agencies_to_ask() -> list[tuple[int, str]]:
    """(id, name) of every agency that can be asked something."""
    rows = session().execute(select(Agency.id, Agency.name).where(Agency.active).order_by(Agency.name, Agency.id))
    return [(row.id, row.name) for row in rows]


def about_activity(code: str) -> AboutActivity:
    """The published activity that a suggestion is to be about.

    Raises:
        NotFound: there is none with this code.
    """
    row = (
        session()
        .execute(
            select(Activity.code, Activity.theme, Agency.name.label("agency"))
            .join(Agency, Agency.id == Activity.agency_id)
            .where(Activity.code == sayable(code))
        )
        .first()
    )
    if row is None:
        raise NotFound()
    return AboutActivity(row.code, row.theme, row.agency)


def receipt(code: str) -> Receipt:
    """What has become of the suggestion with this receipt code.

    Raises:
        NotFound: no such code.
    """
    found = session().scalar(
        select(Suggestion)
        .where(Suggestion.receipt == sayable(code))
        .options(joinedload(Suggestion.agency), joinedload(Suggestion.activity))
    )
    if found is None:
        raise NotFound("没有找到这个查询码对应的意见建议，请核对后再查询")
    events = session().scalars(
        select(SuggestionEvent).where(SuggestionEvent.suggestion_id == found.id).order_by(SuggestionEvent.id.desc())
    )
    told = [(event, _WORDS[event.action]) for event in events if event.action in _WORDS]
    calendar = working_calendar()
    due = None if found.status in FINISHED else found.due_on or reply_due(found.received_at, calendar)
    return Receipt(
        code=found.receipt,
        status=SuggestionStatus(found.status),
        text=found.text,
        agency=found.agency.name,
        about=found.activity.theme if found.activity else "",
        received_at=found.received_at,
        due=due,
        due_assumed=bool(due and calendar.unknown_years(found.received_at.date(), due)),
        removal_reason=found.removal_reason,
        answer=_row(found) if found.status == SuggestionStatus.ANSWERED else None,
        milestones=tuple(Milestone(event.at, what, _public_note(event)) for event, what in told),
    )


# What happens inside the offices (drafts, approvals, returns) is not told step by step.
_WORDS = {
    "receive": "收到意见建议",
    SuggestionAction.ACCEPT.value: "已受理，转有关单位办理",
    SuggestionAction.REASSIGN.value: "转其他单位办理",
    SuggestionAction.REMOVE.value: "不予公开",
    SuggestionAction.PUBLISH.value: "答复已公开",
}
_NOTED = frozenset({SuggestionAction.REASSIGN.value, SuggestionAction.REMOVE.value})


def _public_note(event: SuggestionEvent) -> str:
    return event.reason if event.action in _NOTED else ""


def _answered() -> Select[Any]:
    return (
        select(Suggestion)
        .join(Suggestion.agency)
        .outerjoin(Suggestion.activity)
        .options(contains_eager(Suggestion.agency), contains_eager(Suggestion.activity))
        .where(Suggestion.status == SuggestionStatus.ANSWERED.value)
        .order_by(Suggestion.answered_at.desc(), Suggestion.id.desc())
    )


def _answering_agencies() -> tuple[tuple[str, str], ...]:
    asked = select(Suggestion.agency_id).where(Suggestion.status == SuggestionStatus.ANSWERED.value)
    rows = session().execute(select(Agency.slug, Agency.name).where(Agency.id.in_(asked)).order_by(Agency.name))
    return tuple((row.slug, row.name) for row in rows)


def _row(found: Suggestion) -> Answered:
    if found.adoption is None or found.reply is None or found.answered_at is None:
        raise ValueError(f"suggestion {found.id} is answered without an answer")
    return Answered(
        id=found.id,
        text=found.text,
        agency=found.agency.name,
        about=found.activity.theme if found.activity else "",
        activity_code=found.activity.code if found.activity else "",
        reply=found.reply,
        adoption=Adoption(found.adoption),
        reason=found.adoption_reason,
        received_at=found.received_at,
        answered_at=found.answered_at,
        late=is_late(found),
    )
