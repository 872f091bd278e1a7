"""The code at the venue: opening it changes nothing, number and digits check a party in once; the code wears out."""

from datetime import timedelta

import pytest
from flask import Flask, url_for
from sqlalchemy import select

from openday import clock
from openday.db import db
from openday.models.occurrences import Occurrence
from openday.models.registrations import CheckIn, Registration
from openday.rules.venue_code import day_code, minute_code
from openday.services.self_checkin import venue_key
from tests.factories.activities import published_activity
from tests.factories.occurrences import open_occurrence
from tests.factories.people import House
from tests.factories.registrations import party_on_list
from tests.services.test_checkin import row_of, todays
from tests.support.client import PageClient
from tests.support.pages import Page


def address(occurrence: Occurrence, token: str = "") -> str:
    token = token or minute_code(occurrence.code, clock.now(), venue_key)
    return f"/occurrences/{occurrence.code}/arrive/{token}"


def check_in(app: Flask, occurrence: Occurrence, party: Registration, status: int = 200, **typed: str) -> Page:
    client = PageClient(app)
    (form,) = [form for form in client.get(address(occurrence)).forms() if "number" in form.names]
    return client.submit(form, status, **{"number": party.number, "last4": party.phone_last4, **typed})


def book(party: Registration) -> list[tuple[str, int | None, int]]:
    db.session.rollback()
    lines = select(CheckIn.action, CheckIn.by_id, CheckIn.people).where(CheckIn.registration_id == party.id)
    return [(action, by, people) for action, by, people in db.session.execute(lines)]


def test_a_party_checks_itself_in_once(app: Flask, house: House) -> None:
    occurrence = todays(house)
    party = party_on_list(occurrence, name="张三丰", party_size=3)
    page = check_in(app, occurrence, party)
    assert page.meta("outcome") == "admitted"
    assert "张*丰" in page.text("//*[@role='status']")
    assert check_in(app, occurrence, party).meta("outcome") == "duplicate"
    assert book(party) == [("self", None, 3)]
    assert row_of(party).attended == 3


def test_opening_the_page_changes_nothing(app: Flask, house: House) -> None:
    occurrence = todays(house)
    party = party_on_list(occurrence)
    PageClient(app).get(address(occurrence))
    assert (book(party), row_of(party).attended) == ([], 0)


@pytest.mark.parametrize("wrong", [{"number": "000000"}, {"last4": "0000"}])
def test_a_wrong_number_and_wrong_digits_are_answered_alike(app: Flask, house: House, wrong: dict[str, str]) -> None:
    occurrence = todays(house)
    party = party_on_list(occurrence, phone="13812345678")
    page = check_in(app, occurrence, party, 422, **wrong)
    assert "凭证号与手机号码后4位不符" in page.html
    assert book(party) == []


def test_a_code_wears_out_after_ten_minutes_and_that_of_the_day_does_not(app: Flask, house: House) -> None:
    occurrence = todays(house)
    party_on_list(occurrence)
    now = clock.now()
    fresh, old = (minute_code(occurrence.code, now - timedelta(minutes=n), venue_key) for n in (8, 11))
    other = minute_code(todays(house).code, now, venue_key)
    for token, shown in [(fresh, 1), (old, 0), (other, 0), (day_code(occurrence.code, now, venue_key), 1), ("x", 0)]:
        forms = PageClient(app).get(address(occurrence, token)).forms()
        assert len([form for form in forms if "number" in form.names]) == shown


def test_a_worn_out_code_checks_nobody_in(app: Flask, house: House) -> None:
    occurrence = todays(house)
    party = party_on_list(occurrence)
    client = PageClient(app)
    (form,) = [form for form in client.get(address(occurrence)).forms() if "number" in form.names]
    with clock.shifted_by(timedelta(minutes=11)):
        page = client.submit(form, 409, number=party.number, last4=party.phone_last4)
    assert page.meta("outcome") == "closed"
    assert book(party) == []


def test_the_door_is_not_open_the_day_before(app: Flask, house: House) -> None:
    occurrence = open_occurrence(published_activity(house), starts_in=timedelta(days=1))
    assert "现在不能自助签到" in PageClient(app).get(address(occurrence)).html


def test_screen_and_paper_show_codes_that_work(app: Flask, house: House) -> None:
    occurrence = todays(house)
    desk = PageClient(app).log_in(house.desk)
    for path in ("screen", "day-code"):
        page = desk.get(f"/desk/occurrences/{occurrence.code}/{path}")
        picture = page.tree.xpath("//img[contains(@src, 'venue-codes')]/@src")[0]
        assert desk.raw(picture).data.startswith(b"\x89PNG")
        token = picture.rsplit("/", 1)[1].removesuffix(".png")
        assert f"/arrive/{token}" in page.html
        forms = PageClient(app).get(address(occurrence, token)).forms()
        assert [form for form in forms if "number" in form.names]
    other = PageClient(app).log_in(house.other_filer)
    other.get(f"/desk/occurrences/{occurrence.code}/screen", 404)
    with app.test_request_context():
        other.get(url_for("desk.venue_code_picture", code=occurrence.code, token="x"), 404)
