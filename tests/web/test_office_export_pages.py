"""The pages of long exports, of the office's own tables and of its official papers."""

import io
from collections.abc import Iterator
from datetime import date

import openpyxl
import pytest
from docx import Document
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from openday.db import session
from openday.models.exports import SummaryTemplate
from openday.models.ledger import AuditEvent
from openday.rules.plan_states import PlanStatus
from openday.rules.states import SignupMode
from openday.services import export_jobs
from openday.services.postponements import postpone_occurrence
from openday.web.office import exports as export_views
from tests.factories.activities import page_url, published_activity, ticket_url
from tests.factories.calls import call_of
from tests.factories.occurrences import open_occurrence
from tests.factories.people import House
from tests.factories.plans import plan_in
from tests.support.client import PageClient


@pytest.fixture
def few_at_once(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Two plans are many."""
    for kind in export_views.AT_ONCE:
        monkeypatch.setitem(export_views.AT_ONCE, kind, 1)
    yield


def _columns(**places: str) -> dict[str, str]:
    """The form of a table as the browser sends it: the named columns ticked, each with its place."""
    sent = {}
    for number, (key, place) in enumerate(places.items()):
        sent |= {f"columns-{number}-key": key, f"columns-{number}-use": "y", f"columns-{number}-place": place}
    return sent


def _send(client: PageClient, path: str, form: dict[str, str], status: int) -> TestResponse:
    """Send a form as the browser would, with the token of a page of this person's."""
    token = client.get("/office/exports").form(having="kind").filled()["csrf_token"]
    return client.post(path, status, data={**form, "csrf_token": token})


def _post(client: PageClient, path: str, form: dict[str, str]) -> str:
    """Send a form; returns where it leads."""
    return _send(client, path, form, 303).headers["Location"]


def test_a_short_export_leads_straight_to_its_file(client: PageClient, house: House) -> None:
    call = call_of(house)
    plan_in(PlanStatus.ON_RECORD, house, call=call)
    client.log_in(house.officer)
    there = _post(client, "/office/exports", {"kind": "plan_forms_merged", "call": str(call.id)})
    assert there == f"/office/plan-forms.docx?call={call.id}"
    assert len(Document(io.BytesIO(client.raw(there).data)).tables) == 1


def test_a_long_export_is_made_while_its_page_tells_how_far_it_is(
    client: PageClient, house: House, few_at_once: None
) -> None:
    for theme in ("甲", "乙"):
        plan_in(PlanStatus.ON_RECORD, house, theme=theme)
    client.log_in(house.officer)
    many = client.raw("/office/summary.xlsx")
    assert (many.status_code, many.headers["Location"]) == (303, "/office/exports?kind=summary_table&many=2")
    assert "共2项，需要一些时间" in client.get(many.headers["Location"]).text()
    page = _post(client, "/office/exports", {"kind": "summary_table"})
    assert "等待生成" in client.get(page).text()
    assert client.raw(f"{page}/file").status_code == 404
    export_jobs.make_next()
    file = client.raw(client.get(page).links()["下载"])
    rows = list(openpyxl.load_workbook(io.BytesIO(file.data)).active.iter_rows(values_only=True))
    assert sorted(str(row[2]) for row in rows[2:]) == ["乙", "甲"]
    assert file.headers["Cache-Control"] == "no-store"
    statement = select(AuditEvent.action).where(AuditEvent.action.like("%export%")).order_by(AuditEvent.id)
    assert list(session().scalars(statement)) == ["export.request", "summary_table.export"]
    client.log_in(house.far_officer)
    assert client.raw(page).status_code == client.raw(f"{page}/file").status_code == 404


def test_the_office_keeps_a_table_of_its_own_and_exports_it(client: PageClient, house: House) -> None:
    plan_in(PlanStatus.ON_RECORD, house)
    client.log_in(house.officer)
    _post(
        client,
        "/office/summary-templates/new",
        {"name": "上报市里", **_columns(agency="3", theme="1", code="", phone="2")},
    )
    [template] = session().scalars(select(SummaryTemplate)).all()
    assert (template.name, template.columns) == ("上报市里", ["theme", "phone", "agency", "code"])
    file = client.raw(f"/office/summary.xlsx?template={template.id}")
    rows = list(openpyxl.load_workbook(io.BytesIO(file.data)).active.iter_rows(values_only=True))
    assert rows[1] == ("活动主题", "联系方式", "单位", "计划编号")
    client.log_in(house.far_officer)
    assert client.raw(f"/office/summary.xlsx?template={template.id}").status_code == 404
    assert client.raw(f"/office/summary-templates/{template.id}").status_code == 404


def test_what_cannot_be_kept_says_why_and_stays_on_the_page(client: PageClient, house: House) -> None:
    client.log_in(house.officer)
    path = "/office/summary-templates/new"
    for form, reason in (
        ({"name": "", **_columns(theme="1")}, "请填写名称"),
        ({"name": "样式", **_columns(theme="一")}, "次序应为1至999的数字"),
        ({"name": "样式"}, "请至少选用一列"),
        ({"name": "样式", **_columns(salary="1")}, "请至少选用一列"),
    ):
        response = _send(client, path, form, 422)
        assert reason in response.get_data(as_text=True)
    _post(client, path, {"name": "样式", **_columns(theme="1")})
    again = _send(client, path, {"name": "样式", **_columns(theme="1")}, 422)
    assert "这个名称已经用过" in again.get_data(as_text=True)


def test_a_table_of_ones_own_is_deleted_only_after_a_second_look(client: PageClient, house: House) -> None:
    client.log_in(house.officer)
    _post(client, "/office/summary-templates/new", {"name": "样式", **_columns(theme="1")})
    [template] = session().scalars(select(SummaryTemplate)).all()
    assert "不能恢复" in client.get(f"/office/summary-templates/{template.id}/remove").text()
    assert session().scalars(select(SummaryTemplate)).all() == [template]
    _post(client, f"/office/summary-templates/{template.id}/remove", {})
    assert session().scalars(select(SummaryTemplate)).all() == []


def _paper(client: PageClient, path: str) -> str:
    response = client.raw(path)
    assert response.status_code == 200
    document = Document(io.BytesIO(response.data))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([paragraph.text for paragraph in document.paragraphs] + cells)


def test_an_announcement_says_when_where_and_how(client: PageClient, house: House) -> None:
    activity = published_activity(house, theme="走进图书馆", signup_mode=SignupMode.FIRST_COME)
    client.log_in(house.officer)
    path = f"/office/publications/{activity.code}/announcement.docx"
    vague = _paper(client, path)
    assert "“走进图书馆”政府开放活动预告" in vague.replace("\n", "")
    assert "具体时间确定后另行公布。" in vague
    open_occurrence(activity)
    assert client.get(f"/office/publications/{activity.code}").links()["活动公告（Word）"] == path
    firm = _paper(client, path).replace("\n", "")
    assert "关于举办“走进图书馆”政府开放活动的公告" in firm
    assert f"/activities/{activity.code}" in firm
    assert "另行公布" not in firm
    client.log_in(house.far_officer)
    assert client.raw(path).status_code == 404


def test_the_schedule_of_a_month_holds_its_activities_and_no_others(client: PageClient, house: House) -> None:
    for theme, first, last in (
        ("走进水厂", date(2027, 9, 1), date(2027, 9, 10)),
        ("走进法院", date(2027, 8, 21), date(2027, 8, 31)),
        ("全年开放", date(2027, 1, 1), date(2027, 12, 31)),
    ):
        published_activity(house, theme=theme, first_day=first, last_day=last)
    client.log_in(house.officer)
    text = _paper(client, "/office/month-schedule.docx?month=2027-09")
    assert "2027年9月政府开放活动安排（共2项）" in text
    assert ("走进水厂" in text, "全年开放" in text, "走进法院" in text) == (True, True, False)
    for month in ("", "2027-13", "九月", "2027-02-30", "0000-01", "２０２７-09"):
        assert "请选择月份" in client.get(f"/office/month-schedule.docx?month={month}", 422).text()
    client.log_in(house.far_officer)
    assert client.raw("/office/month-schedule.docx?month=2027-09").status_code == 422


def test_a_time_that_no_longer_stands_is_in_no_paper(client: PageClient, house: House) -> None:
    both, one = published_activity(house, theme="走进水厂"), published_activity(house, theme="走进法院")
    stands, off = open_occurrence(both, venue="二号厂区"), open_occurrence(both, venue="一号厂区")
    alone = open_occurrence(one)
    client.log_in(house.officer)
    for occurrence in (off, alone):
        postpone_occurrence(house.officer.actor, occurrence.code, "检修", page_url=page_url, ticket_url=ticket_url)
    text = _paper(client, f"/office/publications/{both.code}/announcement.docx")
    assert ("二号厂区" in text, "一号厂区" in text) == (True, False)
    month = _paper(client, f"/office/month-schedule.docx?month={stands.starts_at:%Y-%m}")
    assert ("走进水厂" in month, "走进法院" in month) == (True, False)


def test_a_reminder_names_those_who_have_not_filed(client: PageClient, house: House) -> None:
    call = call_of(house, year=2030, due_on=date(2030, 6, 28))
    plan_in(PlanStatus.ON_RECORD, house, call=call)
    client.log_in(house.officer)
    path = client.get(f"/office/calls/{call.id}").links()["导出催报通知（Word）"]
    text = _paper(client, path)
    assert "关于抓紧报送2030年政府开放活动计划的通知" in text.replace("\n", "")
    assert "2030年6月28日" in text
    assert text.count("云溪区图书馆") == 0
    plan_in(PlanStatus.ON_RECORD, house, call=call, agency_id=house.other_agency_id)
    assert "不需要催报" in client.get(path, 422).text()
    client.log_in(house.far_officer)
    assert client.raw(path).status_code == 404


@pytest.mark.parametrize("ending", ["zip", "docx"])
def test_an_agency_takes_all_its_own_plans(app: Flask, client: PageClient, house: House, ending: str) -> None:
    plan_in(PlanStatus.DRAFT, house)
    plan_in(PlanStatus.ON_RECORD, house)
    plan_in(PlanStatus.WITHDRAWN, house)
    plan_in(PlanStatus.ON_RECORD, house, agency_id=house.other_agency_id)
    client.log_in(house.filer)
    assert client.raw(f"/agency/plan-forms.{ending}").status_code == 200
    statement = select(AuditEvent.detail).where(AuditEvent.action.like("plan_forms%"))
    assert list(session().scalars(statement)) == [{"plans": 2}]
