"""The office puts occurrences off to a time not known yet, and gives them their new time."""

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from openday import clock
from openday.errors import Conflict, Refused
from openday.queries import activities as queries
from openday.queries.activities import ActivityDetail, OccurrenceDetail
from openday.rules.permissions import Right, Role
from openday.services import postponements
from openday.web.access import open_to, the_actor
from openday.web.forms.occurrences import CancelForm
from openday.web.forms.postponements import ResumeForm
from openday.web.forms.texts import put_problem
from openday.web.links import page_url, ticket_url
from openday.web.office.blueprint import bp
from openday.web.office.holding import go_on, say_told


@bp.get("/occurrences/<code>/postpone")
@open_to(Role.OFFICER)
def occurrence_postpone(code: str) -> ResponseReturnValue:
    """What putting off would do; opening the page changes nothing."""
    return _occurrence_page(_managed(code), CancelForm())


@bp.post("/occurrences/<code>/postpone")
@open_to(Role.OFFICER)
def occurrence_postpone_confirm(code: str) -> ResponseReturnValue:
    """Put this occurrence off."""
    found, form = _managed(code), CancelForm()
    if not form.validate_on_submit():
        return _occurrence_page(found, form, 422)
    try:
        told = postponements.postpone_occurrence(
            the_actor(), code, form.reason.data or "", page_url=page_url, ticket_url=ticket_url, hold=form.holds
        )
    except (Refused, Conflict) as refused:
        put_problem(form, refused.field, refused.message)
        return _occurrence_page(found, form, refused.status)
    say_told("已延期", told, held=form.holds)
    return go_on(told, _back(found.activity_code), held=form.holds)


@bp.get("/publications/<code>/postpone")
@open_to(Role.OFFICER)
def publication_postpone(code: str) -> ResponseReturnValue:
    """What putting off everything to come would do."""
    return _activity_page(_activity(code), CancelForm())


@bp.post("/publications/<code>/postpone")
@open_to(Role.OFFICER)
def publication_postpone_confirm(code: str) -> ResponseReturnValue:
    """Put off everything of the activity that is still to come."""
    activity, form = _activity(code), CancelForm()
    if not form.validate_on_submit():
        return _activity_page(activity, form, 422)
    try:
        told = postponements.postpone_activity(
            the_actor(), code, form.reason.data or "", page_url=page_url, ticket_url=ticket_url, hold=form.holds
        )
    except (Refused, Conflict) as refused:
        put_problem(form, refused.field, refused.message)
        return _activity_page(activity, form, refused.status)
    say_told("活动已延期", told, held=form.holds)
    return go_on(told, _back(code), held=form.holds)


@bp.get("/occurrences/<code>/resume")
@open_to(Role.OFFICER)
def occurrence_resume(code: str) -> ResponseReturnValue:
    """The form for the new time."""
    found = _managed(code)
    return _resume_page(found, ResumeForm(data={"venue": found.row.venue, "seen": str(found.sequence)}))


@bp.post("/occurrences/<code>/resume")
@open_to(Role.OFFICER)
def occurrence_resume_confirm(code: str) -> ResponseReturnValue:
    """Set the new time and tell everybody on the list."""
    found, form = _managed(code), ResumeForm()
    if not form.validate_on_submit():
        return _resume_page(found, form, 422)
    try:
        told = postponements.resume_occurrence(
            the_actor(), code, form.new_time(), page_url=page_url, ticket_url=ticket_url, seen=form.version,
            hold=form.holds,
        )  # fmt: skip
    except Refused as refused:
        form.put(refused)
        return _resume_page(found, form, 422)
    except Conflict as conflict:
        put_problem(form, None, conflict.message)
        return _resume_page(found, form, conflict.status)
    say_told("新的时间已公布", told, held=form.holds)
    return go_on(told, _back(found.activity_code), held=form.holds)


def _managed(code: str) -> OccurrenceDetail:
    return queries.occurrence_detail(the_actor(), Right.PUBLICATION_MANAGE, code, clock.now())


def _activity(code: str) -> ActivityDetail:
    queries.activity_in_reach(the_actor(), Right.PUBLICATION_MANAGE, code)
    return queries.activity_detail(the_actor(), code, clock.now())


def _back(code: str) -> ResponseReturnValue:
    return redirect(url_for("office.publication_show", code=code), code=303)


def _occurrence_page(found: OccurrenceDetail, form: CancelForm, status: int = 200) -> ResponseReturnValue:
    return render_template("office/occurrence_postpone.html", found=found, form=form), status


def _activity_page(activity: ActivityDetail, form: CancelForm, status: int = 200) -> ResponseReturnValue:
    return render_template("office/publication_postpone.html", activity=activity, form=form), status


def _resume_page(found: OccurrenceDetail, form: ResumeForm, status: int = 200) -> ResponseReturnValue:
    return render_template("office/occurrence_resume.html", found=found, form=form), status
