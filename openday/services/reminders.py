"""催报: the office reminds agencies of what they still owe to a call, at most once a day each."""

import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from openday import clock
from openday.db import session, use_case
from openday.documents.letters import letter_text
from openday.errors import Conflict, NotFound, Refused
from openday.models.calls import Call, CallAgency, Reminder
from openday.models.people import Agency, Jurisdiction
from openday.queries.calls import due_for, filed_by
from openday.queries.coverage_page import mailboxes, owing
from openday.queries.office_plans import around
from openday.queries.scope import within_reach
from openday.rules.deadlines import was_late
from openday.rules.permissions import Actor, Right
from openday.rules.states import Channel
from openday.rules.wording import day_text
from openday.services import ledger

LONGEST_ADDRESS = 200
_ADDRESS = re.compile(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+\.[A-Za-z0-9-]{2,}")


@dataclass(frozen=True)
class Sent:
    """What became of one 催报. Without letters somebody has to telephone; `already`: it was reminded today before."""

    agency: str
    letters: int
    phone: str
    already: bool = False


@dataclass(frozen=True)
class RemindedAll:
    """What became of the 催报 of everybody who owes."""

    agencies: int
    letters: int
    already: int
    to_telephone: tuple[Sent, ...]


@use_case
def remind_agency(actor: Actor, call_id: int, agency_id: int, *, link: str) -> Sent:
    """Write to the mailboxes of an agency that still owes plans; `link` is the absolute address of its desk.

    Raises:
        NotFound: call or agency are not within reach, or the agency does not owe to the call.
        Conflict: the call is over, or everything is filed.
    """
    now = clock.now()
    call, agency, owed = _owing(actor, call_id, agency_id)
    missing = owed.owed - filed_by(call_id, agency_id)
    if missing <= 0:
        raise Conflict(f"{agency.name}已经报齐，不需要催报")
    addresses = mailboxes([agency_id]).get(agency_id, ())
    reminder = Reminder(
        call_id=call_id, agency_id=agency_id, day=now.date(), sent_by_id=actor.user_id, at=now, letters=len(addresses)
    )
    try:
        with session().begin_nested():
            session().add(reminder)
    except IntegrityError:
        return Sent(agency.name, 0, agency.phone, already=True)
    text = _letter(call, agency, owed.owed, missing, now, link)
    for address in addresses:
        ledger.enqueue(
            "plan_reminder", channel=Channel.EMAIL, recipient=address, subject=text[0], body=text[1], now=now
        )
    ledger.record(
        "call.remind", actor=actor, record_type="agency", record_id=agency_id, agency_id=agency_id, now=now,
        call_id=call_id, letters=len(addresses),
    )  # fmt: skip
    return Sent(agency.name, len(addresses), agency.phone)


@use_case
def set_mailbox(actor: Actor, agency_id: int, email: str) -> None:
    """Keep the address to which an agency's reminders go besides its filers' own; '' takes it away.

    Raises:
        NotFound: the agency is not within the office's reach.
        Refused: it is no address.
    """
    now = clock.now()
    statement = select(Agency).where(Agency.id == agency_id, within_reach(actor, Right.CALL_REMIND)).with_for_update()
    agency = session().scalar(statement)
    if agency is None:
        raise NotFound()
    if email and not (_ADDRESS.fullmatch(email) and len(email) <= LONGEST_ADDRESS):
        raise Refused("催报邮箱的格式不正确，例如 office@example.gov.cn", field="email")
    agency.email = email
    ledger.record(
        "people.agency_mailbox", actor=actor, record_type="agency", record_id=agency.id, agency_id=agency.id, now=now,
        set=bool(email),
    )  # fmt: skip


def remind_all(actor: Actor, call_id: int, *, link: str) -> RemindedAll:
    """催报 of every agency within reach that still owes: a use-case each, so that one does not undo the others.

    Raises:
        NotFound: the call is not within reach.
    """
    _call, lines = owing(actor, call_id, clock.now())
    sent = []
    for agency_id in [line.row.agency_id for line in lines]:
        try:
            sent.append(remind_agency(actor, call_id, agency_id, link=link))
        except (NotFound, Conflict):
            continue  # it has filed, or was taken off the list, a moment ago
    new = [each for each in sent if not each.already]
    return RemindedAll(
        agencies=sum(bool(each.letters) for each in new),
        letters=sum(each.letters for each in new),
        already=len(sent) - len(new),
        to_telephone=tuple(each for each in new if not each.letters),
    )


def _owing(actor: Actor, call_id: int, agency_id: int) -> tuple[Call, Agency, CallAgency]:
    statement = (
        select(Call, Agency, CallAgency)
        .join(CallAgency, CallAgency.call_id == Call.id)
        .join(Agency, Agency.id == CallAgency.agency_id)
        .join(Jurisdiction, Jurisdiction.id == Call.jurisdiction_id)
        .where(
            Call.id == call_id, Agency.id == agency_id, around(actor), within_reach(actor, Right.CALL_REMIND),
        )
    )  # fmt: skip
    row = session().execute(statement).one_or_none()
    if row is None:
        raise NotFound()
    call, agency, owed = row
    if call.status != "open":
        raise Conflict("这项征集通知已经结束，不再催报")
    return call, agency, owed


def _letter(call: Call, agency: Agency, owed: int, missing: int, now: datetime, link: str) -> tuple[str, str]:
    due = due_for(call, agency.id)
    term = f"报送截止日期是{day_text(due)}，现在已经逾期" if was_late(due, now) else f"报送截止日期是{day_text(due)}"
    text = letter_text(
        "messages/plan_reminder.txt",
        agency=agency.name, title=call.title, owed=owed, missing=missing, term=term, where=link,
    )  # fmt: skip
    return text.subject, text.body
