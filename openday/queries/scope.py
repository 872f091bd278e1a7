"""The second lock: which records a person's right reaches. What is out of reach is not there."""

from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, false, select
from sqlalchemy.orm import joinedload

from openday.db import session
from openday.errors import NotFound
from openday.models.people import Agency, Jurisdiction
from openday.models.plans import Plan, PlanVersion
from openday.rules.permissions import Actor, Right, Subject, can, may, reaches_subtree
from openday.rules.plan_states import PlanFacts, PlanStatus

S = TypeVar("S", bound=Select[Any])


def within_reach(actor: Actor, right: Right) -> ColumnElement[bool]:
    """A condition on `Agency`: the agencies whose records the right reaches."""
    if not may(actor, right):
        return false()
    if reaches_subtree(actor, right):
        below = select(Jurisdiction.id).where(Jurisdiction.path.startswith(actor.jurisdiction_path, autoescape=True))
        return Agency.jurisdiction_id.in_(below)
    return Agency.id == actor.agency_id if actor.agency_id is not None else false()


def subject_of(
    agency: Agency, *, author_ids: frozenset[int] = frozenset(), occurrence_id: int | None = None
) -> Subject:
    """The facts of an agency's record for `rules.permissions` (loads the agency's jurisdiction)."""
    return Subject(
        agency_id=agency.id,
        jurisdiction_path=agency.jurisdiction.path,
        occurrence_id=occurrence_id,
        author_ids=author_ids,
    )


def plan_in_reach(actor: Actor, right: Right, code: str, *, lock: bool = False) -> Plan:
    """The plan with this code, when the right reaches it; with `lock` its row is held until the transaction ends.

    Raises:
        NotFound: it is not there, or not within reach; nobody can tell which.
    """
    statement = (
        select(Plan)
        .join(Agency, Agency.id == Plan.agency_id)
        .where(Plan.code == code)
        .options(joinedload(Plan.agency).joinedload(Agency.jurisdiction))
    )
    if lock:
        statement = statement.with_for_update(of=Plan).execution_options(populate_existing=True)
    plan = session().scalar(statement)
    if plan is None or not can(actor, right, subject_of(plan.agency)):
        raise NotFound()
    return plan


def plan_facts(plan: Plan) -> PlanFacts:
    """What the transition table needs to know of a plan, its authors included."""
    authors = session().scalars(select(PlanVersion.author_id).where(PlanVersion.plan_id == plan.id).distinct())
    return PlanFacts(
        status=PlanStatus(plan.status),
        subject=subject_of(plan.agency, author_ids=frozenset(authors)),
        agency_reviews=plan.agency.reviews,
        complete=is_complete(plan),
    )


def is_complete(plan: Plan) -> bool:
    """Every field that the form requires is there; the sign-up method may stay blank."""
    required = (plan.theme, plan.time_text, plan.venue, plan.content, plan.audience_text, plan.contact_phone)
    return all(value.strip() for value in required)
