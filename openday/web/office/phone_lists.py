"""Lists for telephoning: the officer's pages, and the requests for full numbers that a second person decides."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from openday import clock
from openday.queries.phone_lists import phone_requests
from openday.rules.permissions import Role
from openday.services.phone_lists import decide_request, full_sheet
from openday.web import phone_pages
from openday.web.access import open_to, the_actor
from openday.web.office.blueprint import bp


@bp.get("/occurrences/<code>/phone-list")
@open_to(Role.OFFICER)
def occurrence_phone_list(code: str) -> ResponseReturnValue:
    """Whom to telephone."""
    return phone_pages.show_list("office", code)


@bp.post("/occurrences/<code>/phone-list/sheet")
@open_to(Role.OFFICER)
def occurrence_phone_sheet(code: str) -> ResponseReturnValue:
    """The sheet with masked numbers; a POST, because every sheet is noted."""
    return phone_pages.print_masked(code)


@bp.post("/occurrences/<code>/phone-list/ask")
@open_to(Role.OFFICER)
def occurrence_phone_ask(code: str) -> ResponseReturnValue:
    """Ask a second person for the full numbers."""
    refused = phone_pages.ask(code)
    if refused is not None:
        return refused
    flash("申请已提交，由另一位工作人员在“消息”的“电话名单”中办理。", "done")
    return redirect(url_for("office.occurrence_phone_list", code=code), code=303)


@bp.get("/messages/phone-lists")
@open_to(Role.OFFICER, Role.ADMIN)
def message_phone_requests() -> ResponseReturnValue:
    """Requests that wait for a second person, and those decided last."""
    now = clock.now()
    return render_template(
        "office/message_phone_requests.html",
        waiting=phone_requests(the_actor(), now, waiting=True),
        decided=phone_requests(the_actor(), now, waiting=False),
    )


@bp.post("/messages/phone-lists/<code>/grant")
@open_to(Role.OFFICER, Role.ADMIN)
def message_phone_grant(code: str) -> ResponseReturnValue:
    """Let them be printed for a day."""
    decide_request(the_actor(), code, grant=True)
    flash("已同意，申请人24小时内可以打印。", "done")
    return redirect(url_for("office.message_phone_requests"), code=303)


@bp.post("/messages/phone-lists/<code>/refuse")
@open_to(Role.OFFICER, Role.ADMIN)
def message_phone_refuse(code: str) -> ResponseReturnValue:
    """Do not let them be printed."""
    decide_request(the_actor(), code, grant=False)
    flash("已答复不同意。", "done")
    return redirect(url_for("office.message_phone_requests"), code=303)


@bp.post("/messages/phone-lists/<code>/print")
@open_to(Role.OFFICER)
def message_phone_print(code: str) -> ResponseReturnValue:
    """The sheet with full numbers, for whoever asked."""
    return phone_pages.sheet_page(full_sheet(the_actor(), code))
