"""The people whom an agency may send to a door."""

from dataclasses import dataclass

from sqlalchemy import exists, select

from openday.db import session
from openday.models.occurrences import Occurrence
from openday.models.people import DeskAssignment, User, UserRole
from openday.queries.door import Door
from openday.rules.permissions import Role


@dataclass(frozen=True)
class DeskPerson:
    """One of the agency's desk staff."""

    id: int
    name: str
    assigned: bool


def desk_people(door: Door, *, lock: bool = False) -> list[DeskPerson]:
    """Active desk staff of the agency whose occurrence it is, by name; with `lock` the occurrence is held meanwhile."""
    if lock:
        session().execute(select(Occurrence.id).where(Occurrence.id == door.id).with_for_update(key_share=True))
    assigned = exists().where(DeskAssignment.user_id == User.id, DeskAssignment.occurrence_id == door.id)
    is_desk = exists().where(UserRole.user_id == User.id, UserRole.role == Role.DESK.value)
    statement = (
        select(User.id, User.name, assigned)
        .where(User.agency_id == door.agency_id, User.active, is_desk)
        .order_by(User.name, User.id)
    )
    return [DeskPerson(user_id, name, bool(here)) for user_id, name, here in session().execute(statement)]
