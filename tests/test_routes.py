"""Default deny, proved for every route: each view says who may reach it, and everybody else is turned away."""

import re

import pytest
from flask import Flask

from openday.rules.permissions import Role
from openday.web.access import ANYONE
from tests.factories.people import House, Persona
from tests.support.client import PageClient

_STATIC = {"static"}
# Public on purpose: everything else needs a log-in.
PUBLIC_AREAS = ("public.", "feeds.", "system.", "account.")


def _rules(app: Flask) -> list[tuple[str, str, str]]:
    """(endpoint, method, address with every variable filled in) of every route."""
    found = []
    for rule in app.url_map.iter_rules():
        if rule.endpoint in _STATIC:
            continue
        address = re.sub(r"<(?:[a-z]+(?:\([^)]*\))?:)?[a-z_0-9]+>", "1", str(rule))
        found += [(rule.endpoint, method, address) for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})]
    return found


def test_every_view_says_who_may_reach_it(app: Flask) -> None:
    silent = [endpoint for endpoint, _, _ in _rules(app) if not getattr(app.view_functions[endpoint], "open_to", None)]
    assert silent == []


def test_what_is_open_to_anyone_is_in_the_public_areas(app: Flask) -> None:
    open_views = {e for e, _, _ in _rules(app) if ANYONE in app.view_functions[e].open_to}  # type: ignore[attr-defined]
    assert {endpoint for endpoint in open_views if not endpoint.startswith(PUBLIC_AREAS)} == set()


def test_a_get_and_a_post_never_share_an_endpoint(app: Flask) -> None:
    """A GET never changes state: what writes has an endpoint of its own."""
    methods: dict[str, set[str]] = {}
    for endpoint, method, _ in _rules(app):
        methods.setdefault(endpoint, set()).add(method)
    assert {endpoint for endpoint, used in methods.items() if len(used) > 1} == set()


def test_a_view_that_forgot_to_say_is_refused(app: Flask) -> None:
    app.add_url_rule("/forgotten", "forgotten", lambda: "secret")
    response = app.test_client().get("/forgotten")
    assert response.status_code == 403
    assert b"secret" not in response.data


def test_strangers_reach_nothing_but_the_public_side(app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    visitor = app.test_client()
    for endpoint, method, address in _rules(app):
        if endpoint.startswith(PUBLIC_AREAS):
            continue
        response = visitor.open(address, method=method)
        assert response.status_code == 302, f"{method} {address}: {response.status_code}"
        assert response.headers["Location"].startswith("/login"), endpoint


@pytest.mark.parametrize("who", ["filer", "reviewer", "desk", "officer", "admin", "auditor"])
def test_nobody_reaches_a_view_of_other_roles(app: Flask, house: House, who: str) -> None:
    persona: Persona = getattr(house, who)
    role = Role(who)
    visitor = PageClient(app).log_in(persona)
    app.config["WTF_CSRF_ENABLED"] = False
    for endpoint, method, address in _rules(app):
        audience = app.view_functions[endpoint].open_to  # type: ignore[attr-defined]
        if ANYONE in audience or role in audience:
            continue
        response = visitor.http.open(address, method=method)
        assert response.status_code == 403, f"{who}: {method} {address}: {response.status_code}"


def test_an_unknown_verb_is_refused(app: Flask) -> None:
    response = app.test_client().delete("/login")
    assert response.status_code == 405
    assert "GET" in response.headers["Allow"]


def test_a_post_without_its_token_changes_nothing(app: Flask) -> None:
    response = app.test_client().post("/login", data={"login": "filer", "password": "x"})
    assert response.status_code == 400
    assert "没有保存任何内容" in response.get_data(as_text=True)


@pytest.mark.parametrize("path", ["/activities/a%00b", "/tickets/%00", "/occurrences/%00/sign-up", "/calendar/%00"])
def test_an_address_with_a_nul_leads_nowhere(any_app: Flask, path: str) -> None:
    assert any_app.test_client().get(path).status_code == 404
