"""Hostile requests: whatever comes in ends in success or in a 4xx, leads nowhere else, and tells nothing."""

import json

import pytest
from flask import Flask
from sqlalchemy import text

from openday.db import db
from openday.models.registrations import Registration
from tests.factories.activities import published_activity
from tests.factories.occurrences import open_occurrence
from tests.factories.people import House, Persona
from tests.support.client import PageClient

_BIG = "9" * 30


@pytest.mark.parametrize("path", ["/people/?q=%00", "/office/audit?action=%00", f"/office/audit?before={_BIG}"])
def test_lists_of_the_desks_stand_whatever_the_address_asks(any_app: Flask, any_house: House, path: str) -> None:
    PageClient(any_app).log_in(any_house.admin).get(path)


@pytest.mark.parametrize(
    "path", [f"/people/{_BIG}/disable", f"/people/{_BIG}/invitation", f"/office/messages/{_BIG}/retry"]
)
def test_a_number_that_no_table_can_hold_is_not_there(any_app: Flask, any_house: House, path: str) -> None:
    visitor = PageClient(any_app).log_in(any_house.admin)
    any_app.config["WTF_CSRF_ENABLED"] = False
    visitor.post(path, 404)


def test_a_log_in_name_with_a_nul_is_refused_like_any_other(any_app: Flask, any_house: House) -> None:
    visitor = PageClient(any_app)
    form = visitor.get("/login").form(having="password")
    assert "用户名或密码不正确" in visitor.submit(form, 422, login="no\0body", password="wrong-wrong").text()


@pytest.mark.parametrize(
    "way", ["/\r\nSet-Cookie: a=b", "/a\x00b", "//evil.example", "/\t/evil.example", "/\\evil.example"]
)
def test_the_way_back_never_leaves_the_site_or_the_header(client: PageClient, way: str) -> None:
    answer = client.raw("/view", query_string={"lang": "en", "next": way})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")


def test_a_desk_says_that_the_database_is_away(any_app: Flask, any_house: House) -> None:
    """The page for it must not ask the database who is asking."""
    visitor = PageClient(any_app).log_in(any_house.officer)
    db.session.execute(text("DROP TABLE login_sessions"))
    db.session.commit()
    answer = visitor.raw("/office/")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert "系统暂时连接不上数据库" in answer.get_data(as_text=True)


# --- JSON ------------------------------------------------------------------------------------------------------------

_HOSTILE = [
    "[1]", "1", "null", '"x"', "{", "[" * 100_000, json.dumps({"name": {"a": 1}}), json.dumps({"name": [["王"]]}),
]  # fmt: skip
_ODD = [1, 1e300, True, [1], ["王", "李"], "\ud800", "\0"]


def _sign_up_as_json(visitor: PageClient, code: str, body: str) -> int:
    address = f"/occurrences/{code}/sign-up"
    token = visitor.get(address).form(having="phone").values["csrf_token"][0]
    head = {"X-CSRFToken": token, "Accept": "application/json"}
    return visitor.http.post(address, data=body, content_type="application/json", headers=head).status_code


@pytest.mark.parametrize("body", _HOSTILE)
def test_json_that_is_no_form_is_refused(app: Flask, house: House, body: str) -> None:
    occurrence = open_occurrence(published_activity(house))
    assert _sign_up_as_json(PageClient(app), occurrence.code, body) == 400


@pytest.mark.parametrize("value", _ODD)
@pytest.mark.parametrize("field", ["name", "phone", "party_size", "quota", "email", "idempotency_key"])
def test_a_value_of_another_kind_never_breaks_the_form(app: Flask, house: House, field: str, value: object) -> None:
    occurrence = open_occurrence(published_activity(house))
    fields = {"name": "王小雨", "phone": "13800001234", "party_size": "1", "consent": True, field: value}
    assert _sign_up_as_json(PageClient(app), occurrence.code, json.dumps(fields)) in (201, 422)


def test_a_program_may_send_numbers_and_truth_as_json_has_them(app: Flask, house: House) -> None:
    occurrence = open_occurrence(published_activity(house))
    fields = {"name": "王小雨", "phone": "13800001234", "party_size": 2, "quota": None, "consent": True}
    assert _sign_up_as_json(PageClient(app), occurrence.code, json.dumps(fields)) == 201
    assert db.session.query(Registration).one().party_size == 2


def test_consent_that_is_false_in_json_is_no_consent(app: Flask, house: House) -> None:
    occurrence = open_occurrence(published_activity(house))
    fields = {"name": "王小雨", "phone": "13800001234", "party_size": 2, "consent": False}
    assert _sign_up_as_json(PageClient(app), occurrence.code, json.dumps(fields)) == 422


@pytest.mark.parametrize(
    ("who", "path"),
    [
        ("admin", "/people/new"),
        ("admin", "/people/agencies"),
        ("officer", "/office/calls/new"),
        ("filer", "/agency/plans/new"),
    ],
)
@pytest.mark.parametrize("value", _ODD)
def test_forms_of_the_desks_take_json_no_worse(app: Flask, house: House, who: str, path: str, value: object) -> None:
    persona: Persona = getattr(house, who)
    visitor = PageClient(app).log_in(persona)
    page = visitor.get(path)
    form = next(form for form in page.forms() if form.method.upper() == "POST" and len(form.values) > 3)
    head = {"X-CSRFToken": form.values["csrf_token"][0]}
    body = json.dumps(dict.fromkeys(form.values, value))
    assert visitor.http.post(form.action, data=body, content_type="application/json", headers=head).status_code < 500
