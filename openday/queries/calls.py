"""Calls: those a person sees, and how far each agency has come."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from openday.db import session
from openday.errors import NotFound
from openday.models.calls import Call, CallAgency
from openday.models.ledger import AuditEvent
from openday.models.people import Agency, Jurisdiction
from openday.models.plans import Plan
from openday.queries.scope import within_reach
from openday.rules.permissions import Actor, Right, Subject, can, may
from openday.rules.plan_states import PlanStatus

FILED = frozenset({PlanStatus.OFFICE_REVIEW, PlanStatus.ON_RECORD, PlanStatus.PUBLISHED, PlanStatus.CANCELLED})
"""A plan counts as filed (已报送) while it lies with the office or beyond; returned ones wait for the agency again."""


@dataclass(frozen=True)
class CallLine:
    """A call in a list. `owed` and `filed` are numbers of plans; `agencies` of those that owe any."""

    id: int
    year: int
    title: str
    due_on: date
    place: str
    is_open: bool
    agencies: int
    owed: int
    filed: int


@dataclass(frozen=True)
class AgencyStanding:
    """One agency before one call."""

    agency_id: int
    name: str
    owed: int
    counts: dict[str, int]
    late: int
    due_on: date | None = None
    """A later deadline of its own."""

    @property
    def filed(self) -> int:
        """How many of its plans lie with the office or beyond."""
        return sum(number for status, number in self.counts.items() if status in FILED)

    @property
    def missing(self) -> int:
        """How many it still owes."""
        return max(0, self.owed - self.filed)


@dataclass(frozen=True)
class CallPage:
    """A call with every agency that owes or has filed anything."""

    id: int
    year: int
    title: str
    wording: str
    due_on: date
    campaign_month: int | None
    brand: str
    firm_up_days: int
    place: str
    is_open: bool
    manageable: bool
    stamp: str
    owed: dict[int, int]
    agencies: tuple[AgencyStanding, ...]

    @property
    def missing(self) -> tuple[AgencyStanding, ...]:
        """The agencies that still owe a plan."""
        return tuple(agency for agency in self.agencies if agency.missing)


@dataclass(frozen=True)
class CallChoice:
    """An open call to file against."""

    id: int
    year: int
    title: str
    due_on: date
    brand: str
    wording: str
    extension: str = ""
    """Why the deadline was put off, for all or for this agency; empty where it was not."""


@dataclass(frozen=True)
class AgencyChoice:
    """An agency that a call may name."""

    id: int
    name: str


def open_calls(actor: Actor) -> tuple[CallChoice, ...]:
    """The open calls that cover the person's own place, the nearest deadline of the newest year first."""
    statement = (
        select(Call)
        .join(Jurisdiction, Jurisdiction.id == Call.jurisdiction_id)
        .where(Call.status == "open", Jurisdiction.path.in_(_places_above(actor.jurisdiction_path)))
        .order_by(Call.year.desc(), Call.due_on, Call.id.desc())
    )
    calls = session().scalars(statement).all() if may(actor, Right.CALL_READ) else ()
    later, reasons = later_days(actor.agency_id), _extension_reasons([call.id for call in calls], actor.agency_id)
    return tuple(
        CallChoice(
            call.id, call.year, call.title, later_of(call, later), call.brand, call.wording, reasons.get(call.id, "")
        )
        for call in calls
    )


def _extension_reasons(call_ids: Sequence[int], agency_id: int | None) -> dict[int, str]:
    """Call id to the reason of the last extension that holds for an agency."""
    statement = (
        select(AuditEvent)
        .where(
            AuditEvent.record_type == "call",
            AuditEvent.record_id.in_(call_ids),
            or_(
                AuditEvent.action == "call.extend",
                (AuditEvent.action == "call.extend_agency") & (AuditEvent.agency_id == (agency_id or 0)),
            ),
        )
        .order_by(AuditEvent.id)
    )
    return {event.record_id: str(event.detail["reason"]) for event in session().scalars(statement) if event.record_id}


def later_days(agency_id: int | None) -> dict[int, date]:
    """Call id to the deadline that an agency was given for itself; only calls for which it was."""
    statement = select(CallAgency.call_id, CallAgency.due_on).where(
        CallAgency.agency_id == (agency_id or 0), CallAgency.due_on.is_not(None)
    )
    return {row.call_id: row.due_on for row in session().execute(statement)}


def later_of(call: Call, later: dict[int, date]) -> date:
    """The day by which an agency must file to a call, out of its `later_days`."""
    return max(call.due_on, later.get(call.id, call.due_on))


def due_for(call: Call, agency_id: int) -> date:
    """The day by which an agency must file to a call: the call's, or a later one that it was given."""
    return later_of(call, later_days(agency_id))


def filed_by(call_id: int, agency_id: int) -> int:
    """How many plans of an agency count as filed to a call."""
    statement = select(func.count()).where(Plan.call_id == call_id, Plan.agency_id == agency_id, Plan.status.in_(FILED))
    return session().scalar(statement) or 0


def calls_for_import(actor: Actor) -> tuple[CallChoice, ...]:
    """The calls of the office's own subtree to which it may import, closed ones too, the newest first."""
    statement = (
        select(Call)
        .join(Jurisdiction, Jurisdiction.id == Call.jurisdiction_id)
        .where(_visible(actor))
        .order_by((Call.status == "open").desc(), Call.year.desc(), Call.id.desc())
    )
    calls = session().scalars(statement) if may(actor, Right.CALL_MANAGE) else ()
    return tuple(CallChoice(call.id, call.year, call.title, call.due_on, call.brand, call.wording) for call in calls)


def call_list(actor: Actor) -> tuple[CallLine, ...]:
    """Every call that the person may read, the newest first."""
    filed = (
        select(Plan.call_id, func.count().label("filed"))
        .where(Plan.status.in_(FILED))
        .group_by(Plan.call_id)
        .subquery()
    )
    owed = (
        select(CallAgency.call_id, func.sum(CallAgency.owed).label("owed"), func.count().label("agencies"))
        .group_by(CallAgency.call_id)
        .subquery()
    )
    statement = (
        select(Call, Jurisdiction.name, owed.c.agencies, owed.c.owed, filed.c.filed)
        .join(Jurisdiction, Jurisdiction.id == Call.jurisdiction_id)
        .outerjoin(owed, owed.c.call_id == Call.id)
        .outerjoin(filed, filed.c.call_id == Call.id)
        .where(_visible(actor))
        .order_by(Call.year.desc(), Call.due_on.desc(), Call.id.desc())
    )
    return tuple(
        CallLine(c.id, c.year, c.title, c.due_on, place, c.status == "open", agencies or 0, int(owes or 0), done or 0)
        for c, place, agencies, owes, done in session().execute(statement)
    )


def call_page(actor: Actor, call_id: int) -> CallPage:
    """One call and how every agency stands, in three queries.

    Raises:
        NotFound: it is not there, or not for this person.
    """
    statement = (
        select(Call)
        .join(Jurisdiction, Jurisdiction.id == Call.jurisdiction_id)
        .where(Call.id == call_id, _visible(actor))
        .options(joinedload(Call.jurisdiction), selectinload(Call.owed))
    )
    call = session().scalar(statement)
    if call is None:
        raise NotFound()
    owed = {row.agency_id: row.owed for row in call.owed}
    return CallPage(
        id=call.id,
        year=call.year,
        title=call.title,
        wording=call.wording,
        due_on=call.due_on,
        campaign_month=call.campaign_month,
        brand=call.brand,
        firm_up_days=call.firm_up_days,
        place=call.jurisdiction.name,
        is_open=call.status == "open",
        manageable=can(actor, Right.CALL_MANAGE, Subject(jurisdiction_path=call.jurisdiction.path)),
        stamp=stamp_of(call),
        owed=owed,
        agencies=_standings(call, owed),
    )


def agency_choices(actor: Actor) -> Sequence[AgencyChoice]:
    """The active agencies that the office's calls may name, by name."""
    statement = (
        select(Agency.id, Agency.name)
        .where(within_reach(actor, Right.CALL_MANAGE), Agency.active)
        .order_by(Agency.name, Agency.id)
    )
    return [AgencyChoice(row.id, row.name) for row in session().execute(statement)]


def stamp_of(call: Call) -> str:
    """A fingerprint of everything that an editor of the call sees."""
    seen = [
        call.year,
        call.title,
        call.wording,
        call.due_on.isoformat(),
        call.campaign_month,
        call.brand,
        call.firm_up_days,
        sorted((row.agency_id, row.owed) for row in call.owed),
    ]
    return hashlib.sha256(json.dumps(seen, ensure_ascii=False).encode()).hexdigest()[:24]


def _standings(call: Call, owed: dict[int, int]) -> tuple[AgencyStanding, ...]:
    call_id = call.id
    later = {row.agency_id: row.due_on for row in call.owed if row.due_on and row.due_on > call.due_on}
    counted = (
        select(Plan.agency_id, Plan.status, Plan.filed_late, func.count().label("plans"))
        .where(Plan.call_id == call_id)
        .group_by(Plan.agency_id, Plan.status, Plan.filed_late)
    )
    counts: dict[int, dict[str, int]] = {}
    late: dict[int, int] = {}
    for row in session().execute(counted):
        of_agency = counts.setdefault(row.agency_id, {})
        of_agency[row.status] = of_agency.get(row.status, 0) + row.plans
        late[row.agency_id] = late.get(row.agency_id, 0) + (row.plans if row.filed_late else 0)
    concerned = or_(
        Agency.id.in_(select(CallAgency.agency_id).where(CallAgency.call_id == call_id)),
        Agency.id.in_(select(Plan.agency_id).where(Plan.call_id == call_id)),
    )
    agencies = session().execute(select(Agency.id, Agency.name).where(concerned).order_by(Agency.name, Agency.id))
    return tuple(
        AgencyStanding(id_, name, owed.get(id_, 0), counts.get(id_, {}), late.get(id_, 0), later.get(id_))
        for id_, name in agencies
    )


def _visible(actor: Actor) -> ColumnElement[bool]:
    """A condition on `Jurisdiction`: the calls of the person's own subtree."""
    if not may(actor, Right.CALL_MANAGE):
        return Jurisdiction.path.in_(_places_above(actor.jurisdiction_path))
    return Jurisdiction.path.startswith(actor.jurisdiction_path, autoescape=True)


def _places_above(path: str) -> list[str]:
    """The paths of a place and of everything above it: /1/4/ gives / , /1/ and /1/4/."""
    parts = path.strip("/").split("/")
    return ["/", *("/" + "/".join(parts[: depth + 1]) + "/" for depth in range(len(parts)))]
