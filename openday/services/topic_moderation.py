"""What the office does with proposals: lets them into public, merges, hands on, makes answers public."""

from collections.abc import Callable

from sqlalchemy import delete, func, select, update

from openday import clock
from openday.db import session, use_case
from openday.documents.letters import letter_text
from openday.errors import Refused
from openday.models.people import Agency
from openday.models.topics import TopicAdoption, TopicProposal, TopicSupport
from openday.queries.coverage_page import mailboxes
from openday.queries.scope import within_reach
from openday.rules.permissions import Actor, Right
from openday.rules.states import Channel
from openday.rules.topic_states import ProposalStatus, TopicAction, Verdict
from openday.services import ledger
from openday.services.republish import CALENDAR, bump
from openday.services.topic_steps import a_reason, as_seen, take_step, tell

ReceiptUrl = Callable[[str], str]
"""From a receipt code to the absolute address of its page."""


@use_case
def accept_topic(actor: Actor, proposal_id: int, stamp: int, receipt_url: ReceiptUrl) -> None:
    """公开征集: everybody can read and support it from now on. `stamp` is the last step that the officer had before
    them. Whoever left a contact is told.

    Raises:
        NotFound, Forbidden, ChangedByAnother, Conflict: as `topic_steps.as_seen`.
    """
    now = clock.now()
    found = as_seen(actor, proposal_id, stamp, TopicAction.ACCEPT)
    take_step(found, TopicAction.ACCEPT, actor, now)
    tell(found, "topic.accepted", now, link=receipt_url(found.receipt))
    bump(CALENDAR, now)


@use_case
def remove_topic(actor: Actor, proposal_id: int, stamp: int, reason: str, receipt_url: ReceiptUrl) -> None:
    """不予公开: whoever holds the receipt code reads the reason. Raises as `accept_topic`, and Refused without one."""
    now = clock.now()
    found = as_seen(actor, proposal_id, stamp, TopicAction.REMOVE)
    found.removal_reason = a_reason(reason)
    found.verdict = None
    _let_go_of_plans(found)
    take_step(found, TopicAction.REMOVE, actor, now, found.removal_reason)
    tell(found, "topic.removed", now, link=receipt_url(found.receipt))
    bump(CALENDAR, now)


@use_case
def merge_topic(actor: Actor, proposal_id: int, stamp: int, into_id: int, receipt_url: ReceiptUrl) -> None:
    """并入同类建议: its supporters count for the other one, nobody twice; whoever proposed it follows the other one.

    Raises as `accept_topic`, and Refused when the other one is not a public proposal of the same topic call.
    """
    now = clock.now()
    found = as_seen(actor, proposal_id, stamp, TopicAction.MERGE)
    target = session().scalar(select(TopicProposal).where(TopicProposal.id == into_id).with_for_update())
    same_call = target is not None and target.topic_call_id == found.topic_call_id
    if target is None or not same_call or target.id == found.id or target.status != ProposalStatus.PUBLIC.value:
        raise Refused("请选择同一次征集中已公开、尚未答复的主题建议", field="into")
    _move_supporters(found, target)
    found.merged_into_id, found.verdict = target.id, Verdict.MERGED.value
    found.answer, found.answered_at = f"与“{target.title}”内容相近，合并办理。", now
    take_step(found, TopicAction.MERGE, actor, now, found.answer, into=target.id)
    tell(
        found,
        "topic.answered",
        now,
        verdict=Verdict.MERGED.label,
        link=receipt_url(found.receipt),
    )
    bump(CALENDAR, now)


@use_case
def assign_topic(actor: Actor, proposal_id: int, stamp: int, agency_id: int, *, link: str) -> None:
    """转单位办理: the agency sees it from now on and hears of it; `link` is its page on the agency's desk.

    Raises as `accept_topic`, and Refused when the agency is not within reach or has it already.
    """
    now = clock.now()
    found = as_seen(actor, proposal_id, stamp, TopicAction.ASSIGN)
    reach = within_reach(actor, Right.TOPIC_MODERATE)
    agency = session().scalar(select(Agency).where(Agency.id == agency_id, Agency.active, reach))
    if agency is None:
        raise Refused("请选择办理单位", field="agency_id")
    if agency.id == found.agency_id:
        raise Refused(f"已由{agency.name}办理，请选择其他单位", field="agency_id")
    before = found.agency
    found.agency_id = agency.id
    reason = f"由{before.name}转{agency.name}办理" if before else f"转{agency.name}办理"
    take_step(found, TopicAction.ASSIGN, actor, now, reason)
    text = letter_text("messages/topic_assigned.txt", agency=agency.name, title=found.title, link=link)
    for address in mailboxes([agency.id]).get(agency.id, ()):
        ledger.enqueue(
            "topic.assigned", channel=Channel.EMAIL, recipient=address, subject=text.subject, body=text.body, now=now
        )


@use_case
def publish_topic_answer(actor: Actor, proposal_id: int, stamp: int, receipt_url: ReceiptUrl) -> None:
    """公开办理结果: what became of it is public; whoever left a contact is told. Raises as `accept_topic`; Forbidden
    also for whoever drafted the answer."""
    now = clock.now()
    found = as_seen(actor, proposal_id, stamp, TopicAction.PUBLISH)
    found.answered_at = now
    take_step(found, TopicAction.PUBLISH, actor, now)
    tell(
        found,
        "topic.answered",
        now,
        verdict=Verdict(found.verdict or Verdict.NOT_ADOPTED).label,
        link=receipt_url(found.receipt),
    )
    bump(CALENDAR, now)


@use_case
def return_topic_answer(actor: Actor, proposal_id: int, stamp: int, reason: str) -> None:
    """退回重办: the agency has to think again; the words of its answer stay, a plan it named is free. Raises as
    `accept_topic`, and Refused without a reason."""
    now = clock.now()
    found = as_seen(actor, proposal_id, stamp, TopicAction.RETURN)
    found.verdict = None
    _let_go_of_plans(found)
    take_step(found, TopicAction.RETURN, actor, now, a_reason(reason))


@use_case
def reopen_topic(actor: Actor, proposal_id: int, stamp: int, reason: str) -> None:
    """重新办理: an answer that no longer holds, such as a plan that was withdrawn, is dealt with anew. Raises as
    `accept_topic`, and Refused without a reason."""
    now = clock.now()
    found = as_seen(actor, proposal_id, stamp, TopicAction.REOPEN)
    _let_go_of_plans(found)
    found.verdict, found.merged_into_id, found.answered_at = None, None, None
    take_step(found, TopicAction.REOPEN, actor, now, a_reason(reason))
    bump(CALENDAR, now)


def _let_go_of_plans(found: TopicProposal) -> None:
    session().execute(delete(TopicAdoption).where(TopicAdoption.proposal_id == found.id))


def _move_supporters(source: TopicProposal, target: TopicProposal) -> None:
    already = select(TopicSupport.supporter_hash).where(TopicSupport.proposal_id == target.id)
    theirs = TopicSupport.proposal_id == source.id
    session().execute(
        update(TopicSupport)
        .where(theirs, TopicSupport.supporter_hash.not_in(already))
        .values(proposal_id=target.id)
        .execution_options(synchronize_session=False)
    )
    for each in (source, target):
        counted = select(func.count()).select_from(TopicSupport).where(TopicSupport.proposal_id == each.id)
        each.supports = session().scalar(counted) or 0
