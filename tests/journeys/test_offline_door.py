"""Two gates without a network: 200 scans on two devices, the same tickets on both, then everything is handed in."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page
from sqlalchemy import select

from openday.db import db, use_case
from openday.models.occurrences import Occurrence
from openday.models.people import DeskAssignment
from openday.models.registrations import CheckIn, Registration
from tests.conftest import SECRET
from tests.factories.activities import published_activity
from tests.factories.occurrences import open_occurrence
from tests.factories.people import PASSWORD, House, Persona
from tests.factories.registrations import party_on_list
from tests.support.browser import Browser, check_axe, shot
from tests.support.server import Server

pytestmark = pytest.mark.journey

TICKETS, ON_BOTH = 180, 20


@pytest.fixture
def server(app: Flask, tmp_path: Path) -> Iterator[Server]:
    """The real server under a portal's sub-path, over the database of `app`."""
    url = app.config["SETTINGS"].database_url
    env = {"DATABASE_URL": url, "OPENDAY_INSTANCE": str(tmp_path), "SECRET_KEY": SECRET}
    with Server(env, path="/openday", arguments=["--web-only"]) as running:
        yield running


@use_case
def _post(persona: Persona, occurrence: Occurrence) -> None:
    db.session.add(DeskAssignment(user_id=persona.id, occurrence_id=occurrence.id))


def _take_list(browser: Browser, server: Server, persona: Persona, occurrence: Occurrence, gate: str) -> Page:
    page = browser.phone(server.url).new_page()
    page.goto("login")
    page.get_by_label("用户名").fill(persona.login)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()
    page.goto(f"desk/occurrences/{occurrence.code}/offline")
    page.locator("#offline[data-ready]").wait_for()
    page.get_by_label("入口名称").fill(gate)
    page.get_by_role("button", name="带走名单").click()
    page.locator("#work").wait_for()
    return page


def _scan(page: Page, typed: str, shown: str, waiting: int | None = None) -> None:
    """Type or scan as a scanner does, and wait for the answer, and for so many scans to be kept for handing in."""
    page.locator("#result-title").evaluate("title => { title.textContent = '' }")
    page.locator("#scan").fill(typed)
    page.keyboard.press("Enter")
    page.locator("#result", has_text=shown).wait_for()
    if waiting:
        page.locator(f"#offline[data-waiting='{waiting}']").wait_for()


def test_two_gates_scan_without_a_network_and_agree_afterwards(app: Flask, house: House, server: Server) -> None:
    occurrence = open_occurrence(published_activity(house), capacity=TICKETS + 1, starts_in=timedelta(hours=1))
    _post(house.desk, occurrence)
    parties = [party_on_list(occurrence, name="张三丰") for _ in range(TICKETS)]
    half = TICKETS // 2
    on_both = parties[half - ON_BOTH // 2 : half + ON_BOTH // 2]
    east_parties, west_parties = parties[: half + ON_BOTH // 2], parties[half - ON_BOTH // 2 :]
    with Browser() as browser:
        east = _take_list(browser, server, house.desk, occurrence, "东门")
        west = _take_list(browser, server, house.desk, occurrence, "西门")
        for page in (east, west):
            page.context.set_offline(True)
            page.reload()
            page.locator("#offline[data-ready]").wait_for()
        for waiting, party in enumerate(east_parties, start=1):
            _scan(east, party.number, "已签到", waiting)
        _scan(east, "999999", "不在名单上")
        _scan(east, east_parties[0].code, "已于")
        for waiting, party in enumerate(west_parties, start=1):
            _scan(west, f"{server.url}/tickets/{party.code}", "已签到", waiting)
        west.reload()
        west.locator(f"#offline[data-ready][data-waiting='{len(west_parties)}']").wait_for(timeout=30_000)
        check_axe(west)
        shot(west, "door-offline")
        west.context.set_offline(False)
        west.locator("#offline[data-waiting='0']").wait_for(timeout=30_000)
        east.context.set_offline(False)
        east.locator("#offline[data-waiting='0']").wait_for(timeout=30_000)
        west.goto(f"desk/occurrences/{occurrence.code}")
        west.get_by_text(f"有{ON_BOTH}份凭证需要核对").wait_for()
        shot(west, "door-conflicts")
        west.goto(f"desk/occurrences/{occurrence.code}/entries")
        assert west.get_by_role("cell", name="需要核对").count() == ON_BOTH
        check_axe(west)
        west.goto(f"desk/occurrences/{occurrence.code}/packs")
        check_axe(west)
        shot(west, "door-packs")
        browser.assert_quiet()
    _check_one_first_entry_each(parties, on_both)


def _check_one_first_entry_each(parties: list[Registration], on_both: list[Registration]) -> None:
    db.session.rollback()
    lines = db.session.execute(select(CheckIn.registration_id, CheckIn.action, CheckIn.gate)).all()
    assert len(lines) == TICKETS + ON_BOTH
    first = {party: gate for party, action, gate in lines if action == "admit"}
    assert sum(action == "admit" for _, action, _ in lines) == len(first) == TICKETS
    assert set(first) == {party.id for party in parties}
    second = {party: gate for party, action, gate in lines if action == "conflict"}
    assert second == {party.id: "西门" for party in on_both}, "the east gate was earlier, though handed in later"
    attended = db.session.scalars(select(Registration.attended)).all()
    assert set(attended) == {1}
