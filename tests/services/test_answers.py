"""Changing what a form asked for: by the same rules, noted without content, and never once a decision rests on it."""

import json
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from openday import clock
from openday.db import db
from openday.errors import Closed, Conflict
from openday.models.ledger import AuditEvent
from openday.models.registrations import Registration
from openday.rules.signup_form import Eligibility, SignupForm
from openday.rules.states import SignupMode
from openday.services.answers import change_answers
from openday.services.signup_steps import ExtrasRefused
from tests.factories.activities import published_activity
from tests.factories.occurrences import open_occurrence
from tests.factories.people import House
from tests.factories.registrations import party_on_list
from tests.factories.signup_forms import BASIS, FULL, ask
from tests.support.signup import sign_up

ANSWERS = {
    "q-food": ["用餐"],
    "q-diet": ["不吃花生"],
    "companions": ["李雪"],
    "child": ["yes"],
    "guardian_name": ["李山"],
    "guardian_phone": ["13900002222"],
    "guardian_consent": ["y"],
    "photo": ["yes"],
    "eligible": ["y"],
}


def kept(code: str) -> dict[str, object]:
    db.session.rollback()
    extras = db.session.scalars(select(Registration).where(Registration.code == code)).one().extras
    return json.loads(extras or "{}")


def photo(code: str) -> bool | None:
    db.session.rollback()
    return db.session.scalars(select(Registration).where(Registration.code == code)).one().photo_consent


def test_answers_change_and_the_ledger_says_which_parts(any_app: Flask, any_house: House) -> None:
    code = sign_up(ask(open_occurrence(published_activity(any_house))), party_size=2, extras=ANSWERS).code
    changed = {**ANSWERS, "q-food": ["不用餐"], "companions": ["周海"], "photo": ["no"]}
    assert change_answers(code, changed) is True
    after = kept(code)
    assert after["answers"] == [["是否用餐", "不用餐"]]
    assert after["companions"] == ["周海"]
    assert photo(code) is False
    noted = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "registration.change_answers")).one()
    assert noted.detail == {"parts": ["answers", "companions", "photo"]}
    assert change_answers(code, changed) is False


def test_what_is_not_acceptable_changes_nothing(any_app: Flask, any_house: House) -> None:
    code = sign_up(ask(open_occurrence(published_activity(any_house))), party_size=2, extras=ANSWERS).code
    before = kept(code)
    with pytest.raises(ExtrasRefused) as refused:
        change_answers(code, {**ANSWERS, "companions": ["周海\n吴江"], "q-diet": [""], "photo": []})
    assert set(refused.value.problems) == {"companions", "q-diet", "photo"}
    assert (kept(code), photo(code)) == (before, True)


def test_a_guardians_number_left_empty_stays_and_so_does_how_it_was_confirmed(any_app: Flask, any_house: House) -> None:
    code = sign_up(ask(open_occurrence(published_activity(any_house))), party_size=2, extras=ANSWERS).code
    before = kept(code)["guardian"]
    change_answers(code, {**ANSWERS, "guardian_phone": [""], "companions": ["周海"]})
    assert kept(code)["guardian"] == before
    change_answers(code, {**ANSWERS, "child": ["no"]})
    assert "guardian" not in kept(code)


def test_a_document_left_empty_stays_and_another_is_tested_like_the_first(any_app: Flask, any_house: House) -> None:
    form = SignupForm(document_basis=BASIS, eligibility=Eligibility(youngest=6))
    typed = {"document_kind": ["passport"], "document_number": ["E12345678"], "eligible": ["y"]}
    code = sign_up(ask(open_occurrence(published_activity(any_house)), form), extras=typed).code
    assert change_answers(code, {**typed, "document_number": [" "]}) is False
    with pytest.raises(ExtrasRefused, match="校验位"):
        change_answers(code, {**typed, "document_kind": ["resident_card"], "document_number": ["110101199003070000"]})
    with pytest.raises(ExtrasRefused):  # another kind needs its own number
        change_answers(code, {**typed, "document_kind": ["resident_card"], "document_number": [""]})
    assert kept(code)["document"] == {"kind": "passport", "number": "E12345678"}


def test_a_guardian_proven_by_code_is_not_replaced_here(any_app: Flask, any_house: House) -> None:
    occurrence = open_occurrence(published_activity(any_house))
    code = sign_up(ask(occurrence), party_size=2, extras=ANSWERS).code
    ask(occurrence, protection="phone_code")
    change_answers(code, {**ANSWERS, "companions": ["周海"]})
    with pytest.raises(ExtrasRefused) as refused:
        change_answers(code, {**ANSWERS, "guardian_phone": ["13900003333"]})
    assert set(refused.value.problems) == {"guardian_phone"}


def test_after_a_decision_only_what_it_does_not_rest_on_changes(any_app: Flask, any_house: House) -> None:
    occurrence = open_occurrence(published_activity(any_house), signup_mode=SignupMode.REVIEW)
    code = sign_up(ask(occurrence), party_size=2, extras=ANSWERS).code
    change_answers(code, {**ANSWERS, "q-diet": ["不吃牛肉"]})
    assert kept(code)["answers"] == [["是否用餐", "用餐"], ["饮食禁忌", "不吃牛肉"]]
    with db.engine.begin() as connection:
        table = Registration.__table__
        connection.execute(table.update().where(table.c.code == code).values(status="confirmed"))
    change_answers(code, {**ANSWERS, "q-diet": ["不吃鱼"], "companions": ["周海"]})
    assert kept(code)["answers"] == [["是否用餐", "用餐"], ["饮食禁忌", "不吃牛肉"]]
    assert kept(code)["companions"] == ["周海"]


def test_after_the_start_nothing_changes_and_a_plain_form_has_nothing(any_app: Flask, any_house: House) -> None:
    activity = published_activity(any_house)
    plain = party_on_list(open_occurrence(activity)).code
    with pytest.raises(Conflict):
        change_answers(plain, {})
    code = sign_up(ask(open_occurrence(activity), FULL), party_size=2, extras=ANSWERS).code
    with clock.shifted_by(timedelta(days=7, hours=1)), pytest.raises(Closed):
        change_answers(code, ANSWERS)
