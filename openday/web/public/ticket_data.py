"""The rights of whoever signed up: a copy of all that is kept about them, and its deletion."""

import json
from datetime import datetime

from flask import current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from openday import clock
from openday.errors import Conflict, Refused, TooMany
from openday.queries.registrations import Ticket, ticket
from openday.rules.signup import deletion_day
from openday.services.own_data import copy_data, erase_data
from openday.web.access import ANYONE, open_to
from openday.web.downloads import download
from openday.web.forms.texts import put_problem
from openday.web.forms.tickets import PhoneForm
from openday.web.links import ticket_url
from openday.web.public.blueprint import bp


@bp.get("/tickets/<code>/data")
@open_to(ANYONE)
def ticket_data(code: str) -> ResponseReturnValue:
    """What is kept, until when, and the two ways to see all of it."""
    return _data_page(ticket(code), PhoneForm(formdata=None))


@bp.post("/tickets/<code>/data")
@open_to(ANYONE)
def ticket_data_copy(code: str) -> ResponseReturnValue:
    """All of it, as a page to read and print or as a file, for whoever knows the telephone number."""
    form, held = PhoneForm(), ticket(code)
    try:
        if not form.validate():
            return _data_page(held, form, 422, "invalid")
        data = copy_data(code, form.phone.data or "", _retention_days())
    except (Refused, Conflict, TooMany) as refused:
        put_problem(form, "phone", refused.message)
        return _data_page(held, form, refused.status, refused.outcome)
    if request.form.get("as") == "json":
        content = json.dumps(data.as_dict(clock.now()), ensure_ascii=False, indent=2).encode()
        return download(content, f"报名信息-{data.number}.json", "application/json", ascii_name="registration.json")
    return render_template("public/ticket_data_copy.html", data=data, now=clock.now())


@bp.get("/tickets/<code>/erase")
@open_to(ANYONE)
def ticket_erase(code: str) -> ResponseReturnValue:
    """What would be deleted and what stays; opening the page deletes nothing."""
    held, now = ticket(code), clock.now()
    if held.erased:
        return redirect(url_for("public.ticket_show", code=code), code=303)
    return _erase_page(held, now)


@bp.post("/tickets/<code>/erase")
@open_to(ANYONE)
def ticket_erase_confirm(code: str) -> ResponseReturnValue:
    """Delete; a second time changes nothing."""
    try:
        erase_data(code, ticket_url=ticket_url)
    except Conflict as conflict:
        return _erase_page(ticket(code), clock.now(), conflict)
    return redirect(url_for("public.ticket_show", code=code), code=303)


def _data_page(held: Ticket, form: PhoneForm, status: int = 200, outcome: str = "") -> ResponseReturnValue:
    gone_on = deletion_day(held.occasion.ends_at, _retention_days())
    page = render_template("public/ticket_data.html", ticket=held, form=form, gone_on=gone_on, outcome=outcome)
    return page, status


def _erase_page(held: Ticket, now: datetime, conflict: Conflict | None = None) -> ResponseReturnValue:
    page = render_template(
        "public/ticket_erase.html",
        ticket=held,
        cancels=held.cancellable(now),
        gone_on=deletion_day(held.occasion.ends_at, _retention_days()),
        problem=conflict.message if conflict else "",
        outcome=conflict.outcome if conflict else "",
    )
    return page, conflict.status if conflict else 200


def _retention_days() -> int:
    return int(current_app.config["SETTINGS"].retention_days)
