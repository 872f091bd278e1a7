"""Staff enter a sign-up that came by telephone, at the counter, on paper or by mail; the same pages for the agency and
for the office.

`area` is the name of the blueprint ('agency' or 'office'); the queries decide what is within reach.
"""

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from openday import clock
from openday.errors import Conflict, Duplicate, NotFound, Refused
from openday.queries import entries as queries
from openday.queries.activities import occurrence_in_reach
from openday.queries.registrations import signup_sheet
from openday.rules.mail_signup import read_mail
from openday.rules.permissions import Right
from openday.rules.signup import closure, closure_text, deletion_day
from openday.rules.states import RegistrationSource
from openday.services import registrations
from openday.services.entries import undo_entry
from openday.web.access import the_actor
from openday.web.forms.entries import MailForm
from openday.web.forms.registrations import StaffRegistrationForm, people_said
from openday.web.forms.signup_further import further_form, problems_of, sent_extras
from openday.web.forms.texts import put_problem
from openday.web.links import ticket_url

PAPERS = ("a6", "roll")


def new_registration(area: str, code: str) -> ResponseReturnValue:
    """The empty form, with the receipt of what was entered last above it."""
    form = StaffRegistrationForm(formdata=None)
    form.source.data = (queries.last_source(the_actor().user_id) or RegistrationSource.PHONE).value
    if form.source.data == RegistrationSource.WALK_IN.value:
        form.source.data = RegistrationSource.COUNTER.value
    return _page(area, code, form)


def enter_registration(area: str, code: str) -> ResponseReturnValue:
    """Put somebody onto the same list by the same rules as everybody, then show the next empty form."""
    form = StaffRegistrationForm()
    try:
        if not form.validate():
            return _page(area, code, form, 422)
        done = registrations.register(
            code,
            form.sign_up(request.headers.get("Idempotency-Key") or None, sent_extras()),
            ticket_url=ticket_url,
            actor=the_actor(),
            source=RegistrationSource(form.source.data),
        )
    except Refused as refused:
        put_problem(form, refused.field, refused.message)
        return _page(area, code, form, 422)
    except Conflict as conflict:
        put_problem(form, "phone" if isinstance(conflict, Duplicate) else None, conflict.message)
        return _page(area, code, form, conflict.status, conflict.outcome)
    return redirect(url_for(f"{area}.registration_new", code=code, last=done.number), code=303)


def _page(
    area: str, code: str, form: StaffRegistrationForm, status: int = 200, outcome: str = ""
) -> ResponseReturnValue:
    occurrence = occurrence_in_reach(the_actor(), Right.REGISTRATION_ENTER, code)
    sheet, now = signup_sheet(code), clock.now()
    why = closure(sheet.occasion.facts, now, staff=True)
    further = further_form(sheet.occasion, sent_extras() if status != 200 else None)
    if further is not None and status == 422:
        further.put(problems_of(sheet.occasion, sent_extras(), people_said(form), staff=True))
        form.form_errors = [text for text in form.form_errors if text not in dict(further.fault_list).values()]
    last = queries.own_entry(the_actor().user_id, occurrence.id, request.args.get("last", "")[:8], now)
    page = render_template(
        "rosters/registration_new.html",
        area=area,
        sheet=sheet,
        further=further,
        gone_on=deletion_day(sheet.occasion.ends_at, current_app.config["SETTINGS"].retention_days),
        form=form.prepare(sheet),
        last=last if status == 200 else None,
        reading=read_mail(form.mail.data) if form.mail.data else None,
        outcome=outcome or ("invalid" if status == 422 else last.status.outcome if last else ""),
        closed=closure_text(why, sheet.occasion.facts) if why else "",
    )
    return page, status


def undo_registration(area: str, code: str, number: str) -> ResponseReturnValue:
    """Take back what one has just entered."""
    try:
        undo_entry(the_actor(), code, number, ticket_url=ticket_url)
    except Conflict as conflict:
        flash(f"{conflict.message}。", "warning")
    else:
        flash(f"已撤销登记，凭证号{number}作废。", "done")
    return redirect(url_for(f"{area}.registration_new", code=code), code=303)


def new_mail(area: str, code: str) -> ResponseReturnValue:
    """A field for the text of a mail."""
    return _mail_page(area, code, MailForm(formdata=None))


def read_mail_text(area: str, code: str) -> ResponseReturnValue:
    """The form, filled in as far as the mail is plain; nothing is kept before somebody has confirmed it."""
    form = MailForm()
    if not form.validate():
        return _mail_page(area, code, form, 422)
    text = form.mail.data or ""
    found = read_mail(text)
    filled = {"source": RegistrationSource.EMAIL.value, "mail": text}
    for name, value in (("name", found.name), ("phone", found.phone), ("email", found.email)):
        filled[name] = value.value if value else ""
    filled["party_size"] = found.people.value if found.people else "1"
    return _page(area, code, StaffRegistrationForm(formdata=None, data=filled))


def _mail_page(area: str, code: str, form: MailForm, status: int = 200) -> ResponseReturnValue:
    occurrence_in_reach(the_actor(), Right.REGISTRATION_ENTER, code)
    return render_template("rosters/registration_mail.html", area=area, sheet=signup_sheet(code), form=form), status


def print_slips(area: str, code: str) -> ResponseReturnValue:
    """Receipts to hand over: one, or all of a list; with the QR code of each ticket."""
    occurrence = occurrence_in_reach(the_actor(), Right.REGISTRATION_ENTER, code)
    numbers = [number for number in request.args.get("n", "").split(",") if number.isascii() and number.isdigit()]
    found = queries.slips(occurrence.id, numbers)
    if not found:
        raise NotFound("没有可打印的回执。报名可能已经取消，请从报名名单查看。")
    paper = request.args.get("paper", PAPERS[0])
    return render_template(
        "rosters/slips.html",
        area=area,
        occasion=signup_sheet(code).occasion,
        slips=found,
        paper=paper if paper in PAPERS else PAPERS[0],
        numbers=",".join(numbers),
    )
