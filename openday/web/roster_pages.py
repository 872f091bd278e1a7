"""The list of an occurrence for staff: the same pages for the agency and for the office, each under its own address.

`area` is the name of the blueprint ('agency' or 'office'); the queries decide what is within reach.
"""

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from openday import clock
from openday.documents.csv_export import csv_bytes
from openday.errors import Refused
from openday.queries import rosters
from openday.queries.activities import occurrence_in_reach
from openday.queries.messages import registration_messages
from openday.queries.registrations import signup_sheet
from openday.rules.permissions import Right
from openday.rules.signup_answers import UNCONFIRMED
from openday.services.guardians import confirm_guardian
from openday.services.rosters import Revealed, export_roster, reveal_phone, set_own_staff
from openday.web.access import the_actor
from openday.web.forms.registrations import RevealForm
from openday.web.forms.texts import put_problem

CSV_HEADER = (
    "code", "name", "phone", "party_size", "status", "number", "quota", "source", "attended", "registered_at",
)  # fmt: skip


def show_roster(area: str, code: str) -> ResponseReturnValue:
    """The list, a hundred parties a page, with the counts above."""
    occurrence = occurrence_in_reach(the_actor(), Right.REGISTRATION_READ, code)
    counts = rosters.roster_counts(occurrence.id)
    pages = max(1, -(-sum(count.parties for count in counts.values()) // rosters.PER_PAGE))
    asked = request.args.get("page", "1")
    page = min(max(int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 6 else 1, 1), pages)
    return render_template(
        "rosters/roster.html",
        area=area,
        occurrence=occurrence,
        sheet=signup_sheet(code),
        counts=counts,
        attendance=rosters.attendance(occurrence.id) if clock.now() > occurrence.ends_at else None,
        rows=rosters.roster(occurrence.id, page=page),
        page=page,
        pages=pages,
    )


def send_roster(code: str) -> ResponseReturnValue:
    """The whole list as CSV. Taking it away is noted in the audit log, the one thing that this GET writes."""
    rows, answers = export_roster(the_actor(), code)
    more = tuple(dict.fromkeys(label for lines in answers.values() for label, _text in lines))
    response = make_response(
        csv_bytes(
            (*CSV_HEADER, *more, "own_staff"),
            (
                (
                    row.code,
                    row.name,
                    row.phone,
                    str(row.party_size),
                    row.status.value,
                    row.number,
                    row.quota,
                    row.source.value,
                    str(row.attended),
                    row.created_at.isoformat(timespec="seconds"),
                    *(dict(answers.get(row.number, ())).get(label, "") for label in more),
                    "yes" if row.own_staff else "",
                )
                for row in rows
            ),
        )
    )
    response.mimetype = "text/csv"
    response.headers["Content-Disposition"] = f'attachment; filename="roster-{code}.csv"'
    response.headers["Cache-Control"] = "no-store"
    return response


def show_entry(area: str, code: str, number: str) -> ResponseReturnValue:
    """One party, with the form to see its telephone number."""
    return _entry(area, code, number, RevealForm())


def show_phone(area: str, code: str, number: str) -> ResponseReturnValue:
    """The telephone number of one party, on this page alone: it stands in no address and is not kept."""
    form = RevealForm()
    try:
        if not form.validate():
            return _entry(area, code, number, form, 422)
        revealed = reveal_phone(the_actor(), code, number, form.reason.data or "")
    except Refused as refused:
        put_problem(form, refused.field, refused.message)
        return _entry(area, code, number, form, 422)
    return _entry(area, code, number, form, 200, revealed)


def note_guardian(area: str, code: str, number: str) -> ResponseReturnValue:
    """The guardian of one party is confirmed; back to the party."""
    confirm_guardian(the_actor(), code, number)
    flash("已记为当面或电话核实。", "done")
    return redirect(url_for(f"{area}.roster_entry", code=code, number=number), code=303)


def mark_own_staff(area: str, code: str, number: str) -> ResponseReturnValue:
    """One party belongs to the agency itself, or does not after all; back to the party."""
    own = request.form.get("own") == "1"
    set_own_staff(the_actor(), code, number, own=own)
    flash("已注明为本单位人员，与公众分开统计。" if own else "已改为公众。", "done")
    return redirect(url_for(f"{area}.roster_entry", code=code, number=number), code=303)


def _entry(
    area: str, code: str, number: str, form: RevealForm, status: int = 200, revealed: Revealed | None = None
) -> ResponseReturnValue:
    occurrence = occurrence_in_reach(the_actor(), Right.REGISTRATION_READ, code)
    row = rosters.roster_entry(occurrence.id, number)
    answers = rosters.further_answers(occurrence.id, number).get(number, [])
    page = render_template(
        "rosters/roster_entry.html",
        area=area,
        occurrence=occurrence,
        row=row,
        answers=answers,
        unconfirmed=UNCONFIRMED in dict(answers).values(),
        messages=registration_messages(occurrence.id, number),
        form=form,
        revealed=revealed,
    )
    return page, status
