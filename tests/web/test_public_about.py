"""Subscription, accessibility and the notice on personal data."""

from typing import Any

from flask import Flask

from openday.app import create_app
from openday.rules import privacy_notice
from openday.rules.signup import NOTICE_VERSION
from tests.conftest import settings_for
from tests.factories.activities import published_activity
from tests.factories.people import House
from tests.support.client import PageClient


def test_the_addresses_to_subscribe_to_are_there_to_copy_and_work(client: PageClient, house: House) -> None:
    published_activity(house, agency_id=house.other_agency_id)
    page = client.get("/subscribe")
    rows = {row.findtext("dt"): row.findtext("dd") for row in page.all("//dl[contains(@class, 'summary')]/div")}
    assert rows == {
        "订阅地址": "http://127.0.0.1:8000/calendar.ics",
        "云溪区水务局": "http://127.0.0.1:8000/agencies/water/calendar.ics",
    }
    assert page.links()["订阅全部活动"] == "webcal://127.0.0.1:8000/calendar.ics"
    for address in rows.values():
        assert client.raw(str(address).removeprefix("http://127.0.0.1:8000")).status_code == 200


def test_before_anything_is_published_the_whole_calendar_is_offered(client: PageClient) -> None:
    page = client.get("/subscribe")
    assert "还没有单位发布活动" in page.text("main")
    assert client.get(page.links()["查看活动日历"]).text("h1") == "活动日历"


def test_the_notice_says_when_data_is_deleted_and_which_version_it_is(sqlite_url: str, tmp_path: Any) -> None:
    app: Flask = create_app(settings_for(sqlite_url, tmp_path, retention_days=45))
    with app.app_context():
        words = PageClient(app).get("/privacy").text("main")
    assert "结束满45天后的次日删除" in words
    assert f"版本：{privacy_notice.VERSION}" in words


def test_the_version_that_is_stored_with_a_consent_is_the_one_that_is_shown() -> None:
    assert NOTICE_VERSION == privacy_notice.VERSION


def test_accessibility_names_the_standard_and_whom_to_tell(client: PageClient) -> None:
    words = client.get("/accessibility").text("main")
    assert "GB/T 37668" in words
    assert "政府办公室政务公开办" in words
