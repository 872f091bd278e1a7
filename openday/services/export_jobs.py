"""Exports that take longer than a request: asked for, claimed with a lease, made piece by piece, handed out, removed.

A worker that dies leaves a lease that runs out; the next one throws the pieces away and begins anew. Whoever has lost
the lease notices with the next word it wants to say (`LostLease`), so that two never write the same file.
"""

import logging
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import IO, TypeVar

from sqlalchemy import CursorResult, and_, delete, func, or_, select, update
from sqlalchemy.orm import joinedload, selectinload

from openday import clock
from openday.db import session, use_case
from openday.documents.plan_form import merged_plan_forms_docx, write_plan_forms_zip
from openday.documents.summary_table import STANDARD, write_summary
from openday.errors import Forbidden, NotFound, OpenDayError, Refused
from openday.models.exports import ExportJob, ExportPiece
from openday.models.people import User
from openday.queries import exports as queries
from openday.queries.export_jobs import RIGHTS, Terms, sayable, still_allowed
from openday.queries.people import actor_from
from openday.rules.permissions import Actor, may
from openday.services import ledger

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=30)
KEPT = timedelta(days=3)
PIECE = 1_000_000
"""Bytes of one stored piece."""
MOST_WAITING = 5
MOST_TRIES = 3
LARGEST = {"summary_table": 100_000, "plan_forms": 2_000, "plan_forms_merged": 500}
"""Plans of one export: what a worker makes within half a minute, so that nobody's waitlist idles behind it."""
_SAY_EVERY = timedelta(seconds=2)

T = TypeVar("T")


class LostLease(Exception):
    """Another worker makes this export by now, or its owner removed it."""


@dataclass
class Claimed:
    """An export that this worker makes until `leased_until`, on behalf of `actor`."""

    id: int
    kind: str
    terms: Terms
    actor: Actor
    leased_until: datetime


@use_case
def request_export(actor: Actor, kind: str, terms: Terms, filename: str, plans: int) -> str:
    """Queue an export of `plans` plans; returns its code.

    Raises:
        Forbidden: the person may not export this.
        Refused: it is too large, or too many of theirs wait already.
    """
    if not may(actor, RIGHTS[kind]):
        raise Forbidden("没有导出的权限")
    if plans > LARGEST[kind]:
        raise Refused(f"一次最多导出{LARGEST[kind]}项，这里有{plans}项，请按单位、征集通知或状态缩小范围")
    # One person's clicks queue up here, so that they are counted one after the other.
    session().execute(select(User.id).where(User.id == actor.user_id).with_for_update())
    mine = select(func.count()).where(ExportJob.user_id == actor.user_id, ExportJob.status.in_(("queued", "running")))
    if (session().scalar(mine) or 0) >= MOST_WAITING:
        raise Refused(f"已有{MOST_WAITING}个文件正在生成，请等其中一个完成后再导出")
    now = clock.now()
    job = ExportJob(
        user_id=actor.user_id,
        kind=kind,
        filename=filename[-200:],
        terms=terms.as_json(),
        total=plans,
        created_at=now,
        expires_at=now + KEPT,
    )
    session().add(job)
    session().flush()
    ledger.record(
        "export.request",
        actor=actor,
        record_type="call",
        record_id=terms.chosen.call_id,
        now=now,
        kind=kind,
        plans=plans,
    )
    return job.code


@use_case
def remove_export(actor: Actor, code: str) -> None:
    """Delete one of the person's own exports, finished or not.

    Raises:
        NotFound: not there, or not theirs.
    """
    job = session().scalar(
        select(ExportJob).where(ExportJob.code == sayable(code), ExportJob.user_id == actor.user_id).with_for_update()
    )
    if job is None:
        raise NotFound()
    session().execute(delete(ExportPiece).where(ExportPiece.job_id == job.id))
    session().delete(job)


@use_case
def forget_exports() -> int:
    """Delete the exports whose time is over, pieces and all; returns how many."""
    over = select(ExportJob.id).where(ExportJob.expires_at <= clock.now())
    ids = session().scalars(over).all()
    session().execute(delete(ExportPiece).where(ExportPiece.job_id.in_(ids)))
    session().execute(delete(ExportJob).where(ExportJob.id.in_(ids)))
    return len(ids)


def make_next() -> int:
    """Make the export that has waited longest, if any; returns how many plans went into it."""
    claimed = claim_export()
    if claimed is None:
        return 0
    try:
        with tempfile.TemporaryFile() as file:
            made = _write(claimed, file)
            _keep(claimed, file, made)
        return made
    except LostLease:
        log.info("export %s is no longer ours", claimed.id)
    except OpenDayError as refused:
        fail_export(claimed, refused.message)
    except Exception:
        log.exception("export %s failed", claimed.id)
        fail_export(claimed, "生成文件时出错，请再导出一次；仍不成功的，请联系系统管理员")
    return 0


@use_case
def claim_export() -> Claimed | None:
    """Take the oldest export that nobody makes; None when there is none. What an earlier worker left is thrown away."""
    now = clock.now()
    free = or_(ExportJob.status == "queued", and_(ExportJob.status == "running", ExportJob.leased_until <= now)) & (
        ExportJob.expires_at > now
    )
    job = session().scalar(
        select(ExportJob).where(free).order_by(ExportJob.id).limit(1).with_for_update(skip_locked=True)
    )
    if job is None:
        return None
    session().execute(delete(ExportPiece).where(ExportPiece.job_id == job.id))
    tries = int(job.terms.get("tries", 0)) + 1
    job.terms = {**job.terms, "tries": tries}
    terms, actor = Terms.from_json(job.terms), _owner(job.user_id)
    if tries > MOST_TRIES or actor is None or not still_allowed(actor, job.kind, terms):
        job.status, job.finished_at, job.leased_until = "failed", now, None
        job.error = "多次生成没有成功，请缩小范围后再导出" if tries > MOST_TRIES else "权限已经变更，不能再导出"
        return None
    job.status, job.made, job.leased_until = "running", 0, now + LEASE
    return Claimed(job.id, job.kind, terms, actor, job.leased_until)


@use_case
def note_progress(claimed: Claimed, made: int) -> None:
    """Say how far it has come, and hold on to the lease.

    Raises:
        LostLease: it is another's by now.
    """
    _hold(claimed, made=made)


@use_case
def keep_piece(claimed: Claimed, number: int, data: bytes) -> None:
    """Store one piece of the finished file.

    Raises:
        LostLease: it is another's by now.
    """
    _hold(claimed)
    session().add(ExportPiece(job_id=claimed.id, number=number, data=data))


@use_case
def finish_export(claimed: Claimed, made: int) -> None:
    """All pieces are there: the owner may take the file.

    Raises:
        LostLease: it is another's by now.
    """
    _hold(claimed, made=made, total=made, status="done", finished_at=clock.now())


@use_case
def fail_export(claimed: Claimed, error: str) -> None:
    """Give up and say why, unless another worker has it by now."""
    session().execute(
        update(ExportJob)
        .where(
            ExportJob.id == claimed.id, ExportJob.status == "running", ExportJob.leased_until == claimed.leased_until
        )
        .values(status="failed", error=error, finished_at=clock.now(), leased_until=None)
    )


def _hold(claimed: Claimed, **values: object) -> None:
    until = clock.now() + LEASE
    result = session().execute(
        update(ExportJob)
        .where(
            ExportJob.id == claimed.id, ExportJob.status == "running", ExportJob.leased_until == claimed.leased_until
        )
        .values(leased_until=until, **values)
    )
    if not (isinstance(result, CursorResult) and result.rowcount == 1):
        raise LostLease
    claimed.leased_until = until


def _owner(user_id: int) -> Actor | None:
    """The person who asked, as their rights stand now; None when they may no longer log in."""
    statement = select(User).where(User.id == user_id, User.active)
    user = session().scalar(statement.options(joinedload(User.jurisdiction), selectinload(User.roles)))
    return actor_from(user) if user else None


def _write(claimed: Claimed, file: IO[bytes]) -> int:
    """Write the document to a file of this machine, row after row; returns how many plans are in it."""
    actor, terms = claimed.actor, claimed.terms
    found = queries.collection(actor, RIGHTS[claimed.kind], terms.chosen)
    if len(found.plan_ids) > LARGEST[claimed.kind]:
        raise Refused(f"一次最多导出{LARGEST[claimed.kind]}项，现在已有{len(found.plan_ids)}项，请缩小范围")
    count = _Count(claimed)
    if claimed.kind == "summary_table":
        columns = terms.columns or STANDARD
        rows = queries.summary_rows(actor, terms.chosen, found.plan_ids, columns)
        write_summary(file, f"{found.title}汇总表", count(rows), columns)
        return count.made
    documents = count(queries.plan_documents(actor, terms.chosen, found.plan_ids))
    if claimed.kind == "plan_forms":
        write_plan_forms_zip(file, ((document.name, document.form) for document in documents))
    else:
        file.write(merged_plan_forms_docx(document.form for document in documents))
    return count.made


class _Count:
    """Counts what passes, and says so now and then: whoever makes something for long must hold on to the lease."""

    def __init__(self, claimed: Claimed, say: Callable[[Claimed, int], None] = note_progress) -> None:
        self.made = 0
        self._claimed, self._say = claimed, say
        self._said_at = clock.now()

    def __call__(self, items: Iterator[T]) -> Iterator[T]:
        for item in items:
            yield item
            self.made += 1
            if self.made % 20 == 0 and clock.now() - self._said_at >= _SAY_EVERY:
                self._said_at = clock.now()
                self._say(self._claimed, self.made)


def _keep(claimed: Claimed, file: IO[bytes], made: int) -> None:
    file.seek(0)
    number = 0
    while piece := file.read(PIECE):
        keep_piece(claimed, number, piece)
        number += 1
    finish_export(claimed, made)
