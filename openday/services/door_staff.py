"""Who lets people in: desk staff of the agency, assigned to one of its occurrences."""

from sqlalchemy import delete, select

from openday import clock
from openday.db import session, use_case
from openday.errors import Refused
from openday.models.people import DeskAssignment
from openday.queries.door import door_at
from openday.queries.door_staff import desk_people
from openday.rules.permissions import Actor, Right
from openday.services import ledger


@use_case
def assign_door_staff(actor: Actor, occurrence: str, user_ids: frozenset[int]) -> None:
    """From now on exactly these people work the door of this occurrence; whoever is left out loses it at once.

    Raises:
        NotFound: no such occurrence within reach.
        Refused: somebody is not (or no longer) desk staff of the agency; nothing was changed.
    """
    now = clock.now()
    door = door_at(actor, occurrence, Right.DESK_ASSIGN)
    people = {person.id: person for person in desk_people(door, lock=True)}
    if not user_ids <= people.keys():
        raise Refused("名单中有人已不是本单位的签到人员，请重新选择", field="people")
    before = set(session().scalars(select(DeskAssignment.user_id).where(DeskAssignment.occurrence_id == door.id)))
    leaving, coming = before - user_ids, user_ids - before
    if not leaving and not coming:
        return
    session().execute(
        delete(DeskAssignment).where(DeskAssignment.occurrence_id == door.id, DeskAssignment.user_id.in_(leaving))
    )
    session().add_all(DeskAssignment(user_id=user_id, occurrence_id=door.id) for user_id in coming)
    ledger.record(
        "desk.assign",
        actor=actor,
        record_type="occurrence",
        record_id=door.id,
        agency_id=door.agency_id,
        now=now,
        assigned=sorted(coming),
        released=sorted(leaving),
    )
