"""The day by which a vague time has to be fixed: set by the office, and called to mind by itself."""

from collections.abc import Callable
from datetime import date, datetime

from sqlalchemy import update

from openday import clock
from openday.db import session, use_case
from openday.documents.letters import letter_text
from openday.errors import Conflict, Refused
from openday.models.plans import Plan
from openday.queries.coverage_page import mailboxes
from openday.queries.firming_up import ToFirmUp, plan_to_firm_up, plans_to_remind_of
from openday.queries.scope import plan_in_reach
from openday.queries.working_calendar import working_calendar
from openday.rules.firming_up import REMIND_BEFORE, is_time_to_remind
from openday.rules.permissions import Actor, Right
from openday.rules.states import Channel
from openday.rules.wording import day_text
from openday.services import ledger

_TEMPLATES = {
    "plan_firm_up_due": "messages/plan_firm_up_due.txt",
    "plan_firm_up_late": "messages/plan_firm_up_late.txt",
}
_BATCH = 200
_WORK_BEGINS, _WORK_ENDS = 8, 18


@use_case
def set_firm_by(actor: Actor, plan_code: str, day: date | None) -> None:
    """Set the day by which the time of one plan has to be fixed; None goes back to the rule of its call.

    Raises:
        NotFound: no such plan within the officer's reach.
        Conflict: its time is fixed already, or has passed.
        Refused: the day lies before today or after the last day on which the activity may be held.
    """
    now = clock.now()
    plan = plan_in_reach(actor, Right.PUBLICATION_MANAGE, plan_code, lock=True)
    if plan_to_firm_up(actor, plan_code, now) is None:
        raise Conflict("这份计划的时间已经确定或已经过去，不需要再设期限")
    if day is not None and day < now.date():
        raise Refused("期限不应早于今天", field="firm_by")
    if day is not None and plan.last_day is not None and day > plan.last_day:
        raise Refused(f"期限不应晚于活动最晚的一天（{day_text(plan.last_day)}）", field="firm_by")
    if day == plan.firm_by:
        return
    plan.firm_by = day
    ledger.record(
        "plan.firm_by", actor=actor, record_type="plan", record_id=plan.id, agency_id=plan.agency_id, now=now,
        day=day.isoformat() if day else None,
    )  # fmt: skip


def remind_of_vague_times(plan_url: Callable[[str], str]) -> int:
    """Write to the agencies whose vague times are due within five working days or overdue: once for each date, and
    once more when it has passed; only on working days, in office hours. Returns how many plans were handled.

    `plan_url` leads from a plan's code to the absolute address of its page on the agency's desk.
    """
    total = 0
    while some := _remind_some(plan_url):
        total += some
    return total


@use_case
def _remind_some(plan_url: Callable[[str], str]) -> int:
    now = clock.now()
    calendar = working_calendar()
    if not calendar.is_working_day(now.date()) or not _WORK_BEGINS <= now.hour < _WORK_ENDS:
        return 0
    due = [
        each
        for each in plans_to_remind_of(now, REMIND_BEFORE, _BATCH)
        if each.overdue or (each.deadline and is_time_to_remind(each.deadline.due, now.date(), calendar))
    ]
    addresses = mailboxes([each.agency_id for each in due]) if due else {}
    for each in due:
        _tell(each, addresses.get(each.agency_id, ()), plan_url(each.code), now)
    return len(due)


def _tell(line: ToFirmUp, addresses: tuple[str, ...], link: str, now: datetime) -> None:
    """Write to the agency and note for which date; an agency without a mailbox is seen on the office's board."""
    if line.deadline is None:
        return
    kind = "plan_firm_up_late" if line.overdue else "plan_firm_up_due"
    text = letter_text(
        _TEMPLATES[kind],
        agency=line.agency,
        theme=line.theme,
        when=line.when,
        due=day_text(line.deadline.due),
        left=line.deadline.label,
        warning=f"（{line.deadline.warning}）" if line.deadline.warning else "",
        link=link,
    )
    for address in addresses:
        ledger.enqueue(kind, channel=Channel.EMAIL, recipient=address, subject=text.subject, body=text.body, now=now)
    told = {"firm_by_late_told" if line.overdue else "firm_by_told": line.deadline.due}
    session().execute(update(Plan).where(Plan.id == line.plan_id).values(**told))
