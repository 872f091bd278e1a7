"""Pieces that every change of an occurrence shares: when it may still be changed, and its line in the ledger."""

from datetime import datetime

from openday.errors import Conflict
from openday.models.activities import Activity
from openday.models.occurrences import Occurrence
from openday.rules.permissions import Actor
from openday.rules.states import ActivityStatus, OccurrenceStatus
from openday.services import ledger


def refuse_cancelled(activity: Activity) -> None:
    """Raises Conflict when the activity is cancelled."""
    if activity.status == ActivityStatus.CANCELLED:
        raise Conflict("这项活动已经取消")


def refuse_closed_book(occurrence: Occurrence, activity: Activity, now: datetime) -> None:
    """Raises Conflict when the occurrence or its activity is cancelled, or over."""
    refuse_cancelled(activity)
    if occurrence.status == OccurrenceStatus.CANCELLED:
        raise Conflict("这一场已经取消")
    put_off = occurrence.status == OccurrenceStatus.POSTPONED
    if occurrence.number is not None and occurrence.ends_at <= now and not put_off:
        raise Conflict("这一场已经结束，不能再改动")


def note_occurrence(
    actor: Actor, action: str, occurrence: Occurrence, activity: Activity, now: datetime, **more: object
) -> None:
    """A line of the ledger about an occurrence."""
    ledger.record(
        action,
        actor=actor,
        record_type="occurrence",
        record_id=occurrence.id,
        agency_id=activity.agency_id,
        now=now,
        **more,
    )
