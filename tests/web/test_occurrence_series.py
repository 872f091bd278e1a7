"""Several occurrences from the wording of the plan: listed, ticked, proposed in one step."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from openday import clock
from openday.db import db
from openday.models.activities import Activity
from openday.models.ledger import AuditEvent
from openday.models.occurrences import Occurrence
from tests.factories.activities import published_activity
from tests.factories.occurrences import open_occurrence
from tests.factories.people import House
from tests.support.client import PageClient
from tests.support.queries import count_queries


@pytest.fixture
def filer(client: PageClient, house: House) -> PageClient:
    return client.log_in(house.filer)


def activity_with(house: House, time_text: str, audience_text: str = "市民代表20人、企业代表10人") -> Activity:
    """A published activity whose plan says its time and audience in these words."""
    activity = published_activity(house)
    activity.time_text, activity.audience_text = time_text, audience_text
    db.session.commit()
    return activity


def next_year(month: int, day: int = 1) -> str:
    return f"{clock.today().year + 1}-{month:02d}-{day:02d}"


def rhythm() -> str:
    """Four Wednesdays in the May after next new year, whatever the day of the test."""
    return f"{clock.today().year + 1}年5月每周三下午2:30—4:30"


def address(activity: Activity) -> str:
    return f"/agency/activities/{activity.code}/occurrences/series"


def proposals() -> list[Occurrence]:
    return list(db.session.scalars(select(Occurrence).order_by(Occurrence.starts_at)))


def test_a_rhythm_becomes_proposals_in_one_step(filer: PageClient, house: House) -> None:
    activity = activity_with(house, rhythm())
    page = filer.get(f"/agency/activities/{activity.code}/occurrences/new")
    page = filer.get(page.links()["按开展时间拟定场次"])
    form = page.form(having="starts")
    ticked = form.values["days"]
    assert 4 <= len(ticked) <= 5
    assert (form.values["starts"], form.values["ends"]) == (["14:30"], ["16:30"])
    assert form.values["quotas-0-audience"] == ["市民代表"]
    assert form.values["quotas-1-seats"] == ["10"]
    page = filer.submit(form, days=ticked[1:], act="save")
    assert f"共{len(ticked) - 1}场" in page.text("//body")
    made = proposals()
    assert [f"{row.starts_at:%Y-%m-%d %H:%M}" for row in made] == [f"{day} 14:30" for day in ticked[1:]]
    assert {row.status for row in made} == {"proposed"}
    assert [(quota.name, quota.capacity) for quota in made[0].quotas] == [("市民代表", 20), ("企业代表", 10)]
    written = db.session.scalars(select(AuditEvent.action).where(AuditEvent.record_type == "occurrence")).all()
    assert written == ["occurrence.propose"] * len(made)


def test_months_without_a_day_ask_for_one_each(filer: PageClient, house: House) -> None:
    activity = activity_with(house, f"{clock.today().year + 1}年3月至5月每月一次")
    page = filer.get(address(activity))
    assert "请选定日期" in page.text("main")
    form = page.form(having="starts")
    typed = {"starts": "9:00", "ends": "11:00", "act": "save"}
    page = filer.submit(form, status=422, **typed)
    assert "请至少选定一个日期" in page.text("//*[@id='errors']")
    page = filer.submit(page.form(having="starts"), status=422, **{**typed, "pick-1": next_year(4, 9)})
    assert "之内" in page.text("//*[@id='errors']")
    filer.submit(page.form(having="starts"), **{**typed, "pick-1": next_year(3, 12), "pick-3": next_year(5, 14)})
    assert [f"{row.starts_at:%m-%d}" for row in proposals()] == ["03-12", "05-14"]


def test_all_that_is_missing_is_said_at_once(filer: PageClient, house: House) -> None:
    activity = activity_with(house, f"{clock.today().year + 1}年3月至5月每月一次，上午")
    page = filer.get(address(activity))
    assert "计划只写了上午，请写明钟点。" in page.text("main")
    page = filer.submit(page.form(having="starts"), status=422, act="save")
    told = page.text("//*[@id='errors']")
    assert "请至少选定一个日期" in told
    assert "请填写开始时间" in told


def test_a_day_that_is_taken_is_said_and_not_ticked(filer: PageClient, house: House) -> None:
    activity = activity_with(house, rhythm())
    days = filer.get(address(activity)).form(having="starts").values["days"]
    filer.submit(filer.get(address(activity)).form(having="starts"), days=days[:1], act="save")
    page = filer.get(address(activity))
    assert "已有场次" in page.text("main")
    form = page.form(having="starts")
    assert form.values["days"] == days[1:]
    page = filer.submit(form, status=422, days=days[:2], act="save")
    assert "已经有一场" in page.text("//*[@id='errors']")
    assert len(proposals()) == 1, "all of the list or nothing"


def test_a_wrong_clock_comes_back_with_what_was_ticked(filer: PageClient, house: House) -> None:
    activity = activity_with(house, rhythm())
    form = filer.get(address(activity)).form(having="starts")
    kept = form.values["days"][:2]
    page = filer.submit(form, status=422, days=kept, ends="13:00", act="save")
    assert "结束时间应晚于开始时间" in page.text("//*[@id='errors']")
    assert page.form(having="starts").values["days"] == kept
    assert proposals() == []


def test_one_more_line_of_quotas_keeps_the_ticks(filer: PageClient, house: House) -> None:
    activity = activity_with(house, rhythm())
    form = filer.get(address(activity)).form(having="starts")
    kept = form.values["days"][:1]
    again = filer.submit(form, days=kept, act="row").form(having="starts")
    assert again.values["days"] == kept
    assert "quotas-3-seats" in again.names


def test_a_time_that_says_no_days_leads_to_the_single_form(filer: PageClient, house: House) -> None:
    activity = activity_with(house, "近期")
    assert "按开展时间拟定场次" not in filer.get(f"/agency/activities/{activity.code}/occurrences/new").links()
    page = filer.get(address(activity))
    assert "逐场填写" in page.links()
    filer.post(address(activity), status=422, data={**page_token(filer, activity), "act": "save"})


def page_token(filer: PageClient, activity: Activity) -> dict[str, str]:
    form = filer.get(f"/agency/activities/{activity.code}/occurrences/new").form(having="venue")
    return {"csrf_token": form.values["csrf_token"][0]}


def test_a_single_form_begins_with_what_the_plan_says(filer: PageClient, house: House) -> None:
    day = clock.today() + timedelta(days=40)
    activity = activity_with(
        house, f"{day.year}年{day.month}月{day.day}日上午9:00—11:00", "共30人，其中市民代表20人，图书馆工作人员10人"
    )
    page = filer.get(f"/agency/activities/{activity.code}/occurrences/new")
    form = page.form(having="venue")
    assert form.values["day"] == [day.isoformat()]
    assert (form.values["starts"], form.values["ends"]) == (["09:00"], ["11:00"])
    assert form.values["quotas-0-audience"] == ["市民代表"]
    assert "共30人，其中市民代表20人" in page.text("main"), "the wording stands beside what was made of it"


def test_disagreement_of_shares_and_total_is_said_before_seats_are_given(filer: PageClient, house: House) -> None:
    activity = activity_with(house, rhythm(), "企业代表10名，市民代表20名，共35人")
    page = filer.get(address(activity))
    assert "各组相加为30人，少于总数35人" in page.text("main")


def test_the_office_lists_proposals_and_confirms_them(client: PageClient, house: House) -> None:
    activity = activity_with(house, rhythm())
    officer = client.log_in(house.officer)
    page = officer.get(f"/office/publications/{activity.code}/occurrences/new")
    page = officer.get(page.links()["按开展时间拟定场次"])
    form = page.form(having="starts")
    page = officer.submit(form, days=form.values["days"][:2], act="save")
    assert "共2场" in page.text("//body")
    assert {row.status for row in proposals()} == {"proposed"}
    officer.submit(page.form(action=f"/{proposals()[0].code}/confirm"))
    assert [row.status for row in proposals()] == ["scheduled", "proposed"]


def test_nobody_else_finds_the_list(client: PageClient, house: House) -> None:
    activity = activity_with(house, rhythm())
    client.log_in(house.other_filer).get(address(activity), status=404)


def test_the_list_asks_the_same_number_of_questions_however_long(filer: PageClient, house: House) -> None:
    few = activity_with(house, rhythm())
    open_occurrence(few)
    with count_queries() as first:
        filer.get(address(few))
    many = activity_with(house, "周一至周五9:00-17:00")
    for number in range(3):
        open_occurrence(many, starts_in=timedelta(days=20 + number))
    with count_queries() as second:
        filer.get(address(many))
    assert len(second) == len(first) < 20
