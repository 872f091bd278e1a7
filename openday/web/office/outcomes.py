"""The office's outcome reports: who owes one, what was filed, and its publication."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from openday import clock
from openday.queries import outcomes as queries
from openday.queries.surveys import survey_results
from openday.rules.permissions import Role
from openday.rules.states import OutcomeStatus
from openday.services.outcomes import publish_outcome
from openday.web.access import open_to, the_actor
from openday.web.forms.suggestions import number_from
from openday.web.office.blueprint import bp

_READERS = (Role.OFFICER, Role.ADMIN, Role.AUDITOR)


@bp.get("/outcomes")
@open_to(*_READERS)
def outcome_list() -> ResponseReturnValue:
    """Filed reports by state, or what is owed."""
    actor, shown = the_actor(), request.args.get("show", "")
    page = number_from(request.args.get("page")) or 1
    status = OutcomeStatus(shown) if shown in set(OutcomeStatus) else None
    owed = queries.outcomes_owed(actor, clock.now())
    pages = max(1, -(-len(owed) // queries.PAGE))
    at = min(page, pages)
    return render_template(
        "office/outcome_list.html",
        owed=owed[(at - 1) * queries.PAGE : at * queries.PAGE],
        owed_total=len(owed),
        owed_page=at,
        owed_pages=pages,
        found=queries.outcome_list(actor, status=status, page=page),
        shown="owed" if shown == "owed" else shown if status else "",
    )


@bp.get("/outcomes/<plan_code>")
@open_to(*_READERS)
def outcome_show(plan_code: str) -> ResponseReturnValue:
    """One report with what visitors answered."""
    found = queries.outcome_page(the_actor(), plan_code, clock.now())
    survey = survey_results(found.activity_id) if found.activity_id else None
    return render_template("office/outcome_show.html", found=found, survey=survey)


@bp.post("/outcomes/<plan_code>/publish")
@open_to(Role.OFFICER)
def outcome_publish(plan_code: str) -> ResponseReturnValue:
    """Make the report public."""
    publish_outcome(the_actor(), plan_code, number_from(request.form.get("version")))
    flash("开展情况已公开。", "done")
    return redirect(url_for("office.outcome_show", plan_code=plan_code), code=303)
