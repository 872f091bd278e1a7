"""Signing up: one transaction that takes the seats, writes the registration, and puts its message into the outbox."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, insert, select
from sqlalchemy.exc import IntegrityError

from openday import clock, vault
from openday.db import session, together, use_case, write
from openday.errors import Closed, Conflict, Duplicate, Full, Refused, StoreAway
from openday.models.columns import new_code
from openday.models.occurrences import Occurrence
from openday.models.registrations import IdempotencyKey, Registration
from openday.queries.activities import occurrence_in_reach
from openday.queries.ballots import ballot_settled
from openday.queries.registrations import SHEET, Occasion, QuotaSeats, SignupSheet, phone_index, sayable, sheet_from
from openday.rules.decided_later import what_follows
from openday.rules.permissions import Actor, Right
from openday.rules.phone import normalise_phone
from openday.rules.phone_code import GUARDIAN, OWN
from openday.rules.privacy import clean_text
from openday.rules.proof_of_work import Effort
from openday.rules.seats import check_party
from openday.rules.signup import EMAIL_LIMIT, NAME_LIMIT, NOTICE_VERSION, closure, closure_text
from openday.rules.signup_answers import Typed, typed_guardian
from openday.rules.states import RegistrationSource, RegistrationStatus
from openday.services import ledger
from openday.services.fact_steps import Facts, facts_under_lock
from openday.services.invitation_steps import Invited, accept_invitation, invited_by, invited_phone
from openday.services.party_steps import Guest, TicketUrl, take_free_seats, tell
from openday.services.phone_code_steps import prove_phones
from openday.services.signup_steps import Brought, check_brought, further_columns, spend_brought

_KEY_LIMIT = 200
_ATTEMPTS = 4
_MAILBOX = re.compile(r"[^\s@<>\"(),:;\\]+@[^\s@<>\"(),:;\\]+\.[^\s@<>\"(),:;\\]+")


@dataclass(frozen=True)
class SignUp:
    """What the form says; `quota` is a quota's position, None where there is no choice, `key` makes repeats safe."""

    name: str
    phone: str
    party_size: int
    consent: bool
    key: str
    quota: int | None = None
    email: str = ""
    extras: Typed = field(default_factory=dict)
    """What was typed into the further fields of the form, see `rules.signup_answers`."""
    effort: Effort | None = None
    """The work that came with a form that asks for it."""
    codes: Mapping[str, str] = field(default_factory=dict)
    """What was typed into the fields for codes from telephones, see `rules.phone_code`."""
    language: str = "zh"
    """zh or en: in which the form was filled in, and messages are written."""
    invitation: str = ""
    """The code of the invitation that is answered by this."""


@dataclass(frozen=True)
class Registered:
    """The answer to a sign-up; the same for every repeat with the same key."""

    code: str
    number: str
    status: RegistrationStatus
    party_size: int
    repeated: bool = False


@dataclass(frozen=True)
class _Wish:
    """A sign-up as understood: cleaned, canonical, hashed."""

    occurrence: str
    name: str
    phone: str
    phone_hash: str
    email: str
    party_size: int
    quota: int | None
    key_hash: str
    fingerprint: str
    code: str
    source: RegistrationSource
    extras: Typed
    brought: Brought
    language: str
    invitation: str


def register(
    occurrence: str,
    wish: SignUp,
    *,
    ticket_url: TicketUrl,
    actor: Actor | None = None,
    source: RegistrationSource = RegistrationSource.ONLINE,
) -> Registered:
    """Put a party onto the list of the occurrence with this code, or onto its waitlist when seats do not suffice.

    `actor` is whoever enters a registration from phone, counter or paper, with that `source`. What needs no lock
    (reading the form, hashing) is done before the transaction begins. Whoever answers an invitation (`wish.invitation`)
    for the second time gets the first answer.

    Raises:
        NotFound: no such public occurrence (for `actor`: none within reach).
        Refused: something in the form is not acceptable; `field` says what.
        Closed: not the time, or not the way to sign up.
        Duplicate: this phone is on the list already.
        Full: fewer seats than asked for, and no waitlist.
        Conflict: the key was used for something else.
        TooMany: from this network address came too many, where the occurrence asks for work.
    """
    understood = _understood(occurrence, wish, source)
    if wish.codes and actor is None:
        understood = _with_proofs(understood, wish.codes)
    for _ in range(_ATTEMPTS):
        try:
            return _register(understood, actor, ticket_url)
        except IntegrityError:
            continue  # somebody was first with this key, phone or number; looked at again, it has a plain answer
    raise StoreAway("系统繁忙，本次报名没有保存，请用同一页面再提交一次")


def _understood(occurrence: str, wish: SignUp, source: RegistrationSource) -> _Wish:
    name = _cleaned_name(wish.name)
    try:
        phone = normalise_phone(wish.phone)
    except ValueError as wrong:
        raise Refused(str(wrong), field="phone") from wrong
    email = clean_email(wish.email)
    if not wish.consent:
        raise Refused("请勾选同意后再提交", field="consent")
    if not 1 <= len(wish.key) <= _KEY_LIMIT:
        raise Refused(f"提交标识应为1至{_KEY_LIMIT}个字符，请刷新页面后重新填写")
    content = "\0".join([occurrence, name, phone, email, str(wish.party_size), str(wish.quota or 1), source.value])
    if wish.extras:
        content += "\0" + json.dumps(sorted((name, list(values)) for name, values in wish.extras.items()))
    return _Wish(
        occurrence=occurrence,
        name=name,
        phone=phone,
        phone_hash=phone_index(phone),
        email=email,
        party_size=wish.party_size,
        quota=wish.quota,
        key_hash=vault.blind_index(wish.key, "idempotency"),
        fingerprint=vault.blind_index(content, "fingerprint"),
        code=new_code(),
        source=source,
        extras=wish.extras,
        brought=Brought(wish.effort),
        language=wish.language,
        invitation=wish.invitation,
    )


def _with_proofs(wish: _Wish, codes: Mapping[str, str]) -> _Wish:
    """Try the codes in a transaction before that of the sign-up: a wrong one is counted though nothing is written."""
    numbers = {OWN: wish.phone, GUARDIAN: typed_guardian(wish.extras)}
    typed = {name: (numbers[name], text) for name, text in codes.items() if numbers.get(name)}
    return replace(wish, brought=replace(wish.brought, proofs=prove_phones(wish.occurrence, typed)))


def _cleaned_name(text: str) -> str:
    try:
        name = clean_text(text, limit=NAME_LIMIT)
    except ValueError as wrong:
        raise Refused(f"姓名{wrong}", field="name") from wrong
    if not name:
        raise Refused("请填写姓名", field="name")
    return name


def clean_email(text: str) -> str:
    """A mail address without surroundings, or '' when none was given.

    Raises:
        Refused: it is no address that mail can be sent to.
    """
    try:
        email = clean_text(text, limit=EMAIL_LIMIT)
    except ValueError as wrong:
        raise Refused(f"电子邮箱{wrong}", field="email") from wrong
    if email and not (email.isascii() and _MAILBOX.fullmatch(email)):
        raise Refused("电子邮箱格式不正确，例如 name@example.com", field="email")
    return email


_OPEN_SHEET = SHEET.with_for_update(of=Occurrence, key_share=True)


@use_case
def _register(wish: _Wish, actor: Actor | None, ticket_url: TicketUrl) -> Registered:
    now = clock.now()
    if actor is not None:
        occurrence_in_reach(actor, Right.REGISTRATION_ENTER, wish.occurrence)
    sheet = sheet_from(session().execute(_OPEN_SHEET, {"code": sayable(wish.occurrence)}).all())
    quota = _chosen_quota(sheet, wish.quota)
    facts = facts_under_lock(sheet.occasion, quota, wish.key_hash, wish.phone_hash)
    if facts.earlier_id is not None:
        return _same_answer(facts.earlier_id, facts.earlier_fingerprint, wish)
    invited = _invitation(sheet.occasion, wish, actor)
    if invited is not None and invited.standing is not None and actor is None:
        return _answer_of(invited.standing)
    if actor is None and invited is None:
        check_brought(sheet.occasion, wish.brought, wish.phone, wish.extras)
    _refuse_what_cannot_be(sheet.occasion, facts, wish, now, actor, invited)
    more = further_columns(sheet.occasion, wish.extras, wish.party_size, staff=actor is not None)
    status = _confirmed_or_waiting(sheet.occasion, facts, wish.party_size)
    if actor is None and invited is None:
        spend_brought(sheet.occasion, wish.brought, now)
    with together():
        if status is RegistrationStatus.CONFIRMED:
            take_free_seats(quota.id, wish.party_size, shared=sheet.occasion.capacity is not None)
        _write(sheet.occasion, quota, facts, wish, status, actor, now, more)
        if invited is not None:
            accept_invitation(invited, facts.id, now)
        _announce(facts, sheet.occasion, wish, status, now, ticket_url)
        ledger.record(
            "registration.create",
            actor=actor,
            record_type="registration",
            record_id=facts.id,
            now=now,
            status=status.value,
            party_size=wish.party_size,
            source=wish.source.value,
        )
    return Registered(wish.code, facts.number, status, wish.party_size)


def _chosen_quota(sheet: SignupSheet, position: int | None) -> QuotaSeats:
    if position is None and len(sheet.quotas) == 1:
        return sheet.quotas[0]
    for quota in sheet.quotas:
        if quota.position == position:
            return quota
    raise Refused("请选择报名类别", field="quota")


def _same_answer(registration_id: int, fingerprint: str, wish: _Wish) -> Registered:
    if fingerprint != wish.fingerprint:
        raise Conflict("这份表单此前已经提交过，且内容与这次不同。如需另外报名，请重新打开报名页面填写。")
    return _answer_of(registration_id)


def _answer_of(registration_id: int) -> Registered:
    row = (
        session()
        .execute(
            select(Registration.code, Registration.number, Registration.status, Registration.party_size).where(
                Registration.id == registration_id
            )
        )
        .one()
    )
    return Registered(row.code, row.number, RegistrationStatus(row.status), row.party_size, repeated=True)


def _refuse_what_cannot_be(
    occasion: Occasion, facts: Facts, wish: _Wish, now: datetime, actor: Actor | None, invited: Invited | None
) -> None:
    if facts.off:
        raise Closed("本场活动已取消，不再接受报名")
    why = closure(occasion.facts, now, staff=actor is not None or invited is not None)
    if why is not None:
        raise Closed(closure_text(why, occasion.facts))
    try:
        check_party(wish.party_size, _party_limit(occasion, actor, invited))
    except ValueError as wrong:
        raise Refused(str(wrong), field="party_size") from wrong
    if occasion.ballot and ballot_settled(occasion.id):
        raise Closed("摇号名单已经确定，不再接受报名")
    if facts.phone_elsewhere and not facts.phone_taken:
        raise Duplicate("本活动每个手机号码只能报名一场，这个号码已报名其中一场，原来的报名仍然有效。")
    if facts.phone_taken:
        raise Duplicate("同一手机号码每场只能报名一次，原来的报名仍然有效。")


def _invitation(occasion: Occasion, wish: _Wish, actor: Actor | None) -> Invited | None:
    """The invitation that is answered: by its code, or by the telephone number that staff enter."""
    if wish.invitation:
        return invited_by(occasion, wish.invitation)
    return invited_phone(occasion, wish.phone_hash) if actor is not None else None


def _party_limit(occasion: Occasion, actor: Actor | None, invited: Invited | None) -> int:
    if invited is None:
        return occasion.party_limit
    return invited.party_limit if actor is None else max(invited.party_limit, occasion.party_limit)


def _confirmed_or_waiting(occasion: Occasion, facts: Facts, people: int) -> RegistrationStatus:
    if occasion.decides_later:
        return _applied(facts.seats.most, people)
    if facts.seats.free >= people and not facts.awaited:
        return RegistrationStatus.CONFIRMED
    free, capacity = facts.seats.free, facts.seats.most
    if people > capacity > 0:
        raise Refused(f"本场名额共{capacity}个，报名人数应不超过{capacity}人", field="party_size")
    if not occasion.waitlist or capacity == 0:
        if free >= people:
            raise Full("空出的名额正在按次序补给候补人员。")
        raise Full("名额已满。" if free == 0 else f"剩余{free}个名额，不够一行{people}人。")
    return RegistrationStatus.WAITLISTED


def _applied(capacity: int, people: int) -> RegistrationStatus:
    if people > capacity:
        raise Refused(f"本场名额共{capacity}个，报名人数应不超过{capacity}人", field="party_size")
    return RegistrationStatus.APPLIED


_INSERT = insert(cast(Table, Registration.__table__))
_INSERT_KEY = insert(cast(Table, IdempotencyKey.__table__))


def _write(
    occasion: Occasion,
    quota: QuotaSeats,
    facts: Facts,
    wish: _Wish,
    status: RegistrationStatus,
    actor: Actor | None,
    now: datetime,
    more: Mapping[str, Any],
) -> None:
    values: dict[str, Any] = {
        "id": facts.id,
        "code": wish.code,
        "number": facts.number,
        "occurrence_id": occasion.id,
        "quota_id": quota.id,
        "status": status.value,
        "source": wish.source.value,
        "name": wish.name,
        "phone": wish.phone,
        "phone_hash": wish.phone_hash,
        "phone_last4": wish.phone[-4:],
        "email": wish.email or None,
        "party_size": wish.party_size,
        "consent_version": NOTICE_VERSION,
        "consented_at": now,
        "created_at": now,
        "confirmed_at": now if status is RegistrationStatus.CONFIRMED else None,
        "attended": 0,
        "activity_phone": facts.activity_phone,
        "calendar_sequence": 0 if status is RegistrationStatus.CONFIRMED and wish.email else None,
        "ballot_group": "",
        "language": wish.language,
        "own_staff": False,
        "decision_reason": "",
        "entered_by_id": actor.user_id if actor else None,
        **more,
    }
    write(_INSERT, values)
    key = {"key_hash": wish.key_hash, "fingerprint": wish.fingerprint, "registration_id": facts.id, "created_at": now}
    write(_INSERT_KEY, key)


def _announce(
    facts: Facts,
    occasion: Occasion,
    wish: _Wish,
    status: RegistrationStatus,
    now: datetime,
    ticket_url: TicketUrl,
) -> None:
    who = Guest(
        facts.id, wish.code, facts.number, wish.name, wish.phone, wish.email, wish.party_size, wish.language, new=True
    )
    if status is RegistrationStatus.CONFIRMED:
        tell("registration.confirmed", who, occasion, now, ticket_url)
    elif status is RegistrationStatus.APPLIED:
        more = what_follows(occasion.facts, wish.language)
        tell("registration.applied", who, occasion, now, ticket_url, next=more)
    else:
        tell("registration.waitlisted", who, occasion, now, ticket_url)
