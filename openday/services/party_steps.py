"""Steps on the list of one occurrence, inside the caller's transaction: lock it, move seats, serve the waitlist, tell.

Whoever changes the list of an occurrence holds its row first (`lock_occurrence`). Under this lock the ids of its
registrations run in the order in which they were accepted, so that the waitlist is served by id (the reserve of a
ballot first, as it was drawn), and what was read after it stays true until the commit. Seats nevertheless move by a
guarded UPDATE alone: for the seats of a quota it holds even where somebody forgot the lock. Seats that are offered
count as taken, and so do not come free a second time.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, and_, bindparam, exists, func, or_, select, update

from openday.db import session, write
from openday.documents.calendar_invites import Gathering, Invite, Place, invite_of
from openday.errors import Conflict, NotFound
from openday.models.activities import Activity
from openday.models.occurrences import Occurrence, Quota
from openday.models.people import Agency
from openday.models.registrations import Registration
from openday.queries.registrations import (
    OCCASION_COLUMNS,
    Occasion,
    occasion_from,
    sayable,
    waiting_place,
    waiting_turn,
)
from openday.queries.working_calendar import working_calendar
from openday.rules.offers import offer_deadline
from openday.rules.seats import Seats, Waiting, promotable
from openday.rules.states import HOLDING, Channel, RegistrationStatus
from openday.rules.wording import moment_in
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
    calendar_sequence: int | None = None
    """The SEQUENCE of the last calendar invite that went to them; None: there was none."""
    seated: bool = False
    """Whether they had their seats when this was read."""
    new: bool = False
    """Whether the registration is written in this very transaction, with the SEQUENCE of its first invite."""


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


def held_ticket(code: str) -> tuple[Any, Occasion]:
    """The registration with this ticket code as it is while its occurrence is held: id, quota_id, status, party_size,
    attended, extras, offer_until.

    Raises:
        NotFound: there is none.
        Conflict: it was moved to another occurrence in this very moment.
    """
    occurrence_id = session().scalar(select(Registration.occurrence_id).where(Registration.code == sayable(code)))
    if occurrence_id is None:
        raise NotFound()
    occasion = lock_occurrence(occurrence_id)
    columns = ("id", "quota_id", "status", "party_size", "attended", "extras", "offer_until")
    here = (Registration.code == code, Registration.occurrence_id == occurrence_id)
    held = session().execute(select(*(getattr(Registration, name) for name in columns)).where(*here)).first()
    if held is None:
        raise Conflict("这份报名刚刚改到了另一场，请重新打开报名凭证查看")
    return held, occasion


# --- seats -----------------------------------------------------------------------------------------------------------

_registrations = cast(Table, Registration.__table__)
_occurrences = cast(Table, Occurrence.__table__)
_quotas = cast(Table, Quota.__table__)
_siblings, _awaited = _quotas.alias("siblings"), _quotas.alias("awaited")
_WAITING = RegistrationStatus.WAITLISTED.value
# Of the quota of the surrounding statement: whether some waiting party fits into its free seats; and what all quotas of
# its occurrence share (NULL: nothing), what all of them hold, and whether a party that waits for any of them fits.
fits_somebody = exists().where(
    _registrations.c.occurrence_id == _quotas.c.occurrence_id,  # there is an index over occurrence and status
    _registrations.c.quota_id == _quotas.c.id,
    _registrations.c.status == _WAITING,
    _registrations.c.party_size <= _quotas.c.capacity - _quotas.c.taken,
)
_shared = (
    select(_occurrences.c.capacity)
    .where(_occurrences.c.id == _quotas.c.occurrence_id)
    .correlate(_quotas)
    .scalar_subquery()
)
_in_all = (
    select(func.sum(_siblings.c.taken))
    .where(_siblings.c.occurrence_id == _quotas.c.occurrence_id)
    .correlate(_quotas)
    .scalar_subquery()
)
_fits_anybody = exists().where(
    _registrations.c.occurrence_id == _quotas.c.occurrence_id,
    _registrations.c.quota_id == _awaited.c.id,
    _registrations.c.status == _WAITING,
    _registrations.c.party_size <= _awaited.c.capacity - _awaited.c.taken,
    _registrations.c.party_size <= _shared - _in_all,
)
_TAKE = (
    update(_quotas)
    .where(_quotas.c.id == bindparam("quota"), _quotas.c.taken + bindparam("people") <= _quotas.c.capacity)
    .values(taken=_quotas.c.taken + bindparam("people"))
)
_TAKE_SHARED = _TAKE.where(or_(_shared.is_(None), _in_all + bindparam("people") <= _shared))
_TAKE_BEHIND_WAITLIST = _TAKE_SHARED.where(
    or_(and_(_shared.is_(None), ~fits_somebody), and_(_shared.is_not(None), ~_fits_anybody))
)
_SHARED = select(
    _shared.label("capacity"), _in_all.label("taken"), _fits_anybody.label("awaited")
).where(_quotas.c.id == bindparam("quota"))  # fmt: skip


def take_seats(quota_id: int, people: int, *, from_waitlist: bool = False) -> bool:
    """Take that many seats at once, or none and answer False.

    Nobody overtakes: while a waiting party would fit into what is free, only the waitlist itself takes seats.
    """
    statement = _TAKE_SHARED if from_waitlist else _TAKE_BEHIND_WAITLIST
    return _changed(session().execute(statement, {"quota": quota_id, "people": people})) == 1


def take_free_seats(quota_id: int, people: int, *, shared: bool = False) -> None:
    """Take seats that were seen to be free under the lock; were they not, the whole use-case begins again.

    `shared`: whether the occurrence has seats that its quotas share.
    """
    write(_TAKE_SHARED if shared else _TAKE, {"quota": quota_id, "people": people}, rows=1)


def shared_seats(quota_id: int) -> tuple[Seats, bool]:
    """The seats that all quotas of an occurrence share, which has such seats; and whether somebody waits who fits into
    what is free of them. Asked under the lock."""
    row = session().execute(_SHARED, {"quota": quota_id}).one()
    return Seats(row.capacity, row.taken), bool(row.awaited)


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


def change_held(registration_id: int, expected: str, **values: Any) -> bool:
    """Change a registration if it still has this status and nobody of it has checked in."""
    here = _registrations.c
    same = (here.id == registration_id, here.status == expected, here.attended == 0)
    return _changed(session().execute(update(_registrations).where(*same).values(**values))) == 1


# --- the waitlist ----------------------------------------------------------------------------------------------------


def serve_waiting(occasion: Occasion, now: datetime, ticket_url: TicketUrl) -> list[int]:
    """Give what is free to the waiting parties, in order and whole, and tell each; ids of those served.

    Where the occurrence asks for it, seats are offered until a deadline instead; offers that have run out are taken
    back first, so that the next in order get them. The caller holds the occurrence. Nobody is served once it has begun
    or was cancelled, nor while it is put off: whoever waits is served when its new time stands.
    """
    if occasion.facts.cancelled or occasion.facts.postponed:
        return []
    queue = []
    for row in session().execute(_QUEUE, {"occurrence": occasion.id}).all():
        if row.status == _WAITING:
            queue.append(Waiting(row.id, row.quota_id, row.party_size))
        elif now >= occasion.starts_at or (row.offer_until is not None and row.offer_until < now):
            _let_lapse(row, occasion, now, ticket_url)
    if not queue or now >= occasion.starts_at:
        return []
    by_id = {waiting.registration_id: waiting for waiting in queue}
    until, served = None, []
    for registration_id in promotable(queue, *_free_seats(occasion)):
        waiting = by_id[registration_id]
        if not take_seats(waiting.quota_id, waiting.party_size, from_waitlist=True):
            continue
        until = until or _offered_until(occasion, now)
        _give(registration_id, occasion, until, now, ticket_url)
        served.append(registration_id)
    return served


_QUEUE = (
    select(
        Registration.id, Registration.status, Registration.quota_id, Registration.party_size, Registration.offer_until
    )
    .where(
        Registration.occurrence_id == bindparam("occurrence"),
        Registration.status.in_([_WAITING, RegistrationStatus.OFFERED.value]),
    )
    .order_by(
        waiting_place(_registrations.c.reserve_place),
        waiting_turn(_registrations.c.queued_as, _registrations.c.id),
        Registration.id,
    )
)


def _free_seats(occasion: Occasion) -> tuple[dict[int, int], int | None]:
    """Free seats by quota, and those that all quotas share (None: they share none)."""
    counts = session().execute(select(Quota.id, Quota.capacity, Quota.taken).where(Quota.occurrence_id == occasion.id))
    seats = {row.id: Seats(row.capacity, row.taken) for row in counts}
    free = {quota_id: quota.free for quota_id, quota in seats.items()}
    if occasion.capacity is None:
        return free, None
    return free, Seats(occasion.capacity, sum(quota.taken for quota in seats.values())).free


def _offered_until(occasion: Occasion, now: datetime) -> datetime | None:
    """Until when seats that come free now are offered; None where they are given at once, as is done when no working
    time is left before the start."""
    if occasion.offer_hours is None:
        return None
    return offer_deadline(now, occasion.offer_hours, occasion.starts_at, working_calendar())


def _give(
    registration_id: int, occasion: Occasion, until: datetime | None, now: datetime, ticket_url: TicketUrl
) -> None:
    """The seats of a party that waited are taken: now they are its own, or offered to it."""
    who = guest(registration_id)
    if until is None:
        change_held(registration_id, _WAITING, status=RegistrationStatus.CONFIRMED.value, confirmed_at=now)
        note("registration.promote", registration_id, now, party_size=who.party_size)
        tell("registration.promoted", who, occasion, now, ticket_url)
        return
    change_held(registration_id, _WAITING, status=RegistrationStatus.OFFERED.value, offer_until=until)
    note("registration.offer", registration_id, now, party_size=who.party_size, until=until.isoformat())
    more = {"until": moment_in(who.language, until)}
    tell("registration.offered", who, occasion, now, ticket_url, **more)


def _let_lapse(row: Any, occasion: Occasion, now: datetime, ticket_url: TicketUrl) -> None:
    """Nobody accepted in time: the party leaves the list, and its seats are free for the next. `offer_until` stays, and
    says why."""
    change_held(row.id, RegistrationStatus.OFFERED.value, status=RegistrationStatus.CANCELLED.value, cancelled_at=now)
    give_back_seats(row.quota_id, row.party_size)
    note("registration.offer_lapse", row.id, now, party_size=row.party_size)
    who = guest(row.id)
    more = {"until": moment_in(who.language, row.offer_until)}
    tell("registration.offer_expired", who, occasion, now, ticket_url, **more)


def renew_offers(occasion: Occasion, now: datetime, ticket_url: TicketUrl) -> None:
    """Let what was offered before the occurrence was put off be accepted for as long as if it were offered now."""
    rows = [row for row in session().execute(_QUEUE, {"occurrence": occasion.id}) if row.status != _WAITING]
    if not rows:
        return
    hours = occasion.offer_hours
    until = offer_deadline(now, hours, occasion.starts_at, working_calendar()) if hours else None
    for row in rows:
        change_held(row.id, row.status, status=_WAITING, offer_until=None)
        _give(row.id, occasion, until, now, ticket_url)


def give_up(held: Any, occasion: Occasion, now: datetime, ticket_url: TicketUrl) -> bool:
    """The party of `held_ticket` leaves the list, and its seats go to those who wait; False when it just came in."""
    gone = {"status": RegistrationStatus.CANCELLED.value, "cancelled_at": now, "offer_until": None}
    if not change_held(held.id, held.status, **gone):
        return False
    if held.status in HOLDING:
        give_back_seats(held.quota_id, held.party_size)
    note("registration.cancel", held.id, now, status=held.status, party_size=held.party_size)
    tell("registration.cancelled", guest(held.id), occasion, now, ticket_url)
    serve_waiting(occasion, now, ticket_url)
    return True


# --- telling ---------------------------------------------------------------------------------------------------------


def note(action: str, registration_id: int, now: datetime, **detail: Any) -> None:
    """A line of the ledger about what a holder, or the house itself, did with a registration."""
    ledger.record(action, actor=None, record_type="registration", record_id=registration_id, now=now, **detail)


def guest(registration_id: int) -> Guest:
    """Whom to tell about a registration; names and addresses are empty once personal data is deleted."""
    columns = (getattr(Registration, name) for name in (*GUEST_COLUMNS, "status"))
    row = session().execute(select(*columns).where(Registration.id == registration_id)).one()
    return replace(guest_from(row, registration_id), seated=row.status == RegistrationStatus.CONFIRMED)


GUEST_COLUMNS = ("code", "number", "name", "phone", "email", "party_size", "language", "calendar_sequence")
"""What `guest_from` reads of a registration."""


def guest_from(row: Any, registration_id: int) -> Guest:
    """The guest of a row that holds GUEST_COLUMNS."""
    return Guest(
        registration_id=registration_id,
        code=row.code,
        number=row.number,
        name=row.name or "",
        phone=row.phone or "",
        email=row.email or "",
        party_size=row.party_size,
        language=row.language,
        calendar_sequence=row.calendar_sequence,
    )


def tell(
    kind: str,
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
        invite=_invite(kind, who, occasion, now, ticket_url) if who.email else None,
    )


_INVITED = update(_registrations).where(_registrations.c.id == bindparam("guest"))
_INVITED = _INVITED.values(calendar_sequence=bindparam("sequence"))


def _invite(kind: str, who: Guest, occasion: Occasion, now: datetime, ticket_url: TicketUrl) -> Invite | None:
    """The calendar invite that goes along, and a note of its SEQUENCE: whoever is new has it already."""
    link = ticket_url(who.code)
    place = Place(who.code, who.number, who.email, who.language, who.calendar_sequence, who.seated, link)
    gathering = Gathering(occasion.theme, occasion.venue, occasion.agency, occasion.starts_at, occasion.ends_at)
    invite = invite_of(kind, place, gathering, now)
    if invite is not None and not who.new:
        write(_INVITED, {"guest": who.registration_id, "sequence": invite.sequence})
    return invite
