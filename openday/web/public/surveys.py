"""The survey after a visit, and its results once there are enough answers."""

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from openday.errors import Conflict, Refused
from openday.queries.surveys import public_results, survey_sheet
from openday.services.surveys import answer_survey
from openday.web.access import ANYONE, open_to
from openday.web.forms.surveys import SurveyForm, scale_words
from openday.web.forms.texts import put_problem
from openday.web.public import cards
from openday.web.public.blueprint import bp


@bp.get("/tickets/<code>/survey")
@open_to(ANYONE)
def survey_form(code: str) -> ResponseReturnValue:
    """The two questions; thanks once they are answered."""
    return _page(code, SurveyForm(formdata=None))


@bp.post("/tickets/<code>/survey")
@open_to(ANYONE)
def survey_submit(code: str) -> ResponseReturnValue:
    """Keep the answer."""
    form = SurveyForm()
    if not form.validate_on_submit():
        return _page(code, form, 422, "invalid")
    try:
        answer_survey(code, form.answer())
    except Refused as refused:
        put_problem(form, refused.field, refused.message)
        return _page(code, form, 422, "invalid")
    except Conflict as conflict:
        return _page(code, form, conflict.status, conflict.outcome)
    return redirect(url_for("public.survey_form", code=code), code=303)


@bp.get("/activities/<code>/survey-results")
@open_to(ANYONE)
def survey_results(code: str) -> ResponseReturnValue:
    """Averages and counts; none of it before five visitors have answered."""
    found = public_results(code)
    page = render_template("public/survey_results.html", found=found, words=scale_words())
    return page, 200 if found.results else 404


def _page(code: str, form: SurveyForm, status: int = 200, outcome: str = "") -> ResponseReturnValue:
    sheet = survey_sheet(code)
    day = cards.day_name(sheet.day)
    return render_template("public/survey_form.html", sheet=sheet, form=form.worded(), outcome=outcome, day=day), status
