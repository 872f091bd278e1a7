"""Which messages carry a calendar invite (iTIP, RFC 5546), and what identifies it.

The event is the registration's own: an identifier apart from the public calendar's, because giving back one's place
cancels one's own entry and nothing that anybody subscribes to. Put off without a new time is a CANCEL: an entry that
stayed at the old time would still remind of it. The new time then comes as a REQUEST under the same identifier.
"""

from enum import StrEnum
from hashlib import sha256


class Method(StrEnum):
    """What a calendar program is asked to do."""

    REQUEST = "REQUEST"
    CANCEL = "CANCEL"


_GIVES_SEATS = frozenset(
    {"registration.confirmed", "registration.promoted", "registration.accepted", "ballot.selected"}
)
_METHODS = {
    "registration.moved": Method.REQUEST,
    "occurrence.changed": Method.REQUEST,
    "occurrence.resumed": Method.REQUEST,
    "registration.cancelled": Method.CANCEL,
    "registration.moved_to_wait": Method.CANCEL,
    "occurrence.cancelled": Method.CANCEL,
    "occurrence.postponed": Method.CANCEL,
    "activity.cancelled": Method.CANCEL,
}


def method_of(kind: str, *, seated: bool, sequence: int | None) -> Method | None:
    """What a message of this kind asks of calendars; None: nothing.

    `seated`: whether the party has its seats, where the kind does not say so. `sequence` is the SEQUENCE of the last
    invite that went to it, None when there was none: nobody is asked to cancel what they were never sent.
    """
    if kind in _GIVES_SEATS:
        return Method.REQUEST
    method = _METHODS.get(kind)
    if method is Method.REQUEST:
        return method if seated else None
    return method if sequence is not None else None


def next_sequence(sequence: int | None) -> int:
    """The SEQUENCE of the next invite: 0, then one more each time."""
    return 0 if sequence is None else sequence + 1


def uid_of(ticket_code: str) -> str:
    """The UID of a registration's event; the ticket cannot be found from it."""
    return f"{sha256(f'calendar:{ticket_code}'.encode()).hexdigest()[:32]}@openday"
