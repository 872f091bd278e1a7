"""What a plan is tied to: the agencies that host it together, the plan it was copied from and those copied from it."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select

from openday.db import session
from openday.models.calls import Call
from openday.models.people import Agency
from openday.models.plans import Plan, PlanHost
from openday.queries.scope import plan_in_reach, subject_of
from openday.rules.permissions import Actor, Hosts, Right, can

HOST_LABELS = {"organiser": "主办单位", "co_organiser": "承办单位", "supporter": "协办单位"}


@dataclass(frozen=True)
class Host:
    """An agency that hosts a plan beside the one that filed it."""

    agency_id: int
    agency: str
    kind: str
    may_edit: bool

    @property
    def label(self) -> str:
        """主办单位, 承办单位 or 协办单位."""
        return HOST_LABELS[self.kind]


@dataclass(frozen=True)
class Kin:
    """The other plan of a copy; `time_text` as it was written there."""

    code: str
    theme: str
    year: int
    time_text: str


@dataclass(frozen=True)
class Relations:
    """`mine`: the person's own agency filed it. `may_edit`: it did, or it lets the person's agency edit."""

    hosts: tuple[Host, ...]
    copied_from: Kin | None
    copies: tuple[Kin, ...]
    mine: bool
    may_edit: bool


def relations_of(plan: Plan, actor: Actor) -> Relations:
    """What a plan within reach is tied to; three queries at most."""
    hosts = plan_hosts(plan.id)
    editors = frozenset(host.agency_id for host in hosts if host.may_edit)
    subject = subject_of(plan.agency, hosts=Hosts(frozenset(host.agency_id for host in hosts), editors))
    inside = actor.agency_id == plan.agency_id
    return Relations(
        hosts=hosts,
        copied_from=next(iter(_kin(Plan.id == plan.copied_from_id)), None) if inside else None,
        copies=_kin(Plan.copied_from_id == plan.id) if inside else (),
        mine=inside,
        may_edit=can(actor, Right.PLAN_EDIT, subject),
    )


def plan_hosts(plan_id: int) -> tuple[Host, ...]:
    """The hosts of a plan, those who organise it first."""
    statement = (
        select(PlanHost, Agency.name)
        .join(Agency, Agency.id == PlanHost.agency_id)
        .where(PlanHost.plan_id == plan_id)
        .order_by(Agency.name)
    )
    order = list(HOST_LABELS)
    hosts = [Host(row.agency_id, name, row.kind, row.may_edit) for row, name in session().execute(statement)]
    return tuple(sorted(hosts, key=lambda host: order.index(host.kind)))


def _kin(which: ColumnElement[bool]) -> tuple[Kin, ...]:
    year = func.coalesce(Plan.year, Call.year)
    statement = (
        select(Plan.code, Plan.theme, year.label("year"), Plan.created_at, Plan.time_text)
        .outerjoin(Call, Call.id == Plan.call_id)
        .where(which)
        .order_by(Plan.id)
    )
    return tuple(
        Kin(row.code, row.theme, row.year or row.created_at.year, row.time_text) for row in session().execute(statement)
    )


def hosting(actor: Actor, code: str) -> tuple[Plan, Relations]:
    """A plan of the person's own agency and its hosts, to be changed.

    Raises:
        NotFound: it is not there, or another agency filed it.
    """
    plan = plan_in_reach(actor, Right.PLAN_FILE, code)
    return plan, relations_of(plan, actor)
