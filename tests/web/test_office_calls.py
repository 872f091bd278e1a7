"""The office's calls in the browser."""

import pytest
from flask import Flask

from openday.rules.plan_states import PlanStatus
from tests.factories.calls import call_of
from tests.factories.people import House
from tests.factories.plans import plan_in
from tests.support.client import PageClient


@pytest.fixture
def officer(app: Flask, house: House) -> PageClient:
    return PageClient(app).log_in(house.officer)


def test_a_call_is_opened_with_a_number_for_every_agency(house: House, officer: PageClient) -> None:
    page = officer.get("/office/calls")
    assert "还没有发布征集通知" in page.text("//main")
    page = officer.get("/office/calls/new")
    form = page.form(having="title")
    owed = [f"owed-{house.other_agency_id}", f"owed-{house.agency_id}"]
    assert {name: form.values[name] for name in owed} == {name: ["1"] for name in owed}
    page = officer.submit(
        form,
        year="2027",
        title="2027年报送通知",
        due_on="2027-06-28",
        brand="公开聊亮",
        **{f"owed-{house.agency_id}": "3"},
    )
    main = page.text("//main")
    assert "征集通知已发布" in page.text()
    assert "2027年6月28日（星期一）" in main
    assert [cell.xpath("string()").strip() for cell in page.all("//tbody/tr/th")] == ["云溪区图书馆", "云溪区水务局"]
    assert "还差 3" in main or "3" in page.text("(//tbody/tr)[1]")


def test_wrong_values_are_named_at_their_fields_and_stay(house: House, officer: PageClient) -> None:
    page = officer.get("/office/calls/new")
    typed = {"year": "二〇二七", "title": " \u200b", "due_on": "2027-02-30", f"owed-{house.agency_id}": "-1"}
    page = officer.submit(page.form(having="title"), status=422, **typed)
    assert {link.get("href") for link in page.all("//*[@id='errors']//a")} == {
        "#year", "#title", "#due_on", f"#owed-{house.agency_id}",
    }  # fmt: skip
    values = page.form(having="title").values
    assert (values["year"], values["due_on"]) == (["二〇二七"], ["2027-02-30"])
    assert values[f"owed-{house.agency_id}"] == ["-1"]
    assert "valid" not in page.text("//*[@id='errors']")


def test_a_call_sent_twice_is_opened_once(officer: PageClient) -> None:
    page = officer.get("/office/calls/new")
    form = page.form(having="title")
    officer.submit(form, year="2027", due_on="2027-06-28")
    page = officer.submit(form, status=422, year="2027", due_on="2027-06-28")
    assert "已有同名的征集通知" in page.text("//*[@id='title-error']")
    assert len(officer.get("/office/calls").all("//tbody/tr")) == 1


def test_the_second_editor_is_told_and_may_save_after_looking(app: Flask, house: House, officer: PageClient) -> None:
    call = call_of(house)
    second = PageClient(app).log_in(house.second_officer)
    mine, theirs = (visitor.get(f"/office/calls/{call.id}/edit") for visitor in (officer, second))
    officer.submit(mine.form(having="title"), brand="开放月")
    page = second.submit(theirs.form(having="title"), status=409, brand="政府开放日")
    assert "已由他人修改" in page.text("//*[@id='errors']")
    assert page.form(having="title").values["brand"] == ["政府开放日"]
    page = second.submit(page.form(having="title"))
    assert "政府开放日" in page.text("//main")


def test_each_agency_stands_with_what_it_owes_and_has_filed(house: House, officer: PageClient) -> None:
    call = call_of(house, owed=2)
    plan_in(PlanStatus.OFFICE_REVIEW, house, call=call)
    plan_in(PlanStatus.ON_RECORD, house, call=call)
    plan_in(PlanStatus.DRAFT, house, call=call, agency_id=house.other_agency_id)
    page = officer.get(f"/office/calls/{call.id}")
    rows = {row.xpath("string(th)").strip(): row for row in page.all("//tbody/tr")}
    values = {name: [cell.text for cell in row.xpath("td/span[2]")] for name, row in rows.items()}
    # 应报 已报 还差 草稿 单位审核中 已退回 待审核 已备案 已发布 逾期
    assert values["云溪区图书馆"] == ["2", "2", "0", "0", "0", "0", "1", "1", "0", "0"]
    assert values["云溪区水务局"] == ["2", "0", "2", "1", "0", "0", "0", "0", "0", "0"]
    page = officer.get(f"/office/calls/{call.id}?show=missing")
    assert [row.xpath("string(th)").strip() for row in page.all("//tbody/tr")] == ["云溪区水务局"]


def test_a_closed_call_offers_no_change(house: House, officer: PageClient) -> None:
    call = call_of(house)
    page = officer.get(f"/office/calls/{call.id}")
    page = officer.submit(page.form(action="/close"))
    assert "征集已结束" in page.text()
    assert "修改" not in page.links()
    assert [form.action for form in page.forms() if form.action.endswith("/close")] == []


def test_calls_of_other_places_and_impossible_numbers_are_not_there(app: Flask, house: House) -> None:
    call = call_of(house)
    outsider = PageClient(app).log_in(house.far_officer)
    missing = outsider.raw("/office/calls/987654")
    assert outsider.raw(f"/office/calls/{call.id}").data == missing.data
    for address in (f"/office/calls/{call.id}", f"/office/calls/{call.id}/edit", "/office/calls/99999999999999999999"):
        assert outsider.raw(address).status_code == 404


@pytest.mark.parametrize("who", ["filer", "reviewer", "desk", "admin", "auditor"])
def test_only_the_office_sees_its_calls(app: Flask, house: House, who: str) -> None:
    visitor = PageClient(app).log_in(getattr(house, who))
    assert visitor.raw("/office/calls").status_code == 403
