"""The page on which the office keeps the calendar of working days."""

from datetime import date, datetime

import pytest

from openday import clock
from openday.clock import SHANGHAI
from openday.queries.working_calendar import calendar_year, working_calendar
from openday.services import working_days
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
    assert "2099年放假安排尚未录全" in page.text("//div[contains(@class, 'notice--error')]")
    assert [form.action for form in page.forms() if form.action.endswith("/load")] == []


def test_the_notice_is_taken_over_with_one_button_and_then_edited(client: PageClient, house: House) -> None:
    page = client.log_in(house.officer).get("/office/calendar-days?year=2025")
    assert "2025年放假安排尚未录全" not in page.text("main")
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


NOTICE = """国务院办公厅关于2099年部分节假日安排的通知
一、元旦：1月1日（周四）至3日（周六）放假，共3天。
二、春节：1月21日至27日放假调休，共7天。1月31日（周六）上班。
三、清明节：4月4日放假，与周末连休。
四、劳动节：5月1日（周五）至5日（周二）放假调休，共5天。5月9日（周六）上班。
五、端午节：6月19日放假，与周末连休。
六、国庆节、中秋节：10月1日（周四）至8日（周四）放假调休，共8天。10月10日（周六）上班。"""


def test_a_pasted_notice_is_shown_first_and_then_kept(client: PageClient, house: House) -> None:
    page = client.log_in(house.officer).get("/office/calendar-days?year=2099")
    page = client.submit(page.form(action="/notice"), notice_year="2099", text=NOTICE)
    assert "还没有保存" in page.text("main")
    assert page.all("//div[contains(@class, 'notice--warning')]") == []
    assert len(page.all("//tbody/tr")) == 28
    assert not calendar_year(2099).entered
    page = client.submit(page.form(action="/notice/save"))
    assert "已按通知写入28天" in page.text()
    assert calendar_year(2099).known
    assert "2099年放假安排尚未录全" not in page.text("main")
    assert working_calendar().is_working_day(date(2099, 10, 10))


def test_what_a_notice_leaves_in_doubt_is_pointed_out_before_it_is_kept(client: PageClient, house: House) -> None:
    page = client.log_in(house.admin).get("/office/calendar-days?year=2099")
    words = NOTICE.replace("共5天", "共4天").replace("三、清明节：4月4日放假，与周末连休。\n", "")
    page = client.submit(page.form(action="/notice"), notice_year="2099", text=words)
    warning = page.text("//div[contains(@class, 'notice--warning')]")
    assert "劳动节写明共4天，读到5天" in warning and "没有读到清明节的放假日期" in warning


@pytest.mark.parametrize(
    ("year", "text", "said"),
    [
        ("", NOTICE, "请填写年份"),
        ("x", NOTICE, ""),
        ("1900", NOTICE, "年份应在2000年至2100年之间"),
        ("2099", "", "请粘贴通知全文"),
        ("2099", "放假安排另行通知。", "没有读到放假或上班的日期"),
        ("2099", "一、元旦：1月1日放假。" * 1000, "最多5000个字"),
    ],
)
def test_a_notice_that_cannot_be_read_is_refused_and_stays_in_the_form(
    client: PageClient, house: House, year: str, text: str, said: str
) -> None:
    form = client.log_in(house.officer).get("/office/calendar-days").form(action="/notice")
    page = client.submit(form, 422, notice_year=year, text=text)
    assert said in page.text("//*[@id='errors']")
    assert page.form(action="/notice").values["text"] == [text]


def test_the_coming_year_is_pointed_out_on_every_year_of_the_calendar(client: PageClient, house: House) -> None:
    with clock.shifted_by(datetime(2098, 11, 21, 10, tzinfo=SHANGHAI) - clock.now()):
        page = client.log_in(house.officer).get("/office/calendar-days?year=2025")
        assert "2099年放假安排尚未录全" in page.text("main")


def test_the_public_month_shows_the_festivals_that_hold_at_once(client: PageClient, house: House) -> None:
    assert "国庆节" in client.get("/calendar?month=2026-10").text("main")
    working_days.set_day(house.officer.actor, date(2026, 10, 20), rests=True, name="全区停电检修")
    page = client.get("/calendar?month=2026-10").text("main")
    assert "国庆节" in page and "全区停电检修" in page
