"""Proposals of topics: a resident makes one, others support it; nobody needs an account."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import CursorResult, delete, select
from sqlalchemy.orm import joinedload

from openday import clock, vault
from openday.db import session, use_case
from openday.errors import Closed, Conflict, NotFound, Refused
from openday.models.activities import Activity
from openday.models.topics import TopicAdoption, TopicCall, TopicEvent, TopicProposal, TopicSupport
from openday.queries.registrations import sayable
from openday.rules.phone import normalise_phone
from openday.rules.privacy import clean_text
from openday.rules.proof_of_work import Effort
from openday.rules.states import ActivityStatus
from openday.rules.topic_states import (
    TEXT_LIMIT,
    TITLE_LIMIT,
    TOPIC_NOTICE,
    CallPhase,
    ProposalStatus,
    Verdict,
    phase,
)
from openday.services.challenge_steps import SpentBefore, first_or_again, spend
from openday.services.topic_steps import append, cleaned, note, tell

_KEY_LIMIT = 200
_PART = r"[^\s@<>\"(),:;\\.]+"  # what would mean several addresses, or another one, is none
_MAIL = re.compile(rf"[^\s@<>\"(),:;\\]{{1,64}}@{_PART}(?:\.{_PART})+", re.ASCII)
CONTACT_LIMIT = 100


@dataclass(frozen=True)
class NewTopic:
    """What the form says; `contact` is a mobile number, a mail address or ''; `key` makes repeats safe."""

    title: str
    text: str
    contact: str
    consent: bool
    key: str


def propose_topic(topic_call: str, new: NewTopic, effort: Effort | None = None) -> str:
    """Keep a proposal for the office to read; returns the receipt code, the same for every repeat of a form.

    `topic_call` is the call's code; `effort` what the form brought along against robots.

    Raises:
        NotFound: no such topic call.
        Closed: it is not open now.
        Refused: something is missing, too long or unreadable; `field` says what.
        Conflict: the form's key was used for another proposal, or its challenge has been counted.
        TooMany: too many from one network address.
    """
    understood = _understood(new)
    return first_or_again(lambda: _propose(topic_call, understood, effort))


def support_topic(code: str, supporter: str, effort: Effort | None = None) -> bool:
    """Count one supporter of a public proposal; False when this browser has been counted before.

    `supporter` is the random word of the browser; kept is a keyed hash that means nothing outside of the topic call.

    Raises:
        NotFound: no such proposal in public.
        Closed: the topic call is not open now, or the proposal is answered.
        TooMany: too many from one network address.
    """
    try:
        return first_or_again(lambda: _support(code, supporter, effort))
    except SpentBefore:
        return False  # a double tap of a browser that had no word yet


@use_case
def withdraw_support(code: str, supporter: str) -> bool:
    """Take a support back; False when there was none.

    Raises:
        NotFound: no such proposal in public.
    """
    found = _public(code)
    mark = supporter_mark(found.topic_call_id, supporter)
    theirs = TopicSupport.supporter_hash == mark
    gone = session().execute(delete(TopicSupport).where(TopicSupport.proposal_id == found.id, theirs))
    if not isinstance(gone, CursorResult) or not gone.rowcount:
        return False
    found.supports = TopicProposal.supports - 1
    return True


def supporter_mark(topic_call_id: int, supporter: str) -> str:
    """How a supporter is stored: the same for all proposals of one topic call, so that merging counts nobody twice."""
    return vault.blind_index(f"{topic_call_id}\0{supporter}", "topic supporter")


@use_case
def announce_adopted(activity_url: Callable[[str], str]) -> int:
    """Tell the proposers of adopted topics, once, that the activity is published; returns how many proposals.

    `activity_url` makes the absolute address of an activity's page from its code.
    """
    now = clock.now()
    told = select(TopicEvent.proposal_id).where(TopicEvent.action == "announce")
    waiting = (
        select(TopicProposal, Activity.code)
        .join(TopicAdoption, TopicAdoption.proposal_id == TopicProposal.id)
        .join(Activity, Activity.plan_id == TopicAdoption.plan_id)
        .where(
            Activity.status == ActivityStatus.PUBLISHED.value,
            TopicProposal.status == ProposalStatus.ANSWERED.value,
            TopicProposal.verdict == Verdict.ADOPTED.value,
            TopicProposal.id.not_in(told),
        )
        .order_by(TopicProposal.id)
        .limit(100)
    )
    rows = session().execute(waiting).all()
    for found, activity in rows:
        append(found, "announce", None, now)
        note("announce", found, None, now)
        tell(found, "topic.announced", now, link=activity_url(activity))
    return len(rows)


@dataclass(frozen=True)
class _Understood:
    title: str
    text: str
    contact: str | None
    key_hash: str


def _understood(new: NewTopic) -> _Understood:
    title = cleaned(new.title, TITLE_LIMIT, "想看什么", "title")
    try:
        text = clean_text(new.text, limit=TEXT_LIMIT, lines=True)
    except ValueError as wrong:
        raise Refused(f"具体说明{wrong}", field="text") from wrong
    contact = _contact(new.contact)
    if not new.consent:
        raise Refused("请勾选同意后再提交", field="consent")
    if not 1 <= len(new.key) <= _KEY_LIMIT:
        raise Refused("页面已失效，请刷新后重新填写")
    return _Understood(title, text, contact, vault.blind_index(new.key, "topic"))


def read_contact(text: str) -> str:
    """A mobile number (11 digits) or a mail address as it is kept; '' for none.

    Raises ValueError with the reason.
    """
    typed = clean_text(text, limit=CONTACT_LIMIT)
    if not typed:
        return ""
    if "@" in typed:
        if not _MAIL.fullmatch(typed):
            raise ValueError("电子邮箱格式不正确，例如 name@example.com")
        return typed
    return normalise_phone(typed)


def _contact(text: str) -> str | None:
    try:
        return read_contact(text) or None
    except ValueError as wrong:
        raise Refused(str(wrong), field="contact") from wrong


@use_case
def _propose(topic_call: str, new: _Understood, effort: Effort | None) -> str:
    now = clock.now()
    call = session().scalar(select(TopicCall).where(TopicCall.code == sayable(topic_call)))
    if call is None:
        raise NotFound()
    earlier = session().scalar(select(TopicProposal).where(TopicProposal.key_hash == new.key_hash))
    if earlier is not None:
        if (earlier.title, earlier.text, earlier.topic_call_id) != (new.title, new.text, call.id):
            raise Conflict("这份表单此前已经提交过，且内容与这次不同。如需另提建议，请重新打开填写页面。")
        return earlier.receipt
    _refuse_unless_open(call, now)
    spend(effort, now)
    found = TopicProposal(
        key_hash=new.key_hash,
        topic_call_id=call.id,
        title=new.title,
        text=new.text,
        contact=new.contact,
        consent_version=TOPIC_NOTICE,
        received_at=now,
        events=[TopicEvent(action="receive", to_status=ProposalStatus.RECEIVED.value, at=now)],
    )
    session().add(found)
    session().flush()
    note("receive", found, None, now)
    return found.receipt


@use_case
def _support(code: str, supporter: str, effort: Effort | None) -> bool:
    now = clock.now()
    found = _public(code, lock=True)  # beside a merge: it goes first, or is seen
    mark = supporter_mark(found.topic_call_id, supporter)
    theirs = select(TopicSupport.id).where(TopicSupport.proposal_id == found.id, TopicSupport.supporter_hash == mark)
    if session().scalar(theirs) is not None:
        return False
    _refuse_unless_open(found.topic_call, now)
    if found.status != ProposalStatus.PUBLIC.value:
        raise Closed("这条主题建议已经答复，不再接受支持")
    spend(effort, now)
    session().add(TopicSupport(proposal_id=found.id, supporter_hash=mark, at=now))
    session().flush()
    found.supports = TopicProposal.supports + 1
    return True


def _public(code: str, *, lock: bool = False) -> TopicProposal:
    statement = select(TopicProposal).where(TopicProposal.code == sayable(code))
    statement = statement.options(joinedload(TopicProposal.topic_call, innerjoin=True))
    found = session().scalar(statement.with_for_update(of=TopicProposal) if lock else statement)
    if found is None or found.status not in (ProposalStatus.PUBLIC.value, ProposalStatus.ANSWERED.value):
        raise NotFound()
    return found


def _refuse_unless_open(call: TopicCall, now: datetime) -> None:
    stands = phase(call.opens_at, call.closes_at, now, ended=call.status == "closed")
    if stands is CallPhase.SOON:
        raise Closed("征集尚未开始")
    if stands is CallPhase.CLOSED:
        raise Closed("征集已经结束，不再接收建议和支持")
