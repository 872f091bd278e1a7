"""Outcome reports on both desks and in public, and the survey behind a ticket."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from openday import clock
from openday.db import db
from openday.models.aftermath import Outcome
from openday.models.plans import Plan
from openday.rules.states import OutcomeStatus
from tests.factories.activities import published_activity
from tests.factories.occurrences import put_on_list
from tests.factories.outcomes import held_activity, outcome, survey_answer, visitor
from tests.factories.people import House
from tests.support.client import PageClient


@pytest.fixture
def filer(app: Flask, house: House) -> PageClient:
    """The agency's filer, logged in."""
    return PageClient(app).log_in(house.filer)


@pytest.fixture
def officer(app: Flask, house: House) -> PageClient:
    """An officer, logged in."""
    return PageClient(app).log_in(house.officer)


def code_of(plan_id: int) -> str:
    return db.session.get_one(Plan, plan_id).code


def test_from_what_is_owed_to_the_public_page(
    client: PageClient, house: House, filer: PageClient, officer: PageClient
) -> None:
    activity, occurrence = held_activity(house, days_ago=30)
    visitor(occurrence, people=3)
    page = filer.get("/agency/outcomes")
    assert "已逾期" in page.text("main")
    page = filer.get(page.links()["填报"])
    form = page.form("/edit")
    assert form.values["public"] == ["3"]
    page = filer.submit(form, 422, invited="十", staff="2", text=" ")
    assert "邀请代表应为0至100000的整数，没有的填0" in page.text("main")
    assert page.form("/edit").values["staff"] == ["2"]
    filer.submit(page.form("/edit"), invited="１０", text="参观三个区域。\n答复提问12个。")

    code = code_of(activity.plan_id)
    page = officer.get(f"/office/outcomes/{code}")
    assert "共15人：邀请代表10人，社会公众3人，工作人员2人" in page.text("main")
    assert "逾期报送" in page.text("main")
    assert "答复提问12个" not in client.get(f"/activities/{activity.code}").html
    officer.submit(page.form("/publish"))
    assert "答复提问12个。" in client.get(f"/activities/{activity.code}").text("main")
    page = filer.get(f"/agency/outcomes/{code}/edit")
    assert "开展情况已经公开，不能再修改" in page.text("main")
    assert [form for form in page.forms() if form.action.endswith("/edit")] == []


def test_an_officer_who_read_an_older_report_is_told(house: House, filer: PageClient, officer: PageClient) -> None:
    activity, _ = held_activity(house)
    outcome(activity, house.filer)
    code = code_of(activity.plan_id)
    form = officer.get(f"/office/outcomes/{code}").form("/publish")
    page = filer.get(f"/agency/outcomes/{code}/edit")
    filer.submit(page.form("/edit"), text="后来改的。")
    page = officer.submit(form, 409)
    assert "填报单位修改了开展情况" in page.text("main")
    db.session.expire_all()
    assert db.session.scalars(select(Outcome.status)).one() == "filed"


def test_the_loser_of_two_editors_keeps_the_text(house: House, filer: PageClient) -> None:
    activity, _ = held_activity(house)
    address = f"/agency/outcomes/{code_of(activity.plan_id)}/edit"
    early, late = filer.get(address).form("/edit"), filer.get(address).form("/edit")
    numbers = {"invited": "0", "public": "5", "staff": "1"}
    filer.submit(early, text="第一份。", **numbers)
    page = filer.submit(late, 409, text="第二份。", **numbers)
    assert "另一人保存了开展情况" in page.text("main")
    assert page.form("/edit").values["text"] == ["第二份。"]


def test_what_has_not_begun_cannot_be_reported(house: House, filer: PageClient) -> None:
    day = clock.today() + timedelta(days=9)
    activity = published_activity(house, first_day=day, last_day=day)
    page = filer.get(f"/agency/outcomes/{code_of(activity.plan_id)}/edit")
    assert "现在不能填报" in page.text("main")


def test_the_office_sees_who_owes_and_what_is_filed(house: House, officer: PageClient) -> None:
    held_activity(house, theme="还没有报")
    outcome(held_activity(house, theme="已经报了")[0], house.filer)
    outcome(held_activity(house, theme="已经公开")[0], house.filer, status=OutcomeStatus.PUBLISHED)

    def themes(show: str) -> list[str]:
        text = officer.get(f"/office/outcomes?show={show}").text("//main//table")
        return [theme for theme in ("还没有报", "已经报了", "已经公开") if theme in text]

    assert themes("") == ["已经报了", "已经公开"]
    assert themes("filed") == ["已经报了"]
    assert themes("published") == ["已经公开"]
    assert themes("owed") == ["还没有报"]
    officer.get("/office/outcomes?show=x&page=-3")


def test_reports_of_others_are_not_there(app: Flask, house: House) -> None:
    activity, _ = held_activity(house)
    outcome(activity, house.filer)
    code = code_of(activity.plan_id)
    for persona, area in ((house.other_filer, "agency"), (house.far_officer, "office")):
        stranger = PageClient(app).log_in(persona)
        there, missing = (stranger.http.get(f"/{area}/outcomes/{each}") for each in (code, "nowhere"))
        assert (there.status_code, there.data) == (404, missing.data)
    PageClient(app).log_in(house.desk).get("/agency/outcomes", 403)
    PageClient(app).log_in(house.reviewer).get(f"/agency/outcomes/{code}/edit", 403)
    auditor = PageClient(app).log_in(house.auditor).get(f"/office/outcomes/{code}")
    assert [form for form in auditor.forms() if "publish" in form.action] == []


# --- the survey ------------------------------------------------------------------------------------------------------


def test_the_survey_behind_a_ticket_is_answered_once(client: PageClient, house: House) -> None:
    _, occurrence = held_activity(house)
    guest = visitor(occurrence)
    address = f"/tickets/{guest.code}/survey"
    assert address in client.get(f"/tickets/{guest.code}").links().values()
    page = client.get(address)
    assert "陈一" not in page.html
    form = page.form("/survey")
    page = client.submit(form, 422, comment="很好")
    assert "请选择总体满意度" in page.text("main")
    assert page.form("/survey").values["comment"] == ["很好"]
    page = client.submit(page.form("/survey"), overall="5", clarity="4")
    assert page.text("h1") == "问卷已提交，感谢参与"
    page = client.submit(form, 409, overall="1", clarity="1")
    assert page.text("h1") == "问卷已提交，感谢参与"
    client.submit(form, 409, overall="1", clarity="1", comment="<b>")


@pytest.mark.parametrize("marks", [{"overall": "6"}, {"overall": "0"}, {"overall": "五"}, {"clarity": "-1"}])
def test_a_mark_that_is_not_on_the_scale_is_refused(client: PageClient, house: House, marks: dict[str, str]) -> None:
    guest = visitor(held_activity(house)[1])
    form = client.get(f"/tickets/{guest.code}/survey").form("/survey")
    client.submit(form, 422, **{"overall": "5", "clarity": "5", **marks})


def test_without_check_in_there_is_no_survey(client: PageClient, house: House) -> None:
    guest = put_on_list(held_activity(house)[1])
    page = client.get(f"/tickets/{guest.code}/survey")
    assert "签到之后才能填写问卷" in page.text("main")
    assert [form for form in page.forms() if form.action.endswith("/survey")] == []
    client.get("/tickets/nobody/survey", 404)


def test_results_are_shown_from_five_answers_on(client: PageClient, house: House, filer: PageClient) -> None:
    activity, occurrence = held_activity(house)
    for _ in range(4):
        survey_answer(activity, visitor(occurrence), comment="只给举办单位看")
    address = f"/activities/{activity.code}/survey-results"
    assert "收到的答卷不足5份" in client.get(address, 404).text("main")
    survey_answer(activity, visitor(occurrence), overall=3, clarity=4)
    page = client.get(address)
    assert "平均4.6分（满分5分）" in page.text("main")
    assert "只给举办单位看" not in page.html
    desk = filer.get(f"/agency/outcomes/{code_of(activity.plan_id)}")
    assert "只给举办单位看" in desk.text("main")
    client.get("/activities/nowhere/survey-results", 404)
