"""Calendar feeds as subscribers get them: two calendar programs read them, and nothing is sent twice for nothing."""

import gzip
import json
import os
import subprocess
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import vobject
from flask import Flask
from sqlalchemy import update

from openday import clock
from openday.db import session, use_case
from openday.models.activities import Activity
from openday.models.occurrences import Quota
from openday.rules.states import OccurrenceStatus, SignupMode
from openday.services.occurrences import Schedule, Seating, cancel_occurrence, schedule_occurrence
from openday.services.publications import cancel_activity, publish_plan
from tests.factories.activities import page_url, plan_on_record, published_activity, ticket_url
from tests.factories.occurrences import open_occurrence
from tests.factories.people import House
from tests.support.client import PageClient
from tests.support.queries import count_queries

ROOT = Path(__file__).resolve().parents[2]
ALL = "/calendar.ics"


def events(client: PageClient, address: str = ALL) -> list[Any]:
    """The events of a feed as vobject reads them, by summary."""
    answer = client.raw(address)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    found = getattr(vobject.readOne(answer.get_data(as_text=True)), "vevent_list", [])
    return sorted(found, key=lambda event: event.summary.value)


def by_ical_js(data: bytes) -> dict[str, Any]:
    if not (ROOT / "node_modules" / "ical.js").is_dir() and "CI" not in os.environ:
        pytest.skip("node_modules/ical.js is not there; `npm ci` brings it")
    script = ROOT / "tests" / "documents" / "parse_with_icaljs.mjs"
    done = subprocess.run(["node", str(script)], input=data, capture_output=True, check=True, timeout=60)
    read: dict[str, Any] = json.loads(done.stdout)
    return read


def publish(house: House, theme: str = "走进图书馆") -> str:
    plan = plan_on_record(house, theme=theme)
    return publish_plan(house.second_officer.actor, plan.code, page_url, SignupMode.FIRST_COME)


def schedule(house: House, code: str, days: int = 20) -> str:
    begins = (clock.now() + timedelta(days=days)).replace(hour=14, minute=0, second=0, microsecond=0)
    when = Schedule(begins, begins + timedelta(hours=2), "一楼大厅", SignupMode.FIRST_COME)
    return schedule_occurrence(house.officer.actor, code, when, [Seating("市民", 20)], page_url=page_url)


def test_an_empty_calendar_is_still_a_calendar(client: PageClient) -> None:
    assert events(client) == []
    read = by_ical_js(client.raw(ALL).data)
    assert (read["name"], read["zones"], read["events"]) == ("政府开放日", ["Asia/Shanghai"], [])


def test_each_feed_holds_what_its_name_says(client: PageClient, house: House) -> None:
    library = published_activity(house, theme="图书馆")
    published_activity(house, theme="水厂", agency_id=house.other_agency_id)
    assert [event.summary.value for event in events(client)] == ["图书馆（时间待定）", "水厂（时间待定）"]
    assert [event.summary.value for event in events(client, "/agencies/water/calendar.ics")] == ["水厂（时间待定）"]
    one = events(client, f"/activities/{library.code}/calendar.ics")
    assert [event.summary.value for event in one] == ["图书馆（时间待定）"]
    assert "NAME:政府开放日·云溪区水务局" in client.raw("/agencies/water/calendar.ics").get_data(as_text=True)


def test_two_calendar_programs_understand_the_same(client: PageClient, house: House) -> None:
    code = publish(house, "一滴水的旅程：走进第一水厂，听净水工艺师讲解取水、沉淀、过滤、消毒全过程；并品尝直饮水")
    schedule(house, code, 20)
    schedule(house, code, 30)
    publish(house, "时间待定的活动")
    raw = client.raw(ALL).data
    theirs = {event["uid"]: event for event in by_ical_js(raw)["events"]}
    ours = {event.uid.value: event for event in events(client)}
    assert len(theirs) == len(ours) == 3
    for uid, event in ours.items():
        assert theirs[uid]["summary"] == event.summary.value
        assert theirs[uid]["status"] == event.status.value
        assert theirs[uid]["start"][:10] == event.dtstart.value.isoformat()[:10]
        assert theirs[uid]["wholeDays"] == (event.status.value == "TENTATIVE")
    assert max(len(line) for line in raw.split(b"\r\n")) <= 75
    assert all(line.decode() is not None for line in raw.split(b"\r\n"))


def test_a_vague_activity_firms_up_under_its_own_identity(client: PageClient, house: House) -> None:
    code = publish(house)
    (vague,) = events(client)
    schedule(house, code)
    (firm,) = events(client)
    assert firm.uid.value == vague.uid.value
    assert int(firm.sequence.value) > int(vague.sequence.value)
    assert (vague.status.value, firm.status.value) == ("TENTATIVE", "CONFIRMED")
    assert not hasattr(vague.dtstart.value, "hour")
    assert firm.dtstart.value.hour == 14


def test_what_is_cancelled_stays_in_the_feed_as_cancelled(client: PageClient, house: House) -> None:
    code = publish(house)
    one = schedule(house, code, 20)
    schedule(house, code, 25)
    cancel_occurrence(house.officer.actor, one, "设备检修", page_url=page_url, ticket_url=ticket_url)
    assert sorted(event.status.value for event in events(client)) == ["CANCELLED", "CONFIRMED"]
    cancel_activity(house.officer.actor, code, "场馆闭馆", page_url=page_url, ticket_url=ticket_url)
    assert {event.status.value for event in events(client, f"/activities/{code}/calendar.ics")} == {"CANCELLED"}


def test_what_did_not_change_is_not_sent_again(client: PageClient, house: House) -> None:
    publish(house)
    first = client.raw(ALL)
    assert first.headers["Cache-Control"] == "public, max-age=300"
    again = client.raw(ALL, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", first.headers["ETag"])
    assert client.raw(ALL, headers={"If-Modified-Since": first.headers["Last-Modified"]}).status_code == 304
    assert client.raw(ALL, headers={"If-None-Match": '"another"'}).status_code == 200
    old = {"If-None-Match": '"another"', "If-Modified-Since": first.headers["Last-Modified"]}
    assert client.raw(ALL, headers=old).status_code == 200


@use_case
def _take(quota_id: int) -> None:
    session().execute(update(Quota).where(Quota.id == quota_id).values(taken=Quota.taken + 1))


def test_the_tag_changes_exactly_when_something_public_changes(client: PageClient, house: House) -> None:
    code = publish(house)
    other = publish(house, "另一个活动")
    schedule(house, code)
    mine, theirs = f"/activities/{code}/calendar.ics", f"/activities/{other}/calendar.ics"

    def tags() -> tuple[str, ...]:
        return tuple(client.raw(address).headers["ETag"] for address in (ALL, mine, theirs))

    before = tags()
    assert tags() == before
    _take(1)
    open_occurrence(session().get_one(Activity, 2), status=OccurrenceStatus.PROPOSED)
    assert tags() == before
    schedule(house, code, 40)
    after = tags()
    assert [a == b for a, b in zip(before, after, strict=True)] == [False, False, True]


def test_each_coding_has_its_own_tag_and_the_same_words(client: PageClient, house: House) -> None:
    publish(house)
    plain = client.raw(ALL)
    packed = client.raw(ALL, headers={"Accept-Encoding": "gzip, br"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    assert packed.headers["ETag"] != plain.headers["ETag"]
    assert "Accept-Encoding" in plain.headers["Vary"]
    asked = {"Accept-Encoding": "gzip", "If-None-Match": packed.headers["ETag"]}
    assert client.raw(ALL, headers=asked).status_code == 304


NOWHERE = ["/agencies/nobody", "/activities/nothing", "/agencies/%00", "/activities/%E6%B0%B4'--"]


@pytest.mark.parametrize("place", NOWHERE)
def test_what_is_not_there_has_no_feed(client: PageClient, house: House, place: str) -> None:
    assert client.raw(f"{place}/calendar.ics").status_code == 404


def test_unknown_arguments_change_nothing(client: PageClient, house: House) -> None:
    publish(house)
    tag = client.raw(ALL).headers["ETag"]
    assert client.raw(f"{ALL}?from=1&x=%00'&limit=1e400").headers["ETag"] == tag


def test_a_feed_keeps_a_year_and_an_activity_is_always_given_whole(client: PageClient, house: House) -> None:
    today = clock.today()
    kept = published_activity(house, theme="去年", first_day=today - timedelta(days=300))
    gone = published_activity(house, theme="前年", first_day=today - timedelta(days=700))
    assert [event.uid.value for event in events(client)] == [kept.uid]
    assert [event.uid.value for event in events(client, f"/activities/{gone.code}/calendar.ics")] == [gone.uid]


def test_a_kept_feed_reads_nothing_through_the_session(app: Flask, client: PageClient, house: House) -> None:
    for number in range(5):
        publish(house, f"活动{number}")
    client.raw(ALL)
    for headers in ({}, {"If-None-Match": client.raw(ALL).headers["ETag"]}):
        with count_queries() as asked:
            client.raw(ALL, headers=headers)
        assert asked == []
