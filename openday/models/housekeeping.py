"""What the house needs for itself: the calendar of working days and the rhythm of the jobs."""

from datetime import date, datetime

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from openday.db import Base
from openday.models.columns import one_of


class CalendarDay(Base):
    """A day on which the State Council's notice departs from Monday to Friday; editable by the office."""

    __tablename__ = "calendar_days"
    __table_args__ = (one_of("kind", ("holiday", "make_up")),)

    day: Mapped[date] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(10))
    name: Mapped[str] = mapped_column(String(60), default="")


class Job(Base):
    """When a periodic job runs next; claimed with a lease, so that any number of workers may run."""

    __tablename__ = "jobs"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    next_run_at: Mapped[datetime]
    leased_until: Mapped[datetime | None]
    last_run_at: Mapped[datetime | None]
    last_error: Mapped[str] = mapped_column(Text, default="")


class SpentChallenge(Base):
    """A proof of work that was handed in; it counts once."""

    __tablename__ = "spent_challenges"

    challenge_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    expires_at: Mapped[datetime] = mapped_column(index=True)
