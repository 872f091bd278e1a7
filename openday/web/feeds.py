"""iCalendar feeds: everything, one agency, one activity. Joined from kept bytes, kept while nothing changes."""

from datetime import date, datetime

from flask import Blueprint, Response, current_app
from flask.typing import ResponseReturnValue

from openday import clock
from openday.documents.calendar_feed import feed_bytes
from openday.errors import NotFound
from openday.queries.feeds import FeedScope, activity_scope, agency_scope, calendar_scope, feed_parts
from openday.web import kept
from openday.web.access import ANYONE, open_to

bp = Blueprint("feeds", __name__)

_MIMETYPE = "text/calendar; charset=utf-8"


@bp.get("/calendar.ics")
@open_to(ANYONE)
def calendar() -> ResponseReturnValue:
    """Every activity."""
    return _feed(calendar_scope())


@bp.get("/agencies/<slug>/calendar.ics")
@open_to(ANYONE)
def agency(slug: str) -> ResponseReturnValue:
    """The activities of one agency."""
    return _feed(agency_scope(slug))


@bp.get("/activities/<code>/calendar.ics")
@open_to(ANYONE)
def activity(code: str) -> ResponseReturnValue:
    """One activity with all of its occurrences."""
    return _feed(activity_scope(code))


def _feed(scope: FeedScope | None) -> Response:
    if scope is None:
        raise NotFound("没有找到这个日历，地址可能已经变更")
    site: str = current_app.config["SETTINGS"].site.name
    since = _a_year_before(clock.today())

    def make() -> tuple[bytes, datetime | None]:
        parts = feed_parts(scope, since)
        return feed_bytes(f"{site}·{scope.name}" if scope.name else site, parts.events), parts.changed_at

    return kept.feed((scope, since), make, _MIMETYPE)


def _a_year_before(today: date) -> date:
    """The first day of the same month last year: subscribers keep a year, and the feed does not grow for ever."""
    return date(today.year - 1, today.month, 1)
