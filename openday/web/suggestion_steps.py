"""One step on a suggestion, for both desks: done and told, or the page again with what stood in the way."""

from collections.abc import Callable
from typing import Any

from flask import flash, redirect
from flask.typing import ResponseReturnValue

from openday.errors import Conflict, Refused
from openday.web.forms.texts import put_problem


def take_step(
    form: Any, act: Callable[[], object], show: Callable[[int], ResponseReturnValue], *, done: str, then: str
) -> ResponseReturnValue:
    """Do `act` when the form is sound, say `done` and go to `then`; else `show` the page with the form's errors and the
    status (422 for what was typed, 409 when somebody was first)."""
    if not form.validate_on_submit():
        return show(422)
    try:
        act()
    except (Refused, Conflict) as problem:
        put_problem(form, problem.field, problem.message)
        return show(problem.status)
    flash(done, "done")
    return redirect(then, code=303)
