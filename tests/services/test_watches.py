"""Residents ask to be told, prove their address, hear of every change of time and place once, and are forgotten."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
import vobject
from flask import Flask
from sqlalchemy import func, select

from openday import clock, vault
from openday.db import db, use_case
from openday.documents.calendar_feed import feed_bytes
from openday.errors import Closed, NotFound, Refused
from openday.models.activities import Activity, ActivityChange, ActivityWatch
from openday.models.ledger import AuditEvent, Message
from openday.models.occurrences import Occurrence
from openday.queries.watches import watch
from openday.rules.plan_text import PLAN_FIELDS, PlanText
from openday.rules.states import Channel, OccurrenceStatus, SignupMode
from openday.rules.wording import span_text
from openday.services.messages import claim_messages
from openday.services.occurrences import (
    Schedule,
    Seating,
    cancel_occurrence,
    change_occurrence,
    confirm_occurrence,
    propose_occurrence,
    schedule_occurrence,
)
from openday.services.postponements import NewTime, postpone_occurrence, resume_occurrence
from openday.services.publications import cancel_activity, correct_publication
from openday.services.seat_changes import change_capacity
from openday.services.watches import WatchWish, ask_to_be_told, confirm_watch, end_watch, forget_watches
from tests.factories.activities import page_url, published_activity, ticket_url
from tests.factories.occurrences import open_occurrence
from tests.factories.people import House
from tests.factories.watches import watcher
from tests.support.queries import count_queries

SEATS = [Seating("市民", 20)]
ADDRESS = "zhou@example.org"


def afternoon(days: int = 40) -> Schedule:
    start = (clock.now() + timedelta(days=days)).replace(hour=14, minute=0, second=0, microsecond=0)
    return Schedule(start, start + timedelta(hours=2), "一楼大厅", SignupMode.FIRST_COME)


def ask(code: str, address: str = ADDRESS, *, sms: bool = False) -> None:
    ask_to_be_told(code, WatchWish(address, consent=True), page_url=page_url, sms=sms)


def watches() -> Sequence[ActivityWatch]:
    return db.session.scalars(select(ActivityWatch).order_by(ActivityWatch.id)).all()


def letters(kind: str = "watch.news") -> Sequence[Message]:
    return db.session.scalars(select(Message).where(Message.kind == kind).order_by(Message.id)).all()


def test_an_address_is_written_to_once_with_its_link_and_told_nothing_before_it_confirms(any_house: House) -> None:
    activity = published_activity(any_house)
    ask(activity.code, " Zhou@Example.ORG ")
    (held,), (letter,) = watches(), letters("watch.confirm")
    assert (letter.recipient, letter.channel) == ("Zhou@example.org", Channel.EMAIL.value)
    assert f"{page_url(activity.code)}/watches/{held.code}" in (letter.body or "")
    schedule_occurrence(any_house.officer.actor, activity.code, afternoon(), SEATS, page_url=page_url)
    assert letters() == []


def test_the_address_is_sealed_in_the_table_and_found_by_a_keyed_hash(any_house: House) -> None:
    activity = published_activity(any_house)
    ask(activity.code)
    raw = db.session.connection().exec_driver_sql("SELECT recipient, recipient_hash FROM activity_watches").one()
    assert ADDRESS.encode() not in bytes(raw[0]) and raw[1] == vault.blind_index(ADDRESS, "watch")
    assert watches()[0].consent_version


def test_one_watch_for_an_address_and_an_activity_and_three_mails_a_day_at_most(any_house: House) -> None:
    first, second = published_activity(any_house), published_activity(any_house, theme="走进水厂")
    for _ in range(3):
        ask(first.code)
    ask(second.code)
    assert len(watches()) == 2
    assert len(letters("watch.confirm")) == 3
    with clock.shifted_by(timedelta(days=1, minutes=1)):
        ask(second.code)
    assert len(letters("watch.confirm")) == 4


def test_whoever_confirmed_hears_when_the_time_is_fixed_with_time_place_and_calendar(any_house: House) -> None:
    activity = published_activity(any_house)
    ask(activity.code)
    confirm_watch(activity.code, watches()[0].code)
    when = afternoon()
    schedule_occurrence(any_house.officer.actor, activity.code, when, SEATS, page_url=page_url)
    (letter,) = letters()
    page, body = page_url(activity.code), letter.body or ""
    assert (letter.recipient, letter.subject) == (ADDRESS, "时间确定：走进图书馆")
    assert f"{span_text(when.starts_at, when.ends_at)}，一楼大厅" in body
    assert f"{page}/calendar.ics" in body and f"{page}/watches/{watches()[0].code}" in body
    assert ADDRESS not in body


def test_three_occurrences_fixed_in_a_row_make_one_message_that_names_them_all(any_house: House) -> None:
    activity = published_activity(any_house)
    watcher(activity)
    for days in (40, 41, 42):
        schedule_occurrence(any_house.officer.actor, activity.code, afternoon(days), SEATS, page_url=page_url)
    (letter,) = letters()
    assert [f"第{n}场：" in (letter.body or "") for n in (1, 2, 3)] == [True] * 3
    assert claim_messages() == []
    with clock.shifted_by(timedelta(minutes=6)):
        assert [claimed.id for claimed in claim_messages()] == [letter.id]
        change_occurrence(
            any_house.officer.actor, _code_of_first(activity), replace(afternoon(50), venue="二楼展厅"),
            page_url=page_url, ticket_url=ticket_url,
        )  # fmt: skip
    assert [letter.subject for letter in letters()] == ["时间确定：走进图书馆", "安排变更：走进图书馆"]


def _code_of_first(activity: Activity) -> str:
    return db.session.scalars(
        select(Occurrence.code).where(Occurrence.activity_id == activity.id, Occurrence.number == 1)
    ).one()


MOVED = {"venue": "二楼展厅"}, {"starts_at": timedelta(hours=-1)}
SAME_TIME_AND_PLACE = {"party_limit": 2}, {"waitlist": False}


@pytest.mark.parametrize("change", [*MOVED, *SAME_TIME_AND_PLACE])
def test_a_new_time_or_place_is_told_and_nothing_else(house: House, change: dict[str, Any]) -> None:
    activity = published_activity(house)
    plain = afternoon()
    code = schedule_occurrence(house.officer.actor, activity.code, plain, SEATS, page_url=page_url)
    watcher(activity)
    values = {
        name: getattr(plain, name) + value if isinstance(value, timedelta) else value for name, value in change.items()
    }
    new = replace(plain, **values)
    change_occurrence(house.officer.actor, code, new, page_url=page_url, ticket_url=ticket_url)
    assert [letter.subject for letter in letters()] == (["安排变更：走进图书馆"] if change in MOVED else [])


def test_more_seats_are_nothing_to_be_told_of(house: House) -> None:
    activity = published_activity(house)
    occurrence = open_occurrence(activity)
    watcher(activity)
    change_capacity(house.officer.actor, occurrence.code, {occurrence.quotas[0].id: 99}, page_url=page_url)
    assert letters() == []


def test_a_corrected_period_is_told_a_corrected_content_is_not(house: House) -> None:
    activity = published_activity(house)
    watcher(activity)
    text = PlanText(**{name: getattr(activity, name) for name in PLAN_FIELDS})
    correct_publication(house.officer.actor, activity.code, replace(text, content="改过的内容"), page_url=page_url)
    assert letters() == []
    later = activity.time_text.replace("上旬", "下旬")
    correct_publication(
        house.officer.actor, activity.code, replace(text, content="改过的内容", time_text=later), page_url=page_url
    )
    (letter,) = letters()
    assert letter.subject == "安排变更：走进图书馆" and f"时间：{later}（时间待定）" in (letter.body or "")


def test_a_cancelled_occurrence_and_a_cancelled_activity_are_told_with_the_reason(house: House) -> None:
    activity = published_activity(house)
    one, _two = open_occurrence(activity), open_occurrence(activity, starts_in=timedelta(days=9))
    watcher(activity)
    officer = house.officer.actor
    cancel_occurrence(officer, one.code, "场地检修", page_url=page_url, ticket_url=ticket_url)
    assert [(letter.subject, "场地检修" in (letter.body or "")) for letter in letters()] == [
        ("场次取消：走进图书馆", True)
    ]
    cancel_activity(officer, activity.code, "天气原因", page_url=page_url, ticket_url=ticket_url)
    (letter,) = letters()
    assert letter.subject == "活动取消：走进图书馆" and "天气原因" in (letter.body or "")


def test_mobile_numbers_are_taken_where_messages_can_be_sent(house: House) -> None:
    activity = published_activity(house)
    with pytest.raises(Refused, match="电子邮箱"):
        ask(activity.code, "13800000000")
    ask(activity.code, "１３８ 0000-0000", sms=True)
    ask(activity.code, "+86 138 0000 0000", sms=True)
    (held,) = watches()
    assert (held.recipient, held.channel) == ("13800000000", Channel.SMS.value)
    confirm_watch(activity.code, held.code)
    schedule_occurrence(house.officer.actor, activity.code, afternoon(), SEATS, page_url=page_url)
    (letter,) = letters()
    assert letter.channel == Channel.SMS.value and "退订：" in (letter.body or "")


@pytest.mark.parametrize("address", [
    "", "  \u200b", "zhou", "zhou@", "@example.org", "a b@example.org", "周@例子.中国", "zhou@@example.org",
    "zhou@example.org\r\nBcc: x@example.org", "a@b.c" * 60,
])  # fmt: skip
def test_what_is_no_address_is_refused_at_its_field(house: House, address: str) -> None:
    activity = published_activity(house)
    with pytest.raises(Refused) as refused:
        ask(activity.code, address)
    assert refused.value.field == "address"
    assert watches() == []


def test_nothing_is_kept_without_consent_or_for_what_is_over(house: House) -> None:
    activity = published_activity(house)
    with pytest.raises(Refused) as refused:
        ask_to_be_told(activity.code, WatchWish(ADDRESS, consent=False), page_url=page_url)
    assert refused.value.field == "consent"
    over = published_activity(house, theme="已经结束", first_day=date(2026, 3, 2))
    with pytest.raises(Closed):
        ask(over.code)
    with pytest.raises(NotFound):
        ask("nowhere")
    assert watches() == []


def test_ending_a_watch_deletes_the_address_and_everything_sent_to_it(any_house: House) -> None:
    activity = published_activity(any_house)
    ask(activity.code)
    code = watches()[0].code
    confirm_watch(activity.code, code)
    confirm_watch(activity.code, code)
    schedule_occurrence(any_house.officer.actor, activity.code, afternoon(), SEATS, page_url=page_url)
    with pytest.raises(NotFound):
        end_watch("elsewhere", code)
    end_watch(activity.code, code)
    assert (watches(), letters(), letters("watch.confirm")) == ([], [], [])
    with pytest.raises(NotFound):
        watch(activity.code, code)
    acts = list(db.session.scalars(select(AuditEvent.action).order_by(AuditEvent.id)))
    assert [act for act in acts if act.startswith("watch.")] == ["watch.ask", "watch.confirm", "watch.end"]


def test_addresses_go_when_the_activity_is_over_and_when_nobody_confirmed(any_house: House) -> None:
    coming, over = published_activity(any_house), published_activity(any_house, theme="已经结束")
    watcher(coming)
    watcher(over)
    ask(coming.code)
    _set_last_day(over, clock.today() - timedelta(days=4))
    assert forget_watches() == 1
    assert {held.activity_id for held in watches()} == {coming.id}
    with clock.shifted_by(timedelta(days=4)):
        assert forget_watches() == 0  # its confirmation still waits in the outbox
        _send_everything()
        assert forget_watches() == 1
    assert [held.confirmed_at is not None for held in watches()] == [True]


def test_what_is_put_off_keeps_its_watchers(house: House) -> None:
    activity = published_activity(house)
    watcher(activity)
    _set_last_day(activity, clock.today() - timedelta(days=30), postpone_reason="场地检修")
    assert forget_watches() == 0
    ask(activity.code)


@use_case
def _put_off(activity: Activity) -> None:
    occurrence = db.session.scalars(select(Occurrence).where(Occurrence.activity_id == activity.id)).one()
    occurrence.status = OccurrenceStatus.POSTPONED.value


def test_an_occurrence_put_off_keeps_the_watchers_of_one_that_was_held_but_nobody_longer_than_a_year(
    house: House,
) -> None:
    activity = published_activity(house)
    open_occurrence(activity, starts_in=timedelta(days=2))
    watcher(activity)
    _put_off(activity)
    _set_last_day(activity, clock.today() - timedelta(days=30))
    assert forget_watches() == 0
    ask(activity.code)
    _send_everything()
    confirm_watch(activity.code, watches()[1].code)
    with clock.shifted_by(timedelta(days=364)):
        assert forget_watches() == 0
    with clock.shifted_by(timedelta(days=366)):
        assert forget_watches() == 2


def test_a_postponement_and_the_new_time_are_told(house: House) -> None:
    activity = published_activity(house)
    code = schedule_occurrence(house.officer.actor, activity.code, afternoon(), SEATS, page_url=page_url)
    watcher(activity)
    officer = house.officer.actor
    postpone_occurrence(officer, code, "场地检修", page_url=page_url, ticket_url=ticket_url)
    (letter,) = letters()
    assert letter.subject == "延期举办：走进图书馆" and "新的时间待定" in (letter.body or "")
    assert _calendar(activity.code) == [(activity.uid, "2", "CANCELLED")]
    later = afternoon(60)
    new = NewTime(later.starts_at, later.ends_at, "二楼展厅")
    resume_occurrence(officer, code, new, page_url=page_url, ticket_url=ticket_url)
    (letter,) = letters()
    assert letter.subject == "时间确定：走进图书馆"
    assert f"{span_text(later.starts_at, later.ends_at)}，二楼展厅" in (letter.body or "")
    assert _calendar(activity.code) == [(activity.uid, "3", "CONFIRMED")]


@use_case
def _set_last_day(activity: Activity, day: date, postpone_reason: str = "") -> None:
    row = db.session.get_one(Activity, activity.id)
    row.first_day = row.last_day = day
    row.postpone_reason = postpone_reason


@use_case
def _send_everything() -> None:
    for message in db.session.scalars(select(Message)):
        message.status = "sent"


def test_the_same_address_asked_sixteen_times_at_once_is_one_watch(any_app: Flask, any_house: House) -> None:
    code = published_activity(any_house).code
    db.session.remove()

    def once(_number: int) -> None:
        with any_app.app_context():
            ask(code)
            db.session.remove()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(once, range(16)))
    assert (len(watches()), len(letters("watch.confirm"))) == (1, 3)


def test_two_thousand_watchers_cost_no_more_statements_than_two(house: House) -> None:
    few, many = published_activity(house), published_activity(house, theme="走进水厂")
    watcher(few, 2)
    watcher(many, 2000)
    spent = []
    for activity in (few, many):
        with count_queries() as statements:
            schedule_occurrence(house.officer.actor, activity.code, afternoon(), SEATS, page_url=page_url)
        spent.append(len(statements))
    assert db.session.scalar(select(func.count()).select_from(Message)) == 2002
    assert spent[1] - spent[0] <= 2


def test_from_the_middle_of_a_month_to_the_minute_with_one_identity(any_house: House) -> None:
    """9月中旬 is proposed by the agency, confirmed by the office, moved: same page, same UID, each step in public."""
    activity = published_activity(any_house)
    watcher(activity)
    code, uid = activity.code, activity.uid
    proposal = propose_occurrence(any_house.filer.actor, code, afternoon(), SEATS)
    assert _calendar(code) == [(uid, "0", "TENTATIVE")]
    assert (_history(code), letters()) == (["活动发布"], [])
    confirm_occurrence(any_house.officer.actor, proposal, page_url=page_url)
    assert _calendar(code) == [(uid, "1", "CONFIRMED")]
    moved = replace(afternoon(45), venue="二楼展厅")
    change_occurrence(any_house.officer.actor, proposal, moved, page_url=page_url, ticket_url=ticket_url)
    assert _calendar(code) == [(uid, "2", "CONFIRMED")]
    old, new = (span_text(each.starts_at, each.ends_at) for each in (afternoon(), moved))
    assert _history(code) == [
        "活动发布",
        f"时间确定为{old}，地点：一楼大厅",
        f"第1场时间由{old}改为{new}；地点由“一楼大厅”改为“二楼展厅”",
    ]
    (letter,) = letters()
    assert f"{new}，二楼展厅" in (letter.body or "")


def _calendar(code: str) -> list[tuple[str, str, str]]:
    stored = db.session.scalars(select(Activity.event_bytes).where(Activity.code == code)).one()
    events = vobject.readOne(feed_bytes("测试", [stored]).decode()).contents["vevent"]
    return [(event.uid.value, event.sequence.value, event.status.value) for event in events]


def _history(code: str) -> list[str]:
    lines = select(ActivityChange.text).join(Activity).where(Activity.code == code)
    return list(db.session.scalars(lines.order_by(ActivityChange.id)))
