"""Sign-ups that are reviewed: accepted with seats or declined with a reason, many at once, each of them told."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from openday import clock
from openday.db import db
from openday.errors import Conflict, NotFound, Refused
from openday.models.ledger import AuditEvent
from openday.models.occurrences import Occurrence
from openday.queries.integrity import findings
from openday.queries.registrations import ticket
from openday.rules.permissions import Actor
from openday.rules.states import SignupMode
from openday.services.decisions import Decided, decide
from openday.services.occurrences import Schedule, change_occurrence
from openday.services.registration_changes import cancel_registration, change_party
from tests.factories.activities import page_url, published_activity
from tests.factories.occurrences import open_occurrence
from tests.factories.people import House
from tests.support.client import PageClient
from tests.support.signup import messages_to, sign_up, status_of, taken, ticket_url


def reviewed(house: House, seats: int = 5) -> Occurrence:
    return open_occurrence(published_activity(house), capacity=seats, signup_mode=SignupMode.REVIEW)


def say(actor: Actor, occurrence: Occurrence, numbers: list[str], reason: str = "", *, accept: bool = True) -> Decided:
    return decide(actor, occurrence.code, numbers, accept=accept, reason=reason, ticket_url=ticket_url)


def test_accepting_takes_whole_parties_in_order_and_says_who_did_not_fit(any_app: Flask, any_house: House) -> None:
    occurrence = reviewed(any_house, seats=5)
    parties = [sign_up(occurrence, party_size=size) for size in (3, 4, 2)]
    done = say(any_house.filer.actor, occurrence, [one.number for one in reversed(parties)])
    assert done == Decided(2, (parties[1].number,), 0)
    assert [status_of(one.code) for one in parties] == ["confirmed", "applied", "confirmed"]
    assert taken(occurrence) == [5]
    assert not list(findings())


def test_declining_needs_a_reason_and_tells_it(any_app: Flask, any_house: House) -> None:
    occurrence = reviewed(any_house)
    one = sign_up(occurrence, phone="13800001234")
    with pytest.raises(Refused, match="理由"):
        say(any_house.filer.actor, occurrence, [one.number], " ", accept=False)
    say(any_house.filer.actor, occurrence, [one.number], "不符合公布的年龄条件。", accept=False)
    assert (status_of(one.code), ticket(one.code).decision_reason) == ("declined", "不符合公布的年龄条件")
    assert "不符合公布的年龄条件" in messages_to("13800001234")[-1].body
    with pytest.raises(Conflict, match="未通过"):
        change_party(one.code, 2, ticket_url=ticket_url)
    acts = db.session.scalars(select(AuditEvent.action).where(AuditEvent.record_type == "registration"))
    assert "registration.decline" in set(acts)


def test_what_is_decided_or_withdrawn_is_not_decided_again(any_app: Flask, any_house: House) -> None:
    occurrence = reviewed(any_house)
    first, second = sign_up(occurrence), sign_up(occurrence)
    cancel_registration(second.code, ticket_url=ticket_url)
    numbers = [first.number, second.number]
    assert say(any_house.officer.actor, occurrence, numbers) == Decided(1, (), 1)
    assert say(any_house.officer.actor, occurrence, numbers, "重复", accept=False) == Decided(0, (), 2)
    assert taken(occurrence) == [1]


def test_only_who_reaches_it_decides_and_only_before_it_begins(app: Flask, house: House) -> None:
    occurrence = reviewed(house)
    one = sign_up(occurrence)
    for stranger in (house.other_filer, house.reviewer, house.far_officer):
        with pytest.raises(NotFound):
            say(stranger.actor, occurrence, [one.number])
    with clock.shifted_by(timedelta(days=8)), pytest.raises(Conflict, match="已经开始"):
        say(house.filer.actor, occurrence, [one.number])
    plain = open_occurrence(published_activity(house))
    with pytest.raises(Conflict, match="不是审核报名"):
        say(house.filer.actor, plain, [one.number])


def test_the_way_in_is_not_changed_under_those_who_wait_for_a_decision(app: Flask, house: House) -> None:
    occurrence = reviewed(house)
    sign_up(occurrence)
    schedule = Schedule(occurrence.starts_at, occurrence.ends_at, occurrence.venue, SignupMode.FIRST_COME)
    with pytest.raises(Conflict, match="等待审核"):
        change_occurrence(house.officer.actor, occurrence.code, schedule, page_url=page_url, ticket_url=ticket_url)


def test_a_filer_ticks_several_and_each_ticket_says_what_came_of_it(app: Flask, house: House) -> None:
    occurrence = reviewed(house)
    parties = [sign_up(occurrence, name=name) for name in ("王小雨", "李明")]
    assert "已提交，待审核" in PageClient(app).get(f"/tickets/{parties[0].code}").text("main")
    filer = PageClient(app).log_in(house.filer)
    page = filer.get(f"/agency/occurrences/{occurrence.code}/applicants")
    assert "王小雨" in page.text("main")
    form = page.form(having="decision")
    assert "请写明理由" in filer.submit(form, 422, numbers=[parties[0].number], decision="decline").text("main")
    page = filer.submit(form, numbers=[one.number for one in parties], decision="accept")
    assert "已通过2份报名" in page.text("body")
    assert "没有待审核的报名" in page.text("main")
    assert "报名成功" in PageClient(app).get(f"/tickets/{parties[1].code}").text("main")
