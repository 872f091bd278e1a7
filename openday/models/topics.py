"""Topic calls (征集主题): what residents want opened, who supports it, and what became of it."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from openday.db import Base
from openday.models.calls import Call
from openday.models.columns import Id, code_column, one_of, reference, sealed_column
from openday.models.people import Agency, Jurisdiction, User
from openday.models.plans import Plan
from openday.rules.topic_states import ProposalStatus, Verdict

TOPIC_CALL_STATUSES = ("open", "closed")


class TopicCall(Base):
    """The office asks residents, from one moment to another, what they want to see."""

    __tablename__ = "topic_calls"
    __table_args__ = (
        one_of("status", TOPIC_CALL_STATUSES),
        CheckConstraint("opens_at < closes_at", name="closes_after_it_opens"),
    )

    id: Mapped[Id]
    code: Mapped[str] = code_column(10)
    jurisdiction_id: Mapped[int] = reference("jurisdictions.id")
    call_id: Mapped[int | None] = reference("calls.id")
    title: Mapped[str] = mapped_column(String(200))
    wording: Mapped[str] = mapped_column(Text, default="")
    opens_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    status: Mapped[str] = mapped_column(String(10), default="open")
    created_by_id: Mapped[int] = reference("users.id")
    created_at: Mapped[datetime]

    jurisdiction: Mapped[Jurisdiction] = relationship()
    call: Mapped[Call | None] = relationship()


class TopicProposal(Base):
    """One resident's wish; public only after the office has read it."""

    __tablename__ = "topic_proposals"
    __table_args__ = (
        one_of("status", ProposalStatus),
        one_of("verdict", Verdict),
        CheckConstraint("supports >= 0", name="supports_not_negative"),
        CheckConstraint("status != 'answered' OR (verdict IS NOT NULL AND answer != '')", name="answered_says_what"),
        Index("ix_topic_proposals_topic_call_id_status", "topic_call_id", "status"),
    )

    id: Mapped[Id]
    code: Mapped[str] = code_column(10)
    receipt: Mapped[str] = code_column(28)
    key_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    """Keyed hash of the form's key: the same form sent twice is one proposal."""
    topic_call_id: Mapped[int] = reference("topic_calls.id", index=False)
    status: Mapped[str] = mapped_column(String(20), default=ProposalStatus.RECEIVED.value)
    title: Mapped[str] = mapped_column(String(80))
    text: Mapped[str] = mapped_column(Text, default="")
    contact: Mapped[str | None] = sealed_column("topic_proposals.contact")
    consent_version: Mapped[str] = mapped_column(String(20), default="")
    supports: Mapped[int] = mapped_column(default=0)
    agency_id: Mapped[int | None] = reference("agencies.id")
    """Whom the office asked to take it up."""
    merged_into_id: Mapped[int | None] = reference("topic_proposals.id")
    verdict: Mapped[str | None] = mapped_column(String(20))
    answer: Mapped[str] = mapped_column(Text, default="")
    removal_reason: Mapped[str] = mapped_column(Text, default="")
    received_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]

    topic_call: Mapped[TopicCall] = relationship()
    agency: Mapped[Agency | None] = relationship()
    events: Mapped[list["TopicEvent"]] = relationship(order_by="TopicEvent.id")


class TopicSupport(Base):
    """One supporter of one proposal; holds a keyed hash and no person."""

    __tablename__ = "topic_supports"
    __table_args__ = (UniqueConstraint("proposal_id", "supporter_hash"),)

    id: Mapped[Id]
    proposal_id: Mapped[int] = reference("topic_proposals.id", index=False)
    supporter_hash: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]


class TopicAdoption(Base):
    """The plan that takes up a proposal (“问题解决型”)."""

    __tablename__ = "topic_adoptions"

    proposal_id: Mapped[int] = reference("topic_proposals.id", primary_key=True, index=False)
    plan_id: Mapped[int] = reference("plans.id", primary_key=True)
    by_id: Mapped[int] = reference("users.id")
    at: Mapped[datetime]

    plan: Mapped[Plan] = relationship()


class TopicEvent(Base):
    """One step in the life of a proposal; append-only."""

    __tablename__ = "topic_events"

    id: Mapped[Id]
    proposal_id: Mapped[int] = reference("topic_proposals.id")
    action: Mapped[str] = mapped_column(String(20))
    to_status: Mapped[str] = mapped_column(String(20))
    actor_id: Mapped[int | None] = reference("users.id")
    reason: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime]

    actor: Mapped[User | None] = relationship()
