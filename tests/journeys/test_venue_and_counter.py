"""The code at the venue, read by a visitor's phone; and the counter, where a clerk signs people up by keyboard."""

import time
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
import zxingcpp
from flask import Flask
from PIL import Image
from playwright.sync_api import Page

from tests.conftest import SECRET
from tests.factories.activities import published_activity
from tests.factories.occurrences import open_occurrence
from tests.factories.people import PASSWORD, House, Persona
from tests.factories.registrations import party_on_list
from tests.services.test_checkin import row_of, todays
from tests.support.browser import Browser, check_axe, shot
from tests.support.server import Server

pytestmark = pytest.mark.journey


@pytest.fixture
def server(app: Flask, tmp_path: Path) -> Iterator[Server]:
    """The real server under a portal's sub-path, over the database of `app`."""
    url = app.config["SETTINGS"].database_url
    env = {"DATABASE_URL": url, "OPENDAY_INSTANCE": str(tmp_path), "SECRET_KEY": SECRET}
    with Server(env, path="/openday", arguments=["--web-only"]) as running:
        yield running


def log_in(page: Page, persona: Persona) -> Page:
    page.goto("login")
    page.get_by_label("用户名").fill(persona.login)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()
    return page


def test_a_visitor_reads_the_code_at_the_venue_and_is_in(house: House, server: Server) -> None:
    occurrence = todays(house)
    party = party_on_list(occurrence, name="欧阳小雨", party_size=2)
    with Browser() as browser:
        screen = log_in(browser.desk(server.url).new_page(), house.desk)
        screen.goto(f"desk/occurrences/{occurrence.code}/screen")
        check_axe(screen)
        seen = screen.locator("main img, img[src*='venue-codes']").first
        picture = screen.context.request.get(server.origin + str(seen.get_attribute("src"))).body()
        (read,) = zxingcpp.read_barcodes(Image.open(BytesIO(picture)))
        visitor = browser.phone(server.url, wechat=True).new_page()
        visitor.goto(read.text)
        check_axe(visitor)
        shot(visitor, "venue-code")
        visitor.get_by_label("凭证号").fill(party.number)
        visitor.get_by_label("手机号码后4位").fill("0000" if party.phone_last4 != "0000" else "1111")
        visitor.get_by_role("button", name="签到").click()
        visitor.get_by_role("alert").wait_for()
        visitor.get_by_label("手机号码后4位").fill(party.phone_last4)
        visitor.get_by_role("button", name="签到").click()
        visitor.get_by_role("status").wait_for()
        assert "已签到" in visitor.get_by_role("status").inner_text()
        check_axe(visitor)
        shot(visitor, "venue-code-done")
        browser.assert_quiet()
    assert row_of(party).attended == 2


def test_the_counter_signs_somebody_up_by_keyboard(house: House, server: Server) -> None:
    occurrence = open_occurrence(published_activity(house))
    with Browser() as browser:
        page = log_in(browser.phone(server.url).new_page(), house.filer)
        page.goto(f"agency/occurrences/{occurrence.code}/registrations/new")
        check_axe(page)
        shot(page, "counter")
        began = time.monotonic()
        page.get_by_role("radio", name="电话").check()
        page.locator("[name=name]").fill("欧阳小雨")
        page.locator("[name=phone]").fill("138 0000 1111")
        page.locator("[name=consent]").check()
        page.locator("[name=phone]").press("Enter")
        page.get_by_text("已登记").first.wait_for()
        assert time.monotonic() - began < 10
        assert page.locator("[name=name]").input_value() == "", "ready for the next"
        check_axe(page)
        shot(page, "counter-done")
        page.get_by_role("link", name="打印回执").click()
        page.locator("h1").first.wait_for()
        shot(page, "counter-slip")
        browser.assert_quiet()
