"""The page of an activity: when and where, how to get in, and what has become of it."""

from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

from openday import clock
from openday.app import create_app
from openday.db import session, use_case
from openday.models.activities import Activity
from openday.models.aftermath import Outcome
from openday.models.occurrences import Quota
from openday.rules.fuzzy_date import read_period
from openday.rules.states import OccurrenceStatus, OutcomeStatus, SignupMode
from openday.rules.wording import moment_text, second_text, span_text
from openday.services.occurrences import Schedule, Seating, cancel_occurrence, schedule_occurrence
from openday.services.publications import cancel_activity
from openday.services.republish import CALENDAR, bump
from tests.conftest import settings_for
from tests.factories.activities import page_url, published_activity, ticket_url
from tests.factories.occurrences import open_occurrence
from tests.factories.people import House, build_house
from tests.support.client import PageClient
from tests.support.pages import Page
from tests.support.queries import count_queries

WHEN = "//p[contains(@class, 'when__time')]"
SEATS = "//p[contains(@class, 'seats')]"


@use_case
def change(table: type, ident: int, **values: Any) -> None:
    session().execute(update(table).where(table.id == ident).values(**values))


@use_case
def say_when(activity_id: int, text: str) -> None:
    activity = session().get_one(Activity, activity_id)
    activity.time_text = text
    activity.read_from(read_period(text, year=2027))


def buttons(page: Page) -> dict[str, str]:
    """Kind of each sign-up button → where it leads."""
    found = page.all("//main//a[contains(@class, 'button--')]")
    return {link.get("class").rpartition("--")[2]: link.get("href") for link in found}


def test_one_occurrence_says_when_where_and_how_many_seats_are_left(client: PageClient, house: House) -> None:
    activity = published_activity(house, theme="走进图书馆")
    occurrence = open_occurrence(activity, capacity=30, venue="二楼报告厅")
    page = client.get(f"/activities/{activity.code}")
    assert page.text("h1") == "走进图书馆"
    assert page.text(WHEN) == span_text(occurrence.starts_at, occurrence.ends_at)
    assert page.text("//p[contains(@class, 'when__venue')]") == "二楼报告厅"
    assert page.text(SEATS) == "剩余 30 个名额，共 30 个"
    assert buttons(page) == {"primary": f"/occurrences/{occurrence.code}/sign-up"}
    assert page.all(f"//img[@src='/occurrences/{occurrence.code}/qr.png']")
    assert f"报名截止：{moment_text(occurrence.starts_at)}" in page.text("main")


def test_the_button_leads_to_the_form(client: PageClient, house: House) -> None:
    activity = published_activity(house)
    open_occurrence(activity)
    page = client.get(f"/activities/{activity.code}")
    assert client.get(page.links()["我要报名"]).form(having="phone").method == "post"


@pytest.mark.parametrize(
    ("options", "said", "button"),
    [
        ({}, "剩余 30 个名额", "我要报名"),
        ({"capacity": 0, "waitlist": True}, "名额已满，可登记候补", "登记候补"),
        ({"capacity": 0, "waitlist": False}, "名额已满", ""),
        ({"signup_mode": SignupMode.OPEN_DOOR}, "无需报名，直接前往", ""),
        ({"signup_mode": SignupMode.INVITATION}, "定向邀请，不公开报名", ""),
        ({"signup_mode": SignupMode.CLOSED}, "不公开报名", ""),
    ],
)
def test_how_one_gets_in_is_said_plainly(
    client: PageClient, house: House, options: dict[str, Any], said: str, button: str
) -> None:
    activity = published_activity(house)
    open_occurrence(activity, **options)
    page = client.get(f"/activities/{activity.code}")
    assert page.text(SEATS).startswith(said)
    assert [label for label in ("我要报名", "登记候补") if label in page.links()] == ([button] if button else [])


def test_sign_up_that_has_not_begun_or_is_over_has_no_button(client: PageClient, house: House) -> None:
    soon, late = published_activity(house), published_activity(house)
    opens = clock.now() + timedelta(days=2)
    open_occurrence(soon, opens_at=opens)
    open_occurrence(late, closes_at=clock.now() - timedelta(days=1))
    page = client.get(f"/activities/{soon.code}")
    assert (page.text(SEATS), buttons(page)) == (f"{second_text(opens)} 开始报名", {})
    page = client.get(f"/activities/{late.code}")
    assert (page.text(SEATS), buttons(page)) == ("报名已截止", {})


def test_several_occurrences_have_a_button_each_and_one_is_red(client: PageClient, house: House) -> None:
    activity = published_activity(house)
    full = open_occurrence(activity, starts_in=timedelta(days=1), capacity=0, waitlist=False)
    first = open_occurrence(activity, starts_in=timedelta(days=2))
    second = open_occurrence(activity, starts_in=timedelta(days=3))
    page = client.get(f"/activities/{activity.code}")
    leads = [span_text(slot.starts_at, slot.ends_at) for slot in (first, full, second)]
    assert [" ".join(time.itertext()) for time in page.all(WHEN)] == leads
    assert buttons(page) == {
        "primary": f"/occurrences/{first.code}/sign-up",
        "secondary": f"/occurrences/{second.code}/sign-up",
    }
    assert "第2场，共3场" in page.text("main")


def test_past_occurrences_are_folded_away_and_the_page_stays(client: PageClient, house: House) -> None:
    activity = published_activity(house)
    open_occurrence(activity, starts_in=timedelta(days=1))
    open_occurrence(activity, starts_in=timedelta(days=4))
    with clock.shifted_by(timedelta(days=2)):
        page = client.get(f"/activities/{activity.code}")
        assert "第1场" in page.text("details")
    with clock.shifted_by(timedelta(days=9)):
        page = client.get(f"/activities/{activity.code}")
        assert (buttons(page), page.text(SEATS).startswith("活动已结束")) == ({}, True)


@pytest.mark.parametrize(
    ("text", "shown", "block"),
    [
        ("2027年9月中旬", "2027年9月中旬（时间待定）", "2027年9月 中旬 时间待定"),
        ("9月", "2027年9月（时间待定）", "2027年 9月 时间待定"),
        ("2027年第三季度", "2027年第三季度（时间待定）", "2027年 三季度 时间待定"),
        ("2027年下半年", "2027年下半年（时间待定）", "2027年 下半年 时间待定"),
        ("2027年9月16日", "2027年9月16日（星期四）（具体时间待定）", "2027年9月 16 时间待定"),
        ("每月第三周星期四", "2027年每月第三周星期四（具体场次待定）", "2027年 多场 时间待定"),
        ("视情况而定", "视情况而定（时间待定）", "时间 待定"),
    ],
)
def test_what_is_vague_stays_as_vague_as_it_is(
    client: PageClient, house: House, text: str, shown: str, block: str
) -> None:
    activity = published_activity(house)
    say_when(activity.id, text)
    page = client.get(f"/activities/{activity.code}")
    assert page.text(WHEN) == shown
    assert page.text("//p[contains(@class, 'date ')]/span[@aria-hidden]") == block
    assert f"举办单位报送的时间为“{text}”" in page.text("main")
    assert "网址不变" in page.text("main")
    assert buttons(page) == {"secondary": f"/activities/{activity.code}/watch"}


def test_it_firms_up_on_the_same_page_with_its_history(client: PageClient, house: House) -> None:
    activity = published_activity(house)
    assert "时间待定" in client.get(f"/activities/{activity.code}").text("h1/..")
    begins = (clock.now() + timedelta(days=20)).replace(minute=0, second=0, microsecond=0)
    schedule = Schedule(begins, begins + timedelta(hours=2), "三楼活动室", SignupMode.FIRST_COME)
    schedule_occurrence(house.officer.actor, activity.code, schedule, [Seating("市民", 20)], page_url=page_url)
    page = client.get(f"/activities/{activity.code}")
    assert page.text(WHEN) == span_text(begins, begins + timedelta(hours=2))
    assert "时间待定" not in page.text("//header[@class='title']")
    lines = [" ".join("".join(p.itertext()).split()) for p in page.all("//p[@class='timeline__what']")]
    assert lines[-1] == "活动发布"
    assert len(lines) == 2


def test_a_cancelled_activity_says_so_and_why(client: PageClient, house: House) -> None:
    activity = published_activity(house, theme="走进水厂")
    open_occurrence(activity)
    cancel_activity(house.officer.actor, activity.code, "取水口检修", page_url=page_url, ticket_url=ticket_url)
    page = client.get(f"/activities/{activity.code}")
    assert page.text("h1/s") == "走进水厂"
    assert "取水口检修" in page.text("//div[contains(@class, 'notice--warning')]")
    assert (buttons(page), page.all("//img")) == ({}, [])
    assert "取水口检修" in page.text("//ol[@class='timeline']")


def test_one_cancelled_occurrence_of_several_keeps_its_place(client: PageClient, house: House) -> None:
    activity = published_activity(house)
    gone = open_occurrence(activity, starts_in=timedelta(days=1))
    open_occurrence(activity, starts_in=timedelta(days=4))
    cancel_occurrence(house.officer.actor, gone.code, "设备检修", page_url=page_url, ticket_url=ticket_url)
    page = client.get(f"/activities/{activity.code}")
    assert "取消原因：设备检修" in page.text("main")
    assert not page.all("//h1/s")
    assert len(buttons(page)) == 1


def test_each_part_of_the_audience_sees_its_seats(client: PageClient, house: House) -> None:
    activity = published_activity(house)
    occurrence = open_occurrence(activity, quotas={"居民代表": 20, "企业代表": 10})
    change(Quota, occurrence.quotas[0].id, taken=20)
    page = client.get(f"/activities/{activity.code}")
    rows = [" ".join(" ".join(row.itertext()).split()) for row in page.all("//table[@class='quota']/tbody/tr")]
    assert rows == ["居民代表 20 20 0", "企业代表 10 0 10"]


def test_what_became_of_it_is_told_once_it_is_published(client: PageClient, house: House) -> None:
    activity = published_activity(house)
    _report(house, activity, OutcomeStatus.FILED)
    address = f"/activities/{activity.code}"
    assert "现场解答12个问题" not in client.get(address).text()
    _publish_reports()
    assert "2026年9月16日（星期三）举办，28人参加。 现场解答12个问题" in client.get(address).text("main")


@use_case
def _publish_reports() -> None:
    session().execute(update(Outcome).values(status=OutcomeStatus.PUBLISHED.value))
    bump(CALENDAR, clock.now())


@use_case
def _report(house: House, activity: Activity, status: OutcomeStatus) -> None:
    now = clock.now()
    report = {"invited": 8, "public": 20, "staff": 5, "text": "现场解答12个问题。"}
    who = {"plan_id": activity.plan_id, "author_id": house.filer.id}
    session().add(Outcome(status=status.value, held_on=date(2026, 9, 16), filed_at=now, **report, **who))


def test_nobody_sees_a_proposal_or_who_made_it(client: PageClient, house: House) -> None:
    activity = published_activity(house)
    proposal = open_occurrence(activity, status=OccurrenceStatus.PROPOSED, venue="还没有批准的地点")
    page = client.get(f"/activities/{activity.code}")
    assert "还没有批准的地点" not in page.html
    assert proposal.code not in page.html


def test_hostile_texts_stay_texts(client: PageClient, house: House) -> None:
    hostile = "<script>alert(1)</script>{{ 7*7 }}\"'><img src=x onerror=y>"
    activity = published_activity(house, theme=hostile[:190])
    change(Activity, activity.id, content=hostile, audience_text=hostile, venue=hostile, contact_phone=hostile)
    page = client.get(f"/activities/{activity.code}")
    assert page.text("h1") == hostile
    assert not page.all("//main//script | //main//img")


@pytest.mark.parametrize("code", ["nothing", "%00", "%ED%A0%80", "a" * 3000, "..%2f", "%E6%B0%B4"])
def test_what_was_never_published_is_not_found(client: PageClient, house: House, code: str) -> None:
    assert client.raw(f"/activities/{code}").status_code == 404


def test_the_english_side_writes_english_times(client: PageClient, house: House) -> None:
    activity = published_activity(house)
    say_when(activity.id, "2027年9月中旬")
    page = client.get(f"/activities/{activity.code}?lang=en")
    assert page.text(WHEN) == "Mid-September 2027 (date to be confirmed)"
    occurrence = open_occurrence(activity)
    begins = occurrence.starts_at
    said = client.get(f"/activities/{activity.code}?lang=en").text(WHEN)
    assert said.endswith(f"{begins.year}, {begins:%H:%M}–{occurrence.ends_at:%H:%M}")


def test_links_stay_under_a_sub_path(sqlite_url: str, tmp_path: Any) -> None:
    app: Flask = create_app(settings_for(sqlite_url, tmp_path, base_url="https://www.example.gov.cn/kaifang"))
    with app.app_context():
        house = build_house()
        activity = published_activity(house)
        occurrence = open_occurrence(activity)
        visitor = PageClient(app)
        page = visitor.get(f"/kaifang/activities/{activity.code}")
        assert buttons(page) == {"primary": f"/kaifang/occurrences/{occurrence.code}/sign-up"}
        assert f"https://www.example.gov.cn/kaifang/occurrences/{occurrence.code}/sign-up" in page.text(
            "aside | //figure"
        )
        visitor.get(page.links()["English"])
        assert visitor.response.request.path == f"/kaifang/activities/{activity.code}"
        for address in ("/", "/calendar", "/calendar?view=list", "/search?q=tsg", "/subscribe", "/privacy"):
            visitor.get(f"/kaifang{address}")


def test_the_number_of_statements_does_not_grow_with_the_occurrences(client: PageClient, house: House) -> None:
    def cold() -> int:
        open_occurrence(busy, quotas={"居民": 5, "企业": 5})  # a public change: the kept page no longer holds
        with count_queries() as asked:
            client.get(f"/activities/{busy.code}")
        return len(asked)

    busy = published_activity(house)
    few = cold()
    for _ in range(20):
        open_occurrence(busy, quotas={"居民": 5, "企业": 5})
    assert cold() == few
