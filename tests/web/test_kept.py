"""Kept pages: the same bytes as long as they are true, and never a moment longer."""

import gzip
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import update

from openday import clock
from openday.db import session, use_case
from openday.models.activities import Activity
from openday.models.occurrences import Occurrence, Quota
from openday.web.kept import Shelf
from tests.factories.activities import published_activity
from tests.factories.occurrences import open_occurrence
from tests.factories.people import House
from tests.support.client import PageClient
from tests.support.queries import count_queries


@use_case
def take(quota: int, seats: int) -> None:
    session().execute(update(Quota).where(Quota.id == quota).values(taken=seats))


@pytest.fixture
def occurrence(house: House) -> Occurrence:
    return open_occurrence(published_activity(house), capacity=5, starts_in=timedelta(days=1), waitlist=False)


@pytest.fixture
def activity(occurrence: Occurrence) -> Activity:
    return session().get_one(Activity, occurrence.activity_id)


def seats_said(client: PageClient, address: str) -> str:
    return client.get(address).text("//p[contains(@class, 'seats')]")


def test_the_seats_that_are_shown_are_the_seats_that_are_left(client: PageClient, occurrence: Occurrence) -> None:
    code = session().get_one(Activity, occurrence.activity_id).code
    day = occurrence.starts_at.date().isoformat()
    pages = (f"/activities/{code}", "/", "/calendar?view=list", f"/calendar/{day}")
    for taken, said in (
        (0, "剩余 5 个名额"),
        (4, "剩余 1 个名额"),
        (5, "名额已满"),
        (4, "剩余 1 个名额"),
        (6, "名额已满"),
    ):
        take(occurrence.quotas[0].id, taken)
        for address in pages:
            assert said in seats_said(client, address), address


def test_the_month_says_full_when_it_is(client: PageClient, occurrence: Occurrence) -> None:
    address = f"/calendar?month={occurrence.starts_at:%Y-%m}"
    assert "已满" not in client.get(address).text("table")
    take(occurrence.quotas[0].id, 5)
    assert "已满" in client.get(address).text("table")
    take(occurrence.quotas[0].id, 4)
    assert "已满" not in client.get(address).text("table")


def test_the_month_says_nothing_of_seats_once_it_is_over(client: PageClient, house: House) -> None:
    over = open_occurrence(published_activity(house), capacity=1, starts_in=timedelta(days=-1), waitlist=False)
    take(over.quotas[0].id, 1)
    page = client.get(f"/calendar?month={over.starts_at:%Y-%m}")
    assert page.all("//table//li") and "已满" not in page.text("table")


def test_a_month_is_not_made_anew_for_a_seat_that_leaves_others_free(
    client: PageClient, occurrence: Occurrence
) -> None:
    address = f"/calendar?month={occurrence.starts_at:%Y-%m}"
    client.get(address)
    for taken, anew in ((1, False), (4, False), (5, True), (6, False), (3, True)):
        take(occurrence.quotas[0].id, taken)
        with count_queries() as asked:
            client.get(address)
        assert bool(asked) == anew, taken


def test_states_move_with_the_clock(client: PageClient, house: House) -> None:
    activity = published_activity(house)
    open_occurrence(
        activity,
        starts_in=timedelta(hours=4),
        opens_at=clock.now() + timedelta(hours=1),
        closes_at=clock.now() + timedelta(hours=3),
    )
    address = f"/activities/{activity.code}"
    told = {0: "开始报名", 2: "剩余 30 个名额", 3.5: "报名已截止", 5: "报名已截止", 6.5: "活动已结束", 0.5: "开始报名"}
    for hours, said in told.items():
        with clock.shifted_by(timedelta(hours=hours)):
            assert said in seats_said(client, address), hours


def test_tomorrow_the_calendar_marks_another_day(client: PageClient, house: House) -> None:
    published_activity(house)
    with clock.shifted_by(timedelta(days=1)):
        tomorrow = clock.today()
    for shift, day in ((timedelta(0), clock.today()), (timedelta(days=1), tomorrow)):
        with clock.shifted_by(shift):
            page = client.get("/calendar")
        assert f"{day.month}月{day.day}日" in page.text("//td[contains(@class, 'day--today')]")


def test_a_kept_page_reads_nothing_through_the_session(client: PageClient, activity: Activity) -> None:
    for address in (f"/activities/{activity.code}", "/calendar", "/calendar?view=list", "/subscribe", "/privacy"):
        client.get(address)
        with count_queries() as asked:
            client.get(address)
        assert asked == [], address


def test_the_browser_is_told_to_ask_and_is_told_that_nothing_changed(
    client: PageClient, activity: Activity, occurrence: Occurrence
) -> None:
    address = f"/activities/{activity.code}"
    first = client.raw(address)
    assert first.headers["Cache-Control"] == "public, no-cache"
    tag = first.headers["ETag"]
    again = client.raw(address, headers={"If-None-Match": tag})
    assert (again.status_code, again.data) == (304, b"")
    take(occurrence.quotas[0].id, 1)
    changed = client.raw(address, headers={"If-None-Match": tag})
    assert changed.status_code == 200
    assert changed.headers["ETag"] != tag


def test_a_page_is_packed_for_those_who_take_it(client: PageClient, activity: Activity) -> None:
    address = f"/activities/{activity.code}"
    plain, packed = client.raw(address), client.raw(address, headers={"Accept-Encoding": "gzip"})
    assert gzip.decompress(packed.data) == plain.data
    assert packed.headers["ETag"] != plain.headers["ETag"]
    assert {"Accept-Encoding", "Cookie"} <= set(plain.headers["Vary"].split(", "))


def test_each_language_and_view_is_kept_by_itself(client: PageClient, activity: Activity) -> None:
    address = f"/activities/{activity.code}"
    usual = client.get(address)
    english = client.get(f"{address}?lang=en")
    assert (usual.tree.get("lang"), english.tree.get("lang")) == ("zh-Hans", "en")
    when = "//p[contains(@class, 'when__time')]"
    assert ("年" in usual.text(when), "年" in english.text(when)) == (True, False)
    client.get(usual.links()["长者版"])
    large = client.get(address)
    assert "large" in large.tree.get("class")
    client.get(large.links()["标准版"])
    assert client.get(address).html == usual.html


def test_the_switches_lead_back_to_this_page_and_drop_what_it_does_not_understand(
    client: PageClient, activity: Activity
) -> None:
    page = client.get("/calendar?view=list&q=图书馆&utm_source=x")
    client.get(page.links()["长者版"])
    assert client.response.request.path == "/calendar"
    assert dict(client.response.request.args) == {"view": "list", "q": "图书馆"}
    tag = client.raw(f"/activities/{activity.code}").headers["ETag"]
    assert client.raw(f"/activities/{activity.code}?utm_source=wechat").headers["ETag"] == tag


def test_nothing_of_a_visitor_is_kept(app: Flask, house: House, activity: Activity) -> None:
    staff = PageClient(app).log_in(house.officer)
    stranger = PageClient(app)
    for address in ("/", "/calendar", f"/activities/{activity.code}", "/subscribe", "/privacy", "/accessibility"):
        seen = staff.get(address)
        assert stranger.get(address).html == seen.html
        assert "csrf" not in seen.html
        assert "Set-Cookie" not in stranger.response.headers


def test_a_missing_activity_is_not_kept_as_missing(client: PageClient, house: House) -> None:
    client.get("/activities/nothing", 404)
    assert client.response.headers["Cache-Control"] == "no-store"


def test_what_was_not_used_for_longest_goes_first() -> None:
    shelf = Shelf(room=30)
    for name in "abc":
        shelf.put(name, name.upper(), 10)
    assert shelf.get("a") == "A"
    shelf.put("d", "D", 10)
    assert [shelf.get(name) for name in "abcd"] == ["A", None, "C", "D"]
    shelf.put("a", "A2", 25)
    assert [shelf.get(name) for name in "abcd"] == ["A2", None, None, None]
    shelf.put("e", "too large", 31)
    assert shelf.get("e") is None
