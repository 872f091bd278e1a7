"""A telephone number once per occurrence, or once in a whole activity: set by the office, kept by a unique mark.

`Registration.activity_phone` holds the mark. It belongs to activity and number, so that a registration may move to
another occurrence of its activity and keep it.
"""

from collections import Counter
from typing import cast

from sqlalchemy import Select, Table, bindparam, select, update

from openday import clock
from openday.db import session, use_case
from openday.models.activities import Activity
from openday.models.occurrences import Occurrence
from openday.models.registrations import Registration
from openday.queries.activities import activity_in_reach
from openday.queries.registrations import activity_phone_index
from openday.rules.permissions import Actor, Right
from openday.rules.states import RegistrationStatus
from openday.services import ledger
from openday.services.fact_steps import ONCE
from openday.services.occurrence_steps import refuse_cancelled

_registrations = cast(Table, Registration.__table__)
_OVER = (RegistrationStatus.CANCELLED, RegistrationStatus.DECLINED)


@use_case
def limit_phones(actor: Actor, activity_code: str, *, once: bool) -> int:
    """Let a number onto one list of the activity only (`once`), or onto one in each of its occurrences.

    Returns how many numbers are on several of its lists already: nobody is thrown out, and nothing new is taken from
    them. Setting what is set already changes nothing.

    Raises:
        NotFound: no such activity within reach.
        Conflict: it is cancelled.
    """
    now = clock.now()
    activity = activity_in_reach(actor, Right.PUBLICATION_MANAGE, activity_code, lock=True)
    refuse_cancelled(activity)
    wanted = ONCE if once else "occurrence"
    # Whoever signs up holds their occurrence: with all of them held, nobody comes in between.
    of_this = select(Occurrence.id).where(Occurrence.activity_id == activity.id).order_by(Occurrence.id)
    lists = list(session().scalars(of_this.with_for_update(key_share=True)))
    if activity.phone_once != wanted:
        activity.phone_once = wanted
        ledger.record(
            "activity.phone_once",
            actor=actor,
            record_type="activity",
            record_id=activity.id,
            agency_id=activity.agency_id,
            now=now,
            once=once,
        )
        _clear(lists)
        if once:
            _mark(activity, lists)
    return _several(lists) if once else 0


def _clear(lists: list[int]) -> None:
    session().execute(
        update(_registrations).where(_registrations.c.occurrence_id.in_(lists)).values(activity_phone=None)
    )


def _mark(activity: Activity, lists: list[int]) -> None:
    """Every number bears its mark once: at the registration that came first."""
    first: dict[str, int] = {}
    for id_, phone_hash in session().execute(_standing(lists)):
        first.setdefault(phone_hash or "", id_)
    statement = (
        update(_registrations).where(_registrations.c.id == bindparam("of")).values(activity_phone=bindparam("mark"))
    )
    rows = [{"of": id_, "mark": activity_phone_index(activity.id, phone_hash)} for phone_hash, id_ in first.items()]
    if rows:
        session().connection().execute(statement, rows)


def _several(lists: list[int]) -> int:
    counts = Counter(phone_hash for _, phone_hash in session().execute(_standing(lists)))
    return sum(count > 1 for count in counts.values())


def _standing(lists: list[int]) -> Select[int, str | None]:
    return (
        select(Registration.id, Registration.phone_hash)
        .where(
            Registration.occurrence_id.in_(lists),
            Registration.phone_hash.is_not(None),
            Registration.status.not_in(_OVER),
        )
        .order_by(Registration.id)
    )
