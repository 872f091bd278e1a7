"""For which occurrences somebody is still to be reminded, or asked how it was."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import exists, select

from openday.db import session
from openday.models.aftermath import SurveyAnswer
from openday.models.ledger import Message
from openday.models.occurrences import Occurrence
from openday.models.registrations import Registration
from openday.rules.reminders import ASK_AFTER, ASK_UNTIL, LONGEST, SURVEY
from openday.rules.states import OccurrenceStatus, RegistrationStatus

_ON_THE_LIST = (
    Registration.occurrence_id == Occurrence.id,
    Registration.status == RegistrationStatus.CONFIRMED.value,
)
NOT_REMINDED = (Registration.reminded_at.is_(None), Registration.attended == 0)
"""Of a registration: nobody told them yet, and they are not there already."""
NOT_ASKED = (
    Registration.attended > 0,
    Registration.email.is_not(None) | Registration.phone.is_not(None),
    ~exists().where(SurveyAnswer.registration_id == Registration.id),
    ~exists().where(Message.registration_id == Registration.id, Message.kind == SURVEY),
)
"""Of a registration: they came, can be written to, and have neither answered nor been asked."""


@dataclass(frozen=True)
class ToRemind:
    """An occurrence before which people are reminded `hours` ahead."""

    id: int
    starts_at: datetime
    hours: int


def occurrences_to_remind(now: datetime) -> list[ToRemind]:
    """Occurrences to come for which the office set a reminder and somebody with a seat has not had it."""
    soon = now + timedelta(hours=LONGEST) + timedelta(days=1)
    statement = select(Occurrence.id, Occurrence.starts_at, Occurrence.reminder_hours).where(
        Occurrence.status == OccurrenceStatus.SCHEDULED.value,
        Occurrence.reminder_hours.is_not(None),
        Occurrence.starts_at > now,
        Occurrence.starts_at <= soon,
        exists().where(*_ON_THE_LIST, *NOT_REMINDED),
    )
    rows = session().execute(statement.order_by(Occurrence.starts_at, Occurrence.id))
    return [ToRemind(row.id, row.starts_at, row.reminder_hours) for row in rows]


def occurrences_to_ask_about(now: datetime) -> list[int]:
    """Occurrences that ended lately, with somebody who came and has not been asked how it was."""
    statement = select(Occurrence.id).where(
        Occurrence.status == OccurrenceStatus.SCHEDULED.value,
        Occurrence.ends_at <= now - ASK_AFTER,
        Occurrence.ends_at > now - ASK_UNTIL,
        exists().where(*_ON_THE_LIST, *NOT_ASKED),
    )
    return list(session().scalars(statement.order_by(Occurrence.ends_at, Occurrence.id)))
