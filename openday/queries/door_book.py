"""The door's book: who came in, by which gate, what was taken back."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, or_, select

from openday.db import session
from openday.errors import NotFound
from openday.models.people import User
from openday.models.registrations import CheckIn, Registration
from openday.queries.door import Door, shown_name
from openday.queries.registrations import sayable
from openday.rules.door import can_still_be_undone
from openday.rules.permissions import Actor

MOST_LINES = 500
NO_FIRST_ENTRY = ("undo", "conflict", "join")
"""Lines of the book that are no first entry of a party."""


@dataclass(frozen=True)
class Entry:
    """One admission that stands; `undoable`: by this person, now; `attended`: how many of the party are in by now.

    `later`: the rest of a party of which others were in already.
    """

    id: int
    number: str
    name: str
    people: int
    party_size: int
    attended: int
    walk_in: bool
    later: bool
    gate: str
    at: datetime
    undoable: bool


_FIRST = and_(CheckIn.at == Registration.checked_in_at, CheckIn.action.not_in(NO_FIRST_ENTRY))
_LATER = and_(CheckIn.action == "join", CheckIn.undone.is_(False))
_STANDING = and_(CheckIn.registration_id == Registration.id, Registration.attended > 0, or_(_FIRST, _LATER))
_ENTRY = select(
    CheckIn.id,
    CheckIn.action,
    CheckIn.people,
    CheckIn.by_id,
    CheckIn.at,
    CheckIn.gate,
    Registration.number,
    Registration.name,
    Registration.party_size,
    Registration.attended,
).join(Registration, _STANDING)


def _entry(row: Any, actor: Actor, now: datetime) -> Entry:
    return Entry(
        id=row.id,
        number=row.number,
        name=shown_name(row.name),
        people=row.people,
        party_size=row.party_size,
        attended=row.attended,
        walk_in=row.action == "walk_in",
        later=row.action == "join",
        gate=row.gate,
        at=row.at,
        undoable=row.by_id == actor.user_id and can_still_be_undone(row.at, now),
    )


def recent(door: Door, actor: Actor, now: datetime, limit: int = 5) -> list[Entry]:
    """The last admissions that stand, newest first."""
    statement = _ENTRY.where(CheckIn.occurrence_id == door.id).order_by(CheckIn.id.desc()).limit(limit)
    return [_entry(row, actor, now) for row in session().execute(statement)]


def entry(door: Door, check_in_id: int, actor: Actor, now: datetime) -> Entry | None:
    """One admission at this door, None when it is not there or was undone."""
    row = session().execute(_ENTRY.where(CheckIn.id == check_in_id, CheckIn.occurrence_id == door.id)).first()
    return _entry(row, actor, now) if row else None


def entry_of_number(door: Door, number: str) -> int:
    """The admission that stands for the party with this number.

    Raises:
        NotFound: no such party, or it is not in.
    """
    found: int | None = session().scalar(
        _ENTRY.with_only_columns(CheckIn.id).where(
            CheckIn.occurrence_id == door.id, Registration.number == sayable(number), _FIRST
        )
    )
    if found is None:
        raise NotFound("没有找到这个凭证号，或者尚未签到")
    return found


@dataclass(frozen=True)
class GateCount:
    """How many came in by one gate; `gate` is "" where no name was set, `self` for those who checked in themselves."""

    gate: str
    by_themselves: bool
    people: int


def gate_counts(door: Door) -> list[GateCount]:
    """People by gate, the most first; [] while no gate has a name. Their sum is everybody who is in."""
    by_themselves = (CheckIn.action == "self").label("by_themselves")
    people = func.sum(CheckIn.people).label("people")
    statement = (
        select(CheckIn.gate, by_themselves, people)
        .join(Registration, _STANDING)
        .where(CheckIn.occurrence_id == door.id)
        .group_by(CheckIn.gate, by_themselves)
        .order_by(people.desc(), CheckIn.gate)
    )
    found = [GateCount(row.gate, bool(row.by_themselves), int(row.people)) for row in session().execute(statement)]
    return found if any(row.gate for row in found) else []


def gates_of(door: Door) -> list[str]:
    """The names of gates that were used at this door, to choose from; at most 20."""
    statement = select(CheckIn.gate).where(CheckIn.occurrence_id == door.id, CheckIn.gate != "")
    return list(session().scalars(statement.distinct().order_by(CheckIn.gate).limit(20)))


@dataclass(frozen=True)
class Line:
    """One line of the door's book, undone admissions and the undoing included; `action` as in `CheckIn`."""

    at: datetime
    action: str
    number: str
    name: str
    people: int
    by: str
    gate: str = ""


def book(door: Door) -> list[Line]:
    """Everything that was done at this door, newest first; at most 500 lines."""
    statement = (
        select(
            CheckIn.at, CheckIn.action, CheckIn.people, Registration.number, Registration.name, User.name, CheckIn.gate
        )
        .join(Registration, Registration.id == CheckIn.registration_id)
        .outerjoin(User, User.id == CheckIn.by_id)
        .where(CheckIn.occurrence_id == door.id)
        .order_by(CheckIn.id.desc())
        .limit(MOST_LINES)
    )
    return [
        Line(at, action, number, shown_name(name), people, by or "本人", gate)
        for at, action, people, number, name, by, gate in session().execute(statement)
    ]
