"""How to subscribe, accessibility, and what becomes of personal data."""

from collections.abc import Mapping
from typing import Any

from flask import current_app, render_template
from flask.typing import ResponseReturnValue

from openday import clock
from openday.config import Settings
from openday.queries.calendar import agencies_shown
from openday.queries.calendar_rows import next_change
from openday.rules import privacy_notice
from openday.rules.published_names import OUT_FOR_DAYS
from openday.rules.watching import KEPT_AFTER
from openday.web import kept
from openday.web.access import ANYONE, open_to
from openday.web.pages import absolute_url
from openday.web.public.blueprint import bp

_MOST_AGENCIES = 500


@bp.get("/subscribe")
@open_to(ANYONE)
def subscribe() -> ResponseReturnValue:
    """The addresses of the feeds, and how to use them on a phone and in an office."""
    return kept.page(_subscribe)


def _subscribe(layout: Mapping[str, Any]) -> kept.Rendered:
    agencies = [
        {"key": name, "value": absolute_url("feeds.agency", slug=slug)} for slug, name in agencies_shown(_MOST_AGENCIES)
    ]
    address = absolute_url("feeds.calendar")
    html = render_template(
        "public/subscribe.html",
        address=address,
        webcal="webcal:" + address.partition(":")[2],
        agencies=agencies,
        **layout,
    )
    return kept.Rendered(html, (), next_change((), clock.now()))


@bp.get("/accessibility")
@open_to(ANYONE)
def accessibility() -> ResponseReturnValue:
    """What was done so that everybody can use the site, and whom to tell when something fails."""
    return kept.page(lambda layout: _words("public/accessibility.html", layout))


@bp.get("/privacy")
@open_to(ANYONE)
def privacy() -> ResponseReturnValue:
    """What is collected, why, who sees it and when it is deleted."""
    return kept.page(lambda layout: _words("public/privacy.html", layout))


def _words(template: str, layout: Mapping[str, Any]) -> kept.Rendered:
    settings: Settings = current_app.config["SETTINGS"]
    html = render_template(
        template,
        version=privacy_notice.VERSION,
        retention_days=settings.retention_days,
        watch_days=KEPT_AFTER.days,
        names_days=OUT_FOR_DAYS,
        **layout,
    )
    return kept.Rendered(html, (), next_change((), clock.now()))
