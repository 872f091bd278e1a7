"""Calls: the office's yearly 征集通知, and what each agency owes."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from openday.db import Base
from openday.models.columns import Id, one_of, reference
from openday.models.people import Agency, Jurisdiction

CALL_STATUSES = ("open", "closed")


class Call(Base):
    """A call of one year; the plans of the year are read against it."""

    __tablename__ = "calls"
    __table_args__ = (
        one_of("status", CALL_STATUSES),
        CheckConstraint("campaign_month BETWEEN 1 AND 12", name="campaign_month_is_a_month"),
        CheckConstraint("year BETWEEN 2000 AND 2100", name="year_plausible"),
        CheckConstraint("firm_up_days BETWEEN 0 AND 250", name="firm_up_days_plausible"),
    )

    id: Mapped[Id]
    jurisdiction_id: Mapped[int] = reference("jurisdictions.id")
    year: Mapped[int]
    title: Mapped[str] = mapped_column(String(200))
    wording: Mapped[str] = mapped_column(Text, default="")
    due_on: Mapped[date]
    campaign_month: Mapped[int | None]
    brand: Mapped[str] = mapped_column(String(60), default="")
    firm_up_days: Mapped[int] = mapped_column(default=10)
    """Working days before the first possible day by which a vague time has to be fixed."""
    status: Mapped[str] = mapped_column(String(10), default="open")
    created_by_id: Mapped[int] = reference("users.id")
    created_at: Mapped[datetime]

    jurisdiction: Mapped[Jurisdiction] = relationship()
    owed: Mapped[list["CallAgency"]] = relationship(cascade="all, delete-orphan", back_populates="call")


class CallAgency(Base):
    """How many plans one agency owes to one call."""

    __tablename__ = "call_agencies"
    __table_args__ = (CheckConstraint("owed >= 0", name="owed_not_negative"),)

    call_id: Mapped[int] = reference("calls.id", primary_key=True, index=False)
    agency_id: Mapped[int] = reference("agencies.id", primary_key=True)
    owed: Mapped[int] = mapped_column(default=1)
    due_on: Mapped[date | None]
    """A later deadline for this agency alone; NULL = the call's."""
    extension_reason: Mapped[str] = mapped_column(String(200), default="")

    call: Mapped[Call] = relationship(back_populates="owed")
    agency: Mapped[Agency] = relationship()


class Reminder(Base):
    """催报: that an agency was reminded of a call; at most one a day."""

    __tablename__ = "reminders"
    __table_args__ = (UniqueConstraint("call_id", "agency_id", "day"),)

    id: Mapped[Id]
    call_id: Mapped[int] = reference("calls.id", index=False)
    agency_id: Mapped[int] = reference("agencies.id")
    day: Mapped[date]
    sent_by_id: Mapped[int] = reference("users.id")
    at: Mapped[datetime]
    letters: Mapped[int] = mapped_column(default=0)
    """How many messages went out; 0 when nobody there has a mailbox and somebody has to telephone."""
