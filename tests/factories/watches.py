"""Addresses that asked to be told of an activity and confirmed. Written as rows, not through use-cases."""

import secrets

from openday import clock
from openday.db import db, use_case
from openday.models.activities import Activity, ActivityWatch
from openday.rules.states import Channel


@use_case
def watcher(activity: Activity, count: int = 1, *, confirmed: bool = True) -> None:
    """So many mail addresses that watch the activity."""
    now = clock.now()
    db.session.add_all(
        ActivityWatch(
            activity_id=activity.id,
            channel=Channel.EMAIL.value,
            recipient=f"resident-{number}@example.org",
            recipient_hash=secrets.token_hex(32),
            consent_version="test",
            created_at=now,
            confirmed_at=now if confirmed else None,
        )
        for number in range(count)
    )
