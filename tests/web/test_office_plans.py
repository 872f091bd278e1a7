"""The office's list of plans and the page on which one is decided about."""

import pytest
from flask import Flask

from openday import clock
from openday.db import db, use_case
from openday.models.plans import Plan
from openday.rules.plan_states import PlanStatus
from openday.services import reviews
from openday.services.plans import PlanDraft, agency_approve, save_plan
from tests.factories.calls import call_of
from tests.factories.people import House
from tests.factories.plans import FILLED, plan_in
from tests.support.client import PageClient
from tests.support.pages import Page
from tests.support.queries import count_queries


def _themes(page: Page) -> list[str]:
    return [" ".join(each.itertext()).strip() for each in page.all("//tbody//th//a")]


def test_the_list_is_narrowed_by_state_agency_month_and_words(client: PageClient, house: House) -> None:
    call = call_of(house)
    plan_in(PlanStatus.OFFICE_REVIEW, house, call=call, theme="走进图书馆", time_text="9月16日")
    plan_in(PlanStatus.OFFICE_REVIEW, house, theme="水厂半日", time_text="10月上旬", agency_id=house.other_agency_id)
    plan_in(PlanStatus.PUBLISHED, house, call=call, theme="古籍修复体验", time_text="8月28日至9月2日", venue="修复室")
    client.log_in(house.officer)
    assert set(_themes(client.get("/office/plans"))) == {"走进图书馆", "水厂半日", "古籍修复体验"}
    assert _themes(client.get("/office/plans?status=published")) == ["古籍修复体验"]
    assert _themes(client.get(f"/office/plans?agency={house.other_agency_id}")) == ["水厂半日"]
    assert set(_themes(client.get(f"/office/plans?call={call.id}"))) == {"走进图书馆", "古籍修复体验"}
    assert set(_themes(client.get("/office/plans?month=2026-09"))) == {"走进图书馆", "古籍修复体验"}
    assert _themes(client.get("/office/plans?month=2026-08")) == ["古籍修复体验"]
    assert _themes(client.get("/office/plans?q=修复室")) == ["古籍修复体验"]
    assert _themes(client.get("/office/plans?q=水务局")) == ["水厂半日"]
    assert "没有符合条件的计划" in client.get("/office/plans?q=%25").text("main")


@pytest.mark.parametrize(
    "query",
    ["status=x", "month=9999-12", "month=0001-01", "month=%00", "agency=999999", "agency=x", "month=2026-13", "page=-1",
     "page=99999999", "sort=x&order=y", "call=1e400", "q=%00", "q=" + "长" * 500,
     "agency=0&call=0&month="],
)  # fmt: skip
def test_an_address_that_says_nothing_sensible_narrows_nothing_or_finds_nothing(
    client: PageClient, house: House, query: str
) -> None:
    plan_in(PlanStatus.OFFICE_REVIEW, house)
    assert client.log_in(house.officer).get(f"/office/plans?{query}").text("h1") == "活动计划"


def test_the_list_is_sorted_by_its_heads(client: PageClient, house: House) -> None:
    for theme, time_text, audience in [
        ("甲", "9月16日", "市民30人"),
        ("乙", "8月上旬", "市民20人"),
        ("丙", "11月", "市民"),
    ]:
        plan_in(PlanStatus.OFFICE_REVIEW, house, theme=theme, time_text=time_text, audience_text=audience)
    client.log_in(house.officer)
    page = client.get(client.get("/office/plans").links()["开展时间"])
    assert _themes(page) == ["乙", "甲", "丙"]
    assert page.all("//th[@aria-sort='ascending']")[0].xpath("string()").strip() == "开展时间"
    assert _themes(client.get(page.links()["开展时间"])) == ["丙", "甲", "乙"]
    assert _themes(client.get("/office/plans?sort=size&order=asc")) == ["乙", "甲", "丙"]


def test_what_waits_longest_for_review_comes_first(client: PageClient, house: House) -> None:
    for theme in ("先报的", "后报的"):
        plan_in(PlanStatus.OFFICE_REVIEW, house, theme=theme)
    assert _themes(client.log_in(house.officer).get("/office/plans?status=office_review")) == ["先报的", "后报的"]


def test_thirty_plans_stand_on_a_page(client: PageClient, house: House) -> None:
    _file_many(house, 31)
    client.log_in(house.officer)
    first = client.get("/office/plans?status=office_review")
    second = client.get(first.links()["下一页"])
    assert len(_themes(first)) == 30
    assert len(_themes(second)) == 1
    assert set(_themes(first)) & set(_themes(second)) == set()
    assert "共 31 项" in second.text()


def test_the_list_asks_as_little_for_thirty_plans_as_for_one(client: PageClient, house: House) -> None:
    call = call_of(house)
    plan_in(PlanStatus.OFFICE_REVIEW, house, call=call)
    client.log_in(house.officer)
    with count_queries() as few:
        client.get("/office/plans")
    _file_many(house, 30, call_id=call.id)
    with count_queries() as many:
        client.get("/office/plans")
    assert len(many) == len(few)


@use_case
def _file_many(house: House, number: int, call_id: int | None = None) -> None:
    now = clock.now()
    for at in range(number):
        plan = Plan(
            agency_id=house.agency_id,
            call_id=call_id,
            status="office_review",
            version=1,
            created_at=now,
            submitted_at=now,
        )
        text = FILLED.__class__(**{**FILLED.as_dict(), "theme": f"计划{at:02d}"})
        plan.take_text(text, year=2026, author_id=house.filer.id, now=now)
        db.session.add(plan)


def test_the_page_shows_the_form_and_how_it_was_understood(client: PageClient, house: House) -> None:
    plan = plan_in(PlanStatus.OFFICE_REVIEW, house, content="<b>参观</b>\n座谈")
    page = client.log_in(house.officer).get(f"/office/plans/{plan.code}")
    assert page.text("h1") == "走进图书馆"
    keys = [key.xpath("string()").strip() for key in page.all("//main//dl[1]/div/dt")][:9]
    assert keys == [
        "单位名称", "活动主题", "开展时间", "开展地点", "活动内容", "活动对象", "活动报名方式", "联系人", "联系方式",
    ]  # fmt: skip
    assert "<b>参观</b>" in page.text("main")
    assert "2026年9月16日" in page.text("main")
    assert page.text("//button[contains(@class, 'primary')]") == "同意备案"


def test_approving_puts_the_plan_on_record(client: PageClient, house: House) -> None:
    plan = plan_in(PlanStatus.OFFICE_REVIEW, house)
    page = client.log_in(house.officer).get(f"/office/plans/{plan.code}")
    page = client.submit(page.form(action="/approve"))
    assert "已同意备案" in page.text()
    assert "已备案" in page.text("//header[contains(@class, 'title')]")
    assert [form.action for form in page.forms() if form.action.endswith("/approve")] == []


def test_a_return_is_seen_at_its_fields_and_what_changed_since_by_the_next_reader(
    client: PageClient, house: House
) -> None:
    plan = plan_in(PlanStatus.OFFICE_REVIEW, house)
    client.log_in(house.officer)
    form = client.get(f"/office/plans/{plan.code}").form(action="/return")
    page = client.submit(form, on_venue="请写场所名称", reason="地点不明确")
    assert "已退回修改" in page.text()
    page = client.get(f"/office/plans/{plan.code}")
    assert "请写场所名称" in page.text("//dl")
    text = FILLED.__class__(**{**FILLED.as_dict(), "venue": "二楼报告厅"})
    save_plan(house.filer.actor, plan.code, PlanDraft(None, text), version=1, submit=True)
    agency_approve(house.reviewer.actor, plan.code, version=2)
    page = client.get(f"/office/plans/{plan.code}")
    # Both end with 厅, which stayed; the words around a change are for those who do not see it.
    assert page.text("//main//del") == "〔删去〕云溪区图书馆一楼大〔删去完〕"
    assert page.text("//main//ins") == "〔新增〕二楼报告〔新增完〕"


def test_a_return_that_says_nothing_comes_back_with_the_error_at_the_reason(client: PageClient, house: House) -> None:
    plan = plan_in(PlanStatus.OFFICE_REVIEW, house)
    form = client.log_in(house.officer).get(f"/office/plans/{plan.code}").form(action="/return")
    page = client.submit(form, 422, reason=" \u3000")
    assert "请写明理由" in page.text("//*[@id='reason-error']")
    page = client.submit(form, 422, reason="不明确", on_venue="长" * 1001)
    assert page.form(action="/return").values["reason"] == ["不明确"]
    assert "最多1000个字" in page.text("//*[@id='on_venue-error']")


def test_the_second_officer_is_told_who_decided_what_and_keeps_their_words(client: PageClient, house: House) -> None:
    plan = plan_in(PlanStatus.OFFICE_REVIEW, house)
    page = client.log_in(house.officer).get(f"/office/plans/{plan.code}")
    reviews.approve_plan(house.second_officer.actor, plan.code, 1)
    late = client.submit(page.form(action="/approve"), 409)
    assert "政务公开办second-officer已于" in late.text("main")
    assert "同意备案" in late.text("main")
    assert late.meta("outcome") == "changed"
    late = client.submit(page.form(action="/return"), 409, reason="时间不明确")
    assert late.form(action="/return").values["reason"] == ["时间不明确"]
    assert "继续审核其他计划" in late.links()
    client.submit(late.form(action="/return"))
    assert "已退回" in client.get(f"/office/plans/{plan.code}").text("//header[contains(@class, 'title')]")


def test_to_their_author_the_page_says_why_there_is_no_button(client: PageClient, house: House) -> None:
    plan = plan_in(PlanStatus.OFFICE_REVIEW, house, author=house.officer)
    page = client.log_in(house.officer).get(f"/office/plans/{plan.code}")
    assert "自己填写的内容须由他人审核" in page.text("main")
    assert [form.action for form in page.forms() if form.action.endswith("/approve")] == []


def test_a_plan_on_record_leads_to_its_publication(client: PageClient, house: House) -> None:
    plan = plan_in(PlanStatus.ON_RECORD, house)
    page = client.log_in(house.officer).get(f"/office/plans/{plan.code}")
    assert page.links()["发布"] == f"/office/plans/{plan.code}/publish"


@pytest.mark.parametrize("who", ["admin", "auditor"])
def test_administrators_and_auditors_read_and_have_no_buttons(
    app: Flask, client: PageClient, house: House, who: str
) -> None:
    plan = plan_in(PlanStatus.OFFICE_REVIEW, house)
    client.log_in(getattr(house, who))
    assert _themes(client.get("/office/plans")) == ["走进图书馆"]
    page = client.get(f"/office/plans/{plan.code}")
    assert "云溪区图书馆一楼大厅" in page.text("main")
    assert page.all("//main//button") == []
    app.config["WTF_CSRF_ENABLED"] = False
    client.post(f"/office/plans/{plan.code}/approve", 403, data={"version": "1"})
    client.post(f"/office/plans/{plan.code}/return", 403, data={"version": "1", "reason": "x"})


def test_a_plan_of_another_district_looks_like_none_at_all(app: Flask, client: PageClient, house: House) -> None:
    plan = plan_in(PlanStatus.OFFICE_REVIEW, house)
    client.log_in(house.far_officer)
    assert _themes(client.get("/office/plans")) == []
    for path in (f"/office/plans/{plan.code}", f"/office/plans/{plan.code}/plan-form.docx"):
        there = client.raw(path)
        missing = client.raw(path.replace(plan.code, "222222222222"))
        assert there.status_code == missing.status_code == 404
        assert there.data == missing.data
    app.config["WTF_CSRF_ENABLED"] = False
    client.post(f"/office/plans/{plan.code}/approve", 404, data={"version": "1"})
    client.post(f"/office/plans/{plan.code}/return", 404, data={"version": "1", "reason": "x"})


@pytest.mark.parametrize("who", ["filer", "reviewer", "desk"])
def test_agencies_do_not_reach_the_offices_pages(client: PageClient, house: House, who: str) -> None:
    plan = plan_in(PlanStatus.OFFICE_REVIEW, house)
    client.log_in(getattr(house, who))
    for path in ("", "plans", f"plans/{plan.code}", "statistics", "calendar-days", "summary.xlsx", "plan-forms.zip"):
        client.get(f"/office/{path}", 403)


def test_a_time_that_is_over_is_pointed_out(client: PageClient, house: House) -> None:
    plan = plan_in(PlanStatus.OFFICE_REVIEW, house, time_text=f"{clock.today().year - 1}年9月16日")
    page = client.log_in(house.officer).get(f"/office/plans/{plan.code}")
    assert "所写的开展时间已经过去" in page.text("main")
