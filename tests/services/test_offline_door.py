"""Lists taken to doors without a network: what is in them, what becomes of scans, on both databases."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from openday import clock
from openday.db import db
from openday.errors import Closed, NotFound, Refused
from openday.models.occurrences import Occurrence
from openday.models.registrations import CheckIn, Registration
from openday.queries.door import door_at
from openday.queries.door_book import book
from openday.queries.door_packs import conflicts_at, packs_of
from openday.rules.offline_door import Answer, Scan, digest
from openday.services.checkin import admit, undo
from openday.services.door_staff import assign_door_staff
from openday.services.offline_door import Pack, hand_in, revoke_pack, take_pack
from openday.services.registration_changes import cancel_registration
from tests.factories.activities import published_activity, ticket_url
from tests.factories.occurrences import open_occurrence
from tests.factories.people import House
from tests.factories.registrations import party_on_list
from tests.services.test_checkin import row_of, todays

AN_HOUR = 3_600_000


def scan_of(pack: Pack, party: Registration, n: int = 0, *, minutes_ago: float = 1, people: int = 0) -> Scan:
    at = AN_HOUR - int(minutes_ago * 60_000)
    return Scan(f"scan-{party.id}-{n}", digest(pack.hash_key, party.number if n % 2 else party.code), at, people)


def send(house: House, occurrence: Occurrence, pack: Pack, *scans: Scan) -> list[Answer]:
    """Hand scans in on a device whose clock says one o'clock on the first of January 1970."""
    found = hand_in(house.desk.actor, occurrence.code, pack.device_key, AN_HOUR, list(scans))
    return [result.answer for result in found]


def entries_of(party: Registration) -> list[tuple[str, str]]:
    db.session.rollback()
    lines = select(CheckIn.action, CheckIn.gate).where(CheckIn.registration_id == party.id).order_by(CheckIn.id)
    return [(action, gate) for action, gate in db.session.execute(lines)]


def test_a_list_holds_fragments_and_hashes_and_nothing_else(any_house: House) -> None:
    occurrence = todays(any_house)
    party = party_on_list(occurrence, name="张三丰", phone="13812345678", email="zsf@example.org", party_size=2)
    pack = take_pack(any_house.desk.actor, occurrence.code, "东门")
    assert pack.parties == [
        {
            "c": digest(pack.hash_key, party.code),
            "d": digest(pack.hash_key, party.number),
            "s": "confirmed",
            "n": "张*丰",
            "l": "5678",
            "p": 2,
            "a": 0,
            "q": 0,
        }
    ]
    written = json.dumps(pack.parties, ensure_ascii=False)
    assert not [secret for secret in ("张三丰", "13812345678", "zsf", party.code, party.number) if secret in written]


def test_two_lists_share_no_hash(any_house: House) -> None:
    occurrence = todays(any_house)
    party_on_list(occurrence)
    first, second = (take_pack(any_house.desk.actor, occurrence.code, gate) for gate in ("东门", "西门"))
    assert first.parties[0]["c"] != second.parties[0]["c"]


def test_a_scan_lets_in_once_however_often_it_is_sent(any_house: House) -> None:
    occurrence = todays(any_house)
    party = party_on_list(occurrence, party_size=3)
    with clock.shifted_by(timedelta(minutes=-30)):
        pack = take_pack(any_house.desk.actor, occurrence.code, "东门")
    scan = scan_of(pack, party, minutes_ago=10, people=2)
    assert [send(any_house, occurrence, pack, scan) for _ in range(3)] == [[Answer.ADMITTED]] * 3
    row = row_of(party)
    assert row.attended == 2
    assert row.checked_in_at is not None
    assert timedelta(minutes=9) < clock.now() - row.checked_in_at < timedelta(minutes=11)
    assert entries_of(party) == [("admit", "东门")]


def test_of_two_gates_the_earlier_is_the_first_entry_whoever_hands_in_first(any_house: House) -> None:
    occurrence = todays(any_house)
    party = party_on_list(occurrence)
    with clock.shifted_by(timedelta(minutes=-30)):
        east, west = (take_pack(any_house.desk.actor, occurrence.code, gate) for gate in ("东门", "西门"))
    late, early = scan_of(west, party, 1, minutes_ago=5), scan_of(east, party, minutes_ago=9)
    assert send(any_house, occurrence, west, late) == [Answer.ADMITTED]
    assert send(any_house, occurrence, east, early) == [Answer.ADMITTED]
    assert entries_of(party) == [("conflict", "西门"), ("admit", "东门")]
    assert send(any_house, occurrence, west, late) == [Answer.CONFLICT]
    here = door_at(any_house.desk.actor, occurrence.code)
    assert conflicts_at(here) == 1
    assert {line.action for line in book(here)} == {"admit", "conflict"}


def test_a_later_scan_elsewhere_is_a_conflict_and_changes_nothing(any_house: House) -> None:
    occurrence = todays(any_house)
    party = party_on_list(occurrence)
    with clock.shifted_by(timedelta(minutes=-30)):
        pack = take_pack(any_house.desk.actor, occurrence.code, "东门")
        done = admit(any_house.desk.actor, occurrence.code, party.id)
    assert send(any_house, occurrence, pack, scan_of(pack, party)) == [Answer.CONFLICT]
    assert row_of(party).checked_in_at == done.at
    assert entries_of(party) == [("admit", ""), ("conflict", "东门")]


def test_cancelled_meanwhile_unknown_and_taken_back_are_told_apart(any_house: House) -> None:
    occurrence = todays(any_house)
    gone, undone = party_on_list(occurrence), party_on_list(occurrence)
    other = party_on_list(open_occurrence(published_activity(any_house)))
    with clock.shifted_by(timedelta(minutes=-30)):
        pack = take_pack(any_house.desk.actor, occurrence.code, "东门")
    cancel_registration(gone.code, ticket_url=ticket_url)
    done = admit(any_house.desk.actor, occurrence.code, undone.id)
    undo(any_house.desk.actor, occurrence.code, done.check_in_id or 0)
    scans = [scan_of(pack, party) for party in (gone, other, undone)]
    assert send(any_house, occurrence, pack, *scans) == [Answer.CANCELLED, Answer.UNKNOWN, Answer.CONFLICT]
    assert [row_of(party).attended for party in (gone, other, undone)] == [0, 0, 0]


def test_a_withdrawn_list_hands_nothing_in(any_house: House) -> None:
    occurrence = todays(any_house)
    party = party_on_list(occurrence)
    pack = take_pack(any_house.desk.actor, occurrence.code, "东门")
    revoke_pack(any_house.desk.actor, occurrence.code, pack.id)
    with pytest.raises(Closed):
        send(any_house, occurrence, pack, scan_of(pack, party))
    assert row_of(party).attended == 0
    (row,) = packs_of(door_at(any_house.desk.actor, occurrence.code))
    assert (row.gate, row.revoked_at is not None, row.synced_at) == ("东门", True, None)


def test_rights_are_asked_for_again_when_scans_are_handed_in(any_house: House) -> None:
    occurrence = todays(any_house)
    party = party_on_list(occurrence)
    pack = take_pack(any_house.desk.actor, occurrence.code, "东门")
    with pytest.raises(NotFound):
        hand_in(any_house.other_filer.actor, occurrence.code, pack.device_key, AN_HOUR, [scan_of(pack, party)])
    assign_door_staff(any_house.filer.actor, occurrence.code, frozenset())
    with pytest.raises(NotFound):
        hand_in(any_house.desk.actor, occurrence.code, pack.device_key, AN_HOUR, [scan_of(pack, party)])
    with pytest.raises(NotFound):
        take_pack(any_house.other_filer.actor, occurrence.code, "东门")


def test_a_list_of_another_occurrence_opens_no_door(any_house: House) -> None:
    mine, other = todays(any_house), todays(any_house)
    pack = take_pack(any_house.desk.actor, other.code, "东门")
    with pytest.raises(NotFound):
        send(any_house, mine, pack, scan_of(pack, party_on_list(mine)))


def test_a_gate_has_a_name(any_house: House) -> None:
    occurrence = todays(any_house)
    for wrong in ("", "  ", "门" * 21):
        with pytest.raises(Refused):
            take_pack(any_house.desk.actor, occurrence.code, wrong)


def test_the_same_batch_sent_by_eight_threads_counts_once(any_app: Flask, any_house: House) -> None:
    occurrence = todays(any_house)
    parties = [party_on_list(occurrence) for _ in range(10)]
    pack = take_pack(any_house.desk.actor, occurrence.code, "东门")
    scans = [scan_of(pack, party) for party in parties]

    def work(_: int) -> list[Answer]:
        with any_app.app_context():
            return send(any_house, occurrence, pack, *scans)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(work, range(8)))
    assert answers == [[Answer.ADMITTED] * 10] * 8
    assert [entries_of(party) for party in parties] == [[("admit", "东门")]] * 10
