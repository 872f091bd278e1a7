"""Topic calls and proposals at any point of their life. Written as rows, not through use-cases."""

from datetime import datetime, timedelta

from openday import clock
from openday.db import db, use_case
from openday.models.topics import TopicAdoption, TopicCall, TopicEvent, TopicProposal, TopicSupport
from openday.rules.topic_states import ProposalStatus, Verdict
from openday.services.topics import supporter_mark
from tests.factories.people import House


@use_case
def topic_call(
    house: House,
    *,
    title: str = "2027年政府开放月，想看什么",
    opens_at: datetime | None = None,
    closes_at: datetime | None = None,
    status: str = "open",
    call_id: int | None = None,
    jurisdiction_id: int | None = None,
) -> TopicCall:
    """A topic call that began yesterday and goes on for a month."""
    now = clock.now()
    row = TopicCall(
        jurisdiction_id=jurisdiction_id or house.jurisdiction_id,
        call_id=call_id,
        title=title,
        wording="想看哪些单位、哪些环节，请写下来。",
        opens_at=opens_at or now - timedelta(days=1),
        closes_at=closes_at or now + timedelta(days=30),
        status=status,
        created_by_id=house.officer.id,
        created_at=now,
    )
    db.session.add(row)
    db.session.flush()
    return row


@use_case
def proposal(
    house: House,
    call: TopicCall,
    status: ProposalStatus = ProposalStatus.PUBLIC,
    *,
    title: str = "自来水是怎样净化的",
    text: str = "想看自来水厂的净化过程和水质检测。",
    contact: str | None = None,
    agency_id: int | None = None,
    verdict: Verdict | None = None,
    answer: str = "",
    supporters: int = 0,
    received_at: datetime | None = None,
) -> TopicProposal:
    """A proposal with the steps that led to `status`; a verdict without ANSWERED waits to be made public."""
    now = received_at or clock.now()
    answered = status is ProposalStatus.ANSWERED
    row = TopicProposal(
        topic_call_id=call.id,
        status=status.value,
        title=title,
        text=text,
        contact=contact,
        supports=supporters,
        agency_id=agency_id,
        verdict=(verdict or (Verdict.NOT_ADOPTED if answered else None)),
        answer=answer or ("涉及商业秘密，暂不开放。" if verdict or answered else ""),
        removal_reason="与政府开放活动无关。" if status is ProposalStatus.REMOVED else "",
        received_at=now,
        answered_at=now if answered else None,
        events=_steps(house, status, now),
    )
    db.session.add(row)
    db.session.flush()
    for number in range(supporters):
        mark = supporter_mark(call.id, f"browser {number}")
        db.session.add(TopicSupport(proposal_id=row.id, supporter_hash=mark, at=now))
    return row


@use_case
def adoption(house: House, row: TopicProposal, plan_id: int) -> None:
    """The plan that takes a proposal up."""
    db.session.add(TopicAdoption(proposal_id=row.id, plan_id=plan_id, by_id=house.filer.id, at=clock.now()))


def merged(house: House, call: TopicCall, into: TopicProposal) -> TopicProposal:
    """A proposal that was merged into another one."""
    row = proposal(house, call, ProposalStatus.ANSWERED, title="同一件事", verdict=Verdict.MERGED)

    @use_case
    def lead_on() -> None:
        db.session.get_one(TopicProposal, row.id).merged_into_id = into.id

    lead_on()
    return row


def _steps(house: House, status: ProposalStatus, at: datetime) -> list[TopicEvent]:
    steps = [TopicEvent(action="receive", to_status="received", at=at)]
    if status is ProposalStatus.REMOVED:
        steps.append(TopicEvent(action="remove", to_status="removed", actor_id=house.officer.id, at=at))
    if status in (ProposalStatus.PUBLIC, ProposalStatus.ANSWERED):
        steps.append(TopicEvent(action="accept", to_status="public", actor_id=house.officer.id, at=at))
    if status is ProposalStatus.ANSWERED:
        steps.append(TopicEvent(action="publish", to_status="answered", actor_id=house.officer.id, at=at))
    return steps
