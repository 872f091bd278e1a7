"""Put off without a new time (时间另行通知), and the new time later: the list of sign-ups stays, everybody is told.

Every change queues at the activity's row, as in `occurrences`. A postponed occurrence keeps its number, its UID and its
old time until a new one stands.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from openday import clock
from openday.db import session, use_case
from openday.errors import ChangedByAnother, Conflict, Refused
from openday.models.activities import Activity
from openday.models.occurrences import Occurrence
from openday.queries.activities import activity_in_reach, occurrence_in_reach
from openday.queries.ballots import ballot_settled
from openday.rules.permissions import Actor, Right
from openday.rules.privacy import plain_text
from openday.rules.schedules import Fault, time_fault, venue_fault, window_fault
from openday.rules.states import ActivityStatus, OccurrenceStatus, SignupMode
from openday.rules.wording import span_text
from openday.services import ledger
from openday.services.batch_steps import held_back
from openday.services.party_steps import lock_occurrence, renew_offers
from openday.services.republish import PageUrl, TicketUrl, announce, public_reason, tell_registered


@dataclass(frozen=True)
class NewTime:
    """When and where a postponed occurrence is held after all; `closes_at` None: sign-up lasts until the start."""

    starts_at: datetime
    ends_at: datetime
    venue: str
    closes_at: datetime | None = None


@use_case
def postpone_occurrence(
    actor: Actor, code: str, reason: str, *, page_url: PageUrl, ticket_url: TicketUrl, hold: bool = False
) -> int:
    """Put one scheduled occurrence off to a time not known yet. Returns how many people were written to; with `hold`
    the messages wait in a batch.

    Raises:
        NotFound: no such occurrence within reach.
        Conflict: it is over, cancelled, put off already, or only proposed.
        Refused: without a reason.
    """
    now = clock.now()
    occurrence = occurrence_in_reach(actor, Right.PUBLICATION_MANAGE, code, lock=True)
    activity = occurrence.activity
    _refuse_cancelled(activity)
    if occurrence.status != OccurrenceStatus.SCHEDULED or occurrence.number is None:
        raise Conflict("这一场不在已公布之列，可能已由他人处理")
    if occurrence.ends_at <= now:
        raise Conflict("这一场已经结束，不能再延期")
    why = public_reason(reason)
    with held_back(actor, hold, "postpone", activity, f" 第{occurrence.number}场", now):
        return _put_off(actor, activity, [occurrence], why, now, page_url, ticket_url)


@use_case
def postpone_activity(
    actor: Actor, code: str, reason: str, *, page_url: PageUrl, ticket_url: TicketUrl, hold: bool = False
) -> int:
    """Put off everything of an activity that is still to come, or its vague time. Returns how many were written to;
    with `hold` the messages wait in a batch.

    Raises:
        NotFound: no such activity within reach.
        Conflict: it is cancelled, over, or put off already.
        Refused: without a reason.
    """
    now = clock.now()
    activity = activity_in_reach(actor, Right.PUBLICATION_MANAGE, code, lock=True)
    _refuse_cancelled(activity)
    why = public_reason(reason)
    coming = _scheduled_to_come(activity.id, now)
    if activity.postpone_reason or (not coming and not activity.vague):
        raise Conflict("这项活动没有可以延期的场次，可能已由他人处理")
    with held_back(actor, hold, "postpone", activity, "", now):
        return _put_off(actor, activity, coming, why, now, page_url, ticket_url)


@use_case
def resume_occurrence(
    actor: Actor,
    code: str,
    time: NewTime,
    *,
    page_url: PageUrl,
    ticket_url: TicketUrl,
    seen: int | None = None,
    hold: bool = False,
) -> int:
    """Give a postponed occurrence its new time: sign-up opens again, unless a ballot has its list, and everybody on
    the list is told.

    `seen` is the activity's SEQUENCE as the officer saw it. With `hold` what people are told waits in a batch. Returns
    how many people were written to.

    Raises:
        NotFound: no such occurrence within reach.
        Conflict: it is not put off (any more); ChangedByAnother: something has changed since `seen`.
        Refused: a time or a venue that cannot be, at its field.
    """
    now = clock.now()
    occurrence = occurrence_in_reach(actor, Right.PUBLICATION_MANAGE, code, lock=True)
    activity = occurrence.activity
    _refuse_cancelled(activity)
    if occurrence.status != OccurrenceStatus.POSTPONED:
        raise Conflict("这一场没有延期，可能已由他人确定了新的时间")
    if seen is not None and seen != activity.sequence:
        raise ChangedByAnother("这项活动刚刚被他人改动，请看过最新内容后再改")
    venue = plain_text(time.venue)
    _refuse(time_fault(time.starts_at, time.ends_at, now))
    _refuse(venue_fault(venue))
    ballot = occurrence.signup_mode == SignupMode.BALLOT
    # Nobody comes onto a list that is public or drawn: sign-up stays over.
    closes_at = occurrence.closes_at if ballot and ballot_settled(occurrence.id) else time.closes_at
    _refuse(window_fault(None, closes_at, time.starts_at))
    if ballot and closes_at is None:
        # Without it nothing could be drawn, and a list that is public already could only be declared void.
        raise Refused("以摇号决定的场次，请填写报名截止时间", field="closes_at")
    occurrence.starts_at, occurrence.ends_at, occurrence.venue = time.starts_at, time.ends_at, venue
    occurrence.opens_at, occurrence.closes_at = None, closes_at
    occurrence.status, occurrence.cancel_reason = OccurrenceStatus.SCHEDULED.value, ""
    occurrence.changed_at = now
    activity.postpone_reason = ""
    line = f"第{occurrence.number}场延期后的时间确定为{span_text(time.starts_at, time.ends_at)}，地点：{venue}"
    _note(actor, "occurrence.resume", occurrence.id, activity, now)
    session().flush()
    renew_offers(lock_occurrence(occurrence.id), now, ticket_url)
    with held_back(actor, hold, "resume", activity, f" 第{occurrence.number}场", now):
        announce(activity, "firmed_up", line, now=now, page_url=page_url)
        return tell_registered(
            "occurrence.resumed",
            [occurrence],
            now=now,
            page=page_url(activity.code),
            ticket_url=ticket_url,
        )


def _put_off(
    actor: Actor,
    activity: Activity,
    occurrences: Sequence[Occurrence],
    why: str,
    now: datetime,
    page_url: PageUrl,
    ticket_url: TicketUrl,
) -> int:
    for occurrence in occurrences:
        occurrence.status, occurrence.cancel_reason = OccurrenceStatus.POSTPONED.value, why
        occurrence.changed_at = now
        _note(actor, "occurrence.postpone", occurrence.id, activity, now)
    session().flush()
    if not _scheduled_to_come(activity.id, now):
        activity.postpone_reason = why
    if not occurrences:
        _note(actor, "activity.postpone", activity.id, activity, now, record_type="activity")
    announce(
        activity, "postponed", f"{_what(occurrences)}延期，新的时间另行通知。原因：{why}", now=now, page_url=page_url
    )
    if not occurrences:
        return 0
    return tell_registered(
        "occurrence.postponed",
        occurrences,
        now=now,
        page=page_url(activity.code),
        ticket_url=ticket_url,
        reason=why,
    )


def _what(occurrences: Sequence[Occurrence]) -> str:
    """Which of the activity is put off, as the public history says it."""
    if not occurrences:
        return "活动"
    return "、".join(f"第{row.number}场（原定{span_text(row.starts_at, row.ends_at)}）" for row in occurrences)


def _scheduled_to_come(activity_id: int, now: datetime) -> list[Occurrence]:
    statement = (
        select(Occurrence)
        .where(
            Occurrence.activity_id == activity_id,
            Occurrence.status == OccurrenceStatus.SCHEDULED.value,
            Occurrence.number.is_not(None),
            Occurrence.ends_at > now,
        )
        .order_by(Occurrence.number)
        .with_for_update(key_share=True)
    )
    return list(session().scalars(statement))


def _refuse_cancelled(activity: Activity) -> None:
    if activity.status == ActivityStatus.CANCELLED:
        raise Conflict("这项活动已经取消")


def _refuse(fault: Fault | None) -> None:
    if fault is not None:
        raise Refused(fault.reason, field=fault.field)


def _note(
    actor: Actor, action: str, record_id: int, activity: Activity, now: datetime, *, record_type: str = "occurrence"
) -> None:
    ledger.record(
        action, actor=actor, record_type=record_type, record_id=record_id, agency_id=activity.agency_id, now=now
    )
