"""What staff see around the registrations that they enter: the last one, who is on the list already, receipt slips."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from openday.db import session
from openday.models.registrations import Registration
from openday.queries.registrations import phone_index, sayable
from openday.rules.entries import may_undo
from openday.rules.privacy import mask_name
from openday.rules.states import RegistrationSource, RegistrationStatus

MOST_SLIPS = 200


@dataclass(frozen=True)
class Entry:
    """A registration that the reader has entered; the name masked."""

    number: str
    name: str
    party_size: int
    status: RegistrationStatus
    undoable: bool


def last_source(user_id: int) -> RegistrationSource | None:
    """By which way the last registration came that this person entered; None where there is none."""
    found = session().scalar(
        select(Registration.source)
        .where(Registration.entered_by_id == user_id)
        .order_by(Registration.id.desc())
        .limit(1)
    )
    return RegistrationSource(found) if found else None


def own_entry(user_id: int, occurrence_id: int, number: str, now: datetime) -> Entry | None:
    """The registration with this desk number, where this person has entered it."""
    row = (
        session()
        .execute(
            select(
                Registration.number,
                Registration.name,
                Registration.party_size,
                Registration.status,
                Registration.attended,
                Registration.created_at,
            ).where(
                Registration.occurrence_id == occurrence_id,
                Registration.number == sayable(number),
                Registration.entered_by_id == user_id,
            )
        )
        .first()
    )
    if row is None:
        return None
    status = RegistrationStatus(row.status)
    undoable = status is not RegistrationStatus.CANCELLED and not row.attended and may_undo(row.created_at, now)
    return Entry(row.number, mask_name(row.name or ""), row.party_size, status, undoable)


def phones_on_list(occurrence_id: int, phones: Collection[str]) -> frozenset[str]:
    """Those of these canonical numbers that are on the list of the occurrence."""
    by_hash = {phone_index(phone): phone for phone in phones}
    found = session().scalars(
        select(Registration.phone_hash).where(
            Registration.occurrence_id == occurrence_id,
            Registration.phone_hash.in_(list(by_hash)),
            Registration.status != RegistrationStatus.CANCELLED,
        )
    )
    return frozenset(by_hash[each] for each in found if each)


@dataclass(frozen=True)
class Slip:
    """What a receipt slip says; the name masked."""

    code: str
    number: str
    name: str
    party_size: int
    status: RegistrationStatus


def slips(occurrence_id: int, numbers: Sequence[str]) -> list[Slip]:
    """Receipts for the registrations with these desk numbers, in this order; those cancelled or declined left out."""
    wanted = list(dict.fromkeys(numbers))[:MOST_SLIPS]
    gone = (RegistrationStatus.CANCELLED, RegistrationStatus.DECLINED)
    rows = session().execute(
        select(
            Registration.code, Registration.number, Registration.name, Registration.party_size, Registration.status
        ).where(
            Registration.occurrence_id == occurrence_id,
            Registration.number.in_(wanted),
            Registration.status.not_in(gone),
        )
    )
    found = {
        row.number: Slip(
            row.code, row.number, mask_name(row.name or ""), row.party_size, RegistrationStatus(row.status)
        )
        for row in rows
    }
    return [found[number] for number in wanted if number in found]
