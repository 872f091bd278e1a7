"""Finding one's tickets by phone: the page only notes who asked, the worker looks and writes to the stored contacts.

Because the page does the same for every number, its answer and the time that it takes say nothing about lists.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select

from openday import clock, vault
from openday.db import session, use_case
from openday.documents.letters import filled_in, house_wording
from openday.errors import Refused, TooMany
from openday.models.activities import Activity
from openday.models.occurrences import Occurrence
from openday.models.registrations import Registration, TicketSearch
from openday.queries.registrations import phone_index
from openday.rules.finding_tickets import LOOK_BACK, MOST_SEARCHES, MOST_TICKETS, SEARCHES_WITHIN, ticket_lines
from openday.rules.phone import normalise_phone
from openday.rules.proof_of_work import Effort
from openday.rules.states import Channel, RegistrationStatus
from openday.services import ledger
from openday.services.challenge_steps import first_or_again, hold, spend
from openday.services.party_steps import TicketUrl

KIND = "tickets.found"
_AT_ONCE = 20


def ask_for_tickets(phone: str, effort: Effort | None = None) -> None:
    """Note that somebody asks for the tickets of this number, as it was typed; says nothing about whether there are
    any.

    Raises:
        Refused: it is no telephone number.
        TooMany: this number was searched for three times within a day, or too much came from this network address.
        SpentBefore: the same page was sent before.
    """
    try:
        canonical = normalise_phone(phone)
    except ValueError as wrong:
        raise Refused(str(wrong), field="phone") from wrong
    first_or_again(lambda: _ask(phone_index(canonical), effort))


@use_case
def _ask(phone_hash: str, effort: Effort | None) -> None:
    now = clock.now()
    spend(effort, now)
    counter = hold(vault.blind_index(phone_hash, "ticket search"), now)
    if now - counter.since >= SEARCHES_WITHIN:
        counter.failures, counter.since = 0, now
    if counter.failures >= MOST_SEARCHES:
        left = counter.since + SEARCHES_WITHIN - now
        hours = int(left.total_seconds() // 3600) + 1
        raise TooMany(
            f"这个手机号码24小时内已查找{MOST_SEARCHES}次，请在{hours}小时后再试，或致电举办单位查询",
            retry_after=hours * 3600,
        )
    counter.failures += 1
    session().add(TicketSearch(phone_hash=phone_hash, asked_at=now))
    ledger.record("tickets.search", actor=None, record_type="registration", record_id=None, now=now)


@use_case
def send_found_tickets(site: str, ticket_url: TicketUrl) -> int:
    """Answer up to twenty searches: one message to each contact that is stored with the tickets found, to the mail
    address where there is one, else to the telephone. Returns how many messages were written."""
    now = clock.now()
    asked = select(TicketSearch).order_by(TicketSearch.id).limit(_AT_ONCE).with_for_update(skip_locked=True)
    searches = list(session().scalars(asked))
    if not searches:
        return 0
    session().execute(delete(TicketSearch).where(TicketSearch.id.in_([search.id for search in searches])))
    return sum(_answer(phone_hash, site, ticket_url, now) for phone_hash in {one.phone_hash for one in searches})


def _answer(phone_hash: str, site: str, ticket_url: TicketUrl, now: datetime) -> int:
    by_contact: dict[tuple[Channel, str], list[Any]] = {}
    for row in _tickets(phone_hash, now):
        contact = (Channel.EMAIL, row.email) if row.email else (Channel.SMS, row.phone or "")
        if contact[1]:
            by_contact.setdefault(contact, []).append(row)
    for (channel, recipient), rows in by_contact.items():
        language = rows[0].language
        values = {"site": site, "tickets": _listed(rows, language, ticket_url)}
        text = filled_in(house_wording(KIND, language), values)
        ledger.enqueue(
            KIND,
            channel=channel,
            recipient=recipient,
            subject=text.subject,
            body=text.body,
            now=now,
            registration_id=rows[0].id,
        )
    return len(by_contact)


def _listed(rows: Iterable[Any], language: str, ticket_url: TicketUrl) -> str:
    return "\n\n".join(
        ticket_lines(
            row.theme, row.starts_at, row.ends_at, RegistrationStatus(row.status), ticket_url(row.code), language
        )
        for row in rows
    )


def _tickets(phone_hash: str, now: datetime) -> list[Any]:
    columns = ("id", "code", "status", "email", "phone", "language")
    statement = (
        select(*(getattr(Registration, name) for name in columns), *_ABOUT)
        .join(Occurrence, Occurrence.id == Registration.occurrence_id)
        .join(Activity, Activity.id == Occurrence.activity_id)
        .where(
            Registration.phone_hash == phone_hash,
            Registration.status != RegistrationStatus.CANCELLED.value,
            Occurrence.ends_at > now - LOOK_BACK,
        )
        .order_by(Occurrence.starts_at.desc(), Registration.id.desc())
        .limit(MOST_TICKETS)
    )
    return list(session().execute(statement))


_ABOUT = (Activity.theme, Occurrence.starts_at, Occurrence.ends_at)
