"""Telephoning people who left no e-mail address: the same pages for the agency and for the office.

`area` is the name of the blueprint ('agency' or 'office'); the queries decide what is within reach.
"""

from flask import current_app, make_response, render_template, request
from flask.typing import ResponseReturnValue

from openday import clock
from openday.errors import Conflict, Refused
from openday.queries import phone_lists as queries
from openday.queries.activities import occurrence_in_reach
from openday.queries.phone_lists import CallFacts
from openday.rules.permissions import Right
from openday.rules.phone_calls import Cause, causes_for, what_to_say
from openday.services.phone_lists import CallSheet, ask_for_numbers, masked_sheet
from openday.web.access import the_actor
from openday.web.forms.phone_lists import AskForm
from openday.web.forms.texts import put_problem


def show_list(area: str, code: str, form: AskForm | None = None, status: int = 200) -> ResponseReturnValue:
    """Whom to telephone, with masked numbers, what to say, and how to get at the numbers."""
    occurrence = occurrence_in_reach(the_actor(), Right.ROSTER_EXPORT, code)
    facts = queries.call_facts(occurrence)
    causes = causes_for(facts.status, cancelled=facts.cancelled)
    cause = chosen_cause(facts, causes)
    settings = current_app.config["SETTINGS"]  # without either way everything goes to the console
    page = render_template(
        "rosters/phone_list.html",
        area=area,
        facts=facts,
        causes=causes,
        cause=cause,
        words=words_for(facts, cause),
        lines=queries.people_to_call(facts.id),
        requests=queries.requests_of(the_actor(), facts.id, clock.now()) if area == "office" else [],
        form=form or AskForm(formdata=None),
        sms=bool(settings.sms_gateway_url) or not settings.smtp_url,
    )
    return page, status


def print_masked(code: str) -> ResponseReturnValue:
    """The sheet with masked numbers."""
    occurrence = occurrence_in_reach(the_actor(), Right.ROSTER_EXPORT, code)
    facts = queries.call_facts(occurrence)
    cause = chosen_cause(facts, causes_for(facts.status, cancelled=facts.cancelled))
    return sheet_page(masked_sheet(the_actor(), code, cause))


def ask(code: str) -> ResponseReturnValue | None:
    """Ask for the full numbers; None when it is done, else the page that says why not."""
    form = AskForm()
    occurrence = occurrence_in_reach(the_actor(), Right.ROSTER_EXPORT, code)
    facts = queries.call_facts(occurrence)
    cause = chosen_cause(facts, causes_for(facts.status, cancelled=facts.cancelled))
    if not form.validate_on_submit():
        return show_list("office", code, form, 422)
    try:
        ask_for_numbers(the_actor(), code, cause, form.reason.data or "")
    except (Refused, Conflict) as refused:
        put_problem(form, refused.field, refused.message)
        return show_list("office", code, form, refused.status)
    return None


def sheet_page(sheet: CallSheet) -> ResponseReturnValue:
    """A sheet for paper; no browser and no proxy keeps it."""
    words = words_for(sheet.facts, sheet.cause)
    page = render_template("rosters/phone_sheet.html", sheet=sheet, words=words, printed=clock.now())
    response = make_response(page)
    response.headers["Cache-Control"] = "no-store"
    return response


def chosen_cause(facts: CallFacts, causes: tuple[Cause, ...]) -> Cause:
    """What was asked for, when it is one of those that there are; else the likeliest."""
    wanted = request.values.get("cause", "")
    return next((cause for cause in causes if cause.value == wanted), causes[0])


def words_for(facts: CallFacts, cause: Cause) -> tuple[str, ...]:
    """What to say."""
    return what_to_say(
        cause, agency=facts.agency, theme=facts.theme, when=facts.when, venue=facts.venue, reason=facts.reason
    )
