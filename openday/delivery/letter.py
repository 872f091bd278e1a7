"""What every way out of the house takes, and how it says that a letter did not go."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True)
class Calendar:
    """A calendar invite that travels with a letter: REQUEST or CANCEL, and what makes it from the sender's address."""

    method: str
    written_by: Callable[[str], bytes]


@dataclass(frozen=True)
class Letter:
    """One message, rendered and ready. `message_id` is stable over repeats."""

    kind: str
    recipient: str
    subject: str
    body: str
    message_id: str
    created_at: datetime
    calendar: Calendar | None = None

    @property
    def key(self) -> str:
        """The Message-ID without its brackets and host: the same for every repeat of this message."""
        return self.message_id.strip("<>").partition("@")[0]


class TryLater(Exception):
    """The way is blocked for now; the text says how, without the recipient."""


class NeverDeliverable(Exception):
    """This very message will never go out; park it."""


class Sender(Protocol):
    """Sends one letter or raises."""

    def send(self, letter: Letter) -> None:
        """Hand the letter over. Raises TryLater or NeverDeliverable."""
