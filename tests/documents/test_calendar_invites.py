"""Calendar invites, read by two calendar libraries that are not ours (vobject, ical.js)."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import vobject
from hypothesis import given
from hypothesis import strategies as st

from openday.documents.calendar_invites import (
    Gathering,
    Invite,
    Place,
    invite_bytes,
    invite_from,
    invite_of,
)
from tests.documents.test_calendar_feed import HOSTILE, by_ical_js, property_lines

SHANGHAI = ZoneInfo("Asia/Shanghai")
SENDER = "openday@example.gov.cn"
NOW = datetime(2026, 9, 1, 9, 30, 15, tzinfo=SHANGHAI)
PLACE = Place(
    code="7k3m9pq2wx4y8z5abcdefgh2jkmn",
    number="204518",
    email="li.wei@example.org",
    language="zh",
    sequence=None,
    seated=True,
    link="https://www.example.gov.cn/kfr/tickets/7k3m9pq2wx4y8z5abcdefgh2jkmn",
)
GATHERING = Gathering(
    theme="一滴水的旅程：走进第一水厂；参观、座谈",
    venue="第一水厂（滨江路）",
    agency="青田市水务局",
    start=datetime(2026, 9, 16, 14, 0, tzinfo=SHANGHAI),
    end=datetime(2026, 9, 16, 16, 0, tzinfo=SHANGHAI),
)


def invite(kind: str = "registration.confirmed", place: Place = PLACE, gathering: Gathering = GATHERING) -> Invite:
    made = invite_of(kind, place, gathering, NOW)
    assert made is not None
    return made


def calendar_of(made: Invite) -> Any:
    return vobject.readOne(invite_bytes(made, SENDER).decode())


def story() -> list[Invite]:
    """Confirmed, moved to another day and place, put off, given its new time, called off."""
    elsewhere = replace(
        GATHERING, venue="第二水厂", start=GATHERING.start + timedelta(days=1), end=GATHERING.end + timedelta(days=1)
    )
    steps = (
        ("registration.confirmed", GATHERING),
        ("occurrence.changed", elsewhere),
        ("occurrence.postponed", elsewhere),
        ("occurrence.resumed", GATHERING),
        ("occurrence.cancelled", GATHERING),
    )
    told: list[Invite] = []
    for kind, gathering in steps:
        told.append(invite(kind, replace(PLACE, sequence=told[-1].sequence if told else None), gathering))
    return told


def test_vobject_understands_who_is_invited_to_what() -> None:
    calendar = calendar_of(invite())
    event = calendar.vevent
    assert calendar.method.value == "REQUEST"
    assert event.summary.value == GATHERING.theme
    assert event.location.value == GATHERING.venue
    assert event.dtstart.value == GATHERING.start
    assert event.dtend.value == GATHERING.end
    assert event.status.value == "CONFIRMED"
    assert event.dtstamp.value == NOW.astimezone(UTC)
    assert event.organizer.value == f"mailto:{SENDER}"
    assert event.organizer.params["CN"] == ["青田市水务局"]
    assert "204518" in event.description.value
    assert PLACE.link in event.description.value


def test_the_addressee_alone_attends_and_is_asked_nothing() -> None:
    (attendee,) = calendar_of(invite()).vevent.contents["attendee"]
    assert attendee.value == "mailto:li.wei@example.org"
    assert attendee.params["PARTSTAT"] == ["ACCEPTED"]
    assert attendee.params["RSVP"] == ["FALSE"]


def test_ical_js_understands_the_same() -> None:
    read = by_ical_js(invite_bytes(invite(), SENDER))
    (event,) = read["events"]
    assert read["method"] == "REQUEST"
    assert read["zones"] == ["Asia/Shanghai"]
    assert event["startUtc"] == "2026-09-16T06:00:00.000Z"
    assert (event["summary"], event["location"]) == (GATHERING.theme, GATHERING.venue)
    assert event["organizer"] == "青田市水务局"
    assert event["status"] == "CONFIRMED"


@pytest.mark.parametrize("reader", ["vobject", "ical.js"])
def test_update_and_cancel_are_recognised_as_the_same_event_in_its_newer_version(reader: str) -> None:
    """As RFC 5546 tells versions apart: the same UID, the higher SEQUENCE."""
    seen = []
    for made in story():
        data = invite_bytes(made, SENDER)
        if reader == "vobject":
            calendar = vobject.readOne(data.decode())
            event = calendar.vevent
            seen.append((calendar.method.value, event.uid.value, int(event.sequence.value), event.status.value))
        else:
            read = by_ical_js(data)
            (event,) = read["events"]
            seen.append((read["method"], event["uid"], event["sequence"], event["status"]))
    assert [(method, status) for method, _, _, status in seen] == [
        ("REQUEST", "CONFIRMED"),
        ("REQUEST", "CONFIRMED"),
        ("CANCEL", "CANCELLED"),
        ("REQUEST", "CONFIRMED"),
        ("CANCEL", "CANCELLED"),
    ]
    assert len({uid for _, uid, _, _ in seen}) == 1
    assert [sequence for _, _, sequence, _ in seen] == [0, 1, 2, 3, 4]


def test_a_new_time_and_place_arrive() -> None:
    first, moved = (calendar_of(made).vevent for made in story()[:2])
    assert moved.dtstart.value - first.dtstart.value == timedelta(days=1)
    assert moved.location.value == "第二水厂"


def test_two_parties_of_one_mailbox_have_events_of_their_own() -> None:
    other = replace(PLACE, code=PLACE.code[::-1])
    assert invite().uid != invite(place=other).uid


def test_a_reader_of_english_gets_english() -> None:
    description = calendar_of(invite(place=replace(PLACE, language="en"))).vevent.description.value
    assert description.startswith("Ticket number: 204518")


def test_without_a_mailbox_there_is_no_invite() -> None:
    assert invite_of("registration.confirmed", replace(PLACE, email=""), GATHERING, NOW) is None


def test_the_ticket_in_it_is_private() -> None:
    assert "CLASS:PRIVATE" in property_lines(invite_bytes(invite(), SENDER))
    assert PLACE.code not in invite().uid


def test_what_is_kept_with_a_message_makes_the_same_bytes_again() -> None:
    made = invite()
    assert invite_bytes(invite_from(made.as_text()), SENDER) == invite_bytes(made, SENDER)


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", "1", '"x"', "not json", json.dumps({"start": 1, "end": 2, "stamp": 3})]
)
def test_something_else_is_not_taken_for_an_invite(text: str) -> None:
    with pytest.raises(ValueError):
        invite_from(text)


def test_no_text_adds_a_line() -> None:
    hostile = replace(GATHERING, theme=HOSTILE, venue=HOSTILE, agency=HOSTILE + '"')
    made = invite(place=replace(PLACE, link=HOSTILE), gathering=hostile)
    names = [line.split(":")[0].split(";")[0] for line in property_lines(invite_bytes(made, SENDER))]
    plain = [line.split(":")[0].split(";")[0] for line in property_lines(invite_bytes(invite(), SENDER))]
    assert names == plain


@given(theme=st.text(max_size=80), agency=st.text(max_size=40), venue=st.text(max_size=80))
def test_any_text_gives_an_invite_that_can_be_read(theme: str, agency: str, venue: str) -> None:
    gathering = replace(GATHERING, theme=theme, agency=agency, venue=venue)
    data = invite_bytes(invite(gathering=gathering), SENDER)
    assert all(len(line) <= 75 for line in data.split(b"\r\n"))
    assert vobject.readOne(data.decode()).vevent.uid.value == invite().uid
