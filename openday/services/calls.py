"""The office's calls (征集通知): opened, changed, extended, closed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import select

from openday import clock
from openday.db import session, use_case
from openday.errors import ChangedByAnother, Conflict, Duplicate, Forbidden, NotFound, Refused
from openday.models.calls import Call, CallAgency
from openday.models.people import Agency, Jurisdiction
from openday.models.plans import Plan
from openday.queries.calls import stamp_of
from openday.queries.scope import within_reach
from openday.rules.deadlines import was_late
from openday.rules.firming_up import FIRM_UP_DAYS, MOST_DAYS
from openday.rules.permissions import Actor, Right, Subject, can, may
from openday.rules.wording import day_text
from openday.services import ledger

MOST_OWED = 999
LONGEST_REASON = 200


@dataclass(frozen=True)
class CallDraft:
    """What the office writes into a call. `owed`: agency id to the number of plans; an agency left out owes none."""

    year: int
    title: str
    due_on: date
    wording: str = ""
    campaign_month: int | None = None
    brand: str = ""
    firm_up_days: int = FIRM_UP_DAYS
    owed: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Extension:
    """More time: the new last day, and why."""

    due_on: date
    reason: str


@use_case
def open_call(actor: Actor, draft: CallDraft) -> int:
    """Open a call for the office's own jurisdiction and everything below it; returns its id.

    Raises:
        Forbidden: only the office opens calls.
        Duplicate: this year has a call of the same title already (a form sent twice).
        Refused: a value is not acceptable, or an agency is out of reach.
    """
    now = clock.now()
    if not may(actor, Right.CALL_MANAGE):
        raise Forbidden("只有政务公开办可以发布征集通知")
    place = session().scalar(select(Jurisdiction).where(Jurisdiction.path == actor.jurisdiction_path).with_for_update())
    if place is None:
        raise Forbidden("您所在的区划已不存在")
    _judge(actor, draft)
    _refuse_namesake(place.id, draft, besides=None)
    call = Call(jurisdiction_id=place.id, status="open", created_by_id=actor.user_id, created_at=now)
    _write(call, draft)
    session().add(call)
    session().flush()
    ledger.record("call.open", actor=actor, record_type="call", record_id=call.id, now=now, year=call.year)
    return call.id


@use_case
def change_call(actor: Actor, call_id: int, draft: CallDraft, *, stamp: str) -> None:
    """Change an open call; `stamp` is `stamp_of` the call as the editor saw it.

    Raises:
        NotFound: no such call within reach.
        ChangedByAnother: it was changed or closed meanwhile.
        Refused, Duplicate: as in `open_call`.
    """
    now = clock.now()
    call = _call_in_reach(actor, call_id)
    if call.status != "open" or stamp_of(call) != stamp:
        raise ChangedByAnother("您打开这一页之后，这项征集通知已由他人修改或结束，您的修改没有保存")
    _judge(actor, draft)
    _refuse_namesake(call.jurisdiction_id, draft, besides=call.id)
    _write(call, draft)
    ledger.record(
        "call.change", actor=actor, record_type="call", record_id=call.id, now=now, due=draft.due_on.isoformat()
    )


@use_case
def close_call(actor: Actor, call_id: int) -> None:
    """End a call: no new plan is filed to it; those that are filed go on.

    Raises:
        NotFound: no such call within reach.
        Conflict: it is closed already.
    """
    now = clock.now()
    call = _call_in_reach(actor, call_id)
    if call.status != "open":
        raise Conflict("这项征集通知已经结束")
    call.status = "closed"
    ledger.record("call.close", actor=actor, record_type="call", record_id=call.id, now=now)


@use_case
def extend_call(actor: Actor, call_id: int, extension: Extension, *, agency_id: int | None = None) -> int:
    """Give all agencies, or one that owes to the call, more time; returns how many plans are no longer late.

    Raises:
        NotFound: no such call within reach, or the agency does not owe to it.
        Conflict: the call is closed.
        Refused: no reason, or a day that gives nobody more time.
    """
    now = clock.now()
    call = _call_in_reach(actor, call_id)
    if call.status != "open":
        raise Conflict("这项征集通知已经结束，不能再延期")
    owed = session().get(CallAgency, (call_id, agency_id)) if agency_id is not None else None
    if agency_id is not None and owed is None:
        raise NotFound()
    before = max(call.due_on, owed.due_on) if owed and owed.due_on else call.due_on
    _judge_extension(call, before, extension)
    if owed is not None:
        owed.due_on, owed.extension_reason = extension.due_on, extension.reason
    else:
        call.due_on = extension.due_on
    ledger.record(
        "call.extend" if owed is None else "call.extend_agency",
        actor=actor, record_type="call", record_id=call.id, agency_id=agency_id, now=now,
        before=before.isoformat(), due=extension.due_on.isoformat(), reason=extension.reason,
    )  # fmt: skip
    return _forgive(call_id, extension.due_on, agency_id)


def _judge_extension(call: Call, before: date, extension: Extension) -> None:
    if not extension.reason:
        raise Refused("请写明延期的理由，单位会看到", field="reason")
    if len(extension.reason) > LONGEST_REASON:
        raise Refused(f"理由最多{LONGEST_REASON}个字，现在有{len(extension.reason)}个字", field="reason")
    if extension.due_on <= before:
        raise Refused(f"新的截止日期应晚于{day_text(before)}", field="due_on")
    if extension.due_on.year > call.year + 1:
        raise Refused(f"截止日期与{call.year}年度不符，请核对", field="due_on")


def _forgive(call_id: int, due_on: date, agency_id: int | None) -> int:
    """What came after the old deadline and before the new one is not late any more."""
    late = select(Plan).where(Plan.call_id == call_id, Plan.filed_late)
    if agency_id is not None:
        late = late.where(Plan.agency_id == agency_id)
    found = [plan for plan in session().scalars(late) if plan.submitted_at and not was_late(due_on, plan.submitted_at)]
    for plan in found:
        plan.filed_late = False
    return len(found)


def _call_in_reach(actor: Actor, call_id: int) -> Call:
    call = session().scalar(select(Call).where(Call.id == call_id).with_for_update(of=Call))
    place = session().get(Jurisdiction, call.jurisdiction_id) if call else None
    if call is None or place is None or not can(actor, Right.CALL_MANAGE, Subject(jurisdiction_path=place.path)):
        raise NotFound()
    return call


def _judge(actor: Actor, draft: CallDraft) -> None:
    if not 2000 <= draft.year <= 2100:
        raise Refused("年度应在2000年至2100年之间", field="year")
    if not draft.title:
        raise Refused("请填写通知标题", field="title")
    if not draft.year - 1 <= draft.due_on.year <= draft.year + 1:
        raise Refused(f"报送截止日期与{draft.year}年度不符，请核对", field="due_on")
    if draft.campaign_month is not None and not 1 <= draft.campaign_month <= 12:
        raise Refused("活动月应为1至12月", field="campaign_month")
    if not 0 <= draft.firm_up_days <= MOST_DAYS:
        raise Refused(f"工作日数应为0至{MOST_DAYS}", field="firm_up_days")
    if any(not 0 <= number <= MOST_OWED for number in draft.owed.values()):
        raise Refused(f"应报数量应为0至{MOST_OWED}", field="owed")
    reachable = set(session().scalars(select(Agency.id).where(within_reach(actor, Right.CALL_MANAGE))))
    if not set(draft.owed) <= reachable:
        raise Refused("名单中有不属于本地区的单位", field="owed")


def _refuse_namesake(place_id: int, draft: CallDraft, *, besides: int | None) -> None:
    same = select(Call.id).where(
        Call.jurisdiction_id == place_id, Call.year == draft.year, Call.title == draft.title, Call.id != (besides or 0)
    )
    if session().scalar(same) is not None:
        raise Duplicate(f"{draft.year}年已有同名的征集通知，请换一个标题", field="title")


def _write(call: Call, draft: CallDraft) -> None:
    call.year, call.title, call.wording, call.due_on = draft.year, draft.title, draft.wording, draft.due_on
    call.campaign_month, call.brand = draft.campaign_month, draft.brand
    call.firm_up_days = draft.firm_up_days
    rows = {row.agency_id: row for row in call.owed}
    call.owed = [_owed(rows.get(agency_id), agency_id, number) for agency_id, number in draft.owed.items() if number]


def _owed(row: CallAgency | None, agency_id: int, number: int) -> CallAgency:
    row = row or CallAgency(agency_id=agency_id)
    row.owed = number
    return row
