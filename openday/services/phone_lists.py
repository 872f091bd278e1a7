"""Printing lists for telephoning: masked for whoever may export a roster, with full numbers after a second person has
allowed it, for a day. Every sheet that is made leaves an audit row."""

from dataclasses import dataclass

from sqlalchemy import select

from openday import clock
from openday.db import session, use_case
from openday.errors import ChangedByAnother, Conflict, Forbidden, NotFound, Refused
from openday.models.activities import Activity
from openday.models.ledger import PhoneList
from openday.models.occurrences import Occurrence
from openday.models.people import Agency
from openday.queries.activities import occurrence_in_reach
from openday.queries.phone_lists import CallFacts, CallLine, call_facts, people_to_call, requests_in_reach
from openday.queries.registrations import sayable
from openday.rules.permissions import Actor, Right
from openday.rules.phone_calls import LASTS, REASON_LIMIT, Cause, may_still_print
from openday.rules.privacy import clean_text
from openday.services import ledger


@dataclass(frozen=True)
class CallSheet:
    """A sheet to telephone from."""

    facts: CallFacts
    cause: Cause
    lines: list[CallLine]
    full: bool


@use_case
def masked_sheet(actor: Actor, occurrence_code: str, cause: Cause) -> CallSheet:
    """The sheet with masked numbers; each can be revealed on the screen, one by one and with a reason.

    Raises:
        NotFound: no such occurrence within reach of the right to export a roster.
    """
    occurrence = occurrence_in_reach(actor, Right.ROSTER_EXPORT, occurrence_code)
    lines = people_to_call(occurrence.id)
    _note_print(actor, occurrence, cause, lines, full=False)
    return CallSheet(call_facts(occurrence), cause, lines, full=False)


@use_case
def ask_for_numbers(actor: Actor, occurrence_code: str, cause: Cause, reason: str) -> None:
    """Ask a second person to let the full numbers of an occurrence be printed.

    Raises:
        NotFound: no such occurrence within reach of an officer.
        Refused: without a reason.
        Conflict: the same person has asked already, or may print now.
    """
    now = clock.now()
    occurrence = occurrence_in_reach(actor, Right.PHONE_LIST_ASK, occurrence_code, lock=True)
    try:
        why = clean_text(reason, limit=REASON_LIMIT)
    except ValueError as wrong:
        raise Refused(f"事由{wrong}", field="reason") from wrong
    if not why:
        raise Refused("请写明事由，例如：活动改期，需要逐一电话通知", field="reason")
    own = select(PhoneList).where(PhoneList.occurrence_id == occurrence.id, PhoneList.asked_by_id == actor.user_id)
    for earlier in session().scalars(own):
        if earlier.status == "asked":
            raise Conflict("您已经提出申请，正等候另一位工作人员办理")
        if earlier.status == "granted" and may_still_print(earlier.expires_at, now):
            raise Conflict("您的申请已获同意，可以直接打印")
    row = PhoneList(occurrence_id=occurrence.id, cause=cause.value, reason=why, asked_by_id=actor.user_id, asked_at=now)
    session().add(row)
    session().flush()
    ledger.record(
        "phone_list.ask", actor=actor, record_type="phone_list", record_id=row.id,
        agency_id=occurrence.activity.agency_id, now=now, reason=why,
    )  # fmt: skip


@use_case
def decide_request(actor: Actor, code: str, *, grant: bool) -> None:
    """Let somebody else print the full numbers for a day, or not.

    Raises:
        NotFound: no such request within reach.
        Forbidden: it is one's own.
        ChangedByAnother: it was decided already.
    """
    now = clock.now()
    row, agency_id = _request(actor, Right.PHONE_LIST_GRANT, code)
    if row.asked_by_id == actor.user_id:
        raise Forbidden("自己的申请须由另一位工作人员办理")
    if row.status != "asked":
        raise ChangedByAnother("这份申请已由他人办理")
    row.status = "granted" if grant else "refused"
    row.decided_by_id, row.decided_at = actor.user_id, now
    row.expires_at = now + LASTS if grant else None
    ledger.record(
        "phone_list.grant" if grant else "phone_list.refuse", actor=actor, record_type="phone_list",
        record_id=row.id, agency_id=agency_id, now=now,
    )  # fmt: skip


@use_case
def full_sheet(actor: Actor, code: str) -> CallSheet:
    """The sheet with full numbers, for whoever asked and within a day after a second person allowed it.

    Raises:
        NotFound: no such request of this person within reach.
        Conflict: it was not allowed, or the day is over.
    """
    now = clock.now()
    row, _ = _request(actor, Right.PHONE_LIST_ASK, code)
    if row.asked_by_id != actor.user_id:
        raise NotFound()
    if row.status != "granted" or not may_still_print(row.expires_at, now):
        raise Conflict("打印完整号码的许可没有取得或已经过期，请重新申请")
    occurrence = session().get_one(Occurrence, row.occurrence_id)
    lines = people_to_call(occurrence.id, full=True)
    cause = Cause(row.cause)
    _note_print(actor, occurrence, cause, lines, full=True)
    return CallSheet(call_facts(occurrence), cause, lines, full=True)


def _request(actor: Actor, right: Right, code: str) -> tuple[PhoneList, int]:
    statement = (
        select(PhoneList, Activity.agency_id)
        .join(Occurrence, Occurrence.id == PhoneList.occurrence_id)
        .join(Activity, Activity.id == Occurrence.activity_id)
        .join(Agency, Agency.id == Activity.agency_id)
        .where(PhoneList.code == sayable(code), requests_in_reach(actor, right))
        .with_for_update(of=PhoneList)
        .execution_options(populate_existing=True)
    )
    found = session().execute(statement).first()
    if found is None:
        raise NotFound()
    return found[0], found[1]


def _note_print(actor: Actor, occurrence: Occurrence, cause: Cause, lines: list[CallLine], *, full: bool) -> None:
    ledger.record(
        "phone_list.print", actor=actor, record_type="occurrence", record_id=occurrence.id,
        agency_id=occurrence.activity.agency_id, now=clock.now(), cause=cause.value, rows=len(lines), full=full,
    )  # fmt: skip
