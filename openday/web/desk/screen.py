"""The code that a venue shows: on a screen, changing every minute, or printed for the day; with the live count."""

from flask import make_response
from flask.typing import ResponseReturnValue

from openday import clock
from openday.documents.qr import qr_png
from openday.queries import door as queries
from openday.rules.permissions import Role
from openday.rules.venue_code import day_code, minute_code
from openday.services.self_checkin import venue_key
from openday.web.access import open_to, the_actor
from openday.web.desk.blueprint import bp
from openday.web.desk.pages import private_page
from openday.web.pages import absolute_url


@bp.get("/occurrences/<code>/screen")
@open_to(Role.DESK, Role.FILER)
def venue_screen(code: str) -> ResponseReturnValue:
    """For a screen at the entrance."""
    here = queries.door_at(the_actor(), code)
    token = minute_code(here.code, clock.now(), venue_key)
    return private_page(
        "desk/venue_screen.html",
        door=here,
        count=queries.head_count(here),
        token=token,
        address=_address(here.code, token),
    )


@bp.get("/occurrences/<code>/day-code")
@open_to(Role.DESK, Role.FILER)
def venue_paper(code: str) -> ResponseReturnValue:
    """To print and put up; good for today."""
    here, now = queries.door_at(the_actor(), code), clock.now()
    token = day_code(here.code, now, venue_key)
    return private_page("desk/venue_paper.html", door=here, token=token, address=_address(here.code, token), day=now)


@bp.get("/occurrences/<code>/venue-codes/<token>.png")
@open_to(Role.DESK, Role.FILER)
def venue_code_picture(code: str, token: str) -> ResponseReturnValue:
    """The code as a picture."""
    here = queries.door_at(the_actor(), code)
    response = make_response(qr_png(_address(here.code, token[:20])))
    response.headers["Content-Type"] = "image/png"
    response.headers["Cache-Control"] = "no-store"
    return response


def _address(code: str, token: str) -> str:
    return absolute_url("public.arrival_new", code=code, token=token)
