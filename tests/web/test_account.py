"""Log-in, sessions, invitations: who gets in, who does not, and when it ends."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from openday import clock
from openday.cli import openday
from openday.db import db
from openday.models.ledger import Message
from openday.services import logins, people
from openday.services.login_steps import token_hash
from tests.factories.people import PASSWORD, House
from tests.support.client import PageClient


def _log_in(visitor: PageClient, login: str, password: str, status: int = 200) -> str:
    page = visitor.get("/login")
    return visitor.submit(page.form(having="password"), status, login=login, password=password).text()


def test_with_the_right_password_one_is_in(client: PageClient, house: House) -> None:
    _log_in(client, house.officer.login, PASSWORD)
    assert client.get("/people/", status=403)
    client.http.post("/logout", data={})
    assert client.log_in(house.admin).get("/people/").text("h1") == "人员"


def test_a_wrong_password_and_an_unknown_name_look_alike(client: PageClient, house: House) -> None:
    known = _log_in(client, "filer", "not-the-password", 422)
    unknown = _log_in(PageClient(client.app), "nobody", "not-the-password", 422)
    assert known == unknown
    assert "用户名或密码不正确" in known


def test_the_login_name_is_kept_and_the_password_is_not(client: PageClient, house: House) -> None:
    page = client.get("/login")
    page = client.submit(page.form(having="password"), 422, login="filer", password="wrong-wrong")
    assert page.form(having="password").values["login"] == ["filer"]
    assert "wrong-wrong" not in page.html


def test_after_eight_wrong_passwords_the_account_waits_even_with_the_right_one(
    client: PageClient, house: House
) -> None:
    for _ in range(8):
        _log_in(client, "filer", "wrong-wrong", 422)
    text = _log_in(client, "filer", PASSWORD, 429)
    assert "登录失败次数过多" in text
    assert int(client.response.headers["Retry-After"]) > 60
    with clock.shifted_by(timedelta(minutes=16)):
        _log_in(client, "filer", PASSWORD)


def test_a_session_ends_after_half_an_hour_of_silence_and_after_twelve_hours(client: PageClient, house: House) -> None:
    client.log_in(house.admin)
    with clock.shifted_by(timedelta(minutes=29)):
        assert client.get("/people/").text("h1") == "人员"
    with clock.shifted_by(timedelta(minutes=29 + 31)):
        assert client.get("/people/").text("h1") == "工作人员登录"


def test_a_busy_session_ends_after_twelve_hours_all_the_same(client: PageClient, house: House) -> None:
    client.log_in(house.admin)
    for quarter in range(1, 48):
        with clock.shifted_by(timedelta(minutes=15 * quarter)):
            assert client.get("/people/").text("h1") == "人员"
    with clock.shifted_by(timedelta(hours=12, minutes=1)):
        assert client.get("/people/").text("h1") == "工作人员登录"


def test_after_logging_out_the_old_cookie_is_worth_nothing(client: PageClient, house: House) -> None:
    client.log_in(house.admin)
    cookie = client.http.get_cookie("openday")
    assert cookie is not None
    client.submit(client.get("/people/").form(action="/logout"))
    client.http.set_cookie("openday", cookie.value)
    assert client.get("/people/").text("h1") == "工作人员登录"


def test_a_disabled_person_is_out_at_once(client: PageClient, house: House) -> None:
    client.log_in(house.reviewer)
    assert client.get("/people/").text("h1") == "人员"
    people.set_active(house.admin.actor, house.reviewer.id, False)
    assert client.get("/people/").text("h1") == "工作人员登录"
    _log_in(client, house.reviewer.login, PASSWORD, 422)


def test_an_invited_person_sets_a_password_once_and_comes_in(client: PageClient, house: House) -> None:
    client.log_in(house.reviewer)
    page = client.submit(
        client.get("/people/new").form(having="login"),
        name="何小雨",
        login="he.xiaoyu",
        agency_id=str(house.agency_id),
        roles=["filer"],
    )
    link = page.text("code")
    assert link.startswith("http://127.0.0.1:8000/invitations/")
    path = link.removeprefix("http://127.0.0.1:8000")

    newcomer = PageClient(client.app)
    form = newcomer.get(path).form(having="again")
    newcomer.submit(form, 422, password="too-short", again="too-short")
    newcomer.submit(form, 422, password="long enough now", again="something else")
    newcomer.submit(form, password="long enough now", again="long enough now")
    newcomer.get(path, status=404)
    _log_in(newcomer, "HE.xiaoyu", "long enough now")


def test_an_invitation_ends_after_a_week(client: PageClient, house: House) -> None:
    invited = people.renew_invitation(house.admin.actor, house.filer.id, lambda token: token)
    with clock.shifted_by(timedelta(days=7, minutes=1)):
        client.get(f"/invitations/{invited.token}", status=404)


def test_nobody_sees_the_link_of_somebody_who_has_a_password(client: PageClient, house: House) -> None:
    """A reviewer who could set the filer's password could approve their own text."""
    client.log_in(house.reviewer)
    page = client.get("/people/")
    page = client.submit(page.form(action=f"/people/{house.filer.id}/invitation"))
    assert "链接已发送到本人登记的电子邮箱" in page.text()
    assert "/invitations/" not in page.html
    sent = db.session.scalars(select(Message).where(Message.kind == "invitation")).one()
    assert sent.recipient == "filer@example.org"
    assert "/invitations/" in str(sent.body)


def test_a_newer_link_ends_the_older_one(client: PageClient, house: House) -> None:
    first = people.renew_invitation(house.admin.actor, house.filer.id, lambda token: token)
    people.renew_invitation(house.admin.actor, house.filer.id, lambda token: token)
    client.get(f"/invitations/{first.token}", status=404)


def test_the_page_after_log_in_is_one_of_ours(client: PageClient, house: House) -> None:
    page = client.get("/login?next=//evil.example/people/")
    form = page.form(having="password")
    response = client.http.post(form.action, data=form.filled(login="admin", password=PASSWORD))
    assert response.headers["Location"] == "/"


def test_the_first_administrator_comes_from_the_command_line(client: PageClient) -> None:
    client.app.cli.add_command(openday)
    result = client.app.test_cli_runner().invoke(args=["openday", "create-admin", "--place", "青川市"])
    link = result.output.splitlines()[0]
    form = client.get(link.removeprefix("http://127.0.0.1:8000")).form(having="again")
    client.submit(form, password="long enough now", again="long enough now")
    _log_in(client, "admin", "long enough now")
    assert client.get("/people/").text("h1") == "人员"


@pytest.mark.parametrize("spaces", ["   ", "\u200b\u200b", "\u3000"])
def test_a_name_of_nothing_but_space_is_refused_at_its_field(client: PageClient, house: House, spaces: str) -> None:
    client.log_in(house.admin)
    form = client.get("/people/new").form(having="login")
    page = client.submit(form, 422, name=spaces, login="someone", roles=["officer"])
    assert "请填写姓名" in page.text()
    assert page.form(having="login").values["login"] == ["someone"]


def test_tokens_are_stored_as_keyed_hashes_only(app: Flask, house: House) -> None:
    accepted = logins.log_in("filer", PASSWORD, "192.0.2.1")
    assert accepted is not None
    assert token_hash(accepted.token) != accepted.token
    assert len(token_hash(accepted.token)) == 64
