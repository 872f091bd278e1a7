"""Several gates and parties that come in one after the other, as the people at the door see it."""

import pytest
from flask import Flask

from openday.models.occurrences import Occurrence
from tests.factories.people import House
from tests.factories.registrations import party_on_list
from tests.support.client import PageClient
from tests.web.test_desk_door import attended, count_on, desk, door_of, occurrence, scan  # noqa: F401


def test_each_device_says_at_which_gate_it_stands(app: Flask, house: House, occurrence: Occurrence) -> None:  # noqa: F811
    east, west = PageClient(app).log_in(house.desk), PageClient(app).log_in(house.desk)
    for device, gate in ((east, "东门"), (west, "西门")):
        page = device.get(door_of(occurrence))
        page = device.submit(page.form(having="gate"), gate=gate)
        assert f"本机入口：{gate}" in page.text()
    scan(east, occurrence, party_on_list(occurrence, party_size=3).number)
    scan(west, occurrence, party_on_list(occurrence, party_size=2).number)
    live = west.get(door_of(occurrence)).text("//*[@id='live']").replace(" ", "")
    assert live.startswith("已到场5／5人东门3人西门2人")
    book = west.get(f"{door_of(occurrence)}/entries").text()
    assert "东门" in book
    assert "西门" in book
    page = west.submit(west.get(door_of(occurrence)).form(having="gate"), gate="")
    assert "本机入口：没有填写" in page.text()


def test_a_name_that_is_too_long_is_said_at_its_field(desk: PageClient, occurrence: Occurrence) -> None:  # noqa: F811
    page = desk.get(door_of(occurrence))
    page = desk.submit(page.form(having="gate"), 422, gate="东" * 21)
    assert "入口名称最多20个字" in page.text()
    assert page.form(having="gate").values["gate"] == ["东" * 21]


def test_nobody_sets_a_gate_at_a_door_that_is_not_theirs(app: Flask, house: House, occurrence: Occurrence) -> None:  # noqa: F811
    app.config["WTF_CSRF_ENABLED"] = False
    PageClient(app).log_in(house.other_filer).post(f"{door_of(occurrence)}/gate", 404, data={"gate": "东门"})


@pytest.mark.parametrize("by_ticket", [True, False])
def test_the_rest_of_a_party_is_let_in_after_it(
    desk: PageClient,  # noqa: F811
    occurrence: Occurrence,  # noqa: F811
    by_ticket: bool,
) -> None:
    party = party_on_list(occurrence, party_size=5)
    page = desk.get(f"/desk/tickets/{party.code}")
    page = desk.submit(page.form(having="people"), people="2")
    assert "登记5人，已到2人" in page.text()
    page = desk.get(f"/desk/tickets/{party.code}") if by_ticket else scan(desk, occurrence, party.number, 409)
    rest = next(form for form in page.forms() if form.action.endswith("/rest"))
    page = desk.submit(rest, people="1")
    assert "登记5人，已到3人" in page.text()
    assert (attended(party), count_on(page)) == (3, "已到场3／5人")
    page = scan(desk, occurrence, party.number, 409)
    rest = next(form for form in page.forms() if form.action.endswith("/rest"))
    page = desk.submit(rest)
    assert attended(party) == 5
    page = scan(desk, occurrence, party.number, 409)
    assert [form for form in page.forms() if form.action.endswith("/rest")] == []


def test_what_cannot_be_the_rest_changes_nothing(desk: PageClient, occurrence: Occurrence) -> None:  # noqa: F811
    party = party_on_list(occurrence, party_size=3)
    page = desk.get(f"/desk/tickets/{party.code}")
    desk.submit(page.form(having="people"), people="2")
    page = scan(desk, occurrence, party.number, 409)
    rest = next(form for form in page.forms() if form.action.endswith("/rest"))
    for people in ("2", "0", "x", "99999999"):
        desk.submit(rest, 422, people=people)
    assert attended(party) == 2
