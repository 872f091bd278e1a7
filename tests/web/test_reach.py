"""What lies beyond a person's reach is not there, on every route; and what is within tells no more than it may."""

from pathlib import Path

import pytest
from flask import Flask

from openday.app import create_app
from openday.db import db, use_case
from openday.models.people import Agency, Jurisdiction
from openday.rules.permissions import Role
from openday.web.access import ANYONE
from tests.conftest import settings_for
from tests.factories.people import PASSWORD, House, Persona, build_house, person
from tests.support.addresses import MISSING, NAME, PHONE, SUGGESTERS_PHONE, records_of, routes
from tests.support.client import OneRequestAtATime, PageClient
from tests.support.pages import check_page

ROLES = tuple(Role)


@use_case
def _outsider(house: House, role: Role) -> Persona:
    """Somebody of this role: of another agency of the district, or of another district."""
    elsewhere = db.session.query(Jurisdiction).filter_by(name="临河区").one()
    water = db.session.get_one(Agency, house.other_agency_id)
    if role in (Role.FILER, Role.REVIEWER, Role.DESK):
        return person(f"outside-{role}", role, db.session.get_one(Jurisdiction, house.jurisdiction_id), water)
    return person(f"outside-{role}", role, elsewhere)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_what_is_beyond_reach_answers_like_what_is_not_there(app: Flask, house: House, role: Role, method: str) -> None:
    records = records_of(house)
    outsider = PageClient(app).log_in(_outsider(house, role)).http
    app.config["WTF_CSRF_ENABLED"] = False
    for rule in routes(app, role, method=method):
        if "<" not in str(rule):
            continue
        there, missing = (outsider.open(found.fill(rule), method=method) for found in (records, MISSING))
        assert there.status_code >= 300, rule
        assert (there.status_code, there.data) == (missing.status_code, missing.data), rule


@pytest.mark.parametrize("role", ROLES)
def test_no_page_of_a_desk_shows_a_whole_number_or_is_kept_on_the_way(app: Flask, house: House, role: Role) -> None:
    records = records_of(house)
    visitor = PageClient(app).log_in(getattr(house, role.value)).http
    for rule in routes(app, role):
        answer = visitor.get(records.fill(rule))
        assert answer.headers["Cache-Control"] == "no-store", rule
        assert PHONE.encode() not in answer.data, rule
        assert SUGGESTERS_PHONE.encode() not in answer.data, rule


@pytest.mark.parametrize("role", [Role.ADMIN, Role.DESK])
def test_who_runs_the_system_or_a_door_sees_no_name_of_a_visitor(app: Flask, house: House, role: Role) -> None:
    records = records_of(house)
    visitor = PageClient(app).log_in(getattr(house, role.value)).http
    for rule in routes(app, role):
        assert NAME.encode() not in visitor.get(records.fill(rule)).data, rule


def test_what_caches_may_keep_holds_nothing_of_a_visitor(app: Flask, house: House) -> None:
    records = records_of(house)
    visitor = PageClient(app).log_in(house.filer).http
    for rule in routes(app, ANYONE):
        answer = visitor.get(records.fill(rule))
        if "public" in answer.headers.get("Cache-Control", ""):
            assert "Set-Cookie" not in answer.headers, rule
            assert b"csrf_token" not in answer.data, rule
            assert NAME.encode() not in answer.data, rule


def test_every_page_stays_below_the_path_of_the_site(sqlite_url: str, tmp_path: Path) -> None:
    app = create_app(settings_for(sqlite_url, tmp_path, base_url="https://www.example.gov.cn/kaifang"))
    app.config["SESSION_COOKIE_SECURE"] = False
    app.test_client_class = OneRequestAtATime
    with app.app_context():
        house = build_house()
        records = records_of(house)
        for role in (ANYONE, *ROLES):
            visitor = _below(app, None if role == ANYONE else getattr(house, role))
            for rule in routes(app, role):
                answer = visitor.http.get("/kaifang" + records.fill(rule))
                assert answer.headers.get("Location", "/kaifang/").startswith("/kaifang/"), rule
                if answer.mimetype == "text/html":
                    check_page(answer.get_data(as_text=True), answer.status_code, root="/kaifang", address=str(rule))
        db.session.remove()
        db.engine.dispose()


def _below(app: Flask, persona: Persona | None) -> PageClient:
    visitor = PageClient(app)
    if persona is not None:
        form = visitor.get("/kaifang/login").form(having="password")
        visitor.submit(form, login=persona.login, password=PASSWORD)
    return visitor


def test_the_choice_of_view_is_told_to_no_other_site_of_the_portal(sqlite_url: str, tmp_path: Path) -> None:
    app = create_app(settings_for(sqlite_url, tmp_path, base_url="https://www.example.gov.cn/kaifang"))
    answer = app.test_client().get("/kaifang/view?lang=en&large=1")
    cookies = answer.headers.getlist("Set-Cookie")
    assert len(cookies) == 2
    assert all("Path=/kaifang/" in cookie and "Secure" in cookie and "HttpOnly" in cookie for cookie in cookies)
