"""Exports in the making: those of a person, one of them, and the finished file."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from openday.db import session
from openday.errors import NotFound
from openday.models.exports import ExportJob, ExportPiece
from openday.queries.exports import Chosen
from openday.rules.permissions import Actor, Right, may
from openday.rules.plan_states import PlanStatus

RIGHTS = {
    "summary_table": Right.SUMMARY_EXPORT,
    "plan_forms": Right.PLAN_EXPORT,
    "plan_forms_merged": Right.PLAN_EXPORT,
}
"""What may be made in the background, and the right that it takes to ask for it and to take it."""
_SHOWN = 50


@dataclass(frozen=True)
class Terms:
    """What was asked for: the plans, the columns of a summary table, and how far the person reached at that time."""

    chosen: Chosen
    columns: tuple[str, ...] = ()
    reach: str = ""

    def as_json(self) -> dict[str, Any]:
        """The terms as the table keeps them."""
        chosen = self.chosen
        return {
            "call": chosen.call_id,
            "status": chosen.status.value if chosen.status else None,
            "agency": chosen.agency_id,
            "drafts": chosen.drafts,
            "columns": list(self.columns),
            "reach": self.reach,
        }

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> "Terms":
        """The terms as they were asked for."""
        status = PlanStatus(kept["status"]) if kept["status"] else None
        chosen = Chosen(kept["call"], status, kept["agency"], kept["drafts"])
        return cls(chosen, tuple(kept["columns"]), kept["reach"])


@dataclass(frozen=True)
class ExportLine:
    """One export. `made` and `total` count plans; total is None until the making has begun."""

    code: str
    filename: str
    status: str
    made: int
    total: int | None
    error: str
    created_at: datetime
    expires_at: datetime

    @property
    def waits(self) -> bool:
        """Whether it is still to be finished."""
        return self.status in ("queued", "running")


def export_lines(actor: Actor, now: datetime) -> tuple[ExportLine, ...]:
    """The person's own exports that have not expired, the newest first."""
    statement = (
        select(ExportJob)
        .where(ExportJob.user_id == actor.user_id, ExportJob.expires_at > now)
        .order_by(ExportJob.id.desc())
        .limit(_SHOWN)
    )
    return tuple(_line(job) for job in session().scalars(statement))


def export_line(actor: Actor, code: str, now: datetime) -> ExportLine:
    """One of the person's own exports.

    Raises:
        NotFound: not there, not theirs, expired, or beyond what they may export by now.
    """
    return _line(_own(actor, code, now))


@dataclass(frozen=True)
class FinishedExport:
    """A file to be handed out; `call_id` and `plans` are for the ledger."""

    kind: str
    filename: str
    content: bytes
    call_id: int | None
    plans: int


def finished_export(actor: Actor, code: str, now: datetime) -> FinishedExport:
    """The file.

    Raises:
        NotFound: as for `export_line`, or it is not finished.
    """
    job = _own(actor, code, now)
    if job.status != "done":
        raise NotFound()
    pieces = session().scalars(
        select(ExportPiece.data).where(ExportPiece.job_id == job.id).order_by(ExportPiece.number)
    )
    return FinishedExport(job.kind, job.filename, b"".join(pieces), job.terms["call"], job.made)


def reach_of(actor: Actor) -> str:
    """How far a person reaches, in one word: their place and their agency."""
    return f"{actor.jurisdiction_path} {actor.agency_id or ''}".strip()


def still_allowed(actor: Actor, kind: str, terms: Terms) -> bool:
    """Whether the person may export this, and reaches as far as when it was asked for.

    Somebody who has since moved to another place or another agency gets nothing: the file has the reach of that time.
    """
    return may(actor, RIGHTS[kind]) and reach_of(actor) == terms.reach


def sayable(code: str) -> str:
    """PostgreSQL refuses NUL in a parameter; no code holds one."""
    return code.replace("\x00", "\ufffd")


def _own(actor: Actor, code: str, now: datetime) -> ExportJob:
    statement = select(ExportJob).where(
        ExportJob.code == sayable(code), ExportJob.user_id == actor.user_id, ExportJob.expires_at > now
    )
    job = session().scalar(statement)
    if job is None or not still_allowed(actor, job.kind, Terms.from_json(job.terms)):
        raise NotFound()
    return job


def _line(job: ExportJob) -> ExportLine:
    return ExportLine(
        job.code, job.filename, job.status, job.made, job.total, job.error, job.created_at, job.expires_at
    )
