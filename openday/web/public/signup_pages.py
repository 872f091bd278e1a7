"""The sign-up form as a page, and the page that says why there is none."""

from collections.abc import Mapping
from typing import Any

from flask import current_app, render_template, request, url_for

from openday import clock
from openday.queries.registrations import PLENTY, SignupSheet
from openday.rules.published_names import OUT_FOR_DAYS
from openday.rules.signup import deletion_day
from openday.rules.signup_answers import extra_fields, read_extras, shown_extras
from openday.web import kept
from openday.web.forms.registrations import RegistrationForm, whole_number
from openday.web.forms.signup_further import FurtherForm, sent_extras
from openday.web.public.decisions import what_follows

THREE = ("name", "phone", "party_size", "quota", "email")
CARRIED = (*THREE, "consent", "idempotency_key", "draft")
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
        faults=_faults(form, further),
        names_out_for=OUT_FOR_DAYS,
        gone_on=deletion_day(sheet.occasion.ends_at, current_app.config["SETTINGS"].retention_days),
        **layout,
    )


def _faults(form: RegistrationForm, further: FurtherForm | None) -> list[str | tuple[str, str]]:
    """Every problem in the order of the page, with the id of its field if it is about one."""
    fields = [(name, [(form[name].id, str(text)) for text in form[name].errors]) for name in (*THREE, "consent")]
    *three, consent = [problems for _, problems in fields]
    asked = further.fault_list if further else []
    first = [fault for fault in asked if fault[0] == "eligible"]
    listed: list[str | tuple[str, str]] = [str(text) for text in form.form_errors]
    for problems in (first, *three, [fault for fault in asked if fault not in first], consent):
        listed += problems
    return listed


def carried_fields() -> list[tuple[str, str]]:
    """Everything that was typed into the form, as it goes on from page to page until it is sent for good."""
    sent = request.form
    return [(name, value) for name in (*CARRIED, *extra_fields(list(sent))) for value in sent.getlist(name)]


def check_page(sheet: SignupSheet, problem: str = "", status: int = 200) -> tuple[str, int]:
    """The answers once more before they are sent; `problem` says why the step after it could not be taken."""
    occasion, sent = sheet.occasion, request.form
    people = whole_number(sent.get("party_size", "1"))
    read = read_extras(occasion.form, sent_extras(), people, occasion.starts_at.date())
    quota = next((quota.name for quota in sheet.quotas if str(quota.position) == sent.get("quota")), "")
    page = render_template(
        "public/registration_check.html",
        sheet=sheet,
        purpose=PURPOSE,
        sent=sent,
        quota=quota if len(sheet.quotas) > 1 else "",
        rows=shown_extras(read.kept, read.photo, whole=True),
        carried=carried_fields(),
        problem=problem,
        outcome="invalid" if problem else "check",
    )
    return page, status


def refusal_page(sheet: SignupSheet, outcome: str, text: str) -> str:
    """Why nobody can sign up now, and where to go instead. When the seats are gone, most people get this page."""
    tried = request.method == "POST"

    def render(layout: Mapping[str, Any]) -> str:
        return render_template(
            "public/registration_refused.html",
            sheet=sheet,
            outcome=outcome,
            tried=tried,
            text=text,
            activity_href=url_for("public.activity", code=sheet.occasion.activity_code),
            **layout,
        )

    return kept.form(("refused", sheet.occasion, outcome, text, tried), render, ())
