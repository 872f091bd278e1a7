"""Finding tickets by phone: the links go to the stored contacts alone, and the asking says nothing."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from openday import clock
from openday.db import db
from openday.errors import Refused, TooMany
from openday.models.ledger import AuditEvent, Message
from openday.models.registrations import TicketSearch
from openday.rules.finding_tickets import MOST_SEARCHES
from openday.services.finding_tickets import ask_for_tickets, send_found_tickets
from openday.services.own_data import erase_data
from openday.services.registration_changes import cancel_registration
from tests.factories.activities import published_activity
from tests.factories.occurrences import open_occurrence
from tests.factories.people import House
from tests.support.queries import count_queries
from tests.support.signup import messages_to, sign_up, ticket_url

PHONE = "13800001111"


def answer() -> int:
    return send_found_tickets("政府开放日", ticket_url)


def found() -> list[Message]:
    db.session.rollback()
    return list(db.session.scalars(select(Message).where(Message.kind == "tickets.found").order_by(Message.id)))


def test_the_links_of_all_tickets_go_to_the_phone_in_one_message(any_app: Flask, any_house: House) -> None:
    activity = published_activity(any_house)
    soon = sign_up(open_occurrence(activity), phone=PHONE).code
    later = sign_up(open_occurrence(activity, starts_in=timedelta(days=9)), phone=PHONE).code
    others = sign_up(open_occurrence(activity, starts_in=timedelta(days=10))).code
    ask_for_tickets("１３８ 0000 1111")
    assert answer() == 1
    (message,) = found()
    assert (message.channel, message.recipient) == ("sms", PHONE)
    body = message.body or ""
    assert body.index(later) < body.index(soon)
    assert others not in body
    assert answer() == 0


def test_where_a_mailbox_is_stored_its_links_go_there(any_app: Flask, any_house: House) -> None:
    activity = published_activity(any_house)
    by_mail = sign_up(open_occurrence(activity), phone=PHONE, email="xy@example.com").code
    by_phone = sign_up(open_occurrence(activity, starts_in=timedelta(days=9)), phone=PHONE).code
    ask_for_tickets(PHONE)
    assert answer() == 2
    assert [(m.recipient, by_mail in (m.body or ""), by_phone in (m.body or "")) for m in found()] == [
        (PHONE, False, True),
        ("xy@example.com", True, False),
    ]


def test_a_number_on_no_list_is_asked_about_in_the_same_way(any_app: Flask, any_house: House) -> None:
    sign_up(open_occurrence(published_activity(any_house)), phone=PHONE)
    with count_queries() as known:
        ask_for_tickets(PHONE)
    with count_queries() as unknown:
        ask_for_tickets("13800009999")
    assert [statement.split()[:3] for statement in known] == [statement.split()[:3] for statement in unknown]
    assert answer() == 1
    assert db.session.scalar(select(func.count(TicketSearch.id))) == 0
    assert "13800009999" not in str([event.detail for event in db.session.scalars(select(AuditEvent))])


def test_a_number_is_searched_for_three_times_a_day_whether_or_not_it_is_known(
    any_app: Flask, any_house: House
) -> None:
    sign_up(open_occurrence(published_activity(any_house)), phone=PHONE)
    for phone in (PHONE, "13800009999"):
        for _ in range(MOST_SEARCHES):
            ask_for_tickets(phone)
        with pytest.raises(TooMany, match="24小时内已查找3次"):
            ask_for_tickets(phone)
    assert answer() == 1  # the same search asked three times is answered once
    with clock.shifted_by(timedelta(hours=24)):
        ask_for_tickets(PHONE)


def test_what_is_over_cancelled_or_erased_is_not_sent(any_app: Flask, any_house: House) -> None:
    activity = published_activity(any_house)
    sign_up(open_occurrence(activity), phone=PHONE)
    cancelled = sign_up(open_occurrence(activity, starts_in=timedelta(days=50)), phone=PHONE).code
    cancel_registration(cancelled, ticket_url=ticket_url)
    erased = sign_up(open_occurrence(activity, starts_in=timedelta(days=51)), phone=PHONE).code
    erase_data(erased, ticket_url=ticket_url)
    with clock.shifted_by(timedelta(days=38)):
        ask_for_tickets(PHONE)
        assert answer() == 0
    assert messages_to(PHONE)[-1].kind == "registration.cancelled"


def test_what_is_no_number_is_refused(any_app: Flask) -> None:
    for text in ("", "12", "0571-88886666", "张三", "1" * 5000):
        with pytest.raises(Refused):
            ask_for_tickets(text)
