"""The delivery log: narrowed by state, kind, day and occurrence; each message's way; what one party was sent."""

from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from openday import clock, jobs
from openday.db import db, use_case
from openday.delivery.senders import senders
from openday.models.ledger import Message
from openday.models.occurrences import Occurrence
from openday.queries.messages import Wanted, message_story, outbox_counts, outbox_rows
from openday.rules.permissions import Role
from openday.rules.states import Channel, MessageStatus
from openday.services import ledger
from openday.services.registration_changes import cancel_registration
from tests.factories.activities import published_activity
from tests.factories.occurrences import open_occurrence
from tests.factories.people import House
from tests.support.client import PageClient
from tests.support.queries import count_queries
from tests.support.signup import messages_to, sign_up, ticket_url

LIST = "/office/messages"


@pytest.fixture
def officer(client: PageClient, house: House) -> PageClient:
    return client.log_in(house.officer)


@pytest.fixture
def occurrence(house: House) -> Occurrence:
    return open_occurrence(published_activity(house, theme="走进图书馆"))


@use_case
def _about_nobody() -> None:
    ledger.enqueue(
        "suggestion.answered", channel=Channel.SMS, recipient="13800009999", subject="s", body="b", now=clock.now()
    )


def park_everything() -> None:
    """Nothing is configured but a mail server that is not there: every SMS is parked at once."""
    jobs.send_messages(senders("smtp://127.0.0.1:1", "", "openday@example.org"))


def test_messages_are_narrowed_by_kind_state_day_and_occurrence(any_app: Flask, any_house: House) -> None:
    officer = any_house.officer.actor
    first, second = (open_occurrence(published_activity(any_house)) for _ in range(2))
    one = sign_up(first)
    cancel_registration(one.code, ticket_url=ticket_url)
    with clock.shifted_by(timedelta(days=1)):
        sign_up(second)
        tomorrow = clock.today()

    def kinds(**wanted: object) -> list[str]:
        return [row.kind for row in outbox_rows(officer, Wanted(**wanted))]  # type: ignore[arg-type]

    assert kinds() == ["registration.confirmed", "registration.cancelled", "registration.confirmed"]
    assert kinds(kind="registration.cancelled") == ["registration.cancelled"]
    assert kinds(occurrence=second.code) == ["registration.confirmed"]
    assert kinds(day=tomorrow) == ["registration.confirmed"]
    assert kinds(day=tomorrow, occurrence=first.code) == []
    assert len(kinds(status=MessageStatus.QUEUED)) == 3
    assert kinds(status=MessageStatus.SENT) == []
    newest = outbox_rows(officer, Wanted())[0]
    assert len(kinds(before=newest.id)) == 2
    assert outbox_counts(officer) == {"queued": 3, "held": 0, "parked": 0}


def test_everybody_sees_the_messages_of_their_own_place(any_app: Flask, any_house: House) -> None:
    sign_up(open_occurrence(published_activity(any_house)))
    _about_nobody()

    def seen(name: str) -> list[str]:
        return sorted(row.kind for row in outbox_rows(getattr(any_house, name).actor, Wanted()))

    assert seen("officer") == ["registration.confirmed"]
    assert seen("admin") == ["registration.confirmed", "suggestion.answered"]
    assert [seen(name) for name in ("far_officer", "filer", "desk", "auditor")] == [[], [], [], []]


def test_the_list_says_what_became_of_each_message(officer: PageClient, occurrence: Occurrence) -> None:
    one = sign_up(occurrence, phone="13800000002")
    park_everything()
    page = officer.get(f"{LIST}?status=parked")
    text = page.text("main")
    assert "138****0002" in text
    assert "13800000002" not in text
    assert "没有送出：没有配置短信网关，请电话通知" in text
    assert one.number in text
    assert "没有符合条件的消息" in officer.get(f"{LIST}?status=sent").text("main")
    assert "没有符合条件的消息" in officer.get(f"{LIST}?day=2020-01-01").text("main")


@pytest.mark.parametrize("query", ["status=x", "day=2026-02-30", "before=99999999999", "kind=%00", "occurrence=%00'"])
def test_an_address_that_means_nothing_shows_something_calm(officer: PageClient, query: str) -> None:
    officer.get(f"{LIST}?{query}")


def test_a_message_tells_its_way_and_goes_out_again_when_asked(
    officer: PageClient, occurrence: Occurrence, house: House
) -> None:
    sign_up(occurrence, name="李晓云", phone="13800000002")
    park_everything()
    (letter,) = messages_to("13800000002")
    page = officer.get(f"{LIST}/{letter.id}")
    text = page.text("main")
    assert "停止重试，等候处理" in text
    assert "李晓云：" in text
    assert "13800000002" not in text
    page = officer.submit(page.form(action=f"{LIST}/{letter.id}/retry"))
    assert "已重新排队" in page.text("body")
    assert "待发送" in page.text("main")


def test_nobody_reads_the_link_of_a_ticket_out_of_its_message(officer: PageClient, occurrence: Occurrence) -> None:
    one = sign_up(occurrence, name="李晓云", phone="13800000002")
    (letter,) = messages_to("13800000002")
    text = officer.get(f"{LIST}/{letter.id}").text("main")
    assert "李晓云：" in text
    assert "/tickets/…" in text
    assert one.code not in text


def test_nobody_reads_what_is_about_no_list(any_app: Flask, any_house: House) -> None:
    _about_nobody()
    id_ = db.session.scalars(select(Message.id)).one()
    both = replace(any_house.officer.actor, roles=frozenset({Role.OFFICER, Role.ADMIN}))
    found = message_story(both, id_)
    assert (found.row.kind, found.subject, found.body) == ("suggestion.answered", "", "")


def test_the_administrator_sees_the_way_but_not_the_words(
    client: PageClient, house: House, occurrence: Occurrence
) -> None:
    sign_up(occurrence, name="李晓云", phone="13800000002")
    (letter,) = messages_to("13800000002")
    page = client.log_in(house.admin).get(f"{LIST}/{letter.id}")
    assert "138****0002" in page.text("main")
    assert "李晓云" not in page.text("main")
    assert "tickets" not in page.text("main")


def test_a_message_out_of_reach_looks_like_one_that_is_not_there(
    client: PageClient, house: House, occurrence: Occurrence
) -> None:
    sign_up(occurrence)
    id_ = db.session.scalars(select(Message.id)).one()
    client.log_in(house.far_officer)
    theirs, missing = client.raw(f"{LIST}/{id_}"), client.raw(f"{LIST}/{id_ + 1000}")
    assert (theirs.status_code, missing.status_code) == (404, 404)
    assert len(theirs.data) == len(missing.data)


@pytest.mark.parametrize(("who", "area"), [("officer", "office"), ("filer", "agency"), ("reviewer", "agency")])
def test_an_entry_of_the_list_says_what_its_party_was_sent(
    client: PageClient, house: House, occurrence: Occurrence, who: str, area: str
) -> None:
    one = sign_up(occurrence, phone="13800000002")
    sign_up(occurrence, phone="13800000003")
    park_everything()
    page = client.log_in(getattr(house, who)).get(f"/{area}/occurrences/{occurrence.code}/roster/{one.number}")
    text = page.text("main")
    assert text.count("没有送出：没有配置短信网关，请电话通知") == 1
    assert "报名成功" in text
    assert "13800000002" not in text


def test_the_page_asks_no_more_for_fifty_messages_than_for_one(officer: PageClient, occurrence: Occurrence) -> None:
    sign_up(occurrence)
    with count_queries() as few:
        officer.get(LIST)
    for _ in range(12):
        sign_up(occurrence)
    with count_queries() as many:
        officer.get(LIST)
    assert len(many) == len(few) <= 8
