"""Log-in and sessions; invitations and the directory."""

import secrets
from datetime import datetime, timedelta
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy import select, update

from openday import clock, vault
from openday.db import session, use_case
from openday.errors import Refused, TooMany
from openday.models.people import LoginSession, Throttle, User
from openday.services import ledger

TOO_MANY_FAILURES = 8
FAILURE_WINDOW = timedelta(minutes=15)
BLOCK = timedelta(minutes=15)

_hasher = PasswordHasher()  # argon2id, the library's current defaults


@lru_cache(maxsize=1)
def _hash_of_nobody() -> str:
    """Verified when the name is unknown, so that both cases take the same time."""
    return _hasher.hash(secrets.token_urlsafe())


def token_hash(token: str) -> str:
    """How a session or invitation token is stored."""
    return vault.blind_index(token, "token")


@use_case
def log_in(login: str, password: str, address: str) -> str | None:
    """Check a password and begin a session.

    Returns the session token, or None when name or password are wrong (the same for both); the failure is counted.

    Raises:
        TooMany: this account or address failed too often and waits.
    """
    now = clock.now()
    keys = [vault.blind_index(login.lower(), "login"), vault.blind_index(address, "address")]
    _refuse_blocked(keys, now)
    user = session().scalar(select(User).where(User.login == login.lower(), User.active))
    if not _password_fits(user, password) or user is None:
        for key in keys:
            _count_failure(key, now)
        ledger.record(
            "people.login_failed", actor=None, record_type="user", record_id=user.id if user else None, now=now
        )
        return None
    token = secrets.token_urlsafe(32)
    session().add(LoginSession(token_hash=token_hash(token), user_id=user.id, created_at=now, seen_at=now))
    ledger.record("people.login", actor=None, record_type="user", record_id=user.id, now=now)
    return token


def _password_fits(user: User | None, password: str) -> bool:
    stored = user.password_hash if user and user.password_hash else _hash_of_nobody()
    try:
        return _hasher.verify(stored, password) and user is not None
    except (VerifyMismatchError, InvalidHashError):
        return False


def _refuse_blocked(keys: list[str], now: datetime) -> None:
    blocked = session().scalars(select(Throttle.blocked_until).where(Throttle.key.in_(keys)))
    until = max((moment for moment in blocked if moment is not None), default=now)
    if until > now:
        minutes = int((until - now).total_seconds() // 60) + 1
        raise TooMany(f"登录失败次数过多，请在{minutes}分钟后再试", retry_after=minutes * 60)


def _count_failure(key: str, now: datetime) -> None:
    row = session().get(Throttle, key)
    if row is None or now - row.since > FAILURE_WINDOW:
        session().merge(Throttle(key=key, failures=1, since=now, blocked_until=None))
        return
    row.failures += 1
    if row.failures >= TOO_MANY_FAILURES:
        row.blocked_until = now + BLOCK


@use_case
def log_out(token: str) -> None:
    """End the session of this token; rights end with it."""
    now = clock.now()
    session().execute(update(LoginSession).where(LoginSession.token_hash == token_hash(token)).values(revoked_at=now))


@use_case
def keep_alive(token: str) -> None:
    """Note that the person is still there (called at most once a minute)."""
    session().execute(
        update(LoginSession).where(LoginSession.token_hash == token_hash(token)).values(seen_at=clock.now())
    )


def hash_password(password: str) -> str:
    """Argon2id hash of a new password.

    Raises:
        Refused: shorter than 10 characters or longer than 200.
    """
    if not 10 <= len(password) <= 200:
        raise Refused("密码应为10至200个字符", field="password")
    return _hasher.hash(password)
