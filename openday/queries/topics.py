"""Topic calls and proposals as the desks see them: one record within reach, and its page."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import aliased, joinedload

from openday.db import session
from openday.errors import NotFound
from openday.models.plans import Plan
from openday.models.topics import TopicAdoption, TopicCall, TopicEvent, TopicProposal
from openday.rules.permissions import Actor, Right, Role, Subject, can, reaches_subtree
from openday.rules.phone import mask_phone
from openday.rules.plan_states import PlanStatus
from openday.rules.privacy import mask_name
from openday.rules.topic_states import (
    SHOWN,
    CallPhase,
    ProposalFacts,
    ProposalStatus,
    TopicAction,
    Verdict,
    obstacle,
    open_actions,
    phase,
)

_SEES_CONTACTS = frozenset({Role.OFFICER, Role.AUDITOR})
_DRAFTS = (TopicAction.ADOPT.value, TopicAction.DRAFT.value)
_GONE = (PlanStatus.WITHDRAWN.value, PlanStatus.CANCELLED.value)

WAITS = ("received", "gathering", "with_agency", "drafted", "answered", "removed")
"""What the desks list proposals by: the status, and for those in public how far they are on their way."""
WAIT_LABELS = {
    "received": "待审核",
    "gathering": "征集中",
    "with_agency": "单位办理中",
    "drafted": "待公开结果",
    "answered": "已答复",
    "removed": "不予公开",
}


@dataclass(frozen=True)
class TopicCallPage:
    """One topic call with what its form needs; `stamp` tells two editors apart."""

    id: int
    code: str
    title: str
    wording: str
    opens_at: datetime
    closes_at: datetime
    call_id: int | None
    phase: CallPhase
    ended: bool
    manageable: bool
    stamp: str


@dataclass(frozen=True)
class TopicStep:
    """One line of the history."""

    at: datetime
    what: str
    who: str
    reason: str


@dataclass(frozen=True)
class AdoptingPlan:
    """The plan that takes a proposal up."""

    code: str
    theme: str
    status: PlanStatus


@dataclass(frozen=True)
class TopicPage:
    """One proposal with all that the desks need. `contact` is masked; `stamp` is the last step that was seen."""

    id: int
    code: str
    stamp: int
    status: ProposalStatus
    wait: str
    title: str
    text: str
    call_id: int
    call: str
    supports: int
    agency_id: int | None
    agency: str
    contact: str
    received_at: datetime
    verdict: Verdict | None
    answer: str
    removal_reason: str
    merged_into: tuple[int, str] | None
    plan: AdoptingPlan | None
    actions: tuple[TopicAction, ...]
    why_not: str
    """Why this person cannot make the answer public that waits for it; else empty."""
    return_reason: str
    history: tuple[TopicStep, ...]

    @property
    def wait_label(self) -> str:
        """The Chinese of what it waits for."""
        return WAIT_LABELS[self.wait]


def proposal_in_reach(actor: Actor, proposal_id: int, *, lock: bool = False) -> TopicProposal:
    """The proposal, when the person may read it; with `lock` its row is held until the transaction ends.

    An agency sees those that it was asked to take up and that are public.

    Raises:
        NotFound: it is not there, or not within reach; nobody can tell which.
    """
    statement = (
        select(TopicProposal)
        .where(TopicProposal.id == proposal_id)
        .options(
            joinedload(TopicProposal.topic_call).joinedload(TopicCall.jurisdiction), joinedload(TopicProposal.agency)
        )
    )
    if lock:
        statement = statement.with_for_update(of=TopicProposal).execution_options(populate_existing=True)
    found = session().scalar(statement)
    if found is None or not can(actor, Right.TOPIC_READ, _subject(found)):
        raise NotFound()
    if found.status not in SHOWN and not reaches_subtree(actor, Right.TOPIC_READ):
        raise NotFound()
    return found


def topic_call_in_reach(actor: Actor, right: Right, topic_call_id: int, *, lock: bool = False) -> TopicCall:
    """The topic call, when the right reaches the place that asks.

    Raises:
        NotFound: it is not there, or not within reach.
    """
    statement = select(TopicCall).where(TopicCall.id == topic_call_id).options(joinedload(TopicCall.jurisdiction))
    if lock:
        statement = statement.with_for_update(of=TopicCall).execution_options(populate_existing=True)
    found = session().scalar(statement)
    subject = Subject(jurisdiction_path=found.jurisdiction.path) if found else None
    if found is None or subject is None or not can(actor, right, subject) or not reaches_subtree(actor, right):
        raise NotFound()
    return found


def proposal_facts(found: TopicProposal) -> ProposalFacts:
    """What the transition table needs to know of a proposal, everybody who drafted its answer included."""
    statement = select(TopicEvent.actor_id).where(TopicEvent.proposal_id == found.id, TopicEvent.action.in_(_DRAFTS))
    authors = frozenset(author for author in session().scalars(statement) if author is not None)
    return ProposalFacts(ProposalStatus(found.status), _subject(found, authors), found.verdict is not None)


def call_stamp(call: TopicCall) -> str:
    """A short word that changes with everything that an editor of a topic call can change."""
    parts = (call.title, call.wording, call.opens_at.isoformat(), call.closes_at.isoformat(), call.call_id)
    return hashlib.sha256(repr((*parts, call.status)).encode()).hexdigest()[:16]


def topic_call_page(actor: Actor, topic_call_id: int, now: datetime) -> TopicCallPage:
    """One topic call for the office.

    Raises:
        NotFound: it is not there, or not within reach.
    """
    found = topic_call_in_reach(actor, Right.TOPIC_READ, topic_call_id)
    ended = found.status == "closed"
    return TopicCallPage(
        id=found.id,
        code=found.code,
        title=found.title,
        wording=found.wording,
        opens_at=found.opens_at,
        closes_at=found.closes_at,
        call_id=found.call_id,
        phase=phase(found.opens_at, found.closes_at, now, ended=ended),
        ended=ended,
        manageable=can(actor, Right.TOPIC_MODERATE, Subject(jurisdiction_path=found.jurisdiction.path)),
        stamp=call_stamp(found),
    )


def topic_page(actor: Actor, proposal_id: int) -> TopicPage:
    """One proposal with its history and what the person may do with it.

    Raises:
        NotFound: it is not there, or not within reach.
    """
    found = proposal_in_reach(actor, proposal_id)
    statement = (
        select(TopicEvent)
        .where(TopicEvent.proposal_id == found.id)
        .options(joinedload(TopicEvent.actor))
        .order_by(TopicEvent.id)
    )
    events = session().scalars(statement).all()
    facts = proposal_facts(found)
    shows = bool(_SEES_CONTACTS & actor.roles)
    return TopicPage(
        id=found.id,
        code=found.code,
        stamp=events[-1].id if events else 0,
        status=facts.status,
        wait=wait_of(found),
        title=found.title,
        text=found.text,
        call_id=found.topic_call_id,
        call=found.topic_call.title,
        supports=found.supports,
        agency_id=found.agency_id,
        agency=found.agency.name if found.agency else "",
        contact=masked_contact(found.contact) if shows and found.contact else "",
        received_at=found.received_at,
        verdict=Verdict(found.verdict) if found.verdict else None,
        answer=found.answer,
        removal_reason=found.removal_reason,
        merged_into=_merged_into(found),
        plan=_plan_of(found),
        actions=tuple(open_actions(actor, facts)),
        why_not=_why_not(actor, facts),
        return_reason=_return_reason(events),
        history=tuple(_step(event) for event in reversed(events)),
    )


def masked_contact(contact: str) -> str:
    """A contact with its middle hidden: 138****1234, a***@example.org."""
    name, at, place = contact.partition("@")
    return f"{mask_name(name)}@{place}" if at else mask_phone(contact)


def plans_to_adopt(agency_id: int) -> tuple[tuple[str, str], ...]:
    """(code, theme) of the agency's plans that go on, the newest first: what a proposal can be taken up in."""
    rows = session().execute(
        select(Plan.code, Plan.theme)
        .where(Plan.agency_id == agency_id, Plan.status.not_in(_GONE))
        .order_by(Plan.id.desc())
        .limit(100)
    )
    return tuple((row.code, row.theme) for row in rows)


def merge_targets(proposal_id: int, topic_call_id: int) -> list[tuple[int, str, str]]:
    """(id, title, text) of the public, unanswered proposals of the topic call but this one."""
    rows = session().execute(
        select(TopicProposal.id, TopicProposal.title, TopicProposal.text).where(
            TopicProposal.topic_call_id == topic_call_id,
            TopicProposal.status == ProposalStatus.PUBLIC.value,
            TopicProposal.id != proposal_id,
        )
    )
    return [(row.id, row.title, row.text) for row in rows]


def wait_of(found: TopicProposal) -> str:
    """Which of WAITS a proposal is in."""
    if found.status != ProposalStatus.PUBLIC.value:
        return found.status
    if found.verdict is not None:
        return "drafted"
    return "with_agency" if found.agency_id is not None else "gathering"


def _subject(found: TopicProposal, author_ids: frozenset[int] = frozenset()) -> Subject:
    path = found.topic_call.jurisdiction.path
    return Subject(agency_id=found.agency_id, jurisdiction_path=path, author_ids=author_ids)


def _plan_of(found: TopicProposal) -> AdoptingPlan | None:
    plan = session().scalar(
        select(Plan)
        .join(TopicAdoption, TopicAdoption.plan_id == Plan.id)
        .where(TopicAdoption.proposal_id == found.id)
        .order_by(TopicAdoption.at.desc())
        .limit(1)
    )
    return AdoptingPlan(plan.code, plan.theme, PlanStatus(plan.status)) if plan else None


def _merged_into(found: TopicProposal) -> tuple[int, str] | None:
    if found.merged_into_id is None:
        return None
    other = aliased(TopicProposal)
    row = session().execute(select(other.id, other.title).where(other.id == found.merged_into_id)).one()
    return (row.id, row.title)


def _why_not(actor: Actor, facts: ProposalFacts) -> str:
    waits = facts.status is ProposalStatus.PUBLIC and facts.drafted
    if not waits or not can(actor, Right.TOPIC_MODERATE, facts.subject):
        return ""
    return obstacle(actor, TopicAction.PUBLISH, facts) or ""


def _return_reason(events: Any) -> str:
    last = events[-1] if events else None
    return last.reason if last is not None and last.action == TopicAction.RETURN.value else ""


def _step(event: TopicEvent) -> TopicStep:
    others = {"receive": "收到主题建议", "announce": "相关活动已发布"}
    what = others.get(event.action) or TopicAction(event.action).label
    who = event.actor.name if event.actor else "公众" if event.action == "receive" else "系统"
    return TopicStep(event.at, what, who, event.reason)
