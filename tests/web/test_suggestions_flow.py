"""A suggestion as its people see it: resident, office, agency, reviewer, office again, everybody."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from openday import clock
from openday.db import db
from openday.models.aftermath import Suggestion
from openday.rules.states import Adoption, SuggestionStatus
from tests.factories.activities import published_activity
from tests.factories.people import House, Persona
from tests.factories.suggestions import suggestion
from tests.support.client import PageClient

TEXT = "建议每月增加一次周末开放。"


@pytest.fixture
def desks(app: Flask, house: House) -> dict[str, PageClient]:
    """A logged-in visitor for everybody who takes part."""
    people: dict[str, Persona] = {
        "filer": house.filer,
        "reviewer": house.reviewer,
        "officer": house.officer,
    }
    return {name: PageClient(app).log_in(persona) for name, persona in people.items()}


def only_suggestion() -> Suggestion:
    db.session.expire_all()
    return db.session.scalars(select(Suggestion)).one()


def test_from_the_resident_to_the_public_answer(client: PageClient, house: House, desks: dict[str, PageClient]) -> None:
    page = client.get("/suggestions/new")
    form = page.form("/suggestions/new")
    page = client.submit(
        form, agency_id=str(house.agency_id), text=TEXT, name="张三丰", phone="13800000000", consent="y"
    )
    receipt = client.response.request.path
    assert page.text("h1") == "已收到"
    assert client.response.headers["Cache-Control"] == "no-store"
    assert "张三丰" not in page.html
    assert "13800000000" not in page.html

    found = only_suggestion()
    office, agency = f"/office/suggestions/{found.id}", f"/agency/suggestions/{found.id}"
    desks["filer"].get(agency, 404)
    page = desks["officer"].get(office)
    assert "张**" in page.text("main")
    assert "张三丰" not in page.html
    desks["officer"].submit(page.form("/accept"))
    assert client.get(receipt).text("h1") == "已受理，正在办理"

    page = desks["filer"].get(agency)
    draft = page.form("/draft")
    page = desks["filer"].submit(draft, 422, reply="场地只能容纳30人。", adoption="not_adopted", reason=" ")
    assert "采纳情况为“未采纳”的，请写明理由" in page.text("main")
    assert page.form("/draft").values["reply"] == ["场地只能容纳30人。"]
    desks["filer"].submit(page.form("/draft"), reason="改造完成后再安排。")
    assert "场地只能容纳30人" not in client.get(receipt).html

    page = desks["reviewer"].get(agency)
    desks["reviewer"].submit(page.form("/approve"))
    assert client.get(receipt).text("h1") == "答复待公开"
    assert TEXT not in client.get("/suggestions").html

    page = desks["officer"].get(office)
    desks["officer"].submit(page.form("/publish"))
    page = client.get("/suggestions")
    for shown in (TEXT, "场地只能容纳30人。", "未采纳", "改造完成后再安排。"):
        assert shown in page.text("main")
    assert "张" not in page.text("main")
    assert client.get(receipt).text("h1") == "已答复"


def test_a_draft_and_an_answer_come_back_with_their_reasons(house: House, desks: dict[str, PageClient]) -> None:
    drafted = suggestion(house, SuggestionStatus.DRAFTED)
    page = desks["reviewer"].get(f"/agency/suggestions/{drafted.id}")
    page = desks["reviewer"].submit(page.form("/return"), 422, reason="  ")
    assert "请写明理由" in page.text("main")
    desks["reviewer"].submit(page.form("/return"), reason="请写明依据。")
    page = desks["filer"].get(f"/agency/suggestions/{drafted.id}")
    assert "请写明依据。" in page.text("main")
    assert page.form("/draft").values["reply"] == ["从下月起，每月第二个星期六增加一场。"]

    approved = suggestion(house, SuggestionStatus.AGENCY_APPROVED)
    page = desks["officer"].get(f"/office/suggestions/{approved.id}")
    desks["officer"].submit(page.form("/return"), reason="答非所问。")
    assert "答非所问。" in desks["filer"].get(f"/agency/suggestions/{approved.id}").text("main")


def test_the_office_turns_one_down_and_the_one_who_asked_reads_why(
    client: PageClient, house: House, desks: dict[str, PageClient]
) -> None:
    found = suggestion(house)
    page = desks["officer"].get(f"/office/suggestions/{found.id}")
    desks["officer"].submit(page.form("/remove"), reason="与政府开放活动无关。")
    page = client.get(f"/suggestions/receipts/{found.receipt}")
    assert page.text("h1") == "不予公开"
    assert "与政府开放活动无关。" in page.text("main")
    assert found.text not in client.get("/suggestions").html


def test_the_office_gives_one_to_another_agency(house: House, desks: dict[str, PageClient]) -> None:
    found = suggestion(house, SuggestionStatus.OPEN)
    page = desks["officer"].get(f"/office/suggestions/{found.id}")
    page = desks["officer"].submit(page.form("/reassign"), 422, agency_id="")
    assert "请选择办理单位" in page.text("main")
    page = desks["officer"].submit(page.form("/reassign"), agency_id=str(house.other_agency_id))
    assert "由云溪区图书馆转云溪区水务局办理" in page.text("main")
    desks["filer"].get(f"/agency/suggestions/{found.id}", 404)


def test_the_second_officer_is_told_and_sees_what_happened(
    app: Flask, house: House, desks: dict[str, PageClient]
) -> None:
    found = suggestion(house)
    address = f"/office/suggestions/{found.id}"
    second = PageClient(app).log_in(house.second_officer)
    mine, theirs = desks["officer"].get(address), second.get(address)
    desks["officer"].submit(mine.form("/accept"))
    page = second.submit(theirs.form("/remove"), 409, reason="重复。")
    assert "政务公开办officer已于" in page.text("main")
    assert only_suggestion().status == "open"


def test_a_draft_that_came_too_late_is_not_lost(app: Flask, house: House, desks: dict[str, PageClient]) -> None:
    found = suggestion(house, SuggestionStatus.OPEN)
    address = f"/agency/suggestions/{found.id}"
    early, late = desks["filer"].get(address), desks["filer"].get(address)
    desks["filer"].submit(early.form("/draft"), reply="第一份答复。", adoption="adopted")
    page = desks["filer"].submit(late.form("/draft"), 409, reply="第二份答复。", adoption="adopted")
    assert "第二份答复。" in page.text("main")
    assert only_suggestion().reply == "第一份答复。"


# --- the form --------------------------------------------------------------------------------------------------------


def test_about_an_activity_its_agency_is_not_asked_for(client: PageClient, house: House) -> None:
    activity = published_activity(house, agency_id=house.other_agency_id)
    page = client.get(f"/suggestions/new?activity={activity.code}")
    form = page.form("/suggestions/new")
    assert "agency_id" not in form.names
    page = client.submit(form, text=TEXT, consent="y")
    assert activity.theme in page.text("main")
    assert only_suggestion().agency_id == house.other_agency_id
    client.get("/suggestions/new?activity=nowhere", 404)


@pytest.mark.parametrize("text", [" \u3000\u200b", "水" * 2001])
def test_what_cannot_be_kept_comes_back_as_it_was_typed(client: PageClient, house: House, text: str) -> None:
    form = client.get("/suggestions/new").form("/suggestions/new")
    page = client.submit(form, 422, agency_id=str(house.agency_id), text=text, name="李四", phone="123")
    assert page.meta("outcome") == "invalid"
    again = page.form("/suggestions/new")
    assert (again.values["name"], again.values["agency_id"]) == (["李四"], [str(house.agency_id)])
    assert again.values["key"] == form.values["key"]
    for said in ("手机号码应为11位数字", "请勾选同意后再提交"):
        assert said in page.text("main")
    assert db.session.scalars(select(Suggestion)).all() == []


def test_everything_that_is_missing_is_said_at_once(client: PageClient, house: House) -> None:
    form = client.get("/suggestions/new").form("/suggestions/new")
    page = client.submit(form, 422, text=" ")
    said = [link.text for link in page.all("//*[@id='errors']//a")]
    assert said == ["请选择意见建议涉及的单位", "请填写意见建议", "请勾选同意后再提交"]


def test_markup_and_templates_are_printed_as_they_were_typed(
    client: PageClient, house: House, desks: dict[str, PageClient]
) -> None:
    hostile = "<script>alert(1)</script> {{ 7*7 }} ' OR 1=1 --"
    found = suggestion(house, SuggestionStatus.ANSWERED, text=hostile, reply=hostile, reason=hostile)
    pages = [
        client.get("/suggestions"),
        client.get(f"/suggestions/receipts/{found.receipt}"),
        desks["officer"].get(f"/office/suggestions/{found.id}"),
        desks["filer"].get("/agency/suggestions?status=answered"),
    ]
    for page in pages:
        assert hostile in page.text("main")
        assert "<script>alert" not in page.html


def test_the_same_form_sent_twice_leads_to_the_same_receipt(client: PageClient, house: House) -> None:
    form = client.get("/suggestions/new").form("/suggestions/new")
    fields = {"agency_id": str(house.agency_id), "text": TEXT, "consent": "y"}
    client.submit(form, **fields)
    first = client.response.request.path
    client.submit(form, **fields)
    assert client.response.request.path == first
    page = client.submit(form, 409, **{**fields, "text": "另一条"})
    assert page.form("/suggestions/new").values["text"] == ["另一条"]
    assert only_suggestion().text == TEXT


def test_the_activitys_page_shows_what_was_asked_about_it(client: PageClient, house: House) -> None:
    activity, other = published_activity(house), published_activity(house, theme="另一项")
    suggestion(house, SuggestionStatus.ANSWERED, activity=activity, text="请增加手语讲解。", reply="已安排。")
    suggestion(house, SuggestionStatus.DRAFTED, activity=activity, text="还没有公开")
    page = client.get(f"/activities/{activity.code}")
    assert "请增加手语讲解。" in page.text("//section[@id='suggestions']")
    assert "还没有公开" not in page.html
    assert page.links()["对这项活动提意见建议"] == f"/suggestions/new?activity={activity.code}"
    assert "请增加手语讲解。" not in client.get(f"/activities/{other.code}").html


# --- receipts --------------------------------------------------------------------------------------------------------


def test_a_code_is_found_however_it_was_written_down(client: PageClient, house: House) -> None:
    found = suggestion(house)
    spaced = " ".join(re.findall("....", found.receipt)).upper()
    form = client.get("/suggestions/receipts").form("/suggestions/receipts")
    assert client.submit(form, code=spaced).text("h1") == "已收到"
    page = client.submit(form, 422, code="abcd efgh")
    assert "没有找到这个查询码对应的意见建议" in page.text("main")
    assert page.form("/suggestions/receipts").values["code"] == ["abcd efgh"]
    client.get("/suggestions/receipts/abcdefgh", 404)


# --- lists -----------------------------------------------------------------------------------------------------------


def test_the_public_list_is_narrowed_and_turned(client: PageClient, house: House) -> None:
    for number in range(12):
        suggestion(house, SuggestionStatus.ANSWERED, text=f"意见{number:02}")
    suggestion(
        house,
        SuggestionStatus.ANSWERED,
        text="管网改造",
        agency_id=house.other_agency_id,
        adoption=Adoption.PARTLY,
        reason="分两年改造。",
    )
    suggestion(house, SuggestionStatus.OPEN, text="还没有答复")
    page = client.get("/suggestions")
    assert "第 1 页，共 2 页，共 13 项" in page.text("main")
    assert "还没有答复" not in page.html
    assert "下一页" in page.links()
    page = client.get("/suggestions?adoption=partly")
    assert "管网改造" in page.text("main")
    assert "意见00" not in page.html
    page = client.get("/suggestions?agency=library&page=2")
    assert "意见00" in page.text("main")
    assert "管网改造" not in page.text("main")
    for odd in ("?adoption=x&page=-1", "?page=99999999999", "?agency=%00%27", "?page=abc"):
        client.get(f"/suggestions{odd}")


def test_everybody_sees_how_many_answers_are_owed_and_overdue(client: PageClient, house: House) -> None:
    assert "0条，没有逾期" in client.get("/suggestions").text("main")
    yesterday, today = clock.today() - timedelta(days=1), clock.today()
    suggestion(house, SuggestionStatus.OPEN, due_on=yesterday)
    suggestion(house, SuggestionStatus.AGENCY_APPROVED, due_on=yesterday)
    suggestion(house, SuggestionStatus.DRAFTED, due_on=today)
    suggestion(house, SuggestionStatus.RECEIVED)
    suggestion(house, SuggestionStatus.ANSWERED, due_on=yesterday)
    assert "3条，其中逾期2条" in client.get("/suggestions").text("main")


def test_empty_lists_say_what_to_do(client: PageClient, house: House, desks: dict[str, PageClient]) -> None:
    assert client.get("/suggestions").links()["提意见建议"] == "/suggestions/new"
    assert "没有办理中的意见建议。" in desks["filer"].get("/agency/suggestions").text("main")
    assert "没有办理中的意见建议。" in desks["officer"].get("/office/suggestions").text("main")


# --- who may ---


def test_another_agencys_suggestion_and_a_missing_one_are_the_same_bytes(app: Flask, house: House) -> None:
    found = suggestion(house, SuggestionStatus.OPEN)
    other = PageClient(app).log_in(house.other_filer)
    there = other.http.get(f"/agency/suggestions/{found.id}")
    missing = other.http.get("/agency/suggestions/999999")
    assert (there.status_code, there.data) == (404, missing.data)
    far = PageClient(app).log_in(house.far_officer)
    assert far.http.get(f"/office/suggestions/{found.id}").data == far.http.get("/office/suggestions/999999").data


def test_readers_see_no_buttons_and_the_desk_sees_nothing(app: Flask, house: House) -> None:
    found = suggestion(house, name="张三丰")
    auditor = PageClient(app).log_in(house.auditor)
    actions = [form.action for form in auditor.get(f"/office/suggestions/{found.id}").forms()]
    assert [action for action in actions if "/suggestions/" in action] == []
    admin = PageClient(app).log_in(house.admin)
    assert "张" not in admin.get(f"/office/suggestions/{found.id}").text("main")
    PageClient(app).log_in(house.desk).get("/agency/suggestions", 403)
