"""Registrations (报名), what makes them idempotent, and the check-ins at the door."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from openday.db import Base
from openday.models.columns import Id, code_column, one_of, reference, sealed_column
from openday.models.occurrences import Occurrence, Quota
from openday.rules.states import RegistrationSource, RegistrationStatus

_ACTIVE = text("status != 'cancelled'")
_OFFERED = text("status = 'offered'")


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
        Index(
            "uq_registrations_one_per_activity",
            "activity_phone",
            unique=True,
            sqlite_where=_ACTIVE,
            postgresql_where=_ACTIVE,
        ),
        Index("ix_registrations_occurrence_id_status", "occurrence_id", "status", "id"),
        Index("ix_registrations_offers", "offer_until", sqlite_where=_OFFERED, postgresql_where=_OFFERED),
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
    extras: Mapped[str | None] = sealed_column("registrations.extras")
    """Everything else that was asked for, as one JSON object: answers, companions, guardian, document."""
    activity_phone: Mapped[str | None] = mapped_column(String(64))
    """Keyed hash of activity and phone where a phone counts once per activity; else NULL."""
    reserve_place: Mapped[int | None]
    """Where a ballot put it onto the waitlist, by the order of call; NULL = it came by itself, after all of those."""
    queued_as: Mapped[int | None]
    """Its place on the waitlist in ids, after it came over from another occurrence: behind those who waited then;
    NULL = its own id."""
    ballot_group: Mapped[str] = mapped_column(String(40), default="")
    photo_consent: Mapped[bool | None]
    """Whether they agreed to be photographed; NULL = not asked."""
    language: Mapped[str] = mapped_column(String(5), default="zh")
    own_staff: Mapped[bool] = mapped_column(default=False)
    """Whether they work for the agency itself; counted apart from the public (本单位人员)."""
    offer_until: Mapped[datetime | None]
    """Until when the offered seat is held."""
    decided_by_id: Mapped[int | None] = reference("users.id")
    decided_at: Mapped[datetime | None]
    decision_reason: Mapped[str] = mapped_column(Text, default="")
    reminded_at: Mapped[datetime | None]
    calendar_sequence: Mapped[int | None]
    """The SEQUENCE of the last calendar invite that went to them by mail; NULL = there was none."""

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
    """Every admission and every undo at the door; the registration carries the current fact.

    Append-only but for this: an admission that turns out to be the second, because an earlier one was made at a door
    without a network and handed in later, becomes a conflict.
    """

    __tablename__ = "check_ins"
    __table_args__ = (
        one_of("action", ("admit", "join", "undo", "walk_in", "self", "conflict")),
        Index("uq_check_ins_client_key", "client_key", unique=True),
    )

    id: Mapped[Id]
    registration_id: Mapped[int] = reference("registrations.id")
    occurrence_id: Mapped[int] = reference("occurrences.id")
    action: Mapped[str] = mapped_column(String(10))
    people: Mapped[int]
    by_id: Mapped[int | None] = reference("users.id")
    """NULL when somebody checked in by themselves at the venue's code."""
    at: Mapped[datetime]
    """When it happened, by the clock of the device for what was scanned without a network."""
    client_key: Mapped[str | None] = mapped_column(String(64))
    """The device's own key of an offline scan: sent again it counts once."""
    gate: Mapped[str] = mapped_column(String(20), default="")
    undone: Mapped[bool] = mapped_column(default=False)
    """Only of a "join": it was taken back, or the first entry of the party was."""


class Invitee(Base):
    """Somebody on the invitation list of an occurrence, with a link of their own."""

    __tablename__ = "invitees"
    __table_args__ = (
        one_of("answer", ("none", "yes", "no")),
        UniqueConstraint("occurrence_id", "contact_hash"),
    )

    id: Mapped[Id]
    code: Mapped[str] = code_column(28)
    occurrence_id: Mapped[int] = reference("occurrences.id", index=False)
    name: Mapped[str | None] = sealed_column("invitees.name")
    contact: Mapped[str | None] = sealed_column("invitees.contact")
    contact_hash: Mapped[str | None] = mapped_column(String(64))
    party_limit: Mapped[int] = mapped_column(default=1)
    answer: Mapped[str] = mapped_column(String(10), default="none")
    answered_at: Mapped[datetime | None]
    registration_id: Mapped[int | None] = reference("registrations.id")
    told_at: Mapped[datetime | None]
    """When the link was sent to them; NULL = not (yet), or handed over on paper or by telephone."""
    reminded_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    """Since when they are invited no longer."""
    invited_by_id: Mapped[int] = reference("users.id")
    created_at: Mapped[datetime]


class SignupDraft(Base):
    """A form that somebody saved to come back to by a link."""

    __tablename__ = "signup_drafts"

    id: Mapped[Id]
    code: Mapped[str] = code_column(28)
    occurrence_id: Mapped[int] = reference("occurrences.id")
    typed: Mapped[str | None] = sealed_column("signup_drafts.typed")
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)


class PhoneCode(Base):
    """A short code sent to a phone to prove that it is theirs; counts a few tries and a few minutes."""

    __tablename__ = "phone_codes"
    __table_args__ = (Index("ix_phone_codes_phone_hash_created_at", "phone_hash", "created_at"),)

    id: Mapped[Id]
    purpose: Mapped[str] = mapped_column(String(40))
    phone_hash: Mapped[str] = mapped_column(String(64))
    code_hash: Mapped[str] = mapped_column(String(64))
    tries: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]


class TicketSearch(Base):
    """Somebody asked for the links of their tickets by phone; the worker looks and writes to whom it belongs, so that
    the page answers alike, and as fast, whether or not there are any."""

    __tablename__ = "ticket_searches"

    id: Mapped[Id]
    phone_hash: Mapped[str] = mapped_column(String(64))
    asked_at: Mapped[datetime]


class DoorPack(Base):
    """A list taken along to a door without signal: on which device, for which occurrence, until when."""

    __tablename__ = "door_packs"

    id: Mapped[Id]
    key_hash: Mapped[str] = mapped_column(String(64), unique=True)
    occurrence_id: Mapped[int] = reference("occurrences.id")
    user_id: Mapped[int] = reference("users.id")
    gate: Mapped[str] = mapped_column(String(20), default="")
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    synced_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
