"""The outbox against a real mail server that refuses, hangs, drops and comes back."""

import time
from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import LargeBinary, select, type_coerce, update

from openday import clock, jobs
from openday.db import session, use_case
from openday.delivery.letter import Letter
from openday.delivery.senders import Console, NoWay, Smtp, senders
from openday.errors import Conflict
from openday.models.ledger import Message
from openday.rules.quiet_hours import QuietHours
from openday.rules.states import Channel, SignupMode
from openday.services import ledger, messages
from openday.services.messages import back_off
from openday.services.occurrences import Schedule, change_occurrence
from tests.factories.activities import page_url, published_activity, ticket_url
from tests.factories.occurrences import open_occurrence
from tests.factories.people import House
from tests.factories.registrations import party_on_list
from tests.support.mail import MailServer


@pytest.fixture
def mail() -> Iterator[MailServer]:
    with MailServer() as running:
        yield running


@use_case
def _write(
    recipient: str = "resident@example.org", subject: str = "报名成功", channel: Channel = Channel.EMAIL
) -> None:
    ledger.enqueue(
        "confirmation",
        channel=channel,
        recipient=recipient,
        subject=subject,
        body="凭证号：abc\n9月16日见。",
        now=clock.now(),
    )


def _send(mail: MailServer, timeout: float = 1) -> int:
    return jobs.send_messages({"email": Smtp(mail.url, "openday@example.org", timeout=timeout), "sms": NoWay("无")})


def _row() -> Message:
    session().expire_all()
    return session().scalars(select(Message).order_by(Message.id.desc())).first()  # type: ignore[return-value]


def test_a_message_arrives_whole_and_only_once(any_app: Flask, mail: MailServer) -> None:
    _write()
    assert _send(mail) == 1
    assert _send(mail) == 0
    (delivery,) = mail.to("resident@example.org")
    assert delivery.message["Subject"] == "报名成功"
    assert delivery.message.get_content().splitlines() == ["凭证号：abc", "9月16日见。"]
    assert _row().status == "sent"


def test_what_is_in_the_outbox_cannot_be_read_from_a_copy_of_the_database(app: Flask) -> None:
    _write()
    raw = session().connection().exec_driver_sql("SELECT recipient, subject, body FROM messages").one()
    assert all(
        isinstance(value, bytes) and b"example.org" not in value and "凭证".encode() not in value for value in raw
    )


@pytest.mark.parametrize("mode", ["refuse", "hang", "drop"])
def test_a_server_in_trouble_is_tried_again_with_the_same_message_id(app: Flask, mail: MailServer, mode: str) -> None:
    _write()
    mail.mode = mode  # type: ignore[assignment]
    _send(mail)
    assert _row().status == "queued"
    assert _row().last_error != ""
    assert _send(mail) == 0, "not before the wait is over"
    mail.mode = "accept"
    with clock.shifted_by(timedelta(minutes=1)):
        assert _send(mail) == 1
    ids = {delivery.message["Message-ID"] for delivery in mail.to("resident@example.org")}
    assert ids == {_row().message_id}


def test_a_reply_that_got_lost_leads_to_a_repeat_under_the_same_message_id(app: Flask, mail: MailServer) -> None:
    _write()
    mail.mode = "lose_reply"
    _send(mail)
    mail.mode = "accept"
    with clock.shifted_by(timedelta(minutes=1)):
        _send(mail)
    first, second = mail.to("resident@example.org")
    assert first.message["Message-ID"] == second.message["Message-ID"]


def test_three_days_without_a_mail_server_lose_nothing(app: Flask, mail: MailServer) -> None:
    _write()
    mail.stop()
    for hours in range(0, 73, 3):
        with clock.shifted_by(timedelta(hours=hours)):
            _send(mail)
            assert _row().status == "queued"
    mail.start()
    with clock.shifted_by(timedelta(hours=74)):
        assert _send(mail) == 1
    assert len(mail.to("resident@example.org")) == 1


def test_an_address_that_will_never_work_is_parked_and_stops_nobody(app: Flask, mail: MailServer) -> None:
    _write(recipient="no address at all")
    _write(recipient="second@example.org")
    assert _send(mail) == 2
    assert len(mail.to("second@example.org")) == 1
    rows = session().scalars(select(Message).order_by(Message.id)).all()
    assert [row.status for row in rows] == ["parked", "sent"]


def test_line_breaks_in_a_subject_do_not_reach_the_headers(app: Flask, mail: MailServer) -> None:
    _write(subject="报名成功\r\nBcc: everyone@example.org")
    _send(mail)
    (delivery,) = mail.to("resident@example.org")
    assert delivery.message["Bcc"] is None
    assert delivery.recipients == ("resident@example.org",)


def test_two_workers_never_hold_the_same_message(any_app: Flask) -> None:
    for _ in range(5):
        _write()
    first, second = messages.claim_messages(3), messages.claim_messages(10)
    assert len(first) == 3
    assert len(second) == 2
    assert {one.id for one in first}.isdisjoint({one.id for one in second})


def test_a_message_whose_worker_died_is_taken_up_after_the_lease(any_app: Flask) -> None:
    _write()
    (lost,) = messages.claim_messages()
    assert messages.claim_messages() == []
    with clock.shifted_by(messages.LEASE + timedelta(seconds=1)):
        (again,) = messages.claim_messages()
    assert again.letter.message_id == lost.letter.message_id


def test_a_parked_message_goes_out_after_somebody_asked_for_it(app: Flask, house: House) -> None:
    _write(channel=Channel.SMS, recipient="13800000000")
    jobs.send_messages(senders("smtp://127.0.0.1:1", "", "openday@example.org"))
    assert (_row().status, _row().last_error) == ("parked", "没有配置短信网关，请电话通知")
    messages.retry_message(house.admin.actor, _row().id)
    jobs.send_messages({"sms": Console()})
    assert _row().status == "sent"
    with pytest.raises(Conflict):
        messages.retry_message(house.admin.actor, _row().id)


def test_a_message_that_does_not_open_any_more_is_parked_and_stops_nobody(any_app: Flask, mail: MailServer) -> None:
    _write(recipient="first@example.org")
    _write(recipient="second@example.org")
    _spoil("first@example.org")
    assert _send(mail) == 1
    assert len(mail.to("second@example.org")) == 1
    status = session().execute(select(Message.status, Message.last_error).order_by(Message.id)).all()
    assert [row.status for row in status] == ["parked", "sent"]
    assert "无法读取" in status[0].last_error


@use_case
def _spoil(recipient: str) -> None:
    """What a message says cannot be unsealed: as after SECRET_KEY was changed."""
    (number,) = [row.id for row in session().scalars(select(Message)) if row.recipient == recipient]
    messages_ = Message.__table__
    session().execute(
        update(messages_).where(messages_.c.id == number).values(body=type_coerce(b"\x01spoilt", LargeBinary))
    )


NIGHT = QuietHours(22, 8)


def _at(hour: int, minute: int = 0) -> AbstractContextManager[None]:
    """The clock shows this hour of tomorrow."""
    tomorrow = clock.now() + timedelta(days=1)
    return clock.stopped_at(tomorrow.replace(hour=hour, minute=minute, second=0, microsecond=0))


def _kinds_claimed() -> list[str]:
    return [one.letter.kind for one in messages.claim_messages(quiet=NIGHT)]


@use_case
def _enqueue(kind: str, registration_id: int | None = None) -> None:
    ledger.enqueue(
        kind, channel=Channel.EMAIL, recipient="a@example.org", subject=kind, body=kind, now=clock.now(),
        registration_id=registration_id,
    )  # fmt: skip


def test_at_night_only_what_somebody_waits_for_goes_out(any_app: Flask) -> None:
    with _at(23):
        for kind in ("watch.news", "registration.confirmed", "plan_reminder"):
            _enqueue(kind)
        assert _kinds_claimed() == ["registration.confirmed"]
        waiting = session().scalars(select(Message.next_attempt_at).where(Message.kind == "watch.news")).one()
        assert (waiting.hour, waiting.minute, waiting.date()) == (8, 0, clock.today() + timedelta(days=1))
        assert _kinds_claimed() == []
        morning = waiting
    with clock.stopped_at(morning):
        assert sorted(_kinds_claimed()) == ["plan_reminder", "registration.confirmed", "watch.news"]


def test_a_message_that_waits_for_its_next_try_does_not_come_in_the_night_either(app: Flask, mail: MailServer) -> None:
    with _at(21, 59):
        _enqueue("watch.news")
        mail.mode = "refuse"
        assert _send(mail) == 1
    mail.mode = "accept"
    with _at(22, 1):
        assert _kinds_claimed() == []
    with _at(8, 0):
        assert _kinds_claimed() == []


def test_a_cancellation_comes_at_night_when_the_morning_would_be_too_late(house: House) -> None:
    with _at(20):
        activity = published_activity(house)
        soon = open_occurrence(activity, starts_in=timedelta(hours=13))
        later = open_occurrence(activity, starts_in=timedelta(hours=20))
        first, second = (party_on_list(each, email="x@example.org") for each in (soon, later))
    with _at(23):
        _enqueue("occurrence.cancelled", registration_id=second.id)
        assert _kinds_claimed() == []
        _enqueue("occurrence.cancelled", registration_id=first.id)
        assert _kinds_claimed() == ["occurrence.cancelled"]


def test_who_would_set_out_in_the_morning_hears_at_night_that_it_was_moved_to_next_week(house: House) -> None:
    officer = house.officer.actor
    with _at(20):
        activity = published_activity(house)
        soon, later = (open_occurrence(activity, starts_in=timedelta(hours=hours)) for hours in (12.5, 60))
        for each in (soon, later):
            party_on_list(each, email="x@example.org")
    with _at(23):
        for each in (later, soon):
            week = timedelta(days=7)
            moved = Schedule(each.starts_at + week, each.ends_at + week, each.venue, SignupMode(each.signup_mode))
            change_occurrence(officer, each.code, moved, page_url=page_url, ticket_url=ticket_url)
        assert _kinds_claimed() == ["occurrence.changed"]


def test_many_that_can_wait_do_not_keep_one_from_going(app: Flask) -> None:
    with _at(23):
        for _ in range(30):
            _enqueue("watch.news")
        _enqueue("registration.confirmed")
        assert _kinds_claimed() == ["registration.confirmed"]


def test_a_round_that_takes_too_long_gives_the_rest_back_untried(app: Flask) -> None:
    for _ in range(3):
        _write()

    class Slow:
        sent = 0

        def send(self, letter: Letter) -> None:
            time.sleep(0.6)
            self.sent += 1

    slow = Slow()
    jobs.send_messages({"email": slow}, longest=timedelta(seconds=0.5))
    rows = session().execute(select(Message.status, Message.attempts, Message.leased_until).order_by(Message.id)).all()
    assert slow.sent == 1
    assert [tuple(row) for row in rows] == [("sent", 1, None), ("queued", 0, None), ("queued", 0, None)]


def test_a_server_that_takes_the_mail_and_then_hangs_up_rudely_has_it(app: Flask, mail: MailServer) -> None:
    _write()
    mail.goodbye = False
    assert _send(mail) == 1
    assert (_row().status, len(mail.deliveries)) == ("sent", 1)


def test_the_waits_grow_and_stay_below_half_an_hour() -> None:
    waits = [back_off(attempt).total_seconds() for attempt in range(1, 12)]
    assert waits[:4] == [15, 30, 60, 120]
    assert waits == sorted(waits)
    assert waits[-1] == 1800
