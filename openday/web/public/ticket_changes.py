"""What the holder of a ticket may change besides the party: the answers of the form, and the occurrence."""

from dataclasses import replace

from flask import current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from openday import clock
from openday.errors import Conflict, Refused
from openday.queries.ballots import ballot_settled
from openday.queries.registrations import Ticket, ticket
from openday.queries.swaps import swap_choices
from openday.queries.ticket_answers import KeptAnswers, kept_answers
from openday.rules.kept_answers import open_part, typed_again
from openday.rules.signup import deletion_day
from openday.rules.signup_answers import Typed
from openday.rules.states import RegistrationStatus
from openday.services.answers import change_answers
from openday.services.signup_steps import ExtrasRefused
from openday.services.swaps import swap_occurrence
from openday.web.access import ANYONE, open_to
from openday.web.forms.signup_further import FurtherForm, further_form, sent_extras
from openday.web.forms.texts import put_problem
from openday.web.forms.tickets import SwapForm
from openday.web.links import ticket_url
from openday.web.public.blueprint import bp


@bp.get("/tickets/<code>/answers")
@open_to(ANYONE)
def ticket_answers(code: str) -> ResponseReturnValue:
    """The further fields of the form as they were answered."""
    held, kept = ticket(code), kept_answers(code)
    form = _open_form(held, typed_again(held.occasion.form, kept.extras, kept.photo))
    if form is None:
        return _to_ticket(code)
    return _answers_page(held, kept, form)


@bp.post("/tickets/<code>/answers")
@open_to(ANYONE)
def ticket_answers_change(code: str) -> ResponseReturnValue:
    """Keep the new answers."""
    held = ticket(code)
    try:
        changed = change_answers(code, sent_extras())
    except (ExtrasRefused, Conflict) as refused:
        form = _open_form(held, sent_extras())
        if form is None:
            raise
        form.put(refused.problems if isinstance(refused, ExtrasRefused) else {"": refused.message})
        return _answers_page(held, kept_answers(code), form, refused.status, refused.outcome)
    flash(_("报名信息已修改。") if changed else _("没有改动。"), "done" if changed else "info")
    return _to_ticket(code)


def answers_open(held: Ticket) -> bool:
    """Whether the form asked for something that may still be changed."""
    return held.answerable(clock.now()) and not open_part(held.occasion.form, decided=_decided(held)).plain


def _decided(held: Ticket) -> bool:
    occasion = held.occasion
    if not occasion.decides_later:
        return False
    return held.status is not RegistrationStatus.APPLIED or (occasion.ballot and ballot_settled(occasion.id))


def _open_form(held: Ticket, typed: Typed) -> FurtherForm | None:
    if not answers_open(held):
        return None
    return further_form(replace(held.occasion, form=open_part(held.occasion.form, decided=_decided(held))), typed)


def _answers_page(
    held: Ticket, kept: KeptAnswers, further: FurtherForm, status: int = 200, outcome: str = ""
) -> ResponseReturnValue:
    page = render_template(
        "public/ticket_answers.html",
        ticket=held,
        kept=kept,
        further=further,
        outcome=outcome,
        gone_on=deletion_day(held.occasion.ends_at, current_app.config["SETTINGS"].retention_days),
    )
    return page, status


@bp.get("/tickets/<code>/occurrence")
@open_to(ANYONE)
def ticket_swap(code: str) -> ResponseReturnValue:
    """The other occurrences that this party could come to instead."""
    return _swap_page(ticket(code), SwapForm(formdata=None))


@bp.post("/tickets/<code>/occurrence")
@open_to(ANYONE)
def ticket_swap_submit(code: str) -> ResponseReturnValue:
    """Move there; where that fails, nothing was given up."""
    form = SwapForm()
    try:
        if not form.validate():
            return _swap_page(ticket(code), form, 422, "invalid")
        status = swap_occurrence(code, form.swap(), ticket_url=ticket_url)
    except (Refused, Conflict) as refused:
        put_problem(form, "occurrence", refused.message)
        return _swap_page(ticket(code), form, refused.status, refused.outcome)
    waits = status is RegistrationStatus.WAITLISTED
    flash(_("已改为另一场的候补，原来的名额已经让出。") if waits else _("已改到另一场，凭证的链接不变。"), "done")
    return _to_ticket(code)


def _swap_page(held: Ticket, form: SwapForm, status: int = 200, outcome: str = "") -> ResponseReturnValue:
    choices = swap_choices(held, clock.now())
    form.offer(choices)
    page = render_template(
        "public/ticket_swap.html", ticket=held, form=form, choices=choices, outcome=outcome, status=status
    )
    return page, status


def _to_ticket(code: str) -> ResponseReturnValue:
    return redirect(url_for("public.ticket_show", code=code), code=303)
