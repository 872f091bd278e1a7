"""What kept pages and feeds are asked about before they are sent again, and the kept bytes of which feeds are made."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import bindparam, func, literal, or_, select, union_all

from openday.db import session
from openday.models.activities import Activity, Revision
from openday.models.occurrences import Quota
from openday.models.people import Agency

CALENDAR = "calendar"
"""The revision that goes up with every public change of an activity."""


@dataclass(frozen=True)
class Present:
    """The calendar as it stands: the number of its last change, and the seats that were asked about.

    `seats` holds (quota id, capacity, taken), in the order of the ids.
    """

    revision: int
    seats: tuple[tuple[int, int, int], ...]


# Built once: kept pages ask nothing else, and often.
_REVISION = select(Revision.value).where(Revision.name == CALENDAR)
_BOTH = union_all(
    select(literal(0).label("id"), Revision.value, literal(0)).where(Revision.name == CALENDAR),
    select(Quota.id, Quota.capacity, Quota.taken).where(Quota.id.in_(bindparam("quotas", expanding=True))),
)


def present(quota_ids: Sequence[int]) -> Present:
    """The revision, and capacity and taken seats of these quotas as they are now; one statement."""
    if not quota_ids:
        return Present(session().scalar(_REVISION) or 0, ())
    rows = sorted((ident, a, b) for ident, a, b in session().execute(_BOTH, {"quotas": quota_ids}))
    revision = rows.pop(0)[1] if rows and rows[0][0] == 0 else 0
    return Present(revision, tuple(rows))


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
    return FeedScope("", session().scalar(_REVISION) or 0)


def agency_scope(slug: str) -> FeedScope | None:
    """One agency, or None when there is no such agency; one statement."""
    statement = select(Agency.id, Agency.name, _REVISION.scalar_subquery()).where(Agency.slug == _sayable(slug))
    row = session().execute(statement).first()
    return FeedScope(row[1], row[2] or 0, agency_id=row[0]) if row else None


def activity_scope(code: str) -> FeedScope | None:
    """One activity, or None when it was never published; one statement."""
    statement = select(Activity.id, Activity.theme, _REVISION.scalar_subquery()).where(Activity.code == _sayable(code))
    row = session().execute(statement).first()
    return FeedScope(row[1], row[2] or 0, activity_id=row[0]) if row else None


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
    """PostgreSQL refuses NUL in a parameter, and nothing here holds one."""
    return text.replace("\x00", "\ufffd")
