"""People who work for the agency itself: they say so where they are asked, staff correct it, they are counted apart."""

import csv
import io

import pytest
from flask import Flask
from sqlalchemy import update

from openday import clock
from openday.db import db, use_case
from openday.errors import NotFound
from openday.models.registrations import Registration
from openday.queries.outcomes import attended
from openday.queries.rosters import roster
from openday.rules.permissions import Actor
from openday.rules.signup_answers import extra_fields, read_extras
from openday.rules.signup_form import SignupForm, form_from, personal_fields
from openday.services.rosters import set_own_staff
from tests.factories.activities import published_activity
from tests.factories.occurrences import open_occurrence
from tests.factories.people import House
from tests.factories.registrations import party_on_list
from tests.factories.signup_forms import ask
from tests.support.client import PageClient
from tests.support.signup import sign_up

ASKED = SignupForm(own_staff=True)


def marks(occurrence_id: int) -> list[bool]:
    db.session.rollback()
    return [row.own_staff for row in roster(occurrence_id)]


def test_the_question_is_kept_with_the_form_and_told_with_its_reason() -> None:
    assert form_from(ASKED.as_dict()) == ASKED
    assert not ASKED.plain
    assert ("是否本单位人员", "与公众分开统计") in personal_fields(ASKED)
    assert extra_fields(["own_staff", "name"]) == ["own_staff"]


@pytest.mark.parametrize(("typed", "own"), [(["y"], True), ([], False), (["0"], False), (["off"], False)])
def test_a_tick_says_yes_and_nothing_else_does(typed: list[str], own: bool) -> None:
    read = read_extras(ASKED, {"own_staff": typed}, 1, clock.today())
    assert (read.own_staff, read.problems) == (own, {})
    assert not read_extras(SignupForm(), {"own_staff": ["y"]}, 1, clock.today()).own_staff


def test_whoever_ticks_it_is_marked_and_only_where_it_is_asked(any_house: House) -> None:
    activity = published_activity(any_house)
    asking, plain = open_occurrence(activity), open_occurrence(activity)
    code = ask(asking, ASKED)
    sign_up(code, extras={"own_staff": ["y"]})
    sign_up(code)
    sign_up(plain, extras={"own_staff": ["y"]})
    assert (marks(asking.id), marks(plain.id)) == ([True, False], [False])


def test_staff_correct_it_and_others_cannot_reach_it(any_house: House) -> None:
    occurrence = open_occurrence(published_activity(any_house))
    number = party_on_list(occurrence).number
    filer: Actor = any_house.filer.actor
    set_own_staff(filer, occurrence.code, number, own=True)
    set_own_staff(filer, occurrence.code, number, own=True)
    assert marks(occurrence.id) == [True]
    for actor, of in ((any_house.other_filer.actor, number), (filer, "000000"), (filer, "a\x00b")):
        with pytest.raises(NotFound):
            set_own_staff(actor, occurrence.code, of, own=False)
    assert marks(occurrence.id) == [True]


def test_they_are_counted_apart_from_those_who_came(any_house: House) -> None:
    activity = published_activity(any_house)
    occurrence = open_occurrence(activity)
    ours, public = party_on_list(occurrence, party_size=2), party_on_list(occurrence, party_size=3)
    set_own_staff(any_house.filer.actor, occurrence.code, ours.number, own=True)
    came(ours.code, 2)
    came(public.code, 3)
    assert attended(activity.plan_id) == (5, 2)


def test_the_pages_ask_show_and_export_it(app: Flask, client: PageClient, house: House) -> None:
    occurrence = open_occurrence(published_activity(house))
    ask(occurrence, ASKED)
    form = client.get(f"/occurrences/{occurrence.code}/sign-up").form(having="own_staff")
    data = form.filled(name="王小雨", phone="13800001111", consent="y", own_staff="y")
    client.post(form.action, 303, data=data)
    number = roster(occurrence.id)[0].number
    client.log_in(house.filer)
    address = f"/agency/occurrences/{occurrence.code}/roster"
    assert "本单位" in client.get(address).text()
    page = client.get(f"{address}/{number}")
    assert "本单位人员" in page.text("//dl")
    rows = list(csv.reader(io.StringIO(client.raw(f"{address}.csv").data.decode("utf-8-sig"))))
    assert (rows[0][-1], rows[1][-1]) == ("own_staff", "yes")
    after = client.submit(page.form(action=f"{address}/{number}/own-staff"))
    assert "已改为公众" in after.text()
    assert marks(occurrence.id) == [False]


@use_case
def came(code: str, people: int) -> None:
    """What the door writes."""
    here = update(Registration).where(Registration.code == code)
    db.session.execute(here.values(attended=people, checked_in_at=clock.now()))
