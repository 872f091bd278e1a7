"""What the office and the agencies do with a proposal, in which state, and who was first."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from openday import clock
from openday.db import db
from openday.errors import ChangedByAnother, Conflict, Duplicate, Forbidden, NotFound, Refused
from openday.models.ledger import AuditEvent, Message
from openday.models.plans import Plan, PlanVersion
from openday.models.topics import TopicAdoption, TopicCall, TopicEvent, TopicProposal
from openday.queries import public_topics
from openday.queries.integrity import findings
from openday.queries.topic_lists import topic_call_list, topic_list, topics_waiting
from openday.queries.topics import call_stamp, topic_page
from openday.rules.plan_states import PlanStatus
from openday.rules.topic_states import ProposalStatus, Verdict
from openday.services import topic_answers, topic_calls, topic_moderation, topics
from openday.services.topic_answers import Answer
from openday.services.topic_calls import TopicCallDraft
from tests.factories.calls import call_of
from tests.factories.people import House
from tests.factories.plans import plan_in
from tests.factories.topics import proposal, topic_call
from tests.support.queries import count_queries

NO = Answer(Verdict.NOT_ADOPTED, "生产区域涉及安全，暂不开放。")


def receipt_url(code: str) -> str:
    return f"https://open.example.gov.cn/topics/receipts/{code}"


def row(proposal_id: int) -> TopicProposal:
    db.session.expire_all()
    return db.session.get_one(TopicProposal, proposal_id)


def stamp(proposal_id: int) -> int:
    """The last step, as a page that is open now would carry it."""
    return max(db.session.scalars(select(TopicEvent.id).where(TopicEvent.proposal_id == proposal_id)))


def letters(kind: str) -> list[str]:
    return list(db.session.scalars(select(Message.recipient).where(Message.kind == kind)))


# --- from the office to the public -----------------------------------------------------------------------------------


def test_nothing_is_public_before_the_office_has_read_it(any_house: House) -> None:
    found = proposal(any_house, topic_call(any_house), ProposalStatus.RECEIVED, contact="13800000000")
    with pytest.raises(NotFound):
        public_topics.topic_story(found.code, clock.now())
    topic_moderation.accept_topic(any_house.officer.actor, found.id, stamp(found.id), receipt_url)
    story = public_topics.topic_story(found.code, clock.now())
    assert [step.what for step in story.milestones] == ["accept", "receive"]
    assert letters("topic.accepted") == ["13800000000"]


def test_what_is_kept_out_of_public_says_why_to_its_proposer_alone(any_house: House) -> None:
    found = proposal(any_house, topic_call(any_house), ProposalStatus.RECEIVED, contact="a@example.org")
    with pytest.raises(Refused, match="请写明理由"):
        topic_moderation.remove_topic(any_house.officer.actor, found.id, stamp(found.id), " ", receipt_url)
    topic_moderation.remove_topic(any_house.officer.actor, found.id, stamp(found.id), "含有个人信息。", receipt_url)
    with pytest.raises(NotFound):
        public_topics.topic_story(found.code, clock.now())
    assert public_topics.topic_receipt(found.receipt, clock.now()).removal_reason == "含有个人信息。"
    assert letters("topic.removed") == ["a@example.org"]


def test_what_nobody_let_into_public_is_not_sent_on_to_the_address_that_somebody_typed(any_house: House) -> None:
    found = proposal(
        any_house, topic_call(any_house), ProposalStatus.RECEIVED, title="领奖请加微信", contact="13800000000"
    )
    topic_moderation.remove_topic(any_house.officer.actor, found.id, stamp(found.id), "与征集无关", receipt_url)
    letter = db.session.scalars(select(Message).where(Message.kind == "topic.removed")).one()
    assert "领奖" not in letter.subject + letter.body
    assert receipt_url(found.receipt) in letter.body


def test_two_officers_at_one_proposal_have_one_winner(any_house: House) -> None:
    found = proposal(any_house, topic_call(any_house), ProposalStatus.RECEIVED)
    seen = stamp(found.id)
    topic_moderation.accept_topic(any_house.officer.actor, found.id, seen, receipt_url)
    with pytest.raises(ChangedByAnother, match=r"已于.*办理“公开征集”，您这次的操作没有保存"):
        topic_moderation.remove_topic(any_house.second_officer.actor, found.id, seen, "重复", receipt_url)
    assert row(found.id).status == "public"


def test_a_stranger_learns_nothing(any_house: House) -> None:
    found = proposal(any_house, topic_call(any_house), agency_id=any_house.agency_id)
    for stranger in (any_house.far_officer, any_house.other_filer, any_house.desk):
        with pytest.raises(NotFound):
            topic_page(stranger.actor, found.id)
        with pytest.raises(NotFound):
            topic_moderation.accept_topic(stranger.actor, found.id, stamp(found.id), receipt_url)
        assert topic_list(stranger.actor).total == 0
    with pytest.raises(Forbidden):
        topic_moderation.publish_topic_answer(any_house.filer.actor, found.id, stamp(found.id), receipt_url)


def test_merging_counts_every_browser_once(any_house: House) -> None:
    call = topic_call(any_house)
    kept, double = (
        proposal(any_house, call, title="水厂"),
        proposal(any_house, call, title="自来水厂", contact="13800000000"),
    )
    for browser in ("a", "b"):
        topics.support_topic(kept.code, browser)
    for browser in ("b", "c", "d"):
        topics.support_topic(double.code, browser)
    officer = any_house.officer.actor
    topic_moderation.merge_topic(officer, double.id, stamp(double.id), kept.id, receipt_url)
    assert row(kept.id).supports == 4
    assert list(findings()) == []
    story = public_topics.topic_story(double.code, clock.now())
    assert story.merged_into == (kept.code, "水厂")
    asked = public_topics.asked_topic(call.code, clock.now())
    assert [line.title for line in public_topics.public_topics(asked).rows] == ["水厂"]
    assert letters("topic.answered") == ["13800000000"]


def test_only_a_living_proposal_of_the_same_call_takes_another_in(any_house: House) -> None:
    call, officer = topic_call(any_house), any_house.officer.actor
    found = proposal(any_house, call)
    unfit = [
        found.id,
        proposal(any_house, call, ProposalStatus.ANSWERED).id,
        proposal(any_house, call, ProposalStatus.RECEIVED).id,
        proposal(any_house, topic_call(any_house, title="另一次")).id,
        999,
    ]
    for into in unfit:
        with pytest.raises(Refused, match="同一次征集中已公开"):
            topic_moderation.merge_topic(officer, found.id, stamp(found.id), into, receipt_url)
    assert row(found.id).status == "public"


# --- from the agency back to the public ------------------------------------------------------------------------------


def test_an_agency_takes_a_proposal_up_in_a_plan_that_is_filled_in(any_house: House) -> None:
    yearly = call_of(any_house)
    found = proposal(any_house, topic_call(any_house, call_id=yearly.id), contact="13800000000")
    officer, filer = any_house.officer.actor, any_house.filer.actor
    topic_moderation.assign_topic(
        officer, found.id, stamp(found.id), any_house.agency_id, link="https://open.example.gov.cn/agency/topics/1"
    )
    assert [line.id for line in topics_waiting(filer)] == [found.id]
    assert letters("topic.assigned") == ["filer@example.org"]
    code = topic_answers.adopt_topic(filer, found.id, stamp(found.id), "已纳入9月的开放活动。")
    made = db.session.scalars(select(Plan).where(Plan.code == code)).one()
    assert (made.status, made.theme, made.call_id) == ("draft", "自来水是怎样净化的", yearly.id)
    assert "想看自来水厂的净化过程和水质检测。" in made.content
    assert db.session.scalars(select(PlanVersion.author_id).where(PlanVersion.plan_id == made.id)).all() == [
        filer.user_id
    ]
    story = public_topics.topic_story(found.code, clock.now())
    assert (story.topic.stage.value, story.topic.answer) == ("under_way", "")

    topic_moderation.publish_topic_answer(officer, found.id, stamp(found.id), receipt_url)
    story = public_topics.topic_story(found.code, clock.now())
    assert (story.topic.stage.value, story.topic.answer) == ("preparing", "已纳入9月的开放活动。")
    assert letters("topic.answered") == ["13800000000"]
    assert list(findings()) == []


def test_a_proposal_joins_a_plan_that_is_there(any_house: House) -> None:
    going, gone = plan_in(PlanStatus.DRAFT, any_house), plan_in(PlanStatus.WITHDRAWN, any_house)
    other = plan_in(PlanStatus.DRAFT, any_house, agency_id=any_house.other_agency_id)
    found = proposal(any_house, topic_call(any_house), agency_id=any_house.agency_id)
    filer = any_house.filer.actor
    for unfit in (gone.code, other.code, "nowhere", "no\0where"):
        with pytest.raises(Refused, match="请选择承办单位正在办理的活动计划"):
            topic_answers.adopt_topic(filer, found.id, stamp(found.id), "已纳入。", unfit)
    assert topic_answers.adopt_topic(filer, found.id, stamp(found.id), "已纳入。", going.code) == going.code
    assert db.session.scalar(select(func.count(Plan.id))) == 3


def test_an_answer_without_a_plan_says_why_and_needs_other_eyes(any_house: House) -> None:
    found = proposal(any_house, topic_call(any_house))
    officer, second = any_house.officer.actor, any_house.second_officer.actor
    with pytest.raises(Refused, match="请填写答复"):
        topic_answers.draft_topic_answer(officer, found.id, stamp(found.id), Answer(Verdict.OTHER_WAY, " "))
    with pytest.raises(Refused, match="请选择办理结果"):
        topic_answers.draft_topic_answer(officer, found.id, stamp(found.id), Answer(Verdict.ADOPTED, "好"))
    topic_answers.draft_topic_answer(officer, found.id, stamp(found.id), NO)
    with pytest.raises(Forbidden, match="须由他人公开"):
        topic_moderation.publish_topic_answer(officer, found.id, stamp(found.id), receipt_url)
    topic_moderation.publish_topic_answer(second, found.id, stamp(found.id), receipt_url)
    assert public_topics.topic_story(found.code, clock.now()).topic.stage.value == "not_adopted"


def test_an_answer_comes_back_with_a_reason_and_a_plan_is_free_again(any_house: House) -> None:
    found = proposal(any_house, topic_call(any_house), agency_id=any_house.agency_id)
    officer, filer = any_house.officer.actor, any_house.filer.actor
    topic_answers.adopt_topic(filer, found.id, stamp(found.id), "已纳入。")
    with pytest.raises(Forbidden, match="等待政务公开办公开"):
        topic_answers.draft_topic_answer(filer, found.id, stamp(found.id), NO)
    topic_moderation.return_topic_answer(officer, found.id, stamp(found.id), "请写明大致时间。")
    page = topic_page(filer, found.id)
    assert (page.return_reason, page.plan, page.verdict) == ("请写明大致时间。", None, None)
    assert db.session.scalar(select(func.count()).select_from(TopicAdoption)) == 0
    topic_answers.draft_topic_answer(filer, found.id, stamp(found.id), NO)
    topic_moderation.publish_topic_answer(officer, found.id, stamp(found.id), receipt_url)
    topic_moderation.reopen_topic(officer, found.id, stamp(found.id), "条件已经具备。")
    story = public_topics.topic_story(found.code, clock.now())
    assert (story.topic.stage.value, story.topic.answer, story.milestones[0].note) == (
        "under_way",
        "",
        "条件已经具备。",
    )


def test_every_step_stands_in_the_ledger(any_house: House) -> None:
    found = proposal(any_house, topic_call(any_house), ProposalStatus.RECEIVED)
    officer, filer = any_house.officer.actor, any_house.filer.actor
    topic_moderation.accept_topic(officer, found.id, stamp(found.id), receipt_url)
    topic_moderation.assign_topic(
        officer, found.id, stamp(found.id), any_house.agency_id, link="https://open.example.gov.cn/agency/topics/1"
    )
    topic_answers.adopt_topic(filer, found.id, stamp(found.id), "已纳入。")
    topic_moderation.publish_topic_answer(officer, found.id, stamp(found.id), receipt_url)
    told = db.session.execute(
        select(AuditEvent.action, AuditEvent.actor_id)
        .where(AuditEvent.record_type == "topic", AuditEvent.record_id == found.id)
        .order_by(AuditEvent.id)
    )
    assert [tuple(line) for line in told] == [
        ("topic.accept", officer.user_id), ("topic.assign", officer.user_id), ("topic.adopt", filer.user_id),
        ("topic.publish", officer.user_id),
    ]  # fmt: skip


def test_the_contact_is_masked_on_every_desk(house: House) -> None:
    call = topic_call(house)
    phone = proposal(house, call, contact="13812345678", agency_id=house.agency_id)
    mail = proposal(house, call, contact="somebody@example.org")
    assert topic_page(house.officer.actor, phone.id).contact == "138****5678"
    assert topic_page(house.officer.actor, mail.id).contact == "s**@example.org"
    assert topic_page(house.filer.actor, phone.id).contact == ""


def test_the_desks_lists_ask_the_same_for_many_as_for_one(any_house: House) -> None:
    call = topic_call(any_house)
    numbers = []
    for batch in (1, 12):
        for _ in range(batch):
            proposal(any_house, call, agency_id=any_house.agency_id)
        db.session.expunge_all()
        officer = any_house.officer.actor
        with count_queries() as queries:
            topic_list(officer, topic_call_id=call.id)
            topic_call_list(officer, clock.now())
        numbers.append(len(queries))
    assert numbers[0] == numbers[1] <= 5


# --- topic calls -----------------------------------------------------------------------------------------------------


def draft(**changes: object) -> TopicCallDraft:
    now = clock.now()
    values = {"title": "想看什么", "wording": "", "opens_at": now, "closes_at": now + timedelta(days=9), **changes}
    return TopicCallDraft(**values)  # type: ignore[arg-type]


def test_a_topic_call_is_opened_changed_and_ended(any_house: House) -> None:
    officer = any_house.officer.actor
    id_ = topic_calls.open_topic_call(officer, draft())
    found = db.session.get_one(TopicCall, id_)
    seen = call_stamp(found)
    topic_calls.change_topic_call(officer, id_, draft(title="您想看什么"), stamp=seen)
    with pytest.raises(ChangedByAnother):
        topic_calls.change_topic_call(officer, id_, draft(title="第三个标题"), stamp=seen)
    topic_calls.end_topic_call(officer, id_)
    with pytest.raises(Conflict, match="已经结束"):
        topic_calls.end_topic_call(officer, id_)
    assert public_topics.asked_topics(clock.now())[0].phase.value == "closed"


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"title": " "}, "title"), ({"wording": "字" * 5001}, "wording"), ({"call_id": 999}, "call")],
)
def test_a_topic_call_that_cannot_be_kept(house: House, changes: dict[str, object], field: str) -> None:
    with pytest.raises(Refused) as refused:
        topic_calls.open_topic_call(house.officer.actor, draft(**changes))
    assert refused.value.field == field


@pytest.mark.parametrize("hours", [(0, -1), (-3, -2), (2, 2)])
def test_a_topic_call_ends_after_it_begins_and_not_in_the_past(house: House, hours: tuple[int, int]) -> None:
    now = clock.now()
    opens, closes = (now + timedelta(hours=each) for each in hours)
    with pytest.raises(Refused) as refused:
        topic_calls.open_topic_call(house.officer.actor, draft(opens_at=opens, closes_at=closes))
    assert refused.value.field == "closes_at"


def test_who_may_open_topic_calls(any_house: House) -> None:
    for nobody in (any_house.filer, any_house.reviewer, any_house.auditor, any_house.admin):
        with pytest.raises(Forbidden):
            topic_calls.open_topic_call(nobody.actor, draft())
    id_ = topic_calls.open_topic_call(any_house.officer.actor, draft())
    with pytest.raises(Duplicate):
        topic_calls.open_topic_call(any_house.second_officer.actor, draft())
    with pytest.raises(NotFound):
        topic_calls.end_topic_call(any_house.far_officer.actor, id_)


def test_the_home_page_hears_of_a_call_when_it_opens_and_closes(any_house: House) -> None:
    now = clock.now()
    soon = now + timedelta(hours=2)
    topic_call(any_house, title="在办", closes_at=now + timedelta(hours=5))
    topic_call(any_house, title="将来", opens_at=soon)
    asked = public_topics.asked_now(now)
    assert ([call.title for call in asked.calls], _minute(asked.until)) == (["在办"], _minute(soon))


def _minute(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M}" if moment else ""
