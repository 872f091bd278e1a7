"""Lists for telephoning, for the agency that holds the activity: numbers masked, revealed one by one."""

from flask.typing import ResponseReturnValue

from openday.rules.permissions import Role
from openday.web import phone_pages
from openday.web.access import open_to
from openday.web.agency.blueprint import bp


@bp.get("/occurrences/<code>/phone-list")
@open_to(Role.FILER)
def occurrence_phone_list(code: str) -> ResponseReturnValue:
    """Whom to telephone."""
    return phone_pages.show_list("agency", code)


@bp.post("/occurrences/<code>/phone-list/sheet")
@open_to(Role.FILER)
def occurrence_phone_sheet(code: str) -> ResponseReturnValue:
    """The sheet with masked numbers; a POST, because every sheet is noted."""
    return phone_pages.print_masked(code)
