"""One page of numbers."""

from flask import render_template, request
from flask.typing import ResponseReturnValue

from openday import clock
from openday.queries import statistics as queries
from openday.queries.office_plans import calls_around
from openday.rules.permissions import Role
from openday.web.access import open_to, the_actor
from openday.web.forms.reviews import span_form
from openday.web.office.blueprint import bp


@bp.get("/statistics")
@open_to(Role.OFFICER, Role.ADMIN, Role.AUDITOR)
def statistics() -> ResponseReturnValue:
    """How much was planned, held, attended, suggested and reported."""
    form = span_form(request.args, calls_around(the_actor()))
    span = form.span()
    found = queries.statistics(the_actor(), span, clock.now())
    narrowed = bool(span.first or span.last or span.call_id)
    return render_template("office/statistics.html", found=found, form=form, narrowed=narrowed)
