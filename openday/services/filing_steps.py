"""What every way of filing a plan shares: the agency, the call, handing in. Pieces of a use-case, like `steps`."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from openday.db import session
from openday.errors import Closed, Forbidden, Refused
from openday.models.calls import Call
from openday.models.people import Agency
from openday.models.plans import Plan, PlanEvent, PlanVersion
from openday.queries.calls import due_for
from openday.queries.scope import subject_of
from openday.rules.deadlines import was_late
from openday.rules.permissions import Actor, Right, can
from openday.rules.plan_states import PlanAction, PlanStatus
from openday.rules.wording import moment_text
from openday.services.steps import take_step


@dataclass(frozen=True)
class Saved:
    """A plan after it was saved."""

    code: str
    version: int
    status: PlanStatus


def own_agency(actor: Actor) -> Agency:
    """The agency for which the person files.

    Raises:
        Forbidden: they file for none.
    """
    statement = select(Agency).where(Agency.id == actor.agency_id).options(joinedload(Agency.jurisdiction))
    agency = session().scalar(statement) if actor.agency_id is not None else None
    if agency is None or not agency.active or not can(actor, Right.PLAN_FILE, subject_of(agency)):
        raise Forbidden("您没有为本单位填报计划的权限")
    return agency


def open_call(call_id: int, agency: Agency) -> Call:
    """The call, when it is open to the agency.

    Raises:
        Refused: there is none for this agency.
        Closed: it takes no more plans.
    """
    call = session().scalar(select(Call).where(Call.id == call_id).options(joinedload(Call.jurisdiction)))
    if call is None or not agency.jurisdiction.path.startswith(call.jurisdiction.path):
        raise Refused("没有这项征集通知，请重新选择", field="call")
    if call.status != "open":
        raise Closed(f"“{call.title}”已经结束，不再接收新的计划")
    return call


def hand_in(plan: Plan, actor: Actor, now: datetime) -> None:
    """Let a plan go to the agency's review, or straight to the office where the agency has none."""
    action = PlanAction.SUBMIT if plan.agency.reviews else PlanAction.SUBMIT_DIRECTLY
    take_step(plan, actor, action, now=now)
    if action is PlanAction.SUBMIT_DIRECTLY:
        mark_filed(plan, now)


def mark_filed(plan: Plan, now: datetime) -> None:
    """The plan leaves the agency; only the first time counts for the deadline, corrections do not make it late."""
    if plan.submitted_at is None:
        plan.submitted_at = now
        plan.filed_late = plan.call is not None and was_late(due_for(plan.call, plan.agency_id), now)


def who_saved(plan: Plan, actor: Actor) -> str:
    """Who wrote the text that stands now, and when."""
    last = session().scalar(
        select(PlanVersion)
        .where(PlanVersion.plan_id == plan.id)
        .options(joinedload(PlanVersion.author))
        .order_by(PlanVersion.number.desc())
        .limit(1)
    )
    if last is None or last.author_id == actor.user_id:
        return "您在另一个页面上已修改过这份计划"
    return f"您打开这一页之后，{last.author.name}已于{moment_text(last.saved_at)}修改了这份计划"


def created(plan: Plan, actor: Actor, now: datetime) -> PlanEvent:
    """The first line of a plan's history."""
    return PlanEvent(
        plan_id=plan.id, action="create", from_status=None, to_status=plan.status, actor_id=actor.user_id, at=now
    )


def saved(plan: Plan) -> Saved:
    """What is answered after a plan was saved."""
    return Saved(plan.code, plan.version, PlanStatus(plan.status))
