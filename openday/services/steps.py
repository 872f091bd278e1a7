"""One step in the life of a plan, for every use-case that takes one: checked, written down, audited."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from openday.db import session
from openday.errors import ChangedByAnother, Conflict, Forbidden, Refused
from openday.models.plans import Plan, PlanComment, PlanEvent
from openday.queries.scope import plan_facts
from openday.rules.permissions import Actor, can
from openday.rules.plan_states import (
    BY_ACTION,
    PlanAction,
    PlanFacts,
    PlanStatus,
    ReviewStep,
    is_own,
    obstacle,
    step_after,
    step_text,
)
from openday.rules.wording import moment_text
from openday.services import ledger

_OF_A_STEP = frozenset({PlanAction.AGENCY_STEP, PlanAction.AGENCY_APPROVE, PlanAction.AGENCY_RETURN})


def take_step(
    plan: Plan,
    actor: Actor,
    action: PlanAction,
    *,
    now: datetime,
    reason: str = "",
    comments: Mapping[str, str] | None = None,
    not_secret: bool = False,
) -> PlanEvent:
    """Move a locked plan along the transition table and note it in its history and in the ledger.

    `comments` are words pinned to fields (names of PLAN_FIELDS); `not_secret` is the answer that the secrecy review
    asks for.

    Raises:
        Forbidden: the person has no right to it, it is their own text, or they took an earlier step of the round.
        Conflict: the plan is not in a state that allows it (somebody else was first).
        Refused: a reason, a required field or the answer of the secrecy review is missing.
    """
    facts = plan_facts(plan)
    said = reason.strip() or "；".join(text for text in (comments or {}).values() if text.strip())
    why_not = obstacle(actor, action, facts, reason=said, not_secret=not_secret)
    line = BY_ACTION[action]
    if why_not is not None:
        if not can(actor, line.right, facts.subject) or is_own(actor, action, facts):
            raise Forbidden(why_not)
        if facts.status not in line.sources:
            raise Conflict(why_not)
        raise Refused(why_not, field=_field_of(action, facts, said))
    event = PlanEvent(
        plan_id=plan.id,
        action=action.value,
        from_status=plan.status,
        to_status=line.target.value,
        actor_id=actor.user_id,
        at=now,
        reason=reason.strip(),
        step=facts.step.value if facts.step and action in _OF_A_STEP else None,
        comments=[PlanComment(field=f, text=t.strip()) for f, t in (comments or {}).items() if t.strip()],
    )
    plan.status = line.target.value
    plan.review_step = _waits_for(action, facts)
    plan.updated_at = now
    session().add(event)
    ledger.record(
        f"plan.{action.value}", actor=actor, record_type="plan", record_id=plan.id, agency_id=plan.agency_id, now=now
    )
    return event


def refuse_unless_as_read(
    plan: Plan, actor: Actor, version: int, status: PlanStatus, step: ReviewStep | None = None
) -> None:
    """Refuse a decision about something else than the reviewer had before them; the message says who was first.

    Raises:
        ChangedByAnother: text, state or (where it is given) the step of the agency's review is another by now.
    """
    moved_on = step is not None and plan.review_step is not None and plan.review_step != step
    if plan.status != status or plan.version != version or moved_on:
        raise ChangedByAnother(_what_happened(plan, actor))


def _what_happened(plan: Plan, actor: Actor) -> str:
    last = session().scalar(
        select(PlanEvent)
        .where(PlanEvent.plan_id == plan.id)
        .options(joinedload(PlanEvent.actor))
        .order_by(PlanEvent.id.desc())
        .limit(1)
    )
    now_is = f"这份计划现在是“{PlanStatus(plan.status).label}”"
    if last is None or last.action not in set(PlanAction):
        return f"您打开这一页之后，这份计划已有变化，您的意见没有保存。{now_is}"
    who = "您" if last.actor_id == actor.user_id else last.actor.name
    done = step_text(PlanAction(last.action), ReviewStep(last.step) if last.step else None)
    return f"{who}已于{moment_text(last.at)}办理“{done}”，您这次的操作没有保存。{now_is}"


def _field_of(action: PlanAction, facts: PlanFacts, said: str) -> str | None:
    if facts.step is ReviewStep.SECRECY and action in (PlanAction.AGENCY_STEP, PlanAction.AGENCY_APPROVE):
        return "not_secret"
    return None if said else "reason"


def _waits_for(action: PlanAction, facts: PlanFacts) -> str | None:
    """The step of the agency's review that the plan waits for after the action; None outside of that review."""
    if action is PlanAction.SUBMIT:
        return facts.steps[0].value
    if action is PlanAction.AGENCY_STEP and facts.step is not None:
        later = step_after(facts.steps, facts.step)
        return later.value if later else None
    return None
