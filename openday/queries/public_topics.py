"""Topic calls as residents see them: what is asked, what was proposed, and what became of each proposal."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import contains_eager, joinedload

from openday.db import session
from openday.errors import NotFound
from openday.models.activities import Activity
from openday.models.aftermath import Outcome
from openday.models.people import Agency
from openday.models.plans import Plan
from openday.models.topics import TopicAdoption, TopicCall, TopicEvent, TopicProposal, TopicSupport
from openday.queries.registrations import sayable
from openday.rules.plan_states import PlanStatus
from openday.rules.states import OutcomeStatus
from openday.rules.topic_states import (
    SHOWN,
    CallPhase,
    ProposalStatus,
    Stage,
    TopicAction,
    Verdict,
    phase,
    stage,
)

PAGE = 20
_SHOWN = [status.value for status in SHOWN]


@dataclass(frozen=True)
class AskedTopic:
    """A topic call; `proposals` counts what is public, `answered` those of them that have an answer."""

    id: int
    code: str
    title: str
    wording: str
    opens_at: datetime
    closes_at: datetime
    phase: CallPhase
    proposals: int = 0
    answered: int = 0


@dataclass(frozen=True)
class AskedNow:
    """The topic calls that are open, and the moment at which that changes by itself."""

    calls: tuple[AskedTopic, ...]
    until: datetime | None


@dataclass(frozen=True)
class PublicTopic:
    """A proposal that everybody reads; nothing in it says who made it."""

    id: int
    code: str
    title: str
    text: str
    supports: int
    received_at: datetime
    stage: Stage
    status: ProposalStatus
    agency: str
    call_id: int
    answer: str
    answered_at: datetime | None
    activity_code: str
    activity: str
    held_on: Any
    outcome: str


@dataclass(frozen=True)
class PublicTopics:
    """One page of proposals; `counts` are those without and with an answer."""

    rows: tuple[PublicTopic, ...]
    open: int
    answered: int
    total: int
    page: int
    pages: int


@dataclass(frozen=True)
class TopicMilestone:
    """A line of the history that everybody may read; `what` is the code of the step."""

    at: datetime
    what: str
    note: str


@dataclass(frozen=True)
class TopicStory:
    """One proposal with its call, its history, and the proposal that it was merged into (code, title)."""

    topic: PublicTopic
    call: AskedTopic
    merged_into: tuple[str, str] | None
    milestones: tuple[TopicMilestone, ...]


@dataclass(frozen=True)
class TopicReceipt:
    """What a receipt code shows its holder, whether the proposal is public or not."""

    code: str
    status: ProposalStatus
    title: str
    text: str
    received_at: datetime
    removal_reason: str
    story: TopicStory | None


def asked_topics(now: datetime) -> tuple[AskedTopic, ...]:
    """Every topic call: those that are open first, then those to come, then the past ones, the newest first."""
    public = TopicProposal.status.in_(_SHOWN)
    answered = TopicProposal.status == ProposalStatus.ANSWERED.value
    counted = (
        select(TopicProposal.topic_call_id, func.count().label("proposals"))
        .add_columns(func.count().filter(answered).label("answered"))
        .where(public)
        .group_by(TopicProposal.topic_call_id)
    )
    numbers = {row.topic_call_id: (row.proposals, row.answered) for row in session().execute(counted)}
    calls = session().scalars(select(TopicCall).order_by(TopicCall.closes_at.desc(), TopicCall.id.desc()).limit(100))
    found = [_asked(call, now, *numbers.get(call.id, (0, 0))) for call in calls]
    order = (CallPhase.OPEN, CallPhase.SOON, CallPhase.CLOSED)
    return tuple(sorted(found, key=lambda asked: order.index(asked.phase)))


def asked_topic(code: str, now: datetime) -> AskedTopic:
    """The topic call with this code.

    Raises:
        NotFound: there is none.
    """
    found = session().scalar(select(TopicCall).where(TopicCall.code == sayable(code)))
    if found is None:
        raise NotFound()
    return _asked(found, now)


def asked_now(now: datetime) -> AskedNow:
    """What the home page says of topic calls; one statement. Every change of them is a public change, which raises the
    revision; what time alone changes is in `until`."""
    going = select(TopicCall).where(TopicCall.status == "open", TopicCall.closes_at > now)
    found = [_asked(call, now) for call in session().scalars(going.order_by(TopicCall.closes_at, TopicCall.id))]
    moments = [moment for call in found for moment in (call.opens_at, call.closes_at) if moment > now]
    return AskedNow(tuple(call for call in found if call.phase is CallPhase.OPEN)[:3], min(moments, default=None))


def public_topics(call: AskedTopic, *, answered: bool | None = None, page: int = 1) -> PublicTopics:
    """One page of a call's proposals, the newest first (never ranked by their supporters); those merged into others
    are found through their own address alone."""
    mine = [TopicProposal.topic_call_id == call.id, TopicProposal.merged_into_id.is_(None)]
    tally = select(TopicProposal.status, func.count()).where(*mine).group_by(TopicProposal.status)
    counts = {row[0]: row[1] for row in session().execute(tally)}
    gathering, done = counts.get("public", 0), counts.get("answered", 0)
    wanted = _SHOWN if answered is None else ["answered"] if answered else ["public"]
    total = sum(counts.get(status, 0) for status in wanted)
    pages = max(1, -(-total // PAGE))
    page = min(max(page, 1), pages)
    statement = _topics().where(*mine, TopicProposal.status.in_(wanted)).order_by(TopicProposal.id.desc())
    rows = session().execute(statement.limit(PAGE).offset((page - 1) * PAGE))
    return PublicTopics(tuple(_row(*row) for row in rows), gathering, done, total, page, pages)


def topics_by_id(ids: Iterable[int]) -> tuple[PublicTopic, ...]:
    """The public proposals with these ids, in this order."""
    wanted = list(ids)
    if not wanted:
        return ()
    rows = session().execute(_topics().where(TopicProposal.id.in_(wanted), TopicProposal.status.in_(_SHOWN)))
    found = {row[0].id: _row(*row) for row in rows}
    return tuple(found[id_] for id_ in wanted if id_ in found)


def topic_story(code: str, now: datetime) -> TopicStory:
    """One public proposal with what became of it.

    Raises:
        NotFound: there is none in public with this code.
    """
    return _story(TopicProposal.code == sayable(code), now)


def topic_receipt(code: str, now: datetime) -> TopicReceipt:
    """What has become of the proposal with this receipt code.

    Raises:
        NotFound: no such code.
    """
    found = session().scalar(select(TopicProposal).where(TopicProposal.receipt == sayable(code)))
    if found is None:
        raise NotFound("没有找到这个查询码对应的主题建议，请核对后再查询")
    return TopicReceipt(
        code=found.receipt,
        status=ProposalStatus(found.status),
        title=found.title,
        text=found.text,
        received_at=found.received_at,
        removal_reason=found.removal_reason,
        story=_story(TopicProposal.id == found.id, now) if found.status in _SHOWN else None,
    )


def supported_among(ids: Iterable[int], mark: str) -> frozenset[int]:
    """The proposals among `ids` that the browser behind `mark` supports."""
    wanted = list(ids)
    if not wanted or not mark:
        return frozenset()
    theirs = select(TopicSupport.proposal_id).where(
        TopicSupport.proposal_id.in_(wanted), TopicSupport.supporter_hash == mark
    )
    return frozenset(session().scalars(theirs))


def comparison_stamp(call_id: int) -> tuple[int, int]:
    """What changes with every proposal of a call that comes into public, or leaves it; one small statement."""
    changed = (
        select(func.count(TopicEvent.id), func.max(TopicEvent.id))
        .join(TopicProposal, TopicProposal.id == TopicEvent.proposal_id)
        .where(TopicProposal.topic_call_id == call_id, TopicEvent.action != "receive")
    )
    row = session().execute(changed).one()
    return (row[0], row[1] or 0)


def topics_to_compare(call_id: int) -> list[tuple[str, str, str]]:
    """(id as text, title, text) of a call's public proposals, for `rules.similar_topics`."""
    rows = session().execute(
        select(TopicProposal.id, TopicProposal.title, TopicProposal.text).where(
            TopicProposal.topic_call_id == call_id,
            TopicProposal.status.in_(_SHOWN),
            TopicProposal.merged_into_id.is_(None),
        )
    )
    return [(str(row.id), row.title, row.text) for row in rows]


def _asked(call: TopicCall, now: datetime, proposals: int = 0, answered: int = 0) -> AskedTopic:
    stands = phase(call.opens_at, call.closes_at, now, ended=call.status == "closed")
    return AskedTopic(
        call.id, call.code, call.title, call.wording, call.opens_at, call.closes_at, stands, proposals, answered
    )


def _topics() -> Any:
    """A proposal, and what the plan says that took it up: status, activity, outcome."""
    newest = (
        select(TopicAdoption.plan_id)
        .where(TopicAdoption.proposal_id == TopicProposal.id)
        .order_by(TopicAdoption.at.desc(), TopicAdoption.plan_id.desc())
        .limit(1)
        .correlate(TopicProposal)
        .scalar_subquery()
    )
    reported = (Outcome.plan_id == Plan.id) & (Outcome.status == OutcomeStatus.PUBLISHED.value)
    return (
        select(TopicProposal, Plan.status, Activity.code, Activity.theme, Outcome.held_on, Outcome.text)
        .outerjoin(Agency, Agency.id == TopicProposal.agency_id)
        .outerjoin(Plan, Plan.id == newest)
        .outerjoin(Activity, Activity.plan_id == Plan.id)
        .outerjoin(Outcome, reported)
        .options(contains_eager(TopicProposal.agency))
    )


def _row(
    found: TopicProposal, plan: str | None, code: str | None, theme: str | None, held: Any, told: Any
) -> PublicTopic:
    status = ProposalStatus(found.status)
    over = status is ProposalStatus.ANSWERED
    verdict = Verdict(found.verdict) if over and found.verdict else None
    adopted = verdict is Verdict.ADOPTED
    return PublicTopic(
        id=found.id,
        code=found.code,
        title=found.title,
        text=found.text,
        supports=found.supports,
        received_at=found.received_at,
        stage=stage(
            status,
            verdict,
            taken_up=found.agency_id is not None,
            plan=PlanStatus(plan) if plan else None,
            reported=told is not None,
        ),
        status=status,
        agency=found.agency.name if found.agency else "",
        call_id=found.topic_call_id,
        answer=found.answer if over else "",
        answered_at=found.answered_at if over else None,
        activity_code=(code or "") if adopted else "",
        activity=(theme or "") if adopted else "",
        held_on=held if adopted else None,
        outcome=(told or "") if adopted else "",
    )


def _story(which: Any, now: datetime) -> TopicStory:
    row = session().execute(_topics().where(which, TopicProposal.status.in_(_SHOWN))).first()
    if row is None:
        raise NotFound()
    found: TopicProposal = row[0]
    call = session().get_one(TopicCall, found.topic_call_id)
    events = session().scalars(
        select(TopicEvent)
        .where(TopicEvent.proposal_id == found.id, TopicEvent.action.in_(_TOLD))
        .order_by(TopicEvent.id.desc())
    )
    return TopicStory(
        topic=_row(*row),
        call=_asked(call, now),
        merged_into=_merged_into(found),
        milestones=tuple(TopicMilestone(event.at, event.action, _public_note(event)) for event in events),
    )


# What happens inside the offices (answers drafted and returned) is not told step by step.
_TOLD = (
    "receive",
    TopicAction.ACCEPT.value,
    TopicAction.ASSIGN.value,
    TopicAction.MERGE.value,
    TopicAction.PUBLISH.value,
    TopicAction.REOPEN.value,
    "announce",
)
_NOTED = frozenset({TopicAction.ASSIGN.value, TopicAction.REOPEN.value, TopicAction.MERGE.value})


def _public_note(event: TopicEvent) -> str:
    return event.reason if event.action in _NOTED else ""


def _merged_into(found: TopicProposal) -> tuple[str, str] | None:
    if found.merged_into_id is None:
        return None
    other = session().scalar(
        select(TopicProposal)
        .where(TopicProposal.id == found.merged_into_id, TopicProposal.status.in_(_SHOWN))
        .options(joinedload(TopicProposal.agency))
    )
    return (other.code, other.title) if other else None
