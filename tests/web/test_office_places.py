"""City, district, town: each office sees what lies below it, summed up, and reviews what no nearer office does."""

from datetime import date, timedelta

import pytest
from flask import Flask

from openday import clock
from openday.db import db, use_case
from openday.models.calls import Call, CallAgency
from openday.models.people import Agency, Jurisdiction, User
from openday.queries.board import office_board
from openday.queries.clashes import clash_page
from openday.queries.coverage_page import Wanted, coverage_page
from openday.queries.year_strip import year_page
from openday.rules.permissions import Role
from openday.rules.plan_states import PlanStatus
from tests.factories.people import House, Persona, person
from tests.factories.plans import plan_in
from tests.support.client import PageClient


@use_case
def _city(house: House) -> tuple[Persona, dict[str, int]]:
    """An officer of the city above the house, a street with an agency and one without, and a call of the city."""
    district = db.session.get_one(Jurisdiction, house.jurisdiction_id)
    city = db.session.get_one(Jurisdiction, district.parent_id)
    officer = person("city-officer", Role.OFFICER, city)
    places = {"city": city.id, "district": district.id}
    for name in ("青石街道", "柳溪镇"):
        place = Jurisdiction(name=name, parent_id=district.id, path=f"pending-{name}")
        db.session.add(place)
        db.session.flush()
        place.path = f"{district.path}{place.id}/"
        places[name] = place.id
    street = Agency(name="青石街道办事处", slug="street", jurisdiction_id=places["青石街道"], phone="0000-1")
    db.session.add(street)
    db.session.flush()
    places["agency"] = street.id
    call = Call(
        jurisdiction_id=city.id, year=clock.today().year, title="全市通知", due_on=clock.today() + timedelta(days=9),
        created_by_id=officer.id, created_at=clock.now(),
        owed=[CallAgency(agency_id=id_, owed=1) for id_ in (house.agency_id, house.other_agency_id, street.id)],
    )  # fmt: skip
    db.session.add(call)
    db.session.flush()
    places["call"] = call.id
    return officer, places


def _call(places: dict[str, int]) -> Call:
    return db.session.get_one(Call, places["call"])


def test_a_city_sees_sums_by_district_and_a_district_by_street(any_app: Flask, any_house: House) -> None:
    officer, places = _city(any_house)
    plan_in(PlanStatus.ON_RECORD, any_house, call=_call(places))
    plan_in(PlanStatus.OFFICE_REVIEW, any_house, call=_call(places), agency_id=places["agency"])
    wanted = Wanted(show="all", sort="agency")
    city = coverage_page(officer.actor, clock.now(), wanted)
    told = [(p.row.agency, p.agencies, p.behind, p.row.owed, p.row.filed, p.row.on_record) for p in city.places]
    assert told == [("青川市本级", 0, 0, 0, 0, 0), ("云溪区", 3, 1, 3, 2, 1), ("临河区", 0, 0, 0, 0, 0)]
    assert city.silent == ("临河区",)
    district = coverage_page(officer.actor, clock.now(), wanted, place_id=places["district"])
    told = [(p.row.agency, p.agencies, p.behind, p.row.owed, p.row.filed, p.row.on_record) for p in district.places]
    assert told == [("云溪区本级", 2, 1, 2, 1, 1), ("青石街道", 1, 0, 1, 1, 0), ("柳溪镇", 0, 0, 0, 0, 0)]
    assert [place.name for place in district.view.trail] == ["青川市", "云溪区"]
    street = coverage_page(officer.actor, clock.now(), wanted, place_id=places["青石街道"])
    assert [line.row.agency for line in street.lines] == ["青石街道办事处"]


def test_a_plan_waits_for_the_nearest_office_above_its_agency(any_app: Flask, any_house: House) -> None:
    house = any_house
    officer, places = _city(house)
    plan_in(PlanStatus.OFFICE_REVIEW, house, agency_id=places["agency"])

    def waits(who: Persona) -> tuple[int, int]:
        board = office_board(who.actor, clock.now())
        return board.to_review, board.to_review_below

    assert (waits(officer), waits(house.officer)) == ((0, 1), (1, 0))
    clerk = _clerk(places["青石街道"])
    assert (waits(officer), waits(house.officer), waits(clerk)) == ((0, 1), (0, 1), (1, 0))
    _leaves(clerk)
    assert waits(house.officer) == (1, 0)


@use_case
def _clerk(place_id: int) -> Persona:
    return person("street-officer", Role.OFFICER, db.session.get_one(Jurisdiction, place_id))


@use_case
def _leaves(who: Persona) -> None:
    db.session.get_one(User, who.id).active = False


def test_clashes_and_the_year_narrow_to_the_chosen_place(any_app: Flask, any_house: House) -> None:
    house = any_house
    officer, places = _city(house)
    year = clock.today().year + 1
    when = {"time_text": f"{year}年5月13日14:00—16:00", "year": year}
    plan_in(PlanStatus.ON_RECORD, house, **when)
    plan_in(PlanStatus.ON_RECORD, house, agency_id=places["agency"], **when)
    actor, today = officer.actor, clock.today()
    assert clash_page(actor, today).counts == {"place": 1, "audience": 1, "figure": 0}
    assert clash_page(actor, today, place_id=places["青石街道"]).total == 0
    assert year_page(actor, year).strip.firm == 2
    assert year_page(actor, year, place_id=places["青石街道"]).strip.firm == 1
    week = year_page(actor, year, week=date(year, 5, 13).isocalendar().week).chosen
    assert week and len(week.rows) == 2


@pytest.mark.parametrize("page", ["", "coverage", "clashes", "year"])
def test_a_place_out_of_reach_is_not_there(client: PageClient, house: House, page: str) -> None:
    _, places = _city(house)
    client.log_in(house.officer)
    nothing = client.get(f"/office/{page}?place=99999", 404).text()
    assert client.get(f"/office/{page}?place={places['city']}", 404).text() == nothing
    assert "青石街道" in client.get(f"/office/{page}?place={places['青石街道']}").text("main")


def test_the_way_down_leads_back_up(client: PageClient, house: House) -> None:
    _, places = _city(house)
    page = client.log_in(house.officer).get("/office/")
    page = client.get(page.links()["青石街道"])
    assert page.links()["云溪区"].startswith(f"/office/?call={places['call']}&place={places['district']}")
    assert "青石街道办事处" in page.text("//*[@id='coverage']") and "云溪区图书馆" not in page.text("main")


def test_the_review_page_names_the_other_plan_and_offers_the_next_step(client: PageClient, house: House) -> None:
    year = clock.today().year + 1
    when = {"time_text": f"{year}年5月13日14:00—16:00", "year": year}
    code = plan_in(PlanStatus.OFFICE_REVIEW, house, **when).code
    plan_in(PlanStatus.OFFICE_REVIEW, house, theme="走进水厂", agency_id=house.other_agency_id, **when)
    page = client.log_in(house.officer).get(f"/office/plans/{code}")
    section = page.text("//*[@id='clashes']")
    assert "走进水厂" in section and "云溪区水务局" in section and "联系单位：0000-8880000" in section
    assert "走进图书馆" not in section
