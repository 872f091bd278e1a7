"""The waitlist of an occurrence for staff: who waits, and in which order seats were given, as page and as file."""

from flask import make_response, render_template
from flask.typing import ResponseReturnValue

from openday.documents.csv_export import csv_bytes
from openday.queries.activities import occurrence_in_reach
from openday.queries.registrations import signup_sheet
from openday.queries.waitlists import waitlist
from openday.rules.act_names import act_name
from openday.rules.permissions import Right
from openday.web.access import the_actor

CSV_HEADER = ("line", "at", "act", "turn", "number", "party_size")


def show_waitlist(area: str, code: str) -> ResponseReturnValue:
    """Who waits now, and what became of those who waited; `area` is the blueprint's name, agency or office."""
    occurrence = occurrence_in_reach(the_actor(), Right.REGISTRATION_READ, code)
    return render_template(
        "rosters/waitlist.html",
        area=area,
        occurrence=occurrence,
        occasion=signup_sheet(code).occasion,
        waitlist=waitlist(occurrence.id),
        act_name=act_name,
    )


def send_waitlist(code: str) -> ResponseReturnValue:
    """Everything that became of those who waited, in the order of the ledger, as CSV; it names nobody."""
    occurrence = occurrence_in_reach(the_actor(), Right.REGISTRATION_READ, code)
    rows = (
        (
            str(one.id),
            one.at.isoformat(timespec="milliseconds"),
            one.act,
            str(one.turn),
            one.number,
            str(one.party_size),
        )
        for one in waitlist(occurrence.id).record
    )
    response = make_response(csv_bytes(CSV_HEADER, rows))
    response.mimetype = "text/csv"
    response.headers["Content-Disposition"] = f'attachment; filename="waitlist-{code}.csv"'
    response.headers["Cache-Control"] = "no-store"
    return response
