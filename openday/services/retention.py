"""Forgetting: personal data goes when its stated day has come; counts stay."""

from datetime import date, datetime, time, timedelta

from sqlalchemy import ColumnElement, CursorResult, Delete, Update, delete, func, or_, select, update

from openday import clock
from openday.clock import SHANGHAI
from openday.db import session, use_case
from openday.models.aftermath import Suggestion
from openday.models.ledger import Message
from openday.models.occurrences import Occurrence
from openday.models.plans import FormReading, PlanImport
from openday.models.registrations import Invitee, Registration
from openday.models.topics import TopicCall, TopicEvent, TopicProposal
from openday.rules.states import MessageStatus, OccurrenceStatus, SuggestionStatus
from openday.rules.topic_states import FINISHED
from openday.services import ledger
from openday.services.forget_steps import empty_registrations, still_named

BATCH = 500
LONGEST_PUT_OFF = timedelta(days=180)


def forget_persons(retention_days: int) -> dict[str, int]:
    """Delete names, phones and mail addresses of occurrences that ended `retention_days` ago, and what was sent.

    Goes in batches, each a transaction of its own, so that nobody waits behind it. Returns how many rows of each kind
    were emptied; nothing at all when there was nothing to forget.
    """
    total: dict[str, int] = {}
    while True:
        gone = _forget_batch(retention_days)
        for kind, count in gone.items():
            total[kind] = total.get(kind, 0) + count
        if not any(gone.values()):
            return {kind: count for kind, count in total.items() if count}


@use_case
def _forget_batch(retention_days: int) -> dict[str, int]:
    now = clock.now()
    before = _midnight(now.date() - timedelta(days=retention_days))
    gone = {
        "registrations": _forget_registrations(before),
        "invitees": _forget_invitees(before),
        "messages": _forget_messages(before),
        "suggestions": _forget_suggestions(before),
        "topics": _forget_topics(before, now),
        "imports": _changed(delete(PlanImport).where(PlanImport.created_at < before)),
        "form_readings": _changed(delete(FormReading).where(FormReading.created_at < before)),
    }
    if any(gone.values()):
        ledger.record("retention.forget", actor=None, record_type="retention", record_id=None, now=now, **gone)
    return gone


def _forget_registrations(before: datetime) -> int:
    over = (
        select(Registration.id)
        .join(Occurrence, Occurrence.id == Registration.occurrence_id)
        .where(Occurrence.ends_at < before, _not_put_off(before))
        .where(still_named())
        .limit(BATCH)
    )
    return empty_registrations(list(session().scalars(over)))


def _forget_invitees(before: datetime) -> int:
    """Who was invited to them, whether they came or not."""
    over = (
        select(Invitee.id)
        .join(Occurrence, Occurrence.id == Invitee.occurrence_id)
        .where(Occurrence.ends_at < before, _not_put_off(before))
        .where(or_(Invitee.name.is_not(None), Invitee.contact.is_not(None)))
        .limit(BATCH)
    )
    ids = list(session().scalars(over))
    nothing = {"name": None, "contact": None, "contact_hash": None}
    return _changed(update(Invitee).where(Invitee.id.in_(ids)).values(**nothing)) if ids else 0


def _not_put_off(before: datetime) -> ColumnElement[bool]:
    """What was put off keeps its list until its new time, but not for ever: after half a year more it is forgotten."""
    standing = Occurrence.status != OccurrenceStatus.POSTPONED.value
    return standing | (Occurrence.changed_at < before - LONGEST_PUT_OFF)


def _forget_messages(before: datetime) -> int:
    """Messages about forgotten registrations; of the others, those that went out (or never will) long ago."""
    forgotten = select(Registration.id).where(Registration.phone.is_(None), Registration.name.is_(None))
    about_nobody = Message.registration_id.is_(None) & (Message.status != MessageStatus.QUEUED.value)
    theirs = Message.registration_id.in_(forgotten)
    old = select(Message.id).where(Message.created_at < before, or_(theirs, about_nobody)).limit(BATCH)
    ids = list(session().scalars(old))
    return _changed(delete(Message).where(Message.id.in_(ids))) if ids else 0


def _forget_suggestions(before: datetime) -> int:
    done = (SuggestionStatus.ANSWERED.value, SuggestionStatus.REMOVED.value)
    named = or_(Suggestion.name.is_not(None), Suggestion.phone.is_not(None))
    return _changed(
        update(Suggestion)
        .where(Suggestion.status.in_(done), Suggestion.received_at < before, named)
        .values(name=None, phone=None)
    )


def _forget_topics(before: datetime, now: datetime) -> int:
    """Contacts of proposals whose last step, when they were done with, is long ago; of all others a year after the
    topic call ended, as its form says."""
    last = select(func.max(TopicEvent.at)).where(TopicEvent.proposal_id == TopicProposal.id).correlate(TopicProposal)
    done = TopicProposal.status.in_([status.value for status in FINISHED])
    ended = select(TopicCall.id).where(TopicCall.closes_at < now - timedelta(days=365))
    over = or_(done & (last.scalar_subquery() < before), TopicProposal.topic_call_id.in_(ended))
    named = TopicProposal.contact.is_not(None)
    return _changed(update(TopicProposal).where(named, over).values(contact=None))


def _changed(statement: Update | Delete) -> int:
    result = session().execute(statement.execution_options(synchronize_session=False))
    return result.rowcount if isinstance(result, CursorResult) else 0


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), SHANGHAI)
