"""Telephoning people who left no e-mail address: for which news, and what to say."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from openday.rules.states import OccurrenceStatus

REASON_LIMIT: Final = 200
LASTS: Final = timedelta(hours=24)
"""How long full numbers may be printed after a second person allowed it."""


class Cause(StrEnum):
    """What is told on the telephone."""

    REMINDER = "reminder"
    CHANGED = "changed"
    POSTPONED = "postponed"
    CANCELLED = "cancelled"

    @property
    def label(self) -> str:
        """The Chinese name of the cause."""
        return {"reminder": "活动提醒", "changed": "时间或地点变更", "postponed": "延期", "cancelled": "取消"}[
            self.value
        ]


def causes_for(status: OccurrenceStatus, *, cancelled: bool) -> tuple[Cause, ...]:
    """What there is to tell as an occurrence stands; `cancelled`: the whole activity is. The likeliest comes first."""
    if cancelled or status is OccurrenceStatus.CANCELLED:
        return (Cause.CANCELLED,)
    if status is OccurrenceStatus.POSTPONED:
        return (Cause.POSTPONED,)
    return (Cause.CHANGED, Cause.REMINDER)


def what_to_say(cause: Cause, *, agency: str, theme: str, when: str, venue: str, reason: str) -> tuple[str, ...]:
    """The sentences in their order; what is not known is left out."""
    because = f"原因：{reason}。" if reason else ""
    news = {
        Cause.REMINDER: f"活动时间是{when}，地点是{venue}。签到时报凭证号即可。",
        Cause.CHANGED: f"活动的安排有变：时间是{when}，地点是{venue}。报名继续有效。",
        Cause.POSTPONED: f"原定{when}的活动延期举办，新的时间确定后另行通知，报名保留。{because}",
        Cause.CANCELLED: f"{when}的活动已经取消，报名随之失效，不用再办手续。{because}",
    }[cause]
    if cause in (Cause.REMINDER, Cause.CHANGED):
        last = "请问能否参加？不能参加的，可以现在代为取消，名额留给候补的人。"
    elif cause is Cause.POSTPONED:
        last = "不愿等候的，可以现在代为取消。"
    else:
        last = "带来不便，请谅解。"
    return (f"请问是（姓名）本人吗？这里是{agency}，您报名了“{theme}”。", news, last)


def may_still_print(expires_at: datetime | None, now: datetime) -> bool:
    """Whether a list that was allowed may still be printed."""
    return expires_at is not None and now < expires_at
