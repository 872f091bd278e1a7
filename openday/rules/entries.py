"""Registrations that staff enter for others: for how long an entry can be undone by whoever made it."""

from datetime import datetime, timedelta

UNDO_WITHIN = timedelta(minutes=10)
"""As at the door: long enough for a slip of the hand; after that, whoever holds the ticket cancels."""


def may_undo(entered_at: datetime, now: datetime) -> bool:
    """Whether an entry is young enough to be undone."""
    return now - entered_at <= UNDO_WITHIN
