"""Codes that prove a telephone number: trying one, and spending it together with what it was asked for.

A shared piece of use-cases. A try is counted and committed before anything depends on it, so that a hundred guesses
sent at one moment are still only as many tries as a code has; what the code is for happens in a transaction of its
own, which spends the code or does not happen. Why it is done this way: docs/decisions/019-phone-codes.md.
"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import CursorResult, select, update

from openday import clock, vault
from openday.db import session, use_case
from openday.errors import Refused
from openday.models.registrations import PhoneCode
from openday.queries.registrations import phone_index, sayable
from openday.rules.phone_code import TRIES, failure_text, read_code

_USED = "短信验证码已经用过，请重新获取"


@dataclass(frozen=True)
class Proof:
    """What came of one typed code: the id of the code that it matched, or else what is wrong with it."""

    code_id: int | None
    problem: str = ""


def purpose_of(occurrence: str) -> str:
    """What a code for signing up to the occurrence with this code is good for; nothing else."""
    return f"sign-up {sayable(occurrence[:20])}"


def code_hash(purpose: str, phone: str, code: str) -> str:
    """The keyed hash under which a code is kept: it opens nothing but this purpose for this number."""
    return vault.blind_index(f"{purpose}\0{phone}\0{code}", "phone code")


@use_case
def prove_phones(occurrence: str, typed: Mapping[str, tuple[str, str]]) -> dict[str, Proof]:
    """Try the codes that came with a form: field to (canonical number, what was typed). A wrong one costs a try;
    nothing is refused here."""
    now = clock.now()
    return {field: _tried(purpose_of(occurrence), phone, text, now) for field, (phone, text) in typed.items()}


def _tried(purpose: str, phone: str, text: str, now: datetime) -> Proof:
    try:
        code = read_code(text)
    except ValueError as wrong:
        return Proof(None, str(wrong))
    row = session().scalar(
        select(PhoneCode)
        .where(PhoneCode.purpose == purpose, PhoneCode.phone_hash == phone_index(phone))
        .order_by(PhoneCode.id.desc())
        .limit(1)
        .with_for_update()
    )
    if row is None:
        return Proof(None, "还没有向这个手机号码发送验证码，请先获取")
    if row.expires_at <= now:
        return Proof(None, "短信验证码已过期，请重新获取")
    if row.tries >= TRIES:
        return Proof(None, failure_text(row.tries))
    if hmac.compare_digest(row.code_hash, code_hash(purpose, phone, code)):
        return Proof(row.id)
    row.tries += 1
    return Proof(None, failure_text(row.tries))


def spend_codes(proofs: Mapping[str, Proof], now: datetime) -> None:
    """Use up the codes that were right in the caller's transaction; they may have been used since they were tried.

    Raises:
        Refused: one was used before, at its field.
    """
    for field, proof in proofs.items():
        if proof.code_id is None:
            continue  # of a field that this form does not need
        spent = session().execute(
            update(PhoneCode).where(PhoneCode.id == proof.code_id, PhoneCode.used_at.is_(None)).values(used_at=now)
        )
        if not isinstance(spent, CursorResult) or spent.rowcount != 1:
            raise Refused(_USED, field=field)
