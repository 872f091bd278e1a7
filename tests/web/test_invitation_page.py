"""An invitation by its link: what its holder sees, the two answers, and that nobody gets in twice or with more."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from openday import clock
from openday.db import db, use_case
from openday.models.occurrences import Occurrence
from openday.models.registrations import Invitee, Registration
from openday.rules.states import RegistrationStatus, SignupMode
from tests.factories.activities import published_activity
from tests.factories.invitations import invitee
from tests.factories.occurrences import open_occurrence
from tests.factories.people import House
from tests.factories.signup_forms import ask
from tests.support.client import PageClient
from tests.support.signup import messages_to, status_of, taken


def invited_occurrence(house: House, **changes: object) -> Occurrence:
    return open_occurrence(published_activity(house), signup_mode=SignupMode.INVITATION, **changes)  # type: ignore[arg-type]


def test_the_page_says_who_invites_whom_to_what_and_hides_the_number(client: PageClient, house: House) -> None:
    held = invitee(invited_occurrence(house), name="欧阳小雨", contact="13800001234")
    page = client.get(f"/invited/{held.code}")
    assert "云溪区图书馆邀请您参加" in page.text("main")
    assert "欧**，138****1234" in page.text("main")
    assert "欧阳小雨" not in page.html and "13800001234" not in page.html
    assert client.response.headers["Cache-Control"] == "no-store"


def test_a_yes_is_a_registration_of_whoever_was_invited(client: PageClient, house: House) -> None:
    occurrence = invited_occurrence(house, party_limit=1)
    held = invitee(occurrence, name="欧阳小雨", contact="13800001234", party_limit=3)
    form, second = (client.get(f"/invited/{held.code}").form(having="consent") for _ in range(2))
    page = client.submit(form, party_size="3", consent="y")
    assert page.meta("outcome") == "confirmed"
    row = db.session.scalars(select(Registration)).one()
    assert (row.name, row.phone, row.party_size, row.source) == ("欧阳小雨", "13800001234", 3, "online")
    assert taken(occurrence) == [3]
    assert db.session.get_one(Invitee, held.id).registration_id == row.id
    assert [message.kind for message in messages_to("13800001234")] == ["registration.confirmed"]
    again = client.get(f"/invited/{held.code}")
    assert "您已答复参加" in again.text("main")
    for tab in (form, second):
        assert client.submit(tab, party_size="3", consent="y").meta("outcome") == "confirmed"
    assert taken(occurrence) == [3]


def test_somebody_invited_by_mail_gives_a_number_and_hears_by_mail(client: PageClient, house: House) -> None:
    held = invitee(invited_occurrence(house), name="李明", contact="li@example.org", party_limit=1)
    page = client.get(f"/invited/{held.code}")
    assert "l***@example.org" in page.text("main")
    page = client.submit(page.form(having="consent"), 422, consent="y")
    assert page.text("//*[@id='phone-error']") == "错误：请填写手机号码"
    client.submit(page.form(having="consent"), name="李明明", phone="139 0000 1234", consent="y")
    row = db.session.scalars(select(Registration)).one()
    assert (row.name, row.phone, row.email) == ("李明明", "13900001234", "li@example.org")


def test_more_than_were_invited_cannot_come_then_or_later(client: PageClient, house: House) -> None:
    occurrence = invited_occurrence(house, party_limit=5)
    held = invitee(occurrence, party_limit=2)
    form = client.get(f"/invited/{held.code}").form(having="consent")
    page = client.submit(form, 422, party_size="3", consent="y")
    assert page.text("//*[@id='party_size-error']") == "错误：报名人数应为1至2人（含本人）"
    page = client.submit(form, party_size="2", consent="y")
    ticket = page.form(action="/party")
    client.submit(ticket, 422, party_size="3")
    assert taken(occurrence) == [2]


def test_a_no_is_kept_and_can_become_a_yes(client: PageClient, house: House) -> None:
    occurrence = invited_occurrence(house)
    held = invitee(occurrence, party_limit=1)
    page = client.get(f"/invited/{held.code}")
    page = client.submit(page.form(action="/no"))
    assert "您已答复不参加" in page.text("main")
    assert db.session.get_one(Invitee, held.id).answer == "no"
    page = client.submit(page.form(having="consent"), consent="y")
    assert page.meta("outcome") == "confirmed"
    assert taken(occurrence) == [1]


def test_who_said_yes_cancels_on_the_ticket_and_may_come_back(client: PageClient, house: House) -> None:
    occurrence = invited_occurrence(house)
    held = invitee(occurrence, party_limit=1)
    page = client.get(f"/invited/{held.code}")
    no = page.form(action="/no")
    page = client.submit(page.form(having="consent"), consent="y")
    assert "您已答复参加" in client.submit(no, 409).text("//*[@id='errors']")
    first = db.session.scalars(select(Registration)).one()
    client.submit(client.get(f"/tickets/{first.code}/cancel").form(action="/cancel"))
    page = client.get(f"/invited/{held.code}")
    assert "您答复参加后又取消了" in page.text("main")
    client.submit(page.form(having="consent"), consent="y")
    assert status_of(first.code) is RegistrationStatus.CANCELLED
    assert taken(occurrence) == [1]


def test_who_finds_no_seat_waits_or_is_told(client: PageClient, house: House) -> None:
    activity = published_activity(house)
    full = open_occurrence(activity, signup_mode=SignupMode.INVITATION, capacity=1, waitlist=False)
    for held, status, outcome in ((invitee(full), 200, "confirmed"), (invitee(full), 409, "full")):
        page = client.get(f"/invited/{held.code}")
        assert client.submit(page.form(having="consent"), status, consent="y").meta("outcome") == outcome
    waiting = open_occurrence(activity, signup_mode=SignupMode.INVITATION, capacity=1)
    pages = [client.get(f"/invited/{invitee(waiting).code}") for _ in range(2)]
    outcomes = [client.submit(page.form(having="consent"), consent="y").meta("outcome") for page in pages]
    assert outcomes == ["confirmed", "waitlisted"]


def test_what_the_occurrence_asks_for_is_asked_of_the_invited_as_well(client: PageClient, house: House) -> None:
    occurrence = invited_occurrence(house)
    ask(occurrence)
    held = invitee(occurrence, party_limit=1)
    page = client.get(f"/invited/{held.code}")
    page = client.submit(page.form(having="consent"), 422, consent="y")
    assert page.text("//*[@id='child-error']") == "错误：请选择参加人员中有没有未满14周岁的儿童"
    page = client.submit(
        page.form(having="consent"), consent="y", child="no", photo="no", eligible="y", **{"q-food": "不用餐"}
    )
    assert page.meta("outcome") == "confirmed"


@pytest.mark.parametrize("why", ["withdrawn", "over", "cancelled", "other_mode"])
def test_there_are_times_when_nobody_can_answer(client: PageClient, house: House, why: str) -> None:
    occurrence = invited_occurrence(house)
    held = invitee(occurrence, party_limit=1)
    page = client.get(f"/invited/{held.code}")
    yes, no = page.form(having="consent"), page.form(action="/no")

    @use_case
    def turn() -> None:
        here = db.session.get_one(Occurrence, occurrence.id)
        if why == "withdrawn":
            db.session.get_one(Invitee, held.id).withdrawn_at = clock.now()
        elif why == "over":
            here.closes_at = clock.now() - timedelta(minutes=1)
        elif why == "cancelled":
            here.status = "cancelled"
        else:
            here.signup_mode = "first_come"

    turn()
    page = client.get(f"/invited/{held.code}")
    assert page.meta("outcome") == "closed"
    assert page.all("//form[.//input[@name='consent']]") == []
    client.submit(yes, 409, consent="y")
    if why != "other_mode":
        client.submit(no, 409)
    assert db.session.scalars(select(Registration)).all() == []


def test_the_public_is_told_plainly_that_one_comes_by_invitation(client: PageClient, house: House) -> None:
    occurrence = invited_occurrence(house)
    page = client.get(f"/occurrences/{occurrence.code}/sign-up")
    assert "本场活动为定向邀请，不公开报名。已收到邀请的，请打开邀请中的链接答复。" in page.text("main")


def test_a_link_of_nobody_is_not_there(client: PageClient, house: House) -> None:
    client.get("/invited/" + "z" * 28, 404)
    client.post("/invited/%00/no", 400)


def test_the_page_speaks_english(client: PageClient, house: House) -> None:
    held = invitee(invited_occurrence(house), party_limit=2)
    client.get("/view?lang=en")
    page = client.get(f"/invited/{held.code}")
    assert "Accept" in page.text("main")
