"""Pieces of logging in that use-cases share: the count of failures, sessions, and the state between two factors."""

import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from openday import vault
from openday.db import session
from openday.errors import TooMany
from openday.models.people import LoginSession, Throttle, User

WINDOW = timedelta(minutes=15)
PENDING_LASTS = timedelta(minutes=5)
_PENDING = "pending login"


def token_hash(token: str) -> str:
    """How the token of a session is stored."""
    return vault.blind_index(token, "token")


def begin_session(user_id: int, now: datetime) -> str:
    """Begin a session in the caller's transaction; returns the token that the browser is to hold."""
    token = secrets.token_urlsafe(32)
    session().add(LoginSession(token_hash=token_hash(token), user_id=user_id, created_at=now, seen_at=now))
    return token


def end_sessions(user_id: int, now: datetime) -> None:
    """Revoke every session of this person in the caller's transaction."""
    session().execute(
        update(LoginSession)
        .where(LoginSession.user_id == user_id, LoginSession.revoked_at.is_(None))
        .values(revoked_at=now)
    )


def refuse_blocked(keys: list[str], now: datetime) -> None:
    """Turn away whoever failed too often.

    Raises:
        TooMany: one of these keys (keyed hashes of an account or address) is blocked at this moment.
    """
    blocked = session().scalars(select(Throttle.blocked_until).where(Throttle.key.in_(keys)))
    until = max((moment for moment in blocked if moment is not None), default=now)
    if until > now:
        minutes = int((until - now).total_seconds() // 60) + 1
        raise TooMany(f"登录失败次数过多，请在{minutes}分钟后再试", retry_after=minutes * 60)


def count_failure(key: str, limit: int, now: datetime) -> None:
    """Count one failure in the caller's transaction; the `limit`th within a quarter of an hour blocks for as long."""
    row = _counter(key, now)
    if now - row.since > WINDOW:
        row.failures, row.since, row.blocked_until = 0, now, None
    row.failures += 1
    if row.failures >= limit:
        row.blocked_until = now + WINDOW


def _counter(key: str, now: datetime) -> Throttle:
    """The locked row of this key; when two failures are the first at once, the later one finds the other's row."""
    row = session().get(Throttle, key, with_for_update=True)
    if row is not None:
        return row
    try:
        with session().begin_nested():
            session().add(Throttle(key=key, failures=0, since=now))
    except IntegrityError:
        pass
    return session().get_one(Throttle, key, with_for_update=True)


@dataclass(frozen=True)
class PendingLogin:
    """What a pending token says: whose password was right. It gives no rights."""

    user_id: int
    password_mark: str


def seal_pending(user: User, now: datetime) -> str:
    """A token that says for five minutes that this person's password was right; it ends with that password."""
    facts = json.dumps([user.id, int(now.timestamp()), _password_mark(user)])
    return urlsafe_b64encode(vault.seal(facts, _PENDING)).decode()


def open_pending(token: str, now: datetime) -> PendingLogin | None:
    """What `seal_pending` sealed; None when it is over or was never one of ours."""
    try:
        user_id, sealed_at, mark = json.loads(vault.unseal(urlsafe_b64decode(token), _PENDING))
    except ValueError:
        return None
    if not 0 <= now.timestamp() - sealed_at <= PENDING_LASTS.total_seconds() + 1:
        return None
    return PendingLogin(user_id, mark)


def still_pending(claim: PendingLogin, user: User | None) -> bool:
    """Whether the claim still holds for the person as they are now: active, and with the same password."""
    return user is not None and user.active and _password_mark(user) == claim.password_mark


def _password_mark(user: User) -> str:
    return vault.blind_index(user.password_hash or "", "password mark")[:16]
