"""Proposals and their supporters: kept once, counted once, told what became of them, forgotten in time."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from openday import clock
from openday.db import db, use_case
from openday.errors import Closed, Conflict, Duplicate, NotFound, OpenDayError, Refused, TooMany
from openday.models.housekeeping import SpentChallenge
from openday.models.ledger import Message
from openday.models.topics import TopicProposal, TopicSupport
from openday.queries import public_topics
from openday.queries.integrity import findings
from openday.rules.proof_of_work import MOST_WITH_WORK, MOST_WITHOUT_WORK, WINDOW, Effort
from openday.rules.topic_states import ProposalStatus, Verdict
from openday.services import housekeeping, retention, topics
from openday.services.topics import NewTopic
from tests.factories.activities import published_activity
from tests.factories.people import House
from tests.factories.topics import adoption, proposal, topic_call
from tests.support.queries import count_queries

WISH = NewTopic("自来水是怎样净化的", "想看水质怎么检测。", "", True, "k" * 32)


def effort(mark: str, *, worked: bool = True, sender: str = "a" * 64) -> Effort:
    return Effort(mark.ljust(64, "0"), clock.now() + timedelta(hours=12), worked, sender)


def row(code: str) -> TopicProposal:
    db.session.expire_all()
    return db.session.scalars(select(TopicProposal).where(TopicProposal.code == code)).one()


# --- proposing -------------------------------------------------------------------------------------------------------


def test_a_proposal_waits_for_the_office_under_a_receipt_code(any_house: House) -> None:
    call = topic_call(any_house)
    receipt = topics.propose_topic(call.code, WISH)
    found = public_topics.topic_receipt(receipt, clock.now())
    assert (len(receipt), found.status, found.title) == (28, ProposalStatus.RECEIVED, WISH.title)
    assert found.story is None
    asked = public_topics.asked_topic(call.code, clock.now())
    assert public_topics.public_topics(asked).rows == ()


def test_the_same_form_twice_is_one_proposal(any_house: House) -> None:
    call = topic_call(any_house)
    first = topics.propose_topic(call.code, WISH, effort("1"))
    assert topics.propose_topic(call.code, WISH, effort("1")) == first
    with pytest.raises(Conflict, match="此前已经提交过"):
        topics.propose_topic(call.code, replace(WISH, title="另一件事"), effort("2"))
    assert db.session.scalar(select(func.count(TopicProposal.id))) == 1


def test_a_challenge_counts_once(any_house: House) -> None:
    call = topic_call(any_house)
    topics.propose_topic(call.code, WISH, effort("1"))
    with pytest.raises(Duplicate, match="没有重复计入"):
        topics.propose_topic(call.code, replace(WISH, key="another"), effort("1"))


def test_what_is_refused_costs_no_challenge(any_house: House) -> None:
    call = topic_call(any_house)
    with pytest.raises(Refused):
        topics.propose_topic(call.code, replace(WISH, title=" \u200b"), effort("1"))
    assert db.session.scalar(select(func.count()).select_from(SpentChallenge)) == 0
    topics.propose_topic(call.code, WISH, effort("1"))


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"title": ""}, "title", "请填写想看什么"),
        ({"title": "水" * 41}, "title", "最多40个字"),
        ({"text": "水" * 501}, "text", "最多500个字"),
        ({"contact": "0755-1234"}, "contact", "手机号码应为11位数字"),
        ({"contact": "a@b"}, "contact", "电子邮箱格式不正确"),
        ({"contact": "a@example.org,root"}, "contact", "电子邮箱格式不正确"),
        ({"contact": "a<b>@example.org"}, "contact", "电子邮箱格式不正确"),
        ({"contact": "a@example.org\r\nBcc: b@example.org"}, "contact", "电子邮箱格式不正确"),
        ({"consent": False}, "consent", "请勾选同意"),
        ({"key": ""}, None, "页面已失效"),
    ],
)
def test_what_cannot_be_kept_is_said_at_its_field(
    house: House, changes: dict[str, object], field: str | None, words: str
) -> None:
    call = topic_call(house)
    with pytest.raises(Refused, match=words) as refused:
        topics.propose_topic(call.code, replace(WISH, **changes))  # type: ignore[arg-type]
    assert refused.value.field == field


def test_nothing_comes_in_before_or_after_the_call(any_house: House) -> None:
    now = clock.now()
    soon = topic_call(any_house, title="一", opens_at=now + timedelta(hours=1))
    over = topic_call(any_house, title="二", closes_at=now - timedelta(minutes=1))
    ended = topic_call(any_house, title="三", status="closed")
    for call, words in ((soon, "尚未开始"), (over, "已经结束"), (ended, "已经结束")):
        found = proposal(any_house, call)
        with pytest.raises(Closed, match=words):
            topics.propose_topic(call.code, replace(WISH, key=call.code))
        with pytest.raises(Closed, match=words):
            topics.support_topic(found.code, "browser")
    with pytest.raises(NotFound):
        topics.propose_topic("nowhere", WISH)


def test_one_network_address_has_a_budget_for_a_quarter_of_an_hour(any_house: House) -> None:
    call = topic_call(any_house)
    found = proposal(any_house, call)
    for number in range(MOST_WITHOUT_WORK):
        assert topics.support_topic(found.code, f"browser {number}", effort(f"{number}", worked=False))
    with pytest.raises(TooMany, match="15分钟后"):
        topics.support_topic(found.code, "one more", effort("more", worked=False))
    assert row(found.code).supports == MOST_WITHOUT_WORK
    assert topics.support_topic(found.code, "somebody else", effort("else", worked=False, sender="b" * 64))
    assert MOST_WITH_WORK > MOST_WITHOUT_WORK


def test_the_budget_is_whole_again_afterwards(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    found = proposal(house, topic_call(house))
    for number in range(MOST_WITHOUT_WORK):
        topics.support_topic(found.code, f"browser {number}", effort(f"{number}", worked=False))
    later = clock.now() + WINDOW
    monkeypatch.setattr(clock, "now", lambda: later)
    assert topics.support_topic(found.code, "later", effort("later", worked=False))


def test_spent_challenges_are_forgotten_when_they_could_not_be_sent_any_more(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    topics.propose_topic(topic_call(house).code, WISH, effort("1"))
    assert housekeeping.forget_expired()["challenges"] == 0
    later = clock.now() + timedelta(hours=14)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert housekeeping.forget_expired()["challenges"] == 1


# --- supporting ------------------------------------------------------------------------------------------------------


def test_a_browser_counts_once_and_can_take_it_back(any_house: House) -> None:
    found = proposal(any_house, topic_call(any_house))
    assert topics.support_topic(found.code, "browser", effort("1"))
    assert not topics.support_topic(found.code, "browser", effort("2"))
    assert topics.support_topic(found.code, "another", effort("3"))
    assert row(found.code).supports == 2
    assert topics.withdraw_support(found.code, "browser")
    assert not topics.withdraw_support(found.code, "browser")
    assert not topics.withdraw_support(found.code, "a stranger")
    assert row(found.code).supports == 1
    assert list(findings()) == []


def test_only_what_is_public_and_unanswered_can_be_supported(any_house: House) -> None:
    call = topic_call(any_house)
    for status in (ProposalStatus.RECEIVED, ProposalStatus.REMOVED):
        with pytest.raises(NotFound):
            topics.support_topic(proposal(any_house, call, status).code, "browser")
    with pytest.raises(Closed, match="已经答复"):
        topics.support_topic(proposal(any_house, call, ProposalStatus.ANSWERED).code, "browser")


def test_the_supporters_of_two_proposals_cannot_be_told_to_be_one_across_calls(any_house: House) -> None:
    first, second = topic_call(any_house, title="一"), topic_call(any_house, title="二")
    for call in (first, second):
        topics.support_topic(proposal(any_house, call).code, "browser")
    marks = list(db.session.scalars(select(TopicSupport.supporter_hash)))
    assert len(marks) == len(set(marks)) == 2


def _at_once(app: Flask, acts: list[Callable[[], object]]) -> list[object]:
    """Do all of them in threads of their own, begun together; the answers or the errors."""
    gate, answers = Barrier(len(acts)), []

    def run(act: Callable[[], object]) -> None:
        with app.app_context():
            gate.wait()
            try:
                answers.append(act())
            except OpenDayError as refused:
                answers.append(refused)
            finally:
                db.session.remove()

    threads = [Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return answers


def test_a_crowd_is_counted_exactly(any_app: Flask, any_house: House) -> None:
    found = proposal(any_house, topic_call(any_house))
    code = found.code

    def tap(browser: int, tap: int) -> Callable[[], object]:
        return lambda: topics.support_topic(code, f"browser {browser}", effort(f"{browser} {tap}"))

    answers = _at_once(any_app, [tap(browser, n) for browser in range(8) for n in range(3)])
    assert [answer for answer in answers if isinstance(answer, OpenDayError)] == []
    assert answers.count(True) == 8
    assert row(code).supports == 8
    assert list(findings()) == []


def test_a_form_sent_many_times_at_once_is_one_proposal(any_app: Flask, any_house: House) -> None:
    code = topic_call(any_house).code
    answers = _at_once(any_app, [lambda: topics.propose_topic(code, WISH, effort("1"))] * 8)
    assert len(set(answers)) == 1
    assert db.session.scalar(select(func.count(TopicProposal.id))) == 1


def test_a_wrong_number_of_supporters_is_found(house: House) -> None:
    found = proposal(house, topic_call(house), supporters=3)

    @use_case
    def drift() -> None:
        db.session.execute(update(TopicProposal).values(supports=5))

    assert list(findings()) == []
    drift()
    wrong = [finding.record for finding in findings()]
    assert wrong == [f"proposal {found.id}: counter 5, supporters 3"]


# --- what residents read ---------------------------------------------------------------------------------------------


def test_the_public_reads_proposals_by_time_and_never_by_votes(any_house: House) -> None:
    call = topic_call(any_house)
    proposal(any_house, call, title="第一条", supporters=3)
    proposal(any_house, call, title="第二条", supporters=9)
    proposal(any_house, call, title="第三条")
    asked = public_topics.asked_topic(call.code, clock.now())
    assert [(r.title, r.supports) for r in public_topics.public_topics(asked).rows] == [
        ("第三条", 0), ("第二条", 9), ("第一条", 3),
    ]  # fmt: skip


def test_the_lists_ask_the_same_for_many_as_for_one(any_house: House) -> None:
    call = topic_call(any_house)
    asked = public_topics.asked_topic(call.code, clock.now())
    numbers = []
    for batch in (1, 15):
        for number in range(batch):
            proposal(any_house, call, title=f"第{batch}-{number}条", agency_id=any_house.agency_id)
        db.session.expunge_all()
        with count_queries() as queries:
            public_topics.public_topics(asked)
            public_topics.asked_topics(clock.now())
        numbers.append(len(queries))
    assert numbers[0] == numbers[1] <= 5


# --- telling and forgetting ------------------------------------------------------------------------------------------


def test_the_proposer_is_told_once_when_the_activity_is_published(any_house: House) -> None:
    call = topic_call(any_house)
    activity = published_activity(any_house)
    found = proposal(
        any_house, call, ProposalStatus.ANSWERED, contact="13800000000", verdict=Verdict.ADOPTED,
        agency_id=any_house.agency_id,
    )  # fmt: skip
    adoption(any_house, found, activity.plan_id)
    assert topics.announce_adopted(lambda code: f"https://open.example.gov.cn/activities/{code}") == 1
    assert topics.announce_adopted(lambda code: "") == 0
    letter = db.session.scalars(select(Message).where(Message.kind == "topic.announced")).one()
    assert (letter.channel, letter.recipient) == ("sms", "13800000000")
    assert f"/activities/{activity.code}" in letter.body
    story = public_topics.topic_story(found.code, clock.now())
    assert story.milestones[0].what == "announce"
    assert (story.topic.stage.value, story.topic.activity_code) == ("announced", activity.code)


def test_contacts_are_forgotten_when_the_form_says(any_house: House) -> None:
    now = clock.now()
    long_ago = now - timedelta(days=91)
    going = topic_call(any_house, title="在办")
    past = topic_call(any_house, title="往年", opens_at=now - timedelta(days=500), closes_at=now - timedelta(days=366))
    kept = [
        proposal(any_house, going, ProposalStatus.PUBLIC, contact="13800000001", received_at=long_ago),
        proposal(any_house, going, ProposalStatus.ANSWERED, contact="13800000002"),
    ]
    gone = [
        proposal(any_house, going, ProposalStatus.ANSWERED, contact="13800000003", received_at=long_ago),
        proposal(any_house, going, ProposalStatus.REMOVED, contact="a@example.org", received_at=long_ago),
        proposal(any_house, past, ProposalStatus.PUBLIC, contact="13800000004", received_at=long_ago),
    ]
    assert retention.forget_persons(90)["topics"] == 3
    assert [row(each.code).contact for each in kept] == ["13800000001", "13800000002"]
    assert [row(each.code).contact for each in gone] == [None, None, None]
    assert retention.forget_persons(90) == {}
