"""What kept pages and feeds are asked about before they are sent again, and the kept bytes of which feeds are made."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, or_, select

from openday.db import peek, session
from openday.models.activities import Activity


@dataclass(frozen=True)
class Present:
    """The calendar as it stands: the number of its last change, and the seats that were asked about.

    `seats` holds (quota id, capacity, taken), in the order of the ids.
    """

    revision: int
    seats: tuple[tuple[int, int, int], ...]


# Written out, for `peek`: they are asked with every kept page and feed.
_REVISION = "SELECT 0, value, 0 FROM revisions WHERE name = 'calendar'"
_SEATS = (
    "SELECT 0, value, 0 FROM revisions WHERE name = 'calendar'"
    " UNION ALL SELECT id, capacity, taken FROM quotas WHERE id IN (:ids)"
)
_AGENCY = "SELECT id, name, (SELECT value FROM revisions WHERE name = 'calendar') FROM agencies WHERE slug = ?"
_ACTIVITY = "SELECT id, theme, (SELECT value FROM revisions WHERE name = 'calendar') FROM activities WHERE code = ?"


def present(quota_ids: Sequence[int]) -> Present:
    """The revision, and capacity and taken seats of these quotas as they are now; one statement."""
    question = _SEATS.replace(":ids", ",".join("?" * len(quota_ids))) if quota_ids else _REVISION
    rows = sorted(peek(question, quota_ids))
    revision = rows.pop(0)[1] if rows and rows[0][0] == 0 else 0
    return Present(revision, tuple((ident, capacity, taken) for ident, capacity, taken in rows))


@dataclass(frozen=True)
class FeedScope:
    """Which activities a feed holds, and the change of the calendar that it was made after."""

    name: str
    revision: int
    agency_id: int | None = None
    activity_id: int | None = None


@dataclass(frozen=True)
class FeedParts:
    """The VEVENTs of a feed in a stable order, and when the last of them changed."""

    events: tuple[bytes, ...]
    changed_at: datetime | None


def calendar_scope() -> FeedScope:
    """The whole calendar; one statement."""
    return FeedScope("", present(()).revision)


def agency_scope(slug: str) -> FeedScope | None:
    """One agency, or None when there is no such agency; one statement."""
    rows = peek(_AGENCY, (_sayable(slug),))
    return FeedScope(rows[0][1], rows[0][2] or 0, agency_id=rows[0][0]) if rows else None


def activity_scope(code: str) -> FeedScope | None:
    """One activity, or None when it was never published; one statement."""
    rows = peek(_ACTIVITY, (_sayable(code),))
    return FeedScope(rows[0][1], rows[0][2] or 0, activity_id=rows[0][0]) if rows else None


def feed_parts(scope: FeedScope, since: date) -> FeedParts:
    """The kept VEVENTs of every activity of the scope that ends on or after `since`; one statement.

    One activity is given whole, however long it is over.
    """
    statement = select(Activity.event_bytes, Activity.changed_at).where(func.length(Activity.event_bytes) > 0)
    if scope.activity_id is not None:
        statement = statement.where(Activity.id == scope.activity_id)
    else:
        statement = statement.where(or_(Activity.last_day >= since, Activity.last_day.is_(None)))
    if scope.agency_id is not None:
        statement = statement.where(Activity.agency_id == scope.agency_id)
    rows = session().execute(statement.order_by(Activity.id)).all()
    return FeedParts(tuple(events for events, _ in rows), max((at for _, at in rows), default=None))


def _sayable(text: str) -> str:
    """No address holds NUL or half a character, and neither database takes them in a value."""
    return text.encode("utf-8", "replace").decode().replace("\x00", "?")
