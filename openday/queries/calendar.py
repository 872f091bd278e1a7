"""The public calendar: lists, months, search. Published and cancelled only; proposals are never public.

Each function asks the same small number of statements, however many rows there are.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Date, Subquery, case, exists, func, literal, null, select, union_all
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from openday.clock import SHANGHAI
from openday.db import session
from openday.models.activities import Activity
from openday.models.occurrences import Occurrence
from openday.models.people import Agency
from openday.queries.calendar_columns import OF_ACTIVITY, OF_SLOT, AnyRow, AnySelect, entry_from, quotas_of, slot_from
from openday.queries.calendar_rows import Day, DayEntry, Entry, EntryPage, Month, QuotaSeats
from openday.queries.search import matches
from openday.rules.fuzzy_date import Precision
from openday.rules.schedules import LONGEST
from openday.rules.states import ActivityStatus, OccurrenceStatus, SignupMode

SHOWN_A_DAY = 3
"""Entries in a cell of the month; the day's own page has them all."""
VAGUE_SHOWN = 12
_END_OF_TIME = date(9999, 12, 31)


@dataclass(frozen=True)
class Filters:
    """What a calendar is narrowed to: an agency's slug, a sign-up mode, words; empty means everything."""

    agency: str = ""
    mode: SignupMode | None = None
    q: str = ""

    def __bool__(self) -> bool:
        return bool(self.agency or self.mode or self.q)


class local_day(FunctionElement[date]):
    """The day in Asia/Shanghai of a stored moment; China has kept UTC+8 since 1991."""

    type = Date()
    inherit_cache = True
    name = "local_day"


@compiles(local_day, "sqlite")
def _sqlite_day(element: Any, compiler: Any, **options: Any) -> str:
    return f"date({compiler.process(element.clauses, **options)}, '+8 hours')"


@compiles(local_day, "postgresql")
def _postgresql_day(element: Any, compiler: Any, **options: Any) -> str:
    return f"CAST(timezone('Asia/Shanghai', {compiler.process(element.clauses, **options)}) AS DATE)"


# --- lists -----------------------------------------------------------------------------------------------------------


def activities_between(
    first: date | None, last: date | None, filters: Filters, *, limit: int, page: int = 1
) -> EntryPage:
    """Occurrences and vague activities that touch the days from `first` to `last` (inclusive; None: no bound).

    In the order of their day; a vague activity stands at the last day of its period, the undated after everything.
    Three statements.
    """
    found = _both(first, last, filters)
    total = session().scalar(select(func.count()).select_from(found)) or 0
    pages = max(1, -(-total // limit))
    page = min(max(1, page), pages)
    order = (found.c.sort_day, found.c.starts_at.is_(None), found.c.starts_at, found.c.activity_id)
    rows = session().execute(select(found).order_by(*order).limit(limit).offset((page - 1) * limit)).all()
    return EntryPage(_entries(rows), page, pages, total)


def occurrences_between(first: date, last: date, limit: int) -> tuple[tuple[Entry, ...], int]:
    """The first occurrences that touch these days, and how many there are in all; two statements."""
    statement = (
        _firm(first, last, Filters(), literal(0))
        .add_columns(func.count().over().label("total"))
        .order_by(Occurrence.starts_at, Occurrence.id)
        .limit(limit)
    )
    rows = session().execute(statement).all()
    return _entries(rows), rows[0].total if rows else 0


def search(question: str, today: date, *, limit: int, page: int = 1) -> EntryPage:
    """Activities that hold every term: those to come first, among them those found by name, then by day."""
    found = _both(None, None, Filters(q=question or " "), by_name=matches(question, by_name=True))
    total = session().scalar(select(func.count()).select_from(found)) or 0
    pages = max(1, -(-total // limit))
    page = min(max(1, page), pages)
    order = (
        case((found.c.sort_day < today, 1), else_=0),
        found.c.by_name,
        found.c.sort_day,
        found.c.starts_at,
        found.c.activity_id,
    )
    rows = session().execute(select(found).order_by(*order).limit(limit).offset((page - 1) * limit)).all()
    return EntryPage(_entries(rows), page, pages, total)


def vague_between(first: date, last: date, filters: Filters, limit: int) -> tuple[tuple[Entry, ...], int]:
    """Vague activities that touch these days, the most exact first, and how many there are in all; one statement."""
    exactness = case(
        {Precision.DAY: 0, Precision.RANGE: 1, Precision.XUN: 2, Precision.MONTH: 3, Precision.RECURRING: 4},
        value=Activity.precision,
        else_=5,
    )
    statement = (
        _vague(first, last, filters, literal(0))
        .add_columns(func.count().over().label("total"))
        .order_by(exactness, Activity.first_day, Activity.id)
        .limit(limit)
    )
    rows = session().execute(statement).all()
    return tuple(entry_from(row, None) for row in rows), rows[0].total if rows else 0


def _both(
    first: date | None, last: date | None, filters: Filters, by_name: ColumnElement[bool] | None = None
) -> Subquery:
    rank: ColumnElement[int] = literal(0) if by_name is None else case((by_name, 0), else_=1)
    return union_all(_firm(first, last, filters, rank), _vague(first, last, filters, rank)).subquery()


def _firm(first: date | None, last: date | None, filters: Filters, rank: ColumnElement[int]) -> AnySelect:
    conditions = [*_touching(first, last), *_narrowed(filters, Occurrence.signup_mode)]
    return (
        select(*OF_ACTIVITY, *OF_SLOT, local_day(Occurrence.starts_at).label("sort_day"), rank.label("by_name"))
        .join(Agency, Agency.id == Activity.agency_id)
        .join(Occurrence, Occurrence.activity_id == Activity.id)
        .where(*conditions)
    )


def _vague(first: date | None, last: date | None, filters: Filters, rank: ColumnElement[int]) -> AnySelect:
    begin = func.coalesce(Activity.first_day, Activity.last_day)
    end = func.coalesce(Activity.last_day, Activity.first_day, _END_OF_TIME)
    conditions = [Activity.vague, *_narrowed(filters, Activity.signup_mode)]
    if last is not None:
        conditions.append(begin <= last)
    if first is not None:
        conditions.append(end >= first)
    nothing = [null().label(column.name) for column in OF_SLOT]
    return (
        select(*OF_ACTIVITY, *nothing, end.label("sort_day"), rank.label("by_name"))
        .join(Agency, Agency.id == Activity.agency_id)
        .where(*conditions)
    )


def _touching(first: date | None, last: date | None) -> list[ColumnElement[bool]]:
    """Occurrences that were ever scheduled and take place, at least in part, on these days."""
    conditions: list[ColumnElement[bool]] = [Occurrence.number.is_not(None)]
    if last is not None:
        conditions.append(Occurrence.starts_at < _midnight(last + timedelta(days=1)))
    if first is not None:
        # The second bound lets the index on starts_at serve.
        conditions += [
            Occurrence.ends_at > _midnight(first),
            Occurrence.starts_at > _midnight(first) - LONGEST - timedelta(days=1),
        ]
    return conditions


def _narrowed(filters: Filters, mode: Any) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if filters.agency:
        conditions.append(Agency.slug == filters.agency)
    if filters.mode:
        conditions.append(mode == filters.mode.value)
    if filters.q:
        conditions.append(matches(filters.q))
    return conditions


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), SHANGHAI)


def _entries(rows: Sequence[AnyRow]) -> tuple[Entry, ...]:
    quotas = quotas_of([row.slot_id for row in rows if row.slot_id is not None])
    return tuple(
        entry_from(row, slot_from(row, quotas[row.slot_id]) if row.slot_id is not None else None) for row in rows
    )


def agencies_shown(limit: int) -> list[tuple[str, str]]:
    """(slug, name) of the agencies that ever published something, by name; at most `limit`."""
    published = exists().where(Activity.agency_id == Agency.id)
    rows = session().execute(select(Agency.slug, Agency.name).where(published).order_by(Agency.name).limit(limit))
    return [(slug, name) for slug, name in rows]


# --- a month ---------------------------------------------------------------------------------------------------------


def month(year: int, number: int, filters: Filters) -> Month:
    """The days of a month with their first entries, and the vague activities that touch it; three statements."""
    first = date(year, number, 1)
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    by_day, totals = _by_day(_month_rows(first, last, filters))
    shown = [row for rows in by_day.values() for row in rows[:SHOWN_A_DAY]]
    quotas = quotas_of(sorted({row.id for row in shown if row.signup_mode == SignupMode.FIRST_COME}))
    days = tuple(
        Day(day, tuple(_day_entry(row, quotas) for row in by_day[day][:SHOWN_A_DAY]), totals[day])
        for day in (first + timedelta(days=n) for n in range(last.day))
    )
    vague, vague_total = vague_between(first, last, filters, VAGUE_SHOWN)
    seats = tuple(sorted((q.id, q.seats.capacity, q.seats.taken) for found in quotas.values() for q in found))
    shares = any(q.seats.shared is not None for found in quotas.values() for q in found)
    return Month(year, number, days, vague, vague_total, seats, shares)


def _month_rows(first: date, last: date, filters: Filters) -> Sequence[AnyRow]:
    """The first occurrences that begin on each day, with their number, and all that reach into another day."""
    begins = local_day(Occurrence.starts_at)
    that_day = (Occurrence.starts_at, Occurrence.id)
    statement = (
        select(
            Occurrence.id,
            Occurrence.starts_at,
            Occurrence.ends_at,
            Occurrence.status,
            Occurrence.signup_mode,
            Activity.code,
            Activity.theme,
            Activity.status.label("activity_status"),
            func.row_number().over(partition_by=begins, order_by=that_day).label("place"),
            func.count().over(partition_by=begins).label("beginning"),
            (local_day(Occurrence.ends_at) > begins).label("overnight"),
        )
        .join(Activity, Activity.id == Occurrence.activity_id)
        .where(*_touching(first, last), *_narrowed(filters, Occurrence.signup_mode))
    )
    if filters.agency:
        statement = statement.join(Agency, Agency.id == Activity.agency_id)
    found = statement.subquery()
    wanted = select(found).where((found.c.place <= SHOWN_A_DAY) | found.c.overnight)
    return session().execute(wanted.order_by(found.c.starts_at, found.c.id)).all()


def _by_day(rows: Iterable[AnyRow]) -> tuple[dict[date, list[AnyRow]], dict[date, int]]:
    """Each row under every day that it touches, and how many there are; an end at midnight touches no new day."""
    days: dict[date, list[AnyRow]] = defaultdict(list)
    totals: dict[date, int] = defaultdict(int)
    for row in rows:
        day, end = row.starts_at.date(), (row.ends_at - timedelta(microseconds=1)).date()
        totals[day] += row.beginning if row.place == 1 else 0
        days[day].append(row)
        while day < end:
            day += timedelta(days=1)
            days[day].append(row)
            totals[day] += 1
    return days, totals


def _day_entry(row: AnyRow, quotas: dict[int, tuple[QuotaSeats, ...]]) -> DayEntry:
    seats = quotas.get(row.id, ())
    return DayEntry(
        slot_id=row.id,
        code=row.code,
        theme=row.theme,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        cancelled=row.status == OccurrenceStatus.CANCELLED or row.activity_status == ActivityStatus.CANCELLED,
        full=bool(seats) and all(quota.seats.full for quota in seats),
        postponed=row.status == OccurrenceStatus.POSTPONED,
    )
