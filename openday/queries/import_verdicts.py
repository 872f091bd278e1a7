"""What becomes of the rows of a table: they can be filed, were filed before, or are refused with the reason."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select

from openday.db import session
from openday.documents.plan_table import PlanTable, TableRow
from openday.models.people import Agency, Jurisdiction
from openday.models.plans import Plan
from openday.queries.scope import within_reach
from openday.rules.permissions import Actor, Right
from openday.rules.plan_rows import RowReading, import_key, read_row
from openday.rules.plan_states import PlanStatus
from openday.rules.plan_text import FIELD_LABELS

FILED, KNOWN, REFUSED = "filed", "known", "refused"
_CHUNK = 500


@dataclass(frozen=True)
class ImportTerms:
    """What holds for every row of one import. `own_agency`: the only agency it may file for, '' for the office."""

    call_id: int
    call_year: int
    call_path: str
    call: str
    filename: str
    own_agency: str
    own_agency_id: int | None
    create_agencies: bool


@dataclass(frozen=True)
class Verdict:
    """What becomes of a row: `outcome` is FILED (it can be), KNOWN (it was before) or REFUSED, with the reason.
    `settled`: refused for what the row itself says, whatever changes in the directory."""

    outcome: str
    reason: str = ""
    agency_id: int | None = None
    plan_code: str = ""
    settled: bool = False


@dataclass(frozen=True)
class JudgedRow:
    """A row of the table, what makes it the same when it comes again, and the verdict on it."""

    row: TableRow
    key: str
    verdict: Verdict


@dataclass(frozen=True)
class Place:
    """An agency that rows may name."""

    agency_id: int
    path: str
    active: bool


def judged_rows(actor: Actor, terms: ImportTerms, table: PlanTable) -> tuple[JudgedRow, ...]:
    """Every row of a table with what would become of it; a number of queries that grows by thousands of rows only."""
    rows = table.rows
    readings = [read_row(row.cells, call_year=terms.call_year, own_agency=terms.own_agency) for row in rows]
    keys = [import_key(terms.call_id, reading) for reading in readings]
    places = places_named(actor, (reading.agency for reading in readings))
    known = known_rows(terms.call_id, keys)
    first: dict[str, TableRow] = {}
    judged = []
    for row, reading, key in zip(rows, readings, keys, strict=True):
        verdict = judge(reading, key, terms, places, known)
        earlier = first.setdefault(key, row)
        if verdict.outcome == FILED and earlier is not row:
            verdict = Verdict(REFUSED, f"与{_place(table, earlier)}完全相同", settled=True)
        judged.append(JudgedRow(row, key, verdict))
    return tuple(judged)


def judge(
    reading: RowReading,
    key: str,
    terms: ImportTerms,
    places: Mapping[str, Sequence[Place]],
    known: Mapping[str, tuple[str, str]],
) -> Verdict:
    """What becomes of a row. `places`: agencies by name; `known`: code and state of the plans that came from such rows
    before, by import key."""
    if reading.problems:
        return Verdict(REFUSED, "；".join(reading.problems), settled=True)
    before = known.get(key)
    if before is not None:
        return Verdict(KNOWN, f"此前已导入，现在是“{PlanStatus(before[1]).label}”", plan_code=before[0])
    if terms.own_agency_id is not None:
        verdict = Verdict(FILED, agency_id=terms.own_agency_id)
    else:
        verdict = _verdict_on_agency(reading.agency, terms, places.get(reading.agency, []))
    return _with_gaps(verdict, reading) if verdict.outcome == FILED else verdict


def places_named(actor: Actor, names: Iterable[str]) -> dict[str, list[Place]]:
    """The agencies of these names for which the person may import."""
    wanted, places = sorted(set(names)), dict[str, list[Place]]()
    for start in range(0, len(wanted), _CHUNK):
        statement = (
            select(Agency.id, Agency.name, Agency.active, Jurisdiction.path)
            .join(Jurisdiction, Jurisdiction.id == Agency.jurisdiction_id)
            .where(within_reach(actor, Right.PLAN_IMPORT))
            .where(Agency.name.in_(wanted[start : start + _CHUNK]))
        )
        for row in session().execute(statement):
            places.setdefault(row.name, []).append(Place(row.id, row.path, row.active))
    return places


def known_rows(call_id: int | None, keys: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Code and status of the plans that were imported into a call (None: outside of any) from rows with these keys."""
    wanted, known = sorted(set(keys)), dict[str, tuple[str, str]]()
    for start in range(0, len(wanted), _CHUNK):
        statement = select(Plan.import_key, Plan.code, Plan.status).where(
            Plan.call_id == call_id if call_id is not None else Plan.call_id.is_(None),
            Plan.import_key.in_(wanted[start : start + _CHUNK]),
        )
        known |= {row.import_key: (row.code, row.status) for row in session().execute(statement)}
    return known


def _place(table: PlanTable, row: TableRow) -> str:
    part = f"“{table.parts[row.part].name}”" if len(table.parts) > 1 else ""
    return f"{part}第{row.line}行"


def _with_gaps(verdict: Verdict, reading: RowReading) -> Verdict:
    """A row may be filed with gaps that the form would not let through; they are named."""
    gaps = "、".join(FIELD_LABELS[name] for name in reading.text.missing())
    return replace(verdict, reason="；".join(filter(None, [verdict.reason, f"还缺{gaps}"]))) if gaps else verdict


def _verdict_on_agency(name: str, terms: ImportTerms, found: Sequence[Place]) -> Verdict:
    if len(found) > 1:
        return Verdict(REFUSED, f"有{len(found)}个单位都叫“{name}”，无法确定是哪一个")
    if found and not found[0].active:
        return Verdict(REFUSED, f"“{name}”已停用")
    if found and not found[0].path.startswith(terms.call_path):
        return Verdict(REFUSED, f"“{name}”不在这项征集通知的范围内")
    if found:
        return Verdict(FILED, agency_id=found[0].agency_id)
    if terms.create_agencies:
        return Verdict(FILED, "将登记为新单位")
    return Verdict(REFUSED, f"名录中没有“{name}”")
