"""Importing a table of plans: kept and shown first, then filed row by row, each in a transaction of its own."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from openday import clock
from openday.db import session, use_case
from openday.documents.plain_text import holdable
from openday.documents.plan_table import PlanTable, TableRefused, read_plan_table
from openday.errors import Closed, Conflict, Forbidden, Refused
from openday.models.calls import Call
from openday.models.columns import new_code
from openday.models.people import Agency, Jurisdiction
from openday.models.plans import Plan, PlanEvent, PlanImport
from openday.queries.calls import calls_for_import, open_calls
from openday.queries.plan_imports import (
    FILED,
    KNOWN,
    REFUSED,
    ImportTerms,
    Verdict,
    judge,
    known_rows,
    own_import,
    places_named,
    reading_of,
    terms_of,
)
from openday.rules.permissions import Actor, Right, may, reaches_subtree
from openday.rules.plan_rows import RowReading, import_key
from openday.rules.plan_states import PlanStatus
from openday.services import ledger

MOST_ROWS = 2_000
_LONGEST_RUN = timedelta(minutes=10)


@dataclass(frozen=True)
class Upload:
    """A table as somebody sends it. `for_office`: rows of any agency in reach, else of the person's own only."""

    call_id: int
    filename: str
    data: bytes
    for_office: bool = False
    create_agencies: bool = False


@dataclass(frozen=True)
class RowResult:
    """What became of one row: FILED, KNOWN (it had been imported before) or REFUSED with the reason."""

    line: int
    outcome: str
    reason: str
    plan_code: str


def upload_table(actor: Actor, upload: Upload) -> str:
    """Read a table and keep it for its preview; returns the code of the import. Nothing is filed yet.

    The table is read before the transaction begins: a hostile workbook may take its 30 seconds, and nobody waits.

    Raises:
        Forbidden: the person may not import here.
        Refused: the file is not a table of plans, or the call is not open to this person.
    """
    allowed = reaches_subtree(actor, Right.PLAN_IMPORT) if upload.for_office else actor.agency_id is not None
    if not may(actor, Right.PLAN_IMPORT) or not allowed:
        raise Forbidden("您没有导入计划表的权限")
    try:
        table = read_plan_table(upload.data, upload.filename)
    except TableRefused as refused:
        raise Refused(str(refused), field="file") from refused
    if not table.rows:
        raise Refused("表头下面没有计划，请选择填写好的表格", field="file")
    if len(table.rows) > MOST_ROWS:
        raise Refused(f"一次最多导入{MOST_ROWS}行，这份表格有{len(table.rows)}行，请拆成几个文件", field="file")
    return _keep_table(actor, upload, table)


def run_import(actor: Actor, code: str) -> tuple[RowResult, ...]:
    """File every row of a kept table that can be filed, and keep the result of each; returns the results.

    Raises:
        NotFound: no such table of this person.
        Conflict: it has been imported, or is being imported at this moment.
        Closed: the call was closed meanwhile (filers only).
    """
    terms, rows = begin_import(actor, code)
    results = tuple(file_imported_row(actor, terms, row) for row in rows)
    finish_import(actor, code, results)
    return results


@use_case
def _keep_table(actor: Actor, upload: Upload, table: PlanTable) -> str:
    now = clock.now()
    calls = calls_for_import(actor) if upload.for_office else open_calls(actor)
    call = next((call for call in calls if call.id == upload.call_id), None)
    if call is None:
        raise Refused("请选择征集通知", field="call")
    agency = session().get(Agency, actor.agency_id) if actor.agency_id is not None and not upload.for_office else None
    kept = PlanImport(
        code=new_code(20),
        call_id=call.id,
        user_id=actor.user_id,
        filename=holdable(upload.filename)[:200],
        about={
            "call": call.title,
            "own_agency": agency.name if agency else "",
            "own_agency_id": agency.id if agency else None,
            "create_agencies": upload.for_office and upload.create_agencies,
            "columns": [[holdable(column.header), column.key] for column in table.columns],
            "notes": [holdable(note) for note in table.notes],
            "unread_sheets": [holdable(name) for name in table.unread_sheets],
        },
        rows=[_kept_row(row.line, row.cells, row.raw) for row in table.rows],
        created_at=now,
    )
    session().add(kept)
    session().flush()
    ledger.record(
        "plan_import.upload", actor=actor, record_type="plan_import", record_id=kept.id, now=now, rows=len(kept.rows)
    )
    return kept.code


def _kept_row(line: int, cells: Mapping[str, str], raw: tuple[str, ...]) -> dict[str, Any]:
    used = {key: holdable(text) for key, text in cells.items() if text}
    return {"line": line, "cells": used, "raw": [holdable(cell) for cell in raw]}


@use_case
def begin_import(actor: Actor, code: str) -> tuple[ImportTerms, list[dict[str, Any]]]:
    """Claim a kept table for one run: a second click finds it taken; a run that died may be begun again."""
    now = clock.now()
    found = own_import(actor, code, lock=True)
    if found.finished_at is not None:
        raise Conflict("这份表格已经导入过，结果在下面")
    if found.started_at is not None and now - found.started_at < _LONGEST_RUN:
        raise Conflict("这份表格正在导入，请过一分钟再打开这一页查看结果")
    terms = terms_of(found)
    if terms.own_agency and session().scalar(select(Call.status).where(Call.id == terms.call_id)) != "open":
        raise Closed("这项征集已经结束，不再接收新的计划")
    found.started_at = now
    return terms, list(found.rows)


@use_case
def finish_import(actor: Actor, code: str, results: tuple[RowResult, ...]) -> None:
    """Keep what became of each row."""
    now = clock.now()
    found = own_import(actor, code, lock=True)
    found.results = [asdict(result) for result in results]
    found.finished_at, found.started_at = now, None
    counts = {outcome: sum(result.outcome == outcome for result in results) for outcome in (FILED, KNOWN, REFUSED)}
    ledger.record("plan_import.finish", actor=actor, record_type="plan_import", record_id=found.id, now=now, **counts)


@use_case
def file_imported_row(actor: Actor, terms: ImportTerms, row: Mapping[str, Any]) -> RowResult:
    """File one row: a filer's as a draft, the office's as one that another officer has to review.

    A row that cannot be filed is a result, not an error, so that the others go on.
    """
    now = clock.now()
    reading = reading_of(row, terms)
    key = import_key(terms.call_id, reading)
    verdict = judge(reading, terms, places_named(actor, [reading.agency]), known_rows(terms.call_id, [key]))
    if verdict.outcome != FILED:
        return _result(row, verdict)
    try:
        with session().begin_nested():
            plan = _filed(actor, terms, reading, verdict, now)
            plan.import_key = key
            session().add(plan)
    except IntegrityError:
        # Somebody imported the same row, or made the same agency, at the same moment.
        again = judge(reading, terms, places_named(actor, [reading.agency]), known_rows(terms.call_id, [key]))
        if again.outcome == FILED:
            raise
        return _result(row, again)
    session().add(
        PlanEvent(
            plan_id=plan.id,
            action="import",
            from_status=None,
            to_status=plan.status,
            actor_id=actor.user_id,
            at=now,
            reason=f"{terms.filename} 第{row['line']}行",
        )
    )
    ledger.record("plan.import", actor=actor, record_type="plan", record_id=plan.id, agency_id=plan.agency_id, now=now)
    return RowResult(row["line"], FILED, verdict.reason.replace("将登记", "已登记"), plan.code)


def _filed(actor: Actor, terms: ImportTerms, reading: RowReading, verdict: Verdict, now: datetime) -> Plan:
    """The plan of a row. What the office imports is not late: its date says when it was typed, not when it came in."""
    by_office = not terms.own_agency
    plan = Plan(
        agency_id=verdict.agency_id or _new_agency(actor, terms, reading.agency, now),
        call_id=terms.call_id,
        status=(PlanStatus.OFFICE_REVIEW if by_office else PlanStatus.DRAFT).value,
        version=1,
        year=reading.year if reading.own_year and reading.year != terms.call_year else None,
        created_at=now,
        submitted_at=now if by_office else None,
    )
    plan.take_text(reading.text, year=reading.year, author_id=actor.user_id, now=now)
    return plan


def _new_agency(actor: Actor, terms: ImportTerms, name: str, now: datetime) -> int:
    place = session().scalars(select(Jurisdiction.id).where(Jurisdiction.path == terms.call_path)).one()
    agency = Agency(name=name, slug=new_code(10), jurisdiction_id=place)
    session().add(agency)
    session().flush()
    ledger.record(
        "people.add_agency", actor=actor, record_type="agency", record_id=agency.id, agency_id=agency.id, now=now
    )
    return agency.id


def _result(row: Mapping[str, Any], verdict: Verdict) -> RowResult:
    return RowResult(row["line"], verdict.outcome, verdict.reason, verdict.plan_code)
