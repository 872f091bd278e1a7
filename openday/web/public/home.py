"""The home page and the visitor's choices of view."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from flask import current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from openday import clock
from openday.queries.calendar import Filters, occurrences_between, vague_between
from openday.queries.calendar_rows import Entry, next_change, seats_shown
from openday.queries.home import Campaign, answered_lately, campaign_now
from openday.queries.public_topics import asked_now
from openday.web import kept
from openday.web.access import ANYONE, open_to
from openday.web.pages import LANGUAGE_COOKIE, LANGUAGES, LARGE_COOKIE, local_path
from openday.web.public import cards
from openday.web.public.blueprint import bp

_A_YEAR = 365 * 24 * 3600
_SHOWN = 8
_VAGUE_SHOWN = 5


@bp.get("/")
@open_to(ANYONE)
def home() -> ResponseReturnValue:
    """This week's and next week's activities."""
    campaign = campaign_now(clock.today())
    return kept.page(lambda layout: _home(layout, campaign), extra=campaign)


def _home(layout: Mapping[str, Any], campaign: Campaign | None) -> kept.Rendered:
    now = clock.now()
    today = now.date()
    sunday = today + timedelta(days=6 - today.weekday())
    weeks = [(today, sunday), (sunday + timedelta(days=1), sunday + timedelta(days=7))]
    found = [occurrences_between(first, last, _SHOWN) for first, last in weeks]
    vague, vague_total = vague_between(today, weeks[1][1], Filters(), _VAGUE_SHOWN)
    entries = [entry for shown, _ in found for entry in shown]
    asked = asked_now(now)
    html = render_template(
        "public/home.html",
        weeks=[_week(shown, total, now) for shown, total in found],
        vague=[cards.card(entry, now) for entry in vague],
        vague_total=vague_total,
        list_url=url_for("public.calendar", view="list"),
        month_url=url_for("public.calendar"),
        month_name=cards.month_name(today),
        campaign=campaign,
        campaign_url=url_for("public.calendar", month=f"{today:%Y-%m}"),
        answered=answered_lately(),
        asked=[{"call": call, "until": cards.moment(call.closes_at)} for call in asked.calls],
        **layout,
    )
    slots = [entry.slot for entry in entries if entry.slot]
    until = next_change(slots, now)
    return kept.Rendered(html, seats_shown(slots), min(until, asked.until) if asked.until else until)


def _week(entries: tuple[Entry, ...], total: int, now: datetime) -> dict[str, Any]:
    return {"cards": [cards.card(entry, now) for entry in entries], "total": total}


@bp.get("/view")
@open_to(ANYONE)
def view_settings() -> ResponseReturnValue:
    """Remember language or large view in the visitor's own browser, then go back to the page they came from."""
    response = redirect(local_path(request.args.get("next", "/")))
    chosen = request.args.get("lang")
    if chosen in LANGUAGES:
        _remember(response, LANGUAGE_COOKIE, chosen)
    if request.args.get("large") in {"0", "1"}:
        _remember(response, LARGE_COOKIE, request.args["large"])
    return response


def _remember(response: Response, name: str, value: str) -> None:
    """For a year, and for this site alone: under a sub-path the portal's other sites are none of its business."""
    secure = bool(current_app.config["SESSION_COOKIE_SECURE"])
    path = f"{request.script_root}/"
    response.set_cookie(name, value, max_age=_A_YEAR, path=path, secure=secure, samesite="Lax", httponly=True)
