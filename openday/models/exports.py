"""Exports that take longer than a request, and the office's own templates of the summary table."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from openday.db import Base
from openday.models.columns import Id, code_column, one_of, reference

EXPORT_STATUSES = ("queued", "running", "done", "failed")


class ExportJob(Base):
    """A file in the making: claimed with a lease, counted on as it grows, kept for a few days."""

    __tablename__ = "export_jobs"
    __table_args__ = (
        one_of("status", EXPORT_STATUSES),
        CheckConstraint("made >= 0", name="made_not_negative"),
        Index("ix_export_jobs_status_created_at", "status", "created_at"),
    )

    id: Mapped[Id]
    code: Mapped[str] = code_column(28)
    user_id: Mapped[int] = reference("users.id")
    kind: Mapped[str] = mapped_column(String(40))
    filename: Mapped[str] = mapped_column(String(200))
    terms: Mapped[dict[str, Any]] = mapped_column(JSON)
    """What was asked for: the filter, the columns."""
    status: Mapped[str] = mapped_column(String(10), default="queued")
    made: Mapped[int] = mapped_column(default=0)
    total: Mapped[int | None]
    error: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime]
    leased_until: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    expires_at: Mapped[datetime]


class ExportPiece(Base):
    """A part of the finished file, so that any node can hand it out and none holds all of it in memory."""

    __tablename__ = "export_pieces"

    job_id: Mapped[int] = reference("export_jobs.id", primary_key=True, index=False)
    number: Mapped[int] = mapped_column(primary_key=True)
    data: Mapped[bytes] = mapped_column(LargeBinary)


class SummaryTemplate(Base):
    """Columns of the summary table in the order that an office wants them, under a name of its own."""

    __tablename__ = "summary_templates"
    __table_args__ = (UniqueConstraint("jurisdiction_id", "name"),)

    id: Mapped[Id]
    jurisdiction_id: Mapped[int] = reference("jurisdictions.id", index=False)
    name: Mapped[str] = mapped_column(String(60))
    columns: Mapped[list[Any]] = mapped_column(JSON)
    created_by_id: Mapped[int] = reference("users.id")
    created_at: Mapped[datetime]
