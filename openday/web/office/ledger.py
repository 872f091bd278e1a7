"""The ledger and the outbox, as people read them."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from openday.queries import audit, messages
from openday.rules.act_names import acts_called
from openday.rules.permissions import Role
from openday.rules.states import MessageStatus
from openday.services import messages as outbox
from openday.web.access import open_to, the_actor
from openday.web.forms.reviews import number_of
from openday.web.forms.texts import one_line
from openday.web.office.blueprint import bp


@bp.get("/audit")
@open_to(Role.ADMIN, Role.AUDITOR, Role.OFFICER)
def audit_log() -> ResponseReturnValue:
    """Who did what; officers see their own acts, administrators and auditors everything within reach."""
    action = one_line(request.args.get("action"))[:40]
    before = number_of(request.args, "before")
    rows = audit.audit_rows(the_actor(), action=action, named=acts_called(action), before=before)
    older = rows[-1].id if len(rows) == audit.PAGE else None
    return render_template("office/audit_log.html", rows=rows, action=action, older=older, first=before is None)


@bp.get("/messages")
@open_to(Role.OFFICER, Role.ADMIN)
def message_list() -> ResponseReturnValue:
    """What waits in the outbox and what is parked."""
    status = request.args.get("status", "")
    chosen = status if status in set(MessageStatus) else ""
    rows = messages.outbox_rows(the_actor(), chosen)
    counts = messages.outbox_counts(the_actor())
    return render_template("office/message_list.html", rows=rows, counts=counts, status=chosen)


@bp.post("/messages/<int(max=2147483647):message_id>/retry")
@open_to(Role.OFFICER, Role.ADMIN)
def message_retry(message_id: int) -> ResponseReturnValue:
    """Put a parked message back into the queue."""
    outbox.retry_message(the_actor(), message_id)
    flash("已重新排队，几秒钟内再次发送。", "done")
    return redirect(url_for("office.message_list"), code=303)
