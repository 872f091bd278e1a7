"""Pages of co-hosts and copies: named, seen, edited, taken off; a plan begun from last year's."""

from flask import Flask

from openday.db import db, use_case
from openday.models.plans import Plan, PlanHost
from openday.rules.plan_states import PlanStatus
from tests.factories.activities import published_activity
from tests.factories.calls import call_of
from tests.factories.people import House
from tests.factories.plans import FILLED, plan_in
from tests.support.client import PageClient

WATER = "云溪区水务局"


def _name(client: PageClient, code: str, *, may_edit: bool = False, kind: str = "supporter") -> str:
    page = client.get(f"/agency/plans/{code}/hosts")
    fields = {"name": WATER, "kind": kind, **({"may_edit": "y"} if may_edit else {})}
    return client.submit(page.form(action=f"/agency/plans/{code}/hosts"), **fields).text("main")


def test_a_host_is_named_sees_the_plan_and_is_taken_off(app: Flask, client: PageClient, house: House) -> None:
    code = plan_in(PlanStatus.DRAFT, house).code
    filer, other = client.log_in(house.filer), PageClient(app).log_in(house.other_filer)
    nothing = other.get("/agency/plans/2222aaaa2222", 404)
    assert other.get(f"/agency/plans/{code}", 404).text() == nothing.text()
    assert WATER in _name(filer, code)
    listed = other.get("/agency/plans")
    assert "（云溪区图书馆填报）" in listed.text("//tbody")
    page = other.get(f"/agency/plans/{code}")
    assert "协办单位" in page.text("main") and "何文" in page.text("main")
    assert not {"修改", "更改：主办、承办、协办单位"} & set(page.links())
    assert not page.all("//form[contains(@action, '/submit') or contains(@action, '/copy')]")
    for path in ("edit", "hosts"):
        assert other.get(f"/agency/plans/{code}/{path}", 404).text() == nothing.text()
    assert other.raw(f"/agency/plans/{code}/form.docx").status_code in (200, 404)
    page = filer.get(f"/agency/plans/{code}/hosts")
    filer.submit(page.form(action=f"/agency/plans/{code}/hosts/{house.other_agency_id}/remove"))
    assert other.get(f"/agency/plans/{code}", 404).text() == nothing.text()


def test_a_host_that_may_edit_saves_the_text_and_has_no_button_to_hand_it_in(
    app: Flask, client: PageClient, house: House
) -> None:
    call_of(house)
    code = plan_in(PlanStatus.DRAFT, house).code
    _name(client.log_in(house.filer), code, may_edit=True)
    other = PageClient(app).log_in(house.other_filer)
    page = other.get(f"/agency/plans/{code}/edit")
    assert "云溪区图书馆" in page.text("main")
    assert page.all("//button[@value='submit']") == []
    other.submit(page.form(having="theme"), venue="云溪水厂", act="save")
    assert db.session.query(Plan.venue).filter_by(code=code).scalar() == "云溪水厂"


def test_a_returned_plan_waits_on_the_desk_of_a_host_that_may_put_it_right(
    app: Flask, client: PageClient, house: House
) -> None:
    editable, readable = (plan_in(PlanStatus.RETURNED, house, theme=theme) for theme in ("一起办", "只协办"))
    client.log_in(house.filer)
    _name(client, editable.code, may_edit=True)
    _name(client, readable.code)
    desk = PageClient(app).log_in(house.other_filer).get("/agency/").text("main")
    assert "一起办" in desk
    assert "只协办" not in desk


def test_a_name_that_is_no_agency_is_said_at_its_field(client: PageClient, house: House) -> None:
    code = plan_in(PlanStatus.DRAFT, house).code
    client.log_in(house.filer)
    page = client.get(f"/agency/plans/{code}/hosts")
    page = client.submit(page.form(having="name"), 422, name="水务")
    assert WATER in page.text("//*[@id='name-error']")


def test_the_public_page_names_the_hosts_that_were_reviewed_and_a_filer_adds_none(
    app: Flask, client: PageClient, house: House
) -> None:
    activity = published_activity(house)
    plan = db.session.get_one(Plan, activity.plan_id)
    _host(plan.id, house.other_agency_id)
    main = PageClient(app).get(f"/activities/{activity.code}").text("main")
    assert "主办单位" in main and WATER in main
    page = client.log_in(house.filer).get(f"/agency/plans/{plan.code}/hosts")
    assert "合办单位随计划一并审核" in page.text("main")
    assert page.all("//main//form") == []


@use_case
def _host(plan_id: int, agency_id: int) -> None:
    db.session.add(PlanHost(plan_id=plan_id, agency_id=agency_id, kind="organiser"))


def test_last_years_plan_becomes_a_draft_without_its_time(client: PageClient, house: House) -> None:
    old = plan_in(PlanStatus.PUBLISHED, house, call=call_of(house, year=2025, status="closed"), year=2025).code
    call_of(house, year=2026)
    page = client.log_in(house.filer).get(f"/agency/plans/{old}")
    page = client.submit(page.form(action=f"/agency/plans/{old}/copy"))
    assert f"2025年的开展时间是“{FILLED.time_text}”" in page.text("main")
    form = page.form(having="theme")
    assert (form.values["theme"], form.values["time_text"]) == ([FILLED.theme], [""])
    page = client.get(f"/agency/plans/{old}")
    assert "由本计划复制" in page.text("main")
    [copy] = [href for label, href in page.links().items() if label == FILLED.theme]
    assert "由它复制而来" in client.get(copy).text("main")
