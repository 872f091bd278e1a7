"""More or fewer seats: of the quotas, of what all of them share, and how freed seats reach those who wait."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func, select, update

from openday import clock
from openday.db import session, use_case
from openday.errors import Conflict, Refused
from openday.models.occurrences import Occurrence, Quota
from openday.queries.activities import occurrence_in_reach
from openday.queries.ballots import ballot_frozen
from openday.rules.offers import LONGEST as LONGEST_OFFER
from openday.rules.permissions import Actor, Right
from openday.rules.schedules import MOST_SEATS
from openday.services.occurrence_steps import note_occurrence, refuse_closed_book
from openday.services.party_steps import TicketUrl, lock_occurrence, serve_waiting
from openday.services.republish import PageUrl, announce

IN_ALL = "各类合计"


@dataclass(frozen=True)
class SeatRules:
    """What holds above the quotas: how many people all of them hold together (None: as many as they hold each), and for
    how many working hours a freed seat is offered to the next in order (None: it is given at once)."""

    shared: int | None = None
    offer_hours: int | None = None


@use_case
def change_capacity(
    actor: Actor,
    code: str,
    capacities: Mapping[int, int],
    *,
    page_url: PageUrl,
    rules: SeatRules | None = None,
    ticket_url: TicketUrl | None = None,
) -> list[str]:
    """Set the seats of quotas, by quota id, and with `rules` what holds above them. Nobody loses a seat: below what is
    taken, the surplus stays. Offers that stand keep their deadline. With `ticket_url` those who wait have what became
    free at once; else they have it within the minute (`registration_changes.serve_waitlists`).

    Returns the names of the quotas that now hold more people than seats, `IN_ALL` last when all of them together do.

    Raises:
        NotFound: no such occurrence within reach.
        Conflict: it is over or cancelled, or its ballot is settled.
        Refused: a number out of range, or a quota of another occurrence.
    """
    now = clock.now()
    occurrence = occurrence_in_reach(actor, Right.PUBLICATION_MANAGE, code, lock=True)
    activity = occurrence.activity
    refuse_closed_book(occurrence, activity, now)
    if ballot_frozen(occurrence.id):
        raise Conflict("摇号规则和名单已经公布，摇号之前不能调整名额")
    lines = _set_quotas(occurrence, capacities) + (_set_rules(occurrence, rules) if rules else [])
    if lines:
        occurrence.changed_at = now
        told = {"shared": occurrence.capacity, "offer_hours": occurrence.offer_hours} if rules else {}
        capacities = dict(capacities)
        note_occurrence(actor, "occurrence.capacity", occurrence, activity, now, capacities=capacities, **told)
        if occurrence.number is not None:
            announce(activity, "changed", f"第{occurrence.number}场" + "；".join(lines), now=now, page_url=page_url)
            if ticket_url is not None:
                session().flush()
                serve_waiting(lock_occurrence(occurrence.id), now, ticket_url)
    return _crowded(occurrence)


def _set_quotas(occurrence: Occurrence, capacities: Mapping[int, int]) -> list[str]:
    """One phrase for the public history for each change."""
    quotas = {quota.id: quota for quota in occurrence.quotas}
    lines = []
    for quota_id, capacity in capacities.items():
        quota = quotas.get(quota_id)
        if quota is None or not 1 <= capacity <= MOST_SEATS:
            raise Refused(f"名额应为1至{MOST_SEATS}之间的整数", field="quotas")
        if capacity != quota.capacity:
            lines.append(f"“{quota.name}”名额由{quota.capacity}个调整为{capacity}个")
            # The column alone: `taken` moves meanwhile by guarded UPDATEs of its own.
            session().execute(update(Quota).where(Quota.id == quota_id).values(capacity=capacity))
    return lines


def _set_rules(occurrence: Occurrence, rules: SeatRules) -> list[str]:
    if rules.shared is not None and not 1 <= rules.shared <= MOST_SEATS:
        raise Refused(f"名额应为1至{MOST_SEATS}之间的整数", field="shared")
    if rules.offer_hours is not None and not 1 <= rules.offer_hours <= LONGEST_OFFER:
        raise Refused(f"保留时间应为1至{LONGEST_OFFER}个工作小时", field="offer_hours")
    lines = []
    if occurrence.capacity != rules.shared:
        was, becomes = (f"{n}个" if n is not None else "不另设上限" for n in (occurrence.capacity, rules.shared))
        lines.append(f"各类合计名额由{was}调整为{becomes}")
    if occurrence.offer_hours != rules.offer_hours:
        hours = rules.offer_hours
        lines.append(f"空出的名额为候补人员保留{hours}个工作小时" if hours else "空出的名额直接补给候补人员")
    occurrence.capacity, occurrence.offer_hours = rules.shared, rules.offer_hours
    return lines


def _crowded(occurrence: Occurrence) -> list[str]:
    over = select(Quota.name).where(Quota.occurrence_id == occurrence.id, Quota.taken > Quota.capacity)
    names = list(session().scalars(over.order_by(Quota.position)))
    held = session().scalar(select(func.sum(Quota.taken)).where(Quota.occurrence_id == occurrence.id)) or 0
    return [*names, IN_ALL] if occurrence.capacity is not None and held > occurrence.capacity else names
