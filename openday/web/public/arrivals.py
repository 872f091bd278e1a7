"""Checking in by oneself at the code on show at the venue. Opening the page changes nothing."""

from flask import make_response, render_template, url_for
from flask.typing import ResponseReturnValue

from openday import clock
from openday.errors import Conflict, Refused
from openday.queries.door import public_door
from openday.rules.venue_code import is_current
from openday.services.self_checkin import SelfCheckIn, check_in_oneself, venue_key
from openday.web.access import ANYONE, open_to
from openday.web.forms.arrivals import ArrivalForm
from openday.web.forms.texts import put_problem
from openday.web.public.blueprint import bp


@bp.get("/occurrences/<code>/arrive/<token>")
@open_to(ANYONE)
def arrival_new(code: str, token: str) -> ResponseReturnValue:
    """The number and four digits; nothing else."""
    return _page(code, token, ArrivalForm(formdata=None))


@bp.post("/occurrences/<code>/arrive/<token>")
@open_to(ANYONE)
def arrival_confirm(code: str, token: str) -> ResponseReturnValue:
    """Check in; sent again, it says since when."""
    form = ArrivalForm()
    if not form.validate():
        return _page(code, token, form, status=422)
    try:
        done = check_in_oneself(code, token, form.number.data or "", form.last4.data or "")
    except (Refused, Conflict) as refused:
        put_problem(form, refused.field, refused.message)
        return _page(code, token, form, status=refused.status, outcome=refused.outcome)
    return _page(code, token, form, done=done, outcome="admitted" if done.first else "duplicate")


def _page(
    code: str, token: str, form: ArrivalForm, *, done: SelfCheckIn | None = None, status: int = 200, outcome: str = ""
) -> ResponseReturnValue:
    door, now = public_door(code), clock.now()
    page = render_template(
        "public/arrival_new.html",
        door=door,
        form=form,
        done=done,
        current=is_current(token, door.code, now, venue_key),
        closed=bool(door.closed(now)),
        address=url_for("public.arrival_confirm", code=code, token=token),
        outcome=outcome,
    )
    response = make_response(page, status)
    response.headers["Cache-Control"] = "no-store"
    return response
