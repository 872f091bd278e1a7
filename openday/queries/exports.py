"""What leaves the house as documents: the rows of the summary table and the plan forms, within reach only.

Which plans belong to an export, and in which order, is read once as a list of keys; the rows follow in batches, so that
memory does not grow with the table. What meanwhile went out of reach or changed its state is left out.
"""

from collections.abc import Collection as Keys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Row, Select, bindparam, case, func, null, select

from openday.db import session
from openday.documents.plan_form import PlanForm
from openday.documents.summary_table import STANDARD, SummaryRow
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

BATCH = 1000
_STANDING = frozenset(PlanStatus) - {PlanStatus.CANCELLED, PlanStatus.WITHDRAWN}
_STATES = {status.value: status.label for status in PlanStatus}


@dataclass(frozen=True)
class Chosen:
    """Which plans to export: of one call or of all, of one agency or of all, in one state or in the usual ones.

    The usual states (None) are what was filed and stands; with `drafts` also what the agency has not handed in.
    """

    call_id: int | None = None
    status: PlanStatus | None = None
    agency_id: int | None = None
    drafts: bool = False


@dataclass(frozen=True)
class Collection:
    """What an export holds: its title (without 汇总表 or 报送表) and the keys of its plans in their order."""

    title: str
    plan_ids: Sequence[int]


@dataclass(frozen=True)
class PlanDocument:
    """One plan form, with what its file is called (without an ending) and the plan's key for the ledger."""

    plan_id: int
    agency_id: int
    name: str
    form: PlanForm


def collection(actor: Actor, right: Right, chosen: Chosen) -> Collection:
    """The title of an export and its plans, in the order of agencies and time.

    Raises:
        NotFound: no such call or agency, or none that concerns this person.
    """
    statement = (
        select(Plan.id)
        .join(Plan.agency)
        .where(*_conditions(actor, right, chosen))
        .order_by(Agency.name, Agency.id, Plan.first_day.asc().nulls_last(), Plan.id)
    )
    title = _agency_name(actor, right, chosen) + _title(actor, chosen)
    return Collection(title, session().scalars(statement).all())


def summary_rows(
    actor: Actor, chosen: Chosen, plan_ids: Sequence[int], columns: Keys[str] = STANDARD
) -> Iterator[SummaryRow]:
    """The rows of the summary table (汇总表) for these plans, numbered from 1; at most three queries for each batch.

    What is dear and in none of `columns` is left empty: counts of occurrences and people, the day of filing.
    """
    number = 0
    reach = _conditions(actor, Right.SUMMARY_EXPORT, chosen)
    for ids in _batches(plan_ids):
        # Straight from the connection: nothing here is an object of the session, and thousands of rows pass.
        statement = _facts(filed="filed_on" in columns).where(Plan.id.in_(_among(ids)), *reach)
        connection = session().connection(bind_arguments={"clause": statement})
        rows = {row[0]: row for row in connection.execute(statement)}
        occurrences = _occurrences_of(ids) if "occurrences" in columns else {}
        people = _people_of(ids) if "registered" in columns or "attended" in columns else {}
        for plan_id in ids:
            if plan_id in rows:
                number += 1
                yield _row(number, rows[plan_id], occurrences.get(plan_id, 0), people.get(plan_id, (0, 0)))


def plan_document(actor: Actor, code: str) -> PlanDocument:
    """One plan in the layout of its form.

    Raises:
        NotFound: it is not there, or not within reach of the right to export it.
    """
    plan = plan_in_reach(actor, Right.PLAN_EXPORT, code)
    form = PlanForm(
        plan.agency.name, plan.theme, plan.time_text, plan.venue, plan.content, plan.audience_text,
        plan.signup_text, plan.contact, plan.contact_phone,
    )  # fmt: skip
    return PlanDocument(plan.id, plan.agency_id, f"{plan.agency.name}-{plan.theme}", form)


def plan_documents(actor: Actor, chosen: Chosen, plan_ids: Sequence[int]) -> Iterator[PlanDocument]:
    """The plan forms of these plans in their order; one query for each batch."""
    reach = _conditions(actor, Right.PLAN_EXPORT, chosen)
    for ids in _batches(plan_ids):
        statement = (
            select(Plan.id, Plan.agency_id, *_form_columns()).join(Plan.agency).where(Plan.id.in_(_among(ids)), *reach)
        )
        rows = {row[0]: row for row in session().execute(statement)}
        for row in (rows[plan_id] for plan_id in ids if plan_id in rows):
            form = PlanForm(*row[2:])
            yield PlanDocument(row[0], row[1], f"{form.agency}-{form.theme}", form)


def _batches(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    return (ids[start : start + BATCH] for start in range(0, len(ids), BATCH))


def _among(ids: Sequence[int]) -> BindParameter[Sequence[int]]:
    """Keys written into the statement itself: a thousand parameters cost the driver more than the rows do."""
    return bindparam("ids", ids, expanding=True, literal_execute=True)


def _conditions(actor: Actor, right: Right, chosen: Chosen) -> list[ColumnElement[bool]]:
    """Conditions on plans joined with their agencies."""
    conditions = [within_reach(actor, right)]
    if chosen.call_id is not None:
        conditions.append(Plan.call_id == chosen.call_id)
    if chosen.agency_id is not None:
        conditions.append(Plan.agency_id == chosen.agency_id)
    usual = _STANDING if chosen.drafts else FILED - {PlanStatus.CANCELLED}
    return [*conditions, Plan.status.in_([chosen.status] if chosen.status else sorted(usual))]


def _title(actor: Actor, chosen: Chosen) -> str:
    if chosen.call_id is None:
        return "政府开放活动计划"
    seen = select(Call).join(Jurisdiction, Jurisdiction.id == Call.jurisdiction_id).where(around(actor))
    call = session().scalar(seen.where(Call.id == chosen.call_id))
    if call is None:
        raise NotFound()
    brand = f"“{call.brand}”" if call.brand else ""
    return f"{call.year}年{brand}政府开放活动计划"


def _agency_name(actor: Actor, right: Right, chosen: Chosen) -> str:
    if chosen.agency_id is None:
        return ""
    name = session().scalar(select(Agency.name).where(within_reach(actor, right), Agency.id == chosen.agency_id))
    if name is None:
        raise NotFound()
    return name


def _form_columns() -> tuple[ColumnElement[str], ...]:
    """The nine fields of the form in the order of `PlanForm`."""
    return tuple(
        column.expression
        for column in (
            Agency.name, Plan.theme, Plan.time_text, Plan.venue, Plan.content, Plan.audience_text,
            Plan.signup_text, Plan.contact, Plan.contact_phone,
        )
    )  # fmt: skip


def _facts(*, filed: bool) -> Select[*tuple[Any, ...]]:
    """Everything of a row that stands with the plan itself; without `filed` its day of filing is NULL."""
    outcome = (Outcome.held_on, Outcome.invited, Outcome.public, Outcome.staff, Outcome.text)
    about = (
        Plan.first_day,
        Plan.last_day,
        Plan.audience_size,
        Plan.submitted_at if filed else null(),
        Plan.filed_late,
        Plan.code,
    )
    return (
        select(Plan.id, Plan.status, Jurisdiction.name, *about, *outcome, *_form_columns())
        .join(Plan.agency)
        .join(Jurisdiction, Jurisdiction.id == Agency.jurisdiction_id)
        .outerjoin(Outcome, Outcome.plan_id == Plan.id)
    )


def _row(number: int, facts: Row[*tuple[Any, ...]], occurrences: int, people: tuple[int, int]) -> SummaryRow:
    _, status, place, first, last, size, filed, late, code, held_on, invited, public, staff, told, *form = facts
    values = (
        number,
        *form,
        _STATES[status],
        f"{occurrences}场" if occurrences else "",
        people[0],
        people[1],
        _outcome_text(held_on, invited, public, staff, told) if held_on else "",
        place,
        _day(first),
        _day(last),
        size,
        _day(filed),
        "是" if late else "",
        code,
    )
    return SummaryRow._make(values)


def _day(day: date | datetime | None) -> str:
    return day.isoformat()[:10] if day else ""


def _outcome_text(held_on: date, invited: int, public: int, staff: int, told: str) -> str:
    who = f"邀请{invited}人、公众{public}人、工作人员{staff}人"
    return f"{day_text(held_on, weekday=False)}开展，{who}。\n{told}"


def _occurrences_of(plan_ids: Sequence[int]) -> dict[int, int]:
    statement = (
        select(Activity.plan_id, func.count(Occurrence.id))
        .join(Occurrence, Occurrence.activity_id == Activity.id)
        .where(Occurrence.status == OccurrenceStatus.SCHEDULED, Activity.plan_id.in_(_among(plan_ids)))
        .group_by(Activity.plan_id)
    )
    return {row[0]: row[1] for row in session().execute(statement)}


def _people_of(plan_ids: Sequence[int]) -> dict[int, tuple[int, int]]:
    """Plan id to (people registered, people who came), whole parties counted."""
    confirmed = case((Registration.status == RegistrationStatus.CONFIRMED, Registration.party_size), else_=0)
    statement = (
        select(Activity.plan_id, func.sum(confirmed), func.sum(Registration.attended))
        .join(Occurrence, Occurrence.activity_id == Activity.id)
        .join(Registration, Registration.occurrence_id == Occurrence.id)
        .where(Activity.plan_id.in_(_among(plan_ids)))
        .group_by(Activity.plan_id)
    )
    return {row[0]: (int(row[1]), int(row[2])) for row in session().execute(statement)}
