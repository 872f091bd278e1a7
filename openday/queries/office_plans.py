"""The office's plans: lists by state with filters, and one plan with what the office may do about it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from openday.db import session
from openday.models.calls import Call
from openday.models.people import Agency, Jurisdiction
from openday.models.plans import Plan
from openday.queries.plans import PlanPage, asking_correction, plan_page
from openday.queries.scope import plan_facts, plan_in_reach, within_reach
from openday.rules.fuzzy_date import read_period
from openday.rules.permissions import Actor, Right, may
from openday.rules.plan_states import PlanAction, PlanStatus, obstacle

PAGE = 30
SORTS: dict[str, ColumnElement[Any]] = {
    "agency": Agency.name.expression,
    "when": Plan.first_day.expression,
    "size": Plan.audience_size.expression,
    "filed": Plan.submitted_at.expression,
    "updated": Plan.updated_at.expression,
}


@dataclass(frozen=True)
class PlanFilter:
    """What narrows a list of plans; `month` is the first day of a month that the period touches."""

    status: PlanStatus | None = None
    agency_id: int | None = None
    call_id: int | None = None
    month: date | None = None
    search: str = ""
    asking: bool = False
    """Only published ones of which the agency asks a correction."""


@dataclass(frozen=True)
class OfficeLine:
    """A plan in the office's list; `version` is the text that stands there."""

    code: str
    version: int
    agency: str
    theme: str
    when: str
    venue: str
    size: int | None
    status: PlanStatus
    filed_late: bool
    submitted_at: datetime | None
    updated_at: datetime


@dataclass(frozen=True)
class OfficeList:
    """One page of plans; `counts` by state hold for the filter without its state. `sort` and `descending` as used."""

    lines: tuple[OfficeLine, ...]
    counts: dict[str, int]
    asking: int
    """How many of them, in any state, wait for an answer about a correction."""
    total: int
    page: int
    pages: int
    sort: str
    descending: bool


@dataclass(frozen=True)
class Review:
    """A plan before the office. `why_not` says why this officer cannot approve what waits for approval; else empty."""

    plan: PlanPage
    may_approve: bool
    may_return: bool
    may_publish: bool
    why_not: str
    may_settle: bool
    """Whether the agency asks for a correction that this officer may answer."""


def office_plans(
    actor: Actor, wanted: PlanFilter, *, sort: str = "", descending: bool = True, page: int = 1
) -> OfficeList:
    """The plans within reach. Without a known `sort`, what waits for review comes oldest first, else newest first."""
    conditions = _narrowing(actor, wanted)
    counted = select(Plan.status, func.count()).join(Agency, Agency.id == Plan.agency_id).where(*conditions)
    counts: dict[str, int] = {row[0]: row[1] for row in session().execute(counted.group_by(Plan.status))}
    asked = select(func.count()).select_from(Plan).join(Agency, Agency.id == Plan.agency_id)
    asking = session().scalar(asked.where(*conditions, asking_correction())) or 0
    total = counts.get(wanted.status, 0) if wanted.status else sum(counts.values())
    total = asking if wanted.asking else total
    pages = max(1, -(-total // PAGE))
    page = min(max(page, 1), pages)
    if sort not in SORTS:
        waiting = wanted.status is PlanStatus.OFFICE_REVIEW
        sort, descending = ("filed", False) if waiting else ("updated", True)
    key = SORTS[sort]
    ordered = key.desc().nulls_last() if descending else key.asc().nulls_last()
    statement = select(Plan).join(Plan.agency).where(*conditions)
    statement = statement.options(contains_eager(Plan.agency), joinedload(Plan.call))
    if wanted.asking:
        statement = statement.where(asking_correction())
    elif wanted.status:
        statement = statement.where(Plan.status == wanted.status)
    found = session().scalars(statement.order_by(ordered, Plan.id).limit(PAGE).offset((page - 1) * PAGE))
    return OfficeList(tuple(_line(plan) for plan in found), counts, asking, total, page, pages, sort, descending)


def review_page(actor: Actor, code: str) -> Review:
    """One plan with its history, and what the person may decide about it.

    Raises:
        NotFound: it is not there, or not within reach.
    """
    plan = plan_page(actor, code)
    facts = plan_facts(plan_in_reach(actor, Right.PLAN_READ, code))
    why_not = ""
    if plan.status is PlanStatus.OFFICE_REVIEW and may(actor, Right.PLAN_OFFICE_REVIEW):
        why_not = obstacle(actor, PlanAction.APPROVE, facts) or ""
    return Review(
        plan=plan,
        may_approve=PlanAction.APPROVE in plan.actions,
        may_return=PlanAction.RETURN in plan.actions,
        may_publish=PlanAction.PUBLISH in plan.actions,
        why_not=why_not,
        may_settle=plan.correction is not None and PlanAction.SETTLE_CORRECTION in plan.actions,
    )


def titles(actor: Actor, codes: Collection[str]) -> dict[str, tuple[str, str]]:
    """(theme, agency) of the plans with these codes that are within reach; one query."""
    statement = (
        select(Plan.code, Plan.theme, Agency.name)
        .join(Agency, Agency.id == Plan.agency_id)
        .where(Plan.code.in_(codes), within_reach(actor, Right.PLAN_READ))
    )
    return {row.code: (row.theme, row.name) for row in session().execute(statement)}


def agency_names(actor: Actor, right: Right) -> list[tuple[int, str]]:
    """(id, name) of every agency that the right reaches, by name."""
    statement = select(Agency.id, Agency.name).where(within_reach(actor, right)).order_by(Agency.name, Agency.id)
    return [(row.id, row.name) for row in session().execute(statement)]


def calls_around(actor: Actor) -> list[tuple[int, str]]:
    """(id, title) of every call of the person's place, of the places below and of those above, the newest first."""
    statement = (
        select(Call.id, Call.title)
        .join(Jurisdiction, Jurisdiction.id == Call.jurisdiction_id)
        .where(around(actor))
        .order_by(Call.year.desc(), Call.id.desc())
    )
    return [(row.id, row.title) for row in session().execute(statement)]


def around(actor: Actor) -> ColumnElement[bool]:
    """A condition on `Jurisdiction`: the person's own place, everything below it, and the places above it."""
    here = actor.jurisdiction_path
    steps = here.strip("/").split("/")
    above = ["/" + "/".join(steps[:depth]) + "/" for depth in range(1, len(steps))]
    return or_(Jurisdiction.path.startswith(here, autoescape=True), Jurisdiction.path.in_(above))


def _narrowing(actor: Actor, wanted: PlanFilter) -> list[ColumnElement[bool]]:
    """Everything of the filter but the state, as conditions on plans joined with their agencies."""
    conditions = [within_reach(actor, Right.PLAN_READ)]
    if wanted.agency_id is not None:
        conditions.append(Plan.agency_id == wanted.agency_id)
    if wanted.call_id is not None:
        conditions.append(Plan.call_id == wanted.call_id)
    if wanted.month is not None:
        first = wanted.month.replace(day=1)
        conditions += [Plan.first_day < (first + timedelta(days=32)).replace(day=1), Plan.last_day >= first]
    if wanted.search:
        columns = (Plan.theme, Plan.venue, Plan.content, Agency.name)
        conditions.append(or_(*(column.contains(wanted.search, autoescape=True) for column in columns)))
    return conditions


def _line(plan: Plan) -> OfficeLine:
    return OfficeLine(
        code=plan.code,
        version=plan.version,
        agency=plan.agency.name,
        theme=plan.theme,
        when=read_period(plan.time_text, year=plan.reading_year).label(),
        venue=plan.venue,
        size=plan.audience_size,
        status=PlanStatus(plan.status),
        filed_late=plan.filed_late,
        submitted_at=plan.submitted_at,
        updated_at=plan.updated_at,
    )
