"""The same form by keyboard alone, without JavaScript, inside WeChat's browser, in the large view and in English."""

import json

import pytest
from playwright.sync_api import Page

from tests.journeys.stage import Stage

pytestmark = pytest.mark.journey


@pytest.fixture(scope="module")
def address(stage: Stage) -> str:
    """The sign-up form of a rehearsal with plenty of seats."""
    told = json.loads(stage.command("rehearse", "--occurrences", "1", "--seats", "50"))
    return str(told["signup_urls"][0])


def _tab_to(page: Page, name: str) -> None:
    """Press Tab until the focus stands on the control of this name, as somebody without a mouse does."""
    for _ in range(60):
        page.keyboard.press("Tab")
        focused = page.evaluate("(e => e.name || e.innerText || '')(document.activeElement)")
        if name in str(focused):
            return
    raise AssertionError(f"Tab never reached {name}")


def _outcome(page: Page) -> str | None:
    return page.locator("meta[name=outcome]").get_attribute("content")


def test_the_keyboard_alone_completes_a_sign_up(stage: Stage, address: str) -> None:
    page = stage.visitor("keyboard", kind="desk")
    page.goto(address)
    _tab_to(page, "name")
    page.keyboard.type("柳如烟")
    _tab_to(page, "phone")
    page.keyboard.type("13800000011")
    _tab_to(page, "party_size")
    page.keyboard.press("ArrowDown")
    _tab_to(page, "consent")
    page.keyboard.press("Space")
    _tab_to(page, "提交报名")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="报名成功").wait_for()
    assert _outcome(page) == "confirmed"
    assert "2人" in page.locator("main").inner_text()


def test_the_focus_can_be_seen_and_an_error_takes_it(stage: Stage, address: str) -> None:
    page = stage.visitor("keyboard", kind="desk")
    page.goto(address)
    _tab_to(page, "提交报名")
    page.keyboard.press("Enter")
    page.get_by_role("alert").wait_for()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.name") == "name"
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline != "none"


def test_a_browser_without_javascript_completes_a_sign_up(stage: Stage, address: str) -> None:
    page = stage.visitor("no-script", kind="plain")
    page.goto(address)
    page.get_by_label("姓名").fill("温庭")
    page.get_by_label("手机号码").fill("138 0000 0012")
    page.get_by_role("button", name="提交报名").click()
    assert _outcome(page) == "invalid"
    assert page.get_by_label("姓名").input_value() == "温庭"
    page.get_by_role("checkbox", name="同意").check()
    page.get_by_role("button", name="提交报名").click()
    assert _outcome(page) == "confirmed"
    page.get_by_role("link", name="取消报名").click()
    page.get_by_role("button", name="取消报名").click()
    page.get_by_role("heading", name="报名已取消").wait_for()


def test_inside_wechat_nothing_is_a_dead_end(stage: Stage, address: str) -> None:
    stage.doors["wechat"] = stage.browser.phone(stage.server.url, wechat=True)
    page = stage.visitor("wechat")
    page.goto(address)
    page.get_by_label("姓名").fill("沈立夏")
    page.get_by_label("手机号码").fill("13800000013")
    page.get_by_role("checkbox", name="同意").check()
    page.get_by_role("button", name="提交报名").click()
    page.get_by_role("heading", name="报名成功").wait_for()
    picture = page.get_by_role("img", name="报名凭证二维码")
    assert picture.evaluate("image => image.naturalWidth") > 100, "a picture that a long press can keep"


@pytest.mark.parametrize("switch", ["长者版", "English"])
def test_the_large_view_and_english_lead_to_the_same_end(stage: Stage, address: str, switch: str) -> None:
    who = {"长者版": "large", "English": "english"}[switch]
    page = stage.visitor(who)
    page.goto(address)
    page.get_by_role("link", name=switch).click()
    stage.look(page, f"sign-up-{who}")
    page.locator("[name=name]").fill("Ann Lee")
    page.locator("[name=phone]").fill("13800000014" if who == "large" else "+44 20 7946 0000")
    page.locator("[name=consent]").check()
    page.locator("form:has([name=phone]) button[type=submit]").click()
    assert _outcome(page) == "confirmed"
    stage.look(page, f"ticket-{who}")
    smallest = page.evaluate(
        "Math.min(...[...document.querySelectorAll('main button, main .button')].map(b => b.offsetHeight))"
    )
    assert smallest >= (60 if who == "large" else 44)
