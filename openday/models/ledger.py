"""The audit ledger and the outbox: both written inside the transaction that they speak of."""

import json
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import JSON, BigInteger, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from openday.db import Base
from openday.models.columns import Id, code_column, one_of, reference, sealed_column
from openday.rules.states import Channel, MessageStatus

_CANONICAL = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))


class AuditEvent(Base):
    """Who did what to which record; never changed.

    `signature` is a keyed hash over the row, written with it. `position` and `chain` are set a moment later by the
    sealing job, which links every row to the one before: writers need not queue for the head of the chain.
    """

    __tablename__ = "audit_events"
    __table_args__ = (Index("ix_audit_events_record", "record_type", "record_id"),)

    id: Mapped[Id]
    at: Mapped[datetime]
    actor_id: Mapped[int | None] = reference("users.id")
    agency_id: Mapped[int | None] = reference("agencies.id")
    action: Mapped[str] = mapped_column(String(60))
    record_type: Mapped[str] = mapped_column(String(40))
    record_id: Mapped[int | None]
    detail: Mapped[dict[str, Any]] = mapped_column(JSON)
    signature: Mapped[str] = mapped_column(String(64))
    position: Mapped[int | None] = mapped_column(BigInteger, unique=True)
    chain: Mapped[str | None] = mapped_column(String(64))

    def content(self) -> bytes:
        """The bytes that the signature covers: everything that was said when the row was written."""
        return audit_content(
            self.at, self.actor_id, self.agency_id, self.action, self.record_type, self.record_id, self.detail
        )


def audit_content(at: datetime, *facts: int | str | dict[str, Any] | None) -> bytes:
    """What a signature covers: moment, actor, agency, action, kind and id of the record, detail, in this order."""
    said = [at.astimezone(UTC).isoformat(timespec="microseconds"), *facts]
    return _CANONICAL.encode(said).encode()


CHAIN_START = "0" * 64


def link(previous: str, row_id: int, signature: str) -> str:
    """The next value of the chain (64 hex digits)."""
    return sha256(f"{previous}\n{row_id}\n{signature}".encode()).hexdigest()


class Message(Base):
    """One row of the outbox: rendered when the thing happened, sent by the worker, kept until retention."""

    __tablename__ = "messages"
    __table_args__ = (
        one_of("status", MessageStatus),
        one_of("channel", Channel),
        Index("ix_messages_status_next_attempt_at", "status", "next_attempt_at"),
        Index("ix_messages_created_at", "created_at"),
    )

    id: Mapped[Id]
    kind: Mapped[str] = mapped_column(String(40))
    channel: Mapped[str] = mapped_column(String(10))
    recipient: Mapped[str | None] = sealed_column("messages.recipient")
    subject: Mapped[str | None] = sealed_column("messages.subject")
    body: Mapped[str | None] = sealed_column("messages.body")
    message_id: Mapped[str] = mapped_column(String(120), unique=True)
    """Stable over repeats, so that a mail system can drop them."""
    registration_id: Mapped[int | None] = reference("registrations.id")
    batch_id: Mapped[int | None] = reference("message_batches.id")
    """The batch that it is held in until the office lets it go."""
    attachment: Mapped[str | None] = sealed_column("messages.attachment")
    """What an attached calendar invite is made from when the message goes out (`documents.calendar_invites`)."""
    attachment_type: Mapped[str | None] = mapped_column(String(80))
    """Such as text/calendar; method=REQUEST."""
    watch_id: Mapped[int | None] = reference("activity_watches.id")
    """The watch that it goes to; it is forgotten together with it."""
    status: Mapped[str] = mapped_column(String(10), default=MessageStatus.QUEUED.value)
    attempts: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    next_attempt_at: Mapped[datetime]
    leased_until: Mapped[datetime | None]
    last_error: Mapped[str] = mapped_column(Text, default="")
    sent_at: Mapped[datetime | None]


class MessageBatch(Base):
    """Many messages of one cause that the office reads before they go."""

    __tablename__ = "message_batches"
    __table_args__ = (one_of("status", ("held", "released", "dropped")),)

    id: Mapped[Id]
    code: Mapped[str] = code_column(12)
    kind: Mapped[str] = mapped_column(String(40))
    about: Mapped[str] = mapped_column(String(200), default="")
    jurisdiction_id: Mapped[int] = reference("jurisdictions.id")
    activity_id: Mapped[int | None] = reference("activities.id")
    sequence: Mapped[int] = mapped_column(default=0)
    """The activity's SEQUENCE when it was put together: a higher one means that the messages may be out of date."""
    status: Mapped[str] = mapped_column(String(10), default="held")
    reason: Mapped[str] = mapped_column(String(500), default="")
    """Why it was dropped; empty otherwise."""
    created_by_id: Mapped[int | None] = reference("users.id")
    created_at: Mapped[datetime]
    decided_by_id: Mapped[int | None] = reference("users.id")
    decided_at: Mapped[datetime | None]


class PhoneList(Base):
    """Somebody asks to print the full telephone numbers of an occurrence; a second person lets them, for hours."""

    __tablename__ = "phone_lists"
    __table_args__ = (one_of("status", ("asked", "granted", "refused")),)

    id: Mapped[Id]
    code: Mapped[str] = code_column(12)
    occurrence_id: Mapped[int] = reference("occurrences.id")
    cause: Mapped[str] = mapped_column(String(20))
    """What is to be said on the telephone, one of `rules.phone_calls.Cause`."""
    reason: Mapped[str] = mapped_column(String(200))
    status: Mapped[str] = mapped_column(String(10), default="asked")
    asked_by_id: Mapped[int] = reference("users.id")
    asked_at: Mapped[datetime]
    decided_by_id: Mapped[int | None] = reference("users.id")
    decided_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]


class MessageTemplate(Base):
    """The office's own wording of one kind of message; without one the house's wording holds."""

    __tablename__ = "message_templates"
    __table_args__ = (UniqueConstraint("jurisdiction_id", "kind", "language"),)

    id: Mapped[Id]
    jurisdiction_id: Mapped[int] = reference("jurisdictions.id", index=False)
    kind: Mapped[str] = mapped_column(String(40))
    language: Mapped[str] = mapped_column(String(5), default="zh")
    subject: Mapped[str] = mapped_column(String(200))
    body: Mapped[str] = mapped_column(Text)
    changed_by_id: Mapped[int] = reference("users.id")
    changed_at: Mapped[datetime]
