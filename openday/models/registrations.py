"""Registrations (报名), what makes them idempotent, and the check-ins at the door."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from openday.db import Base
from openday.models.columns import Id, code_column, one_of, reference, sealed_column
from openday.models.occurrences import Occurrence, Quota
from openday.rules.states import RegistrationSource, RegistrationStatus

_ACTIVE = text("status != 'cancelled'")


class Registration(Base):
    """One party on the list of one occurrence."""

    __tablename__ = "registrations"
    __table_args__ = (
        one_of("status", RegistrationStatus),
        one_of("source", RegistrationSource),
        CheckConstraint("party_size BETWEEN 1 AND 50", name="party_size_plausible"),
        CheckConstraint("attended BETWEEN 0 AND 50", name="attended_plausible"),
        CheckConstraint("attended = 0 OR status = 'confirmed'", name="only_confirmed_attend"),
        UniqueConstraint("occurrence_id", "number"),
        Index(
            "uq_registrations_one_per_phone",
            "occurrence_id",
            "phone_hash",
            unique=True,
            sqlite_where=_ACTIVE,
            postgresql_where=_ACTIVE,
        ),
        Index("ix_registrations_occurrence_id_status", "occurrence_id", "status", "id"),
    )

    id: Mapped[Id]
    code: Mapped[str] = code_column(28)
    """The ticket: whoever holds it may see, change and cancel. 138 random bits."""
    number: Mapped[str] = mapped_column(String(8))
    """Six digits to read out at the door; unique within the occurrence, worthless outside of the desk."""
    occurrence_id: Mapped[int] = reference("occurrences.id", index=False)
    quota_id: Mapped[int] = reference("quotas.id")
    status: Mapped[str] = mapped_column(String(20))
    source: Mapped[str] = mapped_column(String(20), default=RegistrationSource.ONLINE.value)
    name: Mapped[str | None] = sealed_column("registrations.name")
    phone: Mapped[str | None] = sealed_column("registrations.phone")
    phone_hash: Mapped[str | None] = mapped_column(String(64))
    phone_last4: Mapped[str] = mapped_column(String(4), default="")
    email: Mapped[str | None] = sealed_column("registrations.email")
    party_size: Mapped[int]
    consent_version: Mapped[str] = mapped_column(String(20))
    consented_at: Mapped[datetime]
    created_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    attended: Mapped[int] = mapped_column(default=0)
    """How many of the party came; 0 = not (yet)."""
    checked_in_at: Mapped[datetime | None]
    entered_by_id: Mapped[int | None] = reference("users.id")

    occurrence: Mapped[Occurrence] = relationship()
    quota: Mapped[Quota] = relationship()


class IdempotencyKey(Base):
    """What became of one submitted form, so that sending it again gives the same answer."""

    __tablename__ = "idempotency_keys"

    key_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(64))
    registration_id: Mapped[int] = reference("registrations.id")
    created_at: Mapped[datetime] = mapped_column(index=True)


class CheckIn(Base):
    """Every admission and every undo at the door; append-only, the registration carries the current fact."""

    __tablename__ = "check_ins"
    __table_args__ = (one_of("action", ("admit", "undo", "walk_in")),)

    id: Mapped[Id]
    registration_id: Mapped[int] = reference("registrations.id")
    occurrence_id: Mapped[int] = reference("occurrences.id")
    action: Mapped[str] = mapped_column(String(10))
    people: Mapped[int]
    by_id: Mapped[int] = reference("users.id")
    at: Mapped[datetime]
