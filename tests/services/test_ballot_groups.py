"""Weights in a ballot: who is in which group, what it counts, and that the published data says so and verifies."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from openday import clock
from openday.db import db
from openday.errors import Refused
from openday.models.activities import Activity
from openday.models.ballots import Ballot, BallotEntry
from openday.models.occurrences import Occurrence
from openday.models.registrations import Registration
from openday.queries.ballots import ballot_data, ballot_desk
from openday.rules import ballot_verifier
from openday.rules.ballot_groups import Grouping, grouping_choices, grouping_of, read_weights
from openday.rules.signup_answers import QUESTION
from openday.rules.signup_form import SignupForm
from openday.rules.signup_questions import Question, QuestionKind
from openday.rules.states import SignupMode
from openday.services.ballots import BallotPlan, freeze_ballot, plan_ballot
from tests.factories.ballots import CLOSED, ballot_occurrence, drawn, frozen, two_sources
from tests.factories.occurrences import open_occurrence
from tests.factories.people import House
from tests.factories.signup_forms import ask
from tests.support.signup import sign_up

LOCAL = Question("local", QuestionKind.CHOICE, "是否本街道居民", "照顾附近居民", choices=("是", "否"))


def weighted(weights: dict[str, int], grouping: str = "question:local") -> BallotPlan:
    """Both sources, and these weights."""
    return BallotPlan(two_sources().sources, grouping=grouping, weights=weights)


def groups_of(code: str) -> dict[str, str]:
    """Ticket code to group."""
    rows = (
        select(Registration.code, BallotEntry.weight_group)
        .join(BallotEntry, BallotEntry.registration_id == Registration.id)
        .join(Ballot, Ballot.id == BallotEntry.ballot_id)
        .where(Ballot.code == code)
    )
    db.session.rollback()
    return {row.code: row.weight_group for row in db.session.execute(rows)}


def from_here(occurrence: Occurrence, answer: str, **more: int) -> str:
    """The ticket of somebody who gave this answer."""
    typed = {f"{QUESTION}local": [answer]} if answer else {}
    return sign_up(occurrence, extras=typed, **more).code


def test_an_answer_tells_the_group_and_the_weight_is_public(any_app: Flask, any_house: House) -> None:
    occurrence = ballot_occurrence(any_house)
    ask(occurrence, SignupForm(questions=(LOCAL,)))
    tickets = {from_here(occurrence, answer): group for answer, group in (("是", "是"), ("否", ""), ("", ""))}
    code = plan_ballot(any_house.officer.actor, occurrence.code, weighted({"是": 3}))
    with clock.shifted_by(CLOSED):
        freeze_ballot(any_house.officer.actor, code)
    assert groups_of(code) == tickets
    before = ballot_data(code, before=True)
    drawn(any_house, code)
    data = ballot_data(code, before=False)
    assert data["rules"]["weights"] == {"": 1, "是": 3}  # type: ignore[index]
    assert data["rules"]["grouped_by"] == ["question", "是否本街道居民"]  # type: ignore[index]
    assert ballot_verifier.differences(data, before) == []
    heavier = {**data["rules"], "weights": {"": 1, "是": 4}}  # type: ignore[dict-item]
    assert ballot_verifier.differences({**data, "rules": heavier}, before)


def test_who_drew_nothing_before_counts_more_the_next_time(any_app: Flask, any_house: House) -> None:
    first = ballot_occurrence(any_house, {"公众": 1})
    phones = [f"1390000000{n}" for n in range(4)]
    tickets = {sign_up(first, phone=phone).code: phone for phone in phones}
    code = frozen(any_house, first)
    drawn(any_house, code)
    rows = select(Registration.code, BallotEntry.luck).join(BallotEntry, BallotEntry.registration_id == Registration.id)
    unlucky = {tickets[ticket] for ticket, luck in db.session.execute(rows) if luck != "selected"}
    assert len(unlucky) == 3
    activity = db.session.get_one(Activity, first.activity_id)
    with clock.shifted_by(timedelta(days=5)):
        second = open_occurrence(
            activity,
            signup_mode=SignupMode.BALLOT,
            quotas={"公众": 1},
            closes_at=clock.now() + timedelta(days=1),
            starts_in=timedelta(days=20),
        )
        again = {sign_up(second, phone=phone).code: phone for phone in [*phones, "13900000009"]}
        plan = weighted({"曾未中签": 2}, "earlier")
        day = (clock.now() + timedelta(days=9)).date().isoformat()
        later = tuple(type(source)(source.kind, source.what, day) for source in plan.sources)
        code = plan_ballot(
            any_house.officer.actor, second.code, BallotPlan(later, grouping="earlier", weights=plan.weights)
        )
    with clock.shifted_by(timedelta(days=7)):
        freeze_ballot(any_house.officer.actor, code)
    assert {again[ticket] for ticket, group in groups_of(code).items() if group == "曾未中签"} == unlucky


def test_the_simulation_shows_the_chance_of_each_group_party_and_quota(app: Flask, house: House) -> None:
    occurrence = ballot_occurrence(house, {"市民": 3, "企业": 2})
    ask(occurrence, SignupForm(questions=(LOCAL,)))
    for answer, people, quota in (("是", 1, 1), ("否", 1, 1)):
        for _ in range(10):
            from_here(occurrence, answer, party_size=people, quota=quota)
    from_here(occurrence, "否", party_size=2, quota=2)
    plan_ballot(house.officer.actor, occurrence.code, weighted({"是": 3}))
    desk = ballot_desk(occurrence)
    chance = {(row.quota, row.group, row.party): row for row in desk.chances}
    assert {kind: row.entries for kind, row in chance.items()} == {
        ("市民", "是", 1): 10,
        ("市民", "", 1): 10,
        ("企业", "", 2): 1,
    }
    assert chance["企业", "", 2].selected == 1.0
    local, other = chance["市民", "是", 1].selected, chance["市民", "", 1].selected
    assert 10 * (local + other) == pytest.approx(3)  # three seats are given in every draw
    assert 2 < local / other < 4.5


WRONG = [
    ("question:local", {"也许": 2}, "没有“也许”这个分组"),
    ("question:local", {}, "至少一个分组"),
    ("question:local", {"是": 1, "否": 1}, "至少一个分组"),
    ("question:gone", {"是": 2}, "重新选择"),
    ("", {"是": 2}, "同时选择"),
]


@pytest.mark.parametrize(("grouping", "weights", "said"), WRONG)
def test_weights_that_make_no_sense_are_refused_at_their_field(
    app: Flask, house: House, grouping: str, weights: dict[str, int], said: str
) -> None:
    occurrence = ballot_occurrence(house)
    ask(occurrence, SignupForm(questions=(LOCAL,)))
    with pytest.raises(Refused, match=said) as refused:
        plan_ballot(house.officer.actor, occurrence.code, weighted(weights, grouping))
    assert refused.value.field == "weights"


def test_weights_are_read_as_people_write_them() -> None:
    assert read_weights("是 ３\n\n 否：1 \n老 居民, 2") == {"是": 3, "否": 1, "老 居民": 2}
    for wrong in ("是", "是 0", "是 11", "3", "是 2\n是 3", "\n".join(f"甲{n} 2" for n in range(11))):
        with pytest.raises(ValueError, match=r"行|最多"):
            read_weights(wrong)
    wide = Question("q", QuestionKind.CHOICE, "人群", "分组", choices=("老人（60岁以上）", "其他"))
    grouping = grouping_of(grouping_choices((wide,)), "question:q", read_weights("老人（60岁以上） 2"))
    assert grouping == Grouping("question", "人群", {"老人（60岁以上）": 2})
