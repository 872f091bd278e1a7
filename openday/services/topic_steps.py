"""One step in the life of a proposal, for everything that the desks do with it: checked, taken, noted.

A shared piece: moderation and answers both end here, in the caller's transaction.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from openday.db import session
from openday.documents.letters import SOURCE_LANGUAGE
from openday.errors import ChangedByAnother, Conflict, Forbidden, Refused
from openday.models.topics import TopicEvent, TopicProposal
from openday.queries.topics import proposal_facts, proposal_in_reach
from openday.rules.permissions import Actor, can
from openday.rules.privacy import clean_text
from openday.rules.states import Channel
from openday.rules.topic_states import BY_ACTION, REASON_LIMIT, ProposalStatus, TopicAction, obstacle
from openday.rules.wording import moment_text
from openday.services import ledger
from openday.services.wordings import letter_of


def as_seen(actor: Actor, proposal_id: int, stamp: int, action: TopicAction) -> TopicProposal:
    """The locked proposal, when the person may do this and it still is what they had before them (`stamp` is the last
    step that they saw).

    Raises:
        NotFound: not within reach.
        Forbidden: no right, or their own text.
        ChangedByAnother: somebody was first.
        Conflict: not in this state.
    """
    found = proposal_in_reach(actor, proposal_id, lock=True)
    facts = proposal_facts(found)
    why_not = obstacle(actor, action, facts)
    if why_not is not None and not can(actor, BY_ACTION[action].right, facts.subject):
        raise Forbidden(why_not)
    last = session().scalar(
        select(TopicEvent)
        .where(TopicEvent.proposal_id == found.id)
        .options(joinedload(TopicEvent.actor))
        .order_by(TopicEvent.id.desc())
        .limit(1)
    )
    if last is not None and last.id != stamp and last.action != "receive":
        raise ChangedByAnother(_what_happened(found, last, actor))
    if why_not is not None:
        raise Forbidden(why_not) if facts.status in BY_ACTION[action].sources else Conflict(why_not)
    return found


def take_step(
    found: TopicProposal, action: TopicAction, actor: Actor, now: datetime, reason: str = "", **detail: object
) -> None:
    """Move the proposal on, append to its history, and note it in the ledger with `detail`."""
    target = BY_ACTION[action].target
    if target is not None:
        found.status = target.value
    append(found, action.value, actor, now, reason)
    note(action.value, found, actor, now, **detail)


def append(found: TopicProposal, action: str, actor: Actor | None, now: datetime, reason: str = "") -> None:
    """One line of the history; the proposal has its id."""
    session().add(
        TopicEvent(
            proposal_id=found.id,
            action=action,
            to_status=found.status,
            actor_id=actor.user_id if actor else None,
            reason=reason,
            at=now,
        )
    )


def note(action: str, found: TopicProposal, actor: Actor | None, now: datetime, **detail: object) -> None:
    """One line of the ledger."""
    ledger.record(
        f"topic.{action}",
        actor=actor,
        record_type="topic",
        record_id=found.id,
        agency_id=found.agency_id,
        now=now,
        **detail,
    )


def tell(found: TopicProposal, kind: str, now: datetime, **values: str) -> None:
    """A letter to whoever left a contact: this kind, with the title and `values` filled in."""
    if not found.contact:
        return
    place = found.topic_call.jurisdiction_id
    text = letter_of(kind, place, SOURCE_LANGUAGE, {"title": found.title, **values})
    ledger.enqueue(
        kind,
        channel=Channel.EMAIL if "@" in found.contact else Channel.SMS,
        recipient=found.contact,
        subject=text.subject,
        body=text.body,
        now=now,
    )


def cleaned(text: str, limit: int, label: str, field: str, *, lines: bool = False) -> str:
    """A text as it is kept.

    Raises:
        Refused: nothing stands in it, or more than `limit` characters.
    """
    try:
        kept = clean_text(text, limit=limit, lines=lines)
    except ValueError as wrong:
        raise Refused(f"{label}{wrong}", field=field) from wrong
    if not kept:
        raise Refused(f"请填写{label}", field=field)
    return kept


def a_reason(text: str) -> str:
    """A reason that others will read.

    Raises:
        Refused: none was written, or it is too long.
    """
    if not text.strip():
        raise Refused("请写明理由", field="reason")
    return cleaned(text, REASON_LIMIT, "理由", "reason", lines=True)


def _what_happened(found: TopicProposal, last: TopicEvent, actor: Actor) -> str:
    who = "您" if last.actor_id == actor.user_id else last.actor.name if last.actor else "系统"
    known = last.action in set(TopicAction)
    step = TopicAction(last.action).label if known else "更新"
    status = ProposalStatus(found.status).label
    return f"{who}已于{moment_text(last.at)}办理“{step}”，您这次的操作没有保存。这条主题建议现在是“{status}”"
