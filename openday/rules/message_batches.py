"""Batches of messages that wait until the office has read them: what they are called, and when they wait too long."""

from datetime import datetime, timedelta
from typing import Final

CAUSES: Final = {
    "change": "场次变更",
    "postpone": "延期",
    "resume": "延期后定时间",
    "cancel": "场次取消",
    "cancel_activity": "活动取消",
    "review": "审核结果",
    "ballot": "摇号结果",
}
"""Why many people are written to at once, and what the office calls it."""

TOO_LONG: Final = timedelta(days=1)
"""How long a batch may wait before it is pointed out: people arrange their week by what they have not been told."""


def cause_name(cause: str) -> str:
    """What a cause is called; a code without a name stays as it is."""
    return CAUSES.get(cause, cause)


def waits_too_long(since: datetime, now: datetime) -> bool:
    """Whether a batch held since then should be pointed out."""
    return now - since >= TOO_LONG
