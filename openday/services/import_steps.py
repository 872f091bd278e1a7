"""Steps of an import: the rows of one batch become plans, with as few statements as there are tables."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Integer, Row, Table, bindparam, func, insert, select, update

from openday.db import session
from openday.models.columns import new_code
from openday.models.people import Agency, Jurisdiction
from openday.models.plans import Plan, PlanEvent, PlanImport, PlanImportRow, PlanVersion, text_columns
from openday.queries.import_verdicts import FILED, ImportTerms, Place, judge, known_rows, places_named
from openday.queries.plan_imports import cells_of_parts
from openday.rules.permissions import Actor
from openday.rules.plan_rows import RowReading, read_row
from openday.rules.plan_states import PlanStatus
from openday.rules.plan_text import PLAN_FIELDS
from openday.services import ledger

_ROWS, _PLANS = cast(Table, PlanImportRow.__table__), cast(Table, Plan.__table__)
_INSERT_PLANS = insert(_PLANS)
_INSERT_VERSIONS = insert(cast(Table, PlanVersion.__table__))
_INSERT_EVENTS = insert(cast(Table, PlanEvent.__table__))
_UPDATE_ROW = (
    update(_ROWS)
    .where(_ROWS.c.number == bindparam("at"))
    .values(outcome=bindparam("outcome"), reason=bindparam("reason"), plan_code=bindparam("code"))
)
_LAST_ID = select(func.coalesce(func.max(_PLANS.c.id), 0))
_NEXT_IDS = select(func.nextval(func.pg_get_serial_sequence("plans", "id"))).select_from(
    func.generate_series(1, bindparam("count", type_=Integer))
)


def next_rows(found: PlanImport, size: int) -> Sequence[Row[Any]]:
    """The next rows of a table that were not handled yet, at most `size`."""
    next_ = (_ROWS.c.import_id == found.id, _ROWS.c.number > found.handled)
    return session().execute(select(_ROWS).where(*next_).order_by(_ROWS.c.number).limit(size)).all()


def keep_results(import_id: int, results: Sequence[dict[str, Any]]) -> None:
    """Write what became of some rows: `at` (the row's number), `outcome`, `reason` and `code` (of the plan, or '')."""
    if results:
        session().execute(_UPDATE_ROW.where(_ROWS.c.import_id == import_id), results)


def file_rows(actor: Actor, found: PlanImport, terms: ImportTerms, rows: Sequence[Row[Any]], now: datetime) -> None:
    """File the rows that can be filed, and keep the result of each.

    Raises IntegrityError when somebody imported the same row, or made the same agency, at the same moment.
    """
    taken = cells_of_parts(found.about)
    readings = [
        read_row(taken[row.part].of(row.raw), call_year=terms.call_year, own_agency=terms.own_agency) for row in rows
    ]
    places = places_named(actor, (reading.agency for reading in readings))
    known = known_rows(terms.call_id, (row.import_key for row in rows))
    results: list[dict[str, Any]] = []
    plans: list[dict[str, Any]] = []
    for row, reading in zip(rows, readings, strict=True):
        verdict = judge(reading, row.import_key, terms, places, known)
        result = {"at": row.number, "outcome": verdict.outcome, "reason": verdict.reason, "code": verdict.plan_code}
        if verdict.outcome == FILED:
            agency_id = verdict.agency_id or _new_agency(actor, terms, reading.agency, places, now)
            plan = _plan(actor, terms, reading, agency_id, now)
            plans.append(plan | {"import_key": row.import_key, "line": row.line})
            result |= {"reason": verdict.reason.replace("将登记", "已登记"), "code": plan["code"]}
        results.append(result)
    if plans:
        _keep_plans(actor, terms, plans, now)
    keep_results(found.id, results)


def _keep_plans(actor: Actor, terms: ImportTerms, plans: Sequence[dict[str, Any]], now: datetime) -> None:
    """Write the plans of a batch with their first versions, their history and the ledger: a statement for each table,
    because the unit of work would take several times as long."""
    ids = _new_ids(len(plans))
    columns = [
        {name: value for name, value in plan.items() if name != "line"} | {"id": plan_id}
        for plan_id, plan in zip(ids, plans, strict=True)
    ]
    session().execute(_INSERT_PLANS, columns)
    versions, events = [], []
    for plan_id, plan in zip(ids, plans, strict=True):
        fields = {name: plan[name] for name in PLAN_FIELDS}
        about = {"plan_id": plan_id, "number": 1, "author_id": actor.user_id, "saved_at": now, "fields": fields}
        versions.append(about)
        events.append(
            {
                "plan_id": plan_id,
                "action": "import",
                "from_status": None,
                "to_status": plan["status"],
                "actor_id": actor.user_id,
                "at": now,
                "reason": f"{terms.filename} 第{plan['line']}行",
            }
        )
    session().execute(_INSERT_VERSIONS, versions)
    session().execute(_INSERT_EVENTS, events)
    agencies = [plan["agency_id"] for plan in plans]
    ledger.record_each("plan.import", zip(ids, agencies, strict=True), actor=actor, record_type="plan", now=now)


def _new_ids(count: int) -> Sequence[int]:
    """Ids for so many plans, known before they are written: a statement that asks for each anew is a statement a row.
    On SQLite nobody else writes meanwhile."""
    if session().get_bind().dialect.name == "sqlite":
        last = session().execute(_LAST_ID).scalar_one()
        return range(last + 1, last + count + 1)
    return session().scalars(_NEXT_IDS, {"count": count}).all()


def _plan(actor: Actor, terms: ImportTerms, reading: RowReading, agency_id: int, now: datetime) -> dict[str, Any]:
    """The plan of a row. What the office imports is not late: its date says when it was typed, not when it came in."""
    by_office = not terms.own_agency
    return text_columns(reading.text, reading.period, reading.audience) | {
        "code": new_code(12),
        "agency_id": agency_id,
        "call_id": terms.call_id,
        "status": (PlanStatus.OFFICE_REVIEW if by_office else PlanStatus.DRAFT).value,
        "version": 1,
        "year": reading.year if reading.own_year and reading.year != terms.call_year else None,
        "created_at": now,
        "updated_at": now,
        "submitted_at": now if by_office else None,
    }


def _new_agency(actor: Actor, terms: ImportTerms, name: str, places: dict[str, list[Place]], now: datetime) -> int:
    place = session().scalars(select(Jurisdiction.id).where(Jurisdiction.path == terms.call_path)).one()
    agency = Agency(name=name, slug=new_code(10), jurisdiction_id=place)
    session().add(agency)
    session().flush()
    places[name] = [Place(agency.id, terms.call_path, active=True)]
    ledger.record(
        "people.add_agency", actor=actor, record_type="agency", record_id=agency.id, agency_id=agency.id, now=now
    )
    return agency.id
