"""Calendar feeds, read by two calendar libraries that are not ours (vobject, ical.js)."""

import json
import os
import subprocess
import time
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import vobject
from hypothesis import given
from hypothesis import strategies as st

from openday.documents.calendar_feed import CalendarEntry, event_bytes, feed_bytes

HERE = Path(__file__).parent
ICAL_JS = HERE.parents[1] / "node_modules" / "ical.js"
SHANGHAI = ZoneInfo("Asia/Shanghai")
ENTRY = CalendarEntry(
    uid="plan-7Q2M9-1@www.example.gov.cn",
    sequence=3,
    summary="一滴水的旅程：走进第一水厂，听净水工艺师讲解取水、沉淀、过滤、消毒全过程；并品尝直饮水",
    description="一、参观取水口。\n二、座谈：水价、水质；“智慧水务”。\n请带身份证件, 提前10分钟到; C:\\New\\路径",
    location="第一水厂（滨江路）",
    url="https://www.example.gov.cn/kaifang/a/7Q2M9?lang=zh&x=1;2,3",
    start=datetime(2026, 9, 16, 14, 0, tzinfo=SHANGHAI),
    end=datetime(2026, 9, 16, 16, 0, tzinfo=SHANGHAI),
    tentative=False,
    cancelled=False,
    changed_at=datetime(2026, 7, 1, 9, 30, 15, 987, tzinfo=SHANGHAI),
    organizer="青田市水务局",
)
VAGUE = replace(ENTRY, start=date(2026, 9, 11), end=date(2026, 9, 21), tentative=True)
HOSTILE = "水厂\r\nATTACH:http://evil.example/\nBEGIN:VALARM\rX-EVIL:1\x00\x07\u2028ATTENDEE:x\x85STATUS:CANCELLED"


def property_lines(data: bytes) -> list[str]:
    """The content lines of RFC 5545, unfolded."""
    return data.decode().replace("\r\n ", "").removesuffix("\r\n").split("\r\n")


def by_vobject(entry: CalendarEntry) -> Any:
    return vobject.readOne(feed_bytes("政府开放日", [event_bytes(entry)]).decode()).vevent


def by_ical_js(data: bytes) -> dict[str, Any]:
    if not ICAL_JS.is_dir() and "CI" not in os.environ:
        pytest.skip("node_modules/ical.js is not there; `npm ci` brings it")
    script = HERE / "parse_with_icaljs.mjs"
    done = subprocess.run(["node", str(script)], input=data, capture_output=True, check=True, timeout=60)
    return json.loads(done.stdout)


def test_vobject_understands_the_event() -> None:
    event = by_vobject(ENTRY)
    assert event.uid.value == ENTRY.uid
    assert event.summary.value == ENTRY.summary
    assert event.description.value == ENTRY.description
    assert event.location.value == ENTRY.location
    assert event.url.value == ENTRY.url
    assert event.dtstart.value == ENTRY.start
    assert event.dtend.value == ENTRY.end
    assert event.dtstart.params["X-VOBJ-ORIGINAL-TZID"] == ["Asia/Shanghai"]
    assert event.organizer.params["CN"] == ["青田市水务局"]
    assert event.sequence.value == "3"
    assert event.dtstamp.value == event.last_modified.value == datetime(2026, 7, 1, 1, 30, 15, tzinfo=UTC)


def test_ical_js_understands_the_feed() -> None:
    read = by_ical_js(feed_bytes("政府开放日，青田", [event_bytes(ENTRY), event_bytes(VAGUE)], refresh="PT30M"))
    assert read["name"] == "政府开放日，青田"
    assert read["refresh"] == "PT30M"
    assert read["method"] == "PUBLISH"
    assert read["zones"] == ["Asia/Shanghai"]
    firm, vague = read["events"]
    for name in ("uid", "sequence", "summary", "description", "location", "organizer", "url"):
        assert firm[name] == getattr(ENTRY, name)
    assert firm["start"] == "2026-09-16T14:00:00"
    assert firm["end"] == "2026-09-16T16:00:00"
    assert firm["startUtc"] == "2026-09-16T06:00:00.000Z"
    assert (firm["status"], firm["transparent"], firm["wholeDays"]) == ("CONFIRMED", False, False)
    assert (vague["status"], vague["transparent"], vague["wholeDays"]) == ("TENTATIVE", True, True)
    assert (vague["start"], vague["end"]) == ("2026-09-11", "2026-09-21")


def test_ical_js_finds_no_property_in_a_hostile_text() -> None:
    hostile = replace(ENTRY, uid="u" + HOSTILE, summary=HOSTILE, description=HOSTILE, location=HOSTILE)
    hostile = replace(hostile, url="https://x.example/" + HOSTILE, organizer='"' + HOSTILE)
    plain, attacked = by_ical_js(feed_bytes(HOSTILE, [event_bytes(ENTRY), event_bytes(hostile)]))["events"]
    assert attacked["properties"] == plain["properties"]
    assert attacked["status"] == "CONFIRMED"


def test_a_vague_period_is_whole_days_and_makes_nobody_busy() -> None:
    found = property_lines(event_bytes(VAGUE))
    assert "DTSTART;VALUE=DATE:20260911" in found
    assert "DTEND;VALUE=DATE:20260921" in found
    assert "TRANSP:TRANSPARENT" in found
    assert "TRANSP:TRANSPARENT" not in property_lines(event_bytes(replace(VAGUE, tentative=False)))
    assert "TRANSP:TRANSPARENT" not in property_lines(event_bytes(replace(ENTRY, tentative=True)))


@pytest.mark.parametrize(
    ("tentative", "cancelled", "status"),
    [(False, False, "CONFIRMED"), (True, False, "TENTATIVE"), (False, True, "CANCELLED"), (True, True, "CANCELLED")],
)
def test_the_status_follows_the_activity(tentative: bool, cancelled: bool, status: str) -> None:
    assert by_vobject(replace(ENTRY, tentative=tentative, cancelled=cancelled)).status.value == status


def test_times_of_any_zone_are_written_in_shanghai_time() -> None:
    elsewhere = replace(
        ENTRY,
        start=datetime(2026, 9, 16, 6, tzinfo=UTC),
        end=datetime(2026, 9, 16, 9, tzinfo=timezone(timedelta(hours=1))),
    )
    assert event_bytes(elsewhere) == event_bytes(ENTRY)
    assert "DTSTART;TZID=Asia/Shanghai:20260916T140000" in property_lines(event_bytes(elsewhere))


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (datetime(2026, 9, 16, 14), datetime(2026, 9, 16, 16)),
        (date(2026, 9, 16), datetime(2026, 9, 16, 16, tzinfo=SHANGHAI)),
        (datetime(2026, 9, 16, 16, tzinfo=SHANGHAI), date(2026, 9, 17)),
        (date(2026, 9, 16), date(2026, 9, 16)),
        (ENTRY.end, ENTRY.start),
    ],
)
def test_a_span_that_is_none_is_refused(start: datetime | date, end: datetime | date) -> None:
    with pytest.raises(ValueError, match=r"zone|both|after"):
        event_bytes(replace(ENTRY, start=start, end=end))


def test_a_change_without_its_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        event_bytes(replace(ENTRY, changed_at=datetime(2026, 7, 1)))


@given(st.text(max_size=300))
def test_no_line_is_longer_than_75_octets_and_no_character_is_cut(text: str) -> None:
    data = event_bytes(replace(ENTRY, uid="a" + text, summary=text, description=text, organizer=text, url=text))
    assert data.endswith(b"END:VEVENT\r\n")
    for line in data.split(b"\r\n"):
        assert len(line) <= 75
        line.decode()
    assert b"\n" not in data.replace(b"\r\n", b"")


@given(st.text(st.sampled_from("\\nN;,:\"^' =水厂😀\t"), min_size=1, max_size=200))
def test_chinese_signs_and_backslashes_come_back_as_they_were(text: str) -> None:
    entry = replace(ENTRY, description=text, summary=text)
    assert by_vobject(entry).description.value == text
    assert by_vobject(entry).summary.value == " ".join(text.split())


def test_lines_cannot_be_smuggled_into_an_event() -> None:
    plain = [line.partition(":")[0].partition(";")[0] for line in property_lines(event_bytes(ENTRY))]
    for name in ("uid", "summary", "description", "location", "url", "organizer"):
        attacked = property_lines(event_bytes(replace(ENTRY, **{name: "x" + HOSTILE})))
        assert [line.partition(":")[0].partition(";")[0] for line in attacked] == plain
        assert not any(character in "".join(attacked) for character in "\x00\x07\x85\u2028")


def test_lines_cannot_be_smuggled_into_the_name_of_a_feed() -> None:
    names = [line.partition(":")[0] for line in property_lines(feed_bytes("开放日", []))]
    assert [line.partition(":")[0] for line in property_lines(feed_bytes(HOSTILE, []))] == names


def test_the_head_of_a_feed_says_what_subscribers_ask_for() -> None:
    found = property_lines(feed_bytes("政府开放日", [], refresh="PT2H"))
    assert found[0] == "BEGIN:VCALENDAR"
    assert found[-1] == "END:VCALENDAR"
    for line in (
        "VERSION:2.0",
        "METHOD:PUBLISH",
        "NAME:政府开放日",
        "X-WR-CALNAME:政府开放日",
        "X-WR-TIMEZONE:Asia/Shanghai",
        "REFRESH-INTERVAL;VALUE=DURATION:PT2H",
    ):
        assert line in found
    assert any(line.startswith("PRODID:") for line in found)
    assert found.count("BEGIN:VTIMEZONE") == 1


@pytest.mark.parametrize("refresh", ["", "P", "PT", "1 hour", "PT1H\r\nX:1", "P99999999W"])
def test_a_refresh_that_is_no_duration_is_refused(refresh: str) -> None:
    with pytest.raises(ValueError, match="duration"):
        feed_bytes("开放日", [], refresh=refresh)


def test_what_is_empty_is_left_out() -> None:
    bare = replace(ENTRY, description="", location="", url="", organizer="")
    names = [line.partition(":")[0].partition(";")[0] for line in property_lines(event_bytes(bare))]
    assert not {"DESCRIPTION", "LOCATION", "URL", "ORGANIZER"} & set(names)


def test_the_same_entry_gives_the_same_bytes() -> None:
    assert event_bytes(ENTRY) == event_bytes(replace(ENTRY))
    kept = [event_bytes(ENTRY), event_bytes(VAGUE)]
    assert feed_bytes("开放日", kept) == feed_bytes("开放日", iter(kept))


def fastest(work: Any, rounds: int) -> float:
    """The least of several runs, in seconds: what the work costs when nothing else disturbs it."""
    times = []
    for _ in range(rounds):
        began = time.process_time()
        work()
        times.append(time.process_time() - began)
    return min(times)


def test_a_thousand_kept_events_are_joined_in_five_milliseconds() -> None:
    kept = [event_bytes(ENTRY)] * 1000
    assert feed_bytes("开放日", kept).count(b"BEGIN:VEVENT") == 1000
    assert fastest(lambda: feed_bytes("开放日", kept), 10) < 0.005


def test_an_event_is_built_in_half_a_millisecond() -> None:
    assert fastest(lambda: [event_bytes(ENTRY) for _ in range(20)], 10) / 20 < 0.0005
