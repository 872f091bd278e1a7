"""Lists of invitations to the agency's own occurrences."""

from flask.typing import ResponseReturnValue

from openday.rules.permissions import Role
from openday.web import invitation_pages
from openday.web.access import open_to, takes_files
from openday.web.agency.blueprint import bp


@bp.get("/occurrences/<code>/invitations")
@open_to(Role.FILER, Role.REVIEWER)
def invitation_list(code: str) -> ResponseReturnValue:
    """Who is invited, and what they answered."""
    return invitation_pages.show_invitations("agency", code)


@bp.get("/occurrences/<code>/invitations/new")
@open_to(Role.FILER)
def invitation_new(code: str) -> ResponseReturnValue:
    """A field for a list, or a table to hand in."""
    return invitation_pages.new_invitations("agency", code)


@bp.post("/occurrences/<code>/invitations/new")
@open_to(Role.FILER)
@takes_files
def invitation_take(code: str) -> ResponseReturnValue:
    """What each line comes to; once confirmed, they are invited."""
    return invitation_pages.take_invitations("agency", code)


@bp.post("/occurrences/<code>/invitations/send")
@open_to(Role.FILER)
def invitation_send(code: str) -> ResponseReturnValue:
    """Write to those who were not written to yet."""
    return invitation_pages.send("agency", code)


@bp.post("/occurrences/<code>/invitations/remind")
@open_to(Role.FILER)
def invitation_remind(code: str) -> ResponseReturnValue:
    """Write again to those who have not answered."""
    return invitation_pages.remind("agency", code)


@bp.post("/occurrences/<code>/invitations/<int:invitee_id>/withdraw")
@open_to(Role.FILER)
def invitation_withdraw(code: str, invitee_id: int) -> ResponseReturnValue:
    """Invite somebody no longer."""
    return invitation_pages.withdraw("agency", code, invitee_id)


@bp.get("/occurrences/<code>/invitations/links")
@open_to(Role.FILER)
def invitation_links(code: str) -> ResponseReturnValue:
    """The links on paper, for whoever calls those without an answer."""
    return invitation_pages.print_links("agency", code)


@bp.get("/occurrences/<code>/invitations.csv")
@open_to(Role.FILER)
def invitation_csv(code: str) -> ResponseReturnValue:
    """The list with its links to take away."""
    return invitation_pages.send_links(code)
