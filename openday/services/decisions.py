"""Review (审核报名): somebody accepts or declines those who applied, one or many at once, and each of them is told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, select, update

from openday import clock
from openday.db import session, use_case
from openday.errors import Conflict, Refused
from openday.models.registrations import Registration
from openday.queries.activities import occurrence_in_reach
from openday.queries.registrations import Occasion
from openday.rules.permissions import Actor, Right
from openday.rules.privacy import plain_text
from openday.rules.states import RegistrationStatus, SignupMode
from openday.services import ledger
from openday.services.batch_steps import held_back
from openday.services.party_steps import GUEST_COLUMNS, TicketUrl, guest_from, lock_occurrence, take_seats, tell

REASON_LIMIT = 500
MOST_AT_ONCE = 100
_registrations = cast(Table, Registration.__table__)


@dataclass(frozen=True)
class Decided:
    """How many parties were decided, the numbers of those for whom seats did not suffice, and how many are gone."""

    done: int
    full: tuple[str, ...]
    gone: int


@use_case
def decide(
    actor: Actor,
    occurrence_code: str,
    numbers: Sequence[str],
    *,
    accept: bool,
    reason: str,
    ticket_url: TicketUrl,
    hold: bool = False,
) -> Decided:
    """Accept or decline the applicants with these desk numbers, in the order in which they came.

    Accepting takes the seats of whole parties; those for whom they do not suffice stay undecided. `reason` is told to
    those who are declined, and kept as the ground of an acceptance. With `hold` what they are told waits in a batch.
    Raises:
        Forbidden: `hold` by somebody who is not of the office.
        NotFound: no such occurrence within reach.
        Conflict: not decided by review, or begun, cancelled or put off.
        Refused: nobody was chosen, or somebody is declined without a reason.
    """
    now = clock.now()
    occurrence = occurrence_in_reach(actor, Right.REGISTRATION_ENTER, occurrence_code, lock=True)
    occasion = lock_occurrence(occurrence.id)
    _refuse_no_review(occasion, now)
    why = _checked_reason(reason, needed=not accept)
    wanted = set(numbers)
    if not 1 <= len(wanted) <= MOST_AT_ONCE:
        raise Refused(f"请选择1至{MOST_AT_ONCE}份报名", field="numbers")
    waiting = _applied(occasion, wanted)
    full = []
    with held_back(actor, hold, "review", occurrence.activity, f" 第{occurrence.number}场", now):
        for row in waiting:
            if accept and not take_seats(row.quota_id, row.party_size, from_waitlist=True):
                full.append(row.number)
                continue
            _settle(actor, row, accept, why, now)
            letter = "accepted" if accept else "declined"
            who = guest_from(row, row.id)
            tell(f"registration.{letter}", who, occasion, now, ticket_url, reason=why)
    return Decided(len(waiting) - len(full), tuple(full), len(wanted) - len(waiting))


def _refuse_no_review(occasion: Occasion, now: datetime) -> None:
    if occasion.facts.mode is not SignupMode.REVIEW:
        raise Conflict("这一场的报名形式不是审核报名")
    if occasion.facts.cancelled or occasion.facts.postponed:
        raise Conflict("这一场已经取消或延期，不能审核报名")
    if now >= occasion.starts_at:
        raise Conflict("活动已经开始，不能再审核报名")


def _checked_reason(reason: str, *, needed: bool) -> str:
    text = plain_text(reason[:5000]).rstrip("。.；;")
    if needed and not text:
        raise Refused("请写明理由，报名人会看到", field="reason")
    if len(text) > REASON_LIMIT:
        raise Refused(f"最多{REASON_LIMIT}个字", field="reason")
    return text


def _applied(occasion: Occasion, numbers: set[str]) -> list[Any]:
    columns = ("id", "quota_id", *GUEST_COLUMNS)
    statement = (
        select(*(getattr(Registration, name) for name in columns))
        .where(
            Registration.occurrence_id == occasion.id,
            Registration.status == RegistrationStatus.APPLIED,
            Registration.number.in_(numbers),
        )
        .order_by(Registration.id)
    )
    return list(session().execute(statement))


def _settle(actor: Actor, row: Any, accept: bool, why: str, now: datetime) -> None:
    status = RegistrationStatus.CONFIRMED if accept else RegistrationStatus.DECLINED
    session().execute(
        update(_registrations)
        .where(_registrations.c.id == row.id)
        .values(
            status=status.value,
            confirmed_at=now if accept else None,
            decided_by_id=actor.user_id,
            decided_at=now,
            decision_reason=why,
            **({} if accept else {"activity_phone": None}),  # free for another occurrence of the activity
        )
    )
    action = "registration.accept" if accept else "registration.decline"
    ledger.record(action, actor=actor, record_type="registration", record_id=row.id, now=now)
