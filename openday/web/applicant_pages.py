"""Applicants of an occurrence that is decided by review: the same page for the agency and for the office."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from openday.errors import Conflict, Refused
from openday.queries import applicants as queries
from openday.queries.activities import occurrence_in_reach
from openday.queries.registrations import signup_sheet
from openday.queries.rosters import roster_counts
from openday.rules.permissions import Right
from openday.services import decisions
from openday.web.access import the_actor
from openday.web.forms.decisions import DecisionForm, hints
from openday.web.forms.texts import put_problem
from openday.web.links import ticket_url


def show_applicants(area: str, code: str) -> ResponseReturnValue:
    """Who waits for a decision."""
    return _page(area, code, DecisionForm(formdata=None))


def decide_applicants(area: str, code: str) -> ResponseReturnValue:
    """Accept or decline those who were ticked."""
    form = DecisionForm()
    try:
        if not form.validate_on_submit():
            return _page(area, code, form, 422)
        done = decisions.decide(
            the_actor(),
            code,
            form.numbers.data or [],
            accept=form.accepts,
            reason=form.reason.data or "",
            ticket_url=ticket_url,
            hold=form.holds,
        )
    except (Refused, Conflict) as refused:
        put_problem(form, refused.field, refused.message)
        return _page(area, code, form, refused.status)
    told = "通知已存入待发，请在“消息”页审阅后发出" if form.holds else "并逐一通知"
    flash(f"已{'通过' if form.accepts else '不通过'}{done.done}份报名，{told}。", "done")
    if done.full:
        flash(f"名额不够，没有通过：登记号{'、'.join(done.full)}。可调整名额，或另作决定。", "warning")
    if done.gone:
        flash(f"另有{done.gone}份报名已被取消或由他人审核。", "info")
    return redirect(url_for(f"{area}.applicant_list", code=code), code=303)


def _page(area: str, code: str, form: DecisionForm, status: int = 200) -> ResponseReturnValue:
    occurrence = occurrence_in_reach(the_actor(), Right.REGISTRATION_ENTER, code)
    waiting = queries.applicants(occurrence.id)
    page = render_template(
        "rosters/applicants.html",
        area=area,
        occurrence=occurrence,
        sheet=signup_sheet(code),
        counts=roster_counts(occurrence.id),
        waiting=waiting,
        form=form.offer(waiting),
        hints=hints(waiting),
    )
    return page, status
