"""The second lock: which records a person's right reaches. What is out of reach is not there."""

from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, false, func, or_, select
from sqlalchemy.orm import joinedload

from openday.db import session
from openday.errors import NotFound
from openday.models.people import Agency, Jurisdiction
from openday.models.plans import Plan, PlanEvent, PlanHost, PlanVersion
from openday.rules.permissions import HOSTED, Actor, Hosts, Right, Subject, can, may, reaches_subtree
from openday.rules.plan_states import REVIEWS, PlanAction, PlanFacts, PlanStatus, ReviewStep, steps_from

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
    agency: Agency,
    *,
    author_ids: frozenset[int] = frozenset(),
    occurrence_id: int | None = None,
    hosts: Hosts | None = None,
) -> Subject:
    """The facts of an agency's record for `rules.permissions` (loads the agency's jurisdiction)."""
    return Subject(
        agency_id=agency.id,
        jurisdiction_path=agency.jurisdiction.path,
        occurrence_id=occurrence_id,
        author_ids=author_ids,
        hosts=hosts,
    )


def hosts_of(plan_id: int) -> Hosts:
    """The agencies that host a plan beside the one that filed it."""
    rows = session().execute(select(PlanHost.agency_id, PlanHost.may_edit).where(PlanHost.plan_id == plan_id)).all()
    return Hosts(
        readers=frozenset(row.agency_id for row in rows),
        editors=frozenset(row.agency_id for row in rows if row.may_edit),
    )


def filed_or_hosted(actor: Actor, right: Right = Right.PLAN_READ) -> ColumnElement[bool]:
    """A condition on `Plan`: filed by the person's own agency, or hosted by it as far as the right goes to hosts."""
    if actor.agency_id is None or not may(actor, right):
        return false()
    hosted = select(PlanHost.plan_id).where(PlanHost.agency_id == actor.agency_id)
    if right is Right.PLAN_EDIT:
        hosted = hosted.where(PlanHost.may_edit)
    own = Plan.agency_id == actor.agency_id
    return or_(own, Plan.id.in_(hosted)) if right in HOSTED else own


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
    if plan is None or not _may_reach(actor, right, plan):
        raise NotFound()
    return plan


def _may_reach(actor: Actor, right: Right, plan: Plan) -> bool:
    """Whether the right goes to this plan: through its own agency or place, else as one of its hosts."""
    if can(actor, right, subject_of(plan.agency)):
        return True
    return right in HOSTED and can(actor, right, subject_of(plan.agency, hosts=hosts_of(plan.id)))


def plan_facts(plan: Plan) -> PlanFacts:
    """What the transition table needs to know of a plan, its authors and the reviewers of its round included."""
    authors = session().scalars(select(PlanVersion.author_id).where(PlanVersion.plan_id == plan.id).distinct())
    steps = steps_from(plan.agency.review_steps)
    waiting = plan.status == PlanStatus.AGENCY_REVIEW
    return PlanFacts(
        status=PlanStatus(plan.status),
        subject=subject_of(plan.agency, author_ids=frozenset(authors)),
        agency_reviews=plan.agency.reviews,
        complete=is_complete(plan),
        steps=steps,
        step=(ReviewStep(plan.review_step) if plan.review_step else steps[0]) if waiting else None,
        reviewer_ids=reviewers_of_round(plan.id),
    )


def reviewers_of_round(plan_id: int) -> frozenset[int]:
    """The ids of whoever passed the plan since it was last handed in."""
    handed_in = (PlanAction.SUBMIT.value, PlanAction.SUBMIT_DIRECTLY.value)
    last = select(func.max(PlanEvent.id)).where(PlanEvent.plan_id == plan_id, PlanEvent.action.in_(handed_in))
    statement = select(PlanEvent.actor_id).where(
        PlanEvent.plan_id == plan_id,
        PlanEvent.action.in_([action.value for action in REVIEWS]),
        PlanEvent.id > func.coalesce(last.scalar_subquery(), 0),
    )
    return frozenset(session().scalars(statement))


def is_complete(plan: Plan) -> bool:
    """Every field that the form requires is there; the sign-up method may stay blank.

    Who already held theirs says what, when, where and how it went: there is nobody left to telephone to.
    """
    required = [plan.theme, plan.time_text, plan.venue, plan.content]
    if not plan.held_already:
        required += [plan.audience_text, plan.contact_phone]
    return all(value.strip() for value in required)
