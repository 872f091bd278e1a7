"""Codes to telephones when many arrive at one moment, on both databases."""

import re
import secrets
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from openday import clock
from openday.db import db
from openday.errors import NotFound, OpenDayError
from openday.models.registrations import PhoneCode, Registration
from openday.rules.proof_of_work import Effort
from openday.rules.quiet_hours import QuietHours
from openday.rules.signup_form import SignupForm
from openday.rules.states import MessageStatus
from openday.services.challenge_steps import SpentBefore
from openday.services.housekeeping import forget_expired
from openday.services.messages import claim_messages
from openday.services.phone_codes import Sending, send_codes
from openday.services.registrations import Registered
from tests.factories.activities import published_activity
from tests.factories.occurrences import open_occurrence
from tests.factories.people import House
from tests.factories.signup_forms import ask
from tests.services.test_registrations import at_once
from tests.support.signup import messages_to, sign_up

PHONE = "13800001111"


def asking(house: House) -> str:
    return ask(open_occurrence(published_activity(house)), SignupForm(), protection="phone_code")


def effort() -> Effort:
    """The work of a page of its own."""
    return Effort(secrets.token_hex(32), clock.now() + timedelta(hours=1), True, "sender")


def code_for(occurrence: str) -> str:
    send_codes(occurrence, PHONE, {}, effort=effort())
    (found,) = re.findall(r"[0-9]{6}", messages_to(PHONE)[-1].body or "")
    return str(found)


def wrong(code: str, by: int) -> str:
    return f"{(int(code) + by) % 10**6:06d}"


def list_size() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count(Registration.id))) or 0


def test_the_same_form_sent_sixteen_times_at_once_has_one_answer(any_app: Flask, any_house: House) -> None:
    occurrence = asking(any_house)
    typed = {"phone_code": code_for(occurrence)}
    calls = [lambda: sign_up(occurrence, phone=PHONE, codes=typed, key="the same page", name="王小雨")] * 16
    answers = at_once(any_app, calls)
    assert list_size() == 1
    code = db.session.scalars(select(Registration.code)).one()
    assert [answer.code if isinstance(answer, Registered) else answer for answer in answers] == [code] * 16


def test_one_code_in_eight_forms_signs_up_once(any_app: Flask, any_house: House) -> None:
    occurrence = asking(any_house)
    typed = {"phone_code": code_for(occurrence)}
    answers = at_once(any_app, [lambda: sign_up(occurrence, phone=PHONE, codes=typed)] * 8)
    assert [isinstance(answer, Registered) for answer in answers].count(True) == 1
    assert list_size() == 1


def test_guesses_sent_at_one_moment_are_five_tries(any_app: Flask, any_house: House) -> None:
    occurrence = asking(any_house)
    code = code_for(occurrence)
    guesses = [{"phone_code": wrong(code, by)} for by in range(1, 13)]
    calls = [lambda typed=typed: sign_up(occurrence, phone=PHONE, codes=typed) for typed in guesses]
    answers = at_once(any_app, calls)
    assert all(isinstance(answer, OpenDayError) and answer.status == 422 for answer in answers)
    late = at_once(any_app, [lambda: sign_up(occurrence, phone=PHONE, codes={"phone_code": code})])
    assert isinstance(late[0], OpenDayError), "the right one comes too late"
    db.session.rollback()
    assert db.session.scalars(select(PhoneCode.tries)).one() == 5
    assert list_size() == 0


def test_asked_for_many_times_at_once_one_code_is_sent(any_app: Flask, any_house: House) -> None:
    occurrence = asking(any_house)
    answers = at_once(any_app, [lambda: send_codes(occurrence, PHONE, {}, effort=effort())] * 8)
    sent = [sending.sent for answer in answers if not isinstance(answer, OpenDayError) for sending in answer]
    assert sorted(sent) == [False] * 7 + [True]
    assert len(messages_to(PHONE)) == 1


def test_one_page_sent_for_many_numbers_at_once_counts_once(any_app: Flask, any_house: House) -> None:
    occurrence = asking(any_house)
    for _ in range(3):
        page, phones = effort(), [f"137{secrets.randbelow(10**8):08d}" for _ in range(8)]
        calls = [lambda phone=phone, page=page: send_codes(occurrence, phone, {}, effort=page) for phone in phones]
        answers = at_once(any_app, calls)
        assert [isinstance(answer, SpentBefore) for answer in answers].count(True) == 7


def test_a_code_for_an_address_that_cannot_be_is_for_nothing(any_app: Flask, any_house: House) -> None:
    with pytest.raises(NotFound):
        sign_up("k7m2\0x9rq", phone=PHONE, codes={"phone_code": "123456"})


def test_what_brought_a_code_is_forgotten_after_a_day_and_nothing_else(any_app: Flask, any_house: House) -> None:
    occurrence = asking(any_house)
    sign_up(occurrence, phone=PHONE, codes={"phone_code": code_for(occurrence)})
    for passed, kinds in (
        (timedelta(hours=23), ["phone.code", "registration.confirmed"]),
        (timedelta(hours=25), ["registration.confirmed"]),
    ):
        with clock.shifted_by(passed):
            forget_expired()
        assert [message.kind for message in messages_to(PHONE)] == kinds


def test_a_form_that_is_refused_keeps_its_code(any_app: Flask, any_house: House) -> None:
    occurrence = asking(any_house)
    typed = {"phone_code": code_for(occurrence)}
    (refused,) = at_once(any_app, [lambda: sign_up(occurrence, phone=PHONE, codes=typed, party_size=99)])
    assert isinstance(refused, OpenDayError)
    assert refused.field == "party_size"
    assert sign_up(occurrence, phone=PHONE, codes=typed, party_size=1).code


def test_it_says_when_the_next_code_may_be_asked_for(any_app: Flask, any_house: House) -> None:
    occurrence = asking(any_house)
    (first,) = send_codes(occurrence, PHONE, {}, effort=effort())
    assert (first.field, first.phone, first.sent) == ("phone_code", PHONE, True)
    assert isinstance(first, Sending)
    assert 59 <= first.wait <= 60


def test_a_code_goes_before_everything_that_waits_and_not_after_its_time(
    any_app: Flask, any_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    occurrence = asking(any_house)
    for _ in range(7):
        sign_up(open_occurrence(published_activity(any_house)))
    code_for(occurrence)
    night = QuietHours(0, 23)
    assert [claimed.letter.kind for claimed in claim_messages(1, quiet=night)] == ["phone.code"]
    send_codes(occurrence, "13900002222", {}, effort=effort())
    later = clock.now() + timedelta(minutes=10)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert "phone.code" not in [claimed.letter.kind for claimed in claim_messages(50)]
    (message,) = messages_to("13900002222")
    assert message.status == MessageStatus.DROPPED
