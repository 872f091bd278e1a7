"""The day itself: who is let in, how, and what can be taken back."""

from datetime import timedelta

from playwright.sync_api import Page

from tests.journeys.stage import Stage
from tests.journeys.story.filing import THEME
from tests.journeys.story.public import ticket_address


def the_filer_names_who_stands_at_the_door(stage: Stage) -> None:
    filer = stage.visitor("filer")
    filer.goto("agency/activities")
    stage.look(filer, "agency-activity-list")
    filer.get_by_role("link", name=THEME).first.click()
    stage.look(filer, "agency-activity-show")
    filer.get_by_role("link", name="报名名单").first.click()
    assert "138****0002" in filer.locator("main").inner_text()
    assert "13800000002" not in filer.content()
    stage.look(filer, "roster")
    filer.go_back()
    filer.get_by_role("link", name="签到人员", exact=True).first.click()
    filer.get_by_role("checkbox", name="陆知秋").check()
    stage.look(filer, "door-staff")
    filer.get_by_role("button", name="保存").click()


def a_party_is_let_in_by_its_ticket(stage: Stage) -> None:
    """The camera of the phone opens the ticket; somebody who may check in gets one tap more than the guest."""
    desk = stage.log_in("desk")
    stage.look(desk, "door-occurrences")
    desk.goto(ticket_address(stage, "couple"))
    desk.get_by_role("link", name="办理签到").click()
    stage.look(desk, "door-ticket")
    desk.get_by_role("button", name="签到", exact=True).click()
    assert "已签到" in desk.locator("main").inner_text()
    stage.look(desk, "door-admitted")
    resident = stage.visitor("couple")
    resident.reload()
    resident.get_by_role("heading", name="已签到").wait_for()
    stage.look(resident, "ticket-attended")


def a_mistake_is_undone_and_done_again_by_the_last_four_digits(stage: Stage) -> None:
    desk = stage.visitor("desk")
    desk.get_by_role("button", name="撤销").first.click()
    desk.get_by_text("还没有人签到").wait_for()
    _scan(desk, "0002")
    stage.look(desk, "door-matches")
    desk.get_by_role("region", name="请核对姓名后签到").get_by_role("button").click()
    desk.get_by_text("已签到，凭证号").wait_for()
    _scan(desk, "9999")
    assert "没有找到" in desk.get_by_role("alert").inner_text()
    stage.look(desk, "door-not-found")


def _scan(desk: Page, text: str) -> None:
    desk.get_by_label("扫描凭证").fill(text)
    desk.get_by_label("扫描凭证").press("Enter")


def somebody_walks_in(stage: Stage) -> None:
    desk = stage.visitor("desk")
    desk.get_by_role("link", name="现场报名").click()
    stage.look(desk, "door-walk-in")
    desk.get_by_label("人数").fill("1")
    desk.get_by_role("button", name="登记并签到").click()
    assert "现场报名1人" in desk.locator("main").inner_text()
    stage.look(desk, "door")
    desk.get_by_role("link", name="打印名单").click()
    stage.look(desk, "door-list")


def the_day_ends(stage: Stage) -> None:
    stage.set_clock(stage.now() + timedelta(hours=5))
