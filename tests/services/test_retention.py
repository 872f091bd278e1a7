"""Forgetting: personal data goes on its stated day, everywhere, and counts stay."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from openday import clock
from openday.db import session
from openday.models.aftermath import Suggestion
from openday.models.ledger import Message
from openday.models.occurrences import Quota
from openday.models.registrations import Registration
from openday.queries import integrity
from openday.rules.states import SuggestionStatus
from openday.services import retention
from openday.services.registrations import register
from openday.services.retention import forget_persons
from tests.factories.activities import published_activity
from tests.factories.occurrences import open_occurrence
from tests.factories.people import House
from tests.factories.suggestions import suggestion
from tests.support.signup import ticket_url, wish

DAYS = 30


def _sign_up(house: House, starts_in: timedelta = timedelta(days=7)) -> str:
    occurrence = open_occurrence(published_activity(house), starts_in=starts_in)
    register(occurrence.code, wish(name="柳如烟", email="liu@example.org", party_size=2), ticket_url=ticket_url)
    return occurrence.code


def _persons() -> list[tuple[str | None, str | None, str | None, str | None, str]]:
    session().expire_all()
    rows = session().scalars(select(Registration))
    return [(row.name, row.phone, row.email, row.phone_hash, row.phone_last4) for row in rows]


def test_before_the_day_everything_is_there(any_house: House) -> None:
    _sign_up(any_house)
    with clock.shifted_by(timedelta(days=7 + DAYS)):
        assert forget_persons(DAYS) == {}
    assert [row[0] for row in _persons()] == ["柳如烟"]


def test_after_the_day_nobody_can_be_found_and_the_counts_stay(any_house: House) -> None:
    _sign_up(any_house)
    with clock.shifted_by(timedelta(days=7 + DAYS + 2)):
        assert forget_persons(DAYS) == {"registrations": 1, "messages": 1}
        assert forget_persons(DAYS) == {}
    assert _persons() == [(None, None, None, None, "")]
    assert session().scalar(select(func.sum(Quota.taken))) == 2
    assert session().scalar(select(func.sum(Registration.party_size))) == 2
    assert session().scalar(select(func.count()).select_from(Message)) == 0
    assert list(integrity.findings()) == []


def test_who_signed_up_long_before_the_day_is_not_forgotten_before_it(any_house: House) -> None:
    _sign_up(any_house, starts_in=timedelta(days=90))
    with clock.shifted_by(timedelta(days=60)):
        assert forget_persons(DAYS) == {}
    assert [row[0] for row in _persons()] == ["柳如烟"]
    assert list(integrity.findings()) == []


def test_the_name_under_a_suggestion_goes_after_its_answer_and_its_words_stay(any_house: House) -> None:
    answered = suggestion(any_house, SuggestionStatus.ANSWERED, name="温庭", phone="13800000001")
    waiting = suggestion(any_house, SuggestionStatus.OPEN, name="沈立夏", phone="13800000002")
    with clock.shifted_by(timedelta(days=DAYS + 2)):
        assert forget_persons(DAYS)["suggestions"] == 1
    session().expire_all()
    rows = {row.id: (row.name, row.phone, bool(row.text)) for row in session().scalars(select(Suggestion))}
    assert rows == {answered.id: (None, None, True), waiting.id: ("沈立夏", "13800000002", True)}


def test_more_than_a_batch_is_forgotten_in_one_run(any_house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "BATCH", 2)
    occurrence = open_occurrence(published_activity(any_house), capacity=10)
    for _ in range(5):
        register(occurrence.code, wish(), ticket_url=ticket_url)
    with clock.shifted_by(timedelta(days=7 + DAYS + 2)):
        assert forget_persons(DAYS)["registrations"] == 5
