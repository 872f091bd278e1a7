"""What leaves the house as documents: the rows of the summary table and the plan forms, within reach only."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import contains_eager

from openday.db import session
from openday.documents.plan_form import PlanForm
from openday.documents.summary_table import SummaryRow
from openday.errors import NotFound
from openday.models.activities import Activity
from openday.models.aftermath import Outcome
from openday.models.calls import Call
from openday.models.occurrences import Occurrence
from openday.models.people import Agency, Jurisdiction
from openday.models.plans import Plan
from openday.models.registrations import Registration
from openday.queries.calls import FILED
from openday.queries.office_plans import around
from openday.queries.scope import plan_in_reach, within_reach
from openday.rules.permissions import Actor, Right
from openday.rules.plan_states import PlanStatus
from openday.rules.states import OccurrenceStatus, RegistrationStatus
from openday.rules.wording import day_text


@dataclass(frozen=True)
class Chosen:
    """Which plans to export: of one call or of all, in one state or (None) everything that was filed and stands."""

    call_id: int | None = None
    status: PlanStatus | None = None


@dataclass(frozen=True)
class SummaryTable:
    """The title and rows of a summary table."""

    title: str
    rows: tuple[SummaryRow, ...]


@dataclass(frozen=True)
class PlanDocument:
    """One plan form, with what its file is called (without an ending) and the plan's key for the ledger."""

    plan_id: int
    agency_id: int
    name: str
    form: PlanForm


def summary_table(actor: Actor, chosen: Chosen) -> SummaryTable:
    """The summary table (汇总表) in the order of agencies and time, in four queries.

    Raises:
        NotFound: no such call, or none that concerns this person.
    """
    title = _title(actor, chosen)
    statement = (
        select(Plan, Outcome)
        .join(Plan.agency)
        .outerjoin(Outcome, Outcome.plan_id == Plan.id)
        .where(*_conditions(actor, Right.SUMMARY_EXPORT, chosen))
        .options(contains_eager(Plan.agency))
        .order_by(Agency.name, Agency.id, Plan.first_day.asc().nulls_last(), Plan.id)
    )
    occurrences = _occurrences_by_plan(actor, chosen)
    people = _people_by_plan(actor, chosen)
    rows = [
        _row(number, plan, outcome, occurrences.get(plan.id, 0), people.get(plan.id, (0, 0)))
        for number, (plan, outcome) in enumerate(session().execute(statement), start=1)
    ]
    return SummaryTable(f"{title}汇总表", tuple(rows))


def plan_document(actor: Actor, code: str) -> PlanDocument:
    """One plan in the layout of its form.

    Raises:
        NotFound: it is not there, or not within reach of the right to export it.
    """
    return _document(plan_in_reach(actor, Right.PLAN_EXPORT, code))


def plan_documents(actor: Actor, chosen: Chosen, *, limit: int) -> tuple[str, list[PlanDocument]]:
    """The title of the collection and at most `limit` plan forms, by agency and time.

    Raises:
        NotFound: no such call, or none that concerns this person.
    """
    title = _title(actor, chosen)
    statement = (
        select(Plan)
        .join(Plan.agency)
        .where(*_conditions(actor, Right.PLAN_EXPORT, chosen))
        .options(contains_eager(Plan.agency))
        .order_by(Agency.name, Agency.id, Plan.first_day.asc().nulls_last(), Plan.id)
        .limit(limit)
    )
    return f"{title}报送表", [_document(plan) for plan in session().scalars(statement)]


def _conditions(actor: Actor, right: Right, chosen: Chosen) -> list[ColumnElement[bool]]:
    """Conditions on plans joined with their agencies."""
    conditions = [within_reach(actor, right)]
    if chosen.call_id is not None:
        conditions.append(Plan.call_id == chosen.call_id)
    wanted = [chosen.status] if chosen.status else sorted(FILED - {PlanStatus.CANCELLED})
    return [*conditions, Plan.status.in_(wanted)]


def _title(actor: Actor, chosen: Chosen) -> str:
    if chosen.call_id is None:
        return "政府开放活动计划"
    seen = select(Call).join(Jurisdiction, Jurisdiction.id == Call.jurisdiction_id).where(around(actor))
    call = session().scalar(seen.where(Call.id == chosen.call_id))
    if call is None:
        raise NotFound()
    brand = f"“{call.brand}”" if call.brand else ""
    return f"{call.year}年{brand}政府开放活动计划"


def _occurrences_by_plan(actor: Actor, chosen: Chosen) -> dict[int, int]:
    statement = (
        select(Activity.plan_id, func.count(Occurrence.id))
        .join(Occurrence, Occurrence.activity_id == Activity.id)
        .join(Plan, Plan.id == Activity.plan_id)
        .join(Agency, Agency.id == Plan.agency_id)
        .where(Occurrence.status == OccurrenceStatus.SCHEDULED)
        .where(*_conditions(actor, Right.SUMMARY_EXPORT, chosen))
        .group_by(Activity.plan_id)
    )
    return {row[0]: row[1] for row in session().execute(statement)}


def _people_by_plan(actor: Actor, chosen: Chosen) -> dict[int, tuple[int, int]]:
    """Plan id to (people registered, people who came), whole parties counted."""
    confirmed = case((Registration.status == RegistrationStatus.CONFIRMED, Registration.party_size), else_=0)
    statement = (
        select(Activity.plan_id, func.sum(confirmed), func.sum(Registration.attended))
        .join(Occurrence, Occurrence.activity_id == Activity.id)
        .join(Registration, Registration.occurrence_id == Occurrence.id)
        .join(Plan, Plan.id == Activity.plan_id)
        .join(Agency, Agency.id == Plan.agency_id)
        .where(*_conditions(actor, Right.SUMMARY_EXPORT, chosen))
        .group_by(Activity.plan_id)
    )
    return {row[0]: (int(row[1]), int(row[2])) for row in session().execute(statement)}


def _row(number: int, plan: Plan, outcome: Outcome | None, occurrences: int, people: tuple[int, int]) -> SummaryRow:
    form = _form(plan)
    facts: dict[str, Any] = {name: getattr(form, name) for name in PlanForm.__dataclass_fields__}
    return SummaryRow(
        number=number,
        status=PlanStatus(plan.status).label,
        occurrences=f"{occurrences}场" if occurrences else "",
        registered=people[0],
        attended=people[1],
        outcome=_outcome_text(outcome),
        **facts,
    )


def _outcome_text(outcome: Outcome | None) -> str:
    if outcome is None:
        return ""
    who = f"邀请{outcome.invited}人、公众{outcome.public}人、工作人员{outcome.staff}人"
    return f"{day_text(outcome.held_on, weekday=False)}开展，{who}。\n{outcome.text}"


def _document(plan: Plan) -> PlanDocument:
    return PlanDocument(plan.id, plan.agency_id, f"{plan.agency.name}-{plan.theme}", _form(plan))


def _form(plan: Plan) -> PlanForm:
    return PlanForm(
        agency=plan.agency.name,
        theme=plan.theme,
        time=plan.time_text,
        place=plan.venue,
        content=plan.content,
        audience=plan.audience_text,
        signup=plan.signup_text,
        contact=plan.contact,
        phone=plan.contact_phone,
    )
