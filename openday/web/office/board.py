"""The office's first page."""

from flask import render_template, request
from flask.typing import ResponseReturnValue

from openday import clock
from openday.queries import board as queries
from openday.rules.permissions import Role
from openday.web.access import open_to, the_actor
from openday.web.forms.reviews import number_of
from openday.web.links import address_of
from openday.web.office.blueprint import bp

_ROWS = 60


@bp.get("/")
@open_to(Role.OFFICER)
def board() -> ResponseReturnValue:
    """What needs action, how far the open call has come, and what happened last."""
    found = queries.office_board(the_actor(), clock.now(), call_id=number_of(request.args, "call"))
    everybody = request.args.get("show") == "all"
    rows = found.coverage if everybody else found.missing
    pages = max(1, -(-len(rows) // _ROWS))
    page = min(number_of(request.args, "page") or 1, pages)
    shown = rows[(page - 1) * _ROWS : page * _ROWS]
    return render_template(
        "office/board.html",
        board=found, everybody=everybody, rows=shown, page=page, pages=pages, address_of=address_of,
    )  # fmt: skip
