"""The further fields of a sign-up, on both databases: kept sealed with the party, or nothing at all is kept."""

import json

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from openday.db import db
from openday.errors import Conflict
from openday.models.registrations import Registration
from openday.rules.signup_form import SignupForm
from openday.services.signup_steps import ExtrasRefused
from tests.factories.activities import published_activity
from tests.factories.occurrences import open_occurrence
from tests.factories.people import House
from tests.factories.signup_forms import ask
from tests.support.signup import sign_up, taken

NAMES = SignupForm(companion_names=True, photo=True)


def test_what_was_answered_is_kept_sealed(any_app: Flask, any_house: House) -> None:
    code = ask(open_occurrence(published_activity(any_house)), NAMES)
    done = sign_up(code, party_size=2, extras={"companions": ["王小雪"], "photo": ["yes"]})
    row = db.session.scalars(select(Registration).where(Registration.code == done.code)).one()
    assert json.loads(row.extras or "") == {"companions": ["王小雪"]}
    assert row.photo_consent is True
    assert "王小雪" not in str(db.session.execute(text("SELECT extras FROM registrations")).scalar_one())


def test_what_is_not_acceptable_takes_no_seat(any_app: Flask, any_house: House) -> None:
    occurrence = open_occurrence(published_activity(any_house))
    code = ask(occurrence, NAMES)
    with pytest.raises(ExtrasRefused) as refused:
        sign_up(code, party_size=2)
    assert set(refused.value.problems) == {"companions", "photo"}
    assert taken(occurrence) == [0]
    assert db.session.scalar(select(func.count(Registration.id))) == 0


def test_the_same_key_with_other_answers_is_something_else(any_app: Flask, any_house: House) -> None:
    code = ask(open_occurrence(published_activity(any_house)), NAMES)
    again = {"key": "k" * 32, "phone": "13800001111", "party_size": 1}
    first = sign_up(code, **again, extras={"photo": ["yes"]})
    assert sign_up(code, **again, extras={"photo": ["yes"]}).code == first.code
    with pytest.raises(Conflict):
        sign_up(code, **again, extras={"photo": ["no"]})
