"""Lists for the staff: who may see them, masked numbers, what leaves the house is written down."""

import csv
import io
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from openday import clock
from openday.db import db
from openday.models.ledger import AuditEvent
from openday.models.registrations import Registration
from openday.rules.states import RegistrationStatus
from openday.services.checkin import admit
from tests.factories.activities import published_activity
from tests.factories.occurrences import open_occurrence
from tests.factories.people import House, Persona
from tests.factories.registrations import party_on_list
from tests.support.client import PageClient
from tests.support.queries import count_queries
from tests.support.signup import taken


def read_csv(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))


def test_a_filer_reads_the_list_with_masked_numbers(app: Flask, house: House) -> None:
    occurrence = open_occurrence(published_activity(house))
    party_on_list(occurrence, name="王小雨", phone="13800001234", party_size=3)
    page = PageClient(app).log_in(house.filer).get(f"/agency/occurrences/{occurrence.code}/roster")
    assert "王小雨" in page.text("//table")
    assert "138****1234" in page.text("//table")
    assert "13800001234" not in page.html
    assert "报名成功1组3人" in page.text("main")


def test_after_the_end_the_list_says_who_came_and_who_did_not(app: Flask, house: House) -> None:
    occurrence = open_occurrence(published_activity(house), starts_in=timedelta(hours=1), walk_in_limit=5)
    address = f"/agency/occurrences/{occurrence.code}/roster"
    here, away = party_on_list(occurrence, party_size=3), party_on_list(occurrence)
    with clock.shifted_by(timedelta(days=1)):
        page = PageClient(app).log_in(house.filer).get(address)
        assert "未到场" not in page.text("main"), "nobody was at the door to see"
    admit(house.filer.actor, occurrence.code, here.id, 2)
    assert "未到场" not in PageClient(app).log_in(house.filer).get(address).text("main")
    with clock.shifted_by(timedelta(days=1)):
        page = PageClient(app).log_in(house.filer).get(address)
        assert "到场1组2人，未到场1组。未到场不影响其今后报名。" in page.text("main")
        assert "未到场" in page.text(f"//tr[contains(., '{away.number}')]")
        assert "已签到" in page.text(f"//tr[contains(., '{here.number}')]")


@pytest.mark.parametrize("who", ["filer", "officer"])
def test_the_list_can_be_taken_away_as_csv_and_that_is_written_down(app: Flask, house: House, who: str) -> None:
    occurrence = open_occurrence(published_activity(house))
    first = party_on_list(occurrence, name="=1+1", phone="13800001234", party_size=2)
    second = party_on_list(occurrence, name="李明", status=RegistrationStatus.WAITLISTED)
    area = "agency" if who == "filer" else "office"
    persona: Persona = getattr(house, who)
    answer = PageClient(app).log_in(persona).raw(f"/{area}/occurrences/{occurrence.code}/roster.csv")
    assert (answer.status_code, answer.mimetype) == (200, "text/csv")
    assert answer.headers["Cache-Control"] == "no-store"
    rows = read_csv(answer.data)
    assert list(rows[0])[:5] == ["code", "name", "phone", "party_size", "status"]
    assert [(r["code"], r["name"], r["phone"], r["party_size"], r["status"]) for r in rows] == [
        (first.code, "'=1+1", "138****1234", "2", "confirmed"),
        (second.code, "李明", f"137****{second.phone_last4}", "1", "waitlisted"),
    ]
    row = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "roster.export")).one()
    assert (row.actor_id, row.record_id, row.detail) == (persona.id, occurrence.id, {"rows": 2})


@pytest.mark.parametrize(
    ("who", "area", "status"),
    [
        ("reviewer", "agency", 200),
        ("other_filer", "agency", 404),
        ("desk", "agency", 403),
        ("admin", "office", 403),
        ("auditor", "office", 200),
        ("officer", "office", 200),
        ("far_officer", "office", 404),
    ],
)
def test_who_may_read_a_list(app: Flask, house: House, who: str, area: str, status: int) -> None:
    occurrence = open_occurrence(published_activity(house))
    held = party_on_list(occurrence)
    visitor = PageClient(app).log_in(getattr(house, who))
    visitor.get(f"/{area}/occurrences/{occurrence.code}/roster", status)
    visitor.get(f"/{area}/occurrences/{occurrence.code}/roster/{held.number}", status)


@pytest.mark.parametrize(("who", "area"), [("reviewer", "agency"), ("auditor", "office"), ("desk", "agency")])
def test_who_only_reads_takes_nothing_away(app: Flask, house: House, who: str, area: str) -> None:
    occurrence = open_occurrence(published_activity(house))
    held = party_on_list(occurrence)
    visitor = PageClient(app).log_in(getattr(house, who))
    for path in ("roster.csv", "registrations/new"):
        assert visitor.raw(f"/{area}/occurrences/{occurrence.code}/{path}").status_code == 403
    token = visitor.get("/login").form(having="password").values["csrf_token"]
    data = {"reason": "看看", "csrf_token": token}
    visitor.post(f"/{area}/occurrences/{occurrence.code}/roster/{held.number}", 403, data=data)


def test_the_public_is_sent_to_the_log_in(client: PageClient, house: House) -> None:
    code = open_occurrence(published_activity(house)).code
    for path in (f"/agency/occurrences/{code}/roster.csv", f"/office/occurrences/{code}/roster"):
        answer = client.raw(path)
        assert (answer.status_code, answer.location.split("?")[0]) == (302, "/login")


def test_anothers_list_is_not_there_byte_for_byte(app: Flask, house: House) -> None:
    code = open_occurrence(published_activity(house)).code
    stranger = PageClient(app).log_in(house.other_filer)
    for path in ("roster", "roster.csv", "registrations/new"):
        theirs = stranger.raw(f"/agency/occurrences/{code}/{path}")
        missing = stranger.raw(f"/agency/occurrences/nosuchcode/{path}")
        assert (theirs.status_code, missing.status_code) == (404, 404)
        assert theirs.data.replace(code.encode(), b"nosuchcode") == missing.data
    assert db.session.scalars(select(AuditEvent).where(AuditEvent.action == "roster.export")).all() == []


def test_one_number_is_revealed_with_a_reason(app: Flask, house: House) -> None:
    occurrence = open_occurrence(published_activity(house))
    held = party_on_list(occurrence, phone="13800001234")
    filer = PageClient(app).log_in(house.filer)
    page = filer.get(f"/agency/occurrences/{occurrence.code}/roster/{held.number}")
    form = page.form(having="reason")
    page = filer.submit(form, 422, reason=" ")
    assert "13800001234" not in page.html
    page = filer.submit(form, reason="时间有变，需通知本人")
    assert "13800001234" in page.text("main")
    row = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "registration.reveal_phone")).one()
    assert (row.actor_id, row.record_id, row.detail) == (house.filer.id, held.id, {"reason": "时间有变，需通知本人"})


def test_somebody_who_called_is_put_onto_the_same_list(app: Flask, house: House) -> None:
    occurrence = open_occurrence(published_activity(house), capacity=2, waitlist=False)
    filer = PageClient(app).log_in(house.filer)
    form = filer.get(f"/agency/occurrences/{occurrence.code}/registrations/new").form(having="phone")
    values = {"name": "王小雨", "phone": "13800001234", "party_size": "2", "consent": "y"}
    page = filer.submit(form, 422, source="", **values)
    assert page.text("//*[@id='source-error']") == "错误：请选择报名途径"
    page = filer.submit(form, source="phone", **values)
    assert "电话" in page.text("main")
    row = db.session.scalars(select(Registration)).one()
    assert (row.source, row.entered_by_id) == ("phone", house.filer.id)
    assert taken(occurrence) == [2]
    again = filer.get(f"/agency/occurrences/{occurrence.code}/registrations/new").form(having="phone")
    assert filer.submit(again, 409, source="paper", **values).meta("outcome") == "duplicate"
    assert filer.submit(again, 409, source="paper", **{**values, "phone": "13900001234"}).meta("outcome") == "full"


def test_a_long_list_has_pages_and_asks_no_more_for_many_than_for_one(app: Flask, house: House) -> None:
    activity = published_activity(house)
    short, long = open_occurrence(activity), open_occurrence(activity, capacity=200)
    party_on_list(short)
    for _ in range(105):
        party_on_list(long)
    filer = PageClient(app).log_in(house.filer)
    counts = []
    for occurrence in (short, long):
        with count_queries() as asked:
            page = filer.get(f"/agency/occurrences/{occurrence.code}/roster")
        counts.append(len(asked))
    assert counts[0] == counts[1]
    assert len(page.all("//table//tbody/tr[th[@scope='row']/a]")) == 100
    second = filer.get(f"/agency/occurrences/{long.code}/roster?page=2")
    assert len(second.all("//table//tbody/tr[th[@scope='row']/a]")) == 5
    for odd in ("0", "99", "-1", "x", "９"):
        filer.get(f"/agency/occurrences/{long.code}/roster?page={odd}")
