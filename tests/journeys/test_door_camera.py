"""The camera of a door page reads tickets: online, where parties come in by a named gate, and without a network."""

import io
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from PIL import Image
from playwright.sync_api import Page
from sqlalchemy import select

from openday.db import db
from openday.documents.qr import qr_png
from openday.models.occurrences import Occurrence
from openday.models.registrations import CheckIn, Registration
from tests.conftest import SECRET
from tests.factories.activities import published_activity
from tests.factories.occurrences import open_occurrence
from tests.factories.people import PASSWORD, House, Persona
from tests.factories.registrations import party_on_list
from tests.journeys.test_offline_door import _post
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


def film(path: Path, parties: list[Registration], address: str) -> Path:
    """A film of tickets held up one after the other, each for two seconds, a little askew."""
    with path.open("wb") as file:
        for tilt, party in enumerate(parties, start=1):
            ticket = Image.open(io.BytesIO(qr_png(f"{address}/tickets/{party.code}"))).convert("L").resize((300, 300))
            scene = Image.new("L", (640, 480), 190)
            scene.paste(Image.new("L", (360, 360), 255), (140, 60))
            scene.paste(ticket, (170, 90))
            turned = scene.rotate(4 * tilt, fillcolor=190, resample=Image.Resampling.BICUBIC)
            frame = io.BytesIO()
            turned.convert("RGB").save(frame, "JPEG", quality=85)
            file.write(frame.getvalue() * 60)
    return path


def _log_in(page: Page, persona: Persona) -> None:
    page.goto("login")
    page.get_by_label("用户名").fill(persona.login)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()


def _lines(occurrence: Occurrence) -> list[tuple[int, str, int, str]]:
    db.session.rollback()
    columns = (CheckIn.registration_id, CheckIn.action, CheckIn.people, CheckIn.gate)
    return [tuple(row) for row in db.session.execute(select(*columns).where(CheckIn.occurrence_id == occurrence.id))]


def test_the_camera_lets_tickets_in_by_a_named_gate(app: Flask, house: House, server: Server, tmp_path: Path) -> None:
    occurrence = open_occurrence(published_activity(house), starts_in=timedelta(hours=1), walk_in_limit=5)
    _post(house.desk, occurrence)
    parties = [party_on_list(occurrence, name="张三丰", party_size=3), party_on_list(occurrence, name="李四")]
    with Browser(camera=film(tmp_path / "tickets.mjpeg", parties, server.url)) as browser:
        page = browser.phone(server.url).new_page()
        _log_in(page, house.desk)
        page.goto(f"desk/occurrences/{occurrence.code}")
        page.get_by_text("本机入口：没有填写").click()
        page.get_by_label("入口名称").fill("东门")
        page.get_by_role("button", name="保存").click()
        page.get_by_text("本机入口：东门").wait_for()
        page.get_by_role("button", name="用摄像头扫码").click()
        page.locator("#tally", has_text=re.compile(r"4\s*／\s*4")).wait_for()
        page.locator("#live", has_text="东门").get_by_text("4人").wait_for()
        page.locator("#said", has_text="已签到").wait_for()
        check_axe(page)
        shot(page, "door-camera")
        page.get_by_role("button", name="关闭摄像头").click()
        page.locator("#camera video").wait_for(state="hidden")
        browser.assert_quiet()
    lines = [(line[0], line[1], line[2], line[3]) for line in _lines(occurrence)]
    assert sorted(lines) == sorted([(parties[0].id, "admit", 3, "东门"), (parties[1].id, "admit", 1, "东门")])


def test_the_camera_reads_without_a_network_and_fewer_may_come(
    app: Flask, house: House, server: Server, tmp_path: Path
) -> None:
    occurrence = open_occurrence(published_activity(house), starts_in=timedelta(hours=1))
    _post(house.desk, occurrence)
    party = party_on_list(occurrence, name="张三丰", party_size=5)
    with Browser(camera=film(tmp_path / "ticket.mjpeg", [party], server.url)) as browser:
        page = browser.phone(server.url).new_page()
        _log_in(page, house.desk)
        page.goto(f"desk/occurrences/{occurrence.code}/offline")
        page.locator("#offline[data-ready]").wait_for()
        page.get_by_label("入口名称").fill("西门")
        page.get_by_role("button", name="带走名单").click()
        page.locator("#work").wait_for()
        page.context.set_offline(True)
        page.reload()
        page.locator("#offline[data-ready]").wait_for()
        page.get_by_role("button", name="用摄像头扫码").click()
        page.locator("#result", has_text="已签到").wait_for()
        page.get_by_role("button", name="关闭摄像头").click()
        page.get_by_label("实到人数").select_option("2")
        page.get_by_role("button", name="更正实到人数").click()
        page.locator("#result", has_text="登记5人").wait_for()
        page.locator("#scan").fill(party.number)
        page.keyboard.press("Enter")
        page.locator("#result", has_text="还有3人没有到").wait_for()
        page.get_by_label("后到的人数").select_option("1")
        check_axe(page)
        shot(page, "door-offline-rest")
        page.get_by_role("button", name="后到的签到").click()
        page.locator("#offline[data-waiting='2']").wait_for()
        assert page.locator("#count").inner_text() == "3"
        page.context.set_offline(False)
        page.get_by_role("button", name="上传签到记录").click()
        page.locator("#offline[data-waiting='0']").wait_for(timeout=30_000)
        browser.assert_quiet()
    assert _lines(occurrence) == [(party.id, "admit", 2, "西门"), (party.id, "join", 1, "西门")]
