"""Suggestions: a resident leaves one, the office moderates, the agency answers, the office publishes."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from openday import clock, vault
from openday.db import session, use_case
from openday.documents.letters import SOURCE_LANGUAGE
from openday.errors import ChangedByAnother, Conflict, Forbidden, NotFound, Refused
from openday.models.activities import Activity
from openday.models.aftermath import Suggestion, SuggestionEvent
from openday.models.people import Agency
from openday.queries.registrations import sayable
from openday.queries.scope import within_reach
from openday.queries.suggestions import suggestion_facts, suggestion_in_reach
from openday.queries.working_calendar import working_calendar
from openday.rules.aftermath import NEEDS_A_REASON, REASON_LIMIT, REPLY_LIMIT, SUGGESTION_LIMIT, SUGGESTION_NOTICE
from openday.rules.deadlines import reply_due
from openday.rules.permissions import Actor, Right, can
from openday.rules.phone import normalise_phone
from openday.rules.privacy import clean_text
from openday.rules.proof_of_work import Effort
from openday.rules.signup import NAME_LIMIT
from openday.rules.states import Adoption, Channel, SuggestionStatus
from openday.rules.suggestion_states import BY_ACTION, SuggestionAction, obstacle
from openday.rules.wording import moment_text
from openday.services import ledger
from openday.services.challenge_steps import first_or_again, spend
from openday.services.republish import CALENDAR, bump
from openday.services.wordings import letter_of

_KEY_LIMIT = 200


@dataclass(frozen=True)
class NewSuggestion:
    """What the form says: `activity` is a code or '', and then decides the agency; `key` makes repeats safe."""

    text: str
    agency_id: int | None
    activity: str
    name: str
    phone: str
    consent: bool
    key: str


@dataclass(frozen=True)
class Reply:
    """The agency's answer: what it says, what became of the suggestion, and why."""

    text: str
    adoption: Adoption
    reason: str


@dataclass(frozen=True)
class _Understood:
    text: str
    name: str | None
    phone: str | None
    key_hash: str


def leave_suggestion(new: NewSuggestion, effort: Effort | None = None) -> str:
    """Keep a suggestion for the office to look at; returns the receipt code, the same for every repeat of a form.

    `effort` is what the form brought along against robots; None where no page was filled in.

    Raises:
        NotFound: the activity is not public.
        Refused: something is missing, too long or unreadable; `field` says what.
        Conflict: the form's key was used for another text, or its challenge has been counted.
        TooMany: too many suggestions from one network address.
    """
    understood = _understood(new)
    return first_or_again(lambda: _leave(new, understood, effort))


def _understood(new: NewSuggestion) -> _Understood:
    text = _cleaned(new.text, SUGGESTION_LIMIT, "意见建议", "text", lines=True)
    if not text:
        raise Refused("请填写意见建议", field="text")
    try:
        phone = normalise_phone(new.phone) if new.phone.strip() else None
    except ValueError as wrong:
        raise Refused(str(wrong), field="phone") from wrong
    if not new.consent:
        raise Refused("请勾选同意后再提交", field="consent")
    if not 1 <= len(new.key) <= _KEY_LIMIT:
        raise Refused("页面已失效，请刷新后重新填写")
    name = _cleaned(new.name, NAME_LIMIT, "姓名", "name")
    return _Understood(text, name or None, phone, vault.blind_index(new.key, "suggestion"))


@use_case
def _leave(new: NewSuggestion, understood: _Understood, effort: Effort | None) -> str:
    now = clock.now()
    earlier = session().scalar(select(Suggestion).where(Suggestion.key_hash == understood.key_hash))
    if earlier is not None:
        if earlier.text != understood.text:
            raise Conflict("这份表单此前已经提交过，且内容与这次不同。如需另提意见，请重新打开填写页面。")
        return earlier.receipt
    spend(effort, now)
    activity = _public_activity(new.activity) if new.activity else None
    agency_id = activity.agency_id if activity else _agency_to_ask(new.agency_id)
    suggestion = Suggestion(
        key_hash=understood.key_hash,
        activity_id=activity.id if activity else None,
        agency_id=agency_id,
        status=SuggestionStatus.RECEIVED.value,
        text=understood.text,
        name=understood.name,
        phone=understood.phone,
        consent_version=SUGGESTION_NOTICE,
        received_at=now,
        events=[SuggestionEvent(action="receive", to_status=SuggestionStatus.RECEIVED.value, at=now)],
    )
    session().add(suggestion)
    session().flush()
    _note("receive", suggestion, None, now)
    return suggestion.receipt


@use_case
def accept_suggestion(actor: Actor, suggestion_id: int, stamp: int) -> None:
    """受理: the agency has to answer within ten working days of the day it came in. `stamp` is the last step that the
    officer had before them.

    Raises:
        NotFound: not within reach.
        Forbidden: no right to moderate.
        ChangedByAnother: somebody was first.
    """
    now = clock.now()
    found = _as_seen(actor, suggestion_id, stamp, SuggestionAction.ACCEPT)
    found.due_on = reply_due(found.received_at, working_calendar())
    _step(found, actor, SuggestionAction.ACCEPT, now)


@use_case
def remove_suggestion(actor: Actor, suggestion_id: int, stamp: int, reason: str) -> None:
    """不予公开: whoever holds the receipt code reads the reason. Raises what `accept_suggestion` raises, and
    Refused without a reason."""
    now = clock.now()
    found = _as_seen(actor, suggestion_id, stamp, SuggestionAction.REMOVE)
    found.removal_reason = _reason(reason)
    _step(found, actor, SuggestionAction.REMOVE, now, found.removal_reason)


@use_case
def reassign_suggestion(actor: Actor, suggestion_id: int, stamp: int, agency_id: int) -> None:
    """Give it to another agency; the due date stays. Raises what `accept_suggestion` raises, and Refused when the
    agency is not within reach or has it already."""
    now = clock.now()
    found = _as_seen(actor, suggestion_id, stamp, SuggestionAction.REASSIGN)
    reach = within_reach(actor, Right.SUGGESTION_MODERATE)
    agency = session().scalar(select(Agency).where(Agency.id == agency_id, Agency.active, reach))
    if agency is None:
        raise Refused("请选择办理单位", field="agency_id")
    if agency.id == found.agency_id:
        raise Refused(f"已由{agency.name}办理，请选择其他单位", field="agency_id")
    reason = f"由{found.agency.name}转{agency.name}办理"
    found.agency = agency
    _step(found, actor, SuggestionAction.REASSIGN, now, reason)


@use_case
def draft_reply(actor: Actor, suggestion_id: int, stamp: int, reply: Reply) -> SuggestionStatus:
    """Keep the agency's answer and hand it to its reviewer, or straight to the office where there is none.

    Raises what `accept_suggestion` raises, and Refused when the answer or its reason is missing or too long.
    """
    now = clock.now()
    found = suggestion_in_reach(actor, suggestion_id, lock=True)
    action = SuggestionAction.DRAFT if found.agency.reviews else SuggestionAction.DRAFT_DIRECTLY
    _check_seen(found, actor, stamp, action)
    found.reply = _cleaned(reply.text, REPLY_LIMIT, "答复内容", "reply", lines=True)
    if not found.reply:
        raise Refused("请填写答复内容", field="reply")
    found.adoption = reply.adoption.value
    found.adoption_reason = _cleaned(reply.reason, REASON_LIMIT, "理由", "reason", lines=True)
    if reply.adoption in NEEDS_A_REASON and not found.adoption_reason:
        raise Refused(f"采纳情况为“{reply.adoption.label}”的，请写明理由", field="reason")
    found.drafted_by_id = actor.user_id
    _step(found, actor, action, now)
    return SuggestionStatus(found.status)


@use_case
def approve_reply(actor: Actor, suggestion_id: int, stamp: int) -> None:
    """The agency's reviewer lets the answer go to the office. Raises what `accept_suggestion` raises; Forbidden also
    for whoever drafted it."""
    now = clock.now()
    found = _as_seen(actor, suggestion_id, stamp, SuggestionAction.AGENCY_APPROVE)
    _step(found, actor, SuggestionAction.AGENCY_APPROVE, now)


@use_case
def agency_return_reply(actor: Actor, suggestion_id: int, stamp: int, reason: str) -> None:
    """The agency's reviewer gives the draft back with a reason; its text stays. Raises as `remove_suggestion`."""
    now = clock.now()
    found = _as_seen(actor, suggestion_id, stamp, SuggestionAction.AGENCY_RETURN)
    _step(found, actor, SuggestionAction.AGENCY_RETURN, now, _reason(reason))


@use_case
def publish_reply(actor: Actor, suggestion_id: int, stamp: int, receipt_url: Callable[[str], str]) -> None:
    """公开答复: question and answer are public from now on; whoever left a number is told where to read it.

    `receipt_url` makes the absolute address of a receipt page. Raises what `accept_suggestion` raises; Forbidden also
    for whoever drafted the answer.
    """
    now = clock.now()
    found = _as_seen(actor, suggestion_id, stamp, SuggestionAction.PUBLISH)
    found.answered_at = now
    _step(found, actor, SuggestionAction.PUBLISH, now)
    _tell_resident(found, receipt_url(found.receipt), now)
    bump(CALENDAR, now)


@use_case
def return_reply(actor: Actor, suggestion_id: int, stamp: int, reason: str) -> None:
    """The office gives the answer back to the agency with a reason. Raises as `remove_suggestion`."""
    now = clock.now()
    found = _as_seen(actor, suggestion_id, stamp, SuggestionAction.RETURN)
    _step(found, actor, SuggestionAction.RETURN, now, _reason(reason))


# --- one step --------------------------------------------------------------------------------------------------------


def _as_seen(actor: Actor, suggestion_id: int, stamp: int, action: SuggestionAction) -> Suggestion:
    """The locked suggestion, when the person may do this and it still is what they had before them."""
    found = suggestion_in_reach(actor, suggestion_id, lock=True)
    _check_seen(found, actor, stamp, action)
    return found


def _check_seen(found: Suggestion, actor: Actor, stamp: int, action: SuggestionAction) -> None:
    facts = suggestion_facts(found)
    why_not = obstacle(actor, action, facts)
    if why_not is not None and not can(actor, BY_ACTION[action].right, facts.subject):
        raise Forbidden(why_not)
    last = session().scalar(
        select(SuggestionEvent)
        .where(SuggestionEvent.suggestion_id == found.id)
        .options(joinedload(SuggestionEvent.actor))
        .order_by(SuggestionEvent.id.desc())
        .limit(1)
    )
    if last is not None and last.id != stamp and last.action != "receive":
        raise ChangedByAnother(_what_happened(found, last, actor))
    if why_not is not None:
        raise Forbidden(why_not) if facts.status in BY_ACTION[action].sources else Conflict(why_not)


def _what_happened(found: Suggestion, last: SuggestionEvent, actor: Actor) -> str:
    who = "您" if last.actor_id == actor.user_id else last.actor.name if last.actor else "系统"
    step = SuggestionAction(last.action).label
    status = SuggestionStatus(found.status).label
    return f"{who}已于{moment_text(last.at)}办理“{step}”，您这次的操作没有保存。这条意见建议现在是“{status}”"


def _step(found: Suggestion, actor: Actor, action: SuggestionAction, now: datetime, reason: str = "") -> None:
    target = BY_ACTION[action].target
    if target is not None:
        found.status = target.value
    session().add(
        SuggestionEvent(
            suggestion_id=found.id,
            action=action.value,
            to_status=found.status,
            actor_id=actor.user_id,
            reason=reason,
            at=now,
        )
    )
    _note(action.value, found, actor, now)


def _note(action: str, found: Suggestion, actor: Actor | None, now: datetime) -> None:
    ledger.record(
        f"suggestion.{action}",
        actor=actor,
        record_type="suggestion",
        record_id=found.id,
        agency_id=found.agency_id,
        now=now,
    )


def _tell_resident(found: Suggestion, link: str, now: datetime) -> None:
    if not found.phone:
        return
    greeting = f"{found.name}：\n\n" if found.name else ""
    values = {"greeting": greeting, "agency": found.agency.name, "link": link}
    kind = "suggestion.answered"
    text = letter_of(kind, found.agency.jurisdiction_id, SOURCE_LANGUAGE, values)
    ledger.enqueue(
        kind,
        channel=Channel.SMS,
        recipient=found.phone,
        subject=text.subject,
        body=text.body,
        now=now,
    )


def _reason(text: str) -> str:
    reason = _cleaned(text, REASON_LIMIT, "理由", "reason", lines=True)
    if not reason:
        raise Refused("请写明理由", field="reason")
    return reason


def _cleaned(text: str, limit: int, label: str, field: str, *, lines: bool = False) -> str:
    try:
        return clean_text(text, limit=limit, lines=lines)
    except ValueError as wrong:
        raise Refused(f"{label}{wrong}", field=field) from wrong


def _public_activity(code: str) -> Activity:
    activity = session().scalar(select(Activity).where(Activity.code == sayable(code)))
    if activity is None:
        raise NotFound()
    return activity


def _agency_to_ask(agency_id: int | None) -> int:
    found = session().scalar(select(Agency.id).where(Agency.id == agency_id, Agency.active))
    if found is None:
        raise Refused("请选择意见建议涉及的单位", field="agency_id")
    return found
