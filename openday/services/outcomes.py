"""Outcome reports (开展情况): filed by the agency, changed until the office publishes them."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from openday import clock
from openday.db import session, use_case
from openday.errors import ChangedByAnother, Closed, Conflict, Forbidden, NotFound, Refused
from openday.models.aftermath import Outcome
from openday.models.plans import Plan
from openday.queries.outcomes import REPORTABLE, has_begun, plan_times
from openday.queries.scope import plan_in_reach, subject_of
from openday.queries.working_calendar import working_calendar
from openday.rules.aftermath import MOST_PEOPLE, REPORT_LIMIT
from openday.rules.deadlines import outcome_due
from openday.rules.permissions import Actor, Right, can
from openday.rules.privacy import clean_text
from openday.rules.states import OutcomeStatus
from openday.services import ledger
from openday.services.republish import CALENDAR, bump

_COUNTS = {"invited": "邀请代表人数", "public": "报名公众人数", "staff": "工作人员人数"}


@dataclass(frozen=True)
class OutcomeText:
    """What the agency reports; numbers are people."""

    held_on: date
    invited: int
    public: int
    staff: int
    text: str


@use_case
def file_outcome(actor: Actor, plan_code: str, version: int, report: OutcomeText) -> None:
    """File the report of a plan on record or published whose time has begun, or change it until it is published.

    `version` is the saved report that the filer started from, 0 when there was none.

    Raises:
        NotFound: no such plan within reach.
        Forbidden: no right to file.
        Closed: the activity has not begun, or the report is published.
        ChangedByAnother: somebody else of the agency saved in between.
        Refused: a number, the date or the text is not acceptable.
    """
    now = clock.now()
    plan = _locked(actor, Right.OUTCOME_FILE, plan_code)
    found = session().scalar(select(Outcome).where(Outcome.plan_id == plan.id))
    times = plan_times(plan, now)
    if plan.held_already:
        raise Closed("这份计划只报开展情况，需要修改的，请在计划页办理")
    if plan.status not in REPORTABLE or not has_begun(times, now):
        raise Closed("活动尚未开展，开展之后再填报开展情况")
    if found is not None and found.status == OutcomeStatus.PUBLISHED:
        raise Closed("开展情况已经公开，不能再修改；确需更正的，请联系政务公开办")
    report = _checked(report, now)
    if found is not None and found.version != version:
        if _same(found, report):
            return  # the same form sent twice
        raise ChangedByAnother("您打开这一页之后，本单位另一人保存了开展情况，您填写的内容没有保存")
    due = outcome_due(times.last_day, working_calendar()) if times.last_day else None
    action = "outcome.change" if found else "outcome.file"
    if found is None:
        found = Outcome(plan_id=plan.id, version=0, due_on=due, filed_at=now)
        session().add(found)
    found.version += 1
    found.author_id = actor.user_id
    for name in ("held_on", "invited", "public", "staff", "text"):
        setattr(found, name, getattr(report, name))
    session().flush()
    _note(action, found, plan, actor, now)


@use_case
def publish_outcome(actor: Actor, plan_code: str, version: int) -> None:
    """Make the report public as it stands; `version` is the one that the officer read.

    Raises:
        NotFound: no such plan within reach, or no report filed.
        Forbidden: no right to publish, or the officer wrote it.
        Conflict: published already.
        ChangedByAnother: the agency changed it after the officer opened it.
    """
    now = clock.now()
    plan = _locked(actor, Right.OUTCOME_PUBLISH, plan_code)
    found = session().scalar(select(Outcome).where(Outcome.plan_id == plan.id))
    if found is None:
        raise NotFound()
    if found.author_id == actor.user_id:
        raise Forbidden("自己填报的开展情况须由他人公开")
    if found.status == OutcomeStatus.PUBLISHED:
        raise Conflict("这份开展情况已经公开")
    if plan.held_already:
        raise Conflict("只报开展情况的计划，审核备案后在计划页发布，开展情况随之公开")
    if found.version != version:
        raise ChangedByAnother("您打开这一页之后，填报单位修改了开展情况，请核对后再公开")
    found.status = OutcomeStatus.PUBLISHED.value
    found.published_at = now
    _note("outcome.publish", found, plan, actor, now)
    bump(CALENDAR, now)


def _locked(actor: Actor, right: Right, plan_code: str) -> Plan:
    plan = plan_in_reach(actor, Right.OUTCOME_READ, plan_code, lock=True)
    if not can(actor, right, subject_of(plan.agency)):
        raise Forbidden("您没有办理这一步的权限")
    return plan


def _checked(report: OutcomeText, now: datetime) -> OutcomeText:
    if report.held_on > now.date():
        raise Refused("开展日期不能晚于今天", field="held_on")
    if report.held_on.year < now.year - 2:
        raise Refused("开展日期应为近两年内的日期", field="held_on")
    for name, label in _COUNTS.items():
        if not 0 <= getattr(report, name) <= MOST_PEOPLE:
            raise Refused(f"{label}应为0至{MOST_PEOPLE}的整数", field=name)
    try:
        text = clean_text(report.text, limit=REPORT_LIMIT, lines=True)
    except ValueError as wrong:
        raise Refused(f"开展情况{wrong}", field="text") from wrong
    if not text:
        raise Refused("请填写开展情况", field="text")
    return OutcomeText(report.held_on, report.invited, report.public, report.staff, text)


def _same(found: Outcome, report: OutcomeText) -> bool:
    there = OutcomeText(found.held_on, found.invited, found.public, found.staff, found.text)
    return there == report


def _note(action: str, found: Outcome, plan: Plan, actor: Actor, now: datetime) -> None:
    ledger.record(
        action,
        actor=actor,
        record_type="outcome",
        record_id=found.id,
        agency_id=plan.agency_id,
        now=now,
        plan=plan.code,
    )
