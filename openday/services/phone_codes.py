"""Sending codes that prove a telephone number; what becomes of them is in `phone_code_steps`."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from openday import clock, vault
from openday.db import session, use_case
from openday.documents.letters import filled_in, house_wording
from openday.errors import Refused, TooMany
from openday.models.registrations import PhoneCode
from openday.queries.registrations import Occasion, phone_index, signup_sheet
from openday.rules.phone import normalise_phone
from openday.rules.phone_code import (
    DAY,
    DIGITS,
    GUARDIAN,
    KIND,
    LASTS,
    MOST_FROM_NETWORK,
    TO_GUARDIAN,
    TRIES,
    WINDOW,
    next_code_at,
    numbers_to_prove,
)
from openday.rules.proof_of_work import Effort
from openday.rules.signup_answers import Typed, guardian_phone
from openday.rules.states import Channel
from openday.services import ledger
from openday.services.challenge_steps import count, first_or_again, hold
from openday.services.phone_code_steps import code_hash, purpose_of
from openday.services.signup_steps import spend_effort


@dataclass(frozen=True)
class Sending:
    """What came of asking for a code to one number: whether one was sent now (else the last one still holds), and in
    how many seconds the next may be asked for."""

    field: str
    """Where the code is typed, see `rules.phone_code`."""
    phone: str
    sent: bool
    wait: int


def send_codes(
    occurrence: str, phone: str, extras: Typed, *, effort: Effort | None, language: str = "zh"
) -> list[Sending]:
    """Send a code to every number that this form has to prove; to none that got one within the last minute.

    The answer is the same whether or not a number is on a list.

    Raises:
        NotFound: no such public occurrence.
        Refused: its form asks for no code, or brought no work.
        TooMany: a number got all the codes of a day, or this network address asked for too many.
        SpentBefore: the same page was sent before.
    """
    return first_or_again(lambda: _send_codes(occurrence, phone, extras, effort, language))


@use_case
def _send_codes(occurrence: str, phone: str, extras: Typed, effort: Effort | None, language: str) -> list[Sending]:
    now = clock.now()
    occasion = signup_sheet(occurrence).occasion
    if occasion.protection != "phone_code":
        raise Refused("这一页打开后报名表有改动，现已更新，所填内容没有丢失，请再提交一次")
    numbers = numbers_to_prove(normalise_phone(phone), guardian_phone(occasion.form, extras))
    hashes = {field: phone_index(number) for field, number in numbers.items()}
    for hashed in sorted(hashes.values()):
        hold(vault.blind_index(hashed, "phone code"), now)
    earlier = {field: _earlier(hashed, now) for field, hashed in hashes.items()}
    due = {field: next_code_at([row.created_at for row in rows], now) for field, rows in earlier.items()}
    fresh = {field: number for field, number in numbers.items() if due[field] <= now}
    for field in set(numbers) - set(fresh):
        _refuse_unless_one_holds(earlier[field], purpose_of(occurrence), numbers[field], due[field], now)
    if fresh:
        spend_effort(occasion, effort, now)
        _send(occasion, fresh, hashes, effort, language, now)
    return [_sending(field, number, field in fresh, earlier[field], now) for field, number in numbers.items()]


def _earlier(hashed: str, now: datetime) -> list[PhoneCode]:
    """The codes that this number got within a day, the newest first."""
    lately = select(PhoneCode).where(PhoneCode.phone_hash == hashed, PhoneCode.created_at > now - DAY)
    return list(session().scalars(lately.order_by(PhoneCode.id.desc())))


def _refuse_unless_one_holds(rows: list[PhoneCode], purpose: str, phone: str, due: datetime, now: datetime) -> None:
    newest = next((row for row in rows if row.purpose == purpose), None)
    if newest and newest.used_at is None and newest.expires_at > now and newest.tries < TRIES:
        return
    left = due - now
    if left <= timedelta(minutes=1):
        raise TooMany(
            f"尾号{phone[-4:]}的手机号码刚刚发送过验证码，请在{_seconds(left)}秒后再获取", retry_after=_seconds(left)
        )
    hours = int(left.total_seconds() // 3600) + 1
    raise TooMany(
        f"尾号{phone[-4:]}的手机号码24小时内的验证码已发完，请在{hours}小时后再获取，或致电举办单位报名",
        retry_after=_seconds(left),
    )


def _seconds(left: timedelta) -> int:
    return max(1, -int(-left.total_seconds() // 1))


def _send(
    occasion: Occasion,
    numbers: Mapping[str, str],
    hashes: Mapping[str, str],
    effort: Effort | None,
    language: str,
    now: datetime,
) -> None:
    purpose = purpose_of(occasion.code)
    for field, number in numbers.items():
        if effort is not None:
            count(vault.blind_index(effort.sender, "phone code sender"), MOST_FROM_NETWORK, WINDOW, now)
        code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"
        session().add(
            PhoneCode(
                purpose=purpose,
                phone_hash=hashes[field],
                code_hash=code_hash(purpose, number, code),
                created_at=now,
                expires_at=now + LASTS,
            )
        )
        kind = TO_GUARDIAN if field == GUARDIAN else KIND
        minutes = int(LASTS.total_seconds() // 60)
        text = filled_in(house_wording(kind, language), {"code": code, "theme": occasion.theme, "minutes": minutes})
        ledger.enqueue(
            KIND,
            channel=Channel.SMS,
            recipient=number,
            subject=text.subject,
            body=text.body.strip(),
            now=now,
            urgent=True,
        )
    session().flush()
    ledger.record(
        "registration.send_code",
        actor=None,
        record_type="occurrence",
        record_id=occasion.id,
        now=now,
        codes=len(numbers),
    )


def _sending(field: str, phone: str, sent: bool, earlier: list[PhoneCode], now: datetime) -> Sending:
    moments = [row.created_at for row in earlier] + ([now] if sent else [])
    return Sending(field, phone, sent, _seconds(next_code_at(moments, now) - now))
