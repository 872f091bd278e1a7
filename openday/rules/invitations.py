"""Invitations (定向邀请): what one stands at, whom it may be sent to again, and what a list shows of a contact."""

from datetime import datetime, timedelta
from enum import StrEnum

from openday.rules.phone import mask_phone

REMIND_AFTER = timedelta(days=1)
"""Nobody is reminded sooner after the last letter."""
MOST_INVITEES = 2000
"""Of one occurrence."""


class Standing(StrEnum):
    """What an invitation stands at; a yes counts as long as the registration that came of it."""

    WAITING = "waiting"
    YES = "yes"
    NO = "no"
    CANCELLED = "cancelled"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> str:
        """The Chinese name."""
        return {
            "waiting": "未答复",
            "yes": "参加",
            "no": "不参加",
            "cancelled": "答复参加后取消",
            "withdrawn": "已撤回",
        }[self.value]


def mask_contact(contact: str) -> str:
    """138****1234 for a number, w***@example.org for a mailbox."""
    name, at, domain = contact.partition("@")
    return f"{name[:1]}***@{domain}" if at else mask_phone(contact)


def may_remind(told_at: datetime | None, reminded_at: datetime | None, now: datetime) -> bool:
    """Whether somebody without an answer may be reminded: they were written to, and not within the last day."""
    return told_at is not None and now - (reminded_at or told_at) >= REMIND_AFTER
