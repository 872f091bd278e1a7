"""A topic from the wish to the activity: proposed, supported, moderated, adopted into a plan, published, told."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys.people import AGENCY, move_in
from tests.journeys.stage import Stage
from tests.journeys.story.filing import vague_time

CALL = "下一年政府开放月，想看什么"
TITLE = "古籍是怎样修复的"
TEXT = "想看修复师怎样补书页，孩子能不能动手试一试。"
OTHER = "图书馆的古籍修复"
ANSWER = "已纳入本馆开放活动计划，安排书页修补体验。"
MAIL = "resident@example.org"


def the_office_asks(stage: Stage) -> None:
    officer = stage.visitor("officer")
    officer.get_by_role("link", name="征集主题", exact=True).click()
    stage.look(officer, "office-topic-list-empty")
    officer.get_by_role("link", name="公开征集主题").first.click()
    officer.get_by_label("标题").fill(CALL)
    officer.get_by_label("说明").fill("想看哪个单位、哪个环节，请写下来。采纳的纳入开放活动计划，未采纳的说明理由。")
    officer.get_by_label("开始日期").fill(stage.now().date().isoformat())
    officer.get_by_label("开始时间").fill("00:00")
    stage.look(officer, "office-topic-call-new")
    officer.get_by_role("button", name="公布").click()
    officer.get_by_role("heading", name=CALL).wait_for()
    stage.look(officer, "office-topic-call-empty")


def a_resident_proposes(stage: Stage) -> None:
    resident = stage.visitor("resident")
    resident.goto("")
    stage.look(resident, "home-topics")
    resident.get_by_role("link", name="征集主题", exact=True).first.click()
    stage.look(resident, "topics")
    resident.get_by_role("link", name="提出建议").first.click()
    resident.get_by_label("想看什么").fill(TITLE)
    resident.get_by_label("具体说明").fill(TEXT)
    resident.get_by_label("手机号码或电子邮箱").fill(MAIL)
    expect(resident.locator("[name=proof]")).not_to_have_value("", timeout=30_000)
    stage.look(resident, "topic-new")
    resident.get_by_role("button", name="提交", exact=True).click()
    resident.get_by_role("alert").wait_for()
    stage.look(resident, "topic-new-refused")
    resident.get_by_role("checkbox", name="同意").check()
    resident.get_by_role("button", name="提交", exact=True).click()
    resident.get_by_role("heading", name="已收到").wait_for()
    stage.look(resident, "topic-receipt")
    stranger = stage.visitor("stranger", kind="desk")
    stranger.goto("topics")
    assert TITLE not in stranger.content()


def the_office_lets_it_into_public(stage: Stage) -> None:
    officer = stage.visitor("officer")
    officer.reload()
    officer.get_by_role("link", name=TITLE).click()
    stage.look(officer, "office-topic-show")
    officer.get_by_role("button", name="公开征集").click()
    officer.get_by_text("主题建议已公开").wait_for()
    assert "/topics/receipts/" in stage.mail_to(MAIL, about="主题建议已公开征集")


def neighbours_support_it_with_one_tap(stage: Stage) -> None:
    stranger = stage.visitor("stranger")
    stranger.goto("topics")
    stranger.get_by_role("link", name=CALL).first.click()
    stranger.get_by_role("button", name="支持").click()
    stranger.get_by_text("1人支持").wait_for()
    stage.look(stranger, "topic-call")
    stranger.get_by_role("link", name=TITLE).click()
    assert "包括您这一次" in stranger.locator("main").inner_text()
    stage.look(stranger, "topic-show")


def somebody_without_javascript_finds_it_while_proposing_the_same(stage: Stage) -> None:
    plain = stage.visitor("plain", kind="plain")
    plain.goto("topics")
    plain.get_by_role("link", name="提出建议").first.click()
    plain.get_by_label("想看什么").fill(OTHER)
    plain.get_by_role("checkbox", name="同意").check()
    plain.wait_for_timeout(3200)
    plain.get_by_role("button", name="提交", exact=True).click()
    plain.get_by_role("heading", name="已有类似建议").wait_for()
    plain.wait_for_timeout(3200)
    plain.get_by_role("button", name="支持").click()
    assert "2人支持" in plain.locator("main").inner_text()


def typing_shows_what_is_there_already(stage: Stage) -> None:
    stranger = stage.visitor("stranger")
    stranger.goto("topics")
    stranger.get_by_role("link", name="提出建议").first.click()
    stranger.get_by_label("想看什么").fill(OTHER)
    stranger.get_by_role("link", name=TITLE).wait_for()
    stage.look(stranger, "topic-new-similar")
    stranger.get_by_role("checkbox", name="同意").check()
    stranger.get_by_role("button", name="提交", exact=True).click()
    stranger.get_by_role("heading", name="已有类似建议").wait_for()
    stage.look(stranger, "topic-check")


def an_agency_takes_it_up(stage: Stage) -> None:
    officer = stage.visitor("officer")
    officer.reload()
    officer.get_by_label("办理单位").select_option(label=AGENCY)
    officer.get_by_role("button", name="转办").click()
    officer.get_by_text("已转办理单位").wait_for()
    filer = stage.visitor("filer")
    filer.goto("agency/")
    stage.look(filer, "agency-desk-topics")
    filer.get_by_role("link", name=TITLE).click()
    stage.look(filer, "agency-topic-show")
    filer.get_by_label("答复", exact=True).fill(ANSWER)
    filer.get_by_role("button", name="纳入活动计划").click()
    filer.get_by_text("已新建活动计划").wait_for()
    assert filer.get_by_label("活动主题").input_value() == TITLE
    assert TEXT in filer.get_by_label("活动内容").input_value()
    stage.look(filer, "plan-from-topic")
    filer.get_by_label("开展时间").fill(vague_time(stage))
    filer.get_by_label("开展地点").fill(AGENCY)
    filer.get_by_label("活动对象").fill("市民代表10人")
    filer.get_by_label("联系方式").fill("0000-8880000")
    filer.get_by_role("button", name="提交单位审核").click()
    filer.get_by_text("单位审核中").first.wait_for()
    filer.goto("agency/topics")
    stage.look(filer, "agency-topic-list")


def the_office_makes_the_answer_public(stage: Stage) -> None:
    officer = stage.visitor("officer")
    officer.goto("office/topics")
    stage.look(officer, "office-topic-list")
    officer.get_by_role("link", name=CALL).click()
    stage.look(officer, "office-topic-call")
    officer.get_by_role("link", name=TITLE).click()
    stage.look(officer, "office-topic-answer")
    officer.get_by_role("button", name="公开办理结果").click()
    officer.get_by_text("办理结果已公开").first.wait_for()
    assert "已采纳" in stage.mail_to(MAIL, about="主题建议已有办理结果")
    resident = stage.visitor("resident")
    resident.reload()
    assert ANSWER in resident.locator("main").inner_text()
    stage.look(resident, "topic-receipt-answered")


def the_plan_goes_its_way(stage: Stage) -> None:
    reviewer = stage.visitor("reviewer")
    reviewer.goto("agency/")
    reviewer.get_by_role("link", name=TITLE).first.click()
    reviewer.get_by_role("button", name="审核通过并报送").click()
    reviewer.get_by_text("待政务公开办审核").first.wait_for()
    second = stage.visitor("second")
    second.goto("office/plans")
    second.get_by_role("link", name=TITLE).first.click()
    second.get_by_role("button", name="同意备案").click()
    second.get_by_text("已备案").first.wait_for()
    second.get_by_role("link", name="发布", exact=True).click()
    second.get_by_role("radio", name="先到先得").check()
    second.get_by_role("button", name="发布", exact=True).click()
    second.get_by_role("heading", name=TITLE).wait_for()


def everybody_reads_what_became_of_it(stage: Stage) -> None:
    stranger = stage.visitor("stranger")
    stranger.goto("topics")
    stranger.get_by_role("link", name=CALL).first.click()
    stage.look(stranger, "topic-call-answered")
    stranger.get_by_role("link", name=TITLE).click()
    shown = stranger.locator("main").inner_text()
    assert "已采纳，活动已发布" in shown
    assert ANSWER in shown
    stage.look(stranger, "topic-show-adopted")
    _activity_of(stranger).click()
    stranger.get_by_role("heading", name=TITLE, level=1).wait_for()
    assert "/activities/" in stranger.url
    stage.set_clock(stage.now() + timedelta(minutes=2))
    letter = stage.mail_to(MAIL, about="主题建议相关活动已发布")
    assert re.search(r"/activities/\w+", letter)


def _activity_of(page: Page) -> Locator:
    return page.locator("dl a[href*='/activities/']")


SCENES: tuple[Callable[[Stage], None], ...] = (
    move_in,
    the_office_asks,
    a_resident_proposes,
    the_office_lets_it_into_public,
    neighbours_support_it_with_one_tap,
    somebody_without_javascript_finds_it_while_proposing_the_same,
    typing_shows_what_is_there_already,
    an_agency_takes_it_up,
    the_office_makes_the_answer_public,
    the_plan_goes_its_way,
    everybody_reads_what_became_of_it,
)


@pytest.mark.journey
def test_a_topic_goes_from_the_wish_to_the_activity(stage: Stage) -> None:
    with stage.photographed_if_it_fails():
        for scene in SCENES:
            scene(stage)
