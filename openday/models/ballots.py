"""Ballots (摇号): what was fixed before the draw, the seed, and what each entry drew."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from openday.db import Base
from openday.models.columns import Id, code_column, one_of, reference
from openday.models.occurrences import Occurrence

BALLOT_STATUSES = ("planned", "frozen", "drawn", "void")


class Ballot(Base):
    """One draw for one occurrence; a redraw is another row with the next number, and this one stays."""

    __tablename__ = "ballots"
    __table_args__ = (
        one_of("status", BALLOT_STATUSES),
        UniqueConstraint("occurrence_id", "number"),
        CheckConstraint("number >= 1", name="number_positive"),
        CheckConstraint("status IN ('planned', 'void') OR commitment IS NOT NULL", name="frozen_has_a_commitment"),
        CheckConstraint("status != 'drawn' OR seed IS NOT NULL", name="drawn_has_a_seed"),
    )

    id: Mapped[Id]
    code: Mapped[str] = code_column(10)
    occurrence_id: Mapped[int] = reference("occurrences.id", index=False)
    number: Mapped[int] = mapped_column(default=1)
    status: Mapped[str] = mapped_column(String(10), default="planned")
    rules: Mapped[dict[str, Any]] = mapped_column(JSON)
    """The rules as published: see `rules.ballot.BallotRules`."""
    reason: Mapped[str] = mapped_column(Text, default="")
    """Why it is drawn again, or why it was declared void."""
    commitment: Mapped[str | None] = mapped_column(String(64))
    """The hash over rules and entries that was published before the draw."""
    seed_values: Mapped[list[Any] | None] = mapped_column(JSON)
    seed: Mapped[str | None] = mapped_column(String(64))
    witness: Mapped[str] = mapped_column(String(100), default="")
    """Who read the digits in."""
    created_by_id: Mapped[int] = reference("users.id")
    created_at: Mapped[datetime]
    frozen_at: Mapped[datetime | None]
    drawn_at: Mapped[datetime | None]
    drawn_by_id: Mapped[int | None] = reference("users.id")

    occurrence: Mapped[Occurrence] = relationship()


class BallotEntry(Base):
    """One party in one draw, under its pseudonym."""

    __tablename__ = "ballot_entries"
    __table_args__ = (
        one_of("luck", ("selected", "reserve", "not_selected")),
        UniqueConstraint("ballot_id", "entry"),
    )

    id: Mapped[Id]
    ballot_id: Mapped[int] = reference("ballots.id", index=False)
    registration_id: Mapped[int] = reference("registrations.id")
    entry: Mapped[str] = mapped_column(String(24))
    quota: Mapped[str] = mapped_column(String(60))
    party: Mapped[int]
    weight_group: Mapped[str] = mapped_column(String(40), default="")
    call: Mapped[int | None]
    luck: Mapped[str | None] = mapped_column(String(20))
    place: Mapped[int | None]
