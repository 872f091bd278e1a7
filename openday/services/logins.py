"""Log-in, log-out, and the throttle that every worker shares because it is a row in the database."""

import secrets
from datetime import datetime, timedelta
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import select, update

from openday import clock, vault
from openday.db import session, use_case
from openday.errors import TooMany
from openday.models.people import LoginSession, Throttle, User
from openday.services import ledger

FAILURES_PER_ACCOUNT = 8
FAILURES_PER_ADDRESS = 60  # a whole government building may stand behind one address
WINDOW = timedelta(minutes=15)

_hasher = PasswordHasher()


@lru_cache(maxsize=1)
def _hash_of_nobody() -> str:
    """Verified when the name is unknown, so that both cases take the same time."""
    return _hasher.hash(secrets.token_urlsafe())


def log_in(login: str, password: str, address: str) -> str | None:
    """Check a password and begin a session of 12 hours at most.

    Returns the session's token, or None when name or password is wrong (alike for both); the failure is counted.
    The hash is computed outside of any transaction: it takes long on purpose, and nobody should wait behind it.

    Raises:
        TooMany: this account or this address failed too often within a quarter of an hour.
    """
    limits = {
        vault.blind_index(login.lower(), "login"): FAILURES_PER_ACCOUNT,
        vault.blind_index(address, "address"): FAILURES_PER_ADDRESS,
    }
    _refuse_blocked(list(limits), clock.now())
    user = session().scalar(select(User).where(User.login == login.lower(), User.active))
    if not _fits(user, password) or user is None:
        _note_failure(limits, user.id if user else None)
        return None
    return _begin(user.id)


@use_case
def _begin(user_id: int) -> str:
    now = clock.now()
    token = secrets.token_urlsafe(32)
    session().add(LoginSession(token_hash=token_hash(token), user_id=user_id, created_at=now, seen_at=now))
    ledger.record("people.login", actor=None, record_type="user", record_id=user_id, now=now)
    return token


@use_case
def _note_failure(limits: dict[str, int], user_id: int | None) -> None:
    now = clock.now()
    for key, limit in limits.items():
        _count_failure(key, limit, now)
    ledger.record("people.login_failed", actor=None, record_type="user", record_id=user_id, now=now)


def token_hash(token: str) -> str:
    """How the token of a session is stored."""
    return vault.blind_index(token, "token")


def _fits(user: User | None, password: str) -> bool:
    stored = user.password_hash if user and user.password_hash else _hash_of_nobody()
    try:
        _hasher.verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False
    return user is not None and user.password_hash is not None


def _refuse_blocked(keys: list[str], now: datetime) -> None:
    blocked = session().scalars(select(Throttle.blocked_until).where(Throttle.key.in_(keys)))
    until = max((moment for moment in blocked if moment is not None), default=now)
    if until > now:
        minutes = int((until - now).total_seconds() // 60) + 1
        raise TooMany(f"登录失败次数过多，请在{minutes}分钟后再试", retry_after=minutes * 60)


def _count_failure(key: str, limit: int, now: datetime) -> None:
    row = session().get(Throttle, key, with_for_update=True)
    if row is None:
        row = Throttle(key=key, failures=0, since=now)
        session().add(row)
    elif now - row.since > WINDOW:
        row.failures, row.since, row.blocked_until = 0, now, None
    row.failures += 1
    if row.failures >= limit:
        row.blocked_until = now + WINDOW


@use_case
def log_out(token: str) -> None:
    """End the session of this token; rights end with it."""
    _change(token, revoked_at=clock.now())


@use_case
def keep_alive(token: str) -> None:
    """Note that the person is still there (called at most once a minute)."""
    _change(token, seen_at=clock.now())


def _change(token: str, **values: datetime) -> None:
    session().execute(update(LoginSession).where(LoginSession.token_hash == token_hash(token)).values(**values))
