"""Emptying registrations of everything that says who somebody is, when their time has come or when they ask for it.

What stays is what is counted: status, party size, seats, attendance, the times of both, and the desk number.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, CursorResult, or_, update

from openday.db import session
from openday.models.registrations import Invitee, Registration

_PERSONAL = (
    Registration.name,
    Registration.phone,
    Registration.phone_hash,
    Registration.email,
    Registration.extras,
    Registration.activity_phone,
)
_EMPTIED: dict[str, Any] = {column.key: None for column in _PERSONAL} | {
    "phone_last4": "",
    "decision_reason": "",
    "photo_consent": None,
}


def still_named() -> ColumnElement[bool]:
    """Of a registration: whether it still says who somebody is."""
    return or_(*(column.is_not(None) for column in _PERSONAL))


def empty_registrations(ids: Sequence[int]) -> int:
    """Empty these registrations, and the lines of invitation lists that they came from; returns how many."""
    if not ids:
        return 0
    invited = update(Invitee).where(Invitee.registration_id.in_(ids))
    session().execute(invited.values(name=None, contact=None, contact_hash=None).execution_options(**_NO_SYNC))
    emptied = update(Registration).where(Registration.id.in_(ids)).values(**_EMPTIED)
    result = session().execute(emptied.execution_options(**_NO_SYNC))
    return result.rowcount if isinstance(result, CursorResult) else 0


_NO_SYNC: dict[str, Any] = {"synchronize_session": False}
