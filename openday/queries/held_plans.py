"""What an agency filed of an activity that it had held before."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from openday.db import session
from openday.errors import NotFound
from openday.models.aftermath import Outcome
from openday.models.plans import Plan
from openday.queries.scope import plan_in_reach
from openday.rules.permissions import Actor, Right


@dataclass(frozen=True)
class HeldPage:
    """The day, the clock times as HH:MM, how many people, and how it went."""

    held_on: date
    starts: str
    ends: str
    invited: int
    public: int
    staff: int
    text: str


def held_page(actor: Actor, code: str) -> HeldPage:
    """The report that was filed with the plan.

    Raises:
        NotFound: no such plan within reach, or none of this kind.
    """
    plan = plan_in_reach(actor, Right.PLAN_READ, code)
    found = session().scalar(select(Outcome).join(Plan, Plan.id == Outcome.plan_id).where(Plan.id == plan.id))
    if found is None or not plan.held_already:
        raise NotFound()
    starts = f"{plan.start_time:%H:%M}" if plan.start_time else ""
    ends = f"{plan.end_time:%H:%M}" if plan.end_time else ""
    return HeldPage(found.held_on, starts, ends, found.invited, found.public, found.staff, found.text)
