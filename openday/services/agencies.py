"""Agencies and the places they belong to."""

import secrets
from dataclasses import dataclass

from sqlalchemy import select

from openday import clock
from openday.db import session, use_case
from openday.errors import Duplicate, NotFound, Refused
from openday.models.people import Agency, Jurisdiction
from openday.rules.permissions import Actor, Right, Subject, can
from openday.services import ledger


@dataclass(frozen=True)
class NewAgency:
    """What a form says of a new agency; `new_place` names a jurisdiction to be made below the chosen one."""

    name: str
    jurisdiction_id: int
    new_place: str
    phone: str
    reviews: bool


@use_case
def add_agency(actor: Actor, new: NewAgency) -> int:
    """Add an agency, and its jurisdiction when it is a new one. Returns the agency's id.

    Raises:
        NotFound: the jurisdiction is not within the actor's reach.
        Duplicate: there is an agency of this name in the jurisdiction.
        Refused: the name is blank.
    """
    now = clock.now()
    if not new.name:
        raise Refused("请填写单位名称", field="name")
    place = session().get(Jurisdiction, new.jurisdiction_id)
    if place is None or not can(actor, Right.PEOPLE_MANAGE, Subject(jurisdiction_path=place.path)):
        raise NotFound()
    if new.new_place:
        place = _place_below(place, new.new_place)
    taken = select(Agency.id).where(Agency.jurisdiction_id == place.id, Agency.name == new.name)
    if session().scalar(taken) is not None:
        raise Duplicate("这个单位已在名录中", field="name")
    agency = Agency(
        name=new.name, slug=secrets.token_hex(5), jurisdiction_id=place.id, phone=new.phone, reviews=new.reviews
    )
    session().add(agency)
    session().flush()
    ledger.record(
        "people.add_agency", actor=actor, record_type="agency", record_id=agency.id, agency_id=agency.id, now=now
    )
    return agency.id


def _place_below(parent: Jurisdiction, name: str) -> Jurisdiction:
    same = select(Jurisdiction).where(Jurisdiction.parent_id == parent.id, Jurisdiction.name == name)
    found = session().scalar(same)
    if found is not None:
        return found
    place = Jurisdiction(name=name, parent_id=parent.id, path=secrets.token_hex(8))
    session().add(place)
    session().flush()
    place.path = f"{parent.path}{place.id}/"
    return place
