"""Batches of messages that wait until the office has read them: what they say, to whom, then out or not."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from openday import clock
from openday.errors import Refused
from openday.queries import message_batches as queries
from openday.rules.permissions import Role
from openday.services import message_batches as services
from openday.web.access import open_to, the_actor
from openday.web.forms.message_batches import DropForm
from openday.web.forms.reviews import number_of
from openday.web.forms.texts import put_problem
from openday.web.office.blueprint import bp


@bp.get("/messages/batches")
@open_to(Role.OFFICER)
def message_batch_list() -> ResponseReturnValue:
    """What waits, and what was decided last."""
    now = clock.now()
    waiting = queries.waiting_batches(the_actor(), now)
    decided = queries.decided_batches(the_actor(), now)
    return render_template("office/message_batch_list.html", waiting=waiting, decided=decided)


@bp.get("/messages/batches/<code>")
@open_to(Role.OFFICER)
def message_batch_show(code: str) -> ResponseReturnValue:
    """One batch: a complete message of each kind, and everybody whom it goes to."""
    return _page(code, DropForm())


@bp.post("/messages/batches/<code>/release")
@open_to(Role.OFFICER)
def message_batch_release(code: str) -> ResponseReturnValue:
    """Let it go."""
    count = services.release_batch(the_actor(), code)
    flash(f"已开始发出{count}条通知。", "done")
    return redirect(url_for("office.message_batch_show", code=code), code=303)


@bp.post("/messages/batches/<code>/drop")
@open_to(Role.OFFICER)
def message_batch_drop(code: str) -> ResponseReturnValue:
    """Decide that it does not go out."""
    form = DropForm()
    if not form.validate_on_submit():
        return _page(code, form, 422)
    try:
        count = services.drop_batch(the_actor(), code, form.reason.data or "")
    except Refused as refused:
        put_problem(form, refused.field, refused.message)
        return _page(code, form, refused.status)
    flash(f"这批通知不再发出，共{count}条。", "done")
    return redirect(url_for("office.message_batch_show", code=code), code=303)


def _page(code: str, form: DropForm, status: int = 200) -> ResponseReturnValue:
    found = queries.batch_page(the_actor(), code, clock.now(), number_of(request.args, "page") or 1)
    return render_template("office/message_batch_show.html", batch=found, form=form), status
