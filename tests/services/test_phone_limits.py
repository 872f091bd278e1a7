"""A telephone number once per occurrence, or once in the whole activity."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask

from openday import clock
from openday.db import db
from openday.errors import Conflict, Duplicate, NotFound, OpenDayError
from openday.models.activities import Activity
from openday.rules.states import RegistrationSource, RegistrationStatus, SignupMode
from openday.services.decisions import decide
from openday.services.phone_limits import limit_phones
from openday.services.registration_changes import cancel_registration
from openday.services.walk_ins import WalkIn, admit_walk_in
from tests.factories.activities import published_activity
from tests.factories.occurrences import open_occurrence
from tests.factories.people import House
from tests.services.test_registrations import at_once
from tests.support.client import PageClient
from tests.support.signup import sign_up, ticket_url

PHONE = "13800001111"


def once(house: House, activity: Activity, *, on: bool = True) -> int:
    return limit_phones(house.officer.actor, activity.code, once=on)


def test_by_default_a_number_may_come_to_every_occurrence(any_house: House) -> None:
    activity = published_activity(any_house)
    for _ in range(2):
        assert sign_up(open_occurrence(activity), phone=PHONE).status is RegistrationStatus.CONFIRMED


def test_once_in_the_activity_means_once_by_every_door(any_house: House) -> None:
    activity = published_activity(any_house)
    first, second = open_occurrence(activity), open_occurrence(activity)
    assert once(any_house, activity) == 0
    held = sign_up(first, phone=PHONE)
    filer = any_house.filer.actor
    with pytest.raises(Duplicate, match="只能报名一场"):
        sign_up(second, phone="138 0000 1111")
    with pytest.raises(Duplicate, match="只能报名一场"):
        sign_up(second, phone=PHONE, actor=filer, source=RegistrationSource.PHONE)
    with pytest.raises(Duplicate, match="每场只能报名一次"):
        sign_up(first, phone=PHONE)
    assert sign_up(open_occurrence(published_activity(any_house)), phone=PHONE).code
    cancel_registration(held.code, ticket_url=ticket_url)
    assert sign_up(second, phone=PHONE).status is RegistrationStatus.CONFIRMED


def test_both_occurrences_at_once_have_one_winner(any_app: Flask, any_house: House) -> None:
    activity = published_activity(any_house)
    codes = [open_occurrence(activity).code for _ in range(4)]
    once(any_house, activity)
    for n in range(4):
        phone = f"1370000{n:04d}"
        calls: list[Callable[[], object]] = [
            lambda code=code, phone=phone: sign_up(code, phone=phone) for code in codes
        ]
        answers = at_once(any_app, calls)
        refused = [answer for answer in answers if isinstance(answer, OpenDayError)]
        assert len(refused) == 3
        assert all(isinstance(answer, Duplicate) for answer in refused)


def test_numbers_that_are_on_several_lists_are_told_and_stay_on_them(any_house: House) -> None:
    activity = published_activity(any_house)
    first, second, third = (open_occurrence(activity) for _ in range(3))
    sign_up(first, phone=PHONE)
    again = sign_up(second, phone=PHONE)
    sign_up(first)
    assert once(any_house, activity) == 1
    assert once(any_house, activity) == 1
    with pytest.raises(Duplicate):
        sign_up(third, phone=PHONE)
    cancel_registration(again.code, ticket_url=ticket_url)
    with pytest.raises(Duplicate):
        sign_up(second, phone=PHONE)
    assert once(any_house, activity, on=False) == 0
    assert sign_up(third, phone=PHONE).status is RegistrationStatus.CONFIRMED


def test_whoever_was_declined_may_sign_up_for_another_occurrence(any_house: House) -> None:
    activity = published_activity(any_house)
    reviewed, other = open_occurrence(activity, signup_mode=SignupMode.REVIEW), open_occurrence(activity)
    once(any_house, activity)
    applied = sign_up(reviewed, phone=PHONE)
    with pytest.raises(Duplicate):
        sign_up(other, phone=PHONE)
    actor = any_house.officer.actor
    decide(actor, reviewed.code, [applied.number], accept=False, reason="条件不符", ticket_url=ticket_url)
    assert sign_up(other, phone=PHONE).status is RegistrationStatus.CONFIRMED


def test_at_the_door_the_number_of_another_occurrence_is_pointed_out(any_house: House) -> None:
    activity = published_activity(any_house)
    here, other = open_occurrence(activity, walk_in_limit=5), open_occurrence(activity)
    once(any_house, activity)
    sign_up(other, phone=PHONE)
    actor = any_house.filer.actor
    with clock.stopped_at(here.starts_at):
        with pytest.raises(Conflict, match="已报名其他场次"):
            admit_walk_in(actor, here.code, WalkIn(1, "陈一", PHONE))
        assert admit_walk_in(actor, here.code, WalkIn(1, "陈一")).first
        assert admit_walk_in(actor, here.code, WalkIn(1, "李二", "13800002222")).first
    with pytest.raises(Duplicate):
        sign_up(other, phone="13800002222")


def test_at_two_doors_at_once_a_number_comes_in_once(any_app: Flask, any_house: House) -> None:
    activity = published_activity(any_house)
    soon = timedelta(hours=1)
    doors = [open_occurrence(activity, starts_in=soon, walk_in_limit=9).code for _ in range(4)]
    once(any_house, activity)
    actor = any_house.filer.actor
    for n in range(4):
        guest = WalkIn(1, "陈一", f"1370000{n:04d}")
        calls: list[Callable[[], object]] = [
            lambda code=code, guest=guest: admit_walk_in(actor, code, guest) for code in doors
        ]
        answers = at_once(any_app, calls)
        assert [type(answer) for answer in answers].count(Conflict) == 3


def test_only_the_office_sets_it_for_what_it_reaches(house: House) -> None:
    activity = published_activity(house)
    for persona in (house.filer, house.far_officer):
        with pytest.raises(NotFound):
            limit_phones(persona.actor, activity.code, once=True)


def test_the_office_sets_it_on_the_page_of_the_publication_and_the_form_says_so(
    client: PageClient, house: House
) -> None:
    activity = published_activity(house)
    first, second = open_occurrence(activity), open_occurrence(activity)
    for occurrence in (first, second):
        sign_up(occurrence, phone=PHONE)
    client.log_in(house.officer)
    page = client.get(f"/office/publications/{activity.code}")
    page = client.submit(page.form(action=f"/office/publications/{activity.code}/phone-once"))
    assert "有1个手机号码此前已报名多场" in page.text()
    assert "只能报名一场" in page.text("//section[@id='phones']")
    db.session.rollback()
    assert "本活动每个手机号码只能报名一场" in client.get(f"/occurrences/{first.code}/sign-up").text()
