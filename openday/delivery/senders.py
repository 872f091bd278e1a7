"""How a message leaves the house: to the console, by SMTP, by an SMS gateway, or not at all when no way is there."""

import contextlib
import logging
import smtplib
import ssl
import sys
from collections.abc import Mapping
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from urllib.parse import unquote, urlsplit

from openday.delivery.letter import Calendar, Letter, NeverDeliverable, Sender, TryLater
from openday.delivery.sms import SmsGateway

log = logging.getLogger(__name__)

_GOODBYE = 2.0
"""Seconds to wait for a mail server to say goodbye."""


class Console:
    """Prints letters; for demonstration and development, where there is nobody to write to."""

    def send(self, letter: Letter) -> None:
        """Print head and body to standard output."""
        sys.stdout.write(
            f"--- {letter.kind} {letter.message_id}\n收件人：{letter.recipient}\n{letter.subject}\n{letter.body}\n"
        )
        sys.stdout.flush()


class NoWay:
    """Stands in for a channel that is not configured: letters wait where the office sees them."""

    def __init__(self, reason: str) -> None:
        self.reason = reason

    def send(self, letter: Letter) -> None:
        """Refuse for good, with the reason that the office reads."""
        raise NeverDeliverable(self.reason)


class Smtp:
    """One mail server: smtp://, smtp+starttls:// or smtps://, with user and password in the address if need be."""

    def __init__(self, url: str, mail_from: str, *, timeout: float = 20) -> None:
        self.parts = urlsplit(url)
        self.mail_from = mail_from
        self.timeout = timeout

    def send(self, letter: Letter) -> None:
        """Deliver to the server; success means that it answered 250 to the whole message."""
        try:
            mail = self._compose(letter)
        except (ValueError, UnicodeError) as wrong:
            raise NeverDeliverable("收件地址无法识别") from wrong
        try:
            self._hand_over(mail)
        except smtplib.SMTPRecipientsRefused as refused:
            codes = [code for code, _ in refused.recipients.values()]
            if codes and all(500 <= code < 600 for code in codes):
                raise NeverDeliverable("收件服务器不接受这个地址") from refused
            raise TryLater("收件服务器暂不接收") from refused
        except smtplib.SMTPResponseException as answer:
            raise TryLater(f"邮件服务器答复 {answer.smtp_code}") from answer
        except (OSError, smtplib.SMTPException) as away:
            raise TryLater(f"邮件服务器不可用：{type(away).__name__}") from away

    def _hand_over(self, mail: EmailMessage) -> None:
        """Return once the server has taken the mail; what becomes of the connection afterwards means nothing."""
        server = self._connect()
        try:
            server.send_message(mail)
            with contextlib.suppress(OSError, smtplib.SMTPException):
                if server.sock is not None:
                    server.sock.settimeout(_GOODBYE)
                server.quit()
        finally:
            server.close()

    def _connect(self) -> smtplib.SMTP:
        host, port = self.parts.hostname or "localhost", self.parts.port or 0
        if self.parts.scheme == "smtps":
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                host, port or 465, timeout=self.timeout, context=ssl.create_default_context()
            )
        else:
            server = smtplib.SMTP(host, port or 25, timeout=self.timeout)
            if self.parts.scheme == "smtp+starttls":
                server.starttls(context=ssl.create_default_context())
        if self.parts.username:
            server.login(unquote(self.parts.username), unquote(self.parts.password or ""))
        return server

    def _compose(self, letter: Letter) -> EmailMessage:
        user, _, domain = letter.recipient.rpartition("@")
        mail = EmailMessage()
        mail["From"] = self.mail_from
        mail["To"] = Address(username=user, domain=domain)
        mail["Subject"] = " ".join(letter.subject.split())
        mail["Message-ID"] = letter.message_id
        mail["Date"] = format_datetime(letter.created_at)
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(letter.body)
        if letter.calendar is not None:
            self._add_calendar(mail, letter.calendar)
        return mail

    def _add_calendar(self, mail: EmailMessage, calendar: Calendar) -> None:
        """The calendar invite beside the text, as calendar programs expect it (RFC 6047), and as a file for others."""
        try:
            written = calendar.written_by(parseaddr(self.mail_from)[1])
        except Exception:
            log.exception("a calendar invite could not be written; the letter goes without it")
            return
        # As bytes: what is given as text would lose the CR of its line ends, which iCalendar prescribes.
        parameters = {"method": calendar.method, "charset": "utf-8"}
        mail.add_alternative(written, maintype="text", subtype="calendar", params=parameters)
        name = "cancel.ics" if calendar.method == "CANCEL" else "invite.ics"
        mail.add_attachment(written, maintype="application", subtype="ics", filename=name)


def senders(smtp_url: str, sms_gateway_url: str, mail_from: str) -> Mapping[str, Sender]:
    """The way of each channel; without any configuration at all everything goes to the console."""
    if not smtp_url and not sms_gateway_url:
        return {"email": Console(), "sms": Console()}
    mail: Sender = Smtp(smtp_url, mail_from) if smtp_url else NoWay("没有配置邮件服务器")
    sms: Sender = SmsGateway(sms_gateway_url) if sms_gateway_url else NoWay("没有配置短信网关，请电话通知")
    return {"email": mail, "sms": sms}
