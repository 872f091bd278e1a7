"""What the sign-up form of an occurrence asks for."""

from flask.typing import ResponseReturnValue

from openday.rules.permissions import Role
from openday.web import signup_form_pages
from openday.web.access import open_to
from openday.web.office.blueprint import bp


@bp.get("/occurrences/<code>/form")
@open_to(Role.OFFICER)
def occurrence_form(code: str) -> ResponseReturnValue:
    """The page with what is asked now."""
    return signup_form_pages.edit_signup_form("office", "office.publication_show", code)


@bp.post("/occurrences/<code>/form")
@open_to(Role.OFFICER)
def occurrence_form_save(code: str) -> ResponseReturnValue:
    """Keep it, or only show one more line for a question."""
    return signup_form_pages.save_signup_form("office", "office.publication_show", code)
