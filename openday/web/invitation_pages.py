"""The list of those invited to an occurrence: the same pages for the agency and for the office.

`area` is the name of the blueprint ('agency' or 'office'); the queries decide what is within reach.
"""

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from openday import clock
from openday.documents.csv_export import csv_bytes
from openday.errors import Conflict, Refused
from openday.queries import invitations as queries
from openday.queries.activities import occurrence_in_reach
from openday.queries.registrations import signup_sheet
from openday.rules.invitations import MOST_AT_ONCE, JudgedInvitee, Standing, judge_invitees, may_remind
from openday.rules.permissions import Right
from openday.rules.signup import closure
from openday.rules.states import SignupMode
from openday.services import invitations
from openday.services.invitations import NewInvitee
from openday.web.access import the_actor
from openday.web.forms.invitations import InviteForm
from openday.web.forms.texts import put_problem
from openday.web.links import invitation_url
from openday.web.tables import page_number

_SHOWN = {
    "yes": (Standing.YES,),
    "no": (Standing.NO, Standing.CANCELLED),
    "waiting": (Standing.WAITING,),
}
CSV_HEADER = ("姓名", "联系方式", "邀请人数", "答复", "参加人数", "邀请链接")


def show_invitations(area: str, code: str) -> ResponseReturnValue:
    """Who is invited and what they answered, a hundred a page, with the counts above."""
    occurrence = occurrence_in_reach(the_actor(), Right.REGISTRATION_READ, code)
    counts, now = queries.invitation_counts(occurrence.id), clock.now()
    sheet = signup_sheet(code)
    show = request.args.get("show", "")
    only = _SHOWN.get(show, ())
    total = sum(counts.by_standing[standing] for standing in only or Standing)
    pages = max(1, -(-total // queries.PER_PAGE))
    page = min(page_number(request.args.get("page", "")), pages)
    rows = queries.invitees(occurrence.id, page=page, only=only)
    facts = sheet.occasion.facts
    return render_template(
        "rosters/invitation_list.html",
        area=area,
        sheet=sheet,
        counts=counts,
        rows=rows,
        show=show if only else "",
        page=page,
        pages=pages,
        remindable=sum(
            may_remind(row.told_at, row.reminded_at, now)
            for row in queries.invitees(occurrence.id, only=(Standing.WAITING,))
        ),
        open=facts.mode is SignupMode.INVITATION and closure(facts, now, staff=True) is None,
    )


def new_invitations(area: str, code: str) -> ResponseReturnValue:
    """A field for a list, or a table to hand in."""
    form = InviteForm(formdata=None)
    form.tell.data = True
    return _form_page(area, code, form)


def take_invitations(area: str, code: str) -> ResponseReturnValue:
    """Show what each line comes to, go back to the field, or put them onto the list."""
    occurrence_in_reach(the_actor(), Right.REGISTRATION_ENTER, code)
    form, step = InviteForm(), request.form.get("step", "check")
    if not form.validate():
        return _form_page(area, code, form, status=422)
    if step == "back":
        return _form_page(area, code, form)
    judged = _judged(code, form)
    if step != "add":
        return _form_page(area, code, form, judged=judged)
    people = [NewInvitee(each.line.name, each.contact, each.line.people) for each in judged if not each.fault]
    try:
        done = invitations.add_invitees(the_actor(), code, people, tell=bool(form.tell.data), url=invitation_url)
    except (Refused, Conflict) as refused:
        put_problem(form, refused.field, refused.message)
        return _form_page(area, code, form, status=refused.status)
    told = f"，已发出{done.told}份邀请" if done.told else ""
    flash(f"登记受邀人{done.added + done.again}位{told}。", "done")
    left = sum(1 for each in judged if each.fault) + done.known
    if left:
        flash(f"另有{left}行没有登记：已在名单上，或内容有误。", "warning")
    return redirect(url_for(f"{area}.invitation_list", code=code), code=303)


def _judged(code: str, form: InviteForm) -> list[JudgedInvitee]:
    occurrence = occurrence_in_reach(the_actor(), Right.REGISTRATION_ENTER, code)
    lines = form.lines()
    known = queries.contacts_known(occurrence.id, [line.phone or line.email for line in lines if not line.problem])
    return judge_invitees(lines, known)


def _form_page(
    area: str, code: str, form: InviteForm, *, judged: list[JudgedInvitee] | None = None, status: int = 200
) -> ResponseReturnValue:
    occurrence_in_reach(the_actor(), Right.REGISTRATION_ENTER, code)
    page = render_template(
        "rosters/invitation_new.html",
        area=area,
        sheet=signup_sheet(code),
        form=form,
        judged=judged,
        fine=sum(not each.fault for each in judged or ()),
        most=MOST_AT_ONCE,
    )
    return page, status


def send(area: str, code: str) -> ResponseReturnValue:
    """Write to those who were not written to yet."""
    try:
        told = invitations.send_invitations(the_actor(), code, url=invitation_url)
    except Conflict as conflict:
        return _back(area, code, f"{conflict.message}。", "warning")
    return _back(area, code, f"已发出{told}份邀请。" if told else "没有待发出的邀请。", "done" if told else "info")


def remind(area: str, code: str) -> ResponseReturnValue:
    """Write again to those who have not answered."""
    try:
        told = invitations.remind_invitees(the_actor(), code, url=invitation_url)
    except Conflict as conflict:
        return _back(area, code, f"{conflict.message}。", "warning")
    none = "没有可以提醒的受邀人：一天之内不重复提醒。"
    return _back(area, code, f"已提醒{told}位未答复的受邀人。" if told else none, "done" if told else "info")


def _back(area: str, code: str, text: str, tone: str) -> ResponseReturnValue:
    flash(text, tone)
    return redirect(url_for(f"{area}.invitation_list", code=code), code=303)


def withdraw(area: str, code: str, invitee_id: int) -> ResponseReturnValue:
    """Invite somebody no longer."""
    try:
        invitations.withdraw_invitation(the_actor(), code, invitee_id)
    except Conflict as conflict:
        return _back(area, code, conflict.message, "warning")
    return _back(area, code, "已撤回邀请，链接作废。", "done")


def print_links(area: str, code: str) -> ResponseReturnValue:
    """The links of those who have not answered, on paper for whoever calls them. Taking them away is noted."""
    occurrence = occurrence_in_reach(the_actor(), Right.ROSTER_EXPORT, code)
    invitations.note_links_taken(the_actor(), code)
    return render_template(
        "rosters/invitation_links.html",
        occasion=signup_sheet(code).occasion,
        rows=[(row, invitation_url(row.code)) for row in queries.invitees(occurrence.id, only=(Standing.WAITING,))],
        printed=clock.now(),
    )


def send_links(code: str) -> ResponseReturnValue:
    """The whole list with its links as CSV; contacts masked. Taking it away is noted."""
    occurrence = occurrence_in_reach(the_actor(), Right.ROSTER_EXPORT, code)
    invitations.note_links_taken(the_actor(), code)
    rows = queries.invitees(occurrence.id)
    response = make_response(
        csv_bytes(
            CSV_HEADER,
            (
                (
                    row.name, row.contact, str(row.party_limit), row.standing.label, str(row.people or ""),
                    "" if row.standing is Standing.WITHDRAWN else invitation_url(row.code),
                )
                for row in rows
            ),
        )
    )  # fmt: skip
    response.mimetype = "text/csv"
    response.headers["Content-Disposition"] = f'attachment; filename="invitations-{code}.csv"'
    response.headers["Cache-Control"] = "no-store"
    return response
