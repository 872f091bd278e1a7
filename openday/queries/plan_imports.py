"""A table between upload and import: each row with its verdict, or what became of it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.orm import joinedload

from openday.db import session
from openday.documents.plan_columns import ColumnMatch
from openday.documents.plan_table import TableCells
from openday.errors import NotFound, Refused
from openday.models.calls import Call
from openday.models.people import Jurisdiction, User, UserRole
from openday.models.plans import PlanImport, PlanImportRow
from openday.queries.import_verdicts import FILED, KNOWN, REFUSED, ImportTerms
from openday.queries.people import actor_from
from openday.rules.permissions import Actor, Role
from openday.rules.plan_rows import RowReading, read_row

PAGE = 50
_TOGETHER = 500
_COLUMNS = (
    PlanImportRow.part,
    PlanImportRow.line,
    PlanImportRow.raw,
    PlanImportRow.outcome,
    PlanImportRow.reason,
    PlanImportRow.plan_code,
)


@dataclass(frozen=True)
class ImportRow:
    """One row of the table as its uploader sees it; `line` is its number in the spreadsheet."""

    part: str
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
class ImportPart:
    """One sheet or table of the file: its columns as (header, key or ''), and what was not taken for plans."""

    name: str
    columns: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class ImportPage:
    """A table before, during or after its import, and one page of its rows. `counts`: rows by outcome; `only`: the
    outcome that the page is narrowed to, or ''."""

    code: str
    filename: str
    call: str
    by_office: bool
    create_agencies: bool
    parts: tuple[ImportPart, ...]
    unread: tuple[str, ...]
    total: int
    handled: int
    started_at: datetime | None
    finished_at: datetime | None
    counts: Mapping[str, int]
    only: str
    rows: tuple[ImportRow, ...]
    page: int
    pages: int

    @property
    def running(self) -> bool:
        """Whether its rows are being filed at this moment."""
        return self.started_at is not None and self.finished_at is None


@dataclass(frozen=True)
class RefusedRows:
    """The rows of one part that cannot be, or were not, imported: each as in the file, then the reason."""

    name: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def import_page(actor: Actor, code: str, *, only: str = "", page: int = 1) -> ImportPage:
    """The table that this person uploaded: with verdicts while it waits, with results once it is done; four queries.

    `only` narrows the rows to one outcome; `page` counts from 1, and too large a number shows the last page.

    Raises:
        NotFound: it is not there, or somebody else's.
    """
    found = own_import(actor, code)
    only = only if only in (FILED, KNOWN, REFUSED) else ""
    counts = counts_of(found.id)
    shown = counts[only] if only else found.total
    pages = max(1, -(-shown // PAGE))
    page = min(max(page, 1), pages)
    wanted = select(*_COLUMNS).where(PlanImportRow.import_id == found.id).order_by(PlanImportRow.number)
    if only:
        wanted = wanted.where(PlanImportRow.outcome == only).offset((page - 1) * PAGE).limit(PAGE)
    else:
        wanted = wanted.where(PlanImportRow.number.between((page - 1) * PAGE + 1, page * PAGE))
    parts = _parts(found)
    return ImportPage(
        code=found.code,
        filename=found.filename,
        call=found.about["call"],
        by_office=not found.about["own_agency"],
        create_agencies=found.about["create_agencies"],
        parts=parts,
        unread=tuple(found.about["unread"]),
        total=found.total,
        handled=found.handled,
        started_at=found.started_at,
        finished_at=found.finished_at,
        counts=counts,
        only=only,
        rows=tuple(_shown(found, session().execute(wanted))),
        page=page,
        pages=pages,
    )


def import_rows(actor: Actor, code: str) -> Iterator[ImportRow]:
    """Every row of the table with its verdict or result, in its order, without holding them all.

    Raises:
        NotFound: it is not there, or somebody else's.
    """
    found = own_import(actor, code)
    for start in range(0, found.total, _TOGETHER):
        between = PlanImportRow.number.between(start + 1, start + _TOGETHER)
        batch = select(*_COLUMNS).where(PlanImportRow.import_id == found.id, between).order_by(PlanImportRow.number)
        yield from _shown(found, session().execute(batch))


def refused_rows(actor: Actor, code: str) -> tuple[RefusedRows, ...]:
    """What the uploader has to put right, by the parts of the file; parts without such rows are left out.

    Raises:
        NotFound: it is not there, or somebody else's.
    """
    found = own_import(actor, code)
    wanted = (
        select(PlanImportRow.part, PlanImportRow.raw, PlanImportRow.reason)
        .where(PlanImportRow.import_id == found.id, PlanImportRow.outcome == REFUSED)
        .order_by(PlanImportRow.number)
    )
    by_part: dict[int, list[tuple[str, ...]]] = {}
    parts = _parts(found)
    for row in session().execute(wanted):
        width = len(parts[row.part].columns)
        cells = [*row.raw[:width], *[""] * (width - len(row.raw))]
        by_part.setdefault(row.part, []).append((*cells, row.reason))
    return tuple(
        RefusedRows(parts[at].name, tuple(header for header, _ in parts[at].columns), tuple(rows))
        for at, rows in sorted(by_part.items())
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


def imports_under_way() -> Sequence[int]:
    """The ids of the tables whose rows are being filed, the longest waiting first."""
    statement = select(PlanImport.id).where(PlanImport.started_at.is_not(None), PlanImport.finished_at.is_(None))
    return session().scalars(statement.order_by(PlanImport.started_at, PlanImport.id)).all()


def counts_of(import_id: int) -> dict[str, int]:
    """How many rows of a table have each outcome, every outcome present."""
    statement = (
        select(PlanImportRow.outcome, func.count())
        .where(PlanImportRow.import_id == import_id)
        .group_by(PlanImportRow.outcome)
    )
    return {FILED: 0, KNOWN: 0, REFUSED: 0} | {row[0]: row[1] for row in session().execute(statement)}


def terms_of(found: PlanImport) -> ImportTerms:
    """What holds for every row of an import."""
    call = session().scalars(select(Call).where(Call.id == found.call_id).options(joinedload(Call.jurisdiction))).one()
    about = found.about
    return ImportTerms(
        call_id=call.id,
        call_year=call.year,
        call_path=call.jurisdiction.path,
        call=call.title,
        filename=found.filename,
        own_agency=about["own_agency"],
        own_agency_id=about["own_agency_id"],
        create_agencies=about["create_agencies"],
    )


def cells_of_parts(about: Mapping[str, Any]) -> list[TableCells]:
    """How the rows of each part are taken, from what was kept of the table."""
    return [
        TableCells(tuple(ColumnMatch(header, key) for header, key in part["columns"]), part["agency"])
        for part in about["parts"]
    ]


def _shown(found: PlanImport, rows: Iterable[Row[Any]]) -> Iterator[ImportRow]:
    terms, taken = terms_of(found), cells_of_parts(found.about)
    several = len(taken) > 1
    for row in rows:
        reading = read_row(taken[row.part].of(row.raw), call_year=terms.call_year, own_agency=terms.own_agency)
        name = found.about["parts"][row.part]["name"] if several else ""
        yield replace(_row(row, reading), part=name)


def _row(row: Row[Any], reading: RowReading) -> ImportRow:
    return ImportRow(
        part="",
        line=row.line,
        agency=reading.agency,
        theme=reading.text.theme,
        time_text=reading.text.time_text,
        period=reading.period.explained(),
        audience=reading.audience.explained() if reading.text.audience_text else "",
        outcome=row.outcome,
        reason=row.reason,
        plan_code=row.plan_code,
    )


def _parts(found: PlanImport) -> tuple[ImportPart, ...]:
    return tuple(
        ImportPart(
            part["name"],
            tuple((header, key or "") for header, key in part["columns"]),
            tuple(part["notes"]),
        )
        for part in found.about["parts"]
    )
