"""公示: the masked names of those who got in."""

from datetime import datetime

from flask import current_app, make_response, render_template, url_for
from flask.typing import ResponseReturnValue

from openday import clock
from openday.queries.published_names import names_page
from openday.queries.registrations import Occasion
from openday.rules.published_names import OUT_FOR_DAYS, NamesState, names_state
from openday.web.access import ANYONE, open_to
from openday.web.public.blueprint import bp


def names_address(occasion: Occasion, now: datetime) -> str:
    """The address of the published names while they are out; '' otherwise."""
    days = current_app.config["SETTINGS"].retention_days
    out = occasion.names_basis and names_state(occasion.facts, occasion.ends_at, days, now) is NamesState.OUT
    return url_for("public.occurrence_names", code=occasion.code) if out else ""


@bp.get("/occurrences/<code>/names")
@open_to(ANYONE)
def occurrence_names(code: str) -> ResponseReturnValue:
    """Who got in, by family name and the last digits of a telephone; kept by no search engine and no cache."""
    page = names_page(code, current_app.config["SETTINGS"].retention_days, clock.now())
    response = make_response(render_template("public/occurrence_names.html", page=page, days=OUT_FOR_DAYS))
    response.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    response.headers["Cache-Control"] = "no-store"
    return response
