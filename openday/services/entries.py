"""Undoing what one has just entered for somebody else."""

from sqlalchemy import select

from openday import clock
from openday.db import session, use_case
from openday.errors import Closed, Conflict, NotFound
from openday.models.registrations import Registration
from openday.queries.activities import occurrence_in_reach
from openday.queries.registrations import sayable
from openday.rules.entries import may_undo
from openday.rules.permissions import Actor, Right
from openday.rules.states import RegistrationStatus
from openday.services import ledger
from openday.services.party_steps import TicketUrl, give_up, held_ticket


@use_case
def undo_entry(actor: Actor, occurrence: str, number: str, *, ticket_url: TicketUrl) -> None:
    """Take the registration with this desk number off the list again, by whoever entered it and within ten minutes.

    Its seats go on to those who wait, and its holder hears of it. Once more changes nothing.

    Raises:
        NotFound: no such registration within reach, or somebody else's entry.
        Closed: ten minutes are over, or the occurrence has begun.
        Conflict: somebody of the party has checked in.
    """
    now = clock.now()
    found = occurrence_in_reach(actor, Right.REGISTRATION_ENTER, occurrence)
    row = (
        session()
        .execute(
            select(Registration.code, Registration.created_at).where(
                Registration.occurrence_id == found.id,
                Registration.number == sayable(number),
                Registration.entered_by_id == actor.user_id,
            )
        )
        .first()
    )
    if row is None:
        raise NotFound()
    held, occasion = held_ticket(row.code)
    if held.status == RegistrationStatus.CANCELLED:
        return
    if not may_undo(row.created_at, now):
        raise Closed("登记已超过10分钟，不能再撤销。需要取消的，请由本人在报名凭证上办理")
    if now >= occasion.starts_at:
        raise Closed("活动已经开始，不能再撤销登记")
    if not give_up(held, occasion, now, ticket_url):
        raise Conflict("这份报名刚刚签到，不能再撤销")
    ledger.record(
        "registration.undo", actor=actor, record_type="registration", record_id=held.id, now=now,
        party_size=held.party_size,
    )  # fmt: skip
