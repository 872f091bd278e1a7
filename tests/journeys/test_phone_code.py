"""A sign-up that proves its telephone number, on a phone: with a child and a guardian, inside WeChat, without
scripts, by keyboard, in English; and how long the plain form takes."""

import json
import re
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.conftest import migrate
from tests.factories.signup_forms import FULL
from tests.journeys.conftest import tomorrow_at_ten
from tests.journeys.stage import Stage
from tests.support.browser import Browser
from tests.support.mail import MailServer
from tests.support.server import Server
from tests.support.sms import SmsGateway

pytestmark = pytest.mark.journey

SECONDS_A_TAP, SECONDS_A_KEY = 2.0, 0.35
"""Somebody who is not quick with a phone; 0.35 s a key is about half of what people type there on average."""


@pytest.fixture(scope="module")
def sms() -> Iterator[SmsGateway]:
    """The way of short messages."""
    with SmsGateway() as gateway:
        yield gateway


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory, sms: SmsGateway) -> Iterator[Stage]:
    """An installation that sends short messages."""
    folder: Path = tmp_path_factory.mktemp("stage")
    url = f"sqlite:///{folder}/openday.db"
    migrate(url, folder)
    clock_file = folder / "clock"
    clock_file.write_text("0")
    env = {"DATABASE_URL": url, "OPENDAY_INSTANCE": str(folder), "OPENDAY_CLOCK_FILE": str(clock_file)}
    env["SMS_GATEWAY_URL"] = sms.url
    with MailServer() as mail, Browser() as browser, Server(env | {"SMTP_URL": mail.url}, workers=2) as server:
        stage = Stage(server, mail, browser, clock_file)
        stage.set_clock(tomorrow_at_ten())
        yield stage
        browser.assert_quiet()


@pytest.fixture(scope="module")
def address(stage: Stage) -> str:
    """The sign-up form of a rehearsal that asks for everything, and for codes."""
    told = json.loads(stage.command("rehearse", "--occurrences", "2", "--seats", "50"))
    with sqlite3.connect(stage.server.env["DATABASE_URL"].removeprefix("sqlite:///")) as store:
        code = told["signup_urls"][0].split("/")[-2]
        asked = json.dumps(FULL.as_dict())
        store.execute("UPDATE occurrences SET form = ?, protection = 'phone_code' WHERE code = ?", (asked, code))
    return str(told["signup_urls"][0])


@pytest.fixture(scope="module")
def plain(stage: Stage, address: str) -> str:
    """The other occurrence of the rehearsal, with the three fields alone."""
    with sqlite3.connect(stage.server.env["DATABASE_URL"].removeprefix("sqlite:///")) as store:
        (code,) = store.execute("SELECT code FROM occurrences WHERE protection = 'none'").fetchone()
    return re.sub(r"occurrences/[^/]+/", f"occurrences/{code}/", address)


def code_to(sms: SmsGateway, number: str, *, many: int = 1) -> str:
    """The newest code that reached a telephone, as soon as it has got so many."""
    until = time.monotonic() + 20
    while time.monotonic() < until:
        sent = sms.to(number)
        if len(sent) >= many:
            return re.findall(r"[0-9]{6}", sent[-1].body["text"])[0]
        time.sleep(0.1)
    raise AssertionError(f"{len(sms.to(number))} codes for {number}")


def fill(page: Page, phone: str, guardian: str) -> None:
    page.locator("[name=eligible]").check()
    page.locator("[name=name]").fill("欧阳小雨")
    page.locator("[name=phone]").fill(phone)
    page.locator("[name=party_size]").select_option("2")
    page.locator("[name=companions]").fill("欧阳小雪")
    page.locator("[name=q-food][value=用餐]").check()
    page.locator("[name=q-diet]").fill("不吃花生")
    page.locator("[name=child][value=yes]").check()
    page.locator("[name=guardian_name]").fill("欧阳大雨")
    page.locator("[name=guardian_phone]").fill(guardian)
    page.locator("[name=guardian_consent]").check()
    page.locator("[name=photo][value=no]").check()
    page.locator("[name=consent]").check()


def test_both_telephones_are_proven_and_a_number_typed_wrongly_is_changed(
    stage: Stage, address: str, sms: SmsGateway
) -> None:
    page = stage.visitor("phone")
    page.goto(address)
    fill(page, "13800000031", "13800000032")
    stage.look(page, "phone-code-form")
    page.get_by_role("button", name="核对并提交").click()
    page.get_by_role("button", name="获取短信验证码").click()
    page.get_by_role("heading", name="填写短信验证码").wait_for()
    stage.look(page, "phone-code")
    page.get_by_role("button", name="修改手机号码").click()
    assert page.locator("[name=companions]").input_value() == "欧阳小雪"
    page.locator("[name=phone]").fill("13800000033")
    page.get_by_role("button", name="核对并提交").click()
    page.get_by_role("button", name="获取短信验证码").click()
    assert "一分钟内" not in page.locator("main").inner_text(), "the new number got a code of its own"
    own, guardian = code_to(sms, "13800000033"), code_to(sms, "13800000032")
    page.get_by_label("短信验证码").fill(own)
    page.get_by_label("监护人收到的验证码").fill("000000" if guardian != "000000" else "111111")
    page.get_by_role("button", name="提交报名").click()
    page.get_by_role("alert").wait_for()
    stage.look(page, "phone-code-wrong")
    page.get_by_label("监护人收到的验证码").fill(guardian)
    page.get_by_role("button", name="提交报名").click()
    page.get_by_role("heading", name="报名成功").wait_for()
    assert "手机号码已用短信验证码验证" in page.locator("main").inner_text()
    stage.look(page, "phone-code-ticket")


def test_inside_wechat_without_scripts_and_by_keyboard_alone(stage: Stage, address: str, sms: SmsGateway) -> None:
    wechat = "Mozilla/5.0 (Linux; Android 14; Phone) Mobile Safari/537.36 MicroMessenger/8.0.50"
    stage.doors["wechat"] = stage.browser.plain(stage.server.url, user_agent=wechat)
    page = stage.visitor("wechat")
    page.goto("subscribe")
    assert dead_ends(page) == []
    page.goto(address)
    page.get_by_role("link", name="查看活动内容").click()
    page.get_by_role("heading", name="活动内容").wait_for()
    assert dead_ends(page) == []
    page.go_back()
    page.wait_for_timeout(3500)  # a form without the work has to be some seconds old
    fill(page, "13800000034", "13800000034")
    page.locator("[name=consent]").press("Tab")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="核对报名信息").wait_for()
    press(page, "获取短信验证码")
    page.get_by_role("heading", name="填写短信验证码").wait_for()
    assert page.locator("[name=guardian_code]").count() == 0, "one number for both"
    reach(page, "phone_code")
    page.keyboard.type(code_to(sms, "13800000034"))
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="报名成功").wait_for()
    assert dead_ends(page) == []
    picture = page.get_by_role("img", name="报名凭证二维码")
    assert (picture.get_attribute("src") or "").endswith(".png"), "a picture that a long press can keep"


def test_in_english_with_a_number_from_abroad(stage: Stage, address: str, sms: SmsGateway) -> None:
    page = stage.visitor("english")
    page.goto(address)
    page.get_by_role("link", name="English").click()
    fill(page, "+44 20 7946 0123", "+852 9123 4567")
    page.get_by_role("button", name="Check and send").click()
    page.locator("main form button").first.click()
    page.get_by_role("heading", name="Enter the code from the text message").wait_for()
    stage.look(page, "phone-code-english")
    page.locator("[name=phone_code]").fill(code_to(sms, "+442079460123"))
    page.locator("[name=guardian_code]").fill(code_to(sms, "+85291234567"))
    assert "is your code" in sms.to("+442079460123")[0].body["text"]
    page.locator("main form button").first.click()
    page.locator("meta[name=outcome][content=confirmed]").wait_for(state="attached")
    stage.look(page, "phone-code-english-ticket")


def test_the_plain_form_takes_less_than_a_minute(stage: Stage, plain: str) -> None:
    page = stage.visitor("slow")
    began = time.monotonic()
    page.goto(plain)
    taps, keys = 0, 0
    for name, text in (("name", "欧阳小雨"), ("phone", "13800000041")):
        page.locator(f"[name={name}]").tap()
        page.keyboard.type(text)
        taps, keys = taps + 1, keys + (len(text) if text.isascii() else 4 * len(text))
    page.locator("[name=consent]").tap()
    page.get_by_role("button", name="提交报名").tap()
    taps += 2
    page.get_by_role("heading", name="报名成功").wait_for()
    machine = time.monotonic() - began
    needed = machine + taps * SECONDS_A_TAP + keys * SECONDS_A_KEY
    assert taps == 4, "name, number, consent, send"
    assert needed < 60, f"{needed:.0f} s: {taps} taps, {keys} keys, {machine:.1f} s of the machine"


def press(page: Page, button: str) -> None:
    """Reach the button with Tab and press Enter."""
    reach(page, button)
    page.keyboard.press("Enter")


def reach(page: Page, name: str) -> None:
    """Press Tab until the focus stands on the control of this name; the page has no script that could be asked."""
    target = page.locator(f"[name={name}]") if name.isascii() else page.get_by_role("button", name=name)
    for _ in range(60):
        page.keyboard.press("Tab")
        if target.evaluate("control => control === document.activeElement"):
            return
    raise AssertionError(f"Tab never reached {name}")


def dead_ends(page: Page) -> list[str]:
    """Links that WeChat's browser opens into nothing: new windows, and files or calendars with no word on how."""
    links = page.locator("main a").evaluate_all("found => found.map(a => [a.getAttribute('href'), a.target])")
    explained = "微信" in page.locator("main").inner_text()
    special = [href for href, _ in links if href.startswith("webcal:") or href.endswith((".ics", ".pdf"))]
    return [href for href, target in links if target] + ([] if explained else special)
