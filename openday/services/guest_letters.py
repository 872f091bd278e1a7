"""Letters to people on a list that nobody's act sets off: the reminder before, and the question how it was after.

Both are jobs; each of their letters is marked in the transaction that writes it, so that nobody gets one twice.
"""

from collections.abc import Callable
from typing import Any, cast

from sqlalchemy import Table, bindparam, select, update

from openday import clock
from openday.db import Instant, session, together, use_case, write
from openday.models.occurrences import Occurrence
from openday.models.registrations import Registration
from openday.queries.guest_letters import NOT_ASKED, NOT_REMINDED, occurrences_to_ask_about, occurrences_to_remind
from openday.rules.quiet_hours import QuietHours
from openday.rules.reminders import REMINDER, SURVEY, confirmed_before, reminder_time
from openday.rules.states import RegistrationStatus
from openday.services.party_steps import GUEST_COLUMNS, TicketUrl, guest_from, lock_occurrence, tell

_AT_ONCE = 200
_registrations = cast(Table, Registration.__table__)
_REMINDED = (
    update(_registrations)
    .where(_registrations.c.id == bindparam("guest"))
    .values(reminded_at=bindparam("moment", type_=Instant))
)


def remind_guests(*, ticket_url: TicketUrl, quiet: QuietHours | None) -> int:
    """Remind everybody with a seat once, as many hours before the start as the office set; returns how many.

    What would fall into quiet hours comes earlier or later (`rules.reminders`).
    """
    now = clock.now()
    if quiet is not None and quiet.holds(now):
        return 0
    total = 0
    for each in occurrences_to_remind(now):
        if reminder_time(each.starts_at, each.hours, quiet) > now:
            continue
        while some := _remind_some(each.id, ticket_url, quiet):
            total += some
    return total


@use_case
def _remind_some(occurrence_id: int, ticket_url: TicketUrl, quiet: QuietHours | None) -> int:
    now = clock.now()
    occasion = lock_occurrence(occurrence_id)
    hours = session().scalar(select(Occurrence.reminder_hours).where(Occurrence.id == occurrence_id))
    if occasion.facts.cancelled or occasion.facts.postponed or hours is None or now >= occasion.starts_at:
        return 0
    due = reminder_time(occasion.starts_at, hours, quiet)
    if due > now:
        return 0
    got_in = Registration.confirmed_at <= confirmed_before(due, now)
    rows = _listed(occurrence_id, *NOT_REMINDED, got_in)
    with together():
        for row in rows:
            tell(REMINDER, guest_from(row, row.id), occasion, now, ticket_url)
            write(_REMINDED, {"guest": row.id, "moment": now})
    return len(rows)


def ask_how_it_was(*, ticket_url: TicketUrl, page_url: Callable[[str], str], quiet: QuietHours | None) -> int:
    """Ask everybody who came, once, to answer the survey; returns how many.

    `page_url` leads from an activity's code to the absolute address of its page.
    """
    now = clock.now()
    if quiet is not None and quiet.holds(now):
        return 0
    total = 0
    for occurrence_id in occurrences_to_ask_about(now):
        while some := _ask_some(occurrence_id, ticket_url, page_url):
            total += some
    return total


@use_case
def _ask_some(occurrence_id: int, ticket_url: TicketUrl, page_url: Callable[[str], str]) -> int:
    now = clock.now()
    occasion = lock_occurrence(occurrence_id)
    if occasion.facts.cancelled or occasion.facts.postponed:
        return 0
    rows = _listed(occurrence_id, *NOT_ASKED)
    page = page_url(occasion.activity_code)
    with together():
        for row in rows:
            who = guest_from(row, row.id)
            survey = f"{ticket_url(who.code)}/survey"
            tell(SURVEY, who, occasion, now, ticket_url, survey=survey, page=page)
    return len(rows)


def _listed(occurrence_id: int, *conditions: Any) -> list[Any]:
    """Some of those with a seat, in the order in which they came."""
    columns = (getattr(Registration, name) for name in ("id", *GUEST_COLUMNS))
    statement = (
        select(*columns)
        .where(
            Registration.occurrence_id == occurrence_id,
            Registration.status == RegistrationStatus.CONFIRMED.value,
            *conditions,
        )
        .order_by(Registration.id)
        .limit(_AT_ONCE)
    )
    return list(session().execute(statement))
