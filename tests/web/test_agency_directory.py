"""The administrator puts an agency's name and telephone right."""

from flask import Flask

from openday.db import db
from openday.models.activities import Activity
from tests.factories.activities import published_activity
from tests.factories.occurrences import open_occurrence
from tests.factories.people import House
from tests.support.client import PageClient

PAGE = "/people/agencies/library"


def test_a_new_name_stands_on_the_public_page_and_in_calendars_at_once(client: PageClient, house: House) -> None:
    activity = published_activity(house)
    open_occurrence(activity)
    public = f"/activities/{activity.code}"
    assert "云溪区图书馆" in client.get(public).text("main")
    client.log_in(house.admin)
    form = client.get(PAGE).form(PAGE)
    client.post(form.action, 303, data=form.filled(name="云溪区图书馆（文化馆）", phone="0000-8880099"))
    assert "云溪区图书馆（文化馆）" in client.get(public).text("main")
    db.session.expire_all()
    events = db.session.get_one(Activity, activity.id).event_bytes.replace(b"\r\n ", b"").decode()
    assert "云溪区图书馆（文化馆）" in events
    assert "0000-8880099" in client.get("/people/agencies").text("//tbody")


def test_a_blank_name_or_one_that_is_taken_is_refused_at_the_field(client: PageClient, house: House) -> None:
    client.log_in(house.admin)
    form = client.get(PAGE).form(PAGE)
    for name, status in (("\u200b", 422), ("云溪区水务局", 409)):
        page = client.submit(form, status, name=name)
        assert page.text("//*[@id='name-error']")
        assert page.form(PAGE).values["name"] == [name]


def test_the_second_of_two_editors_is_told_and_keeps_the_own_words(
    app: Flask, client: PageClient, house: House
) -> None:
    client.log_in(house.admin)
    first, second = (client.get(PAGE).form(PAGE) for _ in range(2))
    client.post(first.action, 303, data=first.filled(phone="0000-8880001"))
    page = client.submit(second, 409, phone="0000-8880002")
    assert "已由他人修改" in page.text("main")
    form = page.form(PAGE)
    assert form.values["phone"] == ["0000-8880002"]
    client.post(form.action, 303, data=form.filled())
    assert "0000-8880002" in client.get("/people/agencies").text("//tbody")


def test_only_the_administrator_may(client: PageClient, house: House) -> None:
    client.log_in(house.reviewer)
    client.get(PAGE, status=403)
