"""Jurisdictions, agencies, users, their roles, sessions, invitations and assignments."""

from datetime import datetime

from sqlalchemy import CheckConstraint, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from openday.db import Base
from openday.models.columns import Id, one_of, reference, sealed_column
from openday.rules.permissions import Role


class Jurisdiction(Base):
    """A place in the tree town -> district -> city -> province; `path` is '/1/4/' and ends with a slash."""

    __tablename__ = "jurisdictions"

    id: Mapped[Id]
    parent_id: Mapped[int | None] = reference("jurisdictions.id")
    name: Mapped[str] = mapped_column(String(100))
    path: Mapped[str] = mapped_column(String(200), unique=True)


class Agency(Base):
    """A 单位 that files plans."""

    __tablename__ = "agencies"
    __table_args__ = (UniqueConstraint("jurisdiction_id", "name"),)

    id: Mapped[Id]
    jurisdiction_id: Mapped[int] = reference("jurisdictions.id", index=False)
    name: Mapped[str] = mapped_column(String(200))
    slug: Mapped[str] = mapped_column(String(60), unique=True)
    phone: Mapped[str] = mapped_column(String(100), default="")
    email: Mapped[str] = mapped_column(String(200), default="")
    """Where the office's reminders go besides the filers' own mailboxes."""
    reviews: Mapped[bool] = mapped_column(default=True)
    """Whether a plan passes an agency reviewer before it leaves the agency."""
    review_steps: Mapped[str] = mapped_column(String(40), default="first")
    """The steps of that review in their order, separated by commas, of `ReviewStep`; counts only when `reviews`."""
    active: Mapped[bool] = mapped_column(default=True)

    jurisdiction: Mapped[Jurisdiction] = relationship()


class User(Base):
    """A person who logs in. Without a password they wait for their invitation link."""

    __tablename__ = "users"
    __table_args__ = (
        CheckConstraint("login = lower(login)", name="login_lower"),
        CheckConstraint("(totp_secret IS NULL) = (totp_last_step IS NULL)", name="second_factor_whole"),
    )

    id: Mapped[Id]
    login: Mapped[str] = mapped_column(String(100), unique=True)
    name: Mapped[str] = mapped_column(String(100))
    email: Mapped[str] = mapped_column(String(200), default="")
    password_hash: Mapped[str | None] = mapped_column(String(200))
    agency_id: Mapped[int | None] = reference("agencies.id")
    jurisdiction_id: Mapped[int] = reference("jurisdictions.id")
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]
    totp_secret: Mapped[str | None] = sealed_column("users.totp_secret", deferred=True)
    """What the authenticator holds, in base32; read only where a code is checked."""
    totp_last_step: Mapped[int | None]
    """The newest 30-second step (RFC 6238) whose code was taken: it and everything older is refused from then on."""

    agency: Mapped[Agency | None] = relationship()
    jurisdiction: Mapped[Jurisdiction] = relationship()
    roles: Mapped[list["UserRole"]] = relationship(cascade="all, delete-orphan", back_populates="user")

    @property
    def has_second_factor(self) -> bool:
        """Whether logging in takes a code besides the password."""
        return self.totp_last_step is not None


class RecoveryCode(Base):
    """A one-time stand-in for the authenticator; the person holds the code, the table only its keyed hash."""

    __tablename__ = "recovery_codes"

    id: Mapped[Id]
    user_id: Mapped[int] = reference("users.id")
    code_hash: Mapped[str] = mapped_column(String(64), unique=True)
    used_at: Mapped[datetime | None]


class UserRole(Base):
    """One role of one user."""

    __tablename__ = "user_roles"
    __table_args__ = (one_of("role", Role),)

    user_id: Mapped[int] = reference("users.id", primary_key=True, index=False)
    role: Mapped[str] = mapped_column(String(20), primary_key=True)

    user: Mapped[User] = relationship(back_populates="roles")


class DeskAssignment(Base):
    """Desk staff let people into the occurrences that they are assigned to."""

    __tablename__ = "desk_assignments"

    user_id: Mapped[int] = reference("users.id", primary_key=True, index=False)
    occurrence_id: Mapped[int] = reference("occurrences.id", primary_key=True)


class LoginSession(Base):
    """A log-in that can be revoked; the browser holds the token, the table only its keyed hash."""

    __tablename__ = "login_sessions"

    id: Mapped[Id]
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = reference("users.id")
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class Invitation(Base):
    """A one-time link (or code) with which a user sets a password: first log-in, reset, first administrator."""

    __tablename__ = "invitations"

    id: Mapped[Id]
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = reference("users.id")
    invited_by_id: Mapped[int | None] = reference("users.id")
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class Throttle(Base):
    """Failed attempts per keyed hash of an account or address; a row, so that every worker counts together."""

    __tablename__ = "throttles"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    failures: Mapped[int]
    since: Mapped[datetime]
    blocked_until: Mapped[datetime | None]
