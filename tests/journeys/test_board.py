"""The office's morning: a clash is found and moved, and who has not filed is reminded, by mail that really arrives."""

from datetime import date, timedelta

import pytest
from playwright.sync_api import Page

from tests.journeys.people import move_in
from tests.journeys.stage import Stage

LIBRARY, ARCHIVE = "云溪区图书馆", "云溪区档案馆"
CALL = "关于报送年度政府开放日活动计划的通知"
FIRST, SECOND = "走进图书馆", "档案里的云溪"


def _add_the_archive(stage: Stage) -> None:
    """A second agency, without a reviewer, whose filer has a mailbox."""
    admin = stage.visitor("admin")
    admin.get_by_role("link", name="单位", exact=True).click()
    admin.get_by_label("单位名称").fill(ARCHIVE)
    admin.get_by_label("联系电话").fill("0000-8880007")
    admin.get_by_role("checkbox", name="设有审核人").uncheck()
    admin.get_by_role("button", name="添加单位").click()
    admin.get_by_role("rowheader", name=ARCHIVE).wait_for()
    admin.get_by_role("link", name="人员", exact=True).click()
    admin.get_by_role("link", name="添加人员").click()
    admin.get_by_label("姓名").fill("苏青简")
    admin.get_by_label("用户名").fill("archivist")
    admin.get_by_label("电子邮箱").fill("archivist@example.org")
    admin.get_by_label("所属单位").select_option(label=ARCHIVE)
    admin.get_by_role("checkbox", name="填报人").check()
    admin.get_by_role("button", name="保存并生成链接").click()
    stage.come_in(admin.locator("code").inner_text(), "archivist")


def _open_a_call(stage: Stage) -> None:
    officer = stage.visitor("officer")
    officer.goto("office/calls/new")
    officer.get_by_label("年度").fill(str(_day(stage).year))
    officer.get_by_label("标题").fill(CALL)
    officer.get_by_label("报送截止日期").fill((stage.now().date() + timedelta(days=1)).isoformat())
    officer.get_by_role("button", name="发布", exact=True).click()
    officer.get_by_role("heading", name=CALL).wait_for()


def _day(stage: Stage) -> date:
    """A Wednesday some weeks from now, both in one year."""
    later = stage.now().date() + timedelta(days=30)
    return later + timedelta(days=(2 - later.weekday()) % 7)


def _file(page: Page, theme: str, when: str, button: str) -> None:
    page.goto("agency/plans/new")
    page.get_by_label("活动主题").fill(theme)
    page.get_by_label("开展时间").fill(when)
    page.get_by_label("开展地点").fill(LIBRARY)
    page.get_by_label("活动内容").fill("参观、讲解，听取意见。")
    page.get_by_label("活动对象").fill("市民代表20人")
    page.get_by_label("联系方式").fill("0000-8880000")
    page.get_by_role("button", name=button).click()


def _when(day: date, hours: str) -> str:
    return f"{day.year}年{day.month}月{day.day}日{hours}"


def who_owes_is_reminded_once_and_the_mail_arrives(stage: Stage) -> None:
    officer = stage.visitor("officer")
    officer.goto("office/")
    stage.look(officer, "board-nobody-filed")
    section = officer.locator("#coverage")
    row = section.get_by_role("row").filter(has_text=ARCHIVE)
    row.get_by_role("button", name="催报").click()
    officer.get_by_text(f"已向{ARCHIVE}发送1封催报邮件").wait_for()
    officer.locator("#coverage").get_by_text("今天已催报").wait_for()
    letter = stage.mail_to("archivist@example.org", about="请报送活动计划")
    assert f"“{CALL}”要求贵单位报送活动计划1项，目前还差1项" in letter
    assert stage.server.url in letter
    officer.get_by_role("link", name="向未报齐单位催报").click()
    officer.get_by_text("其中1个今天还没有催报").wait_for()
    stage.look(officer, "call-remind")
    officer.get_by_role("button", name="向1个单位催报").click()
    officer.get_by_text("没有登记邮箱，请电话联系").wait_for()
    subjects = [str(delivery.message["Subject"]) for delivery in stage.mail.to("archivist@example.org")]
    assert sum("请报送活动计划" in subject for subject in subjects) == 1
    officer.get_by_role("link", name=ARCHIVE).click()
    officer.get_by_text("发送1封邮件").wait_for()
    stage.look(officer, "call-agency")


def two_plans_meet_in_one_place(stage: Stage) -> None:
    day = _day(stage)
    _file(stage.visitor("filer"), FIRST, _when(day, "14:00—16:00"), "提交单位审核")
    reviewer = stage.visitor("reviewer")
    reviewer.goto("agency/")
    reviewer.get_by_role("link", name=FIRST).first.click()
    reviewer.get_by_role("button", name="通过并报送").click()
    archivist = stage.visitor("archivist")
    archivist.goto("agency/")
    _file(archivist, SECOND, _when(day, "15:00—17:00"), "报送政务公开办")
    archivist.get_by_text("待政务公开办审核").first.wait_for()


def the_office_finds_the_clash_and_asks_for_another_day(stage: Stage) -> None:
    officer = stage.visitor("officer")
    officer.goto("office/")
    clash = officer.locator("#clashes")
    assert "确定1处，可能0处" in clash.inner_text()
    assert FIRST in clash.inner_text() and SECOND in clash.inner_text()
    stage.look(officer, "board-clash")
    clash.get_by_role("link", name="查看全部").first.click()
    stage.look(officer, "clash-list")
    officer.get_by_role("link", name=SECOND, exact=True).click()
    assert "与其他计划的冲突（1）" in officer.locator("main").inner_text()
    stage.look(officer, "plan-review-clash")
    officer.get_by_text("退回修改", exact=True).click()
    officer.get_by_label("对“开展时间”的意见").fill("与图书馆的活动同日同地，请改到后一天。")
    officer.get_by_role("button", name="退回", exact=True).click()
    officer.get_by_text("已退回").first.wait_for()


def it_is_moved_and_the_board_is_calm(stage: Stage) -> None:
    archivist = stage.visitor("archivist")
    archivist.goto("agency/")
    archivist.get_by_role("link", name=SECOND).first.click()
    archivist.get_by_label("开展时间").fill(_when(_day(stage) + timedelta(days=1), "15:00—17:00"))
    archivist.get_by_role("button", name="报送政务公开办").click()
    archivist.get_by_text("待政务公开办审核").first.wait_for()
    officer = stage.visitor("officer")
    officer.goto("office/")
    assert "确定0处，可能0处" in officer.locator("#clashes").inner_text()
    officer.locator("#year").get_by_role("link", name="定期2项").first.click()
    officer.get_by_role("table", name="这一周的安排").get_by_role("link", name=SECOND).wait_for()
    stage.look(officer, "year-week")


@pytest.mark.journey
def test_a_clash_is_found_and_moved_and_who_owes_is_reminded(stage: Stage) -> None:
    with stage.photographed_if_it_fails():
        move_in(stage)
        _add_the_archive(stage)
        _open_a_call(stage)
        who_owes_is_reminded_once_and_the_mail_arrives(stage)
        two_plans_meet_in_one_place(stage)
        the_office_finds_the_clash_and_asks_for_another_day(stage)
        it_is_moved_and_the_board_is_calm(stage)
