"""Co-hosts (主办、承办、协办): the agency that filed a plan names those with which it holds the activity."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from openday import clock
from openday.db import session, use_case
from openday.documents.letters import letter_text
from openday.errors import Conflict, NotFound, Refused
from openday.models.people import Agency, Jurisdiction
from openday.models.plans import HOST_KINDS, Plan, PlanHost
from openday.queries.coverage_page import mailboxes
from openday.queries.plan_relations import HOST_LABELS
from openday.queries.scope import plan_in_reach
from openday.rules.permissions import Actor, Right
from openday.rules.plan_states import EDITABLE, PlanStatus
from openday.rules.states import Channel
from openday.services import ledger

MOST_HOSTS = 20


@dataclass(frozen=True)
class NewHost:
    """Which agency, by its name or as 名称（地区）; of `HOST_KINDS`; and whether its filers may change the text."""

    name: str
    kind: str
    may_edit: bool = False


@use_case
def add_host(actor: Actor, code: str, host: NewHost, *, link: str) -> str:
    """Name a co-host, or change the kind and the right of one that is named already; tells it by mail. Returns its
    name. `link` is the absolute address of the plan on an agency's desk.

    Raises:
        NotFound: no such plan of the actor's own agency.
        Conflict: the plan is handed in: its hosts are reviewed with it.
        Refused: no agency of this name, several of them, the filing agency itself, or too many hosts.
    """
    now = clock.now()
    plan = _plan(actor, code)
    if host.kind not in HOST_KINDS:
        raise Refused("请选择主办、承办或者协办", field="kind")
    agency = _agency_called(host.name, plan)
    if agency.id == plan.agency_id:
        raise Refused("填报单位自己不用添加", field="name")
    row = session().get(PlanHost, (plan.id, agency.id))
    if row is None:
        if len(session().scalars(select(PlanHost.agency_id).where(PlanHost.plan_id == plan.id)).all()) >= MOST_HOSTS:
            raise Refused(f"最多添加{MOST_HOSTS}个单位", field="name")
        session().add(PlanHost(plan_id=plan.id, agency_id=agency.id, kind=host.kind, may_edit=host.may_edit))
        _tell(plan, agency, host, now, link)
    else:
        row.kind, row.may_edit = host.kind, host.may_edit
    _note("plan.add_host", actor, plan, agency.id, now, kind=host.kind, may_edit=host.may_edit)
    return agency.name


@use_case
def remove_host(actor: Actor, code: str, agency_id: int) -> None:
    """Take a co-host off again; it no longer sees the plan.

    Raises:
        NotFound: no such plan of the actor's own agency, or no such host.
        Conflict: the plan is handed in.
    """
    now = clock.now()
    plan = _plan(actor, code)
    row = session().get(PlanHost, (plan.id, agency_id))
    if row is None:
        raise NotFound()
    session().delete(row)
    _note("plan.remove_host", actor, plan, agency_id, now)


def _plan(actor: Actor, code: str) -> Plan:
    plan = plan_in_reach(actor, Right.PLAN_FILE, code, lock=True)
    if PlanStatus(plan.status) not in EDITABLE:
        raise Conflict(f"这份计划现在是“{PlanStatus(plan.status).label}”，合办单位随计划一并审核，不能单独更改")
    return plan


def _agency_called(name: str, plan: Plan) -> Agency:
    """The active agency that a filer means: of several namesakes the one of the same place."""
    if not name:
        raise Refused("请填写单位名称", field="name")
    plain, _, place = name.rstrip("）)").replace("(", "（").rpartition("（")
    names = [name, plain] if plain else [name]
    statement = (
        select(Agency, Jurisdiction.name)
        .join(Jurisdiction, Jurisdiction.id == Agency.jurisdiction_id)
        .where(Agency.name.in_(names), Agency.active)
    )
    rows = session().execute(statement).all()
    found = [agency for agency, where in rows if agency.name == name or where == place]
    near = [agency for agency in found if agency.jurisdiction_id == plan.agency.jurisdiction_id]
    if len(found) == 1 or len(near) == 1:
        return near[0] if near else found[0]
    if found:
        listed = "、".join(f"{agency.name}（{where}）" for agency, where in rows)
        raise Refused(f"有多个单位叫这个名称，请写成：{listed}", field="name")
    raise Refused(_no_such(name), field="name")


def _no_such(name: str) -> str:
    like = select(Agency.name).where(Agency.active, Agency.name.contains(name, autoescape=True)).order_by(Agency.name)
    similar = session().scalars(like.limit(5)).all()
    hint = f"名称相近的有：{'、'.join(similar)}" if similar else "请填写单位全称"
    return f"没有找到“{name}”，{hint}"


def _tell(plan: Plan, agency: Agency, host: NewHost, now: datetime, link: str) -> None:
    text = letter_text(
        "messages/plan_host_added.txt",
        agency=agency.name, by=plan.agency.name, theme=plan.theme, kind=HOST_LABELS[host.kind],
        rights="可以查看和修改" if host.may_edit else "可以查看", where=link,
    )  # fmt: skip
    for address in mailboxes([agency.id]).get(agency.id, ()):
        ledger.enqueue(
            "plan_host_added",
            channel=Channel.EMAIL, recipient=address, subject=text.subject, body=text.body, now=now,
        )  # fmt: skip


def _note(action: str, actor: Actor, plan: Plan, host_id: int, now: datetime, **detail: str | bool) -> None:
    ledger.record(
        action, actor=actor, record_type="plan", record_id=plan.id, agency_id=plan.agency_id, now=now,
        host_id=host_id, **detail,
    )  # fmt: skip
