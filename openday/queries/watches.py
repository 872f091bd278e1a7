"""One watch as its holder sees it, and whether an activity can be watched at all."""

from dataclasses import dataclass

from sqlalchemy import select

from openday.db import session
from openday.errors import NotFound
from openday.models.activities import Activity, ActivityWatch
from openday.queries.registrations import sayable
from openday.rules.states import Channel
from openday.rules.watching import mask_address


@dataclass(frozen=True)
class Watch:
    """A watch found by its code; `address` is masked."""

    code: str
    activity_code: str
    channel: Channel
    address: str
    confirmed: bool


def watch(activity_code: str, code: str) -> Watch:
    """The watch with this code.

    Raises:
        NotFound: there is none (any more), or it belongs to another activity.
    """
    statement = (
        select(ActivityWatch.code, ActivityWatch.channel, ActivityWatch.recipient, ActivityWatch.confirmed_at)
        .join(Activity, Activity.id == ActivityWatch.activity_id)
        .where(ActivityWatch.code == sayable(code), Activity.code == sayable(activity_code))
    )
    row = session().execute(statement).one_or_none()
    if row is None:
        raise NotFound("没有找到这项登记，可能已经撤销，或在活动结束后删除")
    channel = Channel(row.channel)
    return Watch(
        code=row.code,
        activity_code=activity_code,
        channel=channel,
        address=mask_address(channel, row.recipient or ""),
        confirmed=row.confirmed_at is not None,
    )
