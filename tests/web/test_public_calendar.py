"""Home, month, list, day and search as a visitor uses them."""

import time
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import insert

from openday import clock
from openday.clock import SHANGHAI
from openday.db import session, use_case
from openday.models.activities import Activity
from openday.models.aftermath import Suggestion
from openday.models.calls import Call
from openday.models.housekeeping import CalendarDay
from openday.models.occurrences import Occurrence, Quota
from openday.models.people import Agency
from openday.models.plans import Plan
from openday.rules.fuzzy_date import Precision, read_period
from openday.rules.states import Adoption, SignupMode, SuggestionStatus
from openday.services.occurrences import cancel_occurrence
from tests.factories.activities import page_url, published_activity, ticket_url
from tests.factories.occurrences import open_occurrence
from tests.factories.people import House
from tests.support.client import PageClient
from tests.support.pages import Page
from tests.support.queries import count_queries

CARDS = "//article[contains(@class, 'card')]"
THEMES = "//article//*[@class='card__theme']"
MARCH = date(2027, 3, 10)


def at(day: date, hour: int = 10, hours: float = 2) -> dict[str, Any]:
    begins = datetime(day.year, day.month, day.day, hour, tzinfo=SHANGHAI)
    return {"starts_in": begins - clock.now() + timedelta(seconds=30), "hours": hours}


def firm(house: House, theme: str, day: date, hour: int = 10, **more: Any) -> Occurrence:
    agency = {"agency_id": more.pop("agency_id")} if "agency_id" in more else {}
    return open_occurrence(published_activity(house, theme=theme, **agency), **at(day, hour), **more)


def themes(page: Page, path: str = THEMES) -> list[str]:
    return [" ".join("".join(element.itertext()).split()) for element in page.all(path)]


@use_case
def keep(*rows: object) -> None:
    session().add_all(rows)


# --- home ------------------------------------------------------------------------------------------------------------


def test_an_empty_home_page_leads_on(client: PageClient) -> None:
    page = client.get("/")
    assert "本周和下周没有安排到具体日期的开放活动" in page.text("main")
    assert client.get(page.links()["查看今后的全部活动"]).text("h1") == "活动日历"


def test_home_shows_this_week_and_next_week_each_under_its_head(client: PageClient, house: House) -> None:
    monday = datetime(2027, 3, 8, 9, tzinfo=SHANGHAI)
    with clock.shifted_by(monday - clock.now()):
        firm(house, "本周日", date(2027, 3, 14))
        firm(house, "下周一", date(2027, 3, 15))
        firm(house, "下周日", date(2027, 3, 21))
        firm(house, "再下周", date(2027, 3, 22))
        published_activity(house, theme="待定", first_day=date(2027, 3, 11), last_day=date(2027, 3, 20))
        page = client.get("/")
    sections = {themes(page, f"(//section)[{n}]//h2")[0]: themes(page, f"(//section)[{n}]{THEMES}") for n in (1, 2, 3)}
    assert sections == {"本周": ["本周日"], "下周": ["下周一", "下周日"], "近期举办，时间待定": ["待定"]}


def test_home_says_how_many_more_there_are(client: PageClient, house: House) -> None:
    monday = datetime(2027, 3, 8, 9, tzinfo=SHANGHAI)
    with clock.shifted_by(monday - clock.now()):
        for hour in range(10, 20):
            firm(house, f"{hour}点", date(2027, 3, 12), hour)
        page = client.get("/")
    assert len(page.all(CARDS)) == 8
    assert "共 10 场，查看全部" in page.text("main")


def test_the_campaign_month_stands_on_the_home_page_in_its_month_alone(client: PageClient, house: House) -> None:
    def call(month: int, status: str, brand: str) -> Call:
        now = clock.now()
        place = {"jurisdiction_id": house.jurisdiction_id, "created_by_id": house.officer.id, "created_at": now}
        due = {"year": now.year, "due_on": now.date(), "title": "征集"}
        return Call(campaign_month=month, status=status, brand=brand, **due, **place)

    this, other = clock.today().month, clock.today().month % 12 + 1
    keep(call(this, "closed", "已结束"), call(other, "open", "下个月"))
    assert "政府开放月" not in client.get("/").text("main")
    keep(call(this, "open", "公开聊亮"))
    page = client.get("/")
    assert page.text("//p[@class='banner__title']") == "公开聊亮"
    assert client.get(page.links()["查看本月活动安排"]).text("h2") == f"{clock.today().year}年{this}月"


def test_answers_appear_on_the_home_page_once_they_are_public(client: PageClient, house: House) -> None:
    client.get("/")
    row = {"agency_id": house.agency_id, "text": "建议周末也开放", "received_at": clock.now()}
    keep(Suggestion(status=SuggestionStatus.OPEN.value, **row))
    assert "建议周末也开放" not in client.get("/").text()
    answer = {"reply": "从下月起每周六开放。", "adoption": Adoption.ADOPTED.value, "answered_at": clock.now()}
    keep(Suggestion(status=SuggestionStatus.ANSWERED.value, **row, **answer))
    published_activity(house)  # publishing an answer is a public change, as this is
    assert "从下月起每周六开放" in client.get("/").text("main")


# --- month -----------------------------------------------------------------------------------------------------------


def cell(page: Page, day: int) -> Page:
    found = page.all(f"//td[.//span[contains(@class, 'day__number') and text()='{day}']]")
    (only,) = found
    return Page("".join(only.itertext()) or " ", page.address)


def test_a_month_lies_in_weeks_from_monday_with_links_to_its_neighbours(client: PageClient, house: House) -> None:
    firm(house, "走进水厂", MARCH, 14)
    page = client.get("/calendar?month=2027-03")
    assert page.text("h2") == "2027年3月"
    assert [len(row.xpath("./td")) for row in page.all("//tbody/tr")] == [7] * 5
    assert "14:00 走进水厂" in cell(page, 10).text()
    assert client.get(page.links()["2027年2月"]).text("h2") == "2027年2月"
    assert client.get(page.links()["2027年4月"]).text("h2") == "2027年4月"
    assert client.get("/calendar?month=2026-12").links()["2027年1月"].endswith("month=2027-01")


def test_a_crowded_day_leads_to_its_own_page(client: PageClient, house: House) -> None:
    for hour in range(9, 14):
        firm(house, f"{hour}点的活动", MARCH, hour)
    page = client.get("/calendar?month=2027-03")
    assert "12点的活动" not in page.html
    (more,) = page.all("//p[@class='day__more']/a")
    day = client.get(more.get("href"))
    assert (day.text("h1"), len(day.all(CARDS))) == ("2027年3月10日（星期三）", 5)


def test_cancelled_and_vague_are_seen_in_the_month(client: PageClient, house: House) -> None:
    gone = firm(house, "取消的活动", MARCH)
    cancel_occurrence(house.officer.actor, gone.code, "检修", page_url=page_url, ticket_url=ticket_url)
    vague = published_activity(house, theme="待定的活动")
    _say_when(vague.id, "2027年3月中旬")
    page = client.get("/calendar?month=2027-03")
    assert page.text("//td//s") == "取消的活动"
    assert page.text("//li[@class='band__item']") == "3月中旬待定的活动云溪区图书馆"


@use_case
def _say_when(activity_id: int, text: str) -> None:
    activity = session().get_one(Activity, activity_id)
    activity.time_text = text
    activity.read_from(read_period(text, year=2027))


def test_days_off_are_named(client: PageClient) -> None:
    keep(CalendarDay(day=date(2027, 3, 9), kind="holiday", name="模拟节"))
    keep(CalendarDay(day=date(2027, 3, 13), kind="make_up", name="模拟节"))
    page = client.get("/calendar?month=2027-03")
    rest = themes(page, "//td[contains(@class, 'day--rest')]//span[contains(@class, 'day__number')]")
    assert "模拟节" in cell(page, 9).text()
    assert rest == ["6", "7", "9", "14", "20", "21", "27", "28"]


@pytest.mark.parametrize("query", ["agency=water", "mode=open_door", "q=水厂", "q=shuichang", "agency=water&q=水厂"])
def test_month_and_list_are_narrowed_and_keep_it_when_turned(client: PageClient, house: House, query: str) -> None:
    firm(house, "水厂", MARCH, agency_id=house.other_agency_id, signup_mode=SignupMode.OPEN_DOOR)
    firm(house, "图书馆", MARCH)
    month = client.get(f"/calendar?month=2027-03&{query}")
    assert "水厂" in cell(month, 10).text()
    assert "图书馆" not in cell(month, 10).text()
    listed = client.get(month.links()["本月列表"])
    assert themes(listed) == ["水厂"]
    april = client.get(month.links()["2027年4月"])
    assert "没有符合条件的活动" in april.text("main")
    assert themes(client.get(april.links()["今后全部"])) == ["水厂"]
    assert "图书馆" in cell(client.get(month.links()["清除条件"]), 10).text()


def _send(client: PageClient, page: Page, **fields: str) -> Page:
    """The filter as a browser sends it: a GET with its fields in the address."""
    form = page.form(having="mode")
    return client.get(form.action, query_string=form.filled(**fields))


def test_the_filter_is_a_form_that_keeps_month_and_view(client: PageClient, house: House) -> None:
    firm(house, "水厂", MARCH, agency_id=house.other_agency_id)
    page = client.get("/calendar?month=2027-03&view=list")
    found = _send(client, page, agency="water")
    assert (themes(found), client.response.request.args["month"]) == (["水厂"], "2027-03")
    nothing = _send(client, found, mode="invitation")
    assert "没有符合条件的活动" in nothing.text("main")


def test_too_many_agencies_to_choose_from_are_found_by_words_instead(client: PageClient, house: House) -> None:
    firm(house, "水厂", MARCH, agency_id=house.other_agency_id)
    keep(*(Agency(name=f"单位{n}", slug=f"a{n}", jurisdiction_id=house.jurisdiction_id) for n in range(70)))
    assert "agency" in client.get("/calendar").form(having="mode").names
    for slug in range(3, 73):
        published_activity(house, agency_id=slug)
    assert "agency" not in client.get("/calendar").form(having="mode").names


@pytest.mark.parametrize(
    "month", ["2027-13", "2027-00", "2027", "x", "2027-3", "0000-01", "9999-12", "%00", "２０２７-03"]
)
def test_a_month_that_is_none_is_not_found(client: PageClient, month: str) -> None:
    assert "月份应写作" in client.get(f"/calendar?month={month}", 404).text("main")


@pytest.mark.parametrize("day", ["2027-02-30", "2027-13-01", "x", "1", "2027-3-1", "20270301", "%00", "9999-12-31"])
def test_a_day_that_is_none_is_not_found(client: PageClient, day: str) -> None:
    client.get(f"/calendar/{day}", 404)


# --- list, day, search -----------------------------------------------------------------------------------------------


def test_the_list_is_turned_page_by_page(client: PageClient, house: House) -> None:
    for number in range(31):
        firm(house, f"活动{number:02d}", MARCH + timedelta(days=number))
    page = client.get("/calendar?view=list")
    assert (len(page.all(CARDS)), themes(page)[0]) == (30, "活动00")
    assert "第 1 页，共 2 页，共 31 项" in page.text("//nav[@class='pager']")
    assert themes(client.get(page.links()["下一页"])) == ["活动30"]
    assert themes(client.get("/calendar?view=list&page=99999")) == ["活动30"]
    assert len(client.get("/calendar?view=list&page=-1").all(CARDS)) == 30


def test_the_list_of_a_past_month_is_still_there(client: PageClient, house: House) -> None:
    firm(house, "将成往事", MARCH)
    with clock.shifted_by(timedelta(days=900)):
        assert themes(client.get("/calendar?view=list")) == []
        assert themes(client.get("/calendar?view=list&month=2027-03")) == ["将成往事"]
        assert "活动已结束" in client.get("/calendar/2027-03-10").text(CARDS)


def test_a_day_tells_what_is_certain_from_what_is_not(client: PageClient, house: House) -> None:
    firm(house, "确定的", MARCH)
    published_activity(house, theme="可能的", first_day=date(2027, 3, 1), last_day=date(2027, 3, 31))
    page = client.get("/calendar/2027-03-10")
    assert themes(page, f"//section{THEMES}") == ["可能的"]
    assert themes(page)[0] == "确定的"
    assert client.get(page.links()["2027年3月11日（星期四）"]).text("h1") == "2027年3月11日（星期四）"


def test_search_finds_by_words_and_by_pinyin(client: PageClient, house: House) -> None:
    published_activity(house, theme="走进净水厂", agency_id=house.other_agency_id)
    published_activity(house, theme="档案馆开放日")
    for question in ("净水", "jingshui", "jsc", "水务局"):
        page = client.get(f"/search?q={question}")
        assert themes(page) == ["走进净水厂"], question
        assert page.all("//main//input[@name='q']")[0].get("value") == question
    page = client.get("/search?q=没有这样的活动")
    assert "找到 0 项" in page.text("main")
    assert page.links()["查看今后的全部活动"] == "/calendar?view=list"


HOSTILE = ["'", '"', "%00", "%ED%A0%80", "a" * 200_000, "%E6%B0%B4" * 50_000, "*", "-x", "{{7*7}}", "%0d%0aX:1",
           "<script>", "' OR 1=1--", "水:*&!", "%FF%FE", "\u202e\u200b"]  # fmt: skip


@pytest.mark.parametrize("question", HOSTILE)
def test_no_question_breaks_a_page(client: PageClient, house: House, question: str) -> None:
    published_activity(house)
    for address in ("/search?q=", "/calendar?q=", "/calendar?view=list&agency=", "/calendar?mode=", "/calendar?page="):
        client.get(f"{address}{question}")


def test_bad_months_in_pages_of_anything_are_refused_not_broken(client: PageClient) -> None:
    for question in HOSTILE:
        assert client.raw(f"/calendar?month={question}").status_code == 404


# --- size and cost ---------------------------------------------------------------------------------------------------


@use_case
def _many(house: House, count: int, first: date) -> None:
    """Occurrences spread over a month, written at once, with themes of real length."""
    now = clock.now()
    same = {"agency_id": house.agency_id, "published_at": now, "changed_at": now, "precision": Precision.DAY.value}
    activities = [
        {"id": 100 + n, "code": f"c{n:05d}", "uid": f"u{n}", "plan_id": 1000 + n, "vague": False,
         "theme": f"“数智赋能、便民利企”政务服务开放日活动暨一体化办事体验（第{n}期）", "signup_mode": "first_come",
         "status": "published", "sequence": 0, "event_bytes": b"", **same}
        for n in range(count)
    ]  # fmt: skip
    begins = datetime(first.year, first.month, 1, 9, tzinfo=SHANGHAI)
    slots = [
        {"id": 100 + n, "code": f"o{n:05d}", "activity_id": 100 + n, "number": 1, "status": "scheduled",
         "starts_at": begins + timedelta(days=n % 30), "ends_at": begins + timedelta(days=n % 30, hours=2),
         "venue": "政务服务中心", "signup_mode": "first_come", "created_by_id": house.filer.id, "created_at": now,
         "changed_at": now}
        for n in range(count)
    ]  # fmt: skip
    plans = [
        {"id": 1000 + n, "code": f"p{n:05d}", "agency_id": house.agency_id, "theme": "x", "created_at": now,
         "updated_at": now}
        for n in range(count)
    ]  # fmt: skip
    session().execute(insert(Plan), plans)
    session().execute(insert(Activity), activities)
    session().execute(insert(Occurrence), slots)
    seats = [{"occurrence_id": 100 + n, "position": 1, "capacity": 20, "taken": n % 21} for n in range(count)]
    session().execute(insert(Quota), seats)


def test_a_month_of_five_hundred_stays_small_and_quick(app: Flask, client: PageClient, house: House) -> None:
    vague = published_activity(house)
    for number in range(30):
        published_activity(
            house, theme=f"时间待定的活动{number}", first_day=date(2027, 4, 1), last_day=date(2027, 4, 30)
        )
    _many(house, 500, date(2027, 4, 1))
    address = "/calendar?month=2027-04"
    page = client.get(address)
    assert len(page.html.encode()) < 60_000
    assert len(page.all("//li[contains(@class, 'entry')]")) == 90
    best = 1.0
    for _ in range(5):
        app.extensions.pop("kept")
        began = time.process_time()
        client.raw(address)
        best = min(best, time.process_time() - began)
    assert best < 0.05, "ten milliseconds alone on a quiet machine; see bench/pages.py"
    assert vague.code not in page.html


def test_the_number_of_statements_does_not_grow(app: Flask, client: PageClient, house: House) -> None:
    pages = ("/", "/calendar?month=2027-04", "/calendar?view=list", "/calendar/2027-04-02", "/search?q=政务")

    def cold() -> list[int]:
        counts = []
        for address in pages:
            app.extensions.pop("kept", None)
            with count_queries() as asked:
                client.get(address)
            counts.append(len(asked))
        return counts

    for number in range(5):
        firm(house, f"政务活动{number}", date(2027, 4, 2), 9 + number, quotas={"居民": 1, "企业": 2})
    published_activity(house, theme="政务待定", first_day=date(2027, 4, 2))
    few = cold()
    for number in range(45):
        firm(house, f"政务更多{number}", date(2027, 4, 2 + number % 20), 9, quotas={"居民": 1, "企业": 2})
        published_activity(house, theme=f"政务待定{number}", first_day=date(2027, 4, 2))
    assert all(later <= before for later, before in zip(cold(), few, strict=True))
    assert max(few) <= 9
