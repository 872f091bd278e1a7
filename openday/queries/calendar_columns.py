"""The columns of which the public calendar is made, and how their rows become its values."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, Select, select

from openday.db import session
from openday.models.activities import Activity
from openday.models.occurrences import Occurrence, Quota
from openday.models.people import Agency
from openday.queries.calendar_rows import Entry, QuotaSeats, Slot
from openday.rules.fuzzy_date import DayPart, Precision
from openday.rules.seats import Seats, sharing
from openday.rules.signup import SignupFacts
from openday.rules.states import ActivityStatus, OccurrenceStatus, SignupMode

AnyRow = Row[*tuple[Any, ...]]
AnySelect = Select[*tuple[Any, ...]]

OF_ACTIVITY = (
    Activity.id.label("activity_id"),
    Activity.code,
    Activity.theme,
    Agency.name.label("agency"),
    Activity.status,
    Activity.cancel_reason,
    Activity.signup_mode,
    Activity.venue,
    Activity.audience_text,
    Activity.time_text,
    Activity.precision,
    Activity.first_day,
    Activity.last_day,
    Activity.start_time,
    Activity.end_time,
    Activity.day_part,
    Activity.tentative,
)
OF_SLOT = (
    Occurrence.id.label("slot_id"),
    Occurrence.code.label("slot_code"),
    Occurrence.number,
    Occurrence.status.label("slot_status"),
    Occurrence.starts_at,
    Occurrence.ends_at,
    Occurrence.venue.label("slot_venue"),
    Occurrence.signup_mode.label("slot_mode"),
    Occurrence.opens_at,
    Occurrence.closes_at,
    Occurrence.waitlist,
    Occurrence.capacity.label("shared_capacity"),
    Occurrence.cancel_reason.label("slot_reason"),
)


def quotas_of(slot_ids: Sequence[int]) -> dict[int, tuple[QuotaSeats, ...]]:
    """The quotas of these occurrences with their seats, in their order; one statement."""
    found: dict[int, tuple[QuotaSeats, ...]] = defaultdict(tuple)
    if not slot_ids:
        return found
    columns = (Quota.occurrence_id, Quota.id, Quota.name, Quota.capacity, Quota.taken, Occurrence.capacity)
    statement = select(*columns).join(Occurrence, Occurrence.id == Quota.occurrence_id)
    statement = statement.where(Quota.occurrence_id.in_(slot_ids)).order_by(Quota.occurrence_id, Quota.position)
    shared: dict[int, int | None] = {}
    for slot_id, quota_id, name, capacity, taken, shared[slot_id] in session().execute(statement):
        found[slot_id] += (QuotaSeats(quota_id, name, Seats(capacity, taken)),)
    for slot_id, bound in shared.items():
        found[slot_id] = shared_out(found[slot_id], bound)
    return found


def shared_out(quotas: tuple[QuotaSeats, ...], capacity: int | None) -> tuple[QuotaSeats, ...]:
    """The quotas of one occurrence, each bounded by the seats that all of them share; None: they share none."""
    if capacity is None:
        return quotas
    seats = sharing([quota.seats for quota in quotas], capacity)
    return tuple(QuotaSeats(quota.id, quota.name, of) for quota, of in zip(quotas, seats, strict=True))


def entry_from(row: AnyRow, slot: Slot | None) -> Entry:
    """The entry of a row that holds OF_ACTIVITY."""
    return Entry(
        code=row.code,
        theme=row.theme,
        agency=row.agency,
        cancelled=slot.cancelled if slot else row.status == ActivityStatus.CANCELLED,
        cancel_reason=row.cancel_reason or (slot.cancel_reason if slot else ""),
        mode=slot.facts.mode if slot else SignupMode(row.signup_mode),
        venue=slot.venue if slot else row.venue,
        audience_text=row.audience_text,
        time_text=row.time_text,
        precision=Precision(row.precision),
        first_day=row.first_day,
        last_day=row.last_day,
        start_time=row.start_time,
        end_time=row.end_time,
        day_part=DayPart(row.day_part) if row.day_part else None,
        tentative=row.tentative,
        slot=slot,
    )


def slot_from(row: AnyRow, quotas: tuple[QuotaSeats, ...]) -> Slot:
    """The occurrence of a row that holds OF_SLOT and the status of its activity."""
    cancelled = row.slot_status == OccurrenceStatus.CANCELLED or row.status == ActivityStatus.CANCELLED
    return Slot(
        id=row.slot_id,
        code=row.slot_code,
        number=row.number,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        venue=row.slot_venue,
        facts=SignupFacts(
            SignupMode(row.slot_mode),
            cancelled,
            row.starts_at,
            row.opens_at,
            row.closes_at,
            postponed=row.slot_status == OccurrenceStatus.POSTPONED and not cancelled,
        ),
        waitlist=row.waitlist,
        cancel_reason=row.slot_reason,
        quotas=quotas,
    )
