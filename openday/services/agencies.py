"""Agencies and the places they belong to."""

import secrets
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select

from openday import clock
from openday.db import session, use_case
from openday.errors import ChangedByAnother, Conflict, Duplicate, NotFound, Refused
from openday.models.activities import Activity
from openday.models.people import Agency, Jurisdiction
from openday.models.plans import Plan
from openday.queries.people import agency_stamp
from openday.queries.scope import subject_of
from openday.rules.permissions import Actor, Right, Subject, can
from openday.rules.plan_states import PlanStatus, ReviewStep
from openday.services import ledger
from openday.services.republish import CALENDAR, PageUrl, bump, rewrite_events


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


@use_case
def change_agency(actor: Actor, slug: str, name: str, phone: str, *, stamp: str, page_url: PageUrl) -> None:
    """Put an agency's name or telephone right; both stand on its public pages, the name in calendars as well.

    `stamp` is `agency_stamp` of the agency as the editor saw it.

    Raises:
        NotFound: the agency is not within reach.
        ChangedByAnother: somebody else changed it meanwhile.
        Duplicate: there is another agency of this name in the jurisdiction.
        Refused: the name is blank.
    """
    now = clock.now()
    agency = session().scalar(select(Agency).where(Agency.slug == slug).with_for_update())
    if agency is None or not can(actor, Right.PEOPLE_MANAGE, subject_of(agency)):
        raise NotFound()
    if agency_stamp(agency) != stamp:
        raise ChangedByAnother("您打开这一页之后，这个单位的信息已由他人修改，您的修改没有保存。请核对后重新保存")
    if not name:
        raise Refused("请填写单位名称", field="name")
    same = (Agency.jurisdiction_id == agency.jurisdiction_id, Agency.name == name, Agency.id != agency.id)
    if session().scalar(select(Agency.id).where(*same)) is not None:
        raise Duplicate("名录中已有同名的单位", field="name")
    renamed, agency.name, agency.phone = agency.name != name, name, phone
    if renamed:
        session().flush()
        for activity in session().scalars(select(Activity).where(Activity.agency_id == agency.id)):
            rewrite_events(activity, page_url)
    bump(CALENDAR, now)
    ledger.record(
        "people.change_agency", actor=actor, record_type="agency", record_id=agency.id, agency_id=agency.id, now=now,
        renamed=renamed,
    )  # fmt: skip


@use_case
def set_review_steps(actor: Actor, slug: str, steps: Collection[ReviewStep]) -> None:
    """Say which steps a plan of the agency passes before it leaves; none at all: it goes straight to the office.

    Raises:
        NotFound: the agency is not within reach.
        Conflict: a plan is being reviewed, and somebody of the agency would change the steps under it.
        Refused: no step, from somebody of the agency: doing without review is the administrator's decision.
    """
    agency = session().scalar(select(Agency).where(Agency.slug == slug).with_for_update())
    if agency is None or not can(actor, Right.REVIEW_STEPS_SET, subject_of(agency)):
        raise NotFound()
    if not steps and not can(actor, Right.PEOPLE_MANAGE, subject_of(agency)):
        raise Refused("请至少保留一个审核环节；不设单位审核的，请联系系统管理员", field="steps")
    under_review = select(Plan.id).where(Plan.agency_id == agency.id, Plan.status == PlanStatus.AGENCY_REVIEW).limit(1)
    if not can(actor, Right.PEOPLE_MANAGE, subject_of(agency)) and session().scalar(under_review) is not None:
        raise Conflict("还有计划正在单位审核中，请办结后再调整审核环节")
    ordered = [step for step in ReviewStep if step in steps]
    agency.reviews = bool(ordered)
    agency.review_steps = ",".join(ordered or [ReviewStep.FIRST])
    ledger.record(
        "people.set_review_steps", actor=actor, record_type="agency", record_id=agency.id, agency_id=agency.id,
        now=clock.now(), steps=[step.value for step in ordered],
    )  # fmt: skip


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
