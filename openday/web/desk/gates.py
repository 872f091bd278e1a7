"""At which entrance this device stands: noted in its own session, so that every entry says by which gate it was."""

from flask import redirect, request, session, url_for
from flask.typing import ResponseReturnValue

from openday.queries import door as queries
from openday.rules.door import read_gate
from openday.rules.permissions import Role
from openday.web.access import open_to, the_actor
from openday.web.desk.blueprint import bp
from openday.web.desk.pages import door_page
from openday.web.forms.texts import one_line

_MOST_DOORS = 8
"""How many doors a device remembers its gate of."""


@bp.post("/occurrences/<code>/gate")
@open_to(Role.DESK, Role.FILER)
def door_gate(code: str) -> ResponseReturnValue:
    """Say at which gate this device stands; an empty name takes it back."""
    here = queries.door_at(the_actor(), code)
    typed = one_line(request.form.get("gate", "")[:1000])
    try:
        gate = read_gate(typed)
    except ValueError as wrong:
        return door_page(here, gate_error=str(wrong), gate_typed=typed, outcome="invalid", status=422)
    others = [(door, name) for door, name in session.get("gates", {}).items() if door != here.code]
    session["gates"] = dict([*others, (here.code, gate)][-_MOST_DOORS:])
    return redirect(url_for("desk.door", code=here.code), code=303)
