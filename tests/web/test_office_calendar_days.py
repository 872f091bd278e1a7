"""The page on which the office keeps the calendar of working days."""

from datetime import date

import pytest

from openday.queries.working_calendar import calendar_year, working_calendar
from tests.factories.people import House
from tests.support.client import PageClient


@pytest.mark.parametrize("who", ["officer", "admin"])
def test_a_day_is_entered_and_taken_out(client: PageClient, house: House, who: str) -> None:
    client.log_in(getattr(house, who))
    page = client.get("/office/calendar-days?year=2099")
    page = client.submit(page.form(having="kind"), day="2099-10-01", kind="holiday", name="国庆节")
    assert page.text("//tbody/tr/th") == "2099年10月1日（星期四）"
    assert not working_calendar().is_working_day(date(2099, 10, 1))
    page = client.submit(page.form(action="/2099-10-01/remove"))
    assert "还没有录入任何例外" in page.text("main")
    assert working_calendar().is_working_day(date(2099, 10, 1))


def test_a_year_that_nobody_knows_is_pointed_out_loudly(client: PageClient, house: House) -> None:
    page = client.log_in(house.officer).get("/office/calendar-days?year=2099")
    assert "2099年放假安排尚未录入" in page.text("//div[contains(@class, 'notice--error')]")
    assert [form.action for form in page.forms() if form.action.endswith("/load")] == []


def test_the_notice_is_taken_over_with_one_button_and_then_edited(client: PageClient, house: House) -> None:
    page = client.log_in(house.officer).get("/office/calendar-days?year=2025")
    assert page.all("//div[contains(@class, 'notice--error')]") == []
    assert [form.action for form in page.forms() if form.action.endswith("/remove")] == []
    page = client.submit(page.form(action="/load"))
    assert "已载入2025年放假安排" in page.text()
    client.submit(page.form(action="/2025-10-01/remove"))
    assert date(2025, 10, 1) not in {each.day for each in calendar_year(2025).days}
    page = client.get("/office/calendar-days?year=2025")
    assert "写入1天" in client.submit(page.form(action="/load")).text()


@pytest.mark.parametrize(
    ("day", "kind", "said"),
    [
        ("", "holiday", "请填写日期"),
        ("2026-02-30", "holiday", ""),
        ("\x00", "holiday", ""),
        ("2026-10-09", "make_up", "应为星期六或星期日"),
        ("1900-01-01", "holiday", "年份应在2000年至2100年之间"),
        ("2026-10-01", "x", ""),
    ],
)
def test_a_day_that_cannot_be_is_refused_and_stays_in_the_form(
    client: PageClient, house: House, day: str, kind: str, said: str
) -> None:
    form = client.log_in(house.officer).get("/office/calendar-days").form(having="kind")
    page = client.submit(form, 422, day=day, kind=kind, name="试一试")
    assert said in page.text("//*[@id='errors']")
    assert page.form(having="kind").values["name"] == ["试一试"]
    assert not calendar_year(2026).entered


def test_a_day_that_is_not_there_cannot_be_taken_out(client: PageClient, house: House) -> None:
    client.app.config["WTF_CSRF_ENABLED"] = False
    client.log_in(house.officer)
    for day in ("2026-01-01", "2026-13-01", "x"):
        client.post(f"/office/calendar-days/{day}/remove", 404)
    client.post("/office/calendar-days/load", 422, data={"year": "2099"})


@pytest.mark.parametrize("query", ["year=0", "year=99999999", "year=x", "year=-5", "year=1"])
def test_any_year_in_the_address_shows_some_year(client: PageClient, house: House, query: str) -> None:
    assert client.log_in(house.admin).get(f"/office/calendar-days?{query}").text("h1") == "工作日历"


def test_auditors_do_not_keep_the_calendar(client: PageClient, house: House) -> None:
    client.log_in(house.auditor).get("/office/calendar-days", 403)
