"""公示: set before anybody signs up, shown after sign-up ends, gone some days after the event."""

from datetime import timedelta

import pytest
from flask import Flask

from openday import clock
from openday.errors import Conflict, NotFound, Refused
from openday.models.occurrences import Occurrence
from openday.queries.published_names import names_page
from openday.queries.registrations import signup_sheet
from openday.rules.published_names import NameLine, NamesState
from openday.rules.states import RegistrationStatus, SignupMode
from openday.services.own_data import erase_data
from openday.services.published_names import set_published_names
from tests.factories.activities import published_activity
from tests.factories.occurrences import open_occurrence
from tests.factories.people import House
from tests.factories.registrations import party_on_list
from tests.support.signup import ticket_url

BASIS = "《云溪区政府开放日活动须知》第三条"
KEPT_DAYS = 30


def announce(house: House, occurrence: Occurrence, *, publish: bool = True, basis: str = BASIS) -> bool:
    return set_published_names(house.officer.actor, occurrence.code, publish=publish, basis=basis)


def test_confirmed_parties_stand_masked_and_in_neutral_order(any_app: Flask, any_house: House) -> None:
    occurrence = open_occurrence(published_activity(any_house))
    announce(any_house, occurrence)
    assert signup_sheet(occurrence.code).occasion.names_basis == BASIS
    party_on_list(occurrence, name="欧阳小雪", phone="13800009999", party_size=2)
    party_on_list(occurrence, name="John Smith", phone="13800005555")
    party_on_list(occurrence, name="张三", phone="13800001111")
    party_on_list(occurrence, name="周海", phone="13800002222", status=RegistrationStatus.WAITLISTED)
    party_on_list(occurrence, name="吴江", phone="13800003333", status=RegistrationStatus.CANCELLED)
    assert names_page(occurrence.code, KEPT_DAYS, clock.now()).state is NamesState.NOT_YET
    assert names_page(occurrence.code, KEPT_DAYS, clock.now()).lines == ()
    with clock.shifted_by(timedelta(days=7, hours=1)):
        page = names_page(occurrence.code, KEPT_DAYS, clock.now())
    assert page.state is NamesState.OUT
    assert page.lines == (NameLine("张*", "1111", 1), NameLine("J. S.", "5555", 1), NameLine("欧阳**", "9999", 2))
    assert page.people == 4


def test_a_week_after_the_end_the_page_is_gone(any_app: Flask, any_house: House) -> None:
    occurrence = open_occurrence(published_activity(any_house))
    announce(any_house, occurrence)
    last = occurrence.ends_at + timedelta(days=7)
    assert names_page(occurrence.code, KEPT_DAYS, last).state is NamesState.OUT
    with pytest.raises(NotFound):
        names_page(occurrence.code, KEPT_DAYS, last + timedelta(days=1))
    with pytest.raises(NotFound):  # never longer than the names are kept
        names_page(occurrence.code, 2, occurrence.ends_at + timedelta(days=3))


def test_a_party_that_had_its_data_erased_is_only_counted(any_app: Flask, any_house: House) -> None:
    occurrence = open_occurrence(published_activity(any_house))
    announce(any_house, occurrence)
    code = party_on_list(occurrence, name="张三").code
    with clock.shifted_by(timedelta(days=7, hours=3)):
        erase_data(code, ticket_url=ticket_url)
        page = names_page(occurrence.code, KEPT_DAYS, clock.now())
    assert (page.lines, page.gone) == ((), 1)


def test_nobody_is_published_who_was_not_told_when_signing_up(any_app: Flask, any_house: House) -> None:
    occurrence = open_occurrence(published_activity(any_house))
    party_on_list(occurrence, status=RegistrationStatus.CANCELLED)
    with pytest.raises(Conflict, match="没有被告知"):
        announce(any_house, occurrence)
    with pytest.raises(NotFound):
        names_page(occurrence.code, KEPT_DAYS, clock.now())


def test_publishing_ends_at_any_time_and_does_not_begin_again(any_app: Flask, any_house: House) -> None:
    occurrence = open_occurrence(published_activity(any_house))
    assert announce(any_house, occurrence) is True
    assert announce(any_house, occurrence) is False
    party_on_list(occurrence)
    assert announce(any_house, occurrence, publish=False) is True
    with pytest.raises(NotFound):
        names_page(occurrence.code, KEPT_DAYS, clock.now())
    with pytest.raises(Conflict):
        announce(any_house, occurrence)


@pytest.mark.parametrize("basis", ["", "须知", "字" * 121])
def test_it_needs_a_basis(any_app: Flask, any_house: House, basis: str) -> None:
    occurrence = open_occurrence(published_activity(any_house))
    with pytest.raises(Refused) as refused:
        announce(any_house, occurrence, basis=basis)
    assert refused.value.field == "basis"


def test_only_where_people_sign_up_by_themselves(any_app: Flask, any_house: House) -> None:
    for mode in (SignupMode.OPEN_DOOR, SignupMode.INVITATION, SignupMode.CLOSED):
        with pytest.raises(Conflict):
            announce(any_house, open_occurrence(published_activity(any_house), signup_mode=mode))
    for mode in (SignupMode.FIRST_COME, SignupMode.REVIEW, SignupMode.BALLOT):
        assert announce(any_house, open_occurrence(published_activity(any_house), signup_mode=mode))


def test_nobody_else_sets_it(any_app: Flask, any_house: House) -> None:
    occurrence = open_occurrence(published_activity(any_house))
    for persona in (any_house.filer, any_house.reviewer, any_house.desk, any_house.auditor, any_house.far_officer):
        with pytest.raises(NotFound):
            set_published_names(persona.actor, occurrence.code, publish=True, basis=BASIS)
