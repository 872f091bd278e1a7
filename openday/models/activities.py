"""Activities: what the public sees of a plan, with its kept calendar bytes and its visible history."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from openday.db import Base
from openday.models.columns import Id, code_column, one_of, reference, sealed_column
from openday.models.people import Agency
from openday.models.plans import PeriodColumns, Plan
from openday.rules.fuzzy_date import Precision
from openday.rules.states import ActivityStatus, Channel, SignupMode


class Activity(PeriodColumns, Base):
    """A published activity; one identity from 旬 to minute: same page, same calendar UID."""

    __tablename__ = "activities"
    __table_args__ = (
        one_of("status", ActivityStatus),
        one_of("precision", Precision),
        one_of("signup_mode", SignupMode),
        CheckConstraint("first_day <= last_day", name="period_runs_forward"),
        one_of("phone_once", ("occurrence", "activity")),
        CheckConstraint("sequence >= 0", name="sequence_not_negative"),
        Index("ix_activities_first_day_last_day", "first_day", "last_day"),
    )

    id: Mapped[Id]
    code: Mapped[str] = code_column(10)
    """The public address: /activities/<code>."""
    uid: Mapped[str] = mapped_column(String(120), unique=True)
    plan_id: Mapped[int] = reference("plans.id", index=False, unique=True)
    agency_id: Mapped[int] = reference("agencies.id")
    status: Mapped[str] = mapped_column(String(20), default=ActivityStatus.PUBLISHED.value)
    signup_mode: Mapped[str] = mapped_column(String(20), default=SignupMode.CLOSED.value)

    theme: Mapped[str] = mapped_column(String(200))
    time_text: Mapped[str] = mapped_column(String(500), default="")
    venue: Mapped[str] = mapped_column(String(300), default="")
    content: Mapped[str] = mapped_column(Text, default="")
    audience_text: Mapped[str] = mapped_column(Text, default="")
    signup_text: Mapped[str] = mapped_column(Text, default="")
    contact: Mapped[str] = mapped_column(String(100), default="")
    contact_phone: Mapped[str] = mapped_column(String(200), default="")

    phone_once: Mapped[str] = mapped_column(String(10), default="occurrence")
    """Whether a phone number may be on one list per occurrence or on one in the whole activity."""
    vague: Mapped[bool] = mapped_column(default=True)
    """True until occurrences are scheduled; vague activities appear as all-day, tentative spans."""
    sequence: Mapped[int] = mapped_column(default=0)
    """iCalendar SEQUENCE; goes up with every change that the public can see."""
    event_bytes: Mapped[bytes] = mapped_column(LargeBinary, default=b"")
    """The VEVENT components of this activity, ready to be joined into feeds."""
    published_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    cancel_reason: Mapped[str] = mapped_column(Text, default="")
    postpone_reason: Mapped[str] = mapped_column(Text, default="")
    """Why it was put off to a time not known yet; empty again once a new time stands."""

    plan: Mapped[Plan] = relationship()
    agency: Mapped[Agency] = relationship()
    changes: Mapped[list["ActivityChange"]] = relationship(order_by="ActivityChange.id")


class ActivityChange(Base):
    """A line of the public history of changes; append-only."""

    __tablename__ = "activity_changes"
    __table_args__ = (one_of("kind", ("published", "firmed_up", "changed", "postponed", "cancelled")),)

    id: Mapped[Id]
    activity_id: Mapped[int] = reference("activities.id")
    kind: Mapped[str] = mapped_column(String(20))
    text: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]


class ActivityWatch(Base):
    """Somebody who asked to be told when the time is fixed or changes; holds nothing but the address."""

    __tablename__ = "activity_watches"
    __table_args__ = (one_of("channel", Channel), UniqueConstraint("activity_id", "recipient_hash"))

    id: Mapped[Id]
    code: Mapped[str] = code_column(28)
    """Whoever holds it may confirm and end the watch."""
    activity_id: Mapped[int] = reference("activities.id", index=False)
    channel: Mapped[str] = mapped_column(String(10))
    recipient: Mapped[str | None] = sealed_column("activity_watches.recipient")
    recipient_hash: Mapped[str | None] = mapped_column(String(64))
    consent_version: Mapped[str] = mapped_column(String(20))
    created_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    """NULL until the address was proved by its link; until then it is told nothing else."""


class Revision(Base):
    """A counter that goes up whenever something public changes; kept pages and feeds are keyed by it."""

    __tablename__ = "revisions"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    value: Mapped[int] = mapped_column(default=0)
    changed_at: Mapped[datetime]
