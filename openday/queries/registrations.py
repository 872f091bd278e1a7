"""Sign-up forms and tickets as people see them; one statement a page."""

import json
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, exists, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from openday import clock, vault
from openday.db import session
from openday.errors import NotFound
from openday.models.activities import Activity
from openday.models.occurrences import Occurrence, Quota
from openday.models.people import Agency
from openday.models.registrations import Registration
from openday.rules.phone import mask_phone
from openday.rules.seats import Seats, as_one, sharing
from openday.rules.signup import Closure, SignupFacts, closure
from openday.rules.signup_answers import shown_extras
from openday.rules.signup_form import SignupForm, form_from
from openday.rules.states import (
    ActivityStatus,
    OccurrenceStatus,
    RegistrationStatus,
    SignupMode,
)
from openday.rules.wording import span_in, span_text


def phone_index(phone: str) -> str:
    """The keyed hash by which a canonical number is found in registrations."""
    return vault.blind_index(phone, "phone")


def activity_phone_index(activity_id: int, phone_hash: str) -> str:
    """What marks a phone in one activity, where it may be on one of its lists only; made from the `phone_index`."""
    return vault.blind_index(f"{activity_id}\0{phone_hash}", "activity-phone")


def kept_extras(extras: str | None) -> dict[str, Any]:
    """The further fields of a registration (see `rules.signup_answers`); {} where there are none."""
    found: dict[str, Any] = json.loads(extras) if extras else {}
    return found


def sayable(code: str) -> str:
    """A code from an address as it may go to the database: PostgreSQL refuses NUL, and no code holds one."""
    return code.replace("\x00", "\ufffd")


@dataclass(frozen=True)
class QuotaSeats:
    """The seats of one part of the audience; `position` counts from 1 and names it in forms."""

    id: int
    position: int
    name: str
    seats: Seats


@dataclass(frozen=True)
class Occasion:
    """What is said about an occurrence wherever somebody signs up, holds a ticket or gets a message."""

    id: int
    code: str
    activity_id: int
    activity_code: str
    theme: str
    agency: str
    contact_phone: str
    venue: str
    number: int | None
    starts_at: datetime
    ends_at: datetime
    party_limit: int
    waitlist: bool
    phone_once: bool
    """Whether a telephone number may be on one list of the activity only, else on one for each occurrence."""
    capacity: int | None
    """Seats that all quotas share; None where the quotas alone bound them."""
    offer_hours: int | None
    """Working hours for which a freed seat is offered to the next party; None: it is given at once."""
    facts: SignupFacts
    form: SignupForm
    jurisdiction_id: int
    """Whose office speaks in letters: that of the agency's place."""
    protection: str
    """none, or challenge: what the form has to bring along (`models.occurrences.PROTECTIONS`)."""
    names_basis: str = ""
    """On what basis the masked names of those who get in are published; empty: they are not."""

    @property
    def decides_later(self) -> bool:
        """Whether signing up takes no seat yet: who gets in is decided by review or by ballot."""
        return self.facts.mode.decides_later

    @property
    def ballot(self) -> bool:
        """Whether it is decided by ballot."""
        return self.facts.mode is SignupMode.BALLOT

    @property
    def when(self) -> str:
        """2026年9月16日（星期三）14:00–16:00."""
        return span_text(self.starts_at, self.ends_at)

    def when_in(self, language: str) -> str:
        """The same in the language of whoever signed up."""
        return span_in(language, self.starts_at, self.ends_at)


PLENTY = 20
"""From so many free seats on, the form says that there are seats and does not count them: nobody needs the number, and
in a rush it would change with every page."""


@dataclass(frozen=True)
class SignupSheet:
    """An occurrence with its quotas."""

    occasion: Occasion
    quotas: tuple[QuotaSeats, ...]

    @property
    def seats(self) -> Seats:
        """All quotas together."""
        return as_one([quota.seats for quota in self.quotas])

    @property
    def left(self) -> int:
        """Free seats over all quotas."""
        return self.seats.free

    @property
    def total(self) -> int:
        """Seats over all quotas."""
        return self.seats.capacity

    @property
    def shown(self) -> tuple[object, ...]:
        """Everything that a form says of this sheet: where seats are plenty, it does not count them."""
        counts = tuple((q.id, q.name, q.seats.capacity, min(q.seats.free, PLENTY)) for q in self.quotas)
        return self.occasion, min(self.left, PLENTY), counts

    def state(self, now: datetime) -> str:
        """open, waitlist, full, or why sign-up is closed (see rules.signup.Closure)."""
        why: Closure | None = closure(self.occasion.facts, now)
        if why is not None:
            return why.value
        if self.left or self.occasion.decides_later:
            return "open"
        return "waitlist" if self.occasion.waitlist else "full"


OCCASION_COLUMNS = (
    Occurrence.id,
    Occurrence.code,
    Occurrence.number,
    Occurrence.status,
    Occurrence.signup_mode,
    Occurrence.venue,
    Occurrence.starts_at,
    Occurrence.ends_at,
    Occurrence.opens_at,
    Occurrence.closes_at,
    Occurrence.party_limit,
    Occurrence.waitlist,
    Occurrence.capacity.label("shared_capacity"),
    Occurrence.offer_hours,
    Occurrence.form,
    Occurrence.protection,
    Occurrence.publish_names,
    Occurrence.names_basis,
    Activity.id.label("activity_id"),
    Activity.code.label("activity_code"),
    Activity.status.label("activity_status"),
    Activity.phone_once,
    Activity.theme,
    Activity.contact_phone,
    Agency.name.label("agency"),
    Agency.jurisdiction_id,
)
"""The columns from which `occasion_from` reads; the caller joins Occurrence, Activity and Agency."""


def occasion_from(row: Any) -> Occasion:
    """The occurrence of a row that holds OCCASION_COLUMNS."""
    cancelled = row.status == OccurrenceStatus.CANCELLED or row.activity_status == ActivityStatus.CANCELLED
    postponed = row.status == OccurrenceStatus.POSTPONED
    facts = SignupFacts(
        SignupMode(row.signup_mode), cancelled, row.starts_at, row.opens_at, row.closes_at, postponed=postponed
    )
    return Occasion(
        id=row.id,
        code=row.code,
        activity_id=row.activity_id,
        activity_code=row.activity_code,
        theme=row.theme,
        agency=row.agency,
        contact_phone=row.contact_phone,
        venue=row.venue,
        number=row.number,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        party_limit=row.party_limit,
        waitlist=row.waitlist,
        phone_once=row.phone_once == "activity",
        capacity=row.shared_capacity,
        offer_hours=row.offer_hours,
        facts=facts,
        form=form_from(row.form),
        jurisdiction_id=row.jurisdiction_id,
        protection=row.protection,
        names_basis=row.names_basis if row.publish_names else "",
    )


# Built once: on the page of the form every tenth of a millisecond counts when sign-up opens.
WITH_QUOTAS: Select[*tuple[Any, ...]] = (
    select(
        *OCCASION_COLUMNS,
        Quota.id.label("quota_id"),
        Quota.position,
        Quota.name.label("quota_name"),
        Quota.capacity,
        Quota.taken,
    )
    .join(Activity, Activity.id == Occurrence.activity_id)
    .join(Agency, Agency.id == Activity.agency_id)
    .join(Quota, Quota.occurrence_id == Occurrence.id)
)
"""Occurrences as people may sign up for them, a row for each quota."""
SHEET = WITH_QUOTAS.where(
    Occurrence.code == bindparam("code"), Occurrence.status != OccurrenceStatus.PROPOSED
).order_by(Quota.position)


def sheet_from(rows: Any) -> SignupSheet:
    """The sheet of all rows of SHEET; NotFound when there is none."""
    if not rows:
        raise NotFound()
    seats = sharing([Seats(row.capacity, row.taken) for row in rows], rows[0].shared_capacity)
    quotas = tuple(
        QuotaSeats(row.quota_id, row.position, row.quota_name, of) for row, of in zip(rows, seats, strict=True)
    )
    return SignupSheet(occasion_from(rows[0]), quotas)


def signup_sheet(code: str) -> SignupSheet:
    """The public occurrence with this code.

    Raises:
        NotFound: there is none, or the office has not scheduled it yet.
    """
    return sheet_from(session().execute(SHEET, {"code": sayable(code)}).all())


@dataclass(frozen=True)
class Ticket:
    """A registration as its holder sees it. `name` and `masked_phone` are empty once personal data is deleted."""

    id: int
    code: str
    number: str
    status: RegistrationStatus
    party_size: int
    attended: int
    checked_in_at: datetime | None
    name: str
    masked_phone: str
    quota_id: int
    quota_name: str
    quotas: int
    ahead: int
    """How many parties wait before this one for the same seats."""
    offer_until: datetime | None
    """Until when offered seats are held, or were held for whoever let them go."""
    decision_reason: str
    """Why it was declined; empty otherwise."""
    extras: tuple[tuple[str, str], ...]
    """What else was answered, as lines to read."""
    companions: tuple[str, ...]
    elsewhere: bool
    """Whether the activity has other occurrences to come."""
    occasion: Occasion

    @property
    def erased(self) -> bool:
        """Whether nothing is kept any more that says who this is."""
        return not self.name and not self.masked_phone

    @cached_property
    def state(self) -> str:
        """applied, confirmed, waitlisted, offered, declined, cancelled or attended; lapsed when an offer ran out; off
        when the occurrence itself is cancelled, postponed when it is put off to a time not known yet."""
        if self.status is RegistrationStatus.CANCELLED and self.offer_until is not None:
            return "lapsed"
        if self.status in (RegistrationStatus.CANCELLED, RegistrationStatus.DECLINED):
            return self.status.value
        if self.occasion.facts.cancelled:
            return "off"
        if self.occasion.facts.postponed:
            return "postponed"
        return "attended" if self.attended else self.status.value

    def changeable(self, now: datetime) -> bool:
        """Whether the holder may still change the party or cancel: until the start, and before check-in."""
        return self.state in ("applied", "confirmed", "waitlisted") and now < self.occasion.starts_at

    def answerable(self, now: datetime) -> bool:
        """Whether the holder may still change what the form asked for, as far as time and state go."""
        return (self.changeable(now) or self.acceptable(now)) and not self.erased

    def acceptable(self, now: datetime) -> bool:
        """Whether the holder may still take the seats that are offered."""
        until = self.offer_until
        return self.state == "offered" and until is not None and now <= until and now < self.occasion.starts_at

    def cancellable(self, now: datetime) -> bool:
        """Whether the holder may still give the place back; while it is put off, that is always so."""
        offered = self.state == "offered" and now < self.occasion.starts_at
        return self.changeable(now) or offered or self.state == "postponed"


_Other = Registration.__table__.alias("other")
_LAST = 2**31 - 1


def waiting_place(
    reserve_place: ColumnElement[int | None] | InstrumentedAttribute[int | None],
) -> ColumnElement[int]:
    """What the waitlist is served by, before the id: the reserve of a ballot as it was drawn, then whoever came."""
    return func.coalesce(reserve_place, _LAST)


def waiting_turn(
    queued_as: ColumnElement[int | None] | InstrumentedAttribute[int | None],
    id_: ColumnElement[int] | InstrumentedAttribute[int],
) -> ColumnElement[int]:
    """What the waitlist is served by after `waiting_place`: ids run in the order in which people came, and who moved
    here from another occurrence stands behind those who waited then. Equal turns go by id."""
    return func.coalesce(queued_as, id_)


_Sibling = Quota.__table__.alias("sibling")
_Later = Occurrence.__table__.alias("later")

_TICKET: Select[*tuple[Any, ...]] = (
    select(
        *OCCASION_COLUMNS,
        Registration.id.label("registration_id"),
        Registration.code.label("ticket_code"),
        Registration.number.label("ticket_number"),
        Registration.status.label("ticket_status"),
        Registration.party_size,
        Registration.attended,
        Registration.checked_in_at,
        Registration.name,
        Registration.phone,
        Registration.quota_id,
        Registration.extras,
        Registration.photo_consent,
        Registration.decision_reason,
        Registration.offer_until,
        Quota.name.label("quota_name"),
        select(func.count())
        .select_from(_Sibling)
        .where(_Sibling.c.occurrence_id == Registration.occurrence_id)
        .scalar_subquery()
        .label("quotas"),
        select(func.count())
        .select_from(_Other)
        .where(
            _Other.c.occurrence_id == Registration.occurrence_id,
            or_(_Other.c.quota_id == Registration.quota_id, Occurrence.capacity.is_not(None)),
            _Other.c.status == RegistrationStatus.WAITLISTED.value,
            or_(
                waiting_place(_Other.c.reserve_place) < waiting_place(Registration.reserve_place),
                and_(
                    waiting_place(_Other.c.reserve_place) == waiting_place(Registration.reserve_place),
                    or_(
                        waiting_turn(_Other.c.queued_as, _Other.c.id)
                        < waiting_turn(Registration.queued_as, Registration.id),
                        and_(
                            waiting_turn(_Other.c.queued_as, _Other.c.id)
                            == waiting_turn(Registration.queued_as, Registration.id),
                            _Other.c.id < Registration.id,
                        ),
                    ),
                ),
            ),
        )
        .scalar_subquery()
        .label("ahead"),
        exists()
        .where(
            _Later.c.activity_id == Occurrence.activity_id,
            _Later.c.id != Occurrence.id,
            _Later.c.status == OccurrenceStatus.SCHEDULED.value,
            _Later.c.signup_mode == Occurrence.signup_mode,
            _Later.c.starts_at > bindparam("now", type_=Occurrence.starts_at.type),
        )
        .label("elsewhere"),
    )
    .join(Occurrence, Occurrence.id == Registration.occurrence_id)
    .join(Activity, Activity.id == Occurrence.activity_id)
    .join(Agency, Agency.id == Activity.agency_id)
    .join(Quota, Quota.id == Registration.quota_id)
    .where(Registration.code == bindparam("code"))
)


def ticket(code: str) -> Ticket:
    """The registration with this ticket code, the cancelled ones included.

    Raises:
        NotFound: there is none.
    """
    row = session().execute(_TICKET, {"code": sayable(code), "now": clock.now()}).first()
    if row is None:
        raise NotFound()
    kept = kept_extras(row.extras)
    return Ticket(
        id=row.registration_id,
        code=row.ticket_code,
        number=row.ticket_number,
        status=RegistrationStatus(row.ticket_status),
        party_size=row.party_size,
        attended=row.attended,
        checked_in_at=row.checked_in_at,
        name=row.name or "",
        masked_phone=mask_phone(row.phone) if row.phone else "",
        quota_id=row.quota_id,
        quota_name=row.quota_name,
        quotas=row.quotas,
        ahead=row.ahead,
        offer_until=row.offer_until,
        extras=tuple(shown_extras(kept, row.photo_consent)),
        companions=tuple(kept.get("companions", ())),
        decision_reason=row.decision_reason,
        elsewhere=bool(row.elsewhere),
        occasion=occasion_from(row),
    )
