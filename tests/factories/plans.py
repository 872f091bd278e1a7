"""Plans in any state, written as rows; their author is the filer of the house unless another is named."""

from typing import Any

from openday import clock
from openday.db import db, use_case
from openday.models.calls import Call
from openday.models.plans import Plan, PlanEvent
from openday.rules.plan_states import PlanStatus
from openday.rules.plan_text import PlanText
from tests.factories.people import House, Persona

FILLED = PlanText(
    theme="走进图书馆",
    time_text="9月16日14:00—16:00",
    venue="云溪区图书馆一楼大厅",
    content="参观采编、修复和自助借还。\n现场听取意见。",
    audience_text="企业代表10人、市民代表20人",
    signup_text="电话报名：0000-8880001",
    contact="何文",
    contact_phone="0000-8880001",
)


@use_case
def plan_in(
    status: PlanStatus,
    house: House,
    *,
    author: Persona | None = None,
    agency_id: int | None = None,
    call: Call | None = None,
    year: int = 2026,
    **texts: str,
) -> Plan:
    """A plan of `house.agency_id` (or another) in this state, with one version and the event that made it."""
    now = clock.now()
    author = author or house.filer
    handed_in = status not in (PlanStatus.DRAFT, PlanStatus.AGENCY_REVIEW)
    fields: dict[str, Any] = {**FILLED.as_dict(), **texts}
    plan = Plan(
        agency_id=agency_id or house.agency_id,
        call_id=call.id if call else None,
        status=status.value,
        version=1,
        created_at=now,
        submitted_at=now if handed_in else None,
    )
    plan.take_text(PlanText(**fields), year=year, author_id=author.id, now=now)
    db.session.add(plan)
    db.session.flush()
    db.session.add(PlanEvent(plan_id=plan.id, action="create", to_status="draft", actor_id=author.id, at=now))
    return plan
