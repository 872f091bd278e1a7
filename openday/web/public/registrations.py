"""The sign-up form and its answers."""

import secrets
from collections.abc import Mapping
from typing import Any

from flask import current_app, jsonify, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import generate_csrf

from openday import clock
from openday.errors import Conflict, Refused, TooMany
from openday.queries.registrations import SignupSheet, signup_sheet
from openday.rules.signup import closure, closure_text
from openday.services import registrations
from openday.services.challenge_steps import SpentBefore
from openday.services.signup_drafts import drop_draft
from openday.web import kept
from openday.web.access import ANYONE, open_to
from openday.web.challenge import challenge_over, challenge_token
from openday.web.forms.phone_codes import sent_codes
from openday.web.forms.registrations import RegistrationForm, people_said
from openday.web.forms.signup_further import further_form, problems_of, sent_extras
from openday.web.forms.texts import put_problem
from openday.web.links import ticket_url
from openday.web.pages import language, language_tag
from openday.web.public.blueprint import bp
from openday.web.public.signup_codes import code_page
from openday.web.public.signup_pages import PURPOSE, form_page, refusal_page, render_form
from openday.web.public.signup_steps import effort_sent, step_asked, take_step


@bp.get("/occurrences/<code>/sign-up")
@open_to(ANYONE)
def registration_new(code: str) -> ResponseReturnValue:
    """The form, or why there is none."""
    sheet = signup_sheet(code)
    why = closure(sheet.occasion.facts, clock.now())
    if why is not None:
        text = f"{closure_text(why, sheet.occasion.facts)}。"
        return refusal_page(sheet, "closed", text)
    return _fresh_form(sheet)


@bp.post("/occurrences/<code>/sign-up")
@open_to(ANYONE)
def registration_submit(code: str) -> ResponseReturnValue:
    """Sign up; the answer leads to the ticket, or says what is in the way and what to do next."""
    step = step_asked()
    if step:
        return take_step(code, step)
    form, codes = RegistrationForm(), sent_codes()
    try:
        if not form.validate():
            return _form(signup_sheet(code), form, 422)
        effort = None if codes else effort_sent()  # getting the codes took the work
        wish = form.sign_up(_key_in_head(), sent_extras(), effort, codes, language())
        done = registrations.register(code, wish, ticket_url=ticket_url)
    except (Refused, TooMany) as refused:
        if refused.field in codes and not wants_json():
            return code_page(signup_sheet(code), {refused.field: refused.message}, refused.status)
        put_problem(form, refused.field, refused.message)
        return _form(signup_sheet(code), form, refused.status)
    except SpentBefore as spent:
        challenge_over()
        put_problem(form, None, spent.message)
        return _form(signup_sheet(code), form, spent.status)
    except Conflict as conflict:
        return _refusal(code, conflict)
    if "draft" in request.form:
        drop_draft(request.form["draft"])
    return _done(done)


def wants_json() -> bool:
    """Whether the answer is for a program."""
    best = request.accept_mimetypes.best_match(["text/html", "application/json"], "text/html")
    return best == "application/json"


def _key_in_head() -> str | None:
    return request.headers.get("Idempotency-Key") or None


def _form(sheet: SignupSheet, form: RegistrationForm, status: int) -> ResponseReturnValue:
    further = further_form(sheet.occasion, sent_extras())
    if further is not None:
        further.put(problems_of(sheet.occasion, sent_extras(), people_said(form)))
        form.form_errors = [text for text in form.form_errors if text not in dict(further.fault_list).values()]
    if wants_json():
        errors = {**form.errors, **(further.errors if further else {})}
        fields = {name: list(texts) for name, texts in errors.items() if name}
        message = next((text for texts in errors.values() for text in texts), "")
        return jsonify(outcome="invalid", message=message, fields=fields), status
    return form_page(sheet, form, further, status)


def _fresh_form(sheet: SignupSheet) -> str:
    """The empty form, which is the same for everybody but for its tokens."""
    state, key = sheet.state(clock.now()), secrets.token_hex(16)

    def render(layout: Mapping[str, Any]) -> str:
        form = RegistrationForm().prepare(sheet)
        form.idempotency_key.data = key
        return render_form(sheet, form, further_form(sheet.occasion), state, **layout)

    tokens = [generate_csrf(), key]
    if sheet.occasion.protection != "none":
        tokens.append(challenge_token(PURPOSE))
    return kept.form((sheet.shown, state), render, tokens)


def _refusal(code: str, conflict: Conflict) -> ResponseReturnValue:
    if wants_json():
        raise conflict
    return refusal_page(signup_sheet(code), conflict.outcome, conflict.message), conflict.status


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
