"""Taking personal data out of the house: a list exported, one telephone number revealed. Each leaves an audit row."""

from dataclasses import dataclass

from sqlalchemy import select

from openday import clock
from openday.db import session, use_case
from openday.errors import NotFound, Refused
from openday.models.registrations import Registration
from openday.queries.activities import occurrence_in_reach
from openday.queries.registrations import kept_extras, sayable
from openday.queries.rosters import RosterRow, further_answers, roster
from openday.rules.identity_numbers import Document
from openday.rules.permissions import Actor, Right
from openday.rules.privacy import clean_text
from openday.services import ledger

REASON_LIMIT = 200


@use_case
def export_roster(actor: Actor, occurrence: str) -> tuple[list[RosterRow], dict[str, list[tuple[str, str]]]]:
    """The whole list of an occurrence to take away, telephone numbers masked; with it, by desk number, what else was
    answered, without the numbers of documents: those are never taken away.

    Raises:
        NotFound: no such occurrence within reach of the right to export.
    """
    now = clock.now()
    found = occurrence_in_reach(actor, Right.ROSTER_EXPORT, occurrence)
    rows = roster(found.id)
    ledger.record(
        "roster.export",
        actor=actor,
        record_type="occurrence",
        record_id=found.id,
        now=now,
        agency_id=found.activity.agency_id,
        rows=len(rows),
    )
    documents = {kind.label for kind in Document}
    answers = {
        number: [line for line in lines if line[0] not in documents]
        for number, lines in further_answers(found.id).items()
    }
    return rows, answers


@use_case
def set_own_staff(actor: Actor, occurrence: str, number: str, *, own: bool) -> None:
    """Say of one party that it belongs to the agency itself, or not; it keeps its place.

    Raises:
        NotFound: no such party within reach.
    """
    now = clock.now()
    found = occurrence_in_reach(actor, Right.REGISTRATION_ENTER, occurrence)
    here = (Registration.occurrence_id == found.id, Registration.number == sayable(number))
    row = session().scalars(select(Registration).where(*here)).first()
    if row is None:
        raise NotFound()
    if row.own_staff == own:
        return
    row.own_staff = own
    ledger.record(
        "registration.own_staff",
        actor=actor,
        record_type="registration",
        record_id=row.id,
        now=now,
        agency_id=found.activity.agency_id,
        own=own,
    )


@dataclass(frozen=True)
class Revealed:
    """Telephone numbers in full; `guardian` is empty where nobody answers for a child."""

    phone: str
    guardian: str


@use_case
def reveal_phone(actor: Actor, occurrence: str, number: str, reason: str) -> Revealed:
    """The telephone number of one party in full, and that of its guardian; the reason is kept in the audit log.

    Raises:
        NotFound: no such party within reach, or its personal data has been deleted.
        Refused: no reason was given.
    """
    now = clock.now()
    found = occurrence_in_reach(actor, Right.ROSTER_EXPORT, occurrence)
    try:
        why = clean_text(reason, limit=REASON_LIMIT)
    except ValueError as wrong:
        raise Refused(f"事由{wrong}", field="reason") from wrong
    if not why:
        raise Refused("请填写查看事由，例如：时间有变，需电话通知本人", field="reason")
    row = (
        session()
        .execute(
            select(Registration.id, Registration.phone, Registration.extras).where(
                Registration.occurrence_id == found.id, Registration.number == sayable(number)
            )
        )
        .first()
    )
    if row is None or not row.phone:
        raise NotFound()
    ledger.record(
        "registration.reveal_phone",
        actor=actor,
        record_type="registration",
        record_id=row.id,
        now=now,
        agency_id=found.activity.agency_id,
        reason=why,
    )
    return Revealed(str(row.phone), str(kept_extras(row.extras).get("guardian", {}).get("phone", "")))
