"""An invitation as its holder sees it, and the answer: whoever has the link may give it."""

from flask import current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from openday import clock
from openday.errors import Conflict, Refused
from openday.queries.invitations import Invitation, invitation, own_data
from openday.queries.registrations import signup_sheet
from openday.rules.invitations import Standing
from openday.rules.signup import closure, closure_text, deletion_day
from openday.rules.states import SignupMode
from openday.services import invitations, registrations
from openday.web.access import ANYONE, open_to
from openday.web.forms.invitations import AnswerForm
from openday.web.forms.registrations import people_said
from openday.web.forms.signup_further import further_form, problems_of, sent_extras
from openday.web.forms.texts import put_problem
from openday.web.links import ticket_url
from openday.web.pages import language
from openday.web.public.blueprint import bp


@bp.get("/invited/<code>")
@open_to(ANYONE)
def invitation_show(code: str) -> ResponseReturnValue:
    """To what one is invited, and the two answers."""
    return _page(invitation(code), AnswerForm(formdata=None))


@bp.post("/invited/<code>/yes")
@open_to(ANYONE)
def invitation_accept(code: str) -> ResponseReturnValue:
    """Come: a sign-up by the rules of every other, which leads to the ticket."""
    held, form = invitation(code), AnswerForm()
    form.known = own_data(code)
    try:
        if not form.validate():
            return _page(held, form, 422)
        wish = form.answer(held, request.headers.get("Idempotency-Key"), sent_extras(), language())
        done = registrations.register(held.occasion.code, wish, ticket_url=ticket_url)
    except Refused as refused:
        put_problem(form, refused.field, refused.message)
        return _page(held, form, 422)
    except Conflict as conflict:
        put_problem(form, None, conflict.message)
        return _page(invitation(code), form, conflict.status, conflict.outcome)
    return redirect(url_for("public.ticket_show", code=done.code), code=303)


@bp.post("/invited/<code>/no")
@open_to(ANYONE)
def invitation_decline(code: str) -> ResponseReturnValue:
    """Not come; it can be changed until the answers close."""
    try:
        invitations.decline_invitation(code)
    except Conflict as conflict:
        form = AnswerForm(formdata=None)
        put_problem(form, None, conflict.message)
        return _page(invitation(code), form, conflict.status, conflict.outcome)
    return redirect(url_for("public.invitation_show", code=code), code=303)


def _page(held: Invitation, form: AnswerForm, status: int = 200, outcome: str = "") -> ResponseReturnValue:
    sheet = signup_sheet(held.occasion.code)
    further = further_form(sheet.occasion, sent_extras() if request.method == "POST" else None)
    if further is not None and status == 422:
        further.put(problems_of(sheet.occasion, sent_extras(), people_said(form)))
        form.form_errors = [text for text in form.form_errors if text not in dict(further.fault_list).values()]
    closed = _closed(held)
    page = render_template(
        "public/invitation_show.html",
        invitation=held,
        sheet=sheet,
        form=form.offer_to(held, sheet),
        further=further,
        closed=closed,
        outcome=outcome or ("invalid" if status == 422 else "closed" if closed else held.standing.value),
        gone_on=deletion_day(held.occasion.ends_at, current_app.config["SETTINGS"].retention_days),
    )
    return page, status


def _closed(held: Invitation) -> str:
    """Why no answer can be given now; '' when one can."""
    if held.standing is Standing.WITHDRAWN:
        return "这份邀请已经撤回，如有疑问请与举办单位联系"
    if held.occasion.facts.mode is not SignupMode.INVITATION:
        return "本场活动已改为其他报名方式，请打开活动页面查看"
    why = closure(held.occasion.facts, clock.now(), staff=True)
    return closure_text(why, held.occasion.facts) if why else ""
