"""The sign-up form and its answers."""

import secrets
from collections.abc import Mapping
from typing import Any

from flask import current_app, jsonify, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import generate_csrf

from openday import clock
from openday.errors import Conflict, Refused
from openday.queries.registrations import PLENTY, SignupSheet, signup_sheet
from openday.rules.signup import closure, closure_text, deletion_day
from openday.services import registrations
from openday.web import kept
from openday.web.access import ANYONE, open_to
from openday.web.forms.registrations import RegistrationForm
from openday.web.forms.texts import put_problem
from openday.web.links import ticket_url
from openday.web.pages import language_tag
from openday.web.public.blueprint import bp
from openday.web.public.decisions import what_follows


@bp.get("/occurrences/<code>/sign-up")
@open_to(ANYONE)
def registration_new(code: str) -> ResponseReturnValue:
    """The form, or why there is none."""
    sheet = signup_sheet(code)
    why = closure(sheet.occasion.facts, clock.now())
    if why is not None:
        text = f"{closure_text(why, sheet.occasion.facts)}。"
        return _refusal_page(sheet, "closed", text)
    return _fresh_form(sheet)


@bp.post("/occurrences/<code>/sign-up")
@open_to(ANYONE)
def registration_submit(code: str) -> ResponseReturnValue:
    """Sign up; the answer leads to the ticket, or says what is in the way and what to do next."""
    form = RegistrationForm()
    try:
        if not form.validate():
            return _form(signup_sheet(code), form, 422)
        done = registrations.register(code, form.sign_up(_key_in_head()), ticket_url=ticket_url)
    except Refused as refused:
        put_problem(form, refused.field, refused.message)
        return _form(signup_sheet(code), form, 422)
    except Conflict as conflict:
        return _refusal(code, conflict)
    return _done(done)


def wants_json() -> bool:
    """Whether the answer is for a program."""
    best = request.accept_mimetypes.best_match(["text/html", "application/json"], "text/html")
    return best == "application/json"


def _key_in_head() -> str | None:
    return request.headers.get("Idempotency-Key") or None


def _form(sheet: SignupSheet, form: RegistrationForm, status: int) -> ResponseReturnValue:
    if wants_json():
        fields = {name: list(errors) for name, errors in form.errors.items() if name}
        message = next((text for texts in form.errors.values() for text in texts), "")
        return jsonify(outcome="invalid", message=message, fields=fields), status
    state = sheet.state(clock.now())
    return _render_form(sheet, form.prepare(sheet), state, "invalid" if status == 422 else ""), status


def _fresh_form(sheet: SignupSheet) -> str:
    """The empty form, which is the same for everybody but for its tokens."""
    state, key = sheet.state(clock.now()), secrets.token_hex(16)

    def render(layout: Mapping[str, Any]) -> str:
        form = RegistrationForm().prepare(sheet)
        form.idempotency_key.data = key
        return _render_form(sheet, form, state, **layout)

    return kept.form((sheet.shown, state), render, (generate_csrf(), key))


def _render_form(sheet: SignupSheet, form: RegistrationForm, state: str, outcome: str = "", **layout: Any) -> str:
    return render_template(
        "public/registration_new.html",
        sheet=sheet,
        form=form,
        state=state,
        plenty=PLENTY,
        outcome=outcome,
        what_follows=what_follows(sheet.occasion),
        gone_on=deletion_day(sheet.occasion.ends_at, current_app.config["SETTINGS"].retention_days),
        **layout,
    )


def _refusal(code: str, conflict: Conflict) -> ResponseReturnValue:
    if wants_json():
        raise conflict
    return _refusal_page(signup_sheet(code), conflict.outcome, conflict.message), conflict.status


def _refusal_page(sheet: SignupSheet, outcome: str, text: str) -> str:
    return render_template(
        "public/registration_refused.html",
        sheet=sheet,
        outcome=outcome,
        text=text,
        activity_href=url_for("public.activity", code=sheet.occasion.activity_code),
    )


def _done(done: registrations.Registered) -> ResponseReturnValue:
    """303 to the ticket; the short page in between carries the outcome for whoever does not follow."""
    if wants_json():
        return jsonify(
            outcome=done.status.outcome,
            code=done.code,
            number=done.number,
            party_size=done.party_size,
            ticket_url=ticket_url(done.code),
        ), 201
    here = url_for("public.ticket_show", code=done.code)
    response = make_response(redirect(here, code=303))
    page = current_app.jinja_env.get_template("public/registration_done.html")  # needs nothing of what pages share
    response.set_data(page.render(lang=language_tag(), outcome=done.status.outcome, href=here))
    return response
