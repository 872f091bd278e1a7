"""What the holder of a ticket may do at all, for every use-case that begins with the code of a ticket."""

from datetime import datetime
from typing import Any

from openday.errors import Closed, Conflict
from openday.queries.registrations import Occasion
from openday.rules.states import RegistrationStatus

_GONE = {
    RegistrationStatus.CANCELLED: "这份报名已经取消，不能再修改",
    RegistrationStatus.DECLINED: "这份报名未通过审核或未中签，不能再修改",
}


def refuse_unless_open(held: Any, occasion: Occasion, now: datetime) -> None:
    """Refuse a change by the holder of a registration that is over; `held` is a row of `party_steps.held_ticket`.

    Raises:
        Closed: the occurrence has begun, was cancelled or put off.
        Conflict: the registration is cancelled or declined, or somebody of the party has checked in.
    """
    if occasion.facts.cancelled:
        raise Closed("本场活动已取消，报名无需再作修改")
    if occasion.facts.postponed:
        raise Closed("本场活动延期举办，新的时间确定之前不能修改")
    if now >= occasion.starts_at:
        raise Closed("活动已经开始，不能再修改")
    status = RegistrationStatus(held.status)
    if status in _GONE:
        raise Conflict(_GONE[status])
    if held.attended:
        raise Conflict("这份报名已经签到，不能再修改")
