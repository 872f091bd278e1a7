"""The page of one activity: what the public may read of it, with its occurrences, seats and history."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import and_, select

from openday.db import session
from openday.errors import NotFound
from openday.models.activities import Activity, ActivityChange
from openday.models.aftermath import Outcome
from openday.models.occurrences import Occurrence, Quota
from openday.models.people import Agency
from openday.models.plans import HOST_KINDS, PlanHost
from openday.queries.calendar_columns import OF_ACTIVITY, OF_SLOT, AnyRow, entry_from, shared_out, slot_from
from openday.queries.calendar_rows import ActivityPage, PublicOutcome, QuotaSeats, Slot
from openday.rules.seats import Seats
from openday.rules.signup_form import form_from
from openday.rules.states import OutcomeStatus


def activity_page(code: str) -> ActivityPage:
    """Everything about one activity; three statements, however many occurrences, quotas and changes there are.

    Raises:
        NotFound: no such activity.
    """
    more = (
        Activity.content,
        Activity.signup_text,
        Activity.contact,
        Activity.contact_phone,
        Activity.published_at,
        Activity.postpone_reason,
        Occurrence.form,
        Occurrence.publish_names,
        Agency.slug,
        Agency.phone,
    )
    published = and_(Outcome.plan_id == Activity.plan_id, Outcome.status == OutcomeStatus.PUBLISHED)
    statement = (
        select(
            *OF_ACTIVITY, *OF_SLOT, *more,
            Outcome.held_on, (Outcome.invited + Outcome.public).label("people"), Outcome.text,
            Quota.id.label("quota_id"), Quota.name.label("quota_name"), Quota.capacity, Quota.taken,
        )
        .join(Agency, Agency.id == Activity.agency_id)
        .outerjoin(Occurrence, and_(Occurrence.activity_id == Activity.id, Occurrence.number.is_not(None)))
        .outerjoin(Quota, Quota.occurrence_id == Occurrence.id)
        .outerjoin(Outcome, published)
        .where(Activity.code == code.replace("\x00", "\ufffd"))
        .order_by(Occurrence.starts_at, Occurrence.id, Quota.position)
    )  # fmt: skip
    rows = session().execute(statement).all()
    if not rows:
        raise NotFound()
    head, slots = rows[0], _slots(rows)
    return ActivityPage(
        entry=entry_from(head, slots[0] if len(slots) == 1 else None),
        agency_slug=head.slug,
        agency_phone=head.phone,
        content=head.content,
        signup_text=head.signup_text,
        contact=head.contact,
        contact_phone=head.contact_phone,
        published_at=head.published_at,
        postpone_reason=head.postpone_reason,
        slots=slots,
        history=_history(head.activity_id),
        outcome=PublicOutcome(head.held_on, head.people, head.text) if head.held_on else None,
        hosts=_hosts(head.activity_id),
    )


def _slots(rows: Sequence[AnyRow]) -> tuple[Slot, ...]:
    quotas: dict[int, tuple[QuotaSeats, ...]] = defaultdict(tuple)
    firsts: dict[int, AnyRow] = {}
    for row in rows:
        if row.slot_id is None:
            continue
        firsts.setdefault(row.slot_id, row)
        if row.quota_id is not None:
            quotas[row.slot_id] += (QuotaSeats(row.quota_id, row.quota_name, Seats(row.capacity, row.taken)),)
    return tuple(
        replace(
            slot_from(row, shared_out(quotas[slot_id], row.shared_capacity)),
            asked=form_from(row.form),
            names=row.publish_names,
        )
        for slot_id, row in firsts.items()
    )


def _hosts(activity_id: int) -> tuple[tuple[str, str], ...]:
    statement = (
        select(PlanHost.kind, Agency.name)
        .join(Agency, Agency.id == PlanHost.agency_id)
        .join(Activity, Activity.plan_id == PlanHost.plan_id)
        .where(Activity.id == activity_id)
        .order_by(Agency.name)
    )
    found = [(row.kind, row.name) for row in session().execute(statement)]
    return tuple(sorted(found, key=lambda host: HOST_KINDS.index(host[0])))


def _history(activity_id: int) -> tuple[tuple[datetime, str, str], ...]:
    statement = (
        select(ActivityChange.at, ActivityChange.kind, ActivityChange.text)
        .where(ActivityChange.activity_id == activity_id)
        .order_by(ActivityChange.id.desc())
    )
    return tuple((at, kind, text) for at, kind, text in session().execute(statement))
