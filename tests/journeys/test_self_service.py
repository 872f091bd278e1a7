"""A resident looks after a ticket alone: another time, a copy of the data, the lost link, and everything erased."""

import json
import re

import pytest
from playwright.sync_api import Page

from tests.journeys.stage import Stage

pytestmark = pytest.mark.journey
PHONE, MAILBOX = "13800000021", "liu@example.com"


def _outcome(page: Page) -> str | None:
    return page.locator("meta[name=outcome]").get_attribute("content")


@pytest.fixture(scope="module")
def ticket(stage: Stage) -> Page:
    """A phone that shows a fresh ticket for the first of two times."""
    told = json.loads(stage.command("rehearse", "--occurrences", "2", "--seats", "20"))
    page = stage.visitor("resident")
    page.goto(str(told["signup_urls"][0]))
    page.get_by_label("姓名").fill("柳如烟")
    page.get_by_label("手机号码").fill(PHONE)
    page.get_by_label("报名人数（含本人）").select_option("2")
    page.get_by_label("电子邮箱").fill(MAILBOX)
    page.get_by_role("checkbox", name="同意").check()
    page.get_by_role("button", name="提交报名").click()
    page.get_by_role("heading", name="报名成功").wait_for()
    return page


def test_a_resident_looks_after_a_ticket_alone(stage: Stage, ticket: Page) -> None:
    with stage.photographed_if_it_fails():
        address = ticket.url
        stage.look(ticket, "self-service-ticket")
        _to_another_time(stage, ticket)
        assert ticket.url == address
        _a_copy_of_the_data(stage, ticket)
        _the_lost_link(stage, address)
        _everything_erased(stage, ticket, address)


def _to_another_time(stage: Stage, page: Page) -> None:
    page.get_by_role("link", name="改到其他场次").click()
    stage.look(page, "self-service-other-times")
    page.get_by_role("radio").first.check()
    page.get_by_role("button", name="改到这一场").click()
    page.get_by_text("已改到另一场").wait_for()
    assert _outcome(page) == "confirmed"
    assert "原来那一场的名额已经让出" in stage.mail_to(MAILBOX, about="已改到另一场")


def _a_copy_of_the_data(stage: Stage, page: Page) -> None:
    page.get_by_role("link", name="查看、下载或删除我的信息").click()
    stage.look(page, "self-service-data")
    page.get_by_label("报名时填写的手机号码").fill("13800000022")
    page.get_by_role("button", name="查看全部信息").click()
    page.get_by_role("alert").wait_for()
    page.get_by_label("报名时填写的手机号码").fill(PHONE)
    with page.expect_download() as taken:
        page.get_by_role("button", name="下载文件").click()
    kept = json.loads(taken.value.path().read_text())
    assert (kept["registration"]["phone"], len(kept["messages"])) == (PHONE, 2)
    page.get_by_role("button", name="查看全部信息").click()
    page.get_by_text("发给您的消息").wait_for()
    stage.look(page, "self-service-copy")


def _the_lost_link(stage: Stage, address: str) -> None:
    page = stage.visitor("forgetful")
    page.goto("")
    page.get_by_role("link", name="查找报名凭证").click()
    stage.look(page, "self-service-find")
    page.get_by_label("手机号码").fill(PHONE)
    page.get_by_role("button", name="发送凭证链接").click()
    page.get_by_role("heading", name="已受理").wait_for()
    stage.look(page, "self-service-find-sent")
    assert address.rsplit("/", 1)[1] not in page.content()
    text = stage.mail_to(MAILBOX, about="您的报名凭证")
    links = re.findall(r"http\S+/tickets/\S+", text)
    assert [link.rsplit("/", 1)[1] for link in links] == [address.rsplit("/", 1)[1]]


def _everything_erased(stage: Stage, page: Page, address: str) -> None:
    page.goto(address)
    page.get_by_role("link", name="查看、下载或删除我的信息").click()
    page.get_by_role("link", name="删除我的信息").click()
    stage.look(page, "self-service-erase")
    page.get_by_role("button", name="取消报名并删除").click()
    page.get_by_text("个人信息已经删除").wait_for()
    assert "柳如烟" not in page.content()
    stage.look(page, "self-service-erased")
