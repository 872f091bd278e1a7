"""The ledger, as people read it."""

from flask import render_template, request
from flask.typing import ResponseReturnValue

from openday.queries import audit
from openday.rules.act_names import acts_called
from openday.rules.permissions import Role
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
