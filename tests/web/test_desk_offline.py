"""What a device without a network asks the server for: the page, the list, the worker, and handing in."""

from flask import Flask
from werkzeug.test import TestResponse

from openday.models.occurrences import Occurrence
from openday.rules.offline_door import digest
from tests.factories.people import House
from tests.factories.registrations import party_on_list
from tests.services.test_checkin import row_of, todays
from tests.support.client import PageClient

JSON = {"Accept": "application/json"}


def door(occurrence: Occurrence) -> str:
    return f"/desk/occurrences/{occurrence.code}"


def take(desk: PageClient, occurrence: Occurrence, gate: str = "东门") -> TestResponse:
    return desk.http.post(f"{door(occurrence)}/packs", data={"gate": gate}, headers=JSON)


def test_a_list_is_taken_and_a_scan_handed_in(app: Flask, house: House) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    occurrence = todays(house)
    party = party_on_list(occurrence, name="张三丰")
    desk = PageClient(app).log_in(house.desk)
    desk.get(f"{door(occurrence)}/offline")
    taken = take(desk, occurrence)
    assert (taken.status_code, taken.headers["Cache-Control"]) == (201, "no-store")
    pack = taken.get_json()
    scan = f"0123456789abcdef {digest(pack['hash_key'], party.number)} 1000 0"
    sent = {"device_key": pack["device_key"], "sent_at": "1000", "scan": [scan]}
    for _ in range(2):
        answer = desk.http.post(f"{door(occurrence)}/scans", data=sent, headers=JSON)
        (result,) = answer.get_json()["results"]
        assert (result["answer"], result["name"]) == ("admitted", "张*丰")
    assert row_of(party).attended == 1


def test_a_withdrawn_list_is_told_so(app: Flask, house: House) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    occurrence = todays(house)
    party = party_on_list(occurrence)
    desk = PageClient(app).log_in(house.desk)
    pack = take(desk, occurrence).get_json()
    page = desk.get(f"{door(occurrence)}/packs")
    (form,) = [form for form in page.forms() if form.action.endswith("/revoke")]
    assert "已停用" in desk.submit(form).html
    assert desk.http.post(f"{door(occurrence)}/packs/{10**30}/revoke").status_code == 404
    scan = f"0123456789abcdef {digest(pack['hash_key'], party.number)} 1000 0"
    sent = {"device_key": pack["device_key"], "sent_at": "1000", "scan": [scan]}
    answer = desk.http.post(f"{door(occurrence)}/scans", data=sent, headers=JSON)
    assert (answer.status_code, answer.get_json()["outcome"]) == (409, "closed")
    assert row_of(party).attended == 0


def test_what_is_no_batch_is_refused(app: Flask, house: House) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    occurrence = todays(house)
    desk = PageClient(app).log_in(house.desk)
    for sent in ({}, {"sent_at": "x", "scan": "y"}, {"sent_at": "1", "scan": "y"}):
        answer = desk.http.post(f"{door(occurrence)}/scans", data=sent, headers=JSON)
        assert answer.status_code == 422
    assert take(desk, occurrence, "").status_code == 422


def test_other_people_take_no_list(app: Flask, house: House) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    occurrence = todays(house)
    other = PageClient(app).log_in(house.other_filer)
    assert take(other, occurrence).status_code == 404
    for path in ("offline", "packs", "manifest.webmanifest"):
        assert other.raw(f"{door(occurrence)}/{path}").status_code == 404


def test_worker_and_manifest_are_what_a_browser_expects(app: Flask, house: House) -> None:
    occurrence = todays(house)
    desk = PageClient(app).log_in(house.desk)
    worker = desk.raw("/desk/service-worker.js")
    assert worker.mimetype == "text/javascript"
    assert b"addEventListener" in worker.data
    manifest = desk.raw(f"{door(occurrence)}/manifest.webmanifest")
    assert manifest.mimetype == "application/manifest+json"
    assert manifest.get_json()["start_url"] == f"{door(occurrence)}/offline"
