"""Importing a table of plans: kept and shown first, then filed row by row; a long one by the worker, in batches.

A batch is one transaction that files some rows and says how far the table has come, so that a process killed at any
moment leaves nothing filed twice and nothing forgotten: the next pass goes on behind the last whole batch.
"""

import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Row, Table, insert, select, update
from sqlalchemy.exc import IntegrityError

from openday import clock
from openday.db import session, use_case
from openday.documents.plain_text import all_holdable, holdable
from openday.documents.plan_table import PlanTable, TableRefused, read_plan_table
from openday.errors import Closed, Conflict, Forbidden, Refused, StoreAway
from openday.models.calls import Call
from openday.models.columns import new_code
from openday.models.people import Agency, User
from openday.models.plans import PlanImport, PlanImportRow
from openday.queries.calls import calls_for_import, open_calls
from openday.queries.import_verdicts import (
    FILED,
    REFUSED,
    ImportTerms,
    JudgedRow,
    judged_rows,
)
from openday.queries.people import actor_from
from openday.queries.plan_imports import counts_of, imports_under_way, own_import, terms_of
from openday.rules.permissions import Actor, Right, may, reaches_subtree
from openday.services import ledger
from openday.services.import_steps import file_rows, keep_results, next_rows

log = logging.getLogger(__name__)

MOST_ROWS = 10_000
AT_ONCE = 300
"""Tables up to this length are filed while their uploader waits: about a second."""
BATCH = 250
"""Rows filed in one transaction: on SQLite nobody else writes for the fiftieth of a second that it takes."""
_SLICE = 4.0
"""Seconds that the worker files before it looks after its other duties: waitlists may not wait for a long table."""
_INSERT_ROWS = insert(cast(Table, PlanImportRow.__table__))


@dataclass(frozen=True)
class Upload:
    """A table as somebody sends it. `for_office`: rows of any agency in reach, else of the person's own only."""

    call_id: int
    filename: str
    data: bytes
    for_office: bool = False
    create_agencies: bool = False


def upload_table(actor: Actor, upload: Upload) -> str:
    """Read a table and keep it for its preview; returns the code of the import. Nothing is filed yet.

    The table is read and judged before the transaction begins: that takes seconds for a long one, and nobody waits.

    Raises:
        Forbidden: the person may not import here.
        Refused: the file is not a table of plans, or the call is not open to this person.
    """
    allowed = reaches_subtree(actor, Right.PLAN_IMPORT) if upload.for_office else actor.agency_id is not None
    if not may(actor, Right.PLAN_IMPORT) or not allowed:
        raise Forbidden("您没有导入计划表的权限")
    table = _table(upload)
    terms = _terms(actor, upload)
    return _keep_table(actor, terms, table, judged_rows(actor, terms, table))


def run_import(actor: Actor, code: str, *, at_once: int = AT_ONCE) -> bool:
    """Begin to file every row of a kept table that can be filed; returns whether that is done already.

    A table of at most `at_once` rows is filed at once; a longer one is left to the worker.

    Raises:
        NotFound: no such table of this person.
        Conflict: it has been imported, or is being imported at this moment.
        Closed: the call was closed meanwhile (filers only).
    """
    import_id, total = begin_import(actor, code)
    if total > at_once:
        return False
    while _next_batch(import_id):
        pass
    return True


def file_waiting_imports(seconds: float = _SLICE) -> int:
    """Go on with the tables that are being imported, for about so many seconds but at least one batch; returns
    how many batches were filed.

    A row that the system cannot cope with is refused and noted, so that it holds up neither its table nor the others.
    """
    until, batches = time.monotonic() + seconds, 0
    for import_id in imports_under_way():
        going_on = True
        while going_on and (not batches or time.monotonic() < until):
            going_on = _next_batch(import_id)
            batches += 1
    return batches


@use_case
def begin_import(actor: Actor, code: str) -> tuple[int, int]:
    """Set a kept table going, once: a second click finds it taken. Returns its id and how many rows it has."""
    found = own_import(actor, code, lock=True)
    if found.finished_at is not None:
        raise Conflict("这份表格已经导入过，结果在下面")
    if found.started_at is not None:
        raise Conflict("这份表格正在导入，可以随时回到这一页查看进度")
    terms = terms_of(found)
    if terms.own_agency and not _is_open(terms):
        raise Closed("这项征集已经结束，不再接收新的计划")
    found.started_at = clock.now()
    return found.id, found.total


@use_case
def file_batch(import_id: int, size: int = BATCH) -> bool:
    """File the next rows of a table that was set going: a filer's as drafts, the office's as plans that another officer
    has to review. Returns whether rows are left.

    A row that cannot be filed is a result, not an error, so that the others go on. The person's rights and the call
    are looked at anew each time.
    """
    now = clock.now()
    found = _locked(import_id)
    if found is None:
        return False
    actor, terms = _importer(found), terms_of(found)
    stopped = _stopped(actor, terms)
    if actor is None or stopped:
        _refuse_rest(found, stopped)
    else:
        rows = next_rows(found, size)
        _file_rows(actor, found, terms, rows, now)
        found.handled = rows[-1].number if rows else found.total
    if found.handled < found.total:
        return True
    _finish(found, actor, now)
    return False


@use_case
def refuse_next_row(import_id: int) -> None:
    """Pass over a row that could not be filed for a reason that nobody foresaw."""
    found = _locked(import_id)
    if found is not None:
        reason = "系统没有能够处理这一行，请手工填报，并告知系统管理员"
        for row in next_rows(found, 1):
            result = {"at": row.number, "outcome": REFUSED, "reason": reason, "code": ""}
            keep_results(found.id, [result])
            found.handled = row.number


def _next_batch(import_id: int) -> bool:
    try:
        return file_batch(import_id)
    except StoreAway:
        raise
    except Exception:
        log.exception("a batch of import %s failed; its rows are tried one by one", import_id)
    for _ in range(BATCH):
        try:
            if not file_batch(import_id, 1):
                return False
        except StoreAway:
            raise
        except Exception:
            log.exception("a row of import %s failed and is passed over", import_id)
            refuse_next_row(import_id)
    return True


def _table(upload: Upload) -> PlanTable:
    try:
        table = read_plan_table(upload.data, upload.filename)
    except TableRefused as refused:
        raise Refused(str(refused), field="file") from refused
    count = sum(len(part.rows) for part in table.parts)
    if not count:
        raise Refused("表头下面没有计划，请选择填写好的表格", field="file")
    if count > MOST_ROWS:
        raise Refused(f"一次最多导入{MOST_ROWS}行，这份表格有{count}行，请拆成几个文件", field="file")
    return table


def _terms(actor: Actor, upload: Upload) -> ImportTerms:
    calls = calls_for_import(actor) if upload.for_office else open_calls(actor)
    if upload.call_id not in {call.id for call in calls}:
        raise Refused("请选择征集通知", field="call")
    agency = session().get(Agency, actor.agency_id) if actor.agency_id is not None and not upload.for_office else None
    about = {
        "own_agency": agency.name if agency else "",
        "own_agency_id": agency.id if agency else None,
        "create_agencies": upload.for_office and upload.create_agencies,
    }
    return terms_of(PlanImport(call_id=upload.call_id, filename=holdable(upload.filename)[:200], about=about))


@use_case
def _keep_table(actor: Actor, terms: ImportTerms, table: PlanTable, judged: Sequence[JudgedRow]) -> str:
    now = clock.now()
    kept = PlanImport(
        code=new_code(20),
        call_id=terms.call_id,
        user_id=actor.user_id,
        filename=terms.filename,
        about={
            "call": terms.call,
            "own_agency": terms.own_agency,
            "own_agency_id": terms.own_agency_id,
            "create_agencies": terms.create_agencies,
            "parts": [
                {
                    "name": holdable(part.name),
                    "agency": holdable(part.taken.agency),
                    "columns": [[holdable(column.header), column.key] for column in part.taken.columns],
                    "notes": [holdable(note) for note in part.notes],
                }
                for part in table.parts
            ],
            "unread": [holdable(name) for name in table.unread],
        },
        total=len(judged),
        created_at=now,
    )
    session().add(kept)
    session().flush()
    session().execute(_INSERT_ROWS, [_kept_row(kept.id, at, each) for at, each in enumerate(judged, start=1)])
    ledger.record(
        "plan_import.upload", actor=actor, record_type="plan_import", record_id=kept.id, now=now, rows=kept.total
    )
    return kept.code


def _kept_row(import_id: int, number: int, judged: JudgedRow) -> dict[str, Any]:
    row, verdict = judged.row, judged.verdict
    return {
        "import_id": import_id,
        "number": number,
        "part": row.part,
        "line": row.line,
        "raw": all_holdable(row.raw),
        "import_key": judged.key,
        "outcome": verdict.outcome,
        "settled": verdict.settled,
        "reason": verdict.reason,
        "plan_code": verdict.plan_code,
    }


def _locked(import_id: int) -> PlanImport | None:
    """The table, held until the transaction ends; None when there is nothing left to do."""
    statement = select(PlanImport).where(
        PlanImport.id == import_id, PlanImport.started_at.is_not(None), PlanImport.finished_at.is_(None)
    )
    return session().scalar(statement.with_for_update().execution_options(populate_existing=True))


def _importer(found: PlanImport) -> Actor | None:
    user = session().get(User, found.user_id)
    return actor_from(user) if user is not None and user.active else None


def _stopped(actor: Actor | None, terms: ImportTerms) -> str:
    """Why nothing more of a table may be filed; '' when it may."""
    if actor is None or not may(actor, Right.PLAN_IMPORT):
        return "上传人已不能导入计划"
    if terms.own_agency_id is None:
        return "" if reaches_subtree(actor, Right.PLAN_IMPORT) else "上传人已不能导入其他单位的计划"
    if actor.agency_id != terms.own_agency_id:
        return "上传人已不在这个单位"
    return "" if _is_open(terms) else "这项征集已经结束，不再接收新的计划"


def _is_open(terms: ImportTerms) -> bool:
    return session().scalar(select(Call.status).where(Call.id == terms.call_id)) == "open"


def _refuse_rest(found: PlanImport, reason: str) -> None:
    session().execute(
        update(PlanImportRow)
        .where(PlanImportRow.import_id == found.id, PlanImportRow.number > found.handled)
        .where(PlanImportRow.outcome == FILED)
        .values(outcome=REFUSED, reason=reason)
    )
    found.handled = found.total


def _file_rows(actor: Actor, found: PlanImport, terms: ImportTerms, rows: Sequence[Row[Any]], now: datetime) -> None:
    for attempt in range(3):
        try:
            with session().begin_nested():
                file_rows(actor, found, terms, [row for row in rows if not row.settled], now)
            return
        except IntegrityError:
            # Somebody imported the same row, or made the same agency, at the same moment: judge again, seeing that.
            if attempt == 2:
                raise


def _finish(found: PlanImport, actor: Actor | None, now: datetime) -> None:
    session().flush()
    found.finished_at = now
    counts: Mapping[str, int] = counts_of(found.id)
    ledger.record("plan_import.finish", actor=actor, record_type="plan_import", record_id=found.id, now=now, **counts)
