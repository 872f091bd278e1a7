"""The office's pages: publish with a preview, firm up, change, cancel in two steps; others find nothing there."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from openday import clock
from openday.db import db
from openday.models.activities import Activity, ActivityChange
from openday.models.ledger import Message
from openday.models.occurrences import Occurrence, Quota
from openday.models.plans import Plan
from openday.rules.states import OccurrenceStatus
from openday.rules.wording import span_text
from tests.factories.activities import plan_on_record, published_activity
from tests.factories.occurrences import open_occurrence, put_on_list
from tests.factories.people import House
from tests.support.client import PageClient
from tests.support.pages import Page
from tests.support.queries import count_queries


@pytest.fixture
def officer(client: PageClient, house: House) -> PageClient:
    return client.log_in(house.officer)


def day(ahead: int) -> str:
    return (clock.today() + timedelta(days=ahead)).isoformat()


def filled(**changes: str) -> dict[str, str]:
    """A schedule as an officer types it."""
    return {
        "day": day(10),
        "starts": "14:00",
        "ends": "16:00",
        "venue": "一楼大厅",
        "signup_mode": "first_come",
        "quotas-0-audience": "市民",
        "quotas-0-seats": "20",
        "quotas-1-audience": "",
        "quotas-1-seats": "",
        "act": "save",
    } | changes


def new_form(officer: PageClient, activity: Activity) -> Page:
    return officer.get(f"/office/publications/{activity.code}/occurrences/new")


def test_a_plan_is_previewed_and_published(officer: PageClient, house: House) -> None:
    plan_on_record(house, theme="走进图书馆", signup_text="无需报名")
    page = officer.get("/office/publications")
    page = officer.get(page.links()["发布走进图书馆"])
    assert "参观采编、修复和自助借还，现场听取意见。" in page.text("main")
    form = page.form(having="signup_mode")
    assert form.values["signup_mode"] == ["open_door"]
    page = officer.submit(form)
    assert page.text("h1") == "走进图书馆"
    assert "时间待定" in page.text("main")
    assert db.session.scalars(select(Activity.signup_mode)).one() == "open_door"


def test_own_text_is_shown_and_cannot_be_published(officer: PageClient, house: House) -> None:
    plan = plan_on_record(house, author=house.officer)
    assert "自己填写的内容须由他人发布" in officer.get("/office/publications").text("main")
    page = officer.get(f"/office/plans/{plan.code}/publish")
    assert "自己填写的内容须由他人审核" in page.text("main")
    with pytest.raises(LookupError):
        page.form(having="signup_mode")


def test_publishing_twice_shows_the_plan_and_why_not(officer: PageClient, house: House) -> None:
    plan = plan_on_record(house)
    form = officer.get(f"/office/plans/{plan.code}/publish").form(having="signup_mode")
    officer.submit(form)
    page = officer.submit(form, status=409)
    assert "已发布" in page.text("main")
    assert len(db.session.scalars(select(Activity)).all()) == 1


def test_a_time_firms_up_on_the_same_page(officer: PageClient, house: House) -> None:
    activity = published_activity(house, theme="走进图书馆")
    page = officer.submit(new_form(officer, activity).form(having="venue"), **filled())
    assert officer.response.request.path == f"/office/publications/{activity.code}"
    occurrence = db.session.scalars(select(Occurrence)).one()
    when = span_text(occurrence.starts_at, occurrence.ends_at)
    assert f"{when.split('14:00')[0]}14:00–16:00" == when
    assert f"时间确定为{when}，地点：一楼大厅" in page.text("main")
    assert "市民 0/20" in page.text("//table")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"day": "2027-02-30"}, "2027年2月没有30日，请核对日期"),
        ({"day": "明天"}, "日期应写作年-月-日，例如2026-09-16"),
        ({"day": ""}, "请填写日期，例如2026-09-16"),
        ({"day": "2020-01-01"}, "已经过去，请填写今后的时间"),
        ({"ends": "24:00"}, "没有24:00，午夜请写作第二天的00:00"),
        ({"ends": "13:00"}, "结束时间应晚于开始时间"),
        ({"ends_day": day(14)}, "一场活动最长跨3天"),
        ({"venue": " \u3000 "}, "请填写活动地点"),
        ({"venue": "厅" * 301}, "地点最多300个字"),
        ({"quotas-0-seats": "-1"}, "应为1至100000之间的整数"),
        ({"quotas-0-seats": "1e400"}, "应为1至100000之间的整数"),
        ({"quotas-0-seats": ""}, "应为1至100000之间的整数"),
        ({"quotas-0-audience": "", "quotas-0-seats": ""}, "请至少填写一行对象和名额"),
        ({"quotas-1-audience": "市民", "quotas-1-seats": "5"}, "对象“市民”填写了两次，请合并成一行"),
        ({"party_limit": "0"}, "应为1至50之间的整数"),
        ({"walk_in_limit": "很多"}, "应为0至100000之间的整数"),
        ({"closes_day": day(9)}, "请同时填写日期和时间，或者都不填"),
        ({"closes_day": day(11), "closes_clock": "09:00"}, "报名截止时间不能晚于活动开始时间"),
        ({"opens_day": day(10), "opens_clock": "15:00"}, "报名开始时间应早于活动开始时间"),
    ],
)
def test_what_cannot_be_comes_back_with_its_reason_and_what_was_typed(
    officer: PageClient, house: House, typed: dict[str, str], said: str
) -> None:
    activity = published_activity(house)
    form = new_form(officer, activity).form(having="venue")
    page = officer.submit(form, status=422, **filled(**typed))
    assert said in page.text("//*[@id='errors']")
    assert page.form(having="venue").values["starts"] == ["14:00"]
    assert db.session.scalars(select(Occurrence)).all() == []


def test_the_office_sets_when_people_are_reminded_and_nobody_in_public_notices(
    officer: PageClient, house: House
) -> None:
    activity = published_activity(house)
    form = new_form(officer, activity).form(having="venue")
    assert form.values["reminder"] == ["24"]
    officer.submit(form, **filled(**{"quotas-0-seats": "30"}))
    occurrence = db.session.scalars(select(Occurrence)).one()
    assert occurrence.reminder_hours == 24
    history = db.session.scalars(select(ActivityChange.text)).all()
    edit = officer.get(f"/office/occurrences/{occurrence.code}/edit").form(having="venue")
    officer.submit(edit, reminder="2")
    db.session.expire_all()
    assert db.session.scalars(select(Occurrence.reminder_hours)).one() == 2
    edit = officer.get(f"/office/occurrences/{occurrence.code}/edit").form(having="venue")
    assert edit.values["reminder"] == ["2"]
    officer.submit(edit, reminder="")
    db.session.expire_all()
    assert db.session.scalars(select(Occurrence.reminder_hours)).one() is None
    assert db.session.scalars(select(ActivityChange.text)).all() == history


def test_full_width_digits_are_understood(officer: PageClient, house: House) -> None:
    activity = published_activity(house)
    form = new_form(officer, activity).form(having="venue")
    officer.submit(form, **filled(**{"starts": "１４：００", "quotas-0-seats": "３０"}))
    assert db.session.scalars(select(Quota.capacity)).one() == 30


def test_one_more_line_of_quotas_keeps_what_was_typed(officer: PageClient, house: House) -> None:
    activity = published_activity(house)
    page = officer.submit(new_form(officer, activity).form(having="venue"), **filled(act="row"))
    form = page.form(having="venue")
    assert {name for name in form.names if name.endswith("-seats")} == {f"quotas-{n}-seats" for n in range(4)}
    assert form.values["quotas-0-audience"] == ["市民"]
    assert db.session.scalars(select(Occurrence)).all() == []


def test_a_thousand_fields_are_no_trouble(officer: PageClient, house: House) -> None:
    activity = published_activity(house)
    form = new_form(officer, activity).form(having="venue")
    data = form.filled(**filled()) | {f"quotas-{n}-seats": ["5"] for n in range(1, 500)}
    officer.post(form.action, status=422, data=data)


def test_a_proposal_is_confirmed_with_one_button(officer: PageClient, house: House) -> None:
    activity = published_activity(house)
    proposal = open_occurrence(activity, status=OccurrenceStatus.PROPOSED)
    page = officer.get(f"/office/publications/{activity.code}")
    page = officer.submit(page.form(action=f"/occurrences/{proposal.code}/confirm"))
    assert "场次已确定并公布。" in page.text()
    assert db.session.get_one(Occurrence, proposal.id, populate_existing=True).number == 1


def test_a_proposal_is_declined_with_a_reason(officer: PageClient, house: House) -> None:
    activity = published_activity(house)
    proposal = open_occurrence(activity, status=OccurrenceStatus.PROPOSED)
    page = officer.get(f"/office/occurrences/{proposal.code}/decline")
    officer.submit(page.form(having="reason"), status=422, reason=" ")
    page = officer.submit(page.form(having="reason"), reason="当天有其他活动")
    assert "未采用的场次（1） " in page.text("main") + " "
    assert "当天有其他活动" in page.text("main")


def test_an_occurrence_is_moved(officer: PageClient, house: House) -> None:
    occurrence = open_occurrence(published_activity(house))
    put_on_list(occurrence, phone="13800000001")
    page = officer.get(f"/office/occurrences/{occurrence.code}/edit")
    page = officer.submit(page.form(having="venue"), day=day(20))
    assert "已向1位报名或候补的市民发出通知" in page.text()
    assert "第1场时间由" in page.text("main")


def test_two_officers_editing_at_once_the_second_is_told(officer: PageClient, house: House) -> None:
    occurrence = open_occurrence(published_activity(house))
    form = officer.get(f"/office/occurrences/{occurrence.code}/edit").form(having="venue")
    officer.submit(form, venue="二楼")
    page = officer.submit(form, status=409, venue="三楼")
    assert "刚刚被他人改动" in page.text("//*[@id='errors']")
    assert page.form(having="venue").values["venue"] == ["三楼"]


def test_seats_below_what_is_taken_are_flagged(officer: PageClient, house: House) -> None:
    occurrence = open_occurrence(published_activity(house), capacity=10)
    put_on_list(occurrence, party_size=5)
    page = officer.get(f"/office/occurrences/{occurrence.code}/seats")
    name = f"quota-{occurrence.quotas[0].id}"
    officer.submit(page.form(having=name), status=422, **{name: "0"})
    page = officer.submit(page.form(having=name), **{name: "３"})
    assert "已报名人数多于名额" in page.text()
    assert db.session.scalars(select(Quota.capacity)).one() == 3


def test_cancelling_takes_two_steps_and_a_reason(officer: PageClient, house: House) -> None:
    activity = published_activity(house, theme="走进水厂")
    occurrence = open_occurrence(activity)
    put_on_list(occurrence, phone="13800000001")
    page = officer.get(f"/office/publications/{activity.code}")
    page = officer.get(page.links()["取消活动"])
    assert "向1份报名和候补的联系人发出取消通知" in page.text("main")
    assert db.session.scalars(select(Activity.status)).one() == "published"
    officer.submit(page.form(having="reason"), status=422, reason="")
    page = officer.submit(page.form(having="reason"), reason="设备检修")
    assert "已向1位报名或候补的市民发出通知" in page.text()
    assert "增加场次" not in page.links()
    message = db.session.scalars(select(Message)).one()
    assert f"/activities/{activity.code}" in (message.body or "")


def test_one_occurrence_is_cancelled_alone(officer: PageClient, house: House) -> None:
    activity = published_activity(house)
    first = open_occurrence(activity)
    open_occurrence(activity)
    page = officer.get(f"/office/occurrences/{first.code}/cancel")
    page = officer.submit(page.form(having="reason"), reason="停电")
    assert "停电" in page.text("main")
    states = db.session.scalars(select(Occurrence.status).order_by(Occurrence.number)).all()
    assert states == ["cancelled", "scheduled"]


def test_the_public_text_is_corrected(officer: PageClient, house: House) -> None:
    activity = published_activity(house)
    page = officer.get(f"/office/publications/{activity.code}/edit")
    page = officer.submit(page.form(having="theme"), theme="走进新图书馆", note="名称更正")
    assert page.text("h1") == "走进新图书馆"
    assert "活动主题由“走进图书馆”改为“走进新图书馆”。说明：名称更正" in page.text("main")
    assert db.session.scalars(select(Plan.theme)).one() == "走进图书馆"


def test_the_time_of_a_firm_activity_is_not_text(officer: PageClient, house: House) -> None:
    activity = published_activity(house)
    open_occurrence(activity)
    form = officer.get(f"/office/publications/{activity.code}/edit").form(having="theme")
    assert "time_text" not in form.names
    officer.submit(form, venue="二楼")


ADDRESSES = (
    "/office/publications/{activity}",
    "/office/publications/{activity}/edit",
    "/office/publications/{activity}/cancel",
    "/office/publications/{activity}/occurrences/new",
    "/office/plans/{plan}/publish",
    "/office/occurrences/{occurrence}/edit",
    "/office/occurrences/{occurrence}/seats",
    "/office/occurrences/{occurrence}/cancel",
    "/office/occurrences/{occurrence}/decline",
)


@pytest.mark.parametrize("address", ADDRESSES)
def test_the_officer_of_another_district_sees_the_same_as_nothing(
    client: PageClient, house: House, address: str
) -> None:
    activity = published_activity(house)
    codes = {
        "activity": activity.code,
        "occurrence": open_occurrence(activity).code,
        "plan": plan_on_record(house).code,
    }
    client.log_in(house.far_officer)
    client.get(address.format(**codes), status=404)
    there = client.response.get_data()
    client.get(address.format(activity="nosuch", occurrence="nosuch", plan="nosuch"), status=404)
    assert client.response.get_data() == there


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_filer_has_no_business_here(client: PageClient, house: House, address: str) -> None:
    client.log_in(house.filer)
    client.get(address.format(activity="x", occurrence="x", plan="x"), status=403)


def test_an_auditor_reads_and_changes_nothing(client: PageClient, house: House) -> None:
    activity = published_activity(house)
    open_occurrence(activity)
    client.log_in(house.auditor)
    page = client.get(f"/office/publications/{activity.code}")
    assert not {"增加场次", "取消活动", "修改", "调整名额"} & set(page.links())
    client.get(f"/office/publications/{activity.code}/cancel", status=403)


def test_pages_ask_no_more_for_many_than_for_one(officer: PageClient, house: House) -> None:
    activity = published_activity(house)
    open_occurrence(activity, quotas={"市民": 10, "企业": 5})
    plan_on_record(house)
    addresses = ("/office/publications", f"/office/publications/{activity.code}")
    few = [_asked(officer, address) for address in addresses]
    for _ in range(4):
        put_on_list(open_occurrence(activity, quotas={"市民": 10, "企业": 5, "师生": 5}), phone="13800000001")
        open_occurrence(published_activity(house))
        plan_on_record(house)
    assert [_asked(officer, address) for address in addresses] == few


def _asked(officer: PageClient, address: str) -> int:
    db.session.rollback()
    with count_queries() as statements:
        officer.get(address)
    return len(statements)


def test_the_list_narrows_by_state(officer: PageClient, house: House) -> None:
    published_activity(house, theme="时间待定的活动")
    firm = published_activity(house, theme="时间已定的活动")
    open_occurrence(firm)
    page = officer.get("/office/publications?show=vague")
    assert "时间待定的活动" in page.links()
    assert "时间已定的活动" not in page.links()
    page = officer.get("/office/publications?show=firm&page=999")
    assert "时间已定的活动" in page.links()


@pytest.mark.parametrize("query", ["show=%00", "page=-1", "page=٣", "page=1e9", "show=所有"])
def test_hostile_addresses_show_the_list(officer: PageClient, query: str) -> None:
    officer.get(f"/office/publications?{query}")


def test_codes_that_cannot_be_are_not_there(any_app: Flask, any_house: House) -> None:
    visitor = PageClient(any_app).log_in(any_house.officer)
    for address in ("/office/publications/%00", "/office/occurrences/%00/edit", "/office/plans/%00/publish"):
        visitor.get(address, status=404)
