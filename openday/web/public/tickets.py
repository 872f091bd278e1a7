"""The ticket: what its holder sees, and what they may still do with it."""

from collections.abc import Callable

from flask import Response, current_app, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from openday import clock
from openday.documents.qr import qr_png
from openday.errors import Conflict, Refused
from openday.queries.ballots import ballot_settled
from openday.queries.invitations import party_limit_of
from openday.queries.registrations import Ticket, ticket
from openday.queries.swaps import movable
from openday.rules.signup import deletion_day
from openday.services import registration_changes
from openday.web.access import ANYONE, open_to
from openday.web.forms.registrations import NamedPartyForm, whole_number
from openday.web.forms.texts import put_problem
from openday.web.links import ticket_url
from openday.web.public.blueprint import bp
from openday.web.public.decisions import what_follows
from openday.web.public.names import names_address
from openday.web.public.ticket_changes import answers_open


@bp.get("/tickets/<code>")
@open_to(ANYONE)
def ticket_show(code: str) -> ResponseReturnValue:
    """State, number, QR code, when and where, and what can be changed."""
    return _page(ticket(code), NamedPartyForm())


@bp.get("/tickets/<code>/qr.png")
@open_to(ANYONE)
def ticket_qr(code: str) -> ResponseReturnValue:
    """The address of the ticket as a picture to keep."""
    return _picture(qr_png(ticket_url(ticket(code).code)))


@bp.post("/tickets/<code>/party")
@open_to(ANYONE)
def ticket_party(code: str) -> ResponseReturnValue:
    """Come with more or fewer people."""
    form = NamedPartyForm()
    try:
        if not form.validate():
            return _page(ticket(code), form, 422)
        people, names = whole_number(form.party_size.data), form.companions.data or ""
        registration_changes.change_party(code, people, ticket_url=ticket_url, companions=names)
    except Refused as refused:
        put_problem(form, refused.field, refused.message)
        return _page(ticket(code), form, 422)
    except Conflict as conflict:
        put_problem(form, "party_size", conflict.message)
        return _page(ticket(code), form, 409, conflict.outcome)
    return redirect(url_for("public.ticket_show", code=code), code=303)


@bp.post("/tickets/<code>/accept")
@open_to(ANYONE)
def ticket_accept(code: str) -> ResponseReturnValue:
    """Take the seats that are offered; a second time changes nothing."""
    return _answer_offer(code, registration_changes.accept_offer)


@bp.post("/tickets/<code>/give-back")
@open_to(ANYONE)
def ticket_give_back(code: str) -> ResponseReturnValue:
    """Leave the seats that are offered to whoever waits next."""
    return _answer_offer(code, registration_changes.decline_offer)


def _answer_offer(code: str, answer: Callable[..., None]) -> ResponseReturnValue:
    try:
        answer(code, ticket_url=ticket_url)
    except Conflict as conflict:
        form = NamedPartyForm()
        put_problem(form, None, conflict.message)
        return _page(ticket(code), form, conflict.status, conflict.outcome)
    return redirect(url_for("public.ticket_show", code=code), code=303)


@bp.get("/tickets/<code>/cancel")
@open_to(ANYONE)
def ticket_cancel(code: str) -> ResponseReturnValue:
    """Ask once more; nothing is cancelled by opening a page."""
    held = ticket(code)
    if not held.cancellable(clock.now()):
        return redirect(url_for("public.ticket_show", code=code), code=303)
    return render_template("public/ticket_cancel.html", ticket=held)


@bp.post("/tickets/<code>/cancel")
@open_to(ANYONE)
def ticket_cancel_submit(code: str) -> ResponseReturnValue:
    """Cancel; a second time changes nothing."""
    registration_changes.cancel_registration(code, ticket_url=ticket_url)
    return redirect(url_for("public.ticket_show", code=code), code=303)


def _page(held: Ticket, form: NamedPartyForm, status: int = 200, outcome: str = "") -> ResponseReturnValue:
    form.offer(max(party_limit_of(held.occasion, held.id), held.party_size))
    if request.method == "GET":
        form.party_size.data, form.companions.data = str(held.party_size), "\n".join(held.companions)
    now, occasion = clock.now(), held.occasion
    frozen = occasion.ballot and held.state == "applied" and ballot_settled(occasion.id)
    page = render_template(
        "public/ticket_show.html",
        ticket=held,
        form=form,
        outcome=outcome or ("invalid" if status == 422 else held.state),
        changeable=held.changeable(now),
        party_open=held.changeable(now) and not frozen,
        answers_open=answers_open(held),
        movable=held.elsewhere and movable(held, now) and not frozen,
        names_href=names_address(occasion, now),
        over=now >= occasion.facts.ends,
        gone_on=deletion_day(occasion.ends_at, current_app.config["SETTINGS"].retention_days),
        what_follows=what_follows(held.occasion),
        acceptable=held.acceptable(now),
        cancellable=held.cancellable(now),
        calendar_href=url_for("feeds.activity", code=held.occasion.activity_code),
    )
    return page, status


def _picture(png: bytes) -> Response:
    response = make_response(png)
    response.mimetype = "image/png"
    return response
