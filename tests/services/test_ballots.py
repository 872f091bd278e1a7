"""Ballots: what is fixed when, who may draw, and that seats, lists and messages are what was drawn."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from openday import clock
from openday.db import db, use_case
from openday.errors import Closed, Conflict, NotFound, Refused
from openday.models.ballots import Ballot, BallotEntry
from openday.models.ledger import AuditEvent, Message
from openday.models.occurrences import Occurrence
from openday.models.registrations import Registration
from openday.queries.ballots import ballot_data, ballot_page, own_row
from openday.queries.integrity import findings
from openday.queries.registrations import ticket
from openday.rules import ballot_verifier
from openday.rules.ballot import Luck, SeedSource
from openday.rules.states import RegistrationStatus, SignupMode
from openday.services.ballots import BallotPlan, draw_ballot, freeze_ballot, plan_ballot, void_ballot
from openday.services.occurrences import Schedule, change_occurrence
from openday.services.postponements import NewTime, postpone_occurrence, resume_occurrence
from openday.services.registration_changes import cancel_registration, change_party
from openday.services.seat_changes import change_capacity
from tests.factories.activities import page_url
from tests.factories.ballots import (
    CLOSED,
    KNOWN,
    VALUES,
    ballot_occurrence,
    ballot_url,
    drawn,
    frozen,
    planned,
    two_sources,
)
from tests.factories.people import House
from tests.support.signup import sign_up, status_of, taken, ticket_url


def applicants(occurrence: Occurrence, *sizes: int) -> list[str]:
    """Parties of these sizes that signed up, in this order; their ticket codes."""
    return [sign_up(occurrence, party_size=size).code for size in sizes]


def luck_of(code: str) -> dict[str, tuple[str, int | None]]:
    """Ticket code to what it drew and its place."""
    rows = db.session.execute(
        select(Registration.code, BallotEntry.luck, BallotEntry.place)
        .join(BallotEntry, BallotEntry.registration_id == Registration.id)
        .join(Ballot, Ballot.id == BallotEntry.ballot_id)
        .where(Ballot.code == code)
    )
    return {row[0]: (row[1], row[2]) for row in rows}


def drawn_by_second(house: House, code: str) -> None:
    """Draw it now, by the second officer."""
    draw_ballot(house.second_officer.actor, code, VALUES, "王公证", ticket_url=ticket_url, ballot_url=ballot_url)


def test_signing_up_takes_no_seat_and_says_what_follows(any_app: Flask, any_house: House) -> None:
    occurrence = ballot_occurrence(any_house)
    for size in (3, 3, 3):
        assert sign_up(occurrence, party_size=size).status is RegistrationStatus.APPLIED
    assert taken(occurrence) == [0]
    bodies = list(db.session.scalars(select(Message.body).where(Message.kind == "registration.applied")))
    assert len(bodies) == 3
    assert all("截止后公开摇号" in body and "尚未取得名额" in body for body in bodies)


def test_seats_lists_and_messages_are_what_was_drawn(any_app: Flask, any_house: House) -> None:
    occurrence = ballot_occurrence(any_house, {"市民": 6, "企业": 2})
    wishes = ((1, 1), (2, 1), (3, 1), (4, 1), (1, 1), (1, 2), (2, 2), (1, 2))
    codes = [sign_up(occurrence, party_size=size, quota=quota).code for size, quota in wishes]
    code = frozen(any_house, occurrence)
    counts = drawn(any_house, code)
    luck = luck_of(code)
    becomes = {"selected": "confirmed", "reserve": "waitlisted", "not_selected": "declined"}
    assert {one: status_of(one) for one in codes} == {one: becomes[luck[one][0]] for one in codes}
    assert counts.selected + counts.reserve == len(codes)
    held = [
        sum(ticket(one).party_size for one in codes if luck[one][0] == "selected" and ticket(one).quota_name == name)
        for name in ("市民", "企业")
    ]
    assert taken(occurrence) == held
    kinds = select(Message.kind, func.count()).where(Message.kind.like("ballot.%")).group_by(Message.kind)
    told = dict(db.session.execute(kinds).all())  # type: ignore[arg-type]
    assert told == {"ballot.selected": counts.selected, "ballot.reserve": counts.reserve}
    assert not list(findings())


def test_the_published_data_verifies_and_shows_every_change(any_app: Flask, any_house: House) -> None:
    occurrence = ballot_occurrence(any_house)
    codes = applicants(occurrence, 1, 2, 3, 2, 1)
    code = frozen(any_house, occurrence)
    before = ballot_data(code, before=True)
    drawn(any_house, code)
    data = ballot_data(code, before=False)
    assert ballot_verifier.differences(data, before) == []
    for one in codes:
        row = ballot_verifier.row_of(data, one)
        own = own_row(code, occurrence.code, one)
        assert own is not None
        assert (row[1], row[2], row[3]) == (own.call, own.luck, own.place)
        assert own.luck == luck_of(code)[one][0]
    other = "f" * 24
    rows, result = data["entries"], data["result"]
    changed_list = [[other, *row[1:]] if index == 0 else row for index, row in enumerate(rows)]  # type: ignore[var-annotated, arg-type]
    assert ballot_verifier.differences({**data, "entries": changed_list}, before)
    assert ballot_verifier.differences({**data, "seed_values": ["1", "2"]}, before)
    wider = {**data["rules"], "quotas": [["公众", 6]]}  # type: ignore[dict-item]
    assert ballot_verifier.differences({**data, "rules": wider}, before)
    assert ballot_verifier.differences({**data, "result": result[::-1]}, before)  # type: ignore[index]


def test_a_drawn_result_that_somebody_edits_is_found_by_verify(app: Flask, house: House) -> None:
    occurrence = ballot_occurrence(house)
    applicants(occurrence, 2, 2, 2, 2)
    code = frozen(house, occurrence)
    drawn(house, code)

    @use_case
    def swap() -> None:
        lucky = select(BallotEntry.id).where(BallotEntry.luck == "selected").limit(1).scalar_subquery()
        db.session.execute(update(BallotEntry).where(BallotEntry.id == lucky).values(luck="not_selected"))

    swap()
    assert [finding.check for finding in findings()] == ["ballot"]


def test_the_reserve_is_served_as_it_was_drawn_and_not_as_it_came(any_app: Flask, any_house: House) -> None:
    occurrence = ballot_occurrence(any_house, {"公众": 2})
    codes = applicants(occurrence, *[1] * 8)
    code = frozen(any_house, occurrence)
    drawn(any_house, code)
    luck = luck_of(code)
    queue = sorted((place, one) for one, (drew, place) in luck.items() if drew == "reserve" and place)
    assert [ticket(one).ahead for _, one in queue] == list(range(6))
    winners = [one for one in codes if luck[one][0] == "selected"]
    with clock.shifted_by(KNOWN):
        for winner in winners:
            cancel_registration(winner, ticket_url=ticket_url)
    assert [one for _, one in queue if status_of(one) == "confirmed"] == [one for _, one in queue[:2]]
    assert taken(occurrence) == [2]


def test_whoever_withdraws_before_the_draw_leaves_the_seats_to_the_reserve(any_app: Flask, any_house: House) -> None:
    occurrence = ballot_occurrence(any_house, {"公众": 3})
    codes = applicants(occurrence, *[1] * 6)
    code = frozen(any_house, occurrence)
    with clock.shifted_by(CLOSED):
        for one in codes[:3]:
            cancel_registration(one, ticket_url=ticket_url)
        with pytest.raises(Conflict, match="名单已经公布"):
            change_party(codes[3], 2, ticket_url=ticket_url)
    drawn(any_house, code)
    assert [status_of(one) for one in codes] == ["cancelled"] * 3 + ["confirmed"] * 3
    assert taken(occurrence) == [3]
    assert ballot_verifier.differences(ballot_data(code, before=False)) == []


def test_nothing_is_frozen_while_sign_up_is_open_and_nobody_comes_on_afterwards(app: Flask, house: House) -> None:
    occurrence = ballot_occurrence(house)
    applicants(occurrence, 1)
    code = planned(house, occurrence)
    with pytest.raises(NotFound):
        ballot_page(code)
    with pytest.raises(Conflict, match="截止之后"):
        freeze_ballot(house.officer.actor, code)
    with clock.shifted_by(CLOSED):
        freeze_ballot(house.officer.actor, code)
    with pytest.raises(Closed, match="名单已经确定"):
        sign_up(occurrence)  # by a clock that still says open: the list itself refuses
    with pytest.raises(Conflict, match="不能再修改"):
        plan_ballot(house.officer.actor, occurrence.code, two_sources())
    quota_id = occurrence.quotas[0].id
    with pytest.raises(Conflict, match="不能调整名额"):
        change_capacity(house.officer.actor, occurrence.code, {quota_id: 50}, page_url=page_url)


def test_a_ballot_needs_an_end_of_sign_up_before_the_day(app: Flask, house: House) -> None:
    occurrence = ballot_occurrence(house)
    endless = Schedule(occurrence.starts_at, occurrence.ends_at, occurrence.venue, SignupMode.BALLOT)
    with pytest.raises(Refused, match="截止时间"):
        change_occurrence(house.officer.actor, occurrence.code, endless, page_url=page_url, ticket_url=ticket_url)


def test_the_seed_must_be_of_a_later_day_than_the_list(app: Flask, house: House) -> None:
    occurrence = ballot_occurrence(house)
    applicants(occurrence, 1)
    that_day = (clock.now() + CLOSED).date().isoformat()
    code = plan_ballot(
        house.officer.actor, occurrence.code, BallotPlan((SeedSource("public", "上证指数收盘点位", that_day),))
    )
    with clock.shifted_by(CLOSED), pytest.raises(Conflict, match="名单公布之后"):
        freeze_ballot(house.officer.actor, code)


def test_nobody_draws_what_they_planned_nor_before_the_day(app: Flask, house: House) -> None:
    occurrence = ballot_occurrence(house)
    applicants(occurrence, 1, 1)
    code = frozen(house, occurrence)

    def draw(who: str, witness: str = "王公证", values: tuple[str, ...] = VALUES) -> None:
        actor = getattr(house, who).actor
        draw_ballot(actor, code, values, witness, ticket_url=ticket_url, ballot_url=ballot_url)

    with clock.shifted_by(CLOSED), pytest.raises(Conflict, match="到那一天才能摇号"):
        draw("second_officer")
    with clock.shifted_by(KNOWN):
        with pytest.raises(Conflict, match="另一位工作人员"):
            draw("officer")
        with pytest.raises(NotFound):
            draw("far_officer")
        with pytest.raises(Refused, match="见证人"):
            draw("second_officer", witness=" ")
        with pytest.raises(Refused, match="种子"):
            draw("second_officer", values=("12", " "))
        draw("second_officer")
        with pytest.raises(Conflict, match="已经摇号"):
            draw("second_officer")
        with pytest.raises(Conflict, match="不能作废"):
            void_ballot(house.officer.actor, code, "重来")


def test_a_void_list_stays_public_and_the_next_draw_says_why(app: Flask, house: House) -> None:
    occurrence = ballot_occurrence(house)
    applicants(occurrence, 1, 1)
    plan = two_sources()
    first = frozen(house, occurrence)
    with clock.shifted_by(CLOSED + timedelta(hours=1)):
        with pytest.raises(Refused, match="理由"):
            void_ballot(house.officer.actor, first, " ")
        void_ballot(house.officer.actor, first, "规则中的来源停止公布。")
        second = plan_ballot(house.officer.actor, occurrence.code, plan)
        freeze_ballot(house.officer.actor, second)
    assert ballot_page(first).status == "void"
    again = ballot_page(second)
    assert (again.number, again.rules.reason, again.others) == (2, "规则中的来源停止公布", ((first, 1),))
    acts = db.session.scalars(
        select(AuditEvent.action).where(AuditEvent.record_type == "ballot").order_by(AuditEvent.id)
    )
    assert list(acts) == ["ballot.plan", "ballot.freeze", "ballot.void", "ballot.plan", "ballot.freeze"]
    drawn(house, second)
    assert {drew for drew, _ in luck_of(second).values()} == {Luck.SELECTED}


@pytest.mark.parametrize("after_the_draw", [False, True])
def test_a_list_stays_what_it_is_when_the_occurrence_is_put_off(
    any_app: Flask, any_house: House, after_the_draw: bool
) -> None:
    occurrence = ballot_occurrence(any_house, {"公众": 2})
    codes = applicants(occurrence, *[1] * 4)
    code = frozen(any_house, occurrence)
    if after_the_draw:
        drawn(any_house, code)
    with clock.shifted_by(KNOWN):
        postpone_occurrence(
            any_house.officer.actor, occurrence.code, "设备检修", page_url=page_url, ticket_url=ticket_url
        )
        assert ballot_page(code).postponed
        start = clock.now() + timedelta(days=40)
        time = NewTime(start, start + timedelta(hours=2), "二楼报告厅", start - timedelta(days=2))
        if not after_the_draw:
            with pytest.raises(Conflict, match="延期"):
                drawn_by_second(any_house, code)
        resume_occurrence(any_house.officer.actor, occurrence.code, time, page_url=page_url, ticket_url=ticket_url)
        page = ballot_page(code)
        assert (page.postponed, page.starts_at) == (False, start)
        with pytest.raises(Closed):
            sign_up(occurrence)
        if not after_the_draw:
            drawn_by_second(any_house, code)
    assert sorted(str(status_of(one)) for one in codes) == ["confirmed"] * 2 + ["waitlisted"] * 2
