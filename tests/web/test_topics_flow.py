"""A proposal as its people see it: resident, neighbours, office, agency, everybody."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from openday import clock
from openday.db import db
from openday.models.plans import Plan
from openday.models.topics import TopicProposal
from openday.rules.topic_states import ProposalStatus, Verdict
from tests.factories.people import House
from tests.factories.topics import proposal, topic_call
from tests.support.client import PageClient

WISH = {"title": "垃圾分类以后去了哪里", "text": "想看焚烧厂的排放。", "consent": "y"}


@pytest.fixture
def officer(app: Flask, house: House) -> PageClient:
    return PageClient(app).log_in(house.officer)


@pytest.fixture
def filer(app: Flask, house: House) -> PageClient:
    return PageClient(app).log_in(house.filer)


def only_proposal() -> TopicProposal:
    db.session.expire_all()
    return db.session.scalars(select(TopicProposal)).one()


def test_from_the_wish_to_the_plan_and_the_public_answer(
    app: Flask, client: PageClient, house: House, officer: PageClient, filer: PageClient
) -> None:
    page = officer.get("/office/topics/calls/new")
    page = officer.submit(
        page.form("/calls/new"), title="2027年，想看什么", opens_day="2020-01-01", opens_clock="09:00"
    )
    call = page.links()[next(text for text in page.links() if "/topics/" in text)]

    page = client.get(f"{call}/new")
    page = client.submit(page.form("/new"), **WISH, contact="13800000000")
    assert (page.text("h1"), client.response.headers["Cache-Control"]) == ("已收到", "no-store")
    assert "13800000000" not in page.html
    receipt = client.response.request.path
    found = only_proposal()
    assert WISH["title"] not in client.get(call).text("main")
    client.get(f"/topics/proposals/{found.code}", 404)
    filer.get(f"/agency/topics/{found.id}", 404)

    page = officer.get(f"/office/topics/{found.id}")
    assert "138****0000" in page.text("main")
    page = officer.submit(page.form("/accept"))
    page = officer.submit(page.form("/assign"), agency_id=str(house.agency_id))
    assert "转云溪区图书馆办理" in page.text("main")
    assert client.get(receipt).text("h1") == "已公开"

    neighbour = PageClient(app)
    page = neighbour.get(call)
    page = neighbour.submit(page.form("/support"))
    assert "1人支持" in page.text("main")
    assert "已支持" in page.text("main")

    page = filer.get(f"/agency/topics/{found.id}")
    page = filer.submit(page.form("/adopt"), answer="已纳入9月的开放活动。")
    assert page.form(having="theme").values["theme"] == [WISH["title"]]
    page = officer.get(f"/office/topics/{found.id}")
    officer.submit(page.form("/publish"))
    page = client.get(f"/topics/proposals/{found.code}")
    for shown in ("已采纳，活动筹备中", "已纳入9月的开放活动。", "云溪区图书馆", "1人支持"):
        assert shown in page.text("main")
    assert client.get(receipt).text("h1") == "已有办理结果"
    assert db.session.scalars(select(Plan.theme)).all() == [WISH["title"]]


def test_similar_ones_are_shown_first_and_can_be_supported_instead(client: PageClient, house: House) -> None:
    call = topic_call(house)
    there = proposal(house, call)
    proposal(house, call, title="走进消防救援站", text="看消防车。")
    page = client.get(f"/topics/{call.code}/new")
    wish = {"title": "想看自来水厂怎样净化水", "text": "水质检测", "contact": "a@example.org", "consent": "y"}
    page = client.submit(page.form("/new"), **wish)
    assert (page.text("h1"), page.meta("outcome")) == ("已有类似建议", "similar")
    assert there.title in page.text("main")
    assert "消防" not in page.text("main")
    assert db.session.scalars(select(TopicProposal).where(TopicProposal.status == "received")).all() == []
    page = client.submit(page.form("/new"))
    assert page.text("h1") == "已收到"
    kept = db.session.scalars(select(TopicProposal).where(TopicProposal.status == "received")).one()
    assert (kept.title, kept.text, kept.contact) == tuple(wish[name] for name in ("title", "text", "contact"))


def test_while_writing_the_page_asks_for_what_is_similar(client: PageClient, house: House) -> None:
    call = topic_call(house)
    there = proposal(house, call, supporters=2)
    page = client.get(f"/topics/{call.code}/new")
    address = page.all("//*[@data-similar]")[0].get("data-similar")
    piece = client.raw(address, query_string={"title": "自来水厂怎样净化水"}).get_data(as_text=True)
    assert there.code in piece
    assert "2人支持" in piece
    assert client.raw(address, query_string={"title": "消防站<script>"}).get_data(as_text=True).strip() == ""
    assert client.raw(address).status_code == 200


def test_what_was_typed_stays_when_something_is_missing(client: PageClient, house: House) -> None:
    call = topic_call(house)
    page = client.get(f"/topics/{call.code}/new")
    page = client.submit(page.form("/new"), 422, title=" ", text="说明", contact="0755-1234")
    assert page.meta("outcome") == "invalid"
    for words in ("请填写想看什么", "手机号码应为11位数字", "请勾选同意后再提交"):
        assert words in page.text("//*[@id='errors']")
    assert page.form("/new").values["text"] == ["说明"]


def test_a_support_can_be_taken_back_and_is_one_browsers_own(app: Flask, client: PageClient, house: House) -> None:
    found = proposal(house, topic_call(house))
    address = f"/topics/proposals/{found.code}"
    page = client.submit(client.get(address).form("/support"))
    assert "1人支持，包括您这一次" in page.text("main")
    stranger = PageClient(app)
    assert "包括您" not in stranger.get(address).text("main")
    page = client.submit(page.form("/withdraw"))
    assert "0人支持" in page.text("main")


def test_a_word_that_we_did_not_sign_is_nobody(client: PageClient, house: House) -> None:
    found = proposal(house, topic_call(house))
    address = f"/topics/proposals/{found.code}"
    client.http.set_cookie("supporter", "0" * 32 + "." + "0" * 32)
    client.submit(client.get(address).form("/support"))
    word = client.http.get_cookie("supporter")
    assert word is not None
    assert not word.value.startswith("0" * 32)
    assert (word.http_only, word.same_site) == (True, "Lax")


def test_nobody_gets_a_cookie_for_looking(client: PageClient, house: House) -> None:
    found = proposal(house, topic_call(house))
    client.get("/topics")
    client.get(f"/topics/proposals/{found.code}")
    assert client.http.get_cookie("supporter") is None


def test_a_closed_call_shows_what_came_in_and_takes_nothing_more(client: PageClient, house: House) -> None:
    call = topic_call(house, closes_at=clock.now() - timedelta(minutes=1))
    found = proposal(house, call)
    page = client.get(f"/topics/{call.code}")
    assert found.title in page.text("main")
    assert "提出建议" not in page.links()
    assert [form.action for form in page.forms() if "support" in form.action] == []
    client.get(f"/topics/{call.code}/new")
    assert client.response.request.path == f"/topics/{call.code}"


def test_lists_narrow_by_words_and_by_progress(client: PageClient, house: House) -> None:
    call = topic_call(house)
    proposal(house, call, title="自来水是怎样净化的")
    proposal(house, call, ProposalStatus.ANSWERED, title="走进消防救援站", text="", verdict=Verdict.OTHER_WAY)
    assert "消防" not in client.get(f"/topics/{call.code}?state=open").text("//ol")
    assert "自来水" not in client.get(f"/topics/{call.code}?state=answered").text("//ol")
    page = client.get(f"/topics/{call.code}?q=消防车")
    assert ("消防救援站" in page.text("//ol"), "自来水" in page.text("//ol")) == (True, False)
    assert "没有找到" in client.get(f"/topics/{call.code}?q=zzz").text("main")
    client.get(f"/topics/{call.code}?page=99999999999&state=x&q=%00", 200)


def test_the_home_page_asks_while_a_call_is_open(client: PageClient, house: House, officer: PageClient) -> None:
    assert "想看什么可以提出建议" not in client.get("/").text("main")
    page = officer.get("/office/topics/calls/new")
    officer.submit(page.form("/calls/new"), title="2027年，想看什么", opens_day="2020-01-01", opens_clock="09:00")
    assert "2027年，想看什么" in client.get("/").links()
    page = officer.get("/office/topics")
    page = officer.get(page.links()["2027年，想看什么"])
    officer.submit(page.form("/end"))
    assert "2027年，想看什么" not in client.get("/").links()


def test_a_typed_code_leads_to_its_page(client: PageClient, house: House) -> None:
    found = proposal(house, topic_call(house), ProposalStatus.REMOVED)
    page = client.get("/topics/receipts")
    page = client.submit(page.form("/receipts"), 422, code="no such code")
    assert "没有找到这个查询码" in page.text("main")
    groups = " ".join(re.findall("....", found.receipt)).upper()
    page = client.submit(page.form("/receipts"), code=groups)
    assert page.text("h1") == "不予公开"
    assert "与政府开放活动无关。" in page.text("main")


def test_the_office_deals_with_a_proposal_in_other_ways(app: Flask, house: House, officer: PageClient) -> None:
    call = topic_call(house)
    kept, double = proposal(house, call), proposal(house, call, title="自来水怎样净化")
    far = proposal(house, call, title="走进消防救援站", text="看消防车。")
    page = officer.get(f"/office/topics/{double.id}")
    choices = [option.get("value") for option in page.all("//select[@name='into']/option")]
    assert choices == ["", str(kept.id), str(far.id)], "the most alike first"
    page = officer.submit(page.form("/merge"), into=str(kept.id))
    assert "已并入同类建议" in page.text("main")
    page = officer.get(f"/office/topics/{far.id}")
    page = officer.submit(page.form("/answer"), 422, verdict="other_way", text=" ")
    assert "请填写答复和理由" in page.text("main")
    page = officer.submit(page.form("/answer"), text="每月第一个星期六随时可以参观。")
    assert "自己起草的办理结果须由他人公开" in page.text("main")
    second = PageClient(app).log_in(house.second_officer)
    page = second.submit(second.get(f"/office/topics/{far.id}").form("/return"), **{"return-reason": "请写明地址。"})
    assert "请写明地址。" in page.text("main")
    page = second.submit(page.form("/remove"), 422, **{"remove-reason": ""})
    page = second.submit(page.form("/remove"), **{"remove-reason": "重复提交。"})
    assert "重复提交。" in page.text("main")


def test_auditor_and_administrator_read_and_change_nothing(app: Flask, house: House) -> None:
    found = proposal(house, topic_call(house), ProposalStatus.RECEIVED)
    for persona in (house.auditor, house.admin):
        visitor = PageClient(app).log_in(persona)
        visitor.get("/office/topics")
        visitor.get(f"/office/topics/calls/{found.topic_call_id}")
        page = visitor.get(f"/office/topics/{found.id}")
        assert [form.action for form in page.forms() if "/office/topics/" in form.action] == []
