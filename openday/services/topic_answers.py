"""What an agency makes of a proposal: a plan that takes it up, or an answer that says why not."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from openday import clock
from openday.db import session, use_case
from openday.errors import Refused
from openday.models.calls import Call
from openday.models.people import Agency
from openday.models.plans import Plan, PlanEvent
from openday.models.topics import TopicAdoption, TopicProposal
from openday.queries.registrations import sayable
from openday.rules.permissions import Actor
from openday.rules.plan_states import PlanStatus
from openday.rules.plan_text import text_from
from openday.rules.topic_states import ANSWER_LIMIT, ANSWERS, TopicAction, Verdict
from openday.services import ledger
from openday.services.topic_steps import as_seen, cleaned, take_step

ADOPTED = "已纳入政府开放活动计划，时间、地点和参加办法确定后公布。"
"""What stands in the form as the answer to a proposal that is taken up."""
_NO_LONGER = (PlanStatus.WITHDRAWN.value, PlanStatus.CANCELLED.value)


@dataclass(frozen=True)
class Answer:
    """An answer without a plan: `verdict` is one of ANSWERS, `text` the reason that the public reads."""

    verdict: Verdict
    text: str


@use_case
def adopt_topic(actor: Actor, proposal_id: int, stamp: int, text: str, plan_code: str = "") -> str:
    """纳入活动计划: take the proposal up in a plan of its agency: a new draft filled in from the proposal, or the plan
    with `plan_code`. The answer waits for the office to make it public. Returns the plan's code.

    Raises:
        NotFound, Forbidden, ChangedByAnother, Conflict: as `topic_steps.as_seen`.
        Refused: the answer is missing or too long, or the plan is not one of the agency's that goes on.
    """
    now = clock.now()
    found = as_seen(actor, proposal_id, stamp, TopicAction.ADOPT)
    found.answer = cleaned(text, ANSWER_LIMIT, "答复", "answer", lines=True)
    plan = _known_plan(found, plan_code) if plan_code else _draft(found, actor, now)
    session().add(TopicAdoption(proposal_id=found.id, plan_id=plan.id, by_id=actor.user_id, at=now))
    found.verdict = Verdict.ADOPTED.value
    take_step(found, TopicAction.ADOPT, actor, now, f"纳入“{plan.theme}”", plan=plan.id)
    return plan.code


@use_case
def draft_topic_answer(actor: Actor, proposal_id: int, stamp: int, answer: Answer) -> None:
    """报送办理结果 without a plan: 以其他方式办理 or 未采纳, with the reason. Raises as `adopt_topic`."""
    now = clock.now()
    found = as_seen(actor, proposal_id, stamp, TopicAction.DRAFT)
    if answer.verdict not in ANSWERS:
        raise Refused("请选择办理结果", field="verdict")
    found.answer = cleaned(answer.text, ANSWER_LIMIT, "答复", "answer", lines=True)
    found.verdict = answer.verdict.value
    take_step(found, TopicAction.DRAFT, actor, now, answer.verdict.label)


def _known_plan(found: TopicProposal, code: str) -> Plan:
    plan = session().scalar(select(Plan).where(Plan.code == sayable(code), Plan.agency_id == found.agency_id))
    if plan is None or plan.status in _NO_LONGER:
        raise Refused("请选择承办单位正在办理的活动计划", field="plan")
    return plan


def _draft(found: TopicProposal, actor: Actor, now: datetime) -> Plan:
    """A draft that holds what the proposal says; time, place and the rest are for the filer."""
    asked = select(Agency).where(Agency.id == found.agency_id).options(joinedload(Agency.jurisdiction))
    agency = session().scalar(asked)
    if agency is None or not agency.active:
        raise Refused("办理单位已停用，请先转其他单位办理")
    call = session().get(Call, found.topic_call.call_id) if found.topic_call.call_id else None
    call = call if call is not None and call.status == "open" else None
    plan = Plan(agency=agency, call=call, status=PlanStatus.DRAFT.value, version=1, created_at=now)
    wish = f"回应公众主题建议“{found.title}”。\n{found.text}".strip()
    text = text_from({"theme": found.title, "content": wish})
    plan.take_text(text, year=plan.reading_year, author_id=actor.user_id, now=now)
    session().add(plan)
    session().flush()
    session().add(
        PlanEvent(
            plan_id=plan.id, action="create", from_status=None, to_status=plan.status, actor_id=actor.user_id, at=now
        )
    )
    ledger.record(
        "plan.create", actor=actor, record_type="plan", record_id=plan.id, agency_id=agency.id, now=now, topic=found.id
    )
    return plan
