"""What the sign-up form may do besides being sent: show the answers for a check, ask for the code from a telephone, be
changed, put aside, come back."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from openday import clock
from openday.errors import Conflict, Refused, TooMany
from openday.queries.registrations import SignupSheet, signup_sheet
from openday.queries.signup_drafts import draft
from openday.rules.proof_of_work import Effort
from openday.rules.signup import closure, closure_text
from openday.rules.signup_answers import extra_fields
from openday.services.signup_drafts import save_draft
from openday.web.access import ANYONE, open_to
from openday.web.challenge import FIELD, challenge_over, challenge_passed
from openday.web.forms.registrations import RegistrationForm, people_said
from openday.web.forms.signup_further import FurtherForm, further_form, problems_of, sent_extras
from openday.web.forms.texts import put_problem
from openday.web.pages import absolute_url
from openday.web.public import signup_pages
from openday.web.public.blueprint import bp
from openday.web.public.signup_codes import send_and_ask

PURPOSE = signup_pages.PURPOSE
_STEPS = ("check", "back", "save", "code")


def step_asked() -> str:
    """Which step a sent form asks for; empty when it is to be sent for good."""
    step = request.form.get("step", "")
    return step if step in _STEPS else ""


def effort_sent() -> Effort | None:
    """The work that came with the form, if it has any.

    Raises:
        Refused: see `challenge_passed`.
    """
    return challenge_passed(request.form, PURPOSE) if FIELD in request.form else None


def take_step(code: str, step: str) -> ResponseReturnValue:
    """Answer a form that was sent to be checked, changed or put aside."""
    sheet, form = signup_sheet(code), RegistrationForm()
    why = closure(sheet.occasion.facts, clock.now())
    if why is not None:
        return signup_pages.refusal_page(sheet, "closed", f"{closure_text(why, sheet.occasion.facts)}。"), 409
    if step == "save":
        return _put_aside(sheet, form)
    further = further_form(sheet.occasion, sent_extras())
    if step == "back":
        return signup_pages.form_page(sheet, form, further, 200)
    if not _acceptable(sheet, form, further):
        return signup_pages.form_page(sheet, form, further, 422)
    return send_and_ask(sheet) if step == "code" else signup_pages.check_page(sheet)


def _acceptable(sheet: SignupSheet, form: RegistrationForm, further: FurtherForm | None) -> bool:
    fine = form.validate()
    problems = problems_of(sheet.occasion, sent_extras(), people_said(form))
    if further is not None:
        further.put(problems)
    return fine and not problems


def _put_aside(sheet: SignupSheet, form: RegistrationForm) -> ResponseReturnValue:
    sent = request.form
    typed = {
        name: sent.getlist(name) for name in (*signup_pages.THREE, *extra_fields(list(sent))) if any(sent.getlist(name))
    }
    try:
        code = save_draft(sheet.occasion.code, typed, effort=effort_sent(), earlier=sent.get("draft", ""))
    except (Refused, Conflict, TooMany) as refused:
        if isinstance(refused, Conflict):
            challenge_over()
        put_problem(form, None, refused.message)
        return signup_pages.form_page(sheet, form, further_form(sheet.occasion, sent_extras()), refused.status)
    return redirect(url_for("public.signup_draft_show", code=code), code=303)


@bp.get("/sign-up-drafts/<code>")
@open_to(ANYONE)
def signup_draft_show(code: str) -> ResponseReturnValue:
    """The link by which a form that was put aside is taken up again, and until when."""
    kept = draft(code, clock.now())
    sheet = signup_sheet(kept.occurrence)
    return render_template(
        "public/signup_draft.html",
        sheet=sheet,
        draft=kept,
        link=absolute_url("public.signup_draft_show", code=kept.code),
        form_href=url_for("public.signup_draft_form", code=kept.code),
    )


@bp.get("/sign-up-drafts/<code>/form")
@open_to(ANYONE)
def signup_draft_form(code: str) -> ResponseReturnValue:
    """The form as it was put aside."""
    kept = draft(code, clock.now())
    sheet = signup_sheet(kept.occurrence)
    why = closure(sheet.occasion.facts, clock.now())
    if why is not None:
        return signup_pages.refusal_page(sheet, "closed", f"{closure_text(why, sheet.occasion.facts)}。")
    form = RegistrationForm(formdata=MultiDict((name, text) for name, given in kept.typed.items() for text in given))
    return signup_pages.form_page(sheet, form, further_form(sheet.occasion, kept.typed), 200, kept.code)
