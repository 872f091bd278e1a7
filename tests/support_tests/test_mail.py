"""The mail server of the tests keeps mails, and misbehaves when told to."""

import smtplib
from email.message import EmailMessage

import pytest

from tests.support.mail import MailServer


@pytest.fixture
def mail():
    with MailServer() as server:
        yield server


def send(mail, subject="报名成功", timeout=10.0):
    message = EmailMessage()
    message["From"] = "openday@example.org"
    message["To"] = "resident@example.org"
    message["Subject"] = subject
    message.set_content("凭证号码 K7F2")
    host, port = mail.url.removeprefix("smtp://").split(":")
    with smtplib.SMTP(host, int(port), timeout=timeout) as client:
        client.send_message(message)


def test_an_accepted_mail_can_be_read(mail):
    send(mail)

    (delivery,) = mail.wait_for(1)
    assert delivery.sender == "openday@example.org"
    assert delivery.message["Subject"] == "报名成功"
    assert delivery.message.get_content() == "凭证号码 K7F2\n"
    assert mail.to("resident@example.org") == [delivery]
    assert mail.to("somebody.else@example.org") == []


@pytest.mark.parametrize(("mode", "code"), [("refuse", 451), ("reject", 550)])
def test_a_refused_mail_is_not_kept(mail, mode, code):
    mail.mode = mode
    with pytest.raises(smtplib.SMTPDataError) as refusal:
        send(mail)
    assert refusal.value.smtp_code == code
    assert (mail.attempts, mail.deliveries) == (1, [])

    mail.mode = "accept"
    send(mail)
    assert (mail.attempts, len(mail.deliveries)) == (2, 1)


@pytest.mark.parametrize(("mode", "kept"), [("drop", 0), ("lose_reply", 1)])
def test_a_cut_connection_leaves_the_sender_not_knowing(mail, mode, kept):
    mail.mode = mode
    with pytest.raises((smtplib.SMTPServerDisconnected, ConnectionResetError)):
        send(mail)
    assert len(mail.deliveries) == kept


def test_a_hanging_server_lets_the_sender_wait(mail):
    mail.mode = "hang"
    with pytest.raises((TimeoutError, smtplib.SMTPServerDisconnected), match="timed out"):
        send(mail, timeout=0.3)
    assert mail.attempts == 1


def test_a_stopped_server_comes_back_at_the_same_address(mail):
    mail.stop()
    with pytest.raises(ConnectionRefusedError):
        send(mail)
    mail.start()
    send(mail)
    assert len(mail.deliveries) == 1
