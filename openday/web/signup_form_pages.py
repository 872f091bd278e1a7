"""What the sign-up form of an occurrence asks for: the same page for the agency and for the office.

`area` is the name of the blueprint ('agency' or 'office'); `activity` the endpoint of the activity's own page there.
"""

from typing import Any

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from openday.queries.activities import occurrence_in_reach
from openday.rules.permissions import Right
from openday.rules.signup import deletion_day
from openday.rules.signup_form import form_from, personal_fields
from openday.services.signup_forms import FormRefused, set_signup_form
from openday.web.access import the_actor
from openday.web.forms.signup_forms import SignupFormForm, signup_form_form
from openday.web.forms.texts import put_problem


def edit_signup_form(area: str, activity: str, code: str) -> ResponseReturnValue:
    """The page with what is asked now."""
    occurrence = occurrence_in_reach(the_actor(), Right.OCCURRENCE_PROPOSE, code)
    asked = form_from(occurrence.form)
    form = signup_form_form(asked, occurrence.protection)
    return _page(area, activity, occurrence, form)


def save_signup_form(area: str, activity: str, code: str) -> ResponseReturnValue:
    """Keep it, or only show one more line for a question."""
    occurrence = occurrence_in_reach(the_actor(), Right.OCCURRENCE_PROPOSE, code)
    form = SignupFormForm()
    if request.form.get("act") == "row":
        form.add_row()
        return _page(area, activity, occurrence, form)
    if not form.validate_on_submit():
        return _page(area, activity, occurrence, form, 422)
    try:
        set_signup_form(
            the_actor(),
            code,
            form.asked(),
            protection=form.protection.data or "none",
            sends_sms=current_app.config["SETTINGS"].sends_sms,
            all_of_them=bool(form.all_of_them.data),
        )
    except FormRefused as refused:
        for name, message in refused.faults.items():
            put_problem(form, None if name == "questions" else name, message)
        return _page(area, activity, occurrence_in_reach(the_actor(), Right.OCCURRENCE_PROPOSE, code), form, 422)
    flash("报名表已保存，即时生效；已报名的不受影响。", "done")
    return redirect(url_for(f"{area}.occurrence_form", code=code), code=303)


def _page(area: str, activity: str, occurrence: Any, form: SignupFormForm, status: int = 200) -> ResponseReturnValue:
    form.spare()
    page = render_template(
        "rosters/signup_form_edit.html",
        area=area,
        occurrence=occurrence,
        back=url_for(activity, code=occurrence.activity.code),
        form=form,
        sends_sms=current_app.config["SETTINGS"].sends_sms,
        personal=personal_fields(form_from(occurrence.form)),
        gone_on=deletion_day(occurrence.ends_at, current_app.config["SETTINGS"].retention_days),
    )
    return page, status
