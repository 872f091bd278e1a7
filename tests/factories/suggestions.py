"""Suggestions at any point of their life. Written as rows, not through use-cases."""

from datetime import date, datetime

from openday import clock
from openday.db import db, use_case
from openday.models.activities import Activity
from openday.models.aftermath import Suggestion, SuggestionEvent
from openday.rules.states import Adoption, SuggestionStatus
from tests.factories.people import House, Persona

_ON_THE_WAY = (
    ("accept", SuggestionStatus.OPEN),
    ("draft", SuggestionStatus.DRAFTED),
    ("agency_approve", SuggestionStatus.AGENCY_APPROVED),
    ("publish", SuggestionStatus.ANSWERED),
)


@use_case
def suggestion(
    house: House,
    status: SuggestionStatus = SuggestionStatus.RECEIVED,
    *,
    text: str = "建议每月增加一次周末开放，方便上班的人参加。",
    activity: Activity | None = None,
    agency_id: int | None = None,
    name: str | None = None,
    phone: str | None = None,
    received_at: datetime | None = None,
    due_on: date | None = None,
    drafted_by: Persona | None = None,
    reply: str = "从下月起，每月第二个星期六增加一场。",
    adoption: Adoption = Adoption.ADOPTED,
    reason: str = "",
    answered_at: datetime | None = None,
) -> Suggestion:
    """A suggestion to `house.agency_id` (or another agency) with the steps that led to `status`."""
    now = clock.now()
    drafted = status in (SuggestionStatus.DRAFTED, SuggestionStatus.AGENCY_APPROVED, SuggestionStatus.ANSWERED)
    came = received_at or now
    row = Suggestion(
        activity_id=activity.id if activity else None,
        agency_id=agency_id or (activity.agency_id if activity else house.agency_id),
        status=status.value,
        text=text,
        name=name,
        phone=phone,
        received_at=came,
        due_on=due_on,
        reply=reply if drafted else None,
        adoption=adoption.value if drafted else None,
        adoption_reason=reason,
        removal_reason="内容与政府开放活动无关。" if status is SuggestionStatus.REMOVED else "",
        drafted_by_id=(drafted_by or house.filer).id if drafted else None,
        answered_at=(answered_at or now) if status is SuggestionStatus.ANSWERED else None,
        events=_steps(house, status, came, drafted_by or house.filer),
    )
    db.session.add(row)
    db.session.flush()
    return row


def _steps(house: House, status: SuggestionStatus, at: datetime, drafter: Persona) -> list[SuggestionEvent]:
    steps = [SuggestionEvent(action="receive", to_status=SuggestionStatus.RECEIVED.value, at=at)]
    if status is SuggestionStatus.REMOVED:
        steps.append(SuggestionEvent(action="remove", to_status=status.value, actor_id=house.officer.id, at=at))
        return steps
    who = {"draft": drafter.id, "agency_approve": house.reviewer.id}
    for action, target in _ON_THE_WAY:
        if steps[-1].to_status == status.value:
            break
        actor_id = who.get(action, house.officer.id)
        steps.append(SuggestionEvent(action=action, to_status=target.value, actor_id=actor_id, at=at))
    return steps
