"""The office holds back what many people are told, reads it, and lets it go or not."""

import pytest

from openday.models.occurrences import Occurrence
from tests.factories.activities import published_activity
from tests.factories.occurrences import open_occurrence
from tests.factories.people import House
from tests.support.client import PageClient
from tests.support.pages import Page
from tests.support.queries import count_queries
from tests.support.signup import sign_up

LIST = "/office/messages/batches"


@pytest.fixture
def officer(client: PageClient, house: House) -> PageClient:
    return client.log_in(house.officer)


@pytest.fixture
def occurrence(house: House) -> Occurrence:
    return open_occurrence(published_activity(house, theme="走进图书馆"))


def cancel_and_hold(officer: PageClient, occurrence: Occurrence) -> Page:
    """Cancel it with the box ticked; the page of the batch."""
    form = officer.get(f"/office/occurrences/{occurrence.code}/cancel").form(having="reason")
    page = officer.submit(form, reason="设备检修", hold="y")
    return officer.get(page.links()["走进图书馆 第1场"])


def test_what_is_held_is_read_and_released(officer: PageClient, occurrence: Occurrence) -> None:
    sign_up(occurrence, name="李晓云", phone="13800000001", email="li@example.org")
    sign_up(occurrence, name="陈小雨", phone="13800000002")
    page = cancel_and_hold(officer, occurrence)
    text = page.text("main")
    assert "邮件1条，短信1条" in text
    assert "李晓云：" in text
    assert "原因：设备检修。" in text
    assert "138****0002" in text
    assert "l***@example.org" in text
    assert "13800000002" not in text
    assert "有1批通知等候审阅" in officer.get("/office/").text("main")
    page = officer.submit(page.form(action=f"{page.address}/release"))
    assert "已开始发出2条通知" in page.text("body")
    assert "待发送" in page.text("main")
    assert "等候审阅" not in officer.get("/office/").text("main")


def test_the_samples_do_not_open_a_ticket(officer: PageClient, occurrence: Occurrence) -> None:
    one = sign_up(occurrence)
    form = officer.get(f"/office/occurrences/{occurrence.code}/postpone").form(having="reason")
    page = officer.submit(form, reason="设备检修", hold="y")
    text = officer.get(page.links()["走进图书馆 第1场"]).text("main")
    assert "/tickets/…" in text
    assert one.code not in text


def test_what_does_not_go_out_needs_a_reason(officer: PageClient, occurrence: Occurrence) -> None:
    sign_up(occurrence)
    page = cancel_and_hold(officer, occurrence)
    form = page.form(action=f"{page.address}/drop")
    assert "请写明不发的理由" in officer.submit(form, reason=" ", status=422).text("main")
    page = officer.submit(form, reason="已逐一电话通知")
    assert "已逐一电话通知" in page.text("main")
    assert "不发" in officer.get(LIST).text("main")


def test_the_second_officer_learns_who_was_first(officer: PageClient, house: House, occurrence: Occurrence) -> None:
    sign_up(occurrence)
    page = cancel_and_hold(officer, occurrence)
    other = PageClient(officer.app).log_in(house.second_officer)
    theirs = other.get(page.address).form(action=f"{page.address}/drop")
    officer.submit(page.form(action=f"{page.address}/release"))
    assert "已于" in other.submit(theirs, reason="已电话通知", status=409).text("main")


def test_nothing_is_asked_where_nobody_would_be_told(officer: PageClient, occurrence: Occurrence) -> None:
    form = officer.get(f"/office/occurrences/{occurrence.code}/cancel").form(having="reason")
    assert "hold" not in form.values
    assert "没有等候审阅的通知" in officer.get(LIST).text("main")


def test_without_the_box_the_messages_go_at_once(officer: PageClient, occurrence: Occurrence) -> None:
    sign_up(occurrence)
    form = officer.get(f"/office/occurrences/{occurrence.code}/cancel").form(having="reason")
    page = officer.submit(form, reason="设备检修")
    assert "已向1位报名或候补的市民发出通知" in page.text("body")
    assert "没有等候审阅的通知" in officer.get(LIST).text("main")


def test_a_batch_of_another_place_looks_like_one_that_is_not_there(
    officer: PageClient, house: House, occurrence: Occurrence
) -> None:
    sign_up(occurrence)
    page = cancel_and_hold(officer, occurrence)
    stranger = PageClient(officer.app).log_in(house.far_officer)
    theirs, missing = stranger.raw(page.address), stranger.raw(f"{LIST}/zzzzzzzzzzzz")
    assert (theirs.status_code, missing.status_code) == (404, 404)
    assert len(theirs.data) == len(missing.data)


@pytest.mark.parametrize("who", ["filer", "reviewer", "desk", "auditor", "admin"])
def test_others_have_no_such_page(client: PageClient, house: House, who: str) -> None:
    client.log_in(getattr(house, who)).get(LIST, status=403)


def test_a_page_of_a_batch_asks_a_constant_number_of_questions(officer: PageClient, occurrence: Occurrence) -> None:
    for n in range(12):
        sign_up(occurrence, email=f"r{n}@example.org" if n % 2 else "")
    page = cancel_and_hold(officer, occurrence)
    with count_queries() as asked:
        officer.get(page.address)
    assert len(asked) <= 8
