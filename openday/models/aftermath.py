"""After the day: surveys, suggestions, outcome reports."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from openday.db import Base
from openday.models.activities import Activity
from openday.models.columns import Id, code_column, one_of, reference, sealed_column
from openday.models.people import Agency, User
from openday.models.plans import Plan
from openday.rules.states import Adoption, OutcomeStatus, SuggestionStatus


class SurveyAnswer(Base):
    """One visitor's answer; a registration answers once, and the answer does not name it to readers."""

    __tablename__ = "survey_answers"
    __table_args__ = (
        CheckConstraint("overall BETWEEN 1 AND 5", name="overall_in_scale"),
        CheckConstraint("clarity BETWEEN 1 AND 5", name="clarity_in_scale"),
    )

    id: Mapped[Id]
    activity_id: Mapped[int] = reference("activities.id")
    registration_id: Mapped[int] = reference("registrations.id", index=False, unique=True)
    overall: Mapped[int]
    clarity: Mapped[int]
    comment: Mapped[str] = mapped_column(Text, default="")
    answered_at: Mapped[datetime]


class Suggestion(Base):
    """A resident's word with an owner, a clock and a public answer."""

    __tablename__ = "suggestions"
    __table_args__ = (
        one_of("status", SuggestionStatus),
        one_of("adoption", Adoption),
        Index("ix_suggestions_status_due_on", "status", "due_on"),
        Index("ix_suggestions_status_answered_at", "status", "answered_at"),
        CheckConstraint(
            "status != 'answered' OR (reply IS NOT NULL AND adoption IS NOT NULL)", name="answered_has_a_reply"
        ),
    )

    id: Mapped[Id]
    receipt: Mapped[str] = code_column(28)
    """Whoever holds the receipt code can follow what becomes of it."""
    key_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    """Keyed hash of the form's key: the same form sent twice is one suggestion."""
    activity_id: Mapped[int | None] = reference("activities.id")
    agency_id: Mapped[int] = reference("agencies.id")
    status: Mapped[str] = mapped_column(String(20), default=SuggestionStatus.RECEIVED.value)
    text: Mapped[str] = mapped_column(Text)
    name: Mapped[str | None] = sealed_column("suggestions.name")
    phone: Mapped[str | None] = sealed_column("suggestions.phone")
    consent_version: Mapped[str] = mapped_column(String(20), default="")
    """The wording of the notice that the resident agreed to when it was received."""
    received_at: Mapped[datetime]
    due_on: Mapped[date | None]
    removal_reason: Mapped[str] = mapped_column(Text, default="")
    reply: Mapped[str | None] = mapped_column(Text)
    adoption: Mapped[str | None] = mapped_column(String(20))
    adoption_reason: Mapped[str] = mapped_column(Text, default="")
    drafted_by_id: Mapped[int | None] = reference("users.id")
    answered_at: Mapped[datetime | None]

    activity: Mapped[Activity | None] = relationship()
    agency: Mapped[Agency] = relationship()
    events: Mapped[list["SuggestionEvent"]] = relationship(order_by="SuggestionEvent.id")


class SuggestionEvent(Base):
    """One step in the life of a suggestion; append-only."""

    __tablename__ = "suggestion_events"

    id: Mapped[Id]
    suggestion_id: Mapped[int] = reference("suggestions.id")
    action: Mapped[str] = mapped_column(String(20))
    to_status: Mapped[str] = mapped_column(String(20))
    actor_id: Mapped[int | None] = reference("users.id")
    reason: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime]

    actor: Mapped[User | None] = relationship()


class Outcome(Base):
    """开展情况: how the day went, due five working days after it."""

    __tablename__ = "outcomes"
    __table_args__ = (
        one_of("status", OutcomeStatus),
        CheckConstraint("invited >= 0 AND public >= 0 AND staff >= 0", name="people_not_negative"),
    )

    id: Mapped[Id]
    plan_id: Mapped[int] = reference("plans.id", index=False, unique=True)
    status: Mapped[str] = mapped_column(String(20), default=OutcomeStatus.FILED.value)
    version: Mapped[int] = mapped_column(default=1)
    """Counts the saved texts; an editor or publisher who started from an older one is told."""
    held_on: Mapped[date]
    invited: Mapped[int] = mapped_column(default=0)
    public: Mapped[int] = mapped_column(default=0)
    staff: Mapped[int] = mapped_column(default=0)
    text: Mapped[str] = mapped_column(Text)
    due_on: Mapped[date | None]
    author_id: Mapped[int] = reference("users.id")
    filed_at: Mapped[datetime]
    published_at: Mapped[datetime | None]

    plan: Mapped[Plan] = relationship()
