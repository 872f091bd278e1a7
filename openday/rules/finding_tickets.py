"""Finding one's tickets by phone: how often, how many, and what the message says of each."""

from datetime import datetime, timedelta

from openday.rules import wording_en
from openday.rules.states import RegistrationStatus
from openday.rules.wording import span_text

MOST_SEARCHES = 3
SEARCHES_WITHIN = timedelta(hours=24)
"""So often a number may be searched for; the same for numbers that are on no list."""
LOOK_BACK = timedelta(days=30)
"""Tickets of occurrences that ended longer ago are not sent: what is left to do with them is over."""
MOST_TICKETS = 10


def ticket_lines(
    theme: str, starts_at: datetime, ends_at: datetime, status: RegistrationStatus, link: str, language: str = "zh"
) -> str:
    """What the message says of one ticket."""
    if language == "en":
        return f"{theme}\n{wording_en.span_text(starts_at, ends_at)}\n{link}"
    return f"{theme}\n{span_text(starts_at, ends_at)}，{status.label}\n{link}"
