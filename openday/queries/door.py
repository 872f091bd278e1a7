"""What the people at the door see: their occurrences, who is in, who is meant by what was typed."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select

from openday.db import session
from openday.errors import NotFound
from openday.models.activities import Activity
from openday.models.occurrences import Occurrence
from openday.models.people import Agency, Jurisdiction
from openday.models.registrations import Registration
from openday.queries.registrations import phone_index, sayable
from openday.queries.scope import within_reach
from openday.rules.door import CLOSES_AFTER, Search, Sought, closed_text, understand
from openday.rules.permissions import Actor, Right, Subject, can
from openday.rules.privacy import name_fragment
from openday.rules.states import ActivityStatus, OccurrenceStatus, RegistrationStatus, SignupMode
from openday.rules.wording import span_text

MOST_DOORS = 100
MOST_HITS = 20


@dataclass(frozen=True)
class Door:
    """One occurrence as its door needs it. `walk_in_limit` 0 means no walk-ins, but no limit where nobody signs up."""

    id: int
    code: str
    theme: str
    agency: str
    agency_id: int
    venue: str
    starts_at: datetime
    ends_at: datetime
    cancelled: bool
    signup_mode: SignupMode
    walk_in_limit: int
    walked_in: int
    subject: Subject
    postponed: bool = False

    @property
    def when(self) -> str:
        """2026年9月16日（星期三）14:00–16:00."""
        return span_text(self.starts_at, self.ends_at)

    @property
    def unlimited(self) -> bool:
        """Whether everybody who comes is let in: no sign-up is needed and no number was set."""
        return self.signup_mode is SignupMode.OPEN_DOOR and self.walk_in_limit == 0

    @property
    def takes_walk_ins(self) -> bool:
        """Whether there is room for anybody who is not on the list."""
        return self.unlimited or self.walk_in_limit > 0

    @property
    def walk_ins_left(self) -> int:
        """Walk-ins that still fit in; 0 where there is no limit to count down from."""
        return max(0, self.walk_in_limit - self.walked_in)

    def closed(self, now: datetime) -> str:
        """Why nobody can be let in; '' while the door is open."""
        if self.cancelled:
            return "本场活动已取消，不办理签到"
        if self.postponed:
            return "本场活动延期举办，新的时间另行通知，不办理签到"
        return closed_text(self.starts_at, self.ends_at, now)


_DOOR_COLUMNS: tuple[Any, ...] = (
    Occurrence.id,
    Occurrence.code,
    Occurrence.status,
    Occurrence.venue,
    Occurrence.starts_at,
    Occurrence.ends_at,
    Occurrence.signup_mode,
    Occurrence.walk_in_limit,
    Occurrence.walked_in,
    Activity.theme,
    Activity.status.label("activity_status"),
    Agency.id.label("agency_id"),
    Agency.name.label("agency"),
    Jurisdiction.path,
)
_DOOR: Select[Any] = (
    select(*_DOOR_COLUMNS)
    .join(Activity, Activity.id == Occurrence.activity_id)
    .join(Agency, Agency.id == Activity.agency_id)
    .join(Jurisdiction, Jurisdiction.id == Agency.jurisdiction_id)
    .where(Occurrence.status != OccurrenceStatus.PROPOSED)
)


def door_at(actor: Actor, code: str, *rights: Right) -> Door:
    """The door of the occurrence with this code, when one of the rights (CHECK_IN by default) reaches it.

    Raises:
        NotFound: not there, or not theirs; nobody can tell which.
    """
    return _reached(actor, Occurrence.code == sayable(code), rights or (Right.CHECK_IN,))


def public_door(code: str) -> Door:
    """The door of the occurrence with this code, for a visitor who stands in front of it.

    Raises:
        NotFound: not there.
    """
    row = session().execute(_DOOR.where(Occurrence.code == sayable(code))).first()
    if row is None:
        raise NotFound()
    return _door(row)


def _reached(actor: Actor, condition: ColumnElement[bool], rights: tuple[Right, ...]) -> Door:
    row = session().execute(_DOOR.where(condition)).first()
    if row is None:
        raise NotFound()
    door = _door(row)
    if not any(can(actor, right, door.subject) for right in rights):
        raise NotFound()
    return door


def _door(row: Any) -> Door:
    cancelled = row.status == OccurrenceStatus.CANCELLED or row.activity_status == ActivityStatus.CANCELLED
    return Door(
        id=row.id,
        code=row.code,
        theme=row.theme,
        agency=row.agency,
        agency_id=row.agency_id,
        venue=row.venue,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        cancelled=cancelled,
        signup_mode=SignupMode(row.signup_mode),
        walk_in_limit=row.walk_in_limit,
        walked_in=row.walked_in,
        subject=Subject(row.agency_id, row.path, row.id),
        postponed=row.status == OccurrenceStatus.POSTPONED,
    )


def opens_door(actor: Actor, occurrence_id: int) -> bool:
    """Whether the person lets people into this occurrence; decides about the link on a ticket."""
    try:
        _reached(actor, Occurrence.id == occurrence_id, (Right.CHECK_IN,))
    except NotFound:
        return False
    return True


# --- lists and counts ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class HeadCount:
    """Persons: let in, expected (everybody confirmed, walk-ins included), and how many of those walked in."""

    admitted: int
    expected: int
    walked_in: int


@dataclass(frozen=True)
class DoorRow:
    """A line of the list of doors."""

    door: Door
    count: HeadCount


_CONFIRMED = Registration.status == RegistrationStatus.CONFIRMED.value
_ADMITTED = func.coalesce(func.sum(Registration.attended), 0)
_EXPECTED = func.coalesce(func.sum(Registration.party_size), 0)


def doors(actor: Actor, now: datetime) -> list[DoorRow]:
    """Scheduled occurrences that the person lets people into and that are not over yet, soonest first; one query."""
    mine = or_(Occurrence.id.in_(actor.occurrence_ids), within_reach(actor, Right.CHECK_IN))
    of_this = and_(Registration.occurrence_id == Occurrence.id, _CONFIRMED)
    statement = (
        _DOOR.add_columns(
            select(_ADMITTED).where(of_this).correlate(Occurrence).scalar_subquery().label("admitted"),
            select(_EXPECTED).where(of_this).correlate(Occurrence).scalar_subquery().label("expected"),
        )
        .where(mine, Occurrence.ends_at > now - CLOSES_AFTER, Occurrence.status == OccurrenceStatus.SCHEDULED)
        .order_by(Occurrence.starts_at, Occurrence.id)
        .limit(MOST_DOORS)
    )
    return [
        DoorRow(_door(row), HeadCount(row.admitted, row.expected, row.walked_in))
        for row in session().execute(statement)
        if can(actor, Right.CHECK_IN, _door(row).subject)
    ]


def head_count(door: Door) -> HeadCount:
    """How many are in, of how many."""
    statement = select(_ADMITTED.label("admitted"), _EXPECTED.label("expected"))
    row = session().execute(statement.where(Registration.occurrence_id == door.id, _CONFIRMED)).one()
    return HeadCount(row.admitted, row.expected, door.walked_in)


# --- people on the list ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Party:
    """A registration as the door may see it: the name in part, four digits of the telephone number, no more."""

    id: int
    code: str
    number: str
    name: str
    last4: str
    party_size: int
    status: RegistrationStatus
    attended: int
    checked_in_at: datetime | None
    photo: bool | None = None
    """Whether they agreed to be photographed; None: not asked."""

    @property
    def admissible(self) -> bool:
        """Whether they may come in and have not yet."""
        return self.status is RegistrationStatus.CONFIRMED and not self.attended

    @property
    def missing(self) -> int:
        """How many of a party that came in in part are still to come; 0 while nobody came, and when all are in."""
        return self.party_size - self.attended if self.attended else 0


_PARTY = select(
    Registration.id,
    Registration.code,
    Registration.number,
    Registration.name,
    Registration.phone_last4,
    Registration.party_size,
    Registration.status,
    Registration.attended,
    Registration.checked_in_at,
    Registration.photo_consent,
)


def _party(row: Any) -> Party:
    return Party(
        id=row.id,
        code=row.code,
        number=row.number,
        name=shown_name(row.name),
        last4=row.phone_last4,
        party_size=row.party_size,
        status=RegistrationStatus(row.status),
        attended=row.attended,
        checked_in_at=row.checked_in_at,
        photo=row.photo_consent,
    )


def shown_name(name: str | None) -> str:
    """张*丰; 未留姓名 for a walk-in without one, or when personal data has been deleted."""
    return name_fragment(name or "") or "未留姓名"


@dataclass(frozen=True)
class Hits:
    """Who is meant. `exact`: a ticket or a number names one party; `elsewhere`: the other occurrence of the ticket."""

    parties: list[Party]
    exact: bool = False
    elsewhere: Door | None = None


def search(actor: Actor, door: Door, typed: str) -> Hits:
    """Who on the list of this occurrence is meant by what was typed or scanned; nobody for what is no code."""
    wanted = understand(typed)
    if wanted is None:
        return Hits([])
    statement = _PARTY.where(Registration.occurrence_id == door.id, _meant(wanted)).limit(MOST_HITS)
    parties = [_party(row) for row in session().execute(statement.order_by(_active_first(), Registration.number))]
    if not parties and wanted.by is Sought.TICKET:
        return Hits([], elsewhere=_other_door(actor, wanted.value))
    return Hits(parties, exact=len(parties) == 1 and wanted.by in (Sought.TICKET, Sought.NUMBER))


def _meant(wanted: Search) -> ColumnElement[bool]:
    if wanted.by is Sought.TICKET:
        return Registration.code == wanted.value
    if wanted.by is Sought.NUMBER:
        return Registration.number == wanted.value
    if wanted.by is Sought.LAST4:
        return Registration.phone_last4 == wanted.value
    return Registration.phone_hash == phone_index(wanted.value)


def _active_first() -> ColumnElement[int]:
    order = {RegistrationStatus.CONFIRMED.value: 0, RegistrationStatus.WAITLISTED.value: 1}
    return case(order, value=Registration.status, else_=2)


def _other_door(actor: Actor, ticket_code: str) -> Door | None:
    owner = select(Registration.occurrence_id).where(Registration.code == ticket_code).scalar_subquery()
    try:
        return _reached(actor, Occurrence.id == owner, (Right.CHECK_IN,))
    except NotFound:
        return None


def ticket_at_door(actor: Actor, ticket_code: str) -> tuple[Door, Party]:
    """The party behind a ticket code and the door it belongs to.

    Raises:
        NotFound: no such ticket, or not this person's door; nobody can tell which.
    """
    row = (
        session()
        .execute(_PARTY.add_columns(Registration.occurrence_id).where(Registration.code == sayable(ticket_code)))
        .first()
    )
    if row is None:
        raise NotFound()
    return _reached(actor, Occurrence.id == row.occurrence_id, (Right.CHECK_IN,)), _party(row)


def party_of_number(door: Door, number: str) -> int | None:
    """The party with this number on the list of this door."""
    of_number = select(Registration.id).where(Registration.occurrence_id == door.id, Registration.number == number)
    found: int | None = session().scalar(of_number)
    return found


def door_list(door: Door) -> list[Party]:
    """Everybody confirmed, by number: the list to print."""
    statement = _PARTY.where(Registration.occurrence_id == door.id, _CONFIRMED).order_by(Registration.number)
    return [_party(row) for row in session().execute(statement)]
