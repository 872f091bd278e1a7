"""A plan on record becomes public, is corrected and cancelled; its calendar entry keeps its identity throughout."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
import vobject
from flask import Flask
from sqlalchemy import select

from openday import clock
from openday.db import db
from openday.documents.calendar_feed import feed_bytes
from openday.errors import ChangedByAnother, Conflict, Forbidden, NotFound, Refused
from openday.models.activities import Activity, ActivityChange, Revision
from openday.models.ledger import AuditEvent, Message
from openday.models.occurrences import Occurrence
from openday.models.plans import Plan
from openday.rules.plan_text import PLAN_FIELDS, PlanText
from openday.rules.states import RegistrationStatus, SignupMode
from openday.services.publications import cancel_activity, correct_publication, publish_plan
from tests.factories.activities import page_url, plan_on_record, published_activity, ticket_url
from tests.factories.occurrences import open_occurrence, put_on_list
from tests.factories.people import House


def activity_of(code: str) -> Activity:
    return db.session.scalars(select(Activity).where(Activity.code == code)).one()


def history(code: str) -> list[tuple[str, str]]:
    lines = select(ActivityChange.kind, ActivityChange.text).join(Activity).where(Activity.code == code)
    return [(kind, text) for kind, text in db.session.execute(lines.order_by(ActivityChange.id))]


def events(code: str) -> list[vobject.base.Component]:
    """The activity's entries as a calendar that is not ours reads them."""
    feed = feed_bytes("测试", [activity_of(code).event_bytes]).decode()
    return list(vobject.readOne(feed).contents.get("vevent", []))


def text_of(code: str, **changes: str) -> PlanText:
    activity = activity_of(code)
    return PlanText(**{**{name: getattr(activity, name) for name in PLAN_FIELDS}, **changes})


def test_publishing_copies_the_text_and_the_period(any_house: House) -> None:
    plan = plan_on_record(any_house, theme="走进图书馆", first_day=date(2027, 9, 11), last_day=date(2027, 9, 20))
    activity = activity_of(publish_plan(any_house.officer.actor, plan.code, page_url))
    assert {name: getattr(activity, name) for name in PLAN_FIELDS} == {
        name: getattr(plan, name) for name in PLAN_FIELDS
    }
    assert (activity.first_day, activity.last_day) == (date(2027, 9, 11), date(2027, 9, 20))
    assert activity.vague
    assert db.session.get_one(Plan, plan.id).status == "published"
    assert history(activity.code) == [("published", "活动发布")]


def test_a_vague_activity_is_a_tentative_span_of_whole_days(any_house: House) -> None:
    plan = plan_on_record(any_house, theme="走进图书馆", first_day=date(2027, 9, 11), last_day=date(2027, 9, 20))
    code = publish_plan(any_house.officer.actor, plan.code, page_url)
    (event,) = events(code)
    assert event.uid.value == activity_of(code).uid
    assert event.sequence.value == "0"
    assert event.status.value == "TENTATIVE"
    assert (event.dtstart.value, event.dtend.value) == (date(2027, 9, 11), date(2027, 9, 21))
    assert event.url.value == page_url(code)


def test_the_sign_up_mode_follows_the_text_unless_the_officer_says_otherwise(any_house: House) -> None:
    officer = any_house.officer.actor
    closed = plan_on_record(any_house, signup_text="")
    free = plan_on_record(any_house, signup_text="无需报名")
    chosen = plan_on_record(any_house, signup_text="")
    assert activity_of(publish_plan(officer, closed.code, page_url)).signup_mode == "closed"
    assert activity_of(publish_plan(officer, free.code, page_url)).signup_mode == "open_door"
    code = publish_plan(officer, chosen.code, page_url, SignupMode.FIRST_COME)
    assert activity_of(code).signup_mode == "first_come"


def test_whoever_wrote_the_text_cannot_publish_it(any_house: House) -> None:
    plan = plan_on_record(any_house, author=any_house.officer)
    with pytest.raises(Forbidden, match="自己填写的内容须由他人审核"):
        publish_plan(any_house.officer.actor, plan.code, page_url)
    assert db.session.scalars(select(Activity)).all() == []
    publish_plan(any_house.second_officer.actor, plan.code, page_url)


def test_a_plan_is_published_once(any_house: House) -> None:
    plan = plan_on_record(any_house)
    publish_plan(any_house.officer.actor, plan.code, page_url)
    with pytest.raises(Conflict):
        publish_plan(any_house.second_officer.actor, plan.code, page_url)
    assert len(db.session.scalars(select(Activity)).all()) == 1


@pytest.mark.parametrize("who", ["filer", "other_filer", "reviewer", "far_officer", "auditor"])
def test_only_an_officer_of_the_district_publishes(any_house: House, who: str) -> None:
    plan = plan_on_record(any_house)
    with pytest.raises(NotFound):
        publish_plan(getattr(any_house, who).actor, plan.code, page_url)
    assert db.session.get_one(Plan, plan.id).status == "on_record"


def test_a_correction_changes_the_public_text_and_not_the_plan(any_house: House) -> None:
    plan = plan_on_record(any_house)
    code = publish_plan(any_house.officer.actor, plan.code, page_url)
    uid = activity_of(code).uid
    new = text_of(code, venue="云溪区图书馆二楼报告厅", content="参观采编。\n听取意见。")
    correct_publication(any_house.officer.actor, code, new, page_url=page_url, note="一楼装修。")
    activity = activity_of(code)
    assert activity.venue == "云溪区图书馆二楼报告厅"
    assert db.session.get_one(Plan, plan.id).venue == "云溪区图书馆一楼大厅"
    assert history(code)[1] == (
        "changed",
        "开展地点由“云溪区图书馆一楼大厅”改为“云溪区图书馆二楼报告厅”；更正活动内容。说明：一楼装修",
    )
    (event,) = events(code)
    assert (event.uid.value, event.sequence.value, event.location.value) == (uid, "1", "云溪区图书馆二楼报告厅")


def test_a_vague_time_may_be_told_more_exactly(any_house: House) -> None:
    code = published_activity(any_house, first_day=date(2027, 9, 1), last_day=date(2027, 9, 30)).code
    correct_publication(any_house.officer.actor, code, text_of(code, time_text="9月中旬"), page_url=page_url)
    activity = activity_of(code)
    assert (activity.first_day, activity.last_day, activity.vague) == (date(2027, 9, 11), date(2027, 9, 20), True)
    (event,) = events(code)
    assert event.dtstart.value == date(2027, 9, 11)


def test_nothing_different_is_no_correction(any_house: House) -> None:
    code = published_activity(any_house).code
    before = activity_of(code).event_bytes
    with pytest.raises(Refused, match="没有改动"):
        correct_publication(any_house.officer.actor, code, text_of(code), page_url=page_url)
    assert (activity_of(code).sequence, activity_of(code).event_bytes) == (0, before)
    assert len(history(code)) == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"theme": " \u200b "}, "theme"),
        ({"theme": "长" * 201}, "theme"),
        ({"content": ""}, "content"),
        ({"contact_phone": "0" * 201}, "contact_phone"),
    ],
)
def test_a_bad_text_is_refused_at_its_field(any_house: House, changes: dict[str, str], field: str) -> None:
    code = published_activity(any_house).code
    with pytest.raises(Refused) as refused:
        correct_publication(any_house.officer.actor, code, text_of(code, **changes), page_url=page_url)
    assert refused.value.field == field
    assert activity_of(code).sequence == 0


def test_the_second_of_two_editors_is_told(any_house: House) -> None:
    code = published_activity(any_house).code
    mine, theirs = text_of(code, venue="二楼"), text_of(code, venue="三楼")
    correct_publication(any_house.officer.actor, code, mine, page_url=page_url, seen=0)
    with pytest.raises(ChangedByAnother):
        correct_publication(any_house.second_officer.actor, code, theirs, page_url=page_url, seen=0)
    assert activity_of(code).venue == "二楼"


def test_cancelling_reaches_calendars_history_and_everybody_on_the_lists(any_house: House) -> None:
    activity = published_activity(any_house, theme="走进水厂")
    first, second = open_occurrence(activity), open_occurrence(activity)
    put_on_list(first, email="chen@example.org")
    put_on_list(second, phone="13800000002", status=RegistrationStatus.WAITLISTED)
    put_on_list(second, phone="13800000003", status=RegistrationStatus.CANCELLED)
    told = cancel_activity(
        any_house.officer.actor, activity.code, "设备检修。", page_url=page_url, ticket_url=ticket_url
    )
    assert told == 2
    cancelled = activity_of(activity.code)
    assert (cancelled.status, cancelled.cancel_reason, cancelled.sequence) == ("cancelled", "设备检修", 1)
    assert {row.status for row in db.session.scalars(select(Occurrence))} == {"cancelled"}
    assert [event.status.value for event in events(activity.code)] == ["CANCELLED", "CANCELLED"]
    assert [event.sequence.value for event in events(activity.code)] == ["1", "1"]
    assert history(activity.code)[-1] == ("cancelled", "活动取消。原因：设备检修")
    messages = db.session.scalars(select(Message).order_by(Message.id)).all()
    assert [(row.channel, row.recipient) for row in messages] == [("email", "chen@example.org"), ("sms", "13800000002")]
    assert all("原因：设备检修。" in (row.body or "") for row in messages)
    assert db.session.scalars(select(Plan.status)).one() == "cancelled"


def test_a_vague_activity_can_be_cancelled_too(any_house: House) -> None:
    activity = published_activity(any_house)
    cancel_activity(any_house.officer.actor, activity.code, "场馆关闭", page_url=page_url, ticket_url=ticket_url)
    (event,) = events(activity.code)
    assert (event.uid.value, event.status.value, event.sequence.value) == (activity.uid, "CANCELLED", "1")


def test_what_was_held_stays_held(any_house: House) -> None:
    activity = published_activity(any_house)
    held = open_occurrence(activity, starts_in=timedelta(days=-3))
    open_occurrence(activity)
    cancel_activity(any_house.officer.actor, activity.code, "场馆关闭", page_url=page_url, ticket_url=ticket_url)
    assert db.session.get_one(Occurrence, held.id).status == "scheduled"
    assert [event.status.value for event in events(activity.code)] == ["CONFIRMED", "CANCELLED"]


def test_an_activity_that_is_over_is_not_cancelled(any_house: House) -> None:
    activity = published_activity(any_house)
    open_occurrence(activity, starts_in=timedelta(days=-3))
    with pytest.raises(Conflict):
        cancel_activity(any_house.officer.actor, activity.code, "场馆关闭", page_url=page_url, ticket_url=ticket_url)
    assert activity_of(activity.code).status == "published"


@pytest.mark.parametrize("reason", ["", " \n\u200b ", "长" * 501])
def test_a_cancellation_says_why(any_house: House, reason: str) -> None:
    activity = published_activity(any_house)
    with pytest.raises(Refused) as refused:
        cancel_activity(any_house.officer.actor, activity.code, reason, page_url=page_url, ticket_url=ticket_url)
    assert refused.value.field == "reason"
    assert activity_of(activity.code).status == "published"


def test_nothing_happens_to_a_cancelled_activity(any_house: House) -> None:
    activity = published_activity(any_house)
    cancel_activity(any_house.officer.actor, activity.code, "场馆关闭", page_url=page_url, ticket_url=ticket_url)
    acts: list[Callable[[], object]] = [
        lambda: cancel_activity(
            any_house.officer.actor, activity.code, "再次", page_url=page_url, ticket_url=ticket_url
        ),
        lambda: correct_publication(
            any_house.officer.actor, activity.code, text_of(activity.code, venue="别处"), page_url=page_url
        ),
    ]
    for act in acts:
        with pytest.raises(Conflict):
            act()
    assert activity_of(activity.code).sequence == 1


def test_every_public_change_raises_the_calendars_revision(any_house: House) -> None:
    plan = plan_on_record(any_house)
    code = publish_plan(any_house.officer.actor, plan.code, page_url)
    assert db.session.get_one(Revision, "calendar").value == 1
    correct_publication(any_house.officer.actor, code, text_of(code, venue="二楼"), page_url=page_url)
    assert db.session.get_one(Revision, "calendar", populate_existing=True).value == 2


def test_every_act_leaves_one_line_in_the_ledger(any_house: House) -> None:
    officer = any_house.officer.actor
    code = publish_plan(officer, plan_on_record(any_house).code, page_url)
    correct_publication(officer, code, text_of(code, venue="二楼"), page_url=page_url)
    cancel_activity(officer, code, "场馆关闭", page_url=page_url, ticket_url=ticket_url)
    lines = db.session.scalars(select(AuditEvent.action).order_by(AuditEvent.id)).all()
    assert lines == ["plan.publish", "activity.correct", "plan.cancel"]


def test_a_change_later_carries_a_later_stamp(any_app: Flask, any_house: House) -> None:
    code = published_activity(any_house).code
    before = events(code)[0].dtstamp.value
    with clock.shifted_by(timedelta(hours=3)):
        correct_publication(any_house.officer.actor, code, text_of(code, venue="二楼"), page_url=page_url)
    after = events(code)[0].dtstamp.value
    assert timedelta(hours=3) <= after - before < timedelta(hours=3, minutes=1)
