"""A mail server on the loopback that keeps what it is sent, and can be made to misbehave.

with MailServer() as mail:
    settings SMTP_URL=mail.url
    mail.mode = "hang"
    mail.wait_for(2)[0].message["Subject"]
"""

import asyncio
import threading
import time
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Literal, Self

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.support.server import free_port

# accept: takes the message; refuse: says "not now" (451); reject: says "never" (550); hang: takes the text and does not
# answer; drop: takes the text and cuts the connection, so that the sender cannot know; lose_reply: the same, but the
# message was kept.
Mode = Literal["accept", "refuse", "reject", "hang", "drop", "lose_reply"]


@dataclass(frozen=True)
class Delivery:
    """One accepted message with the envelope it came in."""

    sender: str
    recipients: tuple[str, ...]
    message: EmailMessage
    raw: bytes

    @property
    def text(self) -> str:
        """What a person reads, whatever else travels along."""
        body = self.message.get_body(("plain",))
        assert body is not None
        return str(body.get_content())

    @property
    def calendars(self) -> list[EmailMessage]:
        """The parts of the type text/calendar."""
        parts = [part for part in self.message.walk() if part.get_content_type() == "text/calendar"]
        return [part for part in parts if isinstance(part, EmailMessage)]


class MailServer:
    """Listens on a port of 127.0.0.1 between `start` and `stop` (or inside `with`); `mode` may change at any time."""

    def __init__(self, mode: Mode = "accept") -> None:
        self.mode: Mode = mode
        self.attempts = 0  # messages offered, whatever became of them
        self.goodbye = True  # whether QUIT is answered
        self._deliveries: list[Delivery] = []
        self._changed = threading.Condition()
        self._port = free_port()
        self._controller = Controller(self, hostname="127.0.0.1", port=self._port)

    def start(self) -> Self:
        """Begin to listen; after `stop`, on the same port as before."""
        self._controller = Controller(self, hostname="127.0.0.1", port=self._port)
        self._controller.start()
        return self

    def stop(self) -> None:
        """Close the port: connections are refused until `start`."""
        self._controller.stop()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """The address for SMTP_URL."""
        return f"smtp://127.0.0.1:{self._port}"

    @property
    def deliveries(self) -> list[Delivery]:
        """What was accepted so far, oldest first."""
        with self._changed:
            return list(self._deliveries)

    def to(self, address: str) -> list[Delivery]:
        """What was accepted for one address."""
        return [one for one in self.deliveries if address in one.recipients]

    def wait_for(self, count: int, timeout: float = 20.0) -> list[Delivery]:
        """The deliveries as soon as there are `count` of them; fails after `timeout` seconds."""
        with self._changed:
            if not self._changed.wait_for(lambda: len(self._deliveries) >= count, timeout):
                raise AssertionError(f"{len(self._deliveries)} of {count} messages after {timeout:.0f} s")
            return list(self._deliveries)

    def wait_for_attempts(self, count: int, timeout: float = 20.0) -> None:
        """Return when `count` messages were offered, accepted or not; fails after `timeout` seconds."""
        end = time.monotonic() + timeout
        while self.attempts < count:
            if time.monotonic() > end:
                raise AssertionError(f"{self.attempts} of {count} attempts after {timeout:.0f} s")
            time.sleep(0.02)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # the name is aiosmtpd's
        """Answer one message as `mode` says."""
        mode = self.mode
        self.attempts += 1
        if mode == "refuse":
            return "451 4.3.0 try again later"
        if mode == "reject":
            return "550 5.1.1 no such mailbox"
        if mode in ("accept", "lose_reply"):
            self._keep(envelope)
        if mode == "hang":
            await asyncio.sleep(3600)
        if mode in ("drop", "lose_reply") and isinstance(server.transport, asyncio.WriteTransport):
            server.transport.abort()
        return "250 kept"

    async def handle_QUIT(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # the name is aiosmtpd's
        """Say goodbye, or cut the connection."""
        if not self.goodbye and isinstance(server.transport, asyncio.WriteTransport):
            server.transport.abort()
        return "221 bye"

    def _keep(self, envelope: Envelope) -> None:
        raw = envelope.original_content or b""
        message = message_from_bytes(raw.replace(b"\r\n", b"\n"), _class=EmailMessage, policy=policy.default)
        with self._changed:
            self._deliveries.append(Delivery(envelope.mail_from or "", tuple(envelope.rcpt_tos), message, raw))
            self._changed.notify_all()
