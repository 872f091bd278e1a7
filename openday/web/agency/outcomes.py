"""The agency's outcome reports: what is owed by when, and the form."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from openday import clock
from openday.errors import Conflict, Refused
from openday.queries import outcomes as queries
from openday.queries.surveys import survey_results
from openday.rules.permissions import Role
from openday.services.outcomes import file_outcome
from openday.web.access import open_to, the_actor
from openday.web.agency.blueprint import bp
from openday.web.forms.outcomes import OutcomeForm, outcome_form
from openday.web.forms.suggestions import number_from
from openday.web.forms.texts import put_problem

_STAFF = (Role.FILER, Role.REVIEWER)


@bp.get("/outcomes")
@open_to(*_STAFF)
def outcome_list() -> ResponseReturnValue:
    """What is owed, what may be reported already, and what was filed."""
    actor, now = the_actor(), clock.now()
    return render_template(
        "agency/outcome_list.html",
        owed=queries.outcomes_owed(actor, now),
        early=queries.early_plans(actor, now),
        found=queries.outcome_list(actor, page=number_from(request.args.get("page")) or 1),
    )


@bp.get("/outcomes/<plan_code>")
@open_to(*_STAFF)
def outcome_show(plan_code: str) -> ResponseReturnValue:
    """The report as filed, with what visitors answered."""
    found = queries.outcome_page(the_actor(), plan_code, clock.now())
    survey = survey_results(found.activity_id) if found.activity_id else None
    return render_template("agency/outcome_show.html", found=found, survey=survey)


@bp.get("/outcomes/<plan_code>/edit")
@open_to(Role.FILER)
def outcome_edit(plan_code: str) -> ResponseReturnValue:
    """The form, with the number of those who were counted in at the door."""
    found = queries.outcome_page(the_actor(), plan_code, clock.now())
    return render_template("agency/outcome_edit.html", found=found, form=outcome_form(found))


@bp.post("/outcomes/<plan_code>/edit")
@open_to(Role.FILER)
def outcome_file(plan_code: str) -> ResponseReturnValue:
    """File the report, or change it until it is public."""
    form, status = OutcomeForm(), 422
    if form.validate_on_submit():
        try:
            file_outcome(the_actor(), plan_code, form.started_from, form.report())
        except (Refused, Conflict) as refused:
            put_problem(form, refused.field, refused.message)
            status = refused.status
        else:
            flash("开展情况已报送。公开之前可以继续修改。", "done")
            return redirect(url_for("agency.outcome_show", plan_code=plan_code), code=303)
    found = queries.outcome_page(the_actor(), plan_code, clock.now())
    return render_template("agency/outcome_edit.html", found=found, form=form), status
