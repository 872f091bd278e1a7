"""Plans (报送表) with their versions, history and pinned comments, and the tables being imported."""

from datetime import date, datetime, time
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from openday.db import Base
from openday.models.calls import Call
from openday.models.columns import Id, code_column, one_of, reference
from openday.models.people import Agency, User
from openday.rules.audience import Audience, read_audience
from openday.rules.fuzzy_date import FuzzyDate, Precision, read_period
from openday.rules.plan_states import PlanAction, PlanStatus
from openday.rules.plan_text import PLAN_FIELDS, PlanText

_LARGEST_AUDIENCE = 1_000_000_000  # beyond it a number is a slip of the pen, and no longer fits its column


HOST_KINDS = ("organiser", "co_organiser", "supporter")  # 主办, 承办, 协办


class PeriodColumns:
    """A fuzzy date spread over columns, so that it sorts and filters; the wording itself stands beside it."""

    precision: Mapped[str] = mapped_column(String(20), default="unknown")
    first_day: Mapped[date | None]
    last_day: Mapped[date | None]
    start_time: Mapped[time | None]
    end_time: Mapped[time | None]
    day_part: Mapped[str | None] = mapped_column(String(10))
    tentative: Mapped[bool] = mapped_column(default=False)

    def read_from(self, period: FuzzyDate) -> None:
        """Take over everything that sorts and filters from a period as read."""
        for name, value in period_columns(period).items():
            setattr(self, name, value)


def period_columns(period: FuzzyDate) -> dict[str, Any]:
    """The columns of `PeriodColumns` for a period as read."""
    return {
        "precision": period.precision.value,
        "first_day": period.first,
        "last_day": period.last,
        "start_time": period.start,
        "end_time": period.end,
        "day_part": period.part.value if period.part else None,
        "tentative": period.tentative,
    }


def text_columns(text: PlanText, period: FuzzyDate, audience: Audience) -> dict[str, Any]:
    """The columns of a plan that follow from its text and from how its time and audience were read."""
    size = audience.sort_key
    kept = size if 0 < size <= _LARGEST_AUDIENCE else None
    return text.as_dict() | period_columns(period) | {"audience_size": kept}


class Plan(PeriodColumns, Base):
    """One filed activity, in the words of the agency."""

    __tablename__ = "plans"
    __table_args__ = (
        one_of("status", PlanStatus),
        one_of("precision", Precision),
        CheckConstraint("first_day <= last_day", name="period_runs_forward"),
        UniqueConstraint("call_id", "import_key"),
        Index("ix_plans_agency_id_status", "agency_id", "status"),
        Index("ix_plans_status_submitted_at", "status", "submitted_at"),
    )

    id: Mapped[Id]
    code: Mapped[str] = code_column(12)
    call_id: Mapped[int | None] = reference("calls.id", index=False)
    agency_id: Mapped[int] = reference("agencies.id", index=False)
    status: Mapped[str] = mapped_column(String(20), default=PlanStatus.DRAFT.value)
    version: Mapped[int] = mapped_column(default=1)
    """Counts the saved texts; an editor who started from an older one is told."""
    year: Mapped[int | None]
    """The year that a time without one means, where it is not the call's (rows of older tables)."""

    theme: Mapped[str] = mapped_column(String(200))
    time_text: Mapped[str] = mapped_column(String(500), default="")
    venue: Mapped[str] = mapped_column(String(300), default="")
    content: Mapped[str] = mapped_column(Text, default="")
    audience_text: Mapped[str] = mapped_column(Text, default="")
    signup_text: Mapped[str] = mapped_column(Text, default="")
    contact: Mapped[str] = mapped_column(String(100), default="")
    contact_phone: Mapped[str] = mapped_column(String(200), default="")

    audience_size: Mapped[int | None]
    """The printed total (its upper end), for sorting; NULL when none was understood."""
    import_key: Mapped[str | None] = mapped_column(String(64))
    """Hash of the imported row: the same file again changes nothing."""
    filed_late: Mapped[bool] = mapped_column(default=False)
    held_already: Mapped[bool] = mapped_column(default=False)
    """The agency held it before the call reached it: only the outcome is filed, nothing is published for sign-up."""
    review_step: Mapped[str | None] = mapped_column(String(20))
    """The step of the agency's review that it waits for; NULL outside of that review."""
    firm_by: Mapped[date | None]
    """The day by which a vague time must be fixed, where it is not what the call's rule says."""
    firm_by_told: Mapped[date | None]
    """The day that the agency was last reminded of; another day is a new reminder."""
    firm_by_late_told: Mapped[date | None]
    """The day that the agency was last told has passed."""
    copied_from_id: Mapped[int | None] = reference("plans.id")
    form_reading_id: Mapped[int | None] = mapped_column(ForeignKey("form_readings.id", ondelete="SET NULL"), index=True)
    """The uploaded file that the first text was read from."""
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]

    agency: Mapped[Agency] = relationship()
    call: Mapped[Call | None] = relationship()
    versions: Mapped[list["PlanVersion"]] = relationship(order_by="PlanVersion.number", back_populates="plan")
    history: Mapped[list["PlanEvent"]] = relationship(order_by="PlanEvent.id", back_populates="plan")

    @property
    def reading_year(self) -> int:
        """The year in which a time without one is read; loads the call unless `year` is set."""
        return self.year or (self.call.year if self.call else self.created_at.year)

    @property
    def text(self) -> PlanText:
        """The fields of the form as they stand."""
        return PlanText(**{name: getattr(self, name) for name in PLAN_FIELDS})

    def take_text(self, text: PlanText, *, year: int, author_id: int, now: datetime) -> "PlanVersion":
        """Put a text into the form, read its time and audience, and append it to the versions under `version`."""
        columns = text_columns(text, read_period(text.time_text, year=year), read_audience(text.audience_text))
        for name, value in columns.items():
            setattr(self, name, value)
        self.updated_at = now
        kept = PlanVersion(number=self.version, author_id=author_id, saved_at=now, fields=text.as_dict())
        self.versions.append(kept)
        return kept


class PlanVersion(Base):
    """The text as one person saved it; append-only. Its authors may not approve the plan."""

    __tablename__ = "plan_versions"
    __table_args__ = (UniqueConstraint("plan_id", "number"),)

    id: Mapped[Id]
    plan_id: Mapped[int] = reference("plans.id", index=False)
    number: Mapped[int]
    author_id: Mapped[int] = reference("users.id")
    saved_at: Mapped[datetime]
    fields: Mapped[dict[str, Any]] = mapped_column(JSON)

    plan: Mapped[Plan] = relationship(back_populates="versions")
    author: Mapped[User] = relationship()


class PlanEvent(Base):
    """One step in the life of a plan; append-only."""

    __tablename__ = "plan_events"
    __table_args__ = (one_of("action", [*(a.value for a in PlanAction), "create", "import"]),)

    id: Mapped[Id]
    plan_id: Mapped[int] = reference("plans.id")
    action: Mapped[str] = mapped_column(String(20))
    from_status: Mapped[str | None] = mapped_column(String(20))
    to_status: Mapped[str] = mapped_column(String(20))
    actor_id: Mapped[int] = reference("users.id")
    at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(Text, default="")
    step: Mapped[str | None] = mapped_column(String(20))
    """Which step of the agency's review this was; NULL for everything else."""

    plan: Mapped[Plan] = relationship(back_populates="history")
    actor: Mapped[User] = relationship()
    comments: Mapped[list["PlanComment"]] = relationship(back_populates="event")


class PlanComment(Base):
    """A reviewer's word pinned to one field of the form."""

    __tablename__ = "plan_comments"
    __table_args__ = (one_of("field", PLAN_FIELDS),)

    id: Mapped[Id]
    event_id: Mapped[int] = reference("plan_events.id")
    field: Mapped[str] = mapped_column(String(20))
    text: Mapped[str] = mapped_column(Text)

    event: Mapped[PlanEvent] = relationship(back_populates="comments")


class PlanHost(Base):
    """Another agency that hosts the activity beside the one that filed it: its kind, and whether it may edit."""

    __tablename__ = "plan_hosts"
    __table_args__ = (one_of("kind", HOST_KINDS),)

    plan_id: Mapped[int] = reference("plans.id", primary_key=True, index=False)
    agency_id: Mapped[int] = reference("agencies.id", primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    may_edit: Mapped[bool] = mapped_column(default=False)

    agency: Mapped[Agency] = relationship()


class FormReading(Base):
    """An uploaded 报送表 (or several in one file) between its reading and the drafts made from it."""

    __tablename__ = "form_readings"

    id: Mapped[Id]
    code: Mapped[str] = code_column(20)
    user_id: Mapped[int] = reference("users.id")
    agency_id: Mapped[int | None] = reference("agencies.id")
    call_id: Mapped[int | None] = reference("calls.id")
    filename: Mapped[str] = mapped_column(String(200))
    forms: Mapped[list[Any]] = mapped_column(JSON)
    """One object a form: each field's value beside the text it was read from, warnings, and the plan made of it."""
    created_at: Mapped[datetime]


class PlanImport(Base):
    """A table between its preview and its import. Once `started_at` is set its rows are filed in their order."""

    __tablename__ = "plan_imports"

    id: Mapped[Id]
    code: Mapped[str] = code_column(20)
    call_id: Mapped[int] = reference("calls.id")
    user_id: Mapped[int] = reference("users.id")
    filename: Mapped[str] = mapped_column(String(200))
    about: Mapped[dict[str, Any]] = mapped_column(JSON)
    """What holds for the whole table: the columns of each part as taken, notes, what was not read, the choices made."""
    total: Mapped[int] = mapped_column(default=0)
    handled: Mapped[int] = mapped_column(default=0)
    """Of the rows numbered up to here `outcome` says what became of them; of the others, what would."""
    started_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]


class PlanImportRow(Base):
    """One row of a table to be imported, and the verdict on it."""

    __tablename__ = "plan_import_rows"
    __table_args__ = (
        one_of("outcome", ("filed", "known", "refused")),
        Index("ix_plan_import_rows_import_id_outcome_number", "import_id", "outcome", "number"),
    )

    import_id: Mapped[int] = mapped_column(ForeignKey("plan_imports.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    """Counts the rows of all parts of the file together, from 1."""
    part: Mapped[int]
    """Which of the sheets or tables of the file it stood in, from 0."""
    line: Mapped[int]
    """The number that a spreadsheet shows beside it."""
    raw: Mapped[list[Any]] = mapped_column(JSON)
    import_key: Mapped[str] = mapped_column(String(64))
    outcome: Mapped[str] = mapped_column(String(10))
    settled: Mapped[bool]
    """Refused for what the row itself says: nothing that changes in the directory can mend it."""
    reason: Mapped[str] = mapped_column(Text, default="")
    plan_code: Mapped[str] = mapped_column(String(12), default="")
