"""The second factor: a code from an authenticator (TOTP, RFC 6238: SHA-1, six digits, 30 seconds), or a recovery code.

A code is taken once: the newest step that was used stands with the person and only ever grows, by a guarded UPDATE.
All checks of one person queue behind their locked row, so that five wrong codes are five, however many come at once.
"""

import hmac
import secrets
import unicodedata
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta

import pyotp
from sqlalchemy import CursorResult, Update, delete, select, update
from sqlalchemy.orm import undefer

from openday import clock, vault
from openday.db import session, use_case
from openday.errors import Closed, Conflict, Forbidden, NotFound, Refused
from openday.models.people import RecoveryCode, User
from openday.queries.people import user_in_reach
from openday.rules.permissions import Actor, Right
from openday.services import ledger
from openday.services.login_steps import (
    begin_session,
    count_failure,
    end_sessions,
    open_pending,
    refuse_blocked,
    still_pending,
)

FAILURES = 5
RECOVERY_CODES = 8
STEP = 30  # seconds
NEIGHBOURS = 1  # steps before and after the present one, for clocks that differ
OFFER_LASTS = timedelta(minutes=30)


@dataclass(frozen=True)
class Offer:
    """A fresh secret that is not stored anywhere yet; `sealed` travels through the form and back."""

    secret: str
    uri: str
    """otpauth://, for the QR code."""
    sealed: str


@dataclass(frozen=True)
class Enrolled:
    """The new session's token, and the recovery codes, shown this once."""

    token: str
    recovery_codes: list[str]


def make_offer(actor: Actor, login: str, issuer: str, sealed: str = "") -> Offer:
    """The offer that `sealed` holds (after a mistyped code, the same QR code again), else a fresh one."""
    secret = _open_offer(actor, sealed, clock.now())
    if secret is None:
        secret = pyotp.random_base32()
        sealed = urlsafe_b64encode(
            vault.seal(f"{int(clock.now().timestamp())} {secret}", _place_of_offer(actor))
        ).decode()
    uri = pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=issuer)
    return Offer(secret, uri, sealed)


def _place_of_offer(actor: Actor) -> str:
    return f"second factor offered to {actor.user_id}"


def _open_offer(actor: Actor, sealed: str, now: datetime) -> str | None:
    try:
        offered_at, secret = vault.unseal(urlsafe_b64decode(sealed), _place_of_offer(actor)).split(" ")
    except ValueError:
        return None
    return secret if 0 <= now.timestamp() - int(offered_at) <= OFFER_LASTS.total_seconds() else None


@use_case
def enrol(actor: Actor, sealed: str, code: str) -> Enrolled:
    """Store the offered secret once a code proves that the authenticator holds it.

    Every session of the person ends, because none of them had a second factor, and a new one begins.

    Raises:
        Refused: the offer is over, or the code does not fit.
        Conflict: there is a second factor already.
    """
    now = clock.now()
    secret = _open_offer(actor, sealed, now)
    if secret is None:
        raise Refused("二维码已过期，请用手机重新扫描本页的二维码", field="code")
    user = _locked(actor.user_id)
    if user is None or user.has_second_factor:
        raise Conflict("您已启用动态验证码，无需重复设置。没有看到恢复码时，可在“动态验证码”页更换")
    step = _matching_step(secret, _plain(code), now)
    if step is None:
        raise Refused("动态验证码不正确，请输入手机上当前显示的6位数字", field="code")
    user.totp_secret, user.totp_last_step = secret, step
    codes = _new_recovery_codes(user.id)
    end_sessions(user.id, now)
    _record("people.second_factor_on", actor, user, now)
    return Enrolled(begin_session(user.id, now), codes)


@use_case
def complete_log_in(pending: str, code: str) -> str | None:
    """The second step of logging in: returns the token of a session, or None when the code is wrong or used already.

    Raises:
        Closed: more than five minutes have passed since the password, or it does not hold any more.
        TooMany: five wrong codes within a quarter of an hour.
    """
    now = clock.now()
    claim = open_pending(pending, now)
    user = _locked(claim.user_id) if claim is not None else None
    if claim is None or user is None or not still_pending(claim, user) or not user.has_second_factor:
        raise Closed("登录已超过5分钟或已失效，请重新输入用户名和密码")
    if not _accepts(user, code, None, now):
        return None
    _record("people.login", None, user, now, second_factor=True)
    return begin_session(user.id, now)


@use_case
def renew_recovery_codes(actor: Actor, code: str) -> list[str] | None:
    """New recovery codes; the older ones end. None when the code is wrong or used already.

    Raises:
        Conflict: there is no second factor.
        TooMany: five wrong codes within a quarter of an hour.
    """
    now = clock.now()
    user = _with_second_factor(actor)
    if not _accepts(user, code, actor, now):
        return None
    _record("people.recovery_codes_renewed", actor, user, now)
    return _new_recovery_codes(user.id)


@use_case
def turn_off(actor: Actor, code: str) -> bool:
    """Take one's own second factor away, to change the telephone or for good; False when the code is wrong.

    Raises:
        Conflict: there is no second factor.
        TooMany: five wrong codes within a quarter of an hour.
    """
    now = clock.now()
    user = _with_second_factor(actor)
    if not _accepts(user, code, actor, now):
        return False
    _forget(user)
    _record("people.second_factor_off", actor, user, now)
    return True


@use_case
def reset(actor: Actor, user_id: int) -> None:
    """An administrator takes away the second factor of somebody who lost it; that person's sessions end.

    Raises:
        NotFound: no such user within reach.
        Forbidden: one's own goes with a code, not like this.
        Conflict: there is none.
    """
    now = clock.now()
    user = _locked(user_in_reach(actor, Right.PEOPLE_MANAGE, user_id).id)
    if user_id == actor.user_id:
        raise Forbidden("本人的动态验证码请在“动态验证码”页停用")
    if user is None or not user.has_second_factor:
        raise Conflict("该人员没有启用动态验证码，无需重置")
    _forget(user)
    end_sessions(user.id, now)
    _record("people.second_factor_reset", actor, user, now)


@use_case
def reset_from_console(login: str) -> None:
    """The way back in for the only administrator, by whoever runs the server; their sessions end.

    Raises:
        NotFound: nobody of this name has a second factor.
    """
    now = clock.now()
    user_id = session().scalar(select(User.id).where(User.login == login.lower()))
    user = _locked(user_id) if user_id is not None else None
    if user is None or not user.has_second_factor:
        raise NotFound(f"{login}: nobody of this name has a second factor")
    _forget(user)
    end_sessions(user.id, now)
    _record("people.second_factor_reset", None, user, now)


def _locked(user_id: int) -> User | None:
    """The person and their secret, kept from other checks until the end of this transaction."""
    return session().get(
        User, user_id, options=[undefer(User.totp_secret)], with_for_update={"key_share": True}, populate_existing=True
    )


def _with_second_factor(actor: Actor) -> User:
    user = _locked(actor.user_id)
    if user is None or not user.has_second_factor:
        raise Conflict("您还没有启用动态验证码")
    return user


def _accepts(user: User, code: str, actor: Actor | None, now: datetime) -> bool:
    """Use the code up; a wrong one is counted and noted."""
    key = vault.blind_index(str(user.id), "second factor")
    refuse_blocked([key], now)
    plain = _plain(code)
    taken = _use_step(user, plain, now) or _use_recovery_code(user, plain, actor, now)
    if not taken:
        count_failure(key, FAILURES, now)
        _record("people.second_factor_failed", actor, user, now)
    return taken


def _plain(code: str) -> str:
    """Full-width digits, spaces and dashes are how people type and copy codes."""
    return "".join(c for c in unicodedata.normalize("NFKC", code) if c.isascii() and c.isalnum())


def _matching_step(secret: str, code: str, now: datetime) -> int | None:
    totp, present = pyotp.TOTP(secret), int(now.timestamp()) // STEP
    steps = range(present + NEIGHBOURS, present - NEIGHBOURS - 1, -1)
    return next((step for step in steps if hmac.compare_digest(totp.generate_otp(step), code)), None)


def _use_step(user: User, code: str, now: datetime) -> bool:
    step = _matching_step(user.totp_secret or "", code, now)
    if step is None:
        return False
    return _changed_one(update(User).where(User.id == user.id, User.totp_last_step < step).values(totp_last_step=step))


def _use_recovery_code(user: User, code: str, actor: Actor | None, now: datetime) -> bool:
    taken = _changed_one(
        update(RecoveryCode)
        .where(RecoveryCode.code_hash == _recovery_hash(user.id, code), RecoveryCode.used_at.is_(None))
        .values(used_at=now)
    )
    if taken:
        _record("people.recovery_code_used", actor, user, now)
    return taken


def _changed_one(statement: Update) -> bool:
    result = session().execute(statement)
    return isinstance(result, CursorResult) and result.rowcount == 1


def _recovery_hash(user_id: int, plain: str) -> str:
    return vault.blind_index(f"{user_id} {plain}", "recovery code")


def _new_recovery_codes(user_id: int) -> list[str]:
    """Fresh codes instead of all older ones: twelve digits (40 bits), which a telephone's number pad can type."""
    session().execute(delete(RecoveryCode).where(RecoveryCode.user_id == user_id))
    plain = [f"{secrets.randbelow(10**12):012d}" for _ in range(RECOVERY_CODES)]
    session().add_all(RecoveryCode(user_id=user_id, code_hash=_recovery_hash(user_id, code)) for code in plain)
    return [f"{code[:4]}-{code[4:8]}-{code[8:]}" for code in plain]


def _forget(user: User) -> None:
    user.totp_secret = user.totp_last_step = None
    session().execute(delete(RecoveryCode).where(RecoveryCode.user_id == user.id))


def _record(action: str, actor: Actor | None, user: User, now: datetime, **detail: bool) -> None:
    ledger.record(
        action, actor=actor, record_type="user", record_id=user.id, agency_id=user.agency_id, now=now, **detail
    )
