"""Log-in with a password, and log-out. A second factor, where there is one, comes after it (second_factor.py)."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import select, update

from openday import clock, vault
from openday.db import session, use_case
from openday.models.people import LoginSession, User
from openday.services import ledger
from openday.services.login_steps import begin_session, count_failure, refuse_blocked, seal_pending, token_hash

FAILURES_PER_ACCOUNT = 8
FAILURES_PER_ADDRESS = 60  # a whole government building may stand behind one address

_hasher = PasswordHasher()


@lru_cache(maxsize=1)
def _hash_of_nobody() -> str:
    """Verified when the name is unknown, so that both cases take the same time."""
    return _hasher.hash(secrets.token_urlsafe())


@dataclass(frozen=True)
class PasswordAccepted:
    """What the browser gets for the right password."""

    token: str
    complete: bool
    """True: the token of a session. False: a pending token, which gives no rights before a code has followed."""


def log_in(login: str, password: str, address: str) -> PasswordAccepted | None:
    """Check a password and begin a session of 12 hours at most, or the wait for the second factor.

    Returns None when name or password is wrong (alike for both); the failure is counted.
    The hash is computed outside of any transaction: it takes long on purpose, and nobody should wait behind it.

    Raises:
        TooMany: this account or this address failed too often within a quarter of an hour.
    """
    limits = {
        vault.blind_index(login.lower(), "login"): FAILURES_PER_ACCOUNT,
        vault.blind_index(address, "address"): FAILURES_PER_ADDRESS,
    }
    refuse_blocked(list(limits), clock.now())
    user = session().scalar(select(User).where(User.login == login.lower(), User.active))
    if not _fits(user, password) or user is None:
        _note_failure(limits, user.id if user else None)
        return None
    return _begin(user.id)


@use_case
def _begin(user_id: int) -> PasswordAccepted:
    """The row is locked, so that nobody slips in beside a second factor that is being set up at this moment."""
    now = clock.now()
    user = session().get_one(User, user_id, with_for_update={"key_share": True})
    if user.has_second_factor:
        ledger.record("people.password_accepted", actor=None, record_type="user", record_id=user_id, now=now)
        return PasswordAccepted(seal_pending(user, now), complete=False)
    ledger.record("people.login", actor=None, record_type="user", record_id=user_id, now=now)
    return PasswordAccepted(begin_session(user_id, now), complete=True)


@use_case
def _note_failure(limits: dict[str, int], user_id: int | None) -> None:
    now = clock.now()
    for key, limit in limits.items():
        count_failure(key, limit, now)
    ledger.record("people.login_failed", actor=None, record_type="user", record_id=user_id, now=now)


def _fits(user: User | None, password: str) -> bool:
    stored = user.password_hash if user and user.password_hash else _hash_of_nobody()
    try:
        _hasher.verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False
    return user is not None and user.password_hash is not None


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
