"""The home page and the visitor's choices of view."""

from flask import redirect, render_template, request
from flask.typing import ResponseReturnValue

from openday.web.access import ANYONE, open_to
from openday.web.pages import LANGUAGE_COOKIE, LANGUAGES, LARGE_COOKIE, local_path
from openday.web.public.blueprint import bp

_A_YEAR = 365 * 24 * 3600


@bp.get("/")
@open_to(ANYONE)
def home() -> ResponseReturnValue:
    """This week's and next week's activities."""
    return render_template("public/home.html")


@bp.get("/view")
@open_to(ANYONE)
def view_settings() -> ResponseReturnValue:
    """Remember language or large view in the visitor's own browser, then go back to the page they came from."""
    response = redirect(local_path(request.args.get("next", "/")))
    chosen = request.args.get("lang")
    if chosen in LANGUAGES:
        response.set_cookie(LANGUAGE_COOKIE, chosen, max_age=_A_YEAR, samesite="Lax", httponly=True)
    if request.args.get("large") in {"0", "1"}:
        response.set_cookie(LARGE_COOKIE, request.args["large"], max_age=_A_YEAR, samesite="Lax", httponly=True)
    return response
