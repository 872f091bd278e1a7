"""The work of a form on its way: with a script, without one, from a robot."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from openday import clock
from openday.db import db
from openday.models.aftermath import Suggestion
from openday.rules.proof_of_work import MOST_WITHOUT_WORK, read_challenge
from tests.factories.people import House
from tests.factories.topics import proposal, topic_call
from tests.support.client import PageClient, with_the_work_done
from tests.support.pages import Form

TEXT = "建议每月增加一次周末开放。"


def ready(house: House, form: Form, **more: str) -> dict[str, list[str]]:
    return form.filled(agency_id=str(house.agency_id), text=TEXT, consent="y", **more)


def kept() -> int:
    db.session.expire_all()
    return db.session.scalar(select(func.count(Suggestion.id))) or 0


def wait(monkeypatch: pytest.MonkeyPatch, by: timedelta) -> None:
    later = clock.now() + by
    monkeypatch.setattr(clock, "now", lambda: later)


def test_a_page_whose_script_did_the_work_is_taken_at_once(client: PageClient, house: House) -> None:
    form = client.get("/suggestions/new").form("/suggestions/new")
    assert read_challenge(form.values["challenge"][0]) is not None
    client.submit(form, agency_id=str(house.agency_id), text=TEXT, consent="y")
    assert kept() == 1


def test_without_a_script_a_form_is_taken_when_it_could_have_been_read(
    client: PageClient, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = client.get("/suggestions/new").form("/suggestions/new")
    page = client.submit(form, 422, agency_id=str(house.agency_id), text=TEXT, consent="y", proof="-")
    assert "请等几秒钟再提交一次" in page.text("main")
    again = page.form("/suggestions/new")
    assert again.values["text"] == [TEXT]
    assert again.values["challenge"] == form.values["challenge"], "the time that went by counts"
    wait(monkeypatch, timedelta(seconds=4))
    client.submit(again, proof="-")
    assert kept() == 1


def test_a_robot_without_the_work_is_stopped_soon(
    client: PageClient, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    forms = [client.get("/suggestions/new").form("/suggestions/new") for _ in range(MOST_WITHOUT_WORK + 1)]
    wait(monkeypatch, timedelta(seconds=4))
    for form in forms[:-1]:
        client.post(form.action, 303, data=ready(house, form))
    page = client.submit(forms[-1], 429, agency_id=str(house.agency_id), text=TEXT, consent="y", proof="-")
    assert (page.meta("outcome"), page.form("/suggestions/new").values["text"]) == ("slow-down", [TEXT])
    assert kept() == MOST_WITHOUT_WORK


def test_a_page_sent_again_with_another_key_is_not_counted_twice(client: PageClient, house: House) -> None:
    form = client.get("/suggestions/new").form("/suggestions/new")
    data = with_the_work_done(ready(house, form))
    client.post(form.action, 303, data=data)
    client.post(form.action, 303, data=data)
    client.post(form.action, 409, data={**data, "key": ["another"]})
    assert kept() == 1


@pytest.mark.parametrize("spoil", ["", "x" * 5000, "topic", "signature", "old"])
def test_a_challenge_that_is_not_ours_gets_a_new_one_and_keeps_what_was_typed(
    client: PageClient, house: House, monkeypatch: pytest.MonkeyPatch, spoil: str
) -> None:
    form = client.get("/suggestions/new").form("/suggestions/new")
    mine = form.values["challenge"][0]
    spoiled = {
        "topic": mine.replace("suggestion", "topic"),
        "signature": mine[:-1] + ("0" if mine[-1] != "0" else "1"), "old": mine
    }.get(spoil, spoil)  # fmt: skip
    if spoil == "old":
        wait(monkeypatch, timedelta(hours=13))
    data = {**ready(house, form), "challenge": [spoiled], "proof": ["1.1.1.1.1.1.1.1"]}
    response = client.post(form.action, 422, data=data)
    assert "这一页打开的时间太长" in response.get_data(as_text=True)
    assert kept() == 0
    page = client.get("/suggestions/new")
    assert page.form("/suggestions/new").values["challenge"] != [mine]


def test_the_fields_are_silent(client: PageClient, house: House) -> None:
    page = client.get("/suggestions/new")
    for name in ("challenge", "proof"):
        assert [field.get("type") for field in page.all(f"//input[@name='{name}']")] == ["hidden"]


def test_a_page_holds_one_challenge_for_all_of_its_forms_of_a_kind(app: Flask, house: House) -> None:
    call = topic_call(house)
    for number in range(3):
        proposal(house, call, title=f"第{number}条")
    page = PageClient(app).get(f"/topics/{call.code}")
    assert len(page.all("//input[@name='challenge']")) == 3
    assert len({field.get("value") for field in page.all("//input[@name='challenge']")}) == 1
