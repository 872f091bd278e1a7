"""Whether somebody may get onto the list of an occurrence now, and what becomes of the data that they give."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from openday.rules import privacy_notice
from openday.rules.privacy import delete_after
from openday.rules.seats import Window, registration_window
from openday.rules.states import SignupMode
from openday.rules.wording import second_text

NOTICE_VERSION = privacy_notice.VERSION
"""The wording of the consent below; it is stored with every consent."""

NAME_LIMIT = 50
EMAIL_LIMIT = 200


class Closure(StrEnum):
    """Why nobody can sign up at this moment."""

    CANCELLED = "cancelled"
    POSTPONED = "postponed"
    NO_NEED = "open_door"
    INVITED_ONLY = "invited"
    NOT_YET = "not_yet"
    OVER = "closed"


@dataclass(frozen=True)
class SignupFacts:
    """What sign-up to one occurrence depends on; times know their zone, None means no limit of its own."""

    mode: SignupMode
    cancelled: bool
    starts_at: datetime
    opens_at: datetime | None
    closes_at: datetime | None
    postponed: bool = False
    """Put off to a time not known yet; `starts_at` is what was planned."""

    @property
    def ends(self) -> datetime:
        """When sign-up is over: at its own end, at the latest when the occurrence starts."""
        return min(self.closes_at, self.starts_at) if self.closes_at else self.starts_at


def closure(facts: SignupFacts, now: datetime, *, staff: bool = False) -> Closure | None:
    """Why sign-up is closed at `now`, or None when it is open.

    Staff enter whoever was invited or is brought along by the agency, as does whoever holds an invitation; for
    everything else the same times hold for every door.
    """
    if facts.cancelled:
        return Closure.CANCELLED
    if facts.postponed:
        return Closure.POSTPONED
    if facts.mode is SignupMode.OPEN_DOOR:
        return Closure.NO_NEED
    if not facts.mode.online and not staff:
        return Closure.INVITED_ONLY
    window = registration_window(facts.opens_at, facts.ends, now)
    if window is Window.NOT_YET:
        return Closure.NOT_YET
    return Closure.OVER if window is Window.OVER else None


def closure_text(why: Closure, facts: SignupFacts) -> str:
    """The sentence for people."""
    if why is Closure.NOT_YET and facts.opens_at is not None:
        return f"报名尚未开始，开始时间为{second_text(facts.opens_at)}"
    if why is Closure.OVER:
        return f"报名已于{second_text(facts.ends)}截止"
    if why is Closure.INVITED_ONLY and facts.mode is SignupMode.INVITATION:
        return "本场活动为定向邀请，不公开报名。已收到邀请的，请打开邀请中的链接答复"
    return {
        Closure.CANCELLED: "本场活动已取消，不再接受报名",
        Closure.POSTPONED: "本场活动延期举办，新的时间另行通知，暂停报名",
        Closure.NO_NEED: "本场活动无需报名，请按公布的时间直接前往",
    }.get(why, "本场活动不公开报名，参加人员由举办单位邀请")


def deletion_day(ends_at: datetime, days: int) -> date:
    """The day on which the personal data of an occurrence is deleted, `days` after the day it ended."""
    return delete_after(ends_at.date(), days) + timedelta(days=1)
