"""An agency sees its activities in the public calendar and proposes when they are held."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from openday import clock
from openday.errors import Refused
from openday.queries import activities as queries
from openday.queries import occurrence_series as series_queries
from openday.queries.activities import Shown
from openday.rules.permissions import Right, Role
from openday.services import occurrences
from openday.web.access import open_to, the_actor
from openday.web.agency.blueprint import bp
from openday.web.forms.occurrences import CancelForm, OccurrenceForm, occurrence_form
from openday.web.links import address_of
from openday.web.occurrence_series_pages import propose_series, show_series

_STAFF = (Role.FILER, Role.REVIEWER)


@bp.get("/activities")
@open_to(*_STAFF)
def activity_list() -> ResponseReturnValue:
    """The agency's activities in the public calendar."""
    shown = Shown(request.args["show"]) if request.args.get("show") in set(Shown) else Shown.ALL
    number = request.args.get("page", "1")[:6]
    page = int(number) if number.isascii() and number.isdigit() else 1
    found = queries.activity_list(the_actor(), shown, page, clock.now())
    return render_template("agency/activity_list.html", found=found, shown=shown, today=clock.today())


@bp.get("/activities/<code>")
@open_to(*_STAFF)
def activity_show(code: str) -> ResponseReturnValue:
    """One activity: its occurrences, what was proposed, its public history."""
    activity = queries.activity_detail(the_actor(), code, clock.now())
    links = {
        "page": address_of("public.activity", code=code),
        "poster": address_of("public.activity_poster", code=code),
        "plan": address_of("agency.plan_show", code=activity.plan_code),
    }
    return render_template(
        "agency/activity_show.html", activity=activity, links=links, address_of=address_of, today=clock.today()
    )


@bp.get("/activities/<code>/occurrences/new")
@open_to(Role.FILER)
def occurrence_new(code: str) -> ResponseReturnValue:
    """The form for a proposal."""
    return _new_page(code)


@bp.post("/activities/<code>/occurrences/new")
@open_to(Role.FILER)
def occurrence_propose(code: str) -> ResponseReturnValue:
    """Propose it to the office, or only show one more line of quotas."""
    form = OccurrenceForm()
    if request.form.get("act") == "row":
        form.add_row()
        return _new_page(code, form)
    if not form.validate_on_submit():
        return _new_page(code, form, 422)
    try:
        occurrences.propose_occurrence(the_actor(), code, form.schedule(), form.seating())
    except Refused as refused:
        form.put(refused)
        return _new_page(code, form, 422)
    flash("已报政务公开办确认，确认后向社会公布。", "done")
    return redirect(url_for("agency.activity_show", code=code), code=303)


@bp.get("/activities/<code>/occurrences/series")
@open_to(Role.FILER)
def occurrence_series(code: str) -> ResponseReturnValue:
    """The days that the plan's time proposes, to be ticked."""
    return show_series("agency/occurrence_series.html", code)


@bp.post("/activities/<code>/occurrences/series")
@open_to(Role.FILER)
def occurrence_series_propose(code: str) -> ResponseReturnValue:
    """Propose all the chosen days at once, or only show one more line of quotas."""
    back = url_for("agency.activity_show", code=code)
    return propose_series(
        "agency/occurrence_series.html", code, told="已报政务公开办确认，共{count}场，确认后向社会公布。", back=back
    )


@bp.get("/occurrences/<code>/withdraw")
@open_to(Role.FILER)
def occurrence_withdraw(code: str) -> ResponseReturnValue:
    """Ask for the reason."""
    return _withdraw_page(code, CancelForm())


@bp.post("/occurrences/<code>/withdraw")
@open_to(Role.FILER)
def occurrence_withdraw_confirm(code: str) -> ResponseReturnValue:
    """Take a proposal back."""
    form = CancelForm()
    if not form.validate_on_submit():
        return _withdraw_page(code, form, 422)
    found = queries.occurrence_detail(the_actor(), Right.OCCURRENCE_PROPOSE, code, clock.now())
    occurrences.decline_proposal(the_actor(), code, form.reason.data or "")
    flash("已收回这一场的安排。", "done")
    return redirect(url_for("agency.activity_show", code=found.activity_code), code=303)


def _new_page(code: str, form: OccurrenceForm | None = None, status: int = 200) -> ResponseReturnValue:
    series = series_queries.occurrence_series(the_actor(), code, clock.now())
    activity = series.activity
    form = form or occurrence_form(activity.text.venue, activity.signup_mode, series.quotas.quotas, series.expansion)
    return render_template("agency/occurrence_new.html", activity=activity, series=series, form=form), status


def _withdraw_page(code: str, form: CancelForm, status: int = 200) -> ResponseReturnValue:
    found = queries.occurrence_detail(the_actor(), Right.OCCURRENCE_PROPOSE, code, clock.now())
    return render_template("agency/occurrence_withdraw.html", found=found, form=form), status
