"""Plans whose time is still vague, with the day by which it has to be fixed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, not_, or_, select

from openday.db import session
from openday.models.activities import Activity
from openday.models.calls import Call
from openday.models.occurrences import Occurrence
from openday.models.people import Agency
from openday.models.plans import Plan
from openday.queries.scope import within_reach
from openday.queries.working_calendar import working_calendar
from openday.rules.deadlines import Deadline, Standing, deadline
from openday.rules.firming_up import FIRM_UP_DAYS, firm_by, latest_first_day
from openday.rules.fuzzy_date import Precision
from openday.rules.permissions import Actor, Right
from openday.rules.plan_states import PlanStatus
from openday.rules.states import ActivityStatus, OccurrenceStatus
from openday.rules.working_days import WorkingCalendar

_EXACT = (Precision.DAY.value, Precision.RANGE.value)
_DAYS = func.coalesce(Call.firm_up_days, FIRM_UP_DAYS)
_FIRST = func.coalesce(Activity.first_day, Plan.first_day)
_LAST = func.coalesce(Activity.last_day, Plan.last_day, Plan.first_day)


@dataclass(frozen=True)
class ToFirmUp:
    """A plan on record, or already public, whose time is not fixed.

    `activity` is the code of its publication or ''. `deadline` is None when no day can be reckoned from the text.
    `by_rule` is the day that the call's rule gives, `set_by_office` whether the office chose another; `proposed` times
    wait for the office, so that nothing waits for the agency.
    """

    plan_id: int
    agency_id: int
    code: str
    activity: str
    theme: str
    agency: str
    when: str
    postponed: bool
    deadline: Deadline | None
    by_rule: date | None
    days: int
    set_by_office: bool
    proposed: int
    told: date | None
    told_late: date | None

    @property
    def overdue(self) -> bool:
        """Whether the day has passed."""
        return self.deadline is not None and self.deadline.standing is Standing.OVERDUE


def plans_to_firm_up(actor: Actor, now: datetime, *, within: int | None = None) -> tuple[ToFirmUp, ...]:
    """The plans within reach whose time has to be fixed, the most urgent first, those without a date last.

    `within`: only those overdue or due within so many working days. Three statements, however many there are.
    """
    calendar = working_calendar()
    statement = _statement(now.date()).where(within_reach(actor, Right.PLAN_READ))
    if within is not None:
        statement = statement.where(_due_until(calendar.add_working_days(now.date(), within), calendar))
    return _in_order(_lines(session().execute(statement).all(), now, calendar))


def plan_to_firm_up(actor: Actor, code: str, now: datetime) -> ToFirmUp | None:
    """The same for one plan; None when its time is fixed, has passed, or is out of reach."""
    statement = _statement(now.date()).where(within_reach(actor, Right.PLAN_READ), Plan.code == code)
    rows = session().execute(statement).all()
    return _lines(rows, now, working_calendar())[0] if rows else None


def plans_to_remind_of(now: datetime, within: int, limit: int) -> tuple[ToFirmUp, ...]:
    """Plans of everybody that are overdue or due within so many working days and wait for their agency, the first of
    those that have not been told yet; for the job that reminds."""
    calendar = working_calendar()
    horizon = calendar.add_working_days(now.date(), within)
    found = _lines(session().execute(_statement(now.date()).where(_due_until(horizon, calendar))).all(), now, calendar)
    waiting = [each for each in _in_order(found) if not each.proposed and each.deadline and not _told(each)]
    return tuple(waiting[:limit])


def _told(line: ToFirmUp) -> bool:
    due = line.deadline.due if line.deadline else None
    return due in ((line.told_late,) if line.overdue else (line.told, line.told_late))


def _statement(today: date) -> Select[*tuple[Any, ...]]:
    proposed = (
        select(func.count())
        .where(Occurrence.activity_id == Activity.id, Occurrence.status == OccurrenceStatus.PROPOSED.value)
        .correlate(Activity)
        .scalar_subquery()
    )
    return (
        select(
            Plan.id, Plan.agency_id, Plan.code, Plan.theme, Plan.firm_by, Plan.firm_by_told, Plan.firm_by_late_told,
            Plan.submitted_at,
            func.coalesce(Activity.time_text, Plan.time_text).label("when"), Activity.code.label("activity"),
            func.coalesce(Activity.postpone_reason, "").label("postponed"), Agency.name.label("agency"),
            _FIRST.label("first"), _DAYS.label("days"), proposed.label("proposed"),
        )
        .join(Agency, Agency.id == Plan.agency_id)
        .outerjoin(Call, Call.id == Plan.call_id)
        .outerjoin(Activity, Activity.plan_id == Plan.id)
        .where(_vague(), or_(_LAST.is_(None), today <= _LAST, Activity.postpone_reason != ""))
    )  # fmt: skip


def _vague() -> ColumnElement[bool]:
    """On record with a vague text, or public without an occurrence, or put off to a time not known yet."""
    on_record = and_(
        Plan.status == PlanStatus.ON_RECORD.value,
        not_(Plan.held_already),
        or_(Plan.precision.not_in(_EXACT), Plan.first_day.is_(None), Plan.last_day.is_(None)),
    )
    public = and_(
        Plan.status == PlanStatus.PUBLISHED.value,
        Activity.status == ActivityStatus.PUBLISHED.value,
        or_(Activity.vague, Activity.postpone_reason != ""),
    )
    return or_(on_record, public)


def _due_until(day: date, calendar: WorkingCalendar) -> ColumnElement[bool]:
    """A condition for being due on `day` or before, asked of the database: one bound for each rule that calls have."""
    rules = {FIRM_UP_DAYS, *session().scalars(select(Call.firm_up_days).distinct())}
    by_rule = [and_(days == _DAYS, latest_first_day(day, days, calendar) >= _FIRST) for days in sorted(rules)]
    put_off = func.coalesce(Activity.postpone_reason, "") != ""
    return or_(Plan.firm_by <= day, and_(Plan.firm_by.is_(None), not_(put_off), or_(*by_rule)))


def _lines(rows: Sequence[Any], now: datetime, calendar: WorkingCalendar) -> list[ToFirmUp]:
    known: dict[date, Deadline] = {}
    found = []
    for row in rows:
        filed = row.submitted_at.date() if row.submitted_at else None
        by_rule = firm_by(None if row.postponed else row.first, row.days, calendar, filed=filed)
        due = row.firm_by or by_rule
        if due is not None and due not in known:
            known[due] = deadline(due, now, calendar)
        found.append(
            ToFirmUp(
                plan_id=row.id,
                agency_id=row.agency_id,
                code=row.code,
                activity=row.activity or "",
                theme=row.theme,
                agency=row.agency,
                when=row.when,
                postponed=bool(row.postponed),
                deadline=known[due] if due else None,
                by_rule=by_rule,
                days=row.days,
                set_by_office=row.firm_by is not None,
                proposed=row.proposed,
                told=row.firm_by_told,
                told_late=row.firm_by_late_told,
            )
        )
    return found


def _in_order(found: list[ToFirmUp]) -> tuple[ToFirmUp, ...]:
    return tuple(sorted(found, key=lambda each: (each.deadline.due if each.deadline else date.max, each.code)))
