"""Invitations (定向邀请): what one stands at, whom it may be sent to again, and what a list shows of a contact."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from openday.rules.party_lines import PartyLine
from openday.rules.phone import mask_phone

REMIND_AFTER = timedelta(days=1)
"""Nobody is reminded sooner after the last letter."""
MOST_INVITEES = 2000
"""Of one occurrence."""
MOST_AT_ONCE = 1000
"""Lines of one list that is handed in."""


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


@dataclass(frozen=True)
class JudgedInvitee:
    """A line of a list of people to invite; `fault` says why nobody is invited by it, '' when somebody is."""

    line: PartyLine
    fault: str

    @property
    def contact(self) -> str:
        """What the invitation goes to: the telephone number, else the mailbox."""
        return self.line.phone or self.line.email

    @property
    def masked(self) -> str:
        """The contact as a list shows it."""
        return mask_contact(self.contact) if self.contact else ""


def judge_invitees(lines: Sequence[PartyLine], known: Collection[str]) -> list[JudgedInvitee]:
    """What each line comes to; `known` are contacts whose invitation stands."""
    seen: dict[str, int] = {}
    judged = []
    for line in lines:
        contact = (line.phone or line.email).lower()
        fault = line.problem
        if not fault and contact in seen:
            fault = f"与第{seen[contact]}行的联系方式相同"
        elif not fault and (line.phone or line.email) in known:
            fault = "已在邀请名单上"
        if contact:
            seen.setdefault(contact, line.number)
        judged.append(JudgedInvitee(line, fault))
    return judged
