"""Signing up through the use-case, with everything filled in that a test does not care about."""

import itertools
import secrets
from typing import Any

from sqlalchemy import select

from openday.db import db
from openday.models.ledger import Message
from openday.models.occurrences import Occurrence, Quota
from openday.models.registrations import Registration
from openday.rules.states import RegistrationSource, RegistrationStatus
from openday.services.registrations import Registered, SignUp, register

_running = itertools.count(1)


def ticket_url(code: str) -> str:
    """The address of a ticket as the tests write it."""
    return f"https://open.example.gov.cn/tickets/{code}"


def wish(**changes: Any) -> SignUp:
    """A filled-in form: a phone and a key of its own, one person, consent given."""
    values = {
        "name": "王小雨",
        "phone": f"136{next(_running):08d}",
        "party_size": 1,
        "consent": True,
        "key": secrets.token_hex(16),
    }
    return SignUp(**{**values, **changes})


def sign_up(occurrence: Occurrence | str, actor: Any = None, source: Any = None, **changes: Any) -> Registered:
    """Register a party for an occurrence (or for the one with this code)."""
    code = occurrence if isinstance(occurrence, str) else occurrence.code
    return register(
        code,
        wish(**changes),
        ticket_url=ticket_url,
        actor=actor,
        source=source or RegistrationSource.ONLINE,
    )


def taken(occurrence: Occurrence) -> list[int]:
    """The counters of the quotas, by position."""
    db.session.rollback()
    rows = select(Quota.taken).where(Quota.occurrence_id == occurrence.id).order_by(Quota.position)
    return list(db.session.scalars(rows))


def status_of(code: str) -> RegistrationStatus:
    """What has become of a ticket."""
    db.session.rollback()
    found = db.session.scalar(select(Registration.status).where(Registration.code == code))
    assert found is not None
    return RegistrationStatus(found)


def seats_held(occurrence: Occurrence) -> int:
    """The people of all confirmed parties, counted one by one."""
    db.session.rollback()
    parties = select(Registration.party_size).where(
        Registration.occurrence_id == occurrence.id, Registration.status == RegistrationStatus.CONFIRMED
    )
    return sum(db.session.scalars(parties))


def messages_to(recipient: str) -> list[Message]:
    """What was written to one address, oldest first."""
    db.session.rollback()
    return [row for row in db.session.scalars(select(Message).order_by(Message.id)) if row.recipient == recipient]
