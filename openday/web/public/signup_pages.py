"""The sign-up form as a page, and the page that says why there is none."""

from typing import Any

from flask import current_app, render_template, request, url_for

from openday import clock
from openday.queries.registrations import PLENTY, SignupSheet
from openday.rules.signup import deletion_day
from openday.web.forms.registrations import RegistrationForm
from openday.web.forms.signup_further import FurtherForm
from openday.web.public.decisions import what_follows

PURPOSE = "sign-up"
"""Of the challenge that a form brings along, see `web.challenge`."""


def form_page(
    sheet: SignupSheet, form: RegistrationForm, further: FurtherForm | None, status: int, draft: str = ""
) -> tuple[str, int]:
    """The form with what was typed and what is wrong with it; `draft` is the code of the draft it was taken from."""
    outcome = "invalid" if status == 422 else ""
    state, draft = sheet.state(clock.now()), draft or request.form.get("draft", "")
    return render_form(sheet, form.prepare(sheet), further, state, outcome, draft=draft), status


def render_form(
    sheet: SignupSheet,
    form: RegistrationForm,
    further: FurtherForm | None,
    state: str,
    outcome: str = "",
    **layout: Any,
) -> str:
    """The form as HTML."""
    return render_template(
        "public/registration_new.html",
        sheet=sheet,
        form=form,
        further=further,
        purpose=PURPOSE if sheet.occasion.protection != "none" else "",
        state=state,
        plenty=PLENTY,
        outcome=outcome,
        what_follows=what_follows(sheet.occasion),
        gone_on=deletion_day(sheet.occasion.ends_at, current_app.config["SETTINGS"].retention_days),
        **layout,
    )


def refusal_page(sheet: SignupSheet, outcome: str, text: str) -> str:
    """Why nobody can sign up now, and where to go instead."""
    return render_template(
        "public/registration_refused.html",
        sheet=sheet,
        outcome=outcome,
        text=text,
        activity_href=url_for("public.activity", code=sheet.occasion.activity_code),
    )
