"""Occurrences (场次) and their quotas; the quota is where seats are counted."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from openday.db import Base
from openday.models.activities import Activity
from openday.models.columns import Id, code_column, one_of, reference
from openday.rules.states import OccurrenceStatus, SignupMode

PROTECTIONS = ("none", "challenge", "phone_code")


class Occurrence(Base):
    """One time and place at which an activity happens."""

    __tablename__ = "occurrences"
    __table_args__ = (
        one_of("status", OccurrenceStatus),
        one_of("signup_mode", SignupMode),
        CheckConstraint("starts_at < ends_at", name="ends_after_it_starts"),
        CheckConstraint("party_limit BETWEEN 1 AND 50", name="party_limit_plausible"),
        CheckConstraint("walk_in_limit >= 0", name="walk_in_limit_not_negative"),
        CheckConstraint("capacity >= 0", name="capacity_not_negative"),
        CheckConstraint("offer_hours BETWEEN 1 AND 90", name="offer_hours_plausible"),
        CheckConstraint("reminder_hours BETWEEN 1 AND 336", name="reminder_hours_plausible"),
        one_of("protection", PROTECTIONS),
        Index("ix_occurrences_starts_at", "starts_at"),
        UniqueConstraint("activity_id", "number"),
    )

    id: Mapped[Id]
    code: Mapped[str] = code_column(10)
    """The public address of its sign-up form: /occurrences/<code>/sign-up."""
    activity_id: Mapped[int] = reference("activities.id", index=False)
    number: Mapped[int | None]
    """第几场, given when it is scheduled and kept for good; NULL for a proposal that never was. The first keeps the
    activity's calendar UID, the others add -2, -3, …"""
    status: Mapped[str] = mapped_column(String(20), default=OccurrenceStatus.PROPOSED.value)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    venue: Mapped[str] = mapped_column(String(300))
    signup_mode: Mapped[str] = mapped_column(String(20))
    opens_at: Mapped[datetime | None]
    """When sign-up opens; NULL = with publication."""
    closes_at: Mapped[datetime | None]
    """When sign-up ends; NULL = at the start."""
    party_limit: Mapped[int] = mapped_column(default=5)
    waitlist: Mapped[bool] = mapped_column(default=True)
    walk_in_limit: Mapped[int] = mapped_column(default=0)
    walked_in: Mapped[int] = mapped_column(default=0)
    capacity: Mapped[int | None]
    """Seats that all quotas share: together they hold no more than this; NULL = the sum of the quotas."""
    offer_hours: Mapped[int | None]
    """Working hours for which a freed seat is offered to the next party; NULL = it is given at once."""
    form: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    """What the sign-up form asks for besides name, phone and party size: see `rules.signup_form`."""
    protection: Mapped[str] = mapped_column(String(20), default="none")
    """What keeps robots off the form: nothing, a proof of work, or a code sent to the phone."""
    publish_names: Mapped[bool] = mapped_column(default=False)
    """公示: whether the masked names of those who got in are published."""
    names_basis: Mapped[str] = mapped_column(String(200), default="")
    """On what basis they are; stands on the form and on the page of names."""
    reminder_hours: Mapped[int | None]
    """Hours before the start at which everybody on the list is reminded; NULL = not at all."""
    cancel_reason: Mapped[str] = mapped_column(Text, default="")
    """Why it was cancelled or put off, or why a proposal was declined."""
    created_by_id: Mapped[int] = reference("users.id")
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]

    activity: Mapped[Activity] = relationship()
    quotas: Mapped[list["Quota"]] = relationship(order_by="Quota.position", back_populates="occurrence")


class Quota(Base):
    """Seats for one part of the audience; an occurrence has at least one.

    `taken` moves only by a guarded UPDATE. It may stand above `capacity` after the office lowered it: nobody is thrown
    out, so there is no CHECK between the two.
    """

    __tablename__ = "quotas"
    __table_args__ = (
        UniqueConstraint("occurrence_id", "position"),
        CheckConstraint("capacity >= 0", name="capacity_not_negative"),
        CheckConstraint("taken >= 0", name="taken_not_negative"),
    )

    id: Mapped[Id]
    occurrence_id: Mapped[int] = reference("occurrences.id", index=False)
    position: Mapped[int] = mapped_column(default=1)
    name: Mapped[str] = mapped_column(String(60), default="公众")
    capacity: Mapped[int]
    taken: Mapped[int] = mapped_column(default=0)

    occurrence: Mapped[Occurrence] = relationship(back_populates="quotas")
