"""Co-hosts: what they see and change, what they do not, that nobody else learns of it; plans begun from old ones."""

from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select

from openday.db import db, use_case
from openday.errors import Conflict, Duplicate, Forbidden, NotFound, Refused
from openday.models.ledger import Message
from openday.models.people import Agency, Jurisdiction
from openday.models.plans import Plan, PlanHost
from openday.queries.plans import plan_page, plans_of_agency
from openday.queries.scope import plan_in_reach
from openday.rules.permissions import Right, Role
from openday.rules.plan_states import PlanStatus
from openday.services import co_hosts, plan_copies, plans
from openday.services.co_hosts import NewHost
from openday.services.plans import PlanDraft
from tests.factories.calls import call_of
from tests.factories.people import House, Persona, person
from tests.factories.plans import FILLED, plan_in

LINK = "https://open.example.gov.cn/agency/plans/x"
WATER = "云溪区水务局"


def _add(house: House, code: str, *, may_edit: bool = False, name: str = WATER) -> str:
    return co_hosts.add_host(house.filer.actor, code, NewHost(name, "co_organiser", may_edit), link=LINK)


@use_case
def _third_filer(house: House) -> Persona:
    """A filer of an agency that has nothing to do with the plan."""
    place = db.session.get_one(Jurisdiction, house.jurisdiction_id)
    agency = Agency(name="云溪区档案馆", slug="archive", jurisdiction_id=place.id)
    db.session.add(agency)
    db.session.flush()
    return person("third-filer", Role.FILER, place, agency)


def _reads(who: Persona, code: str, right: Right = Right.PLAN_READ) -> bool:
    try:
        plan_in_reach(who.actor, right, code)
    except NotFound:
        return False
    return True


def test_a_host_reads_the_plan_and_nothing_else_of_the_agency(any_app: Flask, any_house: House) -> None:
    house = any_house
    code = plan_in(PlanStatus.DRAFT, house).code
    other = plan_in(PlanStatus.DRAFT, house, theme="与水务局无关").code
    third = _third_filer(house)
    assert not _reads(house.other_filer, code)
    assert _add(house, code) == WATER
    assert (_reads(house.other_filer, code), _reads(house.other_filer, other), _reads(third, code)) == (
        True, False, False,
    )  # fmt: skip
    [line] = plans_of_agency(house.other_filer.actor).lines
    assert (line.code, line.filed_by) == (code, "云溪区图书馆")
    assert plans_of_agency(third.actor).lines == ()
    page = plan_page(house.other_filer.actor, code)
    assert (page.actions, page.relations.mine, page.relations.may_edit) == ((), False, False)
    assert [(host.agency, host.label) for host in page.relations.hosts] == [(WATER, "承办单位")]
    [letter] = db.session.scalars(select(Message)).all()
    assert (letter.kind, letter.recipient) == ("plan_host_added", "other-filer@example.org")


def test_a_host_gets_no_right_but_reading_and_where_allowed_editing(any_app: Flask, any_house: House) -> None:
    house = any_house
    code = plan_in(PlanStatus.RETURNED, house).code
    _add(house, code)
    reading = {right for right in Right if _reads(house.other_filer, code, right)}
    assert reading == {Right.PLAN_READ, Right.PLAN_EXPORT}
    _add(house, code, may_edit=True)
    assert {right for right in Right if _reads(house.other_filer, code, right)} == {*reading, Right.PLAN_EDIT}
    own = {right for right in Right if _reads(house.filer, code, right)}
    assert reading < own and Right.PLAN_FILE in own


def test_an_editing_host_changes_the_text_but_does_not_hand_it_in(any_app: Flask, any_house: House) -> None:
    house = any_house
    call = call_of(house)
    code = plan_in(PlanStatus.DRAFT, house, call=call).code
    draft = PlanDraft(None, replace(FILLED, venue="水厂"))
    _add(house, code)
    with pytest.raises(NotFound):
        plans.save_plan(house.other_filer.actor, code, draft, version=1)
    _add(house, code, may_edit=True)
    saved = plans.save_plan(house.other_filer.actor, code, draft, version=1)
    kept = db.session.scalars(select(Plan).where(Plan.code == code)).one()
    assert (saved.version, kept.venue, kept.call_id) == (2, "水厂", call.id)
    with pytest.raises(Forbidden):
        plans.save_plan(house.other_filer.actor, code, draft, version=2, submit=True)
    for act in (plans.submit_plan, plans.withdraw_plan):
        more = {"reason": "不办了"} if act is plans.withdraw_plan else {"version": 2}
        with pytest.raises(NotFound):
            act(house.other_filer.actor, code, **more)
    with pytest.raises(NotFound):
        co_hosts.add_host(house.other_filer.actor, code, NewHost("云溪区图书馆", "supporter"), link=LINK)
    assert db.session.scalars(select(Plan.status).where(Plan.code == code)).one() == PlanStatus.DRAFT


def test_who_is_taken_off_sees_nothing_any_more(any_app: Flask, any_house: House) -> None:
    house = any_house
    code = plan_in(PlanStatus.DRAFT, house).code
    _add(house, code, may_edit=True)
    co_hosts.remove_host(house.filer.actor, code, house.other_agency_id)
    assert not _reads(house.other_filer, code)
    assert plans_of_agency(house.other_filer.actor).lines == ()
    with pytest.raises(NotFound):
        co_hosts.remove_host(house.filer.actor, code, house.other_agency_id)


def test_being_named_again_changes_the_kind_and_writes_no_second_letter(app: Flask, house: House) -> None:
    code = plan_in(PlanStatus.DRAFT, house).code
    _add(house, code)
    co_hosts.add_host(house.filer.actor, code, NewHost(WATER, "supporter", True), link=LINK)
    [row] = db.session.scalars(select(PlanHost)).all()
    assert (row.kind, row.may_edit, len(db.session.scalars(select(Message)).all())) == ("supporter", True, 1)


@pytest.mark.parametrize(
    ("name", "said"),
    [("", "请填写"), ("云溪区图书馆", "不用添加"), ("水务", f"名称相近的有：{WATER}"), ("没有的局", "请填写单位全称")],
)
def test_a_name_that_means_no_other_agency_is_refused(app: Flask, house: House, name: str, said: str) -> None:
    code = plan_in(PlanStatus.DRAFT, house).code
    with pytest.raises(Refused, match=said):
        _add(house, code, name=name)


def test_of_namesakes_the_one_of_the_same_place_or_the_one_with_its_place_is_meant(app: Flask, house: House) -> None:
    code = plan_in(PlanStatus.DRAFT, house).code
    towns = _two_towns(house)
    with pytest.raises(Refused, match="有多个单位叫这个名称"):
        _add(house, code, name="文化站")
    assert _add(house, code, name="文化站（柳溪镇）") == "文化站"
    [row] = db.session.scalars(select(PlanHost)).all()
    assert row.agency_id == towns["柳溪镇"]


@use_case
def _two_towns(house: House) -> dict[str, int]:
    found = {}
    for name in ("青石街道", "柳溪镇"):
        place = Jurisdiction(name=name, parent_id=house.jurisdiction_id, path=f"/towns/{name}/")
        db.session.add(place)
        db.session.flush()
        agency = Agency(name="文化站", slug=f"culture-{place.id}", jurisdiction_id=place.id)
        db.session.add(agency)
        db.session.flush()
        found[name] = agency.id
    return found


@pytest.mark.parametrize("status", sorted(set(PlanStatus) - {PlanStatus.DRAFT, PlanStatus.RETURNED}))
def test_once_a_plan_is_handed_in_its_hosts_are_what_was_reviewed(app: Flask, house: House, status: PlanStatus) -> None:
    code = plan_in(status, house).code
    with pytest.raises(Conflict, match="一并审核"):
        _add(house, code)
    assert db.session.scalars(select(PlanHost)).all() == []


def test_a_copy_takes_the_text_but_not_the_time_and_both_know_of_each_other(any_app: Flask, any_house: House) -> None:
    house = any_house
    old = plan_in(PlanStatus.PUBLISHED, house, call=call_of(house, year=2025, status="closed"), year=2025).code
    call = call_of(house, year=2026)
    key = plans.new_key()
    code = plan_copies.copy_plan(house.filer.actor, old, key=key)
    assert plan_copies.copy_plan(house.filer.actor, old, key=key) == code
    page = plan_page(house.filer.actor, code)
    assert (page.text, page.call_id, page.status) == (replace(FILLED, time_text=""), call.id, PlanStatus.DRAFT)
    source = page.relations.copied_from
    assert source and (source.code, source.year, source.time_text) == (old, 2025, FILLED.time_text)
    assert [copy.code for copy in plan_page(house.filer.actor, old).relations.copies] == [code]


def test_only_the_filers_of_the_agency_copy_and_a_key_makes_one_plan(app: Flask, house: House) -> None:
    old = plan_in(PlanStatus.DRAFT, house).code
    another = plan_in(PlanStatus.PUBLISHED, house).code
    _add(house, old, may_edit=True)
    for who in (house.other_filer, house.reviewer, house.officer):
        with pytest.raises(NotFound):
            plan_copies.copy_plan(who.actor, old, key=plans.new_key())
    key = plans.new_key()
    plan_copies.copy_plan(house.filer.actor, old, key=key)
    with pytest.raises(Duplicate):
        plan_copies.copy_plan(house.filer.actor, another, key=key)
