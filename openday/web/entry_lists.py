"""A pasted list of names and numbers: looked at line by line, then entered line by line, each a sign-up of its own."""

from dataclasses import dataclass

from flask import current_app, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from openday import clock
from openday.errors import Conflict, OpenDayError
from openday.queries.activities import occurrence_in_reach
from openday.queries.entries import last_source, phones_on_list
from openday.queries.registrations import SignupSheet, signup_sheet
from openday.rules.entry_verdicts import Judged, Room, judge_lines
from openday.rules.party_lines import MOST_LINES, PartyLine
from openday.rules.permissions import Right
from openday.rules.phone import mask_phone
from openday.rules.signup import closure, closure_text, deletion_day
from openday.rules.states import RegistrationSource, RegistrationStatus
from openday.services import registrations
from openday.web.access import the_actor
from openday.web.forms.entries import PasteForm
from openday.web.forms.signup_further import problems_of
from openday.web.forms.texts import put_problem
from openday.web.links import ticket_url


@dataclass(frozen=True)
class Entered:
    """What became of one line: `number` and `status` where it is on the list now, else `reason` says why not."""

    line: PartyLine
    number: str = ""
    status: RegistrationStatus | None = None
    reason: str = ""

    @property
    def phone(self) -> str:
        """138****1234, '' where none was read."""
        return mask_phone(self.line.phone) if self.line.phone else ""


def new_list(area: str, code: str) -> ResponseReturnValue:
    """The empty field."""
    form = PasteForm(formdata=None)
    source = last_source(the_actor().user_id)
    form.source.data = (
        source if source in (RegistrationSource.PHONE, RegistrationSource.EMAIL) else RegistrationSource.PAPER
    ).value
    return _page(area, code, _sheet(code), form)


def take_list(area: str, code: str) -> ResponseReturnValue:
    """Show what would become of each line, go back to it, or enter all of them."""
    sheet, form = _sheet(code), PasteForm()
    form.prepare(sheet)
    if not form.validate():
        return _page(area, code, sheet, form, status=422)
    step = request.form.get("step", "check")
    if step == "back":
        return _page(area, code, sheet, form)
    problem = _cannot(sheet)
    if problem:
        put_problem(form, None, problem)
        return _page(area, code, sheet, form, status=409)
    if step == "enter":
        return _entered_page(area, code, sheet, form)
    return _page(area, code, sheet, form, judged=_judged(sheet, form))


def _sheet(code: str) -> SignupSheet:
    occurrence_in_reach(the_actor(), Right.REGISTRATION_ENTER, code)
    return signup_sheet(code)


def _cannot(sheet: SignupSheet) -> str:
    """Why no list can be entered here; '' when one can."""
    why = closure(sheet.occasion.facts, clock.now(), staff=True)
    if why:
        return closure_text(why, sheet.occasion.facts)
    if problems_of(sheet.occasion, {}, 1, staff=True):
        return "本场报名表还有其他必填内容，不能整批登记，请逐个登记"
    return ""


def _judged(sheet: SignupSheet, form: PasteForm) -> list[Judged]:
    lines = form.parties()
    quota = next((q for q in sheet.quotas if q.position == form.position), sheet.quotas[0])
    occasion = sheet.occasion
    known = phones_on_list(occasion.id, [line.phone for line in lines if line.phone])
    room = Room(quota.seats, occasion.party_limit, occasion.waitlist, occasion.decides_later, known)
    return judge_lines(lines, room)


def _page(
    area: str,
    code: str,
    sheet: SignupSheet,
    form: PasteForm,
    *,
    judged: list[Judged] | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    page = render_template(
        "rosters/registration_list.html",
        area=area,
        sheet=sheet,
        form=form.prepare(sheet),
        judged=judged,
        enters=sum(each.verdict.enters for each in judged or ()),
        most=MOST_LINES,
        cannot=_cannot(sheet),
        gone_on=deletion_day(sheet.occasion.ends_at, current_app.config["SETTINGS"].retention_days),
    )
    return page, status


def _entered_page(area: str, code: str, sheet: SignupSheet, form: PasteForm) -> ResponseReturnValue:
    """Every line on its own, so that one that cannot be entered keeps nobody else out; sent again, nobody is entered
    twice. What was refused stays in the field, to be put right."""
    done = [_enter(code, form, line) for line in form.parties()]
    refused = [each for each in done if each.reason]
    again = PasteForm(formdata=MultiDict([("lines", "\n".join(each.line.text for each in refused))]))
    again.source.data, again.quota.data = form.source.data, form.quota.data
    return render_template(
        "rosters/registration_list_done.html",
        area=area,
        sheet=signup_sheet(code),
        done=done,
        refused=refused,
        numbers=",".join(each.number for each in done if each.number),
        form=again.prepare(sheet),
    )


def _enter(code: str, form: PasteForm, line: PartyLine) -> Entered:
    if line.problem:
        return Entered(line, reason=line.problem)
    try:
        made = registrations.register(
            code,
            form.sign_up(line),
            ticket_url=ticket_url,
            actor=the_actor(),
            source=RegistrationSource(form.source.data),
        )
    except OpenDayError as refused:
        if not isinstance(refused, Conflict) and refused.status != 422:
            raise
        return Entered(line, reason=refused.message.rstrip("。"))
    return Entered(line, made.number, made.status)
