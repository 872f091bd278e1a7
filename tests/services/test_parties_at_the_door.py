"""Parties that come in one after the other, and several gates: counted, taken back, handed in, on both databases."""

from datetime import timedelta

import pytest
from flask import Flask

from openday import clock
from openday.errors import Conflict, Refused
from openday.models.occurrences import Occurrence
from openday.queries.door import door_at, head_count
from openday.queries.door_book import GateCount, gate_counts, gates_of, recent
from openday.rules.offline_door import Answer, Scan
from openday.rules.venue_code import minute_code
from openday.services.checkin import admit, admit_rest, correct_people, undo
from openday.services.offline_door import hand_in, take_pack
from openday.services.self_checkin import check_in_oneself, venue_key
from openday.services.walk_ins import WalkIn, admit_walk_in
from tests.factories.people import House
from tests.factories.registrations import party_on_list
from tests.services.test_checkin import at_once, book_of, entry_id, row_of, todays
from tests.services.test_offline_door import AN_HOUR, scan_of, send


def counts(house: House, occurrence: Occurrence) -> dict[str, int]:
    """People by gate."""
    return {row.gate: row.people for row in gate_counts(door_at(house.desk.actor, occurrence.code))}


def test_the_rest_of_a_party_comes_later_until_all_are_in(any_house: House) -> None:
    occurrence, desk = todays(any_house), any_house.desk.actor
    party = party_on_list(occurrence, party_size=5)
    first = admit(desk, occurrence.code, party.id, 2, gate="东门")
    later = admit_rest(desk, occurrence.code, party.id, 1, gate="西门")
    assert (first.people, later.people, row_of(party).attended) == (2, 1, 3)
    assert row_of(party).checked_in_at == first.at, "the first entry stays what it was"
    with pytest.raises(Refused, match="还有2人没有到"):
        admit_rest(desk, occurrence.code, party.id, 3)
    assert admit_rest(desk, occurrence.code, party.id, 2).first
    assert not admit_rest(desk, occurrence.code, party.id, 1).first
    assert book_of(occurrence) == [("admit", 2), ("join", 1), ("join", 2)]
    here = door_at(desk, occurrence.code)
    assert [(entry.people, entry.later) for entry in recent(here, desk, clock.now())] == [
        (2, True),
        (1, True),
        (2, False),
    ]


def test_without_a_first_entry_the_rest_is_the_first(any_house: House) -> None:
    occurrence, desk = todays(any_house), any_house.desk.actor
    party = party_on_list(occurrence, party_size=2)
    assert admit_rest(desk, occurrence.code, party.id, 1).first
    assert book_of(occurrence) == [("admit", 1)]


def test_the_same_form_for_the_rest_counts_once_at_eight_gates(any_app: Flask, any_house: House) -> None:
    occurrence, desk = todays(any_house), any_house.desk.actor
    party = party_on_list(occurrence, party_size=9)
    admit(desk, occurrence.code, party.id, 1)
    same = at_once(any_app, *[lambda: admit_rest(desk, occurrence.code, party.id, 2, key="page") for _ in range(8)])
    assert len(set(same)) == 1
    assert row_of(party).attended == 3
    many = at_once(any_app, *[lambda: admit_rest(desk, occurrence.code, party.id, 1) for _ in range(8)])
    assert sum(getattr(answer, "first", False) for answer in many) == 6
    assert row_of(party).attended == 9


def test_the_rest_is_taken_back_alone_and_the_first_entry_with_all(any_house: House) -> None:
    occurrence, desk = todays(any_house), any_house.desk.actor
    party = party_on_list(occurrence, party_size=4)
    first = admit(desk, occurrence.code, party.id, 2, gate="东门")
    later = admit_rest(desk, occurrence.code, party.id, 1, gate="西门")
    undo(desk, occurrence.code, entry_id(later))
    assert row_of(party).attended == 2
    with pytest.raises(Conflict):
        undo(desk, occurrence.code, entry_id(later))
    admit_rest(desk, occurrence.code, party.id, 2, gate="西门")
    undo(desk, occurrence.code, entry_id(first))
    assert (row_of(party).attended, counts(any_house, occurrence)) == (0, {})
    admit(desk, occurrence.code, party.id, gate="南门")
    assert counts(any_house, occurrence) == {"南门": 4}


def test_a_correction_says_the_whole_number(any_house: House) -> None:
    occurrence, desk = todays(any_house), any_house.desk.actor
    party = party_on_list(occurrence, party_size=4)
    first = admit(desk, occurrence.code, party.id, 2, gate="东门")
    later = admit_rest(desk, occurrence.code, party.id, 1, gate="西门")
    with pytest.raises(Refused):
        correct_people(desk, occurrence.code, entry_id(later), 2)
    correct_people(desk, occurrence.code, entry_id(first), 4)
    assert row_of(party).attended == 4
    assert counts(any_house, occurrence) == {"东门": 4}


def test_the_gates_add_up_to_the_live_count(any_house: House) -> None:
    occurrence, desk = todays(any_house, walk_in_limit=9), any_house.desk.actor
    assert gate_counts(door_at(desk, occurrence.code)) == []
    admit(desk, occurrence.code, party_on_list(occurrence, party_size=2).id)
    assert gate_counts(door_at(desk, occurrence.code)) == [], "nobody asks for gates where none has a name"
    taken_back = admit(desk, occurrence.code, party_on_list(occurrence).id, gate="东门")
    admit(desk, occurrence.code, party_on_list(occurrence, party_size=3).id, gate="东门")
    admit_walk_in(desk, occurrence.code, WalkIn(4), gate="西门")
    himself = party_on_list(occurrence)
    code = minute_code(occurrence.code, clock.now(), venue_key)
    check_in_oneself(occurrence.code, code, himself.number, himself.phone_last4)
    undo(desk, occurrence.code, entry_id(taken_back))
    here = door_at(desk, occurrence.code)
    assert gate_counts(here) == [
        GateCount("西门", False, 4),
        GateCount("东门", False, 3),
        GateCount("", False, 2),
        GateCount("", True, 1),
    ]
    assert sum(row.people for row in gate_counts(here)) == head_count(here).admitted
    assert gates_of(here) == ["东门", "西门"]


def test_a_party_comes_in_one_by_one_without_a_network(any_house: House) -> None:
    occurrence = todays(any_house)
    party = party_on_list(occurrence, party_size=5)
    with clock.shifted_by(timedelta(minutes=-30)):
        pack = take_pack(any_house.desk.actor, occurrence.code, "东门")
    first = scan_of(pack, party, minutes_ago=9, people=2)
    rest = [
        Scan(f"rest-{party.id}-{n}", first.digest, AN_HOUR - 60_000 * minutes, n, rest=True)
        for n, minutes in ((1, 5), (3, 4))
    ]
    for _ in range(2):  # sent again, nothing is counted twice
        assert send(any_house, occurrence, pack, *rest, first) == [Answer.ADMITTED] * 3
    assert row_of(party).attended == 5, "three were said to come, two were still missing"
    assert book_of(occurrence) == [("admit", 2), ("join", 1), ("join", 2)]
    assert counts(any_house, occurrence) == {"东门": 5}
    more = Scan(f"rest-{party.id}-more", first.digest, AN_HOUR, 1, rest=True)
    assert hand_in(any_house.desk.actor, occurrence.code, pack.device_key, AN_HOUR, [more])[0].answer == "repeated"


def test_an_earlier_first_entry_elsewhere_keeps_what_came_later(any_house: House) -> None:
    occurrence, desk = todays(any_house), any_house.desk.actor
    party = party_on_list(occurrence, party_size=3)
    with clock.shifted_by(timedelta(minutes=-30)):
        pack = take_pack(desk, occurrence.code, "东门")
    admit(desk, occurrence.code, party.id, 2, gate="西门")
    admit_rest(desk, occurrence.code, party.id, 1, gate="西门")
    assert send(any_house, occurrence, pack, scan_of(pack, party, minutes_ago=10)) == [Answer.ADMITTED]
    assert row_of(party).attended == 3
    assert counts(any_house, occurrence) == {"东门": 2, "西门": 1}
