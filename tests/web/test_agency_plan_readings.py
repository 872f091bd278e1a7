"""What the server says beside a field while it is typed: read, never kept."""

import pytest
from lxml import html
from sqlalchemy import func, select

from openday import clock
from openday.db import db
from openday.models.plans import Plan
from tests.factories.calls import call_of
from tests.factories.people import House
from tests.support.client import PageClient

ADDRESS = "/agency/plans/reading"


@pytest.fixture
def filer(client: PageClient, house: House) -> PageClient:
    call_of(house, year=clock.today().year)
    return client.log_in(house.filer)


def asked(filer: PageClient, **typed: str) -> dict[str, str]:
    """The readings by field, as the script would put them beside it."""
    form = filer.get("/agency/plans/new").form(having="theme")
    data = {"csrf_token": form.values["csrf_token"][0], "call": form.values["call"][0], **typed}
    answer = filer.post(live_address(filer), data=data).get_data(as_text=True)
    parts = html.fragment_fromstring(answer, create_parent=True).xpath("//*[@data-reading]")
    return {part.get("data-reading"): part.text_content() for part in parts}


def live_address(filer: PageClient) -> str:
    page = filer.get("/agency/plans/new")
    (region,) = page.all("//*[@data-reading='time_text']")
    return str(region.get("data-reading-url"))


def test_both_wordings_are_read_as_they_would_be_after_saving(filer: PageClient) -> None:
    year = clock.today().year
    read = asked(filer, time_text="12月31日下午2点半", audience_text="市民代表20名，企业代表10名，共35人")
    assert f"{year}年12月31日" in read["time_text"]
    assert "14:30" in read["time_text"]
    assert "请核对各组相加为30人，少于总数35人" in read["audience_text"]


def test_what_cannot_be_read_says_why(filer: PageClient) -> None:
    read = asked(filer, time_text="正月十五", audience_text="广大市民")
    assert "未能读懂" in read["time_text"]
    assert "农历" in read["time_text"]
    assert "未读出人数" in read["audience_text"]


def test_a_wrong_weekday_and_a_time_that_is_past_are_warned_of(filer: PageClient) -> None:
    read = asked(filer, time_text="2024年5月15日（星期五）", audience_text="")
    assert "是星期三，与所写的星期不一致" in read["time_text"]
    assert "已经过去" in read["time_text"]
    assert read["audience_text"] == ""


def test_reading_keeps_nothing_and_escapes_what_was_typed(filer: PageClient) -> None:
    read = asked(filer, time_text="9月16日<script>alert(1)</script>", audience_text="<b>市民</b>代表20人")
    assert "<script" not in filer.post(ADDRESS, data=token(filer) | {"time_text": "<script>"}).get_data(as_text=True)
    assert read["audience_text"]
    assert db.session.scalar(select(func.count(Plan.id))) == 0


def token(filer: PageClient) -> dict[str, str]:
    return {"csrf_token": filer.get("/agency/plans/new").form(having="theme").values["csrf_token"][0]}


@pytest.mark.parametrize("year", ["0", "abc", "99999", "-5", "²"])
def test_a_hostile_year_is_not_used(filer: PageClient, year: str) -> None:
    answer = filer.post(f"{ADDRESS}?year={year}", data=token(filer) | {"time_text": "9月16日"})
    assert f"{clock.today().year}年9月16日" in answer.get_data(as_text=True)


def test_only_those_who_write_plans_are_answered(client: PageClient, house: House) -> None:
    assert client.http.post(ADDRESS, data={"time_text": "9月16日"}).status_code in (302, 303, 400, 403)
    officer = client.log_in(house.officer)
    page = officer.get("/office/")
    (field, *_) = page.all("//input[@name='csrf_token']/@value")
    assert officer.http.post(ADDRESS, data={"csrf_token": field, "time_text": "9月16日"}).status_code in (403, 404)


def test_without_the_script_the_same_lines_stand_there_after_sending(filer: PageClient) -> None:
    page = filer.get("/agency/plans/new")
    page = filer.submit(
        page.form(having="theme"),
        act="read",
        time_text="2024年5月15日（星期五）",
        audience_text="共20人，其中市民代表30人",
    )
    text = page.text("main")
    assert "与所写的星期不一致" in text
    assert "已经过去" in text
    assert "多于总数20人" in text
