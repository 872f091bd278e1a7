"""The outbox as the office reads it: what went to whom, what waits, what is parked and why."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from openday import clock
from openday.queries import messages as queries
from openday.queries.phone_lists import phone_requests
from openday.rules.permissions import Right, Role, may
from openday.rules.states import MessageStatus
from openday.services import messages as outbox
from openday.web.access import open_to, the_actor
from openday.web.forms.messages import message_filter, wanted_messages
from openday.web.office.blueprint import bp

_ONE = "/messages/<int(max=2147483647):message_id>"


@bp.get("/messages")
@open_to(Role.OFFICER, Role.ADMIN)
def message_list() -> ResponseReturnValue:
    """The newest messages, narrowed by state, kind, day and occurrence."""
    form = message_filter(request.args)
    wanted = wanted_messages(form)
    rows = queries.outbox_rows(the_actor(), wanted)
    kept = {name: text for name, text in form.data.items() if text}
    waiting = phone_requests(the_actor(), clock.now(), waiting=True)
    older = {**kept, "before": rows[-1].id} if len(rows) == queries.PAGE else None
    return render_template(
        "office/message_list.html",
        rows=rows,
        counts=queries.outbox_counts(the_actor()),
        form=form,
        status=wanted.status,
        asked=sum(one.asked_by_id != the_actor().user_id for one in waiting),
        statuses=[(each, each.label) for each in MessageStatus],
        kept={name: text for name, text in kept.items() if name not in ("status", "before")},
        first=url_for("office.message_list", **{**kept, "before": None}) if wanted.before else "",
        older=url_for("office.message_list", **older) if older else "",
    )


@bp.get(_ONE)
@open_to(Role.OFFICER, Role.ADMIN)
def message_show(message_id: int) -> ResponseReturnValue:
    """One message and its way; its text only for those who may read registrations."""
    found = queries.message_story(the_actor(), message_id)
    readable = may(the_actor(), Right.REGISTRATION_READ)
    return render_template("office/message_show.html", found=found, readable=readable)


@bp.post(f"{_ONE}/retry")
@open_to(Role.OFFICER, Role.ADMIN)
def message_retry(message_id: int) -> ResponseReturnValue:
    """Put a parked message back into the queue."""
    outbox.retry_message(the_actor(), message_id)
    flash("已重新排队，几秒钟内再次发送。", "done")
    return redirect(url_for("office.message_show", message_id=message_id), code=303)
