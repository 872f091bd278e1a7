"""How the wordings of a plan are understood while they are typed; the page works the same without it after saving."""

from flask import render_template, request
from flask.typing import ResponseReturnValue

from openday import clock
from openday.queries import calls as call_queries
from openday.queries import plans as queries
from openday.rules.permissions import Role
from openday.web.access import open_to, the_actor
from openday.web.agency.blueprint import bp

_YEARS = range(1949, 2201)


@bp.post("/plans/reading")
@open_to(Role.FILER)
def plan_reading() -> ResponseReturnValue:
    """A piece of a page with the readings of what was sent. Nothing is kept: it is a POST so that no wording ends up
    in an address or a log."""
    form = request.form
    years = {call.id: call.year for call in call_queries.open_calls(the_actor())}
    fallback = request.args.get("year", type=int)
    year = years.get(form.get("call", type=int) or 0, fallback if fallback in _YEARS else clock.today().year)
    reading = queries.understand(
        form.get("time_text", ""), form.get("audience_text", ""), year=year or clock.today().year, today=clock.today()
    )
    return render_template("agency/plan_reading.html", reading=reading)
