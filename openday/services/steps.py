"""One step in the life of a plan, for every use-case that takes one: checked, written down, audited."""

from collections.abc import Mapping
from datetime import datetime

from openday.db import session
from openday.errors import Conflict, Forbidden, Refused
from openday.models.plans import Plan, PlanComment, PlanEvent
from openday.queries.scope import plan_facts
from openday.rules.permissions import Actor, can
from openday.rules.plan_states import BY_ACTION, Need, PlanAction, obstacle
from openday.services import ledger


def take_step(
    plan: Plan,
    actor: Actor,
    action: PlanAction,
    *,
    now: datetime,
    reason: str = "",
    comments: Mapping[str, str] | None = None,
) -> PlanEvent:
    """Move a locked plan along the transition table and note it in its history and in the ledger.

    `comments` are words pinned to fields (names of PLAN_FIELDS).

    Raises:
        Forbidden: the person has no right to it, or it is their own text.
        Conflict: the plan is not in a state that allows it (somebody else was first).
        Refused: a reason or a required field is missing.
    """
    facts = plan_facts(plan)
    said = reason.strip() or "；".join(text for text in (comments or {}).values() if text.strip())
    why_not = obstacle(actor, action, facts, reason=said)
    line = BY_ACTION[action]
    if why_not is not None:
        if not can(actor, line.right, facts.subject):
            raise Forbidden(why_not)
        if facts.status not in line.sources:
            raise Conflict(why_not)
        own_text = Need.NOT_OWN_TEXT in line.needs and actor.user_id in facts.subject.author_ids
        raise Forbidden(why_not) if own_text else Refused(why_not, field="reason" if not said else None)
    event = PlanEvent(
        plan_id=plan.id,
        action=action.value,
        from_status=plan.status,
        to_status=line.target.value,
        actor_id=actor.user_id,
        at=now,
        reason=reason.strip(),
        comments=[PlanComment(field=f, text=t.strip()) for f, t in (comments or {}).items() if t.strip()],
    )
    plan.status = line.target.value
    plan.updated_at = now
    session().add(event)
    ledger.record(
        f"plan.{action.value}", actor=actor, record_type="plan", record_id=plan.id, agency_id=plan.agency_id, now=now
    )
    return event
