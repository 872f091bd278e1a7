"""The office's calls: opened once, changed by one editor at a time, closed for good."""

from dataclasses import replace
from datetime import date

import pytest

from openday.db import db
from openday.errors import ChangedByAnother, Conflict, Duplicate, Forbidden, NotFound, Refused
from openday.queries.calls import call_list, call_page, open_calls
from openday.rules.plan_states import PlanStatus
from openday.services.calls import CallDraft, change_call, close_call, open_call
from tests.factories.calls import call_of
from tests.factories.people import House
from tests.factories.plans import plan_in
from tests.support.queries import count_queries

DRAFT = CallDraft(year=2027, title="2027年政府开放活动计划报送通知", due_on=date(2027, 6, 28), campaign_month=9)


def test_a_call_says_who_owes_how_many(any_house: House) -> None:
    draft = replace(DRAFT, owed={any_house.agency_id: 2, any_house.other_agency_id: 0})
    page = call_page(any_house.officer.actor, open_call(any_house.officer.actor, draft))
    assert (page.year, page.due_on, page.campaign_month, page.is_open) == (2027, date(2027, 6, 28), 9, True)
    assert page.owed == {any_house.agency_id: 2}
    assert [(a.name, a.owed, a.filed, a.missing) for a in page.agencies] == [("云溪区图书馆", 2, 0, 2)]


def test_a_form_sent_twice_opens_one_call(any_house: House) -> None:
    open_call(any_house.officer.actor, DRAFT)
    with pytest.raises(Duplicate):
        open_call(any_house.officer.actor, DRAFT)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"year": 1999}, "year"),
        ({"title": ""}, "title"),
        ({"due_on": date(2030, 6, 28)}, "due_on"),
        ({"campaign_month": 13}, "campaign_month"),
        ({"owed": {1: -1}}, "owed"),
        ({"owed": {1: 1000}}, "owed"),
        ({"owed": {98765: 1}}, "owed"),
    ],
)
def test_what_makes_no_sense_is_refused_at_its_field(house: House, changes: dict[str, object], field: str) -> None:
    with pytest.raises(Refused) as refused:
        open_call(house.officer.actor, replace(DRAFT, **changes))  # type: ignore[arg-type]
    assert refused.value.field == field


def test_only_the_office_opens_changes_and_closes(house: House) -> None:
    call = call_of(house)
    for persona in (house.filer, house.reviewer, house.admin, house.auditor, house.desk):
        with pytest.raises(Forbidden):
            open_call(persona.actor, DRAFT)
        with pytest.raises(NotFound):
            close_call(persona.actor, call.id)
    with pytest.raises(NotFound):
        close_call(house.far_officer.actor, call.id)
    with pytest.raises(NotFound):
        call_page(house.far_officer.actor, call.id)


def test_an_agency_of_another_district_cannot_be_asked(house: House) -> None:
    with pytest.raises(Refused, match="不属于本地区"):
        open_call(house.far_officer.actor, replace(DRAFT, owed={house.agency_id: 1}))


def test_the_second_of_two_editors_is_told(any_house: House) -> None:
    actor, second = any_house.officer.actor, any_house.second_officer.actor
    call_id = open_call(actor, DRAFT)
    stamp = call_page(actor, call_id).stamp
    change_call(actor, call_id, replace(DRAFT, brand="公开聊亮", owed={any_house.agency_id: 3}), stamp=stamp)
    with pytest.raises(ChangedByAnother):
        change_call(second, call_id, replace(DRAFT, brand="开放月"), stamp=stamp)
    page = call_page(actor, call_id)
    assert (page.brand, page.owed) == ("公开聊亮", {any_house.agency_id: 3})


def test_a_closed_call_stays_closed_and_unchanged(house: House) -> None:
    call_id = open_call(house.officer.actor, DRAFT)
    stamp = call_page(house.officer.actor, call_id).stamp
    close_call(house.officer.actor, call_id)
    with pytest.raises(Conflict):
        close_call(house.officer.actor, call_id)
    with pytest.raises(ChangedByAnother):
        change_call(house.officer.actor, call_id, DRAFT, stamp=stamp)
    assert open_calls(house.filer.actor) == ()


def test_a_plan_counts_as_filed_while_it_lies_with_the_office_or_beyond(any_house: House) -> None:
    call = call_of(any_house, owed=4)
    for status in PlanStatus:
        plan_in(status, any_house, call=call)
    page = call_page(any_house.officer.actor, call.id)
    library = next(agency for agency in page.agencies if agency.agency_id == any_house.agency_id)
    assert library.counts == {status.value: 1 for status in PlanStatus}
    assert (library.filed, library.missing) == (4, 0)
    assert [agency.name for agency in page.missing] == ["云溪区水务局"]
    (line,) = call_list(any_house.officer.actor)
    assert (line.agencies, line.owed, line.filed) == (2, 8, 4)


def test_a_call_of_many_plans_asks_the_database_no_more_than_one_of_few(house: House) -> None:
    call = call_of(house)
    actor, call_id = house.officer.actor, call.id
    db.session.expunge_all()
    with count_queries() as few:
        call_page(actor, call_id)
    for _ in range(30):
        plan_in(PlanStatus.OFFICE_REVIEW, house, call=call)
    db.session.expunge_all()
    with count_queries() as many:
        call_page(actor, call_id)
    assert len(many) == len(few)


def test_agencies_see_the_open_calls_of_their_own_place_only(house: House) -> None:
    call = call_of(house)
    assert [choice.id for choice in open_calls(house.filer.actor)] == [call.id]
    assert open_calls(house.far_officer.actor) == ()
