"""Lists that devices took along to a door, and what is in one."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from openday.db import session
from openday.models.people import User
from openday.models.registrations import CheckIn, DoorPack, Registration
from openday.queries.door import Door, shown_name
from openday.rules.door import OPENS_BEFORE
from openday.rules.offline_door import digest, expires_at
from openday.rules.states import RegistrationStatus


@dataclass(frozen=True)
class PackRow:
    """A list out there: on whose device, for which gate, since when, last handed in when."""

    id: int
    gate: str
    by: str
    created_at: datetime
    expires_at: datetime
    synced_at: datetime | None
    revoked_at: datetime | None


def packs_of(door: Door) -> list[PackRow]:
    """The lists of this door, newest first; at most 100."""
    columns = (
        DoorPack.id,
        DoorPack.gate,
        User.name,
        DoorPack.created_at,
        DoorPack.expires_at,
        DoorPack.synced_at,
        DoorPack.revoked_at,
    )
    statement = (
        select(*columns)
        .join(User, User.id == DoorPack.user_id)
        .where(DoorPack.occurrence_id == door.id)
        .order_by(DoorPack.id.desc())
        .limit(100)
    )
    return [PackRow(*row) for row in session().execute(statement)]


def pack_content(door: Door, key: str) -> list[dict[str, object]]:
    """Everybody on the list, as a device may keep them: digests of ticket and number, and for those who may come in
    a fragment of the name, four digits, the party, since when they are in (milliseconds, 0 for not yet), and how many
    of a party that is in."""
    columns = (
        Registration.code,
        Registration.number,
        Registration.name,
        Registration.phone_last4,
        Registration.party_size,
        Registration.status,
        Registration.attended,
        Registration.checked_in_at,
    )
    rows = session().execute(select(*columns).where(Registration.occurrence_id == door.id).order_by(Registration.id))
    found: list[dict[str, object]] = []
    for code, number, name, last4, party, status, attended, since in rows:
        line: dict[str, object] = {"c": digest(key, code), "d": digest(key, number), "s": status}
        if status == RegistrationStatus.CONFIRMED:
            at = int(since.timestamp() * 1000) if attended and since else 0
            line |= {"n": shown_name(name), "l": last4, "p": party, "a": at, "q": attended}
        found.append(line)
    return found


def pack_hours(door: Door) -> tuple[int, int]:
    """From when to when the list can be used, in milliseconds since 1970."""
    opens, closes = door.starts_at - OPENS_BEFORE, expires_at(door.ends_at)
    return int(opens.timestamp() * 1000), int(closes.timestamp() * 1000)


def parties_by_digest(occurrence_id: int, key: str) -> dict[str, int]:
    """Whom a digest of this list means; by ticket and by number."""
    rows = session().execute(
        select(Registration.id, Registration.code, Registration.number).where(
            Registration.occurrence_id == occurrence_id
        )
    )
    return {digest(key, text): found for found, code, number in rows for text in (code, number)}


def conflicts_at(door: Door) -> int:
    """How many tickets were shown a second time at another gate, or came to nothing."""
    statement = select(func.count(func.distinct(CheckIn.registration_id)))
    found = session().scalar(statement.where(CheckIn.occurrence_id == door.id, CheckIn.action == "conflict"))
    return found or 0
