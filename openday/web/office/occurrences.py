"""The office schedules occurrences: new ones, proposals of the agencies, changes, seats, cancellations."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from openday import clock
from openday.errors import Conflict, Refused
from openday.queries import activities as queries
from openday.queries import occurrence_series as series_queries
from openday.queries.activities import OccurrenceDetail
from openday.rules.permissions import Right, Role
from openday.services import occurrences
from openday.services.seat_changes import change_capacity
from openday.web.access import open_to, the_actor
from openday.web.forms.occurrences import (
    CancelForm,
    OccurrenceForm,
    ScheduleForm,
    SeatsForm,
    occurrence_form,
    schedule_form,
    seats_form,
)
from openday.web.forms.texts import put_problem
from openday.web.links import page_url, ticket_url
from openday.web.occurrence_series_pages import propose_series, show_series
from openday.web.office.blueprint import bp
from openday.web.office.holding import go_on, say_told


@bp.get("/publications/<code>/occurrences/new")
@open_to(Role.OFFICER)
def occurrence_new(code: str) -> ResponseReturnValue:
    """The form for an occurrence."""
    return _new_page(code)


@bp.post("/publications/<code>/occurrences/new")
@open_to(Role.OFFICER)
def occurrence_schedule(code: str) -> ResponseReturnValue:
    """Schedule it, or only show one more line of quotas."""
    form = OccurrenceForm()
    if request.form.get("act") == "row":
        form.add_row()
        return _new_page(code, form)
    if not form.validate_on_submit():
        return _new_page(code, form, 422)
    try:
        occurrences.schedule_occurrence(the_actor(), code, form.schedule(), form.seating(), page_url=page_url)
    except Refused as refused:
        form.put(refused)
        return _new_page(code, form, 422)
    flash("场次已确定并公布。", "done")
    return redirect(url_for("office.publication_show", code=code), code=303)


@bp.get("/publications/<code>/occurrences/series")
@open_to(Role.OFFICER)
def occurrence_series(code: str) -> ResponseReturnValue:
    """The days that the plan's time proposes, to be ticked."""
    return show_series("office/occurrence_series.html", code)


@bp.post("/publications/<code>/occurrences/series")
@open_to(Role.OFFICER)
def occurrence_series_propose(code: str) -> ResponseReturnValue:
    """Propose all the chosen days at once, or only show one more line of quotas."""
    back = url_for("office.publication_show", code=code)
    return propose_series(
        "office/occurrence_series.html", code, told="已列入待确认的场次，共{count}场，逐场确认后公布。", back=back
    )


@bp.post("/occurrences/<code>/confirm")
@open_to(Role.OFFICER)
def occurrence_confirm(code: str) -> ResponseReturnValue:
    """Accept a proposal as it stands."""
    found = _managed(code)
    try:
        occurrences.confirm_occurrence(the_actor(), code, page_url=page_url)
    except Refused as refused:
        flash(refused.message, "error")
    else:
        flash("场次已确定并公布。", "done")
    return _back(found)


@bp.get("/occurrences/<code>/decline")
@open_to(Role.OFFICER)
def occurrence_decline(code: str) -> ResponseReturnValue:
    """Ask for the reason."""
    return _cancel_page(_managed(code), CancelForm(), declining=True)


@bp.post("/occurrences/<code>/decline")
@open_to(Role.OFFICER)
def occurrence_decline_confirm(code: str) -> ResponseReturnValue:
    """Turn a proposal down."""
    found, form = _managed(code), CancelForm()
    if not form.validate_on_submit():
        return _cancel_page(found, form, 422, declining=True)
    occurrences.decline_proposal(the_actor(), code, form.reason.data or "")
    flash("已不予采用，理由已告知单位。", "done")
    return _back(found)


@bp.get("/occurrences/<code>/edit")
@open_to(Role.OFFICER)
def occurrence_edit(code: str) -> ResponseReturnValue:
    """The occurrence as it stands, to be changed."""
    found = _managed(code)
    return _edit_page(found, schedule_form(found.row, found.sequence))


@bp.post("/occurrences/<code>/edit")
@open_to(Role.OFFICER)
def occurrence_change(code: str) -> ResponseReturnValue:
    """Change it, and tell the people on its list when it moves."""
    found, form = _managed(code), ScheduleForm()
    if not form.validate_on_submit():
        return _edit_page(found, form, 422)
    try:
        told = occurrences.change_occurrence(
            the_actor(), code, form.schedule(), page_url=page_url, ticket_url=ticket_url, seen=form.version,
            hold=form.holds,
        )  # fmt: skip
    except (Refused, Conflict) as refused:
        if isinstance(refused, Refused):
            form.put(refused)
        else:
            put_problem(form, None, refused.message)
        return _edit_page(found, form, refused.status)
    say_told("场次已修改", told, held=form.holds)
    return go_on(told, _back(found), held=form.holds)


@bp.get("/occurrences/<code>/seats")
@open_to(Role.OFFICER)
def occurrence_seats(code: str) -> ResponseReturnValue:
    """The seats of each quota, to be changed."""
    found = _managed(code)
    return _seats_page(found, seats_form(found.row))


@bp.post("/occurrences/<code>/seats")
@open_to(Role.OFFICER)
def occurrence_capacity(code: str) -> ResponseReturnValue:
    """Change them; those who wait have what became free at once."""
    found = _managed(code)
    form = seats_form(found.row)
    if not form.validate_on_submit():
        return _seats_page(found, form, 422)
    try:
        crowded = change_capacity(
            the_actor(), code, form.capacities(), page_url=page_url, rules=form.rules(), ticket_url=ticket_url
        )
    except (Refused, Conflict) as refused:
        put_problem(form, refused.field, refused.message)
        return _seats_page(found, form, refused.status)
    flash("名额已调整。", "done")
    if over := "、".join(crowded):
        flash(f"{over}的已报名人数多于名额，已报名的继续有效，降到名额以内之前不再接受新的报名。", "warning")
    return _back(found)


@bp.get("/occurrences/<code>/cancel")
@open_to(Role.OFFICER)
def occurrence_cancel(code: str) -> ResponseReturnValue:
    """What cancelling would do; opening the page cancels nothing."""
    return _cancel_page(_managed(code), CancelForm())


@bp.post("/occurrences/<code>/cancel")
@open_to(Role.OFFICER)
def occurrence_cancel_confirm(code: str) -> ResponseReturnValue:
    """Cancel this occurrence."""
    found, form = _managed(code), CancelForm()
    if not form.validate_on_submit():
        return _cancel_page(found, form, 422)
    try:
        told = occurrences.cancel_occurrence(
            the_actor(), code, form.reason.data or "", page_url=page_url, ticket_url=ticket_url, hold=form.holds
        )
    except (Refused, Conflict) as refused:
        put_problem(form, refused.field, refused.message)
        return _cancel_page(found, form, refused.status)
    say_told("场次已取消", told, held=form.holds)
    return go_on(told, _back(found), held=form.holds)


def _managed(code: str) -> OccurrenceDetail:
    return queries.occurrence_detail(the_actor(), Right.PUBLICATION_MANAGE, code, clock.now())


def _back(found: OccurrenceDetail) -> ResponseReturnValue:
    return redirect(url_for("office.publication_show", code=found.activity_code), code=303)


def _new_page(code: str, form: OccurrenceForm | None = None, status: int = 200) -> ResponseReturnValue:
    series = series_queries.occurrence_series(the_actor(), code, clock.now())
    activity = series.activity
    form = form or occurrence_form(activity.text.venue, activity.signup_mode, series.quotas.quotas, series.expansion)
    return render_template("office/occurrence_new.html", activity=activity, series=series, form=form), status


def _edit_page(found: OccurrenceDetail, form: ScheduleForm, status: int = 200) -> ResponseReturnValue:
    return render_template("office/occurrence_edit.html", found=found, form=form), status


def _seats_page(found: OccurrenceDetail, form: SeatsForm, status: int = 200) -> ResponseReturnValue:
    return render_template("office/occurrence_seats.html", found=found, form=form), status


def _cancel_page(
    found: OccurrenceDetail, form: CancelForm, status: int = 200, *, declining: bool = False
) -> ResponseReturnValue:
    return render_template("office/occurrence_cancel.html", found=found, form=form, declining=declining), status
