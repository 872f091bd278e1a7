"""A new plan from an old one: last year's text as a fresh draft, its time left to be written anew."""

import re
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from openday import clock
from openday.db import session, use_case
from openday.errors import Duplicate, Forbidden
from openday.models.calls import Call
from openday.models.people import Agency
from openday.models.plans import Plan, PlanEvent
from openday.queries.calls import open_calls
from openday.queries.scope import plan_in_reach
from openday.rules.permissions import Actor, Right
from openday.rules.plan_states import PlanStatus
from openday.services import ledger

_KEY = re.compile(r"[2-9a-hjkmnp-z]{12}")


@use_case
def copy_plan(actor: Actor, code: str, *, key: str) -> str:
    """Open a draft with the text of one of the agency's own plans, for the newest open call; returns its code.

    Everything is taken over but the time, which belonged to its year; the page of the draft says what it was. `key` is
    the code that the button was given: pressed twice, it makes one draft.

    Raises:
        NotFound: no such plan of the actor's own agency.
        Forbidden: the agency is not active any more.
        Duplicate: the key belongs to another plan.
    """
    now = clock.now()
    source = plan_in_reach(actor, Right.PLAN_FILE, code)
    if not source.agency.active:
        raise Forbidden("本单位已停用，不能再填报")
    before = session().scalar(select(Plan).where(Plan.code == key)) if _KEY.fullmatch(key) else None
    if before is not None:
        if before.copied_from_id != source.id:
            raise Duplicate("这张表单已经保存过。请到“活动计划”中打开后修改")
        return before.code
    plan = Plan(
        agency=session().get_one(Agency, source.agency_id),
        call=_newest_call(actor),
        status=PlanStatus.DRAFT.value,
        version=1,
        created_at=now,
        copied_from_id=source.id,
    )
    if _KEY.fullmatch(key):
        plan.code = key
    plan.take_text(replace(source.text, time_text=""), year=plan.reading_year, author_id=actor.user_id, now=now)
    session().add(plan)
    session().flush()
    session().add(PlanEvent(plan_id=plan.id, action="create", to_status=plan.status, actor_id=actor.user_id, at=now))
    ledger.record(
        "plan.copy", actor=actor, record_type="plan", record_id=plan.id, agency_id=plan.agency_id, now=now,
        source_id=source.id,
    )  # fmt: skip
    return plan.code


def _newest_call(actor: Actor) -> Call | None:
    calls = open_calls(actor)
    statement = select(Call).where(Call.id == calls[0].id).options(joinedload(Call.jurisdiction)) if calls else None
    return session().scalar(statement) if statement is not None else None
