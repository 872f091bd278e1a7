"""The door as the people see it who stand there: scan, look, let in, take back; and what others do not see."""

from collections.abc import Callable
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from flask import Flask
from sqlalchemy import select, update

from openday import clock
from openday.db import db, use_case
from openday.models.occurrences import Occurrence
from openday.models.people import DeskAssignment
from openday.models.registrations import Registration
from openday.rules.states import RegistrationStatus
from tests.factories.activities import published_activity, ticket_url
from tests.factories.occurrences import open_occurrence
from tests.factories.people import House, Persona
from tests.factories.registrations import party_on_list
from tests.support.client import PageClient
from tests.support.pages import Page
from tests.support.queries import count_queries


@use_case
def _post(persona: Persona, occurrence: Occurrence) -> None:
    db.session.add(DeskAssignment(user_id=persona.id, occurrence_id=occurrence.id))


@pytest.fixture
def occurrence(house: House) -> Occurrence:
    """Begins in an hour; the desk person is posted at its door; five may walk in."""
    found = open_occurrence(published_activity(house), starts_in=timedelta(hours=1), walk_in_limit=5)
    _post(house.desk, found)
    return found


@pytest.fixture
def desk(app: Flask, house: House, occurrence: Occurrence) -> PageClient:
    """The desk person, logged in."""
    return PageClient(app).log_in(house.desk)


def door_of(occurrence: Occurrence) -> str:
    return f"/desk/occurrences/{occurrence.code}"


def scan(desk: PageClient, occurrence: Occurrence, typed: str, status: int = 200) -> Page:
    """Open the door page and type or scan something."""
    page = desk.get(door_of(occurrence))
    (form,) = [form for form in page.forms() if "code" in form.names]
    return desk.submit(form, status, code=typed)


def attended(registration: Registration) -> int:
    db.session.rollback()
    return db.session.scalars(select(Registration.attended).where(Registration.id == registration.id)).one()


def count_on(page: Page) -> str:
    return page.text("//*[@id='tally']").replace(" ", "")


# --- who is meant ----------------------------------------------------------------------------------------------------


WAYS: list[Callable[[Registration], str]] = [
    lambda party: ticket_url(party.code),
    lambda party: ticket_url(party.code).upper(),
    lambda party: ticket_url(party.code).replace(":", "：").replace("/", "／") + "\r",
    lambda party: f"{ticket_url(party.code)}?from=sms",
    lambda party: party.code,
    lambda party: f"  {party.number} ",
    lambda party: f"{party.number[:3]} {party.number[3:]}",
]


@pytest.mark.parametrize("way", WAYS)
def test_a_ticket_or_its_number_lets_the_whole_party_in(
    desk: PageClient, occurrence: Occurrence, way: Callable[[Registration], str]
) -> None:
    party, other = party_on_list(occurrence, name="张三丰", party_size=3), party_on_list(occurrence)
    page = scan(desk, occurrence, way(party))
    assert (page.meta("outcome"), attended(party), attended(other)) == ("admitted", 3, 0)
    assert "张*丰 3人" in page.text("//*[@role='status']")
    assert count_on(page) == "已到场3／4人"


def test_the_second_scan_names_the_time_of_the_first(desk: PageClient, occurrence: Occurrence) -> None:
    party = party_on_list(occurrence, name="张三丰")
    scan(desk, occurrence, party.code)
    since = db.session.scalars(select(Registration.checked_in_at).where(Registration.id == party.id)).one()
    with clock.shifted_by(timedelta(minutes=3)):
        page = scan(desk, occurrence, party.code, 409)
    assert page.meta("outcome") == "duplicate"
    assert f"已于{since:%H:%M}签到" in page.text("//*[@role='status']")
    assert "张*丰" in page.text("//*[@role='status']")
    assert count_on(page) == "已到场1／1人"


def test_a_double_tap_is_one_entry_with_one_answer(desk: PageClient, occurrence: Occurrence) -> None:
    party = party_on_list(occurrence)
    (form,) = [form for form in desk.get(door_of(occurrence)).forms() if "code" in form.names]
    first = desk.submit(form, code=party.number)
    second = desk.submit(form, code=party.number)
    assert (first.meta("outcome"), second.meta("outcome")) == ("admitted", "admitted")
    assert count_on(second) == "已到场1／1人"


def test_four_digits_ask_which_one_with_masked_names(desk: PageClient, occurrence: Occurrence) -> None:
    party = party_on_list(occurrence, name="张三丰", phone="13900001234", party_size=2)
    party_on_list(occurrence, name="张无忌", phone="13800001234")
    gone = party_on_list(occurrence, name="李寻欢", phone="13700001234", status=RegistrationStatus.CANCELLED)
    page = scan(desk, occurrence, "１２３４")
    assert page.meta("outcome") == "choose"
    assert attended(party) == 0
    assert "张*丰" in page.text() and "张*忌" in page.text() and "李*欢" in page.text()
    assert "三丰" not in page.html and "13900001234" not in page.html and "0000123" not in page.html
    offered = [form.values["code"] for form in page.forms() if form.values.get("code", [""]) != [""]]
    assert [party.number] in offered and [gone.number] not in offered
    (choice,) = [form for form in page.forms() if form.values.get("code") == [party.number]]
    assert desk.submit(choice).meta("outcome") == "admitted"
    assert attended(party) == 2


def test_a_whole_telephone_number_is_understood_and_not_repeated(desk: PageClient, occurrence: Occurrence) -> None:
    party_on_list(occurrence, name="张三丰", phone="13900001234")
    page = scan(desk, occurrence, "139 0000 1234")
    assert "张*丰" in page.text()
    assert "13900009999" not in scan(desk, occurrence, "13900009999", 422).html


def test_a_ticket_of_another_occurrence_is_named_if_it_is_mine(
    desk: PageClient, house: House, occurrence: Occurrence
) -> None:
    mine = open_occurrence(published_activity(house, theme="走进档案馆"), starts_in=timedelta(hours=2))
    _post(house.desk, mine)
    foreign = open_occurrence(published_activity(house, theme="走进水厂"), starts_in=timedelta(hours=2))
    assert "走进档案馆" in scan(desk, occurrence, party_on_list(mine).code, 422).text()
    party = party_on_list(foreign)
    page = scan(desk, occurrence, party.code, 422)
    assert "走进水厂" not in page.text() and attended(party) == 0
    unknown = scan(desk, occurrence, "z" * 28, 422)
    assert unknown.text("//*[@role='alert']").startswith("没有找到") and page.text("//*[@role='alert']").startswith(
        "没有找到"
    )


@pytest.mark.parametrize(
    "typed",
    [
        "", " ", "​", "\x00", "123\x00456", "%", "____", "%%%%", "' OR 1=1 --", '"><script>alert(1)</script>',
        "{{7*7}}", "-1", "1e400", "１２３", "00000000000000000000", "字" * 400, "9" * 900_000, "/tickets/", "../..",
        "/tickets/" + "a" * 27, "\r\nX-Header: 1", "=1+1",
    ],
)  # fmt: skip
def test_what_is_no_code_finds_nobody(desk: PageClient, occurrence: Occurrence, typed: str) -> None:
    party = party_on_list(occurrence)
    page = scan(desk, occurrence, typed, 422)
    assert "没有找到" in page.text("//*[@role='alert']")
    assert attended(party) == 0


def test_a_megabyte_in_the_field_is_refused(desk: PageClient, occurrence: Occurrence) -> None:
    (form,) = [form for form in desk.get(door_of(occurrence)).forms() if "code" in form.names]
    for size, status in ((1_000_000, 422), (7_000_000, 413)):
        assert desk.submit(form, status, code="9" * size).text("h1")


@pytest.mark.parametrize("people", ["0", "-1", "99", "1e4", "二", "\x00", "9" * 5000])
def test_a_number_of_people_that_cannot_be_changes_nothing(
    desk: PageClient, occurrence: Occurrence, people: str
) -> None:
    party = party_on_list(occurrence, party_size=2)
    (form,) = [form for form in desk.get(door_of(occurrence)).forms() if "code" in form.names]
    data = form.filled(code=party.number) | {"people": [people]}
    desk.post(form.action, 422, data=data)
    assert attended(party) == 0


# --- the camera's way ------------------------------------------------------------------------------------------------


def test_from_the_camera_to_the_door_with_one_tap(desk: PageClient, occurrence: Occurrence) -> None:
    party = party_on_list(occurrence, name="张三丰", party_size=2)
    ticket = desk.get(urlsplit(ticket_url(party.code)).path)
    page = desk.get(ticket.links()["办理签到"])
    assert page.text("h1") == "张*丰 2人"
    assert attended(party) == 0
    whole = next(form for form in page.forms() if "people" not in form.names)
    assert count_on(desk.submit(whole)) == "已到场2／2人"
    assert "已签到" in desk.get(f"/desk/tickets/{party.code}").text()


def test_fewer_than_registered_may_come_in(desk: PageClient, occurrence: Occurrence) -> None:
    party = party_on_list(occurrence, party_size=3)
    page = desk.get(f"/desk/tickets/{party.code}")
    page = desk.submit(page.form(having="people"), people="2")
    assert (attended(party), count_on(page)) == (2, "已到场2／3人")
    page = desk.submit(page.form(having="people"), people="3")
    assert (attended(party), count_on(page)) == (3, "已到场3／3人")


def test_a_ticket_shows_the_way_to_the_door_to_nobody_else(app: Flask, house: House, occurrence: Occurrence) -> None:
    party = party_on_list(occurrence)
    path = f"/tickets/{party.code}"
    assert "办理签到" not in PageClient(app).get(path).links()
    assert "办理签到" not in PageClient(app).log_in(house.officer).get(path).links()
    assert "办理签到" not in PageClient(app).log_in(house.other_filer).get(path).links()
    assert "办理签到" in PageClient(app).log_in(house.filer).get(path).links()


@pytest.mark.parametrize(
    ("status", "words"),
    [(RegistrationStatus.WAITLISTED, "还在候补"), (RegistrationStatus.CANCELLED, "报名已取消")],
)
def test_who_may_not_come_in_has_no_button(
    desk: PageClient, occurrence: Occurrence, status: RegistrationStatus, words: str
) -> None:
    party = party_on_list(occurrence, status=status)
    page = desk.get(f"/desk/tickets/{party.code}")
    assert words in page.text() and page.forms() == []
    assert scan(desk, occurrence, party.code, 409).meta("outcome") == "conflict"


# --- taking back, walking in, paper ----------------------------------------------------------------------------------


def test_a_slip_is_taken_back_with_one_tap(desk: PageClient, occurrence: Occurrence) -> None:
    party = party_on_list(occurrence, party_size=2)
    page = scan(desk, occurrence, party.code)
    undo = next(form for form in page.forms() if form.action.endswith("/undo"))
    page = desk.submit(undo)
    assert (attended(party), count_on(page), page.meta("outcome")) == (0, "已到场0／2人", "undone")
    assert desk.submit(undo, 409).meta("outcome") == "conflict"
    scan(desk, occurrence, party.code)
    with clock.shifted_by(timedelta(minutes=11)):
        page = desk.get(door_of(occurrence))
        assert [form for form in page.forms() if form.action.endswith("/undo")] == []


def test_walk_ins_are_counted_until_the_room_is_full(desk: PageClient, occurrence: Occurrence) -> None:
    page = desk.get(desk.get(door_of(occurrence)).links()["现场报名"])
    form = page.form(having="people")
    page = desk.submit(form, people="４", name="周一", phone="13900005678")
    assert count_on(page) == "已到场4／4人"
    assert count_on(desk.submit(form, people="４", name="周一", phone="13900005678")) == "已到场4／4人"
    fresh = desk.get(f"{door_of(occurrence)}/walk-ins").form(having="people")
    page = desk.submit(fresh, 409, people="2", name="吴二", phone="")
    assert "现场名额还剩1个，不够2人" in page.text() and page.form(having="people").values["name"] == ["吴二"]
    page = desk.submit(fresh, 422, people="0", name="吴二", phone="123")
    assert "人数应为1至50" in page.text()
    page = desk.submit(fresh, 422, people="1", name="吴二", phone="123")
    assert "手机号码应为11位数字" in page.text()


def test_a_walk_in_who_had_signed_up_is_told_so(desk: PageClient, occurrence: Occurrence) -> None:
    party = party_on_list(occurrence, phone="13900005678", party_size=2)
    form = desk.get(f"{door_of(occurrence)}/walk-ins").form(having="people")
    page = desk.submit(form, people="3", phone="13900005678")
    assert "已按名单签到" in page.text() and "其余1人" in page.text()
    assert (attended(party), count_on(page)) == (2, "已到场2／2人")
    again = desk.get(f"{door_of(occurrence)}/walk-ins").form(having="people")
    assert desk.submit(again, 409, people="1", phone="13900005678").meta("outcome") == "duplicate"


def test_the_printed_list_runs_by_number_and_hides_what_it_must(desk: PageClient, occurrence: Occurrence) -> None:
    second = party_on_list(occurrence, name="张三丰", phone="13900001234", party_size=2)
    first = party_on_list(occurrence, name="李寻欢")
    waiting = party_on_list(occurrence, status=RegistrationStatus.WAITLISTED)
    _renumber(second, "900001")
    _renumber(first, "100001")
    page = desk.get(f"{door_of(occurrence)}/list")
    assert [row.text for row in page.all("//tbody/tr/th")] == ["100001", "900001"]
    assert "张*丰" in page.text() and "1234" in page.text() and "☐" in page.text()
    assert "三丰" not in page.html and "0000123" not in page.html and waiting.number not in page.text()


@use_case
def _renumber(registration: Registration, number: str) -> None:
    db.session.execute(update(Registration).where(Registration.id == registration.id).values(number=number))


def test_the_office_takes_back_what_others_did_and_says_why(
    app: Flask, house: House, desk: PageClient, occurrence: Occurrence
) -> None:
    party = party_on_list(occurrence)
    scan(desk, occurrence, party.code)
    officer = PageClient(app).log_in(house.officer)
    form = officer.get(f"{door_of(occurrence)}/entries").form(having="reason")
    assert "没有找到这个凭证号" in officer.submit(form, 422, number="x\x00", reason="误扫").text()
    assert officer.submit(form, 422, number=party.number, reason=" ")
    officer.submit(form, number=party.number, reason="误扫了他人的凭证")
    assert attended(party) == 0
    assert [form for form in desk.get(f"{door_of(occurrence)}/entries").forms() if "reason" in form.names] == []


# --- within reach ----------------------------------------------------------------------------------------------------


def test_what_is_not_mine_looks_like_what_is_not_there(app: Flask, house: House, occurrence: Occurrence) -> None:
    party = party_on_list(occurrence)
    stranger = PageClient(app).log_in(house.other_filer)
    unassigned = open_occurrence(published_activity(house), starts_in=timedelta(hours=1))
    paths = [door_of(occurrence) + tail for tail in ("", "/walk-ins", "/list", "/entries")]
    paths += [f"/desk/tickets/{party.code}", f"/agency/occurrences/{occurrence.code}/door-staff"]
    for path in paths:
        there, missing = stranger.raw(path), stranger.raw(path.replace(occurrence.code, "zz").replace(party.code, "zz"))
        assert (there.status_code, there.data) == (404, missing.data), path
    PageClient(app).log_in(house.desk).get(door_of(unassigned), 404)
    app.config["WTF_CSRF_ENABLED"] = False
    posts = [door_of(occurrence), f"{door_of(occurrence)}/walk-ins", f"{door_of(occurrence)}/entries/1/undo"]
    posts += [f"{door_of(occurrence)}/entries/1/people", f"/agency/occurrences/{occurrence.code}/door-staff"]
    for path in posts:
        stranger.post(path, 404, data={"code": party.code, "people": "1"})
    assert attended(party) == 0


def test_the_list_of_doors_shows_mine_and_no_other(app: Flask, house: House, occurrence: Occurrence) -> None:
    open_occurrence(published_activity(house, theme="走进档案馆"), starts_in=timedelta(days=3))
    open_occurrence(published_activity(house, theme="旧的一场"), starts_in=timedelta(days=-3))
    other = published_activity(house, theme="走进水厂", agency_id=house.other_agency_id)
    open_occurrence(other, starts_in=timedelta(hours=2))
    assert set(_themes(PageClient(app).log_in(house.desk))) == {"走进图书馆"}
    assert set(_themes(PageClient(app).log_in(house.filer))) == {"走进图书馆", "走进档案馆"}
    assert set(_themes(PageClient(app).log_in(house.other_filer))) == {"走进水厂"}


def _themes(visitor: PageClient) -> list[str]:
    links = visitor.get("/desk/").all("//main//a[contains(@href, '/desk/occurrences/')]")
    return [link.text.strip() for link in links]


def test_an_agency_sends_its_desk_staff_to_a_door(app: Flask, house: House) -> None:
    occurrence = open_occurrence(published_activity(house), starts_in=timedelta(hours=1))
    desk, reviewer = PageClient(app).log_in(house.desk), PageClient(app).log_in(house.reviewer)
    desk.get(door_of(occurrence), 404)
    form = reviewer.get(f"/agency/occurrences/{occurrence.code}/door-staff").form(having="people")
    page = reviewer.submit(form, people=[str(house.desk.id)])
    assert page.form(having="people").values["people"] == [str(house.desk.id)]
    desk.get(door_of(occurrence))
    reviewer.submit(page.form(having="people"), 422, people=["x", "99999999999999999999"])
    reviewer.submit(page.form(having="people"), people=None)
    desk.get(door_of(occurrence), 404)


def test_the_door_asks_no_more_for_many_than_for_few(desk: PageClient, occurrence: Occurrence) -> None:
    parties = [party_on_list(occurrence) for _ in range(12)]
    for party in parties[:6]:
        scan(desk, occurrence, party.code)
    _fill(occurrence, 500)
    with count_queries() as statements:
        desk.get(door_of(occurrence))
    assert len(statements) < 12, statements
    with count_queries() as statements:
        desk.get(f"{door_of(occurrence)}/list")
    assert len(statements) < 12, statements


@use_case
def _fill(occurrence: Occurrence, parties: int) -> None:
    now = clock.now()
    db.session.add_all(
        Registration(
            number=f"x{n:05d}",
            occurrence_id=occurrence.id,
            quota_id=occurrence.quotas[0].id,
            status="confirmed",
            name="陈一",
            phone_last4="1234",
            party_size=1,
            consent_version="test",
            consented_at=now,
            created_at=now,
        )
        for n in range(parties)
    )


def test_opening_pages_changes_nothing(desk: PageClient, occurrence: Occurrence) -> None:
    party = party_on_list(occurrence, party_size=2)
    scan(desk, occurrence, party.code)
    with count_queries() as statements:
        for path in ("", "?entry=1", "?entry=zz&announced=9", "?undone=1", "/list", "/entries", "/walk-ins"):
            desk.get(door_of(occurrence) + path)
        desk.get(f"/desk/tickets/{party.code}")
        desk.get("/desk/")
    assert [s for s in statements if not s.startswith("SELECT")] == []
