"""The smaller state machines: activities, occurrences, registrations, suggestions, outcomes, messages.

Values are stored as they stand here; the models derive their CHECKs from these enums.
"""

from enum import StrEnum


class ActivityStatus(StrEnum):
    """A publication in the public calendar."""

    PUBLISHED = "published"
    CANCELLED = "cancelled"


class OccurrenceStatus(StrEnum):
    """An occurrence: the agency proposes, the office schedules (which makes it public)."""

    PROPOSED = "proposed"
    SCHEDULED = "scheduled"
    POSTPONED = "postponed"  # its time stands no longer and the new one is not known; the list of sign-ups is kept
    CANCELLED = "cancelled"


class SignupMode(StrEnum):
    """How one gets in."""

    FIRST_COME = "first_come"
    REVIEW = "review"
    BALLOT = "ballot"
    OPEN_DOOR = "open_door"
    INVITATION = "invitation"
    CLOSED = "closed"

    @property
    def label(self) -> str:
        """The Chinese name of the mode."""
        return {
            "first_come": "先到先得",
            "review": "审核报名",
            "ballot": "摇号",
            "open_door": "无需报名",
            "invitation": "定向邀请",
            "closed": "不公开报名",
        }[self.value]

    @property
    def online(self) -> bool:
        """Whether residents sign up by themselves."""
        return self in (SignupMode.FIRST_COME, SignupMode.REVIEW, SignupMode.BALLOT)

    @property
    def decides_later(self) -> bool:
        """Whether signing up takes no seat: who gets in is decided afterwards, by review or by ballot."""
        return self in (SignupMode.REVIEW, SignupMode.BALLOT)


class RegistrationStatus(StrEnum):
    """A registration; attendance is a fact beside it, not a status."""

    APPLIED = "applied"  # handed in, not decided yet; holds no seat
    CONFIRMED = "confirmed"
    WAITLISTED = "waitlisted"
    OFFERED = "offered"  # from the waitlist: its seats are held until a moment, and are theirs when they accept
    DECLINED = "declined"
    CANCELLED = "cancelled"

    @property
    def label(self) -> str:
        """The Chinese name of the status."""
        return {
            "applied": "待审核或摇号",
            "confirmed": "报名成功",
            "waitlisted": "候补中",
            "offered": "补位待确认",
            "declined": "未通过或未中签",
            "cancelled": "已取消",
        }[self.value]

    @property
    def outcome(self) -> str:
        """What signing up came to, as programs read it."""
        return "pending" if self is RegistrationStatus.APPLIED else self.value


STANDING = (
    RegistrationStatus.APPLIED,
    RegistrationStatus.CONFIRMED,
    RegistrationStatus.WAITLISTED,
    RegistrationStatus.OFFERED,
)
"""The registrations of people who still count on the occurrence, and hear of what changes."""

HOLDING = (RegistrationStatus.CONFIRMED, RegistrationStatus.OFFERED)
"""The registrations that hold seats of their quota (walk-ins, who stand in a counter of their own, hold none)."""


class RegistrationSource(StrEnum):
    """By which door somebody came onto the list."""

    ONLINE = "online"
    PHONE = "phone"
    COUNTER = "counter"
    PAPER = "paper"
    EMAIL = "email"
    WALK_IN = "walk_in"

    @property
    def label(self) -> str:
        """The Chinese name of the door."""
        return {
            "online": "网上",
            "phone": "电话",
            "counter": "窗口",
            "paper": "纸质",
            "email": "邮件",
            "walk_in": "现场",
        }[self.value]


class SuggestionStatus(StrEnum):
    """A suggestion: moderated by the office, answered by the agency, published by the office."""

    RECEIVED = "received"
    OPEN = "open"
    DRAFTED = "drafted"
    AGENCY_APPROVED = "agency_approved"
    ANSWERED = "answered"
    REMOVED = "removed"

    @property
    def label(self) -> str:
        """The Chinese name of the status."""
        return {
            "received": "已收到，待受理",
            "open": "已受理，待答复",
            "drafted": "答复待单位审核",
            "agency_approved": "答复待公开",
            "answered": "已答复",
            "removed": "不予公开",
        }[self.value]


class Adoption(StrEnum):
    """What became of a suggestion."""

    ADOPTED = "adopted"
    PARTLY = "partly"
    NOT_ADOPTED = "not_adopted"
    REFERENCE = "reference"

    @property
    def label(self) -> str:
        """The Chinese name of the adoption status."""
        return {"adopted": "采纳", "partly": "部分采纳", "not_adopted": "未采纳", "reference": "留作参考"}[self.value]


class OutcomeStatus(StrEnum):
    """An outcome report."""

    FILED = "filed"
    PUBLISHED = "published"


class MessageStatus(StrEnum):
    """A row of the outbox."""

    QUEUED = "queued"
    HELD = "held"  # waits in a batch until the office has read it
    SENT = "sent"
    PARKED = "parked"
    DROPPED = "dropped"  # the office decided that it does not go

    @property
    def label(self) -> str:
        """The Chinese name of the status."""
        return {"queued": "待发送", "held": "待审阅", "sent": "已发送", "parked": "待处理", "dropped": "不发"}[
            self.value
        ]


class Channel(StrEnum):
    """How a message travels."""

    EMAIL = "email"
    SMS = "sms"

    @property
    def label(self) -> str:
        """The Chinese name of the channel."""
        return {"email": "邮件", "sms": "短信"}[self.value]
