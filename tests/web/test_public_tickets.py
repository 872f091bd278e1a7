"""The ticket in the hands of its holder; codes and posters for everybody."""

import io
from datetime import timedelta

import pytest
from flask import Flask
from PIL import Image
from pyzbar.pyzbar import decode

from openday import clock
from openday.rules.states import OccurrenceStatus, RegistrationStatus
from tests.factories.activities import published_activity
from tests.factories.occurrences import open_occurrence
from tests.factories.people import House
from tests.factories.registrations import party_on_list
from tests.support.client import PageClient
from tests.support.queries import count_queries
from tests.support.signup import status_of, taken

WAITLISTED, CANCELLED = RegistrationStatus.WAITLISTED, RegistrationStatus.CANCELLED


def read_code(png: bytes) -> str:
    return decode(Image.open(io.BytesIO(png)))[0].data.decode()


def test_a_ticket_says_its_state_and_shows_number_and_code(client: PageClient, house: House) -> None:
    held = party_on_list(open_occurrence(published_activity(house)), phone="13800001111", party_size=2)
    page = client.get(f"/tickets/{held.code}")
    assert (page.text("h1"), page.meta("outcome")) == ("报名成功", "confirmed")
    assert held.number in page.text("main")
    assert "138****1111" in page.text("main")
    assert "13800001111" not in page.html
    assert page.all("//main//img/@src") == [f"/tickets/{held.code}/qr.png"]
    assert client.response.headers["Cache-Control"] == "no-store"


def test_a_ticket_is_read_in_one_query(app: Flask, client: PageClient, house: House) -> None:
    held = party_on_list(open_occurrence(published_activity(house)))
    with count_queries() as asked:
        client.get(f"/tickets/{held.code}")
    assert len(asked) == 1


def test_the_code_on_the_ticket_leads_to_the_ticket(client: PageClient, house: House) -> None:
    held = party_on_list(open_occurrence(published_activity(house)))
    picture = client.raw(f"/tickets/{held.code}/qr.png")
    assert picture.mimetype == "image/png"
    assert picture.headers["Cache-Control"] == "no-store"
    assert read_code(picture.data) == f"http://127.0.0.1:8000/tickets/{held.code}"


def test_those_who_wait_see_how_many_are_before_them(client: PageClient, house: House) -> None:
    occurrence = open_occurrence(published_activity(house), capacity=1)
    first, second = (party_on_list(occurrence, status=WAITLISTED) for _ in range(2))
    party_on_list(occurrence, status=CANCELLED)
    assert "候补第一位" in client.get(f"/tickets/{first.code}").text("main")
    assert "前面还有1组候补" in client.get(f"/tickets/{second.code}").text("main")


def test_a_party_can_be_changed_on_the_ticket(client: PageClient, house: House) -> None:
    occurrence = open_occurrence(published_activity(house), capacity=4)
    held = party_on_list(occurrence, party_size=2)
    form = client.get(f"/tickets/{held.code}").form(having="party_size")
    assert form.values["party_size"] == ["2"]
    page = client.submit(form, party_size="3")
    assert "3人" in page.text("main")
    assert taken(occurrence) == [3]
    page = client.submit(page.form(having="party_size"), 409, party_size="5")
    assert page.meta("outcome") == "full"
    assert "原来的报名没有变动" in page.text("//*[@id='party_size-error']")
    client.submit(form, 422, party_size="99")
    assert taken(occurrence) == [3]


def test_cancelling_takes_two_steps(client: PageClient, house: House) -> None:
    occurrence = open_occurrence(published_activity(house))
    held = party_on_list(occurrence, party_size=2)
    ask = client.get(f"/tickets/{held.code}/cancel")
    assert status_of(held.code) is RegistrationStatus.CONFIRMED
    form = ask.form(action="/cancel")
    page = client.submit(form)
    assert (page.text("h1"), page.meta("outcome")) == ("报名已取消", "cancelled")
    assert held.number not in page.text("main")
    client.submit(form)
    assert taken(occurrence) == [0]
    assert client.get(f"/tickets/{held.code}/cancel").text("h1") == "报名已取消"


def test_after_the_start_nothing_is_offered_and_nothing_accepted(client: PageClient, house: House) -> None:
    occurrence = open_occurrence(published_activity(house))
    held = party_on_list(occurrence)
    change = client.get(f"/tickets/{held.code}").form(having="party_size")
    cancel = client.get(f"/tickets/{held.code}/cancel").form(action="/cancel")
    with clock.shifted_by(timedelta(days=7, hours=1)):
        page = client.get(f"/tickets/{held.code}")
        assert [form for form in page.forms() if form.method == "post"] == []
        assert client.submit(change, 409, party_size="2").meta("outcome") == "closed"
        assert client.submit(cancel, 409).meta("outcome") == "closed"
    assert taken(occurrence) == [1]


def test_a_cancelled_occurrence_shows_on_its_tickets(client: PageClient, house: House) -> None:
    held = party_on_list(open_occurrence(published_activity(house), status=OccurrenceStatus.CANCELLED))
    page = client.get(f"/tickets/{held.code}")
    assert (page.text("h1"), page.meta("outcome")) == ("活动已取消", "off")


def test_a_wrong_code_is_not_there(client: PageClient, house: House) -> None:
    held = party_on_list(open_occurrence(published_activity(house)))
    form = client.get(f"/tickets/{held.code}/cancel").form(action="/cancel")
    for path in ("/tickets/wrong", "/tickets/wrong/cancel", f"/tickets/{held.code[:-1]}", f"/tickets/{held.number}"):
        client.get(path, 404)
    assert client.raw("/tickets/wrong/qr.png").status_code == 404
    client.post("/tickets/wrong/cancel", 404, data=form.filled())
    client.post("/tickets/a%00b/party", 404, data={**form.filled(), "party_size": "2"})


def test_without_the_token_a_ticket_stays_as_it_is(client: PageClient, house: House) -> None:
    held = party_on_list(open_occurrence(published_activity(house)))
    client.post(f"/tickets/{held.code}/cancel", 400)
    assert status_of(held.code) is RegistrationStatus.CONFIRMED


def test_the_code_of_an_occurrence_leads_to_its_form_and_is_kept_by_browsers(client: PageClient, house: House) -> None:
    code = open_occurrence(published_activity(house)).code
    picture = client.raw(f"/occurrences/{code}/qr.png")
    assert read_code(picture.data) == f"http://127.0.0.1:8000/occurrences/{code}/sign-up"
    assert picture.headers["Cache-Control"] == "public, max-age=300"
    tag = picture.headers["ETag"]
    again = client.raw(f"/occurrences/{code}/qr.png", headers={"If-None-Match": tag})
    assert (again.status_code, again.data) == (304, b"")
    assert client.raw("/occurrences/nosuchcode/qr.png").status_code == 404


@pytest.mark.parametrize("occurrences", [0, 1, 5])
def test_every_published_activity_has_a_poster(client: PageClient, house: House, occurrences: int) -> None:
    activity = published_activity(house)
    for day in range(occurrences):
        open_occurrence(activity, starts_in=timedelta(days=day + 3))
    poster = client.raw(f"/activities/{activity.code}/poster.pdf")
    assert (poster.status_code, poster.mimetype) == (200, "application/pdf")
    assert poster.data.startswith(b"%PDF-")
    kept = client.raw(f"/activities/{activity.code}/poster.pdf", headers={"If-None-Match": poster.headers["ETag"]})
    assert kept.status_code == 304
    assert client.raw("/activities/nosuchcode/poster.pdf").status_code == 404
