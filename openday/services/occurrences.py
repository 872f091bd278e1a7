"""Occurrences: proposed by the agency, scheduled by the office, changed, cancelled.

Every change queues at the activity's row, so that numbers, SEQUENCE and history stay in one order.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select

from openday import clock
from openday.db import session, use_case
from openday.errors import ChangedByAnother, Conflict, Refused
from openday.models.activities import Activity
from openday.models.occurrences import Occurrence, Quota
from openday.models.plans import Plan
from openday.models.registrations import Registration
from openday.queries.activities import activity_in_reach, occurrence_in_reach
from openday.queries.ballots import ballot_settled
from openday.rules.permissions import Actor, Right
from openday.rules.privacy import plain_text
from openday.rules.reminders import LONGEST as LONGEST_REMINDER
from openday.rules.schedules import (
    Fault,
    party_fault,
    quota_fault,
    time_fault,
    venue_fault,
    window_fault,
)
from openday.rules.states import OccurrenceStatus, RegistrationStatus, SignupMode
from openday.rules.wording import moment_text, second_text, span_text
from openday.services.batch_steps import held_back
from openday.services.occurrence_steps import note_occurrence, refuse_cancelled, refuse_closed_book
from openday.services.republish import PageUrl, TicketUrl, announce, public_reason, tell_registered

_SEATLESS = frozenset({SignupMode.OPEN_DOOR, SignupMode.CLOSED})
"""Modes in which nobody takes a seat by signing up in public: quotas may be left out."""
_TOO_SOON_TO_SLEEP_ON_IT = timedelta(hours=14)
"""Whoever would set out within this time hears of a change at any hour: the night may be most of it."""


@dataclass(frozen=True)
class Schedule:
    """When and where an occurrence is held, and how one signs up. Times are aware; None for `opens_at`: from
    publication on; None for `closes_at`: until the start."""

    starts_at: datetime
    ends_at: datetime
    venue: str
    signup_mode: SignupMode
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    party_limit: int = 5
    waitlist: bool = True
    walk_in_limit: int = 0
    guarded: bool = False
    """For a new occurrence: whether its sign-up form asks for a proof of work."""
    reminder_hours: int | None = None
    """How many hours before the start everybody with a seat is reminded; None: not at all."""


@dataclass(frozen=True)
class Seating:
    """Seats for one part of the audience."""

    name: str
    capacity: int


@use_case
def propose_occurrence(actor: Actor, activity_code: str, schedule: Schedule, seats: list[Seating]) -> str:
    """Suggest a time to the office; the public sees nothing of it yet. Returns the occurrence's code.

    Raises:
        NotFound: no such activity within reach.
        Conflict: the activity is cancelled.
        Refused: a time, a venue or a number that cannot be, at its field.
    """
    now = clock.now()
    activity = activity_in_reach(actor, Right.OCCURRENCE_PROPOSE, activity_code, lock=True)
    occurrence = _new_occurrence(actor, activity, schedule, seats, now)
    note_occurrence(actor, "occurrence.propose", occurrence, activity, now)
    return occurrence.code


@use_case
def propose_occurrences(
    actor: Actor, activity_code: str, schedules: Sequence[Schedule], seats: list[Seating]
) -> list[str]:
    """Suggest several times at once, each a proposal of its own with the same seats; all of them or none.

    Returns their codes in the order of `schedules`.

    Raises: as `propose_occurrence`; Refused also when the activity has an occurrence that begins at the same moment.
    """
    now = clock.now()
    activity = activity_in_reach(actor, Right.OCCURRENCE_PROPOSE, activity_code, lock=True)
    _refuse_doubles(activity, schedules)
    occurrences = [_new_occurrence(actor, activity, schedule, seats, now) for schedule in schedules]
    for occurrence in occurrences:
        note_occurrence(actor, "occurrence.propose", occurrence, activity, now)
    return [occurrence.code for occurrence in occurrences]


@use_case
def schedule_occurrence(
    actor: Actor, activity_code: str, schedule: Schedule, seats: list[Seating], *, page_url: PageUrl
) -> str:
    """Set the time of an activity (or one time more) and open it to the public. Returns the occurrence's code.

    Raises: as `propose_occurrence`.
    """
    now = clock.now()
    activity = activity_in_reach(actor, Right.PUBLICATION_MANAGE, activity_code, lock=True)
    occurrence = _new_occurrence(actor, activity, schedule, seats, now)
    _make_firm(actor, occurrence, activity, now, page_url)
    return occurrence.code


@use_case
def confirm_occurrence(actor: Actor, code: str, *, page_url: PageUrl) -> None:
    """Accept a proposal as it stands and open it to the public.

    Raises:
        NotFound: no such occurrence within reach.
        Conflict: it is no proposal (any more), or the activity is cancelled.
        Refused: its time has passed meanwhile.
    """
    now = clock.now()
    occurrence = occurrence_in_reach(actor, Right.PUBLICATION_MANAGE, code, lock=True)
    refuse_cancelled(occurrence.activity)
    _refuse_unless(occurrence, OccurrenceStatus.PROPOSED, "这一场不在待确认之列，可能已由他人处理")
    _refuse(time_fault(occurrence.starts_at, occurrence.ends_at, now))
    _make_firm(actor, occurrence, occurrence.activity, now, page_url)


@use_case
def decline_proposal(actor: Actor, code: str, reason: str) -> None:
    """Turn a proposal down (the office) or take it back (the agency); nothing of it was ever public.

    Raises:
        NotFound: no such occurrence within reach.
        Conflict: it is no proposal (any more).
        Refused: without a reason.
    """
    now = clock.now()
    occurrence = occurrence_in_reach(actor, Right.OCCURRENCE_PROPOSE, code, lock=True)
    _refuse_unless(occurrence, OccurrenceStatus.PROPOSED, "这一场不在待确认之列，可能已由他人处理")
    occurrence.cancel_reason = public_reason(reason)
    occurrence.status, occurrence.changed_at = OccurrenceStatus.CANCELLED.value, now
    note_occurrence(actor, "occurrence.decline", occurrence, occurrence.activity, now)


@use_case
def change_occurrence(
    actor: Actor,
    code: str,
    schedule: Schedule,
    *,
    page_url: PageUrl,
    ticket_url: TicketUrl,
    seen: int | None = None,
    hold: bool = False,
) -> int:
    """Move an occurrence or change how one signs up; a proposal is changed without anybody in public noticing.

    `seen` is the activity's SEQUENCE as the changer saw it. People on the list are told of a new time or venue; with
    `hold` their messages wait in a batch. Returns how many were written to; nothing different changes nothing.

    Raises:
        NotFound: no such occurrence within reach.
        Conflict: it is over or cancelled; ChangedByAnother: something has changed since `seen`.
        Refused: a time, a venue or a number that cannot be, at its field.
    """
    now = clock.now()
    occurrence = occurrence_in_reach(actor, Right.PUBLICATION_MANAGE, code, lock=True)
    activity = occurrence.activity
    refuse_closed_book(occurrence, activity, now)
    if occurrence.status == OccurrenceStatus.POSTPONED:
        raise Conflict("这一场已经延期，请先确定新的时间")
    if seen is not None and seen != activity.sequence:
        raise ChangedByAnother("这项活动刚刚被他人改动，请看过最新内容后再改")
    moved = (schedule.starts_at, schedule.ends_at) != (occurrence.starts_at, occurrence.ends_at)
    schedule = _checked(schedule, now, new_times=moved)
    _refuse_other_rules(occurrence, schedule)
    lines = _differences(occurrence, schedule)
    if not lines and schedule.reminder_hours == occurrence.reminder_hours:
        return 0
    elsewhere = moved or schedule.venue != occurrence.venue
    soon = occurrence.starts_at < now + _TOO_SOON_TO_SLEEP_ON_IT
    _take_over(occurrence, schedule, now)
    note_occurrence(actor, "occurrence.change", occurrence, activity, now)
    if occurrence.number is None or not lines:
        return 0
    with held_back(actor, hold, "change", activity, f" 第{occurrence.number}场", now):
        announce(activity, "changed", f"第{occurrence.number}场" + "；".join(lines), now=now, page_url=page_url)
        if not elsewhere:
            return 0
        page = page_url(activity.code)
        return tell_registered(
            "occurrence.changed",
            [occurrence],
            now=now,
            page=page,
            ticket_url=ticket_url,
            urgent=soon,
        )


@use_case
def cancel_occurrence(
    actor: Actor, code: str, reason: str, *, page_url: PageUrl, ticket_url: TicketUrl, hold: bool = False
) -> int:
    """Cancel one scheduled occurrence and tell everybody on its list; the activity itself goes on.

    With `hold` what they are told waits in a batch. Returns how many people were written to.

    Raises:
        NotFound: no such occurrence within reach.
        Conflict: it is over, cancelled already, or only proposed.
        Refused: without a reason.
    """
    now = clock.now()
    occurrence = occurrence_in_reach(actor, Right.PUBLICATION_MANAGE, code, lock=True)
    activity = occurrence.activity
    refuse_closed_book(occurrence, activity, now)
    if occurrence.status != OccurrenceStatus.POSTPONED:
        _refuse_unless(occurrence, OccurrenceStatus.SCHEDULED, "这一场还没有确定，请在待确认的场次中处理")
    occurrence.cancel_reason = why = public_reason(reason)
    occurrence.status, occurrence.changed_at = OccurrenceStatus.CANCELLED.value, now
    if not _any_postponed(activity.id):
        activity.postpone_reason = ""  # the last one that was put off is called off
    when = span_text(occurrence.starts_at, occurrence.ends_at)
    line = f"第{occurrence.number}场（{when}）取消。原因：{why}"
    note_occurrence(actor, "occurrence.cancel", occurrence, activity, now)
    with held_back(actor, hold, "cancel", activity, f" 第{occurrence.number}场", now):
        announce(activity, "cancelled", line, now=now, page_url=page_url)
        return tell_registered(
            "occurrence.cancelled",
            [occurrence],
            now=now,
            page=page_url(activity.code),
            ticket_url=ticket_url,
            reason=why,
        )


def _any_postponed(activity_id: int) -> bool:
    put_off = (Occurrence.activity_id == activity_id) & (Occurrence.status == OccurrenceStatus.POSTPONED.value)
    return session().scalar(select(Occurrence.id).where(put_off).limit(1)) is not None


# --- pieces ----------------------------------------------------------------------------------------------------------


def _new_occurrence(
    actor: Actor, activity: Activity, schedule: Schedule, seats: list[Seating], now: datetime
) -> Occurrence:
    refuse_cancelled(activity)
    if session().scalar(select(Plan.held_already).where(Plan.id == activity.plan_id)):
        raise Conflict("这项活动已经开展，只报了开展情况，不再安排场次")
    schedule = _checked(schedule, now, new_times=True)
    named = [(plain_text(seat.name), seat.capacity) for seat in seats]
    seatless = schedule.signup_mode in _SEATLESS
    _refuse(quota_fault(named, seats_needed=not seatless))
    occurrence = Occurrence(
        activity_id=activity.id,
        activity=activity,
        created_by_id=actor.user_id,
        created_at=now,
        status=OccurrenceStatus.PROPOSED.value,
        protection="challenge" if schedule.guarded else "none",
        quotas=[
            Quota(position=position, name=name, capacity=capacity)
            for position, (name, capacity) in enumerate(named or [("公众", 0)], start=1)
        ],
    )
    _take_over(occurrence, schedule, now)
    session().add(occurrence)
    session().flush()
    return occurrence


def _refuse_doubles(activity: Activity, schedules: Sequence[Schedule]) -> None:
    """The same list sent twice adds nothing twice."""
    if not schedules:
        raise Refused("请至少选定一个日期", field="days")
    standing = select(Occurrence.starts_at).where(
        Occurrence.activity_id == activity.id, Occurrence.status != OccurrenceStatus.CANCELLED
    )
    taken = set(session().scalars(standing))
    for schedule in schedules:
        if schedule.starts_at in taken:
            raise Refused(f"{moment_text(schedule.starts_at)}已经有一场，请取消勾选这一天", field="days")
        taken.add(schedule.starts_at)


def _make_firm(actor: Actor, occurrence: Occurrence, activity: Activity, now: datetime, page_url: PageUrl) -> None:
    highest = session().scalar(select(func.max(Occurrence.number)).where(Occurrence.activity_id == activity.id)) or 0
    occurrence.number = highest + 1
    occurrence.status, occurrence.changed_at = OccurrenceStatus.SCHEDULED.value, now
    activity.postpone_reason = ""
    when = span_text(occurrence.starts_at, occurrence.ends_at)
    line = f"时间确定为{when}" if occurrence.number == 1 else f"增加第{occurrence.number}场，时间确定为{when}"
    announce(activity, "firmed_up", f"{line}，地点：{occurrence.venue}", now=now, page_url=page_url)
    note_occurrence(actor, "occurrence.schedule", occurrence, activity, now)


def _checked(schedule: Schedule, now: datetime, *, new_times: bool) -> Schedule:
    """The schedule with its venue cleaned, when it may be so; times that did not change may lie in the past."""
    tidy = Schedule(**{**schedule.__dict__, "venue": plain_text(schedule.venue)})
    if new_times:
        _refuse(time_fault(tidy.starts_at, tidy.ends_at, now))
    _refuse(venue_fault(tidy.venue))
    _refuse(window_fault(tidy.opens_at, tidy.closes_at, tidy.starts_at))
    _refuse(party_fault(tidy.party_limit, tidy.walk_in_limit))
    if tidy.reminder_hours is not None and not 1 <= tidy.reminder_hours <= LONGEST_REMINDER:
        raise Refused(f"提醒应在活动开始前1至{LONGEST_REMINDER}小时", field="reminder")
    if tidy.signup_mode is SignupMode.BALLOT and (tidy.closes_at is None or tidy.closes_at >= tidy.starts_at):
        raise Refused("摇号须设定报名截止时间，在活动开始之前留出摇号的时间", field="closes_at")
    return tidy


def _refuse_other_rules(occurrence: Occurrence, schedule: Schedule) -> None:
    """Nobody changes how one gets in under people who applied by other rules."""
    mode, asked = SignupMode(occurrence.signup_mode), schedule.signup_mode
    window = (occurrence.opens_at, occurrence.closes_at) != (schedule.opens_at, schedule.closes_at)
    if (mode is not asked or window) and mode is SignupMode.BALLOT and ballot_settled(occurrence.id):
        raise Conflict("摇号规则和名单已经公布，不能再改报名形式和报名时间")
    if mode is not asked and (mode.decides_later or asked.decides_later):
        undecided = (RegistrationStatus.APPLIED, RegistrationStatus.WAITLISTED, RegistrationStatus.OFFERED)
        waiting = select(Registration.id).where(
            Registration.occurrence_id == occurrence.id, Registration.status.in_(undecided)
        )
        if session().scalar(waiting.limit(1)) is not None:
            raise Conflict("还有报名等待审核、摇号或候补，处理完之后才能改报名形式")


def _take_over(occurrence: Occurrence, schedule: Schedule, now: datetime) -> None:
    for name, value in {**schedule.__dict__, "signup_mode": schedule.signup_mode.value}.items():
        setattr(occurrence, name, value)
    occurrence.changed_at = now


def _differences(occurrence: Occurrence, schedule: Schedule) -> list[str]:
    """One phrase for the public history for each thing that the schedule changes."""
    lines = []
    old, new = (span_text(row.starts_at, row.ends_at) for row in (occurrence, schedule))
    if old != new:
        lines.append(f"时间由{old}改为{new}")
    if occurrence.venue != schedule.venue:
        lines.append(f"地点由“{occurrence.venue}”改为“{schedule.venue}”")
    if occurrence.signup_mode != schedule.signup_mode:
        was = SignupMode(occurrence.signup_mode).label
        lines.append(f"报名形式由“{was}”改为“{schedule.signup_mode.label}”")
    if occurrence.opens_at != schedule.opens_at:
        was, now = (second_text(at) if at else "发布之时" for at in (occurrence.opens_at, schedule.opens_at))
        lines.append(f"报名开始时间由{was}改为{now}")
    if occurrence.closes_at != schedule.closes_at:
        was, now = (second_text(at) if at else "活动开始时" for at in (occurrence.closes_at, schedule.closes_at))
        lines.append(f"报名截止时间由{was}改为{now}")
    if occurrence.party_limit != schedule.party_limit:
        lines.append(f"每次报名人数上限由{occurrence.party_limit}人改为{schedule.party_limit}人")
    if occurrence.waitlist != schedule.waitlist:
        lines.append("名额报满后接受候补" if schedule.waitlist else "名额报满后不再接受候补")
    if occurrence.walk_in_limit != schedule.walk_in_limit:
        lines.append(f"现场名额由{occurrence.walk_in_limit}个改为{schedule.walk_in_limit}个")
    return lines


def _refuse(fault: Fault | None) -> None:
    if fault is not None:
        raise Refused(fault.reason, field=fault.field)


def _refuse_unless(occurrence: Occurrence, status: OccurrenceStatus, reason: str) -> None:
    if occurrence.status != status:
        raise Conflict(reason)
