"""Signing others up for occurrences of the office's district: one by one, from a list, from a mail."""

from flask.typing import ResponseReturnValue

from openday.rules.permissions import Role
from openday.web import entry_lists, entry_pages
from openday.web.access import open_to
from openday.web.office.blueprint import bp


@bp.get("/occurrences/<code>/registrations/new")
@open_to(Role.OFFICER)
def registration_new(code: str) -> ResponseReturnValue:
    """The form for somebody who did not sign up online."""
    return entry_pages.new_registration("office", code)


@bp.post("/occurrences/<code>/registrations/new")
@open_to(Role.OFFICER)
def registration_submit(code: str) -> ResponseReturnValue:
    """Enter the registration."""
    return entry_pages.enter_registration("office", code)


@bp.post("/occurrences/<code>/registrations/<number>/undo")
@open_to(Role.OFFICER)
def registration_undo(code: str, number: str) -> ResponseReturnValue:
    """Take back what was entered by mistake a moment ago."""
    return entry_pages.undo_registration("office", code, number)


@bp.get("/occurrences/<code>/registrations/mail")
@open_to(Role.OFFICER)
def registration_mail(code: str) -> ResponseReturnValue:
    """A field for the text of a mail."""
    return entry_pages.new_mail("office", code)


@bp.post("/occurrences/<code>/registrations/mail")
@open_to(Role.OFFICER)
def registration_mail_read(code: str) -> ResponseReturnValue:
    """The form with what the mail says plainly, to be confirmed."""
    return entry_pages.read_mail_text("office", code)


@bp.get("/occurrences/<code>/registrations/list")
@open_to(Role.OFFICER)
def registration_list(code: str) -> ResponseReturnValue:
    """A field for a list of names and numbers."""
    return entry_lists.new_list("office", code)


@bp.post("/occurrences/<code>/registrations/list")
@open_to(Role.OFFICER)
def registration_list_take(code: str) -> ResponseReturnValue:
    """What would become of each line; once confirmed, what became of it."""
    return entry_lists.take_list("office", code)


@bp.get("/occurrences/<code>/registrations/slips")
@open_to(Role.OFFICER)
def registration_slips(code: str) -> ResponseReturnValue:
    """Receipts to print, for the numbers in the address."""
    return entry_pages.print_slips("office", code)
