"""Confirming that a guardian agreed to a child taking part, where nothing but a ticked box says so yet.

个人信息保护法, article 31, wants the consent of a parent or guardian for children under 14: their number is proven by a
code, or a member of staff confirms them in person or by telephone.
"""

import json

from sqlalchemy import select

from openday import clock
from openday.db import session, use_case
from openday.errors import Conflict, NotFound
from openday.models.registrations import Registration
from openday.queries.activities import occurrence_in_reach
from openday.queries.registrations import kept_extras, sayable
from openday.rules.permissions import Actor, Right
from openday.services import ledger
from openday.services.party_steps import lock_occurrence


@use_case
def confirm_guardian(actor: Actor, occurrence: str, number: str) -> None:
    """Note that this member of staff confirmed the guardian of the party with this desk number.

    Raises:
        NotFound: no such party within reach.
        Conflict: it names no guardian, or the guardian is confirmed already.
    """
    now = clock.now()
    found = occurrence_in_reach(actor, Right.REGISTRATION_ENTER, occurrence)
    lock_occurrence(found.id)  # the holder may be changing the same answers
    row = session().scalar(
        select(Registration)
        .where(Registration.occurrence_id == found.id, Registration.number == sayable(number))
        .with_for_update(of=Registration)
    )
    if row is None:
        raise NotFound()
    kept = kept_extras(row.extras)
    guardian = kept.get("guardian")
    if not guardian or guardian["confirmed_by"] != "guardian":
        raise Conflict("这份报名没有待核实的监护人")
    kept["guardian"] = {**guardian, "confirmed_by": "staff"}
    row.extras = json.dumps(kept, ensure_ascii=False)
    ledger.record(
        "registration.confirm_guardian",
        actor=actor,
        record_type="registration",
        record_id=row.id,
        now=now,
        agency_id=found.activity.agency_id,
    )
