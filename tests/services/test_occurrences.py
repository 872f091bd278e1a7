"""A vague activity firms up to occurrences, keeps its identity, and tells people what has changed."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

import pytest
import vobject
from flask import Flask
from sqlalchemy import select

from openday import clock
from openday.db import db
from openday.documents.calendar_feed import feed_bytes
from openday.errors import ChangedByAnother, Conflict, NotFound, Refused
from openday.models.activities import Activity, ActivityChange, Revision
from openday.models.ledger import AuditEvent, Message
from openday.models.occurrences import Occurrence, Quota
from openday.rules.permissions import Actor
from openday.rules.states import OccurrenceStatus, SignupMode
from openday.rules.wording import span_text
from openday.services.occurrences import (
    Schedule,
    Seating,
    cancel_occurrence,
    change_occurrence,
    confirm_occurrence,
    decline_proposal,
    propose_occurrence,
    propose_occurrences,
    schedule_occurrence,
)
from openday.services.seat_changes import change_capacity
from tests.factories.activities import page_url, published_activity, ticket_url
from tests.factories.occurrences import open_occurrence, put_on_list
from tests.factories.people import House

SEATS = [Seating("市民", 20), Seating("企业", 10)]


def in_days(days: int, hour: int = 14) -> datetime:
    return (clock.now() + timedelta(days=days)).replace(hour=hour, minute=0, second=0, microsecond=0)


def afternoon(days: int = 10) -> Schedule:
    return Schedule(in_days(days), in_days(days, 16), "一楼大厅", SignupMode.FIRST_COME)


def activity_of(code: str) -> Activity:
    return db.session.scalars(select(Activity).where(Activity.code == code)).one()


def occurrence_of(code: str) -> Occurrence:
    return db.session.scalars(select(Occurrence).where(Occurrence.code == code)).one()


def last_line(code: str) -> tuple[str, str]:
    lines = select(ActivityChange.kind, ActivityChange.text).join(Activity).where(Activity.code == code)
    kind, text = db.session.execute(lines.order_by(ActivityChange.id.desc())).first() or ("", "")
    return kind, text


def revision() -> int:
    """How many public changes the calendar has seen."""
    return db.session.get_one(Revision, "calendar", populate_existing=True).value


def events(code: str) -> list[vobject.base.Component]:
    """The activity's entries as a calendar that is not ours reads them."""
    feed = feed_bytes("测试", [activity_of(code).event_bytes]).decode()
    return list(vobject.readOne(feed).contents.get("vevent", []))


def test_firming_up_keeps_page_and_uid(any_house: House) -> None:
    activity = published_activity(any_house)
    code, uid = activity.code, activity.uid
    schedule_occurrence(any_house.officer.actor, code, afternoon(), SEATS, page_url=page_url)
    firm = activity_of(code)
    assert (firm.uid, firm.vague, firm.sequence) == (uid, False, 1)
    when = span_text(in_days(10), in_days(10, 16))
    assert last_line(code) == ("firmed_up", f"时间确定为{when}，地点：一楼大厅")
    (event,) = events(code)
    assert (event.uid.value, event.status.value, event.sequence.value) == (uid, "CONFIRMED", "1")
    assert (event.dtstart.value, event.dtend.value) == (in_days(10), in_days(10, 16))
    assert event.url.value == page_url(code)
    assert (firm.first_day, firm.last_day) == (in_days(10).date(), in_days(10).date())


def test_further_occurrences_get_uids_of_their_own(any_house: House) -> None:
    activity = published_activity(any_house)
    for days in (10, 11, 12):
        schedule_occurrence(any_house.officer.actor, activity.code, afternoon(days), SEATS, page_url=page_url)
    host = activity.uid.removesuffix("@openday")
    assert [event.uid.value for event in events(activity.code)] == [
        f"{host}@openday",
        f"{host}-2@openday",
        f"{host}-3@openday",
    ]
    assert [event.sequence.value for event in events(activity.code)] == ["3", "3", "3"]
    assert last_line(activity.code)[1].startswith("增加第3场，时间确定为")
    assert activity_of(activity.code).last_day == in_days(12).date()


def test_quotas_stand_in_the_order_given(any_house: House) -> None:
    activity = published_activity(any_house)
    code = schedule_occurrence(any_house.officer.actor, activity.code, afternoon(), SEATS, page_url=page_url)
    quotas = [(q.position, q.name, q.capacity, q.taken) for q in occurrence_of(code).quotas]
    assert quotas == [(1, "市民", 20, 0), (2, "企业", 10, 0)]


def test_a_proposal_is_not_public(any_house: House) -> None:
    activity = published_activity(any_house)
    before, seen = activity.event_bytes, revision()
    code = propose_occurrence(any_house.filer.actor, activity.code, afternoon(), SEATS)
    assert (occurrence_of(code).status, occurrence_of(code).number) == ("proposed", None)
    untouched = activity_of(activity.code)
    assert (untouched.vague, untouched.sequence, untouched.event_bytes) == (True, 0, before)
    assert last_line(activity.code) == ("published", "活动发布")
    assert revision() == seen


def test_confirming_a_proposal_firms_the_activity_up(any_house: House) -> None:
    activity = published_activity(any_house)
    declined = propose_occurrence(any_house.filer.actor, activity.code, afternoon(9), SEATS)
    code = propose_occurrence(any_house.filer.actor, activity.code, afternoon(), SEATS)
    decline_proposal(any_house.officer.actor, declined, "与其他活动冲突")
    confirm_occurrence(any_house.officer.actor, code, page_url=page_url)
    assert (occurrence_of(code).status, occurrence_of(code).number) == ("scheduled", 1)
    assert occurrence_of(declined).cancel_reason == "与其他活动冲突"
    (event,) = events(activity.code)
    assert event.uid.value == activity.uid


def test_a_proposal_is_decided_once(any_house: House) -> None:
    activity = published_activity(any_house)
    code = propose_occurrence(any_house.filer.actor, activity.code, afternoon(), SEATS)
    confirm_occurrence(any_house.officer.actor, code, page_url=page_url)
    with pytest.raises(Conflict):
        confirm_occurrence(any_house.second_officer.actor, code, page_url=page_url)
    with pytest.raises(Conflict):
        decline_proposal(any_house.second_officer.actor, code, "不需要")
    assert activity_of(activity.code).sequence == 1


def test_a_proposal_whose_time_has_passed_is_not_confirmed(any_house: House) -> None:
    activity = published_activity(any_house)
    code = propose_occurrence(any_house.filer.actor, activity.code, afternoon(1), SEATS)
    with clock.shifted_by(timedelta(days=3)), pytest.raises(Refused, match="已经过去"):
        confirm_occurrence(any_house.officer.actor, code, page_url=page_url)
    assert occurrence_of(code).status == "proposed"


def test_a_change_of_time_is_written_down_and_told(any_house: House) -> None:
    activity = published_activity(any_house, theme="走进水厂")
    occurrence = open_occurrence(activity)
    put_on_list(occurrence, phone="13800000001")
    old = span_text(occurrence.starts_at, occurrence.ends_at)
    told = change_occurrence(
        any_house.officer.actor, occurrence.code, afternoon(12), page_url=page_url, ticket_url=ticket_url
    )
    new = span_text(in_days(12), in_days(12, 16))
    assert told == 1
    text = f"第1场时间由{old}改为{new}；地点由“云溪区图书馆一楼大厅”改为“一楼大厅”"
    assert last_line(activity.code) == ("changed", text)
    (event,) = events(activity.code)
    assert (event.sequence.value, event.dtstart.value, event.uid.value) == ("1", in_days(12), activity.uid)
    message = db.session.scalars(select(Message)).one()
    assert message.recipient == "13800000001"
    assert f"时间：{new}\n地点：一楼大厅" in (message.body or "")


def test_a_change_of_the_sign_up_is_written_down_and_troubles_nobody(any_house: House) -> None:
    activity = published_activity(any_house)
    occurrence = open_occurrence(activity)
    put_on_list(occurrence, phone="13800000001")
    changed = replace(as_it_stands(occurrence), party_limit=2, closes_at=occurrence.starts_at - timedelta(days=1))
    assert (
        change_occurrence(any_house.officer.actor, occurrence.code, changed, page_url=page_url, ticket_url=ticket_url)
        == 0
    )
    assert "每次报名人数上限由5人改为2人" in last_line(activity.code)[1]
    assert db.session.scalars(select(Message)).all() == []


def as_it_stands(occurrence: Occurrence) -> Schedule:
    return Schedule(
        starts_at=occurrence.starts_at,
        ends_at=occurrence.ends_at,
        venue=occurrence.venue,
        signup_mode=SignupMode(occurrence.signup_mode),
        opens_at=occurrence.opens_at,
        closes_at=occurrence.closes_at,
        party_limit=occurrence.party_limit,
        waitlist=occurrence.waitlist,
        walk_in_limit=occurrence.walk_in_limit,
    )


def test_nothing_different_changes_nothing(any_house: House) -> None:
    activity = published_activity(any_house)
    occurrence = open_occurrence(activity)
    before = activity_of(activity.code).event_bytes
    same = as_it_stands(occurrence)
    assert (
        change_occurrence(any_house.officer.actor, occurrence.code, same, page_url=page_url, ticket_url=ticket_url) == 0
    )
    seats = {quota.id: quota.capacity for quota in occurrence.quotas}
    assert change_capacity(any_house.officer.actor, occurrence.code, seats, page_url=page_url) == []
    after = activity_of(activity.code)
    assert (after.sequence, after.event_bytes) == (0, before)


def test_an_occurrence_under_way_may_still_move_to_another_room(any_house: House) -> None:
    occurrence = open_occurrence(published_activity(any_house), starts_in=timedelta(minutes=-30))
    moved = replace(as_it_stands(occurrence), venue="三楼报告厅")
    change_occurrence(any_house.officer.actor, occurrence.code, moved, page_url=page_url, ticket_url=ticket_url)
    assert occurrence_of(occurrence.code).venue == "三楼报告厅"


def test_the_second_of_two_editors_is_told(any_house: House) -> None:
    occurrence = open_occurrence(published_activity(any_house))
    code = occurrence.code
    change_occurrence(any_house.officer.actor, code, afternoon(12), page_url=page_url, ticket_url=ticket_url, seen=0)
    with pytest.raises(ChangedByAnother):
        change_occurrence(
            any_house.second_officer.actor, code, afternoon(13), page_url=page_url, ticket_url=ticket_url, seen=0
        )
    assert occurrence_of(code).starts_at == in_days(12)


def test_lowering_the_seats_flags_and_throws_nobody_out(any_house: House) -> None:
    activity = published_activity(any_house)
    occurrence = open_occurrence(activity, quotas={"市民": 10, "企业": 5})
    put_on_list(occurrence, party_size=8)
    citizens, firms = occurrence.quotas
    crowded = change_capacity(
        any_house.officer.actor, occurrence.code, {citizens.id: 6, firms.id: 9}, page_url=page_url
    )
    assert crowded == ["市民"]
    seats = db.session.execute(select(Quota.name, Quota.capacity, Quota.taken).order_by(Quota.position)).all()
    assert [tuple(row) for row in seats] == [("市民", 6, 8), ("企业", 9, 0)]
    line = "第1场“市民”名额由10个调整为6个；“企业”名额由5个调整为9个"
    assert last_line(activity.code) == ("changed", line)
    assert activity_of(activity.code).sequence == 1


@pytest.mark.parametrize("capacity", [0, -1, 100_001])
def test_seats_stay_in_range(any_house: House, capacity: int) -> None:
    occurrence = open_occurrence(published_activity(any_house))
    with pytest.raises(Refused) as refused:
        change_capacity(
            any_house.officer.actor, occurrence.code, {occurrence.quotas[0].id: capacity}, page_url=page_url
        )
    assert refused.value.field == "quotas"


def test_seats_of_another_occurrence_are_out_of_reach(any_house: House) -> None:
    activity = published_activity(any_house)
    mine, other = open_occurrence(activity), open_occurrence(activity)
    with pytest.raises(Refused):
        change_capacity(any_house.officer.actor, mine.code, {other.quotas[0].id: 99}, page_url=page_url)
    assert {row.capacity for row in db.session.scalars(select(Quota))} == {30}


def test_a_cancelled_occurrence_leaves_the_others_standing(any_house: House) -> None:
    activity = published_activity(any_house)
    first, second = open_occurrence(activity), open_occurrence(activity, starts_in=timedelta(days=9))
    put_on_list(first, email="chen@example.org")
    put_on_list(second, email="li@example.org")
    assert cancel_occurrence(any_house.officer.actor, first.code, "停电", page_url=page_url, ticket_url=ticket_url) == 1
    assert [event.status.value for event in events(activity.code)] == ["CANCELLED", "CONFIRMED"]
    assert events(activity.code)[0].uid.value == activity.uid
    assert activity_of(activity.code).status == "published"
    when = span_text(first.starts_at, first.ends_at)
    assert last_line(activity.code) == ("cancelled", f"第1场（{when}）取消。原因：停电")
    assert db.session.scalars(select(Message)).one().recipient == "chen@example.org"


def test_a_number_is_never_given_twice(any_house: House) -> None:
    activity = published_activity(any_house)
    first = open_occurrence(activity)
    cancel_occurrence(any_house.officer.actor, first.code, "停电", page_url=page_url, ticket_url=ticket_url)
    code = schedule_occurrence(any_house.officer.actor, activity.code, afternoon(), SEATS, page_url=page_url)
    assert occurrence_of(code).number == 2
    assert events(activity.code)[0].uid.value == activity.uid


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"starts_at": in_days(-1)}, "starts_at"),
        ({"ends_at": in_days(10, 13)}, "ends_at"),
        ({"ends_at": in_days(15)}, "ends_at"),
        ({"venue": " \u200b"}, "venue"),
        ({"closes_at": in_days(11)}, "closes_at"),
        ({"opens_at": in_days(10)}, "opens_at"),
        ({"party_limit": 51}, "party_limit"),
        ({"walk_in_limit": -1}, "walk_in_limit"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(any_house: House, changes: dict[str, object], field: str) -> None:
    activity = published_activity(any_house)
    schedule = replace(afternoon(), **changes)  # type: ignore[arg-type]
    with pytest.raises(Refused) as refused:
        schedule_occurrence(any_house.officer.actor, activity.code, schedule, SEATS, page_url=page_url)
    assert refused.value.field == field
    assert db.session.scalars(select(Occurrence)).all() == []


def test_an_open_door_needs_no_seats(any_house: House) -> None:
    activity = published_activity(any_house, signup_mode=SignupMode.OPEN_DOOR)
    schedule = replace(afternoon(), signup_mode=SignupMode.OPEN_DOOR)
    code = schedule_occurrence(any_house.officer.actor, activity.code, schedule, [], page_url=page_url)
    assert [(q.name, q.capacity) for q in occurrence_of(code).quotas] == [("公众", 0)]
    with pytest.raises(Refused):
        schedule_occurrence(any_house.officer.actor, activity.code, afternoon(), [], page_url=page_url)


def test_what_is_over_is_a_closed_book(any_house: House) -> None:
    activity = published_activity(any_house)
    over = open_occurrence(activity, starts_in=timedelta(days=-2))
    gone = open_occurrence(activity, status=OccurrenceStatus.CANCELLED)
    officer, links = any_house.officer.actor, {"page_url": page_url, "ticket_url": ticket_url}
    for code in (over.code, gone.code):
        acts: list[Callable[[], object]] = [
            partial(change_occurrence, officer, code, afternoon(), **links),
            partial(cancel_occurrence, officer, code, "停电", **links),
            partial(change_capacity, officer, code, {}, page_url=page_url),
        ]
        for act in acts:
            with pytest.raises(Conflict):
                act()
    assert activity_of(activity.code).sequence == 0


def test_others_find_nothing_there(any_house: House) -> None:
    activity = published_activity(any_house)
    occurrence = open_occurrence(activity)

    def everything(actor: Actor, code: str, of: str) -> list[Callable[[], object]]:
        return [
            lambda: propose_occurrence(actor, of, afternoon(), SEATS),
            lambda: schedule_occurrence(actor, of, afternoon(), SEATS, page_url=page_url),
            lambda: change_occurrence(actor, code, afternoon(), page_url=page_url, ticket_url=ticket_url),
            lambda: change_capacity(actor, code, {}, page_url=page_url),
            lambda: cancel_occurrence(actor, code, "停电", page_url=page_url, ticket_url=ticket_url),
            lambda: confirm_occurrence(actor, code, page_url=page_url),
            lambda: decline_proposal(actor, code, "停电"),
        ]

    for stranger in (any_house.other_filer, any_house.far_officer, any_house.auditor, any_house.admin, any_house.desk):
        for real, missing in zip(
            everything(stranger.actor, occurrence.code, activity.code),
            everything(stranger.actor, "nosuchcode", "no\x00code"),
            strict=True,
        ):
            with pytest.raises(NotFound) as there:
                real()
            with pytest.raises(NotFound) as nowhere:
                missing()
            assert there.value.message == nowhere.value.message
    assert len(db.session.scalars(select(Occurrence)).all()) == 1


def test_a_filer_proposes_and_schedules_nothing(any_house: House) -> None:
    activity = published_activity(any_house)
    with pytest.raises(NotFound):
        schedule_occurrence(any_house.filer.actor, activity.code, afternoon(), SEATS, page_url=page_url)
    propose_occurrence(any_house.filer.actor, activity.code, afternoon(), SEATS)


def test_every_act_leaves_one_line_in_the_ledger(any_house: House) -> None:
    activity = published_activity(any_house)
    officer = any_house.officer.actor
    propose_occurrence(any_house.filer.actor, activity.code, afternoon(), SEATS)
    code = schedule_occurrence(officer, activity.code, afternoon(), SEATS, page_url=page_url)
    change_occurrence(officer, code, afternoon(11), page_url=page_url, ticket_url=ticket_url)
    change_capacity(officer, code, {occurrence_of(code).quotas[0].id: 21}, page_url=page_url)
    cancel_occurrence(officer, code, "停电", page_url=page_url, ticket_url=ticket_url)
    lines = db.session.scalars(select(AuditEvent.action).order_by(AuditEvent.id)).all()
    acts = ("propose", "schedule", "change", "capacity", "cancel")
    assert lines == [f"occurrence.{act}" for act in acts]


def test_officers_scheduling_at_once_are_both_heard(any_app: Flask, any_house: House) -> None:
    activity = published_activity(any_house)
    officers = [any_house.officer.actor, any_house.second_officer.actor]
    seen = revision()

    def schedule(turn: int) -> str:
        with any_app.app_context():
            try:
                return schedule_occurrence(
                    officers[turn % 2], activity.code, afternoon(10 + turn), SEATS, page_url=page_url
                )
            finally:
                db.session.remove()

    with ThreadPoolExecutor(8) as pool:
        codes = list(pool.map(schedule, range(8)))
    db.session.rollback()
    rows = db.session.scalars(select(Occurrence).order_by(Occurrence.number)).all()
    assert [row.number for row in rows] == [1, 2, 3, 4, 5, 6, 7, 8]
    assert {row.code for row in rows} == set(codes)
    assert activity_of(activity.code).sequence == 8
    assert len(events(activity.code)) == 8
    assert revision() == seen + 8


def test_several_times_are_proposed_at_once_or_none(any_app: Flask, any_house: House) -> None:
    activity = published_activity(any_house)
    actor = any_house.filer.actor
    good = [afternoon(10), afternoon(17)]
    with pytest.raises(Refused):
        propose_occurrences(actor, activity.code, [*good, replace(afternoon(24), ends_at=in_days(24, 13))], SEATS)
    assert db.session.scalars(select(Occurrence)).all() == []
    codes = propose_occurrences(actor, activity.code, good, SEATS)
    assert [occurrence_of(code).status for code in codes] == ["proposed", "proposed"]
    assert [occurrence_of(code).starts_at for code in codes] == [schedule.starts_at for schedule in good]
    assert last_line(activity.code)[0] == "published", "nothing of it is public yet"


def test_the_same_list_sent_twice_adds_nothing(any_app: Flask, any_house: House) -> None:
    activity = published_activity(any_house)
    actor = any_house.filer.actor
    first, _ = propose_occurrences(actor, activity.code, [afternoon(10), afternoon(17)], SEATS)
    with pytest.raises(Refused, match="已经有一场"):
        propose_occurrences(actor, activity.code, [afternoon(10), afternoon(24)], SEATS)
    with pytest.raises(Refused, match="已经有一场"):
        propose_occurrences(actor, activity.code, [afternoon(24), afternoon(24)], SEATS)
    decline_proposal(actor, first, "改期")
    assert len(propose_occurrences(actor, activity.code, [afternoon(10)], SEATS)) == 1


def test_a_list_without_days_is_refused(any_app: Flask, any_house: House) -> None:
    activity = published_activity(any_house)
    with pytest.raises(Refused, match="至少选定一个日期"):
        propose_occurrences(any_house.filer.actor, activity.code, [], SEATS)
    with pytest.raises(NotFound):
        propose_occurrences(any_house.other_filer.actor, activity.code, [afternoon()], SEATS)
