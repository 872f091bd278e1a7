"""The directory's rules: who brings in whom, and what nobody may do to themselves."""

import pytest

from openday.errors import Duplicate, Forbidden, NotFound, Refused
from openday.queries import people as queries
from openday.rules.permissions import Right, Role
from openday.services import agencies, people
from openday.services.agencies import NewAgency
from openday.services.people import NewUser
from tests.factories.people import House


def _new(login: str, *roles: Role, agency_id: int | None) -> NewUser:
    return NewUser(login=login, name="何小雨", email="", roles=frozenset(roles), agency_id=agency_id)


def _link(token: str) -> str:
    return f"http://127.0.0.1:8000/invitations/{token}"


def test_a_reviewer_brings_in_people_of_the_own_agency(any_house: House) -> None:
    invited = people.invite_user(
        any_house.reviewer.actor, _new("new.filer", Role.FILER, agency_id=any_house.agency_id), _link
    )
    found = queries.user_in_reach(any_house.reviewer.actor, Right.PEOPLE_INVITE, invited.user_id)
    assert (found.login, found.agency_id, found.password_hash) == ("new.filer", any_house.agency_id, None)


def test_a_reviewer_brings_nobody_into_another_agency(any_house: House) -> None:
    with pytest.raises(Forbidden):
        people.invite_user(
            any_house.reviewer.actor, _new("spy", Role.FILER, agency_id=any_house.other_agency_id), _link
        )


@pytest.mark.parametrize("role", [Role.OFFICER, Role.ADMIN, Role.AUDITOR])
def test_a_reviewer_gives_no_role_of_the_office(any_house: House, role: Role) -> None:
    with pytest.raises(Forbidden):
        people.invite_user(any_house.reviewer.actor, _new("climber", role, agency_id=any_house.agency_id), _link)


def test_a_filer_of_no_agency_is_refused(any_house: House) -> None:
    with pytest.raises(Refused):
        people.invite_user(any_house.admin.actor, _new("nobody", Role.FILER, agency_id=None), _link)


def test_a_login_name_is_given_once_whatever_its_case(any_house: House) -> None:
    with pytest.raises(Duplicate):
        people.invite_user(any_house.admin.actor, _new("FILER", Role.OFFICER, agency_id=None), _link)


def test_nobody_disables_or_promotes_themselves(any_house: House) -> None:
    with pytest.raises(Forbidden):
        people.set_active(any_house.admin.actor, any_house.admin.id, False)
    with pytest.raises(Forbidden):
        people.change_roles(any_house.admin.actor, any_house.admin.id, [Role.OFFICER])


def test_a_reviewer_does_not_reach_an_officer(any_house: House) -> None:
    with pytest.raises(NotFound):
        people.set_active(any_house.reviewer.actor, any_house.officer.id, False)


def test_changed_roles_hold_from_the_next_request(any_house: House) -> None:
    people.change_roles(any_house.admin.actor, any_house.filer.id, [Role.REVIEWER])
    assert any_house.filer.actor.roles == {Role.REVIEWER}


def test_the_directory_shows_an_agency_its_own_people(any_house: House) -> None:
    rows = queries.directory(any_house.reviewer.actor)
    assert [row.login for row in rows] == sorted(["desk", "filer", "reviewer"], key=lambda login: _name(rows, login))
    assert {row.agency for row in rows} == {"云溪区图书馆"}


def _name(rows: list[queries.PersonRow], login: str) -> str:
    return next(row.name for row in rows if row.login == login)


def test_an_agency_is_added_below_a_new_place(any_house: House) -> None:
    admin = any_house.admin.actor
    new = NewAgency("石桥镇人民政府", any_house.jurisdiction_id, "石桥镇", "0000-8881111", reviews=False)
    agency_id = agencies.add_agency(admin, new)
    added = {agency.id: agency for agency in queries.agencies_in_reach(admin, Right.PEOPLE_MANAGE)}[agency_id]
    assert added.jurisdiction.name == "石桥镇"
    assert added.jurisdiction.parent_id == any_house.jurisdiction_id
    with pytest.raises(Duplicate):
        agencies.add_agency(admin, new)
