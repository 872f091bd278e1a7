"""The second factor: without the code of one's telephone the password opens nothing, and each code opens once."""

import logging
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from openday import clock
from openday.cli import openday
from openday.db import db
from openday.errors import Conflict
from openday.models.ledger import AuditEvent
from openday.models.people import LoginSession
from openday.services import people, second_factor
from tests.factories.people import House, Persona
from tests.support.authenticator import Authenticator, give_code, give_password, offered, set_up
from tests.support.client import PageClient

LOGIN = "工作人员登录"
CODE = "动态验证码"


def _where(visitor: PageClient, path: str = "/people/") -> str:
    return visitor.get(path).text("h1")


def _deeds(action: str) -> list[AuditEvent]:
    db.session.rollback()
    return list(db.session.scalars(select(AuditEvent).where(AuditEvent.action == action)))


def _require(app: Flask) -> None:
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], second_factor="required")


def test_who_has_set_it_up_logs_in_with_password_and_code(client: PageClient, house: House) -> None:
    phone, _ = set_up(client.log_in(house.admin))
    visitor = PageClient(client.app)
    page = give_password(visitor, house.admin)
    assert page.text("h1") == CODE
    box = page.all("//input[@name='code']")[0]
    assert (box.get("autocomplete"), box.get("inputmode")) == ("one-time-code", "numeric")
    give_code(visitor, page, phone.code())
    assert _where(visitor) == "人员"


def test_after_the_password_alone_nothing_is_open(client: PageClient, house: House) -> None:
    set_up(client.log_in(house.admin))
    visitor = PageClient(client.app)
    give_password(visitor, house.admin)
    assert _where(visitor) == LOGIN
    assert _where(visitor, "/second-factor") == LOGIN


def test_without_a_password_there_is_no_second_page(client: PageClient, house: House) -> None:
    assert _where(client, "/login/second-factor") == LOGIN


def test_one_gets_where_one_was_going(client: PageClient, house: House) -> None:
    phone, _ = set_up(client.log_in(house.admin))
    visitor = PageClient(client.app)
    page = visitor.submit(
        visitor.get("/people/agencies").form(having="password"), login="admin", password="open-the-door-2026"
    )
    assert give_code(visitor, page, phone.code()).text("h1") == "单位"


def test_a_wrong_code_is_told_at_its_field(client: PageClient, house: House) -> None:
    phone, _ = set_up(client.log_in(house.admin))
    visitor = PageClient(client.app)
    page = give_code(visitor, give_password(visitor, house.admin), phone.wrong_code(), 422)
    assert "验证码不正确或已经用过" in page.text("//*[@id='code-error']")
    give_code(visitor, page, phone.code())
    assert _where(visitor) == "人员"


@pytest.mark.parametrize("typed", ["", "   ", "12345", "１２", "<b>", "a" * 41, "\u200b", "２" * 40])
def test_what_is_no_code_is_answered_with_a_reason(client: PageClient, house: House, typed: str) -> None:
    set_up(client.log_in(house.admin))
    visitor = PageClient(client.app)
    page = give_code(visitor, give_password(visitor, house.admin), typed, 422)
    assert page.text("//*[@id='code-error']")


def test_full_width_digits_and_spaces_are_understood(client: PageClient, house: House) -> None:
    phone, _ = set_up(client.log_in(house.admin))
    visitor = PageClient(client.app)
    wide = phone.code().translate({ord("0") + n: ord("０") + n for n in range(10)})
    give_code(visitor, give_password(visitor, house.admin), f" {wide[:3]} {wide[3:]} ")
    assert _where(visitor) == "人员"


def test_a_code_opens_once_and_older_ones_never_again(client: PageClient, house: House) -> None:
    phone, _ = set_up(client.log_in(house.admin))
    code, older = phone.code(), phone.code(-1)
    first, second = PageClient(client.app), PageClient(client.app)
    give_code(first, give_password(first, house.admin), code)
    assert _where(first) == "人员"
    page = give_password(second, house.admin)
    give_code(second, page, code, 422)
    give_code(second, page, older, 422)
    with clock.shifted_by(timedelta(seconds=30)):
        give_code(second, page, phone.code())
        assert _where(second) == "人员"


@pytest.mark.parametrize(("steps", "status"), [(-2, 422), (1, 200), (2, 422), (-1, 200)])
def test_a_clock_that_is_half_a_minute_off_is_borne_with(
    client: PageClient, house: House, steps: int, status: int
) -> None:
    phone, _ = set_up(client.log_in(house.admin))
    middle = 45 - clock.now().timestamp() % 30  # no step begins between reading the code and sending it
    with clock.shifted_by(timedelta(minutes=3, seconds=middle)):
        visitor = PageClient(client.app)
        give_code(visitor, give_password(visitor, house.admin), phone.code(steps), status)


def _ready(app: Flask, persona: Persona, count: int) -> list[tuple[PageClient, str, dict[str, list[str]]]]:
    """Browsers that stand on the second page: each with the address and the fields that it is about to send."""
    waiting = []
    for _ in range(count):
        visitor = PageClient(app)
        form = give_password(visitor, persona).form(having="code")
        waiting.append((visitor, form.action, form.filled()))
    return waiting


def _send_all_at_once(waiting: list[tuple[PageClient, str, dict[str, list[str]]]], code: str) -> list[int]:
    db.session.rollback()
    with ThreadPoolExecutor(len(waiting)) as pool:
        sent = [pool.submit(v.http.post, address, data={**data, "code": [code]}) for v, address, data in waiting]
        return sorted(answer.result().status_code for answer in sent)


def test_of_four_log_ins_with_the_same_code_at_once_one_wins(any_app: Flask, any_house: House) -> None:
    phone, _ = set_up(PageClient(any_app).log_in(any_house.officer))
    assert _send_all_at_once(_ready(any_app, any_house.officer, 4), phone.code(1)) == [303, 422, 422, 422]
    assert len(_deeds("people.second_factor_failed")) == 3
    db.session.rollback()
    alive = select(func.count()).where(LoginSession.user_id == any_house.officer.id, LoginSession.revoked_at.is_(None))
    assert db.session.scalar(alive) == 2  # the one who set it up, and the winner


def test_twelve_guesses_at_once_are_five_guesses(any_app: Flask, any_house: House) -> None:
    phone, _ = set_up(PageClient(any_app).log_in(any_house.officer))
    answers = _send_all_at_once(_ready(any_app, any_house.officer, 12), phone.wrong_code())
    assert answers == [422] * 5 + [429] * 7
    assert len(_deeds("people.second_factor_failed")) == 5


def test_after_five_wrong_codes_even_the_right_one_waits(client: PageClient, house: House) -> None:
    phone, _ = set_up(client.log_in(house.admin))
    visitor = PageClient(client.app)
    page = give_password(visitor, house.admin)
    for _ in range(5):
        give_code(visitor, page, phone.wrong_code(), 422)
    assert "登录失败次数过多" in give_code(visitor, page, phone.code(), 429).text()
    assert int(visitor.response.headers["Retry-After"]) > 60
    with clock.shifted_by(timedelta(minutes=16)):
        give_code(visitor, give_password(visitor, house.admin), phone.code())
        assert _where(visitor) == "人员"


def test_a_recovery_code_opens_once_however_it_is_typed(client: PageClient, house: House) -> None:
    _, codes = set_up(client.log_in(house.admin))
    assert len(set(codes)) == 8
    first, second = PageClient(client.app), PageClient(client.app)
    give_code(first, give_password(first, house.admin), codes[0].replace("-", " "))
    assert "未使用的恢复码 7个" in first.get("/second-factor").text()
    page = give_password(second, house.admin)
    give_code(second, page, codes[0], 422)
    give_code(second, page, codes[1])
    assert _where(second) == "人员"
    assert len(_deeds("people.recovery_code_used")) == 2


def test_a_recovery_code_is_worth_nothing_for_somebody_else(client: PageClient, house: House) -> None:
    _, codes = set_up(client.log_in(house.admin))
    set_up(PageClient(client.app).log_in(house.officer))
    visitor = PageClient(client.app)
    give_code(visitor, give_password(visitor, house.officer), codes[0], 422)


def test_the_wait_for_the_code_ends_after_five_minutes(client: PageClient, house: House) -> None:
    phone, _ = set_up(client.log_in(house.admin))
    visitor = PageClient(client.app)
    page = give_password(visitor, house.admin)
    with clock.shifted_by(timedelta(minutes=5, seconds=2)):
        answer = give_code(visitor, page, phone.code())
        assert answer.text("h1") == LOGIN
        assert "请重新输入用户名和密码" in answer.text()
        assert _where(visitor) == LOGIN


def test_the_wait_ends_with_the_password_and_with_the_person(client: PageClient, house: House) -> None:
    phone, _ = set_up(client.log_in(house.officer))
    visitor, other = PageClient(client.app), PageClient(client.app)
    page, other_page = give_password(visitor, house.officer), give_password(other, house.officer)
    people.set_active(house.admin.actor, house.officer.id, False)
    assert give_code(visitor, page, phone.code()).text("h1") == LOGIN
    people.set_active(house.admin.actor, house.officer.id, True)
    link = people.renew_invitation(house.admin.actor, house.officer.id, str)
    people.accept_invitation(link.token, "another long password")
    assert give_code(other, other_page, phone.code()).text("h1") == LOGIN


def test_the_session_is_another_one_after_the_code(client: PageClient, house: House) -> None:
    phone, _ = set_up(client.log_in(house.admin))
    visitor = PageClient(client.app)
    page = give_password(visitor, house.admin)
    before = visitor.http.get_cookie("openday")
    assert before is not None
    give_code(visitor, page, phone.code())
    visitor.http.set_cookie("openday", before.value)
    assert _where(visitor) == LOGIN
    give_code(visitor, page, phone.code(), 422)


def test_setting_up_ends_the_sessions_that_knew_only_the_password(client: PageClient, house: House) -> None:
    elsewhere = PageClient(client.app).log_in(house.admin)
    set_up(client.log_in(house.admin))
    assert _where(elsewhere) == LOGIN
    assert _where(client) == "人员"


def test_a_mistyped_first_code_keeps_the_picture_and_sets_nothing_up(client: PageClient, house: House) -> None:
    page = client.log_in(house.admin).get("/second-factor")
    phone = offered(page)
    again = client.submit(page.form(having="code"), 422, code=phone.wrong_code())
    assert offered(again) == phone
    assert again.all("//figure//img/@src") == page.all("//figure//img/@src")
    assert PageClient(client.app).log_in(house.admin).get("/people/").text("h1") == "人员"


def test_the_picture_ends_after_half_an_hour(client: PageClient, house: House) -> None:
    page = client.log_in(house.admin).get("/second-factor")
    phone = offered(page)
    with clock.shifted_by(timedelta(minutes=29)):
        client.get("/people/")
    with clock.shifted_by(timedelta(minutes=31)):
        again = client.submit(page.form(having="code"), 422, code=phone.code())
        assert "二维码已过期" in again.text()
        assert offered(again) != phone


def test_an_offer_is_for_one_person_and_cannot_be_made_up(client: PageClient, house: House) -> None:
    mine = PageClient(client.app).log_in(house.officer).get("/second-factor")
    offer = mine.form(having="offer").values["offer"][0]
    page = client.log_in(house.admin).get("/second-factor")
    for foreign in (offer, "", "QUJD", "不是", offer[:-8]):
        client.submit(page.form(having="offer"), 422, offer=foreign, code=offered(mine).code())
    assert _deeds("people.second_factor_on") == []


def test_the_secret_is_shown_before_and_never_after(
    client: PageClient, house: House, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    phone, codes = set_up(client.log_in(house.admin))
    visitor = PageClient(client.app)
    give_code(visitor, give_password(visitor, house.admin), phone.code())
    seen = visitor.get("/second-factor").html + visitor.get("/people/").html + caplog.text
    db.session.rollback()
    for table in ("users", "recovery_codes", "audit_events", "messages"):
        seen += repr(db.session.execute(text(f"SELECT * FROM {table}")).all())
    for hidden in (phone.secret, *codes, *(code.replace("-", "") for code in codes)):
        assert hidden not in seen.replace(" ", "")


def test_setting_up_twice_is_refused(house: House) -> None:
    offer = second_factor.make_offer(house.admin.actor, "admin", "政府开放日")
    phone = Authenticator(offer.secret)
    assert second_factor.enrol(house.admin.actor, offer.sealed, phone.code())
    with pytest.raises(Conflict):
        second_factor.enrol(house.admin.actor, offer.sealed, phone.code(1))


def test_new_recovery_codes_end_the_older_ones(client: PageClient, house: House) -> None:
    phone, old = set_up(client.log_in(house.admin))
    form = client.get("/second-factor").form(action="/recovery-codes")
    client.submit(form, 422, **{"renew-code": phone.wrong_code()})
    new = [e.text for e in client.submit(form, **{"renew-code": phone.code()}).all("//ol/li/code")]
    assert len(set(new) - set(old)) == 8
    visitor = PageClient(client.app)
    page = give_password(visitor, house.admin)
    give_code(visitor, page, old[0], 422)
    give_code(visitor, page, new[0])


def test_turning_it_off_takes_a_code(client: PageClient, house: House) -> None:
    phone, codes = set_up(client.log_in(house.admin))
    form = client.get("/second-factor").form(action="/second-factor/off")
    client.submit(form, 422, **{"off-code": phone.wrong_code()})
    assert client.submit(form, **{"off-code": codes[0]}).text("h1") == "设置动态验证码"
    assert _where(PageClient(client.app).log_in(house.admin)) == "人员"
    client.submit(form, 409, **{"off-code": phone.code()})


@pytest.mark.parametrize("who", ["officer", "admin"])
def test_where_it_is_required_the_office_reaches_nothing_before(client: PageClient, house: House, who: str) -> None:
    _require(client.app)
    persona: Persona = getattr(house, who)
    assert give_password(client, persona).text("h1") == "设置动态验证码"
    home = "/office/calls" if who == "officer" else "/people/"
    assert _where(client, home) == "设置动态验证码"
    page = client.get("/second-factor")
    assert page.all("//nav[@aria-label='主导航']") == []
    client.app.config["WTF_CSRF_ENABLED"] = False
    answer = client.post("/people/new", 303, data={"name": "何小雨", "login": "he", "roles": "officer"})
    assert answer.headers["Location"] == "/second-factor"
    assert _deeds("people.invite") == []
    set_up(client)
    assert _where(client, home) != "设置动态验证码"


def test_where_it_is_required_one_can_still_log_out(client: PageClient, house: House) -> None:
    _require(client.app)
    page = give_password(client, house.officer)
    client.submit(page.form(action="/logout"))
    assert _where(client, "/second-factor") == LOGIN


def test_agencies_are_asked_for_nothing_more(client: PageClient, house: House) -> None:
    _require(client.app)
    assert _where(client.log_in(house.reviewer)) == "人员"


def test_the_administrator_takes_it_away_from_somebody_who_lost_it(client: PageClient, house: House) -> None:
    officer = PageClient(client.app).log_in(house.officer)
    set_up(officer)
    page = client.log_in(house.admin).get("/people/")
    reset = f"/people/{house.officer.id}/second-factor/reset"
    assert [form.action for form in page.forms() if "second-factor" in form.action] == [reset]
    assert "动态验证码已重置" in client.submit(page.form(action=reset)).text()
    assert _where(officer, "/second-factor") == LOGIN
    assert give_password(officer, house.officer).text("h1") != CODE
    (deed,) = _deeds("people.second_factor_reset")
    assert (deed.actor_id, deed.record_id, deed.detail) == (house.admin.id, house.officer.id, {})
    client.submit(page.form(action=reset), 409)


def test_nobody_else_takes_it_away(client: PageClient, house: House) -> None:
    set_up(PageClient(client.app).log_in(house.filer))
    set_up(client.log_in(house.admin))
    client.app.config["WTF_CSRF_ENABLED"] = False
    for who in (house.reviewer, house.officer, house.auditor):
        PageClient(client.app).log_in(who).post(f"/people/{house.filer.id}/second-factor/reset", 403)
    client.post(f"/people/{house.admin.id}/second-factor/reset", 403)
    client.post("/people/999/second-factor/reset", 404)
    assert _deeds("people.second_factor_reset") == []


def test_who_runs_the_server_lets_the_only_administrator_back_in(client: PageClient, house: House) -> None:
    set_up(client.log_in(house.admin))
    client.app.cli.add_command(openday)
    run = client.app.test_cli_runner().invoke
    assert run(args=["openday", "reset-second-factor", "nobody"]).exit_code == 1
    assert run(args=["openday", "reset-second-factor", "ADMIN"]).exit_code == 0
    assert _where(client) == LOGIN
    assert _where(client.log_in(house.admin)) == "人员"


def test_every_step_is_in_the_audit_log(client: PageClient, house: House) -> None:
    phone, codes = set_up(client.log_in(house.admin))
    visitor = PageClient(client.app)
    page = give_password(visitor, house.admin)
    give_code(visitor, page, phone.wrong_code(), 422)
    give_code(visitor, page, phone.code())
    assert second_factor.renew_recovery_codes(house.admin.actor, codes[0])
    assert second_factor.turn_off(house.admin.actor, phone.code(1))
    db.session.rollback()
    assert list(db.session.scalars(select(AuditEvent.action).order_by(AuditEvent.id))) == [
        "people.login",
        "people.second_factor_on",
        "people.password_accepted",
        "people.second_factor_failed",
        "people.login",
        "people.recovery_code_used",
        "people.recovery_codes_renewed",
        "people.second_factor_off",
    ]
