"""Ballots (摇号): planned by the office, frozen in public, drawn by a second person with a seed from outside.

The draw is applied and everybody is told in one transaction: nobody sees a result and then draws again; see
docs/decisions/011.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import Table, bindparam, insert, select, update

from openday import clock
from openday.db import session, together, use_case
from openday.errors import Conflict, NotFound, Refused
from openday.models.ballots import Ballot, BallotEntry
from openday.models.occurrences import Occurrence
from openday.models.registrations import Registration
from openday.queries.activities import occurrence_in_reach
from openday.queries.ballots import applied_entries, ballot_settled, free_quotas, newest_ballot, shared_free
from openday.queries.registrations import Occasion, sayable
from openday.rules import ballot as rules
from openday.rules.ballot import BallotRefused, BallotRules, Drawn, Luck, SeedSource
from openday.rules.ballot_groups import grouping_choices, grouping_of
from openday.rules.permissions import Actor, Right
from openday.rules.privacy import plain_text
from openday.rules.signup import Closure, closure
from openday.rules.signup_form import form_from
from openday.rules.states import OccurrenceStatus, RegistrationStatus, SignupMode
from openday.rules.wording import day_text, moment_text
from openday.services import ledger
from openday.services.batch_steps import held_back
from openday.services.party_steps import (
    GUEST_COLUMNS,
    TicketUrl,
    guest_from,
    lock_occurrence,
    serve_waiting,
    take_seats,
    tell,
)

BallotUrl = Callable[[str], str]
"""Makes the absolute address of a ballot's public page from its code."""

LONGEST_SOURCE = 200
LONGEST_WITNESS = 100
_registrations = cast(Table, Registration.__table__)
_entries = cast(Table, BallotEntry.__table__)


@dataclass(frozen=True)
class BallotPlan:
    """What the office decides before the list is frozen; `reserve` bounds each quota's reserve list, None: all.

    `grouping` is the value of a `GroupingChoice`, "" for none, and `weights` what its groups count.
    """

    sources: tuple[SeedSource, ...]
    reserve: int | None = None
    grouping: str = ""
    weights: Mapping[str, int] = field(default_factory=dict)


@use_case
def plan_ballot(actor: Actor, occurrence_code: str, plan: BallotPlan) -> str:
    """Plan the draw of an occurrence, or change what is planned; nothing of it is public yet. Returns its code.

    Raises:
        NotFound: no such occurrence within reach.
        Conflict: not an occurrence with a ballot, or its list is frozen or drawn already.
        Refused: a source without a description or a day, or weights of groups that there are not.
    """
    now = clock.now()
    occurrence = occurrence_in_reach(actor, Right.REGISTRATION_MANAGE, occurrence_code, lock=True)
    _refuse_no_ballot(occurrence)
    if ballot_settled(occurrence.id):
        raise Conflict("摇号规则和名单已经公布，不能再修改")
    sources = tuple(_checked_source(source, index) for index, source in enumerate(plan.sources))
    if not sources:
        raise Refused("请至少填写一个种子来源", field="witness")
    ballot = newest_ballot(occurrence.id)
    number, reason = 1, ""
    if ballot is not None:
        again = ballot.status == "void"
        number, reason = ballot.number + again, ballot.reason
    planned = _rules_now(occurrence, number, reason, sources, plan.reserve)
    found = _with_groups(occurrence, plan, planned).as_dict()
    if ballot is None or ballot.number != number:
        ballot = Ballot(occurrence_id=occurrence.id, number=number, reason=reason, created_at=now)
        session().add(ballot)
    ballot.rules, ballot.created_by_id = found, actor.user_id
    session().flush()
    _note("ballot.plan", actor, ballot, occurrence, now, number=ballot.number)
    return ballot.code


def _with_groups(occurrence: Occurrence, plan: BallotPlan, planned: BallotRules) -> BallotRules:
    try:
        choices = grouping_choices(form_from(occurrence.form).questions)
        grouping = grouping_of(choices, plan.grouping, plan.weights)
    except ValueError as wrong:
        raise Refused(str(wrong), field="weights") from wrong
    if grouping is None:
        return planned
    return replace(planned, weights={"": 1, **grouping.weights}, grouped_by=(grouping.kind, grouping.what))


def _rules_now(
    occurrence: Occurrence, number: int, reason: str, sources: tuple[SeedSource, ...], reserve: int | None
) -> BallotRules:
    """The rules with the seats that are free at this moment."""
    return BallotRules(
        occurrence=occurrence.code,
        draw=number,
        quotas=free_quotas(occurrence.id),
        shared_seats=shared_free(occurrence.id),
        sources=sources,
        reserve=reserve,
        reason=reason,
    )


def _refuse_no_ballot(occurrence: Occurrence) -> None:
    if occurrence.signup_mode != SignupMode.BALLOT:
        raise Conflict("这一场的报名形式不是摇号")
    if occurrence.status != OccurrenceStatus.SCHEDULED:
        raise Conflict("这一场没有公布、已延期或已取消，不能摇号")
    if occurrence.closes_at is None or occurrence.closes_at >= occurrence.starts_at:
        raise Conflict("请先设定报名截止时间，并在活动开始之前留出摇号的时间")


def _checked_source(source: SeedSource, index: int) -> SeedSource:
    what = plain_text(source.what[:5000])
    field = "witness" if source.kind == "witness" else "public"
    if not what:
        raise Refused("请写明种子的来源", field=field)
    if len(what) > LONGEST_SOURCE:
        raise Refused(f"最多{LONGEST_SOURCE}个字", field=field)
    return SeedSource(source.kind, what, _day(source.when, f"{field}_day").isoformat())


def _day(text: str, field: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as wrong:
        raise Refused("请填写日期，例如2026-09-16", field=field) from wrong


@use_case
def freeze_ballot(actor: Actor, code: str) -> None:
    """Fix rules and list and publish them with their hash; from here on nobody comes onto the list.

    Raises:
        NotFound: no such ballot within reach.
        Conflict: sign-up is still open, nobody applied, a seed would be known already, or it is frozen already.
    """
    now = clock.now()
    ballot, occurrence, occasion = _held(actor, code)
    _refuse_unless(ballot, "planned", "摇号规则和名单已经公布")
    _refuse_no_ballot(occurrence)
    if closure(occasion.facts, now) is not Closure.OVER or now >= occasion.starts_at:
        raise Conflict(f"报名于{moment_text(occasion.facts.ends)}截止，截止之后、活动开始之前才能公布名单")
    planned = rules.rules_from(ballot.rules)
    _refuse_known_seeds(planned, now.date())
    final = replace(
        _rules_now(occurrence, ballot.number, planned.reason, planned.sources, planned.reserve),
        weights=planned.weights,
        grouped_by=planned.grouped_by,
    )
    applied = applied_entries(occurrence, final)
    if not applied:
        raise Conflict("没有等待摇号的报名")
    entries = [entry for _, entry in applied]
    rules.check(final, entries)
    ballot.rules, ballot.status, ballot.frozen_at = final.as_dict(), "frozen", now
    ballot.commitment = rules.commitment(final, entries)
    session().flush()
    session().execute(
        insert(_entries),
        [
            {
                "ballot_id": ballot.id,
                "registration_id": registration_id,
                "entry": entry.id,
                "quota": entry.quota,
                "party": entry.party,
                "weight_group": entry.group,
            }
            for registration_id, entry in applied
        ],
    )
    _note("ballot.freeze", actor, ballot, occurrence, now, commitment=ballot.commitment, entries=len(entries))


def _refuse_known_seeds(planned: BallotRules, today: date) -> None:
    """What is public on the day of the list could have been chosen to fit it."""
    for source in planned.sources:
        when = date.fromisoformat(source.when)
        if source.kind == "public" and when <= today:
            raise Conflict("公开数据应在名单公布之后的日期产生，请修改种子来源的日期")
        if when < today:
            raise Conflict("见证人给出数字的日期已过，请修改种子来源的日期")


@use_case
def void_ballot(actor: Actor, code: str, reason: str) -> None:
    """Declare a frozen list void before it is drawn; it stays public with the reason, and a new draw may be planned.

    Raises:
        NotFound: no such ballot within reach.
        Conflict: it is not frozen, or drawn already: whoever was told keeps what was drawn.
        Refused: without a reason.
    """
    now = clock.now()
    ballot, occurrence, _ = _held(actor, code)
    _refuse_unless(ballot, "frozen", "只有已公布名单、尚未摇号的可以作废；已经摇出的结果不能作废")
    why = plain_text(reason[:5000]).rstrip("。.；;")
    if not why or len(why) > 500:
        raise Refused("请写明理由，市民会看到，最多500个字", field="reason")
    ballot.status, ballot.reason = "void", why
    _note("ballot.void", actor, ballot, occurrence, now, number=ballot.number)


@dataclass(frozen=True)
class DrawnBallot:
    """How many parties drew what."""

    selected: int
    reserve: int
    not_selected: int


@use_case
def draw_ballot(
    actor: Actor,
    code: str,
    values: Sequence[str],
    witness: str,
    *,
    ticket_url: TicketUrl,
    ballot_url: BallotUrl,
    hold: bool = False,
) -> DrawnBallot:
    """Draw with the seed values, in the order of the published sources; seats are taken and everybody is told; with
    `hold` what they are told waits in a batch.

    Raises:
        NotFound: no such ballot within reach.
        Conflict: not frozen, not yet the day, already begun, or planned by the same person.
        Refused: a value or the witness's name is missing.
    """
    now = clock.now()
    ballot, occurrence, occasion = _held(actor, code)
    _refuse_unless(ballot, "frozen", "名单还没有公布，或已经摇号")
    _refuse_no_ballot(occurrence)
    final = rules.rules_from(ballot.rules)
    _refuse_draw_now(actor, ballot, final, occasion, now)
    by = _checked_witness(final, witness)
    entries = _frozen_entries(ballot)
    try:
        result = rules.draw(final, entries, values)
        seed = rules.seed_of(final, entries, values)
    except BallotRefused as wrong:
        raise Refused(str(wrong), field="value") from wrong
    ballot.status, ballot.seed, ballot.witness = "drawn", seed, by
    ballot.seed_values = [rules.plain_value(value) for value in values]
    ballot.drawn_at, ballot.drawn_by_id = now, actor.user_id
    session().flush()
    _keep_result(ballot, result)
    _note("ballot.draw", actor, ballot, occurrence, now, seed=seed, commitment=ballot.commitment)
    with held_back(actor, hold, "ballot", occurrence.activity, f" 第{occurrence.number}场", now):
        _apply(actor, ballot, occasion, now, ticket_url, ballot_url(ballot.code))
        if not hold or occasion.offer_hours is None:
            serve_waiting(occasion, now, ticket_url)
        # Otherwise the worker serves them: the clock of an offer runs at once, so its letter may wait in no batch.
    counts = {luck: sum(drawn.luck is luck for drawn in result) for luck in Luck}
    return DrawnBallot(counts[Luck.SELECTED], counts[Luck.RESERVE], counts[Luck.NOT_SELECTED])


def _refuse_draw_now(actor: Actor, ballot: Ballot, final: BallotRules, occasion: Occasion, now: datetime) -> None:
    if now >= occasion.starts_at:
        raise Conflict("活动已经开始，不能再摇号")
    if ballot.created_by_id == actor.user_id:
        raise Conflict("制定摇号规则的人不能录入种子，请由另一位工作人员录入并摇号")
    last_day = max(date.fromisoformat(source.when) for source in final.sources)
    if now.date() < last_day:
        raise Conflict(f"种子数值在{day_text(last_day)}产生，到那一天才能摇号")


def _checked_witness(final: BallotRules, witness: str) -> str:
    name = plain_text(witness[:5000])
    if any(source.kind == "witness" for source in final.sources) and not name:
        raise Refused("请填写见证人的姓名", field="witness")
    if len(name) > LONGEST_WITNESS:
        raise Refused(f"最多{LONGEST_WITNESS}个字", field="witness")
    return name


def _frozen_entries(ballot: Ballot) -> list[rules.Entry]:
    rows = session().scalars(select(BallotEntry).where(BallotEntry.ballot_id == ballot.id))
    return [rules.Entry(row.entry, row.quota, row.party, row.weight_group) for row in rows]


def _keep_result(ballot: Ballot, result: Sequence[Drawn]) -> None:
    statement = (
        update(_entries)
        .where(_entries.c.ballot_id == ballot.id, _entries.c.entry == bindparam("of"))
        .values(call=bindparam("called"), luck=bindparam("lucky"), place=bindparam("placed"))
    )
    rows = [{"of": d.entry, "called": d.call, "lucky": d.luck.value, "placed": d.place} for d in result]
    session().connection().execute(statement, rows)


_STATUS = {
    Luck.SELECTED: RegistrationStatus.CONFIRMED,
    Luck.RESERVE: RegistrationStatus.WAITLISTED,
    Luck.NOT_SELECTED: RegistrationStatus.DECLINED,
}


def _apply(
    actor: Actor, ballot: Ballot, occasion: Occasion, now: datetime, ticket_url: TicketUrl, address: str
) -> None:
    """Give everybody who still applies what they drew; who has withdrawn meanwhile leaves the seats to the reserve."""
    applying = _still_applying(ballot)
    people: dict[int, int] = {}
    for row in applying:
        if row.luck == Luck.SELECTED:
            people[row.quota_id] = people.get(row.quota_id, 0) + row.party_size
    for quota_id, seats in people.items():
        if not take_seats(quota_id, seats, from_waitlist=True):
            raise Conflict("名额少于公布的规则，请先恢复名额再摇号")
    _move(actor, occasion.id, applying, now)
    with together():
        for row in applying:
            kind, who = f"ballot.{Luck(row.luck).value}", guest_from(row, row.id)
            tell(kind, who, occasion, now, ticket_url, place=row.place, ballot=address)


def _still_applying(ballot: Ballot) -> list[Any]:
    columns = ("id", "quota_id", *GUEST_COLUMNS)
    statement = (
        select(
            *(getattr(Registration, name) for name in columns), BallotEntry.luck, BallotEntry.call, BallotEntry.place
        )
        .join(BallotEntry, BallotEntry.registration_id == Registration.id)
        .where(BallotEntry.ballot_id == ballot.id, Registration.status == RegistrationStatus.APPLIED)
        .order_by(BallotEntry.call)
    )
    return list(session().execute(statement))


def _move(actor: Actor, occurrence_id: int, applying: Sequence[Any], now: datetime) -> None:
    statement = (
        update(_registrations)
        .where(_registrations.c.id == bindparam("of"))
        .values(
            status=bindparam("becomes"),
            confirmed_at=bindparam("since"),
            reserve_place=bindparam("behind"),
            decided_by_id=actor.user_id,
            decided_at=now,
        )
    )
    rows = [
        {
            "of": row.id,
            "becomes": _STATUS[Luck(row.luck)].value,
            "since": now if row.luck == Luck.SELECTED else None,
            "behind": row.call if row.luck == Luck.RESERVE else None,
        }
        for row in applying
    ]
    if rows:
        session().connection().execute(statement, rows)
        gone = _registrations.c.status == RegistrationStatus.DECLINED.value
        here = _registrations.c.occurrence_id == occurrence_id
        # Whoever was not drawn may sign up for another occurrence of the activity.
        session().execute(update(_registrations).where(here, gone).values(activity_phone=None))


def _held(actor: Actor, code: str) -> tuple[Ballot, Occurrence, Occasion]:
    """The ballot while activity and occurrence are held, so that nobody signs up or changes seats meanwhile."""
    of = select(Occurrence.code).join(Ballot, Ballot.occurrence_id == Occurrence.id)
    occurrence_code = session().scalar(of.where(Ballot.code == sayable(code)))
    if occurrence_code is None:
        raise NotFound()
    occurrence = occurrence_in_reach(actor, Right.REGISTRATION_MANAGE, occurrence_code, lock=True)
    occasion = lock_occurrence(occurrence.id)
    fresh = select(Ballot).where(Ballot.code == sayable(code)).execution_options(populate_existing=True)
    return session().scalars(fresh).one(), occurrence, occasion


def _refuse_unless(ballot: Ballot, status: str, reason: str) -> None:
    if ballot.status != status:
        raise Conflict(reason)


def _note(action: str, actor: Actor, ballot: Ballot, occurrence: Occurrence, now: datetime, **detail: Any) -> None:
    ledger.record(
        action,
        actor=actor,
        record_type="ballot",
        record_id=ballot.id,
        agency_id=occurrence.activity.agency_id,
        now=now,
        **detail,
    )
