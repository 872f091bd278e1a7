"""The rights of whoever signed up: a copy of everything that is kept about them, and its deletion.

A ticket's link may be passed on to those who come along. So the copy, which shows whole numbers, is given to whoever
holds the link and knows the telephone number that was signed up with.
"""

import hmac
import json
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, or_, select

from openday import clock, vault
from openday.db import session, use_case
from openday.errors import Closed, Conflict, Refused, TooMany
from openday.models.ledger import Message
from openday.models.occurrences import Occurrence
from openday.models.registrations import PhoneCode, Registration, SignupDraft
from openday.queries.own_data import OwnData, own_data
from openday.queries.registrations import Occasion, phone_index
from openday.rules.finding_tickets import LOOK_BACK
from openday.rules.phone import normalise_phone
from openday.rules.states import HOLDING, RegistrationStatus
from openday.services.challenge_steps import hold
from openday.services.forget_steps import empty_registrations
from openday.services.invitation_steps import forget_invitee
from openday.services.party_steps import TicketUrl, give_up, held_ticket, note

WRONG_NUMBERS = 5
_WITHIN = timedelta(minutes=30)
_STANDING = (RegistrationStatus.APPLIED, RegistrationStatus.WAITLISTED, *HOLDING)


def copy_data(code: str, phone: str, retention_days: int) -> OwnData:
    """Everything that is kept about a registration, for whoever knows its telephone number, as it was typed.

    Raises:
        NotFound: no such ticket.
        Refused: it is another number, or none.
        TooMany: five wrong numbers within half an hour.
        Conflict: the personal data is deleted already.
    """
    try:
        canonical = normalise_phone(phone)
    except ValueError as wrong:
        raise Refused(str(wrong), field="phone") from wrong
    if not _checked(own_data(code, retention_days).id, phone_index(canonical)):
        raise Refused("与报名时填写的手机号码不一致，请核对后再试", field="phone")
    return own_data(code, retention_days)


@use_case
def _checked(registration_id: int, phone_hash: str) -> bool:
    """Whether the number is the one; a wrong one counts, which is why it is said by an answer and not by raising."""
    now = clock.now()
    kept = session().scalar(select(Registration.phone_hash).where(Registration.id == registration_id))
    if kept is None:
        raise Conflict("个人信息已经删除，没有可以下载的内容")
    counter = hold(vault.blind_index(str(registration_id), "own data"), now)
    if now - counter.since >= _WITHIN:
        counter.failures, counter.since = 0, now
    if counter.failures >= WRONG_NUMBERS:
        left = counter.since + _WITHIN - now
        minutes = int(left.total_seconds() // 60) + 1
        raise TooMany(f"手机号码填错的次数过多，请在{minutes}分钟后再试", retry_after=minutes * 60)
    if not hmac.compare_digest(kept, phone_hash):
        counter.failures += 1
        return False
    note("registration.copy_data", registration_id, now)
    return True


@use_case
def erase_data(code: str, *, ticket_url: TicketUrl) -> None:
    """Delete everything that says who a registration is about; before the event it is cancelled first, and its seats go
    to those who wait. A second time changes nothing.

    Messages about it are deleted as well, those that were not sent yet included.

    Raises:
        NotFound: no such ticket.
        Closed: the occurrence is going on, or somebody of the party has checked in to it: afterwards it is possible.
    """
    now = clock.now()
    held, occasion = held_ticket(code)
    row = session().get_one(Registration, held.id)
    if row.name is None and row.phone is None:
        return
    off = occasion.facts.cancelled
    if not off and not occasion.facts.postponed:
        if now < occasion.starts_at and held.attended:
            raise Closed("这份报名已经签到，活动结束后可以删除")
        if occasion.starts_at <= now < occasion.ends_at:
            raise Closed("活动正在进行，签到还要用到这些信息，结束后可以删除")
    given_up = not off and now < occasion.ends_at and RegistrationStatus(held.status) in _STANDING
    if given_up and not give_up(held, occasion, now, ticket_url):
        raise Closed("这份报名刚刚签到，活动结束后可以删除")
    phone, phone_hash = row.phone, row.phone_hash
    _erase_messages(held.id, phone_hash, now)
    _erase_drafts(occasion, phone)
    session().execute(delete(PhoneCode).where(PhoneCode.phone_hash == phone_hash))
    empty_registrations([held.id])
    forget_invitee(held.id)
    session().expire(row)
    note("registration.erase", held.id, now, cancelled=given_up)


def _erase_messages(registration_id: int, phone_hash: str | None, now: datetime) -> None:
    """What was written about it, and what listed its ticket among others of the same number.

    Those are looked for through the occurrences of late, by the index over occurrence and number.
    """
    same = (
        select(Registration.id)
        .join(Occurrence, Occurrence.id == Registration.occurrence_id)
        .where(
            Occurrence.ends_at > now - 2 * LOOK_BACK,
            Registration.phone_hash == phone_hash,
            Registration.status != RegistrationStatus.CANCELLED.value,
        )
    )
    listed = (Message.kind == "tickets.found") & Message.registration_id.in_(same)
    session().execute(
        delete(Message)
        .where(or_(Message.registration_id == registration_id, listed))
        .execution_options(synchronize_session=False)
    )


def _erase_drafts(occasion: Occasion, phone: str | None) -> None:
    """Forms that were put aside for the same occurrence with the same number."""
    drafts = select(SignupDraft).join(Occurrence).where(Occurrence.id == occasion.id)
    for draft in session().scalars(drafts):
        if phone and _number_in(draft.typed) == phone:
            session().delete(draft)


def _number_in(typed: str | None) -> str:
    fields: dict[str, Any] = json.loads(typed) if typed else {}
    try:
        return normalise_phone("".join(fields.get("phone", [])[:1])[:40])
    except ValueError:
        return ""
