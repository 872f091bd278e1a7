"""A rhythm is typed, read at once beside the field, filed, and becomes a list of proposed occurrences."""

import pytest
from playwright.sync_api import Page

from tests.journeys.people import AGENCY, add_agency, invite
from tests.journeys.stage import Stage
from tests.journeys.story import filing

pytestmark = pytest.mark.journey

THEME = "走进书库"


@pytest.fixture(scope="module")
def settled(stage: Stage) -> Stage:
    """An agency with its filer and reviewer, an officer, and an open call."""
    link = stage.command("create-admin", "--place", "云溪区").splitlines()[0]
    admin = stage.come_in(link, "admin")
    add_agency(stage, admin)
    for login, name, role in (("filer", "何小雨", "填报人"), ("reviewer", "沈立夏", "审核人")):
        invite(stage, admin, login, name, role, AGENCY)
    invite(stage, admin, "officer", "周清明", "政务公开办", None)
    filing.the_office_opens_a_call(stage)
    return stage


def beside(page: Page, field: str) -> str:
    """What stands beside a field now."""
    return page.locator(f"[data-reading={field}]").inner_text()


def test_typing_shows_how_it_is_understood_and_the_list_follows(settled: Stage) -> None:
    year = settled.now().year + 1
    filer = settled.visitor("filer")
    with settled.photographed_if_it_fails():
        the_filer_types(settled, filer, year)
        it_is_put_on_record_and_published(settled)
        the_filer_proposes_the_whole_list(settled, filer, year)


def the_filer_types(stage: Stage, filer: Page, year: int) -> None:
    filer.goto("agency/plans/new")
    time, audience = filer.get_by_label("开展时间"), filer.get_by_label("活动对象")
    time.press_sequentially("正月十五", delay=20)
    filer.get_by_text("所写的是农历或传统节日，请写明公历日期。").wait_for()
    time.fill("2026年9月16日（星期四）")
    filer.get_by_text("与所写的星期不一致").wait_for()
    assert "2026年9月16日（星期三）" in beside(filer, "time_text")
    assert time.input_value() == "2026年9月16日（星期四）", "warned, never put right behind the filer's back"
    audience.fill("企业代表10名，市民代表20名，共35人")
    filer.get_by_text("各组相加为30人，少于总数35人").wait_for()
    stage.look(filer, "plan-new-live-warnings")
    filer.reload()
    time.fill(f"{year}年3月至6月每月第三周星期四下午2:30—4:30")
    filer.get_by_text("14:30–16:30").wait_for()
    audience.fill("市民代表20人、企业代表10人")
    filer.get_by_text("共30人，其中市民代表20人、企业代表10人").wait_for()
    stage.look(filer, "plan-new-live")
    filer.get_by_label("活动主题").fill(THEME)
    filer.get_by_label("开展地点").fill("云溪区图书馆")
    filer.get_by_label("活动内容").fill("参观书库。")
    filer.get_by_label("活动报名方式").fill("网上报名")
    filer.get_by_label("联系方式").fill("0000-8880000")
    filer.get_by_role("button", name="提交单位审核").click()
    filer.get_by_text("单位审核中").first.wait_for()


def it_is_put_on_record_and_published(stage: Stage) -> None:
    reviewer, officer = stage.visitor("reviewer"), stage.visitor("officer")
    reviewer.goto("agency/")
    reviewer.get_by_role("link", name=THEME).first.click()
    reviewer.get_by_role("button", name="通过并报送").click()
    reviewer.get_by_text("待政务公开办审核").first.wait_for()
    officer.goto("office/plans")
    officer.get_by_role("link", name=THEME).first.click()
    officer.get_by_role("button", name="同意备案").click()
    officer.get_by_text("已备案").first.wait_for()
    officer.get_by_role("link", name="发布", exact=True).click()
    officer.get_by_role("radio", name="先到先得").check()
    officer.get_by_role("button", name="发布", exact=True).click()
    officer.get_by_role("heading", name=THEME).wait_for()


def the_filer_proposes_the_whole_list(stage: Stage, filer: Page, year: int) -> None:
    filer.goto("agency/activities")
    filer.get_by_role("link", name=THEME).first.click()
    filer.get_by_role("link", name="报场次").click()
    stage.look(filer, "occurrence-new-offers-series")
    filer.get_by_role("link", name="按开展时间拟定场次").click()
    days = filer.get_by_role("checkbox", name=f"{year}年")
    assert days.count() == 4
    assert filer.get_by_label("开始时间").input_value() == "14:30"
    stage.look(filer, "occurrence-series")
    days.last.uncheck()
    filer.get_by_role("button", name="报政务公开办确认").click()
    filer.get_by_text("共3场").wait_for()
    assert filer.get_by_role("row").filter(has_text="14:30–16:30").count() == 3
    stage.look(filer, "activity-show-series")
