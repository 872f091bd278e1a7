"""People invited to an occurrence. Written as rows, not through use-cases."""

import itertools
from typing import Any

from openday import clock
from openday.db import db, use_case
from openday.models.occurrences import Occurrence
from openday.models.registrations import Invitee
from openday.queries.invitations import contact_index

_running = itertools.count(1)


@use_case
def invitee(occurrence: Occurrence, *, name: str = "", contact: str = "", party_limit: int = 2, **more: Any) -> Invitee:
    """Somebody on the list of invitations, with a telephone number of their own unless a contact is given."""
    n = next(_running)
    contact = contact or f"135{n:08d}"
    row = Invitee(
        occurrence_id=occurrence.id,
        name=name or f"受邀人{n}",
        contact=contact,
        contact_hash=contact_index(contact),
        party_limit=party_limit,
        invited_by_id=occurrence.created_by_id,
        created_at=clock.now(),
        **more,
    )
    db.session.add(row)
    db.session.flush()
    return row
