"""Finding one's tickets by phone: the same answer whether or not there are any."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from openday.errors import Conflict, Refused, TooMany
from openday.rules.finding_tickets import LOOK_BACK, MOST_SEARCHES
from openday.services.finding_tickets import ask_for_tickets
from openday.web.access import ANYONE, open_to
from openday.web.challenge import challenge_over, challenge_passed
from openday.web.forms.texts import put_problem
from openday.web.forms.tickets import PhoneForm
from openday.web.public.blueprint import bp

_PURPOSE = "find-tickets"


@bp.get("/tickets/find")
@open_to(ANYONE)
def ticket_find() -> ResponseReturnValue:
    """Where the number is typed."""
    return _page(PhoneForm(formdata=None))


@bp.post("/tickets/find")
@open_to(ANYONE)
def ticket_find_submit() -> ResponseReturnValue:
    """Note the search; the worker answers it to the stored contacts."""
    form = PhoneForm()
    try:
        if not form.validate():
            return _page(form, 422, "invalid")
        ask_for_tickets(form.phone.data or "", challenge_passed(request.form, _PURPOSE))
    except (Refused, TooMany, Conflict) as refused:
        if isinstance(refused, Conflict):
            challenge_over()
        put_problem(form, refused.field, refused.message)
        return _page(form, refused.status, refused.outcome)
    return redirect(url_for("public.ticket_find_sent"), code=303)


@bp.get("/tickets/find/sent")
@open_to(ANYONE)
def ticket_find_sent() -> ResponseReturnValue:
    """What happens now; says nothing about whether there is anything to send."""
    return render_template("public/ticket_find_sent.html", most=MOST_SEARCHES, days=LOOK_BACK.days)


def _page(form: PhoneForm, status: int = 200, outcome: str = "") -> ResponseReturnValue:
    return render_template("public/ticket_find.html", form=form, purpose=_PURPOSE, outcome=outcome), status
