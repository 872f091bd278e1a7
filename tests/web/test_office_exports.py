"""Documents that leave the house, opened again: they say what was typed, and nothing of what is out of reach."""

import io
import zipfile
from urllib.parse import unquote

import openpyxl
import pytest
from docx import Document
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from openday.db import db, session, use_case
from openday.models.ledger import AuditEvent
from openday.models.plans import Plan
from openday.models.registrations import Registration
from openday.rules.plan_states import PlanStatus
from openday.rules.states import RegistrationStatus
from tests.factories.activities import published_activity
from tests.factories.calls import call_of
from tests.factories.occurrences import open_occurrence
from tests.factories.people import House
from tests.factories.plans import FILLED, plan_in
from tests.factories.registrations import party_on_list
from tests.support.client import PageClient

RISKY = {
    "theme": '=HYPERLINK("http://x","y")',
    "time_text": "9月16日\n14:00—16:00",
    "venue": "+86 一楼",
    "content": "-1+1\n@SUM(A1)",
    "audience_text": "＝1+1，企业代表10人",
    "signup_text": "mailto:a@example.gov.cn",
    "contact": "<r>何文</r>",
    "contact_phone": "0000-8880001",
}


def _name(response: TestResponse) -> str:
    return unquote(response.headers["Content-Disposition"].split("filename*=UTF-8''")[1])


def _sheet(client: PageClient, query: str = "") -> tuple[str, list[tuple[object, ...]]]:
    """Title and rows of the summary table that the office downloads."""
    response = client.raw(f"/office/summary.xlsx{query}")
    assert response.status_code == 200
    assert response.headers["Content-Length"] == str(len(response.data))
    assert response.headers["Cache-Control"] == "no-store"
    rows = list(openpyxl.load_workbook(io.BytesIO(response.data)).active.iter_rows(values_only=True))
    return str(rows[0][0]), rows[2:]


def _cells(content: bytes) -> list[str]:
    """The values of a plan form in the order of the form; a merged cell counts once."""
    seen, texts = [], []
    for row in Document(io.BytesIO(content)).tables[0].rows:
        for cell in row.cells:
            if cell._tc not in seen:
                seen.append(cell._tc)
                texts.append(cell.text)
    return texts[1::2]


def test_the_summary_table_says_what_was_typed_whatever_it_looks_like(client: PageClient, house: House) -> None:
    call = call_of(house)
    plan_in(PlanStatus.OFFICE_REVIEW, house, call=call, **RISKY)
    title, rows = _sheet(client.log_in(house.officer), f"?call={call.id}")
    assert title == "2026年“公开聊亮”政府开放活动计划汇总表"
    assert [tuple(value or "" for value in row) for row in rows] == [
        (1, "云溪区图书馆", *RISKY.values(), "待政务公开办审核", "", "", "", "")
    ]


def test_the_summary_table_counts_whole_parties_and_those_who_came(client: PageClient, house: House) -> None:
    activity = published_activity(house)
    first = open_occurrence(activity)
    second = open_occurrence(activity)
    came = party_on_list(first, party_size=3)
    party_on_list(first, party_size=2, status=RegistrationStatus.WAITLISTED)
    party_on_list(first, party_size=4, status=RegistrationStatus.CANCELLED)
    party_on_list(second, party_size=2)
    _check_in(came.id, 2)
    _, [row] = _sheet(client.log_in(house.officer))
    assert row[11:14] == ("2场", 5, 2)


@use_case
def _check_in(registration_id: int, people: int) -> None:
    db.session.get_one(Registration, registration_id).attended = people


def test_the_table_holds_what_was_filed_in_the_order_of_agencies_and_time(client: PageClient, house: House) -> None:
    for theme, time_text, agency_id in [
        ("丁", "9月2日", house.other_agency_id),
        ("乙", "9月1日", None),
        ("甲", "8月", None),
    ]:
        plan_in(PlanStatus.ON_RECORD, house, theme=theme, time_text=time_text, agency_id=agency_id)
    for status in (PlanStatus.DRAFT, PlanStatus.AGENCY_REVIEW, PlanStatus.RETURNED, PlanStatus.CANCELLED):
        plan_in(status, house, theme=status.label)
    client.log_in(house.officer)
    assert [row[2] for row in _sheet(client)[1]] == ["甲", "乙", "丁"]
    assert [row[2] for row in _sheet(client, "?status=returned")[1]] == ["已退回"]


def test_every_export_is_in_the_ledger_once_with_its_size_and_without_its_content(
    client: PageClient, house: House
) -> None:
    call = call_of(house)
    plan = plan_in(PlanStatus.OFFICE_REVIEW, house, call=call)
    client.log_in(house.officer)
    for path in (f"summary.xlsx?call={call.id}", f"plan-forms.zip?call={call.id}", f"plans/{plan.code}/plan-form.docx"):
        assert client.raw(f"/office/{path}").status_code == 200
    statement = select(AuditEvent).where(AuditEvent.action.like("%.export")).order_by(AuditEvent.id)
    noted = [(row.action, row.record_id, row.detail, row.actor_id) for row in session().scalars(statement)]
    assert noted == [
        ("summary_table.export", call.id, {"plans": 1}, house.officer.id),
        ("plan_forms.export", call.id, {"plans": 1}, house.officer.id),
        ("plan.export", plan.id, {}, house.officer.id),
    ]


def test_a_plan_form_says_what_was_typed(client: PageClient, house: House) -> None:
    plan = plan_in(PlanStatus.OFFICE_REVIEW, house, **RISKY)
    response = client.log_in(house.officer).raw(f"/office/plans/{plan.code}/plan-form.docx")
    assert _name(response) == "云溪区图书馆-=HYPERLINK(-http---x-,-y-).docx"
    assert response.headers["Content-Length"] == str(len(response.data))
    assert _cells(response.data) == list(RISKY.values())


def test_all_plan_forms_of_a_call_come_in_one_archive(client: PageClient, house: House) -> None:
    call = call_of(house)
    plan_in(PlanStatus.ON_RECORD, house, call=call, theme="走进图书馆")
    plan_in(PlanStatus.ON_RECORD, house, call=call, theme="走进图书馆", venue="二楼")
    plan_in(PlanStatus.ON_RECORD, house, call=call, theme="走进水厂", agency_id=house.other_agency_id)
    plan_in(PlanStatus.ON_RECORD, house, theme="不属于这项通知")
    response = client.log_in(house.officer).raw(f"/office/plan-forms.zip?call={call.id}")
    assert _name(response) == "2026年“公开聊亮”政府开放活动计划报送表.zip"
    archive = zipfile.ZipFile(io.BytesIO(response.data))
    names = archive.namelist()
    assert len(names) == len(set(names)) == 3
    assert sum("云溪区图书馆-走进图书馆" in name for name in names) == 2
    assert {_cells(archive.read(name))[2] for name in names} == {FILLED.venue, "二楼"}


def test_an_archive_of_nothing_is_refused_with_the_reason(client: PageClient, house: House) -> None:
    call = call_of(house)
    page = client.log_in(house.officer).get(f"/office/plan-forms.zip?call={call.id}", 422)
    assert "没有可以导出的报送表" in page.text()
    assert _sheet(client, f"?call={call.id}")[1] == []


def test_an_officer_of_another_district_gets_nothing(client: PageClient, house: House) -> None:
    call = call_of(house)
    plan_in(PlanStatus.OFFICE_REVIEW, house, call=call)
    client.log_in(house.far_officer)
    assert _sheet(client)[1] == []
    there = client.raw(f"/office/summary.xlsx?call={call.id}")
    missing = client.raw("/office/summary.xlsx?call=99999")
    assert there.status_code == missing.status_code == 404
    assert there.data == missing.data
    assert client.raw(f"/office/plan-forms.zip?call={call.id}").status_code == 404


@pytest.mark.parametrize("who", ["admin", "auditor", "filer"])
def test_only_officers_export(client: PageClient, house: House, who: str) -> None:
    plan = plan_in(PlanStatus.OFFICE_REVIEW, house)
    client.log_in(getattr(house, who))
    for path in ("summary.xlsx", "plan-forms.zip", f"plans/{plan.code}/plan-form.docx"):
        assert client.raw(f"/office/{path}").status_code == 403
    assert session().scalars(select(AuditEvent).where(AuditEvent.action.like("%export"))).all() == []


@pytest.mark.parametrize("who", ["filer", "reviewer"])
def test_an_agency_takes_its_own_plan_and_no_other(app: Flask, client: PageClient, house: House, who: str) -> None:
    own = plan_in(PlanStatus.DRAFT, house, venue="二楼")
    other = plan_in(PlanStatus.PUBLISHED, house, agency_id=house.other_agency_id)
    client.log_in(getattr(house, who))
    response = client.raw(client.get(f"/agency/plans/{own.code}").links()["下载报送表（Word）"])
    assert _name(response) == "云溪区图书馆-走进图书馆.docx"
    assert _cells(response.data)[2] == "二楼"
    foreign = client.raw(f"/agency/plans/{other.code}/plan-form.docx")
    missing = client.raw("/agency/plans/222222222222/plan-form.docx")
    assert (foreign.status_code, foreign.data) == (missing.status_code, missing.data) == (404, missing.data)
    assert _plans_exported() == [own.id]


def _plans_exported() -> list[int | None]:
    statement = select(AuditEvent.record_id).where(AuditEvent.action == "plan.export")
    return list(session().scalars(statement.order_by(AuditEvent.id)))


def test_a_name_of_two_hundred_characters_still_makes_a_file_name(client: PageClient, house: House) -> None:
    plan = plan_in(PlanStatus.OFFICE_REVIEW, house, theme="长" * 200)
    name = _name(client.log_in(house.officer).raw(f"/office/plans/{plan.code}/plan-form.docx"))
    assert len(name.encode()) <= 255
    assert name.endswith("长.docx")
    assert db.session.get_one(Plan, plan.id).theme == "长" * 200
