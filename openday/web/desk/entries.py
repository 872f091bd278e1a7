"""The door's book, and the office's way to take back what others did."""

from flask import redirect, url_for
from flask.typing import ResponseReturnValue

from openday.errors import Conflict, Forbidden, NotFound, Refused
from openday.queries import door as queries
from openday.queries import door_book
from openday.queries.door import Door
from openday.rules.permissions import Right, Role
from openday.services import checkin
from openday.web.access import open_to, the_actor
from openday.web.desk.blueprint import bp
from openday.web.desk.pages import may_override, private_page
from openday.web.forms.door import UndoForm
from openday.web.forms.texts import put_problem


@bp.get("/occurrences/<code>/entries")
@open_to(Role.DESK, Role.FILER, Role.OFFICER)
def entry_list(code: str) -> ResponseReturnValue:
    """Everything that was done at this door, newest first."""
    here = queries.door_at(the_actor(), code, Right.CHECK_IN, Right.REGISTRATION_MANAGE)
    return _page(here, UndoForm(formdata=None))


@bp.post("/occurrences/<code>/entries/undo")
@open_to(Role.OFFICER)
def entry_override(code: str) -> ResponseReturnValue:
    """The office takes an admission back, with a reason."""
    here, form = queries.door_at(the_actor(), code, Right.REGISTRATION_MANAGE), UndoForm()
    if not form.validate():
        return _page(here, form, 422)
    try:
        found = door_book.entry_of_number(here, form.number.data or "")
        checkin.undo(the_actor(), code, found, form.reason.data or "")
    except NotFound as missing:
        put_problem(form, "number", missing.message)
        return _page(here, form, 422)
    except (Refused, Conflict, Forbidden) as refused:
        put_problem(form, refused.field, refused.message)
        return _page(here, form, refused.status)
    return redirect(url_for("desk.entry_list", code=code), code=303)


def _page(here: Door, form: UndoForm, status: int = 200) -> ResponseReturnValue:
    lines, override = door_book.book(here), may_override(here)
    return private_page("desk/entry_list.html", status, door=here, lines=lines, form=form, override=override)
