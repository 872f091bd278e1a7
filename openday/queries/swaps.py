"""The other occurrences of an activity that a ticket may be moved to."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from sqlalchemy import bindparam, select

from openday.db import session
from openday.models.activities import Activity
from openday.models.occurrences import Occurrence, Quota
from openday.models.registrations import Registration
from openday.queries.registrations import WITH_QUOTAS, Occasion, Ticket, sheet_from
from openday.rules.signup import closure
from openday.rules.states import OccurrenceStatus, RegistrationStatus

MOST = 40


@dataclass(frozen=True)
class SwapChoice:
    """One place to go to: an occurrence, and a quota of it where it has several that come into question.

    `free` seats are left there; with `waits` they do not suffice for the party, and there is a waitlist.
    """

    occasion: Occasion
    position: int
    quota: str
    """Empty where the occurrence has one quota only."""
    free: int
    waits: bool

    @property
    def value(self) -> str:
        """As it stands in the form: code, position and whether it is the waitlist, separated by dots."""
        return f"{self.occasion.code}.{self.position}.{'wait' if self.waits else 'seat'}"


def movable(ticket: Ticket, now: datetime) -> bool:
    """Whether the holder of a ticket may move at all, as far as its own occurrence goes."""
    decided = ticket.occasion.decides_later and ticket.status is not RegistrationStatus.APPLIED
    return ticket.changeable(now) and not decided and bool(ticket.masked_phone)


def asks_anew(old: Occasion, new: Occasion) -> bool:
    """Whether who signs up for `new` has to prove their number, or is told that names are published, as nobody was or
    did who signed up for `old`: then the list of `new` is not reached by a move."""
    unproven = new.protection == "phone_code" and old.protection != "phone_code"
    return unproven or bool(new.names_basis and not old.names_basis)


_SIBLINGS = (
    WITH_QUOTAS.where(
        Activity.id == bindparam("activity"),
        Occurrence.id != bindparam("own"),
        Occurrence.status == OccurrenceStatus.SCHEDULED,
        Occurrence.starts_at > bindparam("now", type_=Occurrence.starts_at.type),
        Occurrence.id.not_in(
            select(Registration.occurrence_id).where(
                Registration.phone_hash
                == select(Registration.phone_hash).where(Registration.id == bindparam("ticket")).scalar_subquery(),
                Registration.status != RegistrationStatus.CANCELLED.value,
            )
        ),
    )
    .order_by(Occurrence.starts_at, Occurrence.id, Quota.position)
    .limit(MOST)
)


def swap_choices(ticket: Ticket, now: datetime) -> list[SwapChoice]:
    """Where a ticket may be moved to now, the earliest first: occurrences of the same activity and the same way in
    whose sign-up is open, that have seats for the whole party or a waitlist.

    Where the other occurrence has a quota of the same name, that one alone comes into question.
    """
    if not movable(ticket, now):
        return []
    values = {"activity": ticket.occasion.activity_id, "own": ticket.occasion.id, "now": now, "ticket": ticket.id}
    rows = session().execute(_SIBLINGS, values).all()
    found: list[SwapChoice] = []
    for _, group in groupby(rows, key=lambda row: row.id):
        found.extend(_choices(ticket, list(group), now))
    return found


def _choices(ticket: Ticket, rows: list[object], now: datetime) -> Iterator[SwapChoice]:
    sheet = sheet_from(rows)
    occasion, people = sheet.occasion, ticket.party_size
    same_way = occasion.facts.mode is ticket.occasion.facts.mode
    if not same_way or closure(occasion.facts, now) is not None or people > occasion.party_limit:
        return
    if asks_anew(ticket.occasion, occasion):
        return
    same = [quota for quota in sheet.quotas if quota.name == ticket.quota_name]
    for quota in same or sheet.quotas:
        if people > quota.seats.most:
            continue
        name = quota.name if len(sheet.quotas) > 1 else ""
        if occasion.decides_later or quota.seats.free >= people:
            yield SwapChoice(occasion, quota.position, name, quota.seats.free, waits=False)
        elif occasion.waitlist:
            yield SwapChoice(occasion, quota.position, name, quota.seats.free, waits=True)
