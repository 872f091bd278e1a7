"""A table between upload and import: each row with its verdict, or what became of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from openday.db import session
from openday.errors import NotFound, Refused
from openday.models.calls import Call
from openday.models.people import Agency, Jurisdiction, User, UserRole
from openday.models.plans import Plan, PlanImport
from openday.queries.people import actor_from
from openday.queries.scope import within_reach
from openday.rules.permissions import Actor, Right, Role
from openday.rules.plan_rows import RowReading, import_key, read_row
from openday.rules.plan_states import PlanStatus
from openday.rules.plan_text import FIELD_LABELS

FILED, KNOWN, REFUSED = "filed", "known", "refused"
PAGE = 100
_CHUNK = 500


@dataclass(frozen=True)
class ImportTerms:
    """What holds for every row of one import. `own_agency`: the only agency it may file for, '' for the office."""

    code: str
    call_id: int
    call_year: int
    call_path: str
    filename: str
    own_agency: str
    own_agency_id: int | None
    create_agencies: bool


@dataclass(frozen=True)
class Verdict:
    """What becomes of a row: `outcome` is FILED (it can be), KNOWN (it was before) or REFUSED, with the reason."""

    outcome: str
    reason: str = ""
    agency_id: int | None = None
    plan_code: str = ""


@dataclass(frozen=True)
class ImportRow:
    """One row of the table as its uploader sees it; `line` is its number in the spreadsheet."""

    line: int
    agency: str
    theme: str
    time_text: str
    period: str
    audience: str
    outcome: str
    reason: str
    plan_code: str


@dataclass(frozen=True)
class ImportPage:
    """A table before or after its import."""

    code: str
    filename: str
    call: str
    by_office: bool
    create_agencies: bool
    columns: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]
    unread_sheets: tuple[str, ...]
    finished_at: datetime | None
    rows: tuple[ImportRow, ...]
    header: tuple[str, ...]
    raw: Mapping[int, tuple[str, ...]]

    def of(self, outcome: str) -> tuple[ImportRow, ...]:
        """The rows with this outcome."""
        return tuple(row for row in self.rows if row.outcome == outcome)


@dataclass(frozen=True)
class Place:
    """An agency that rows may name."""

    agency_id: int
    path: str
    active: bool


def import_page(actor: Actor, code: str) -> ImportPage:
    """The table that this person uploaded: with verdicts while it waits, with results once it is done.

    Raises:
        NotFound: it is not there, or somebody else's.
    """
    found = own_import(actor, code)
    about = found.about
    return ImportPage(
        code=found.code,
        filename=found.filename,
        call=about["call"],
        by_office=not about["own_agency"],
        create_agencies=about["create_agencies"],
        columns=tuple((header, key or "") for header, key in about["columns"]),
        notes=tuple(about["notes"]),
        unread_sheets=tuple(about["unread_sheets"]),
        finished_at=found.finished_at,
        rows=_results(found) if found.results is not None else _verdicts(actor, found),
        header=tuple(header for header, _ in about["columns"]),
        raw={row["line"]: tuple(row["raw"]) for row in found.rows},
    )


def importing_officer(login: str = "") -> tuple[str, Actor]:
    """(log-in, actor) of the officer in whose name a table is imported from the command line.

    Without a log-in the first officer of the highest place.

    Raises:
        Refused: there is no such active officer.
    """
    statement = (
        select(User)
        .join(Jurisdiction, Jurisdiction.id == User.jurisdiction_id)
        .where(User.active, User.roles.any(UserRole.role == Role.OFFICER))
        .order_by(func.length(Jurisdiction.path), User.id)
        .limit(1)
    )
    user = session().scalar(statement.where(User.login == login.lower()) if login else statement)
    if user is None:
        raise Refused(f"没有用户名为“{login}”的政务公开办人员" if login else "还没有政务公开办人员，请先登记")
    return user.login, actor_from(user)


def own_import(actor: Actor, code: str, *, lock: bool = False) -> PlanImport:
    """The uploaded table with this code.

    Raises:
        NotFound: it is not there, or somebody else's.
    """
    statement = select(PlanImport).where(PlanImport.code == code, PlanImport.user_id == actor.user_id)
    if lock:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    found = session().scalar(statement)
    if found is None:
        raise NotFound()
    return found


def terms_of(found: PlanImport) -> ImportTerms:
    """What holds for every row of an import."""
    call = session().scalars(select(Call).where(Call.id == found.call_id).options(joinedload(Call.jurisdiction))).one()
    about = found.about
    return ImportTerms(
        code=found.code,
        call_id=call.id,
        call_year=call.year,
        call_path=call.jurisdiction.path,
        filename=found.filename,
        own_agency=about["own_agency"],
        own_agency_id=about["own_agency_id"],
        create_agencies=about["create_agencies"],
    )


def reading_of(row: Mapping[str, Any], terms: ImportTerms) -> RowReading:
    """A kept row as the rules read it."""
    return read_row(row["cells"], call_year=terms.call_year, own_agency=terms.own_agency)


def judge(
    reading: RowReading,
    terms: ImportTerms,
    places: Mapping[str, list[Place]],
    known: Mapping[str, tuple[str, str]],
) -> Verdict:
    """What becomes of a row. `places`: agencies by name; `known`: code and state of the plans that came from such rows
    before, by import key."""
    if reading.problems:
        return Verdict(REFUSED, "；".join(reading.problems))
    before = known.get(import_key(terms.call_id, reading))
    if before is not None:
        return Verdict(KNOWN, f"此前已导入，现在是“{PlanStatus(before[1]).label}”", plan_code=before[0])
    if terms.own_agency_id is not None:
        verdict = Verdict(FILED, agency_id=terms.own_agency_id)
    else:
        verdict = _verdict_on_agency(reading.agency, terms, places.get(reading.agency, []))
    return _with_gaps(verdict, reading) if verdict.outcome == FILED else verdict


def _with_gaps(verdict: Verdict, reading: RowReading) -> Verdict:
    """A row may be filed with gaps that the form would not let through; they are named."""
    gaps = "、".join(FIELD_LABELS[name] for name in reading.text.missing())
    said = [verdict.reason, f"还缺{gaps}" if gaps else ""]
    return replace(verdict, reason="；".join(filter(None, said)))


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


def known_rows(call_id: int, keys: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Code and status of the plans that were imported into a call from rows with these keys."""
    wanted, known = sorted(set(keys)), dict[str, tuple[str, str]]()
    for start in range(0, len(wanted), _CHUNK):
        statement = select(Plan.import_key, Plan.code, Plan.status).where(
            Plan.call_id == call_id, Plan.import_key.in_(wanted[start : start + _CHUNK])
        )
        known |= {row.import_key: (row.code, row.status) for row in session().execute(statement)}
    return known


def _verdicts(actor: Actor, found: PlanImport) -> tuple[ImportRow, ...]:
    terms = terms_of(found)
    readings = [(row["line"], reading_of(row, terms)) for row in found.rows]
    places = places_named(actor, (reading.agency for _, reading in readings))
    known = known_rows(terms.call_id, (import_key(terms.call_id, reading) for _, reading in readings))
    first_line: dict[str, int] = {}
    rows = []
    for line, reading in readings:
        verdict = judge(reading, terms, places, known)
        earlier = first_line.setdefault(import_key(terms.call_id, reading), line)
        if verdict.outcome == FILED and earlier != line:
            verdict = Verdict(REFUSED, f"与第{earlier}行完全相同")
        rows.append(_row(line, reading, verdict))
    return tuple(rows)


def _row(line: int, reading: RowReading, verdict: Verdict) -> ImportRow:
    audience = reading.audience.explained() if reading.text.audience_text else ""
    return ImportRow(
        line=line,
        agency=reading.agency,
        theme=reading.text.theme,
        time_text=reading.text.time_text,
        period=reading.period.explained(),
        audience=audience,
        outcome=verdict.outcome,
        reason=verdict.reason,
        plan_code=verdict.plan_code,
    )


def _results(found: PlanImport) -> tuple[ImportRow, ...]:
    terms = terms_of(found)
    results = {result["line"]: result for result in found.results or []}
    rows = []
    for row in found.rows:
        result = results[row["line"]]
        verdict = Verdict(result["outcome"], result["reason"], plan_code=result["plan_code"])
        rows.append(_row(row["line"], reading_of(row, terms), verdict))
    return tuple(rows)


def _verdict_on_agency(name: str, terms: ImportTerms, found: list[Place]) -> Verdict:
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
