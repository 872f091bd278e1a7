"""A form with conditions, companions and a child, on a phone: with its script, without any, and in English."""

import json
import sqlite3

import pytest
from playwright.sync_api import Page

from tests.factories.signup_forms import FULL
from tests.journeys.stage import Stage

pytestmark = pytest.mark.journey


@pytest.fixture(scope="module")
def address(stage: Stage) -> str:
    """The sign-up form of a rehearsal that asks for everything and for a proof of work."""
    told = json.loads(stage.command("rehearse", "--occurrences", "1", "--seats", "50"))
    with sqlite3.connect(stage.server.env["DATABASE_URL"].removeprefix("sqlite:///")) as store:
        asked = json.dumps(FULL.as_dict())
        store.execute("UPDATE occurrences SET form = ?, protection = 'challenge'", (asked,))
    return str(told["signup_urls"][0])


def _outcome(page: Page) -> str | None:
    return page.locator("meta[name=outcome]").get_attribute("content")


def _fill(page: Page, name: str, phone: str) -> None:
    page.locator("[name=name]").fill(name)
    page.locator("[name=phone]").fill(phone)
    page.locator("[name=party_size]").select_option("2")
    page.locator("[name=companions]").fill("王小雪")
    page.locator("[name=q-food][value=用餐]").check()
    page.locator("[name=q-diet]").fill("不吃花生")
    page.locator("[name=child][value=yes]").check()
    page.locator("[name=guardian_name]").fill("王大雨")
    page.locator("[name=guardian_phone]").fill("13800000099")
    page.locator("[name=guardian_consent]").check()
    page.locator("[name=photo][value=no]").check()
    page.locator("[name=eligible]").check()
    page.locator("[name=consent]").check()


def test_what_depends_on_an_answer_shows_with_it_and_a_child_is_signed_up(stage: Stage, address: str) -> None:
    page = stage.visitor("phone")
    page.goto(address)
    for hidden in ("companions", "q-diet", "guardian_name"):
        assert not page.locator(f"[name={hidden}]").is_visible(), hidden
    page.locator("[name=q-food][value=用餐]").check()
    assert page.locator("[name=q-diet]").is_visible()
    page.locator("[name=q-food][value=不用餐]").check()
    assert not page.locator("[name=q-diet]").is_visible()
    _fill(page, "王小雨", "13800000021")
    stage.look(page, "sign-up-form-filled")
    page.get_by_role("button", name="核对并提交").click()
    page.get_by_role("heading", name="核对报名信息").wait_for()
    stage.look(page, "sign-up-form-check")
    page.get_by_role("button", name="提交报名").click()
    page.get_by_role("heading", name="报名成功").wait_for()
    assert "不吃花生" in page.locator("main").inner_text()
    stage.look(page, "sign-up-form-ticket")


def test_it_is_put_aside_and_taken_up_on_another_device(stage: Stage, address: str) -> None:
    page = stage.visitor("phone")
    page.goto(address)
    page.locator("[name=name]").fill("沈立夏")
    page.locator("[name=party_size]").select_option("3")
    page.locator("[name=companions]").fill("沈小满")
    page.get_by_role("button", name="保存，稍后继续").click()
    page.get_by_role("heading", name="报名表已保存").wait_for()
    stage.look(page, "sign-up-form-saved")
    other = stage.visitor("other")
    other.goto(page.url)
    other.get_by_role("link", name="继续填写").click()
    assert other.locator("[name=name]").input_value() == "沈立夏"
    assert other.locator("[name=companions]").is_visible()


def test_without_javascript_every_question_shows_with_a_hint_when_it_is_for(stage: Stage, address: str) -> None:
    page = stage.visitor("no-script", kind="plain")
    page.goto(address)
    assert "“是否用餐”选“用餐”的填写" in page.locator("main").inner_text()
    page.wait_for_timeout(3500)  # a form without the work has to be some seconds old
    _fill(page, "温庭", "13800000022")
    page.locator("[name=eligible]").uncheck()
    page.get_by_role("button", name="核对并提交").click()
    assert _outcome(page) == "invalid"
    assert page.locator("[name=guardian_name]").input_value() == "王大雨"
    page.locator("[name=eligible]").check()
    page.get_by_role("button", name="核对并提交").click()
    page.get_by_role("button", name="提交报名").click()
    assert _outcome(page) == "confirmed"


def test_in_english_the_same(stage: Stage, address: str) -> None:
    page = stage.visitor("english")
    page.goto(address)
    page.get_by_role("link", name="English").click()
    page.get_by_role("button", name="Check and send").click()
    page.get_by_role("alert").wait_for()
    stage.look(page, "sign-up-form-english-errors")
    _fill(page, "Ann-Marie O’Neill", "+44 20 7946 0000")
    page.get_by_role("button", name="Check and send").click()
    page.get_by_role("heading", name="Check your answers").wait_for()
    stage.look(page, "sign-up-form-english-check")
    page.locator("main form button[type=submit]").first.click()
    page.locator("main h1").wait_for()
    assert _outcome(page) == "confirmed"
