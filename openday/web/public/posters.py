"""QR codes and the printable poster of an activity: public, the same for everybody, and kept by browsers."""

from collections.abc import Callable
from functools import lru_cache
from hashlib import sha256

from flask import Response, current_app, make_response, request
from flask.typing import ResponseReturnValue

from openday.documents.poster import Poster, poster_pdf
from openday.documents.qr import qr_png
from openday.queries.posters import PosterFacts, poster_facts
from openday.queries.registrations import signup_sheet
from openday.rules.states import SignupMode
from openday.rules.wording import moment_text
from openday.web.access import ANYONE, open_to
from openday.web.links import page_url
from openday.web.pages import absolute_url
from openday.web.public.blueprint import bp

_HOW = {
    SignupMode.FIRST_COME: "扫描二维码报名，先到先得，名额报满为止",
    SignupMode.REVIEW: "扫描二维码报名，报名后由举办单位审核，结果逐一通知",
    SignupMode.BALLOT: "扫描二维码报名，报名截止后公开摇号，结果逐一通知",
    SignupMode.OPEN_DOOR: "无需报名，按公布的时间直接前往",
    SignupMode.INVITATION: "定向邀请，参加人员由举办单位邀请",
    SignupMode.CLOSED: "不公开报名",
}


@bp.get("/occurrences/<code>/qr.png")
@open_to(ANYONE)
def occurrence_qr(code: str) -> ResponseReturnValue:
    """The address of the sign-up form as a picture."""
    address = absolute_url("public.registration_new", code=signup_sheet(code).occasion.code)
    return _kept(sha256(address.encode()).hexdigest()[:32], "image/png", lambda: _png(address))


@bp.get("/activities/<code>/poster.pdf")
@open_to(ANYONE)
def activity_poster(code: str) -> ResponseReturnValue:
    """One A4 page to print and put up."""
    poster = _poster(poster_facts(code))
    tag = sha256(repr(poster).encode()).hexdigest()[:32]
    response = _kept(tag, "application/pdf", lambda: _pdf(poster))
    response.headers["Content-Disposition"] = f'inline; filename="poster-{code}.pdf"'
    return response


def _poster(facts: PosterFacts) -> Poster:
    site = current_app.config["SETTINGS"].site
    return Poster(
        brand=site.name,
        theme=facts.theme,
        when=facts.when,
        where=facts.venue,
        agency=facts.agency,
        audience=facts.audience,
        how=_HOW[facts.mode],
        url=_address(facts),
        deadline=f"报名截止：{moment_text(facts.closes_at)}" if facts.closes_at else "",
        footer=f"咨询电话：{facts.contact_phone}" if facts.contact_phone else site.contact,
    )


def _address(facts: PosterFacts) -> str:
    """Straight to the form where there is only one to choose, else to the page of the activity."""
    if facts.only_occurrence:
        return absolute_url("public.registration_new", code=facts.only_occurrence)
    return page_url(facts.code)


def _kept(tag: str, mimetype: str, make: Callable[[], bytes]) -> Response:
    """The bytes, or 304 when the browser has them; made only when they are sent."""
    if request.if_none_match.contains(tag):
        response = make_response("", 304)
    else:
        response = make_response(make())
        response.mimetype = mimetype
    response.set_etag(tag)
    response.headers["Cache-Control"] = "public, max-age=300"
    return response


@lru_cache(maxsize=256)
def _png(address: str) -> bytes:
    return qr_png(address)


@lru_cache(maxsize=32)
def _pdf(poster: Poster) -> bytes:
    return poster_pdf(poster)
