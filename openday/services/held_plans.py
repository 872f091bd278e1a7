"""An agency that already held its activity files the outcome only: one short form makes plan and report at once."""

import re
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from openday import clock
from openday.db import session, use_case
from openday.errors import ChangedByAnother, Duplicate, Refused
from openday.models.aftermath import Outcome
from openday.models.plans import Plan, PlanVersion
from openday.queries.scope import plan_in_reach
from openday.rules.aftermath import MOST_PEOPLE, REPORT_LIMIT
from openday.rules.permissions import Actor, Right
from openday.rules.plan_states import EDITABLE, PlanStatus
from openday.rules.plan_text import PlanText, too_long
from openday.rules.privacy import clean_text, plain_text
from openday.rules.wording import clock_text, day_text
from openday.services import ledger
from openday.services.filing_steps import Saved, created, hand_in, open_call, own_agency, saved, who_saved

_KEY = re.compile(r"[2-9a-hjkmnp-z]{12}")
_COUNTS = {"invited": "邀请代表", "public": "社会公众", "staff": "工作人员"}
_GROUPS = {"invited": "特邀代表", "public": "社会公众", "staff": "本单位工作人员"}


@dataclass(frozen=True)
class HeldReport:
    """What was held, when (two aware moments of one day), where, with how many people, and how it went."""

    call_id: int | None
    theme: str
    starts_at: datetime
    ends_at: datetime
    venue: str
    invited: int
    public: int
    staff: int
    text: str


@use_case
def file_held(actor: Actor, report: HeldReport, *, key: str) -> Saved:
    """File what was held already and hand it in; it counts as filed, held and reported, and nothing opens for sign-up.

    `key` is the code that the blank form was given: sending the form twice files it once.

    Raises:
        Forbidden: the person files for no agency.
        Closed: the call takes no more plans.
        Duplicate: the form was sent before and says something else now.
        Refused: a time, a number or a text is not acceptable, at its field.
    """
    now = clock.now()
    agency = own_agency(actor)
    report = _checked(report, now)
    text = _text_of(report, agency.phone)
    before = _sent_before(actor, key, text)
    if before is not None:
        return before
    call = open_call(report.call_id, agency) if report.call_id is not None else None
    plan = Plan(
        agency=agency, call=call, status=PlanStatus.DRAFT.value, version=1, created_at=now, held_already=True,
        year=report.starts_at.year,
    )  # fmt: skip
    if _KEY.fullmatch(key):
        plan.code = key
    plan.take_text(text, year=report.starts_at.year, author_id=actor.user_id, now=now)
    try:
        with session().begin_nested():
            session().add(plan)
    except IntegrityError:
        # The same form came twice at the same moment; the other one has filed it.
        before = _sent_before(actor, key, text)
        if before is None:
            raise
        return before
    session().add(created(plan, actor, now))
    ledger.record("plan.create", actor=actor, record_type="plan", record_id=plan.id, agency_id=agency.id, now=now)
    _keep_outcome(plan, actor, report, now)
    hand_in(plan, actor, now)
    return saved(plan)


@use_case
def refile_held(actor: Actor, code: str, report: HeldReport, *, version: int) -> Saved:
    """Correct what was returned (or taken back) and hand it in again.

    Raises:
        NotFound: no such plan within reach.
        ChangedByAnother: somebody saved or handed in since the `version` that the filer started from.
        Closed, Refused: as in `file_held`.
    """
    now = clock.now()
    plan = plan_in_reach(actor, Right.PLAN_FILE, code, lock=True)
    if plan.version != version:
        raise ChangedByAnother(who_saved(plan, actor))
    if PlanStatus(plan.status) not in EDITABLE or not plan.held_already:
        raise ChangedByAnother(f"这份计划现在是“{PlanStatus(plan.status).label}”，不能再修改")
    report = _checked(report, now)
    moved = report.call_id != plan.call_id
    if moved:
        plan.call = open_call(report.call_id, plan.agency) if report.call_id is not None else None
    text = _text_of(report, plan.agency.phone)
    if moved or text != plan.text:
        plan.version += 1
        plan.year = report.starts_at.year
        plan.take_text(text, year=report.starts_at.year, author_id=actor.user_id, now=now)
        ledger.record(
            "plan.save", actor=actor, record_type="plan", record_id=plan.id, agency_id=plan.agency_id, now=now
        )
    _keep_outcome(plan, actor, report, now)
    hand_in(plan, actor, now)
    return saved(plan)


def _check_time(starts_at: datetime, ends_at: datetime, now: datetime) -> None:
    if starts_at >= ends_at:
        raise Refused("结束时间应晚于开始时间", field="ends_at")
    if starts_at > now:
        raise Refused("这里只报已经开展的活动，开展时间不能晚于现在", field="starts_at")
    if ends_at > now:
        raise Refused("这里只报已经开展的活动，结束时间不能晚于现在", field="ends_at")
    if starts_at.year < now.year - 2:
        raise Refused("开展日期应为近两年内的日期", field="starts_at")


def _checked(report: HeldReport, now: datetime) -> HeldReport:
    """The report with its texts cleaned; raises Refused for what cannot be."""
    _check_time(report.starts_at, report.ends_at, now)
    for name, label in _COUNTS.items():
        if not 0 <= getattr(report, name) <= MOST_PEOPLE:
            raise Refused(f"{label}应为0至{MOST_PEOPLE}的整数", field=name)
    tidy = replace(report, theme=plain_text(report.theme), venue=plain_text(report.venue))
    for name, label in (("theme", "活动主题"), ("venue", "开展地点")):
        if not getattr(tidy, name):
            raise Refused(f"请填写{label}", field=name)
    try:
        text = clean_text(report.text, limit=REPORT_LIMIT, lines=True)
    except ValueError as wrong:
        raise Refused(f"开展情况{wrong}", field="text") from wrong
    if not text:
        raise Refused("请填写开展情况", field="text")
    return replace(tidy, text=text)


def _text_of(report: HeldReport, phone: str) -> PlanText:
    """The report in the fields of the 报送表, so that lists, documents and comparisons read it like any plan."""
    day = day_text(report.starts_at.date(), weekday=False)
    people = "、".join(f"{label}{getattr(report, name)}人" for name, label in _GROUPS.items() if getattr(report, name))
    text = PlanText(
        theme=report.theme,
        time_text=f"{day}{clock_text(report.starts_at)}—{clock_text(report.ends_at)}",
        venue=report.venue,
        content=report.text,
        audience_text=people,
        contact_phone=phone,
    )
    for field, problem in too_long(text).items():
        raise Refused(problem, field="text" if field == "content" else field)
    return text


def _sent_before(actor: Actor, key: str, text: PlanText) -> Saved | None:
    """The plan that this very form made before; None when there is none."""
    plan = session().scalar(select(Plan).where(Plan.code == key)) if _KEY.fullmatch(key) else None
    if plan is None:
        return None
    first = session().scalar(select(PlanVersion).where(PlanVersion.plan_id == plan.id, PlanVersion.number == 1))
    if first is None or first.author_id != actor.user_id or first.fields != text.as_dict():
        raise Duplicate("这张表单已经保存过。请到“活动计划”中打开后修改")
    return saved(plan)


def _keep_outcome(plan: Plan, actor: Actor, report: HeldReport, now: datetime) -> None:
    found = session().scalar(select(Outcome).where(Outcome.plan_id == plan.id))
    if found is None:
        found = Outcome(plan_id=plan.id, version=0, filed_at=now)
        session().add(found)
    found.version += 1
    found.author_id = actor.user_id
    found.held_on = report.starts_at.date()
    found.invited, found.public, found.staff = report.invited, report.public, report.staff
    found.text = report.text
    session().flush()
    ledger.record(
        "outcome.file", actor=actor, record_type="outcome", record_id=found.id, agency_id=plan.agency_id, now=now,
        plan=plan.code,
    )  # fmt: skip
