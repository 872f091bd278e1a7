"""Lists of every occurrence of the district."""

from flask.typing import ResponseReturnValue

from openday.rules.permissions import Role
from openday.web import applicant_pages, roster_pages, waitlist_pages
from openday.web.access import open_to
from openday.web.office.blueprint import bp


@bp.get("/occurrences/<code>/waitlist")
@open_to(Role.OFFICER, Role.AUDITOR)
def waitlist(code: str) -> ResponseReturnValue:
    """Who waits, and in which order seats were given."""
    return waitlist_pages.show_waitlist("office", code)


@bp.get("/occurrences/<code>/waitlist.csv")
@open_to(Role.OFFICER, Role.AUDITOR)
def waitlist_csv(code: str) -> ResponseReturnValue:
    """The order in which seats were given, to check it elsewhere."""
    return waitlist_pages.send_waitlist(code)


@bp.get("/occurrences/<code>/roster")
@open_to(Role.OFFICER, Role.AUDITOR)
def roster(code: str) -> ResponseReturnValue:
    """Who is on the list."""
    return roster_pages.show_roster("office", code)


@bp.get("/occurrences/<code>/roster.csv")
@open_to(Role.OFFICER)
def roster_csv(code: str) -> ResponseReturnValue:
    """The list to take away."""
    return roster_pages.send_roster(code)


@bp.post("/occurrences/<code>/roster/<number>/own-staff")
@open_to(Role.OFFICER)
def roster_own_staff(code: str, number: str) -> ResponseReturnValue:
    """Say whether they belong to the agency itself."""
    return roster_pages.mark_own_staff("office", code, number)


@bp.get("/occurrences/<code>/roster/<number>")
@open_to(Role.OFFICER, Role.AUDITOR)
def roster_entry(code: str, number: str) -> ResponseReturnValue:
    """One party on the list."""
    return roster_pages.show_entry("office", code, number)


@bp.post("/occurrences/<code>/roster/<number>")
@open_to(Role.OFFICER)
def roster_reveal(code: str, number: str) -> ResponseReturnValue:
    """See one telephone number, with a reason."""
    return roster_pages.show_phone("office", code, number)


@bp.post("/occurrences/<code>/roster/<number>/guardian")
@open_to(Role.OFFICER)
def roster_guardian(code: str, number: str) -> ResponseReturnValue:
    """Note that the guardian was confirmed in person or by telephone."""
    return roster_pages.note_guardian("office", code, number)


@bp.get("/occurrences/<code>/applicants")
@open_to(Role.OFFICER)
def applicant_list(code: str) -> ResponseReturnValue:
    """Who waits for a decision, where sign-ups are reviewed."""
    return applicant_pages.show_applicants("office", code)


@bp.post("/occurrences/<code>/applicants")
@open_to(Role.OFFICER)
def applicant_decide(code: str) -> ResponseReturnValue:
    """Accept or decline some of them."""
    return applicant_pages.decide_applicants("office", code)
