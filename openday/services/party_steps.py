"""Steps on the list of one occurrence, inside the caller's transaction: lock it, move seats, serve the waitlist, tell.

Whoever changes the list of an occurrence holds its row first (`lock_occurrence`). Under this lock the ids of its
registrations run in the order in which they were accepted, so that the waitlist is served by id (the reserve of a
ballot first, as it was drawn), and what was read
after it stays true until the commit. Seats nevertheless move by a guarded UPDATE alone: it holds even where somebody
forgot the lock.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, bindparam, exists, select, update

from openday.db import session, write
from openday.models.activities import Activity
from openday.models.occurrences import Occurrence, Quota
from openday.models.people import Agency
from openday.models.registrations import Registration
from openday.queries.registrations import OCCASION_COLUMNS, Occasion, occasion_from, waiting_place
from openday.rules.seats import Seats, Waiting, promotable
from openday.rules.states import Channel, RegistrationStatus
from openday.services import ledger
from openday.services.wordings import letter_of

TicketUrl = Callable[[str], str]
"""Makes the absolute address of a ticket from its code."""


@dataclass(frozen=True)
class Guest:
    """Whom a message about a registration goes to, and what it says of the registration."""

    registration_id: int
    code: str
    number: str
    name: str
    phone: str
    email: str
    party_size: int
    language: str = "zh"


_LOCK = (
    select(*OCCASION_COLUMNS)
    .join(Activity, Activity.id == Occurrence.activity_id)
    .join(Agency, Agency.id == Activity.agency_id)
    .where(Occurrence.id == bindparam("id"))
    # NO KEY: rows that refer to the occurrence may still be written.
    .with_for_update(of=Occurrence, key_share=True)
)


def lock_occurrence(occurrence_id: int) -> Occasion:
    """Hold the occurrence until the transaction ends; its facts as they are now."""
    return occasion_from(session().execute(_LOCK, {"id": occurrence_id}).one())


_quotas = cast(Table, Quota.__table__)
_registrations = cast(Table, Registration.__table__)
# Whether, of the quota of the surrounding statement, some waiting party fits into the free seats.
fits_somebody = exists().where(
    _registrations.c.occurrence_id == _quotas.c.occurrence_id,  # there is an index over occurrence and status
    _registrations.c.quota_id == _quotas.c.id,
    _registrations.c.status == RegistrationStatus.WAITLISTED.value,
    _registrations.c.party_size <= _quotas.c.capacity - _quotas.c.taken,
)
_TAKE = (
    update(_quotas)
    .where(_quotas.c.id == bindparam("quota"), _quotas.c.taken + bindparam("people") <= _quotas.c.capacity)
    .values(taken=_quotas.c.taken + bindparam("people"))
)
_TAKE_BEHIND_WAITLIST = _TAKE.where(~fits_somebody)


def take_seats(quota_id: int, people: int, *, from_waitlist: bool = False) -> bool:
    """Take that many seats at once, or none and answer False.

    Nobody overtakes: while a waiting party would fit into what is free, only the waitlist itself takes seats.
    """
    statement = _TAKE if from_waitlist else _TAKE_BEHIND_WAITLIST
    return _changed(session().execute(statement, {"quota": quota_id, "people": people})) == 1


def take_free_seats(quota_id: int, people: int) -> None:
    """Take seats that were seen to be free under the lock; were they not, the whole use-case begins again."""
    write(_TAKE, {"quota": quota_id, "people": people}, rows=1)


_GIVE_BACK = (
    update(_quotas)
    .where(_quotas.c.id == bindparam("quota"), _quotas.c.taken >= bindparam("people"))
    .values(taken=_quotas.c.taken - bindparam("people"))
)


def give_back_seats(quota_id: int, people: int) -> None:
    """Seats that a party held are free again."""
    if _changed(session().execute(_GIVE_BACK, {"quota": quota_id, "people": people})) != 1:
        raise RuntimeError(f"quota {quota_id} holds fewer than {people} taken seats")


def _changed(result: Any) -> int:
    return int(result.rowcount)


def serve_waiting(occasion: Occasion, now: datetime, ticket_url: TicketUrl) -> list[int]:
    """Give what is free to the waiting parties, in order and whole, and tell each; ids of those served.

    The caller holds the occurrence. Nobody is served once it has begun or was cancelled, nor while it
    is put off: whoever waits is served when its new time stands.
    """
    if occasion.facts.cancelled or occasion.facts.postponed or now >= occasion.starts_at:
        return []
    queue = [
        Waiting(row.id, row.quota_id, row.party_size)
        for row in session().execute(
            select(Registration.id, Registration.quota_id, Registration.party_size)
            .where(Registration.occurrence_id == occasion.id, Registration.status == RegistrationStatus.WAITLISTED)
            .order_by(waiting_place(Registration.__table__.c.reserve_place), Registration.id)
        )
    ]
    if not queue:
        return []
    counts = session().execute(select(Quota.id, Quota.capacity, Quota.taken).where(Quota.occurrence_id == occasion.id))
    free = {row.id: Seats(row.capacity, row.taken).free for row in counts}
    by_id = {waiting.registration_id: waiting for waiting in queue}
    served = []
    for registration_id in promotable(queue, free):
        waiting = by_id[registration_id]
        if take_seats(waiting.quota_id, waiting.party_size, from_waitlist=True):
            _confirm(registration_id, occasion, now, ticket_url)
            served.append(registration_id)
    return served


def _confirm(registration_id: int, occasion: Occasion, now: datetime, ticket_url: TicketUrl) -> None:
    session().execute(
        update(_registrations)
        .where(
            _registrations.c.id == registration_id,
            _registrations.c.status == RegistrationStatus.WAITLISTED.value,
        )
        .values(status=RegistrationStatus.CONFIRMED.value, confirmed_at=now)
    )
    ledger.record("registration.promote", actor=None, record_type="registration", record_id=registration_id, now=now)
    tell(
        "registration.promoted", "messages/registration_promoted.txt", guest(registration_id), occasion, now, ticket_url
    )


def guest(registration_id: int) -> Guest:
    """Whom to tell about a registration; names and addresses are empty once personal data is deleted."""
    row = (
        session()
        .execute(
            select(
                Registration.code,
                Registration.number,
                Registration.name,
                Registration.phone,
                Registration.email,
                Registration.party_size,
                Registration.language,
            ).where(Registration.id == registration_id)
        )
        .one()
    )
    return guest_from(row, registration_id)


def guest_from(row: Any, registration_id: int) -> Guest:
    """The guest of a row with code, number, name, phone, email, party_size and language of a registration."""
    name, phone, email = row.name or "", row.phone or "", row.email or ""
    return Guest(registration_id, row.code, row.number, name, phone, email, row.party_size, row.language)


def tell(
    kind: str,
    template: str,
    who: Guest,
    occasion: Occasion,
    now: datetime,
    ticket_url: TicketUrl,
    **more: object,
) -> None:
    """Put a message about a registration into the outbox: by mail when an address was given, else by SMS.

    `more` is what this letter says besides the facts of every registration.
    """
    if not (who.email or who.phone):
        return
    values = {
        "theme": occasion.theme,
        "name": who.name,
        "party": who.party_size,
        "number": who.number,
        "when": occasion.when_in(who.language),
        "venue": occasion.venue,
        "agency": occasion.agency,
        "link": ticket_url(who.code),
        **more,
    }
    text = letter_of(kind, occasion.jurisdiction_id, who.language, values)
    ledger.enqueue(
        kind,
        channel=Channel.EMAIL if who.email else Channel.SMS,
        recipient=who.email or who.phone,
        subject=text.subject,
        body=text.body,
        now=now,
        registration_id=who.registration_id,
    )
