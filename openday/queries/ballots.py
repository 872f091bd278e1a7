"""Ballots as the office plans and makes them, and as everybody may read them afterwards."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, exists, func, select

from openday.db import session
from openday.errors import NotFound
from openday.models.ballots import Ballot, BallotEntry
from openday.models.occurrences import Occurrence, Quota
from openday.models.people import User
from openday.models.registrations import Registration
from openday.queries.registrations import kept_extras
from openday.rules import ballot as rules
from openday.rules.ballot import BallotQuota, BallotRules, Chance, Drawn, Entry, Luck, SeedSource
from openday.rules.ballot_groups import EARLIER_GROUP, QUESTION, GroupingChoice, group_of_answers, grouping_choices
from openday.rules.signup_form import form_from
from openday.rules.states import ActivityStatus, OccurrenceStatus, RegistrationStatus

SETTLED = ("frozen", "drawn")
PUBLIC = ("frozen", "drawn", "void")
PER_PAGE = 100
_SIMULATED = 200
_MOST_NUMBERS = 200_000
"""How many numbers a simulation works out at most: some tenths of a second."""


def ballot_settled(occurrence_id: int) -> bool:
    """Whether the list of an occurrence is fixed for a draw, or drawn already: nobody comes onto it any more."""
    return _any(occurrence_id, SETTLED)


def ballot_frozen(occurrence_id: int) -> bool:
    """Whether the list of an occurrence is fixed and waits for its draw."""
    return _any(occurrence_id, ("frozen",))


def _any(occurrence_id: int, statuses: tuple[str, ...]) -> bool:
    settled = exists().where(Ballot.occurrence_id == occurrence_id, Ballot.status.in_(statuses))
    return bool(session().scalar(select(settled)))


def newest_ballot(occurrence_id: int) -> Ballot | None:
    """The last ballot of an occurrence."""
    of = select(Ballot).where(Ballot.occurrence_id == occurrence_id)
    return session().scalar(of.order_by(Ballot.number.desc()).limit(1))


def free_quotas(occurrence_id: int) -> tuple[BallotQuota, ...]:
    """The seats of each quota that are still to be given."""
    rows = session().execute(
        select(Quota.name, Quota.capacity, Quota.taken)
        .where(Quota.occurrence_id == occurrence_id)
        .order_by(Quota.position)
    )
    return tuple(BallotQuota(row.name, max(0, row.capacity - row.taken)) for row in rows)


def shared_free(occurrence_id: int) -> int | None:
    """The seats that all quotas share and that are still to be given; None where they share none."""
    taken = select(func.coalesce(func.sum(Quota.taken), 0)).where(Quota.occurrence_id == occurrence_id)
    row = (
        session()
        .execute(
            select(Occurrence.capacity, taken.scalar_subquery().label("taken")).where(Occurrence.id == occurrence_id)
        )
        .one()
    )
    return None if row.capacity is None else max(0, row.capacity - row.taken)


def applied_entries(occurrence: Occurrence, found: BallotRules | None = None) -> list[tuple[int, Entry]]:
    """Everybody who waits for the draw of an occurrence, as (registration id, entry), in the groups of the rules."""
    rows = session().execute(
        select(
            Registration.id,
            Registration.code,
            Registration.party_size,
            Registration.extras,
            Registration.phone_hash,
            Quota.name,
        )
        .join(Quota, Quota.id == Registration.quota_id)
        .where(Registration.occurrence_id == occurrence.id, Registration.status == RegistrationStatus.APPLIED)
        .order_by(Registration.id)
    )
    group = _groups(occurrence, found)
    return [
        (row.id, Entry(rules.entry_id(occurrence.code, row.code), row.name, row.party_size, group(row))) for row in rows
    ]


def _groups(occurrence: Occurrence, found: BallotRules | None) -> Callable[[Any], str]:
    """What tells the group of a row: its answer, or what its phone drew before."""
    if found is None or found.grouped_by is None:
        return lambda row: ""
    kind, what = found.grouped_by
    if kind == QUESTION:
        return lambda row: group_of_answers(kept_extras(row.extras).get("answers", []), what, found.weights)
    unlucky = _unlucky_phones(occurrence)
    return lambda row: EARLIER_GROUP if row.phone_hash in unlucky else ""


def _unlucky_phones(occurrence: Occurrence) -> set[str]:
    """Hashes of the phones that drew no seat in an earlier ballot of the activity, nor got one from its reserve."""
    statement = (
        select(Registration.phone_hash)
        .join(BallotEntry, BallotEntry.registration_id == Registration.id)
        .join(Ballot, Ballot.id == BallotEntry.ballot_id)
        .join(Occurrence, Occurrence.id == Ballot.occurrence_id)
        .where(
            Occurrence.activity_id == occurrence.activity_id,
            Occurrence.id != occurrence.id,
            Ballot.status == "drawn",
            BallotEntry.luck != Luck.SELECTED.value,
            Registration.status.in_((RegistrationStatus.WAITLISTED.value, RegistrationStatus.DECLINED.value)),
            Registration.phone_hash.is_not(None),
        )
    )
    return {phone for phone in session().scalars(statement) if phone}


def simulated(found: BallotRules, entries: list[Entry]) -> tuple[Chance, ...]:
    """The chance of each kind of entry, over as many simulated draws as are worth the wait; () without entries."""
    if not entries:
        return ()
    numbers = sum(found.weights[entry.group] for entry in entries)
    draws = max(10, min(_SIMULATED, _MOST_NUMBERS // numbers))
    return rules.chances(found, entries, draws)


@dataclass(frozen=True)
class BallotPage:
    """A ballot with what it belongs to."""

    code: str
    number: int
    status: str
    rules: BallotRules
    reason: str
    commitment: str
    seed: str
    seed_values: tuple[str, ...]
    witness: str
    created_by_id: int
    planned_by: str
    drawn_by: str
    frozen_at: datetime | None
    drawn_at: datetime | None
    occurrence_code: str
    occurrence_number: int | None
    starts_at: datetime
    ends_at: datetime
    theme: str
    activity_code: str
    entries: int
    people: int
    cancelled: bool = False
    """Whether the occurrence or its whole activity was called off."""
    postponed: bool = False
    """Whether the occurrence was put off and has no new time yet."""
    others: tuple[tuple[str, int], ...] = ()
    """The other draws of the same occurrence that are public, as (code, number)."""


@dataclass(frozen=True)
class ListRow:
    """One row of the public list; `call`, `luck` and `place` come with the draw."""

    entry: str
    quota: str
    party: int
    group: str
    call: int | None
    luck: Luck | None
    place: int | None


def ballot_page(code: str, *, planned: bool = False) -> BallotPage:
    """A ballot; one that is only planned is nobody's business but the office's (`planned`).

    Raises:
        NotFound: there is none.
    """
    statuses = (*PUBLIC, "planned") if planned else PUBLIC
    ballot = session().scalar(select(Ballot).where(Ballot.code == code.replace("\x00", "\ufffd")))
    if ballot is None or ballot.status not in statuses:
        raise NotFound()
    occurrence, activity = ballot.occurrence, ballot.occurrence.activity
    count, people = (
        session()
        .execute(
            select(func.count(), func.coalesce(func.sum(BallotEntry.party), 0)).where(
                BallotEntry.ballot_id == ballot.id
            )
        )
        .one()
    )
    people_of = select(User).where(User.id.in_([ballot.created_by_id, ballot.drawn_by_id or 0]))
    names = {user.id: user.name for user in session().scalars(people_of)}
    return BallotPage(
        **{name: getattr(ballot, name) for name in ("code", "number", "status", "reason", "witness", "created_by_id")},
        rules=rules.rules_from(ballot.rules),
        commitment=ballot.commitment or "",
        seed=ballot.seed or "",
        seed_values=tuple(ballot.seed_values or ()),
        planned_by=names.get(ballot.created_by_id, ""),
        drawn_by=names.get(ballot.drawn_by_id or 0, ""),
        frozen_at=ballot.frozen_at,
        drawn_at=ballot.drawn_at,
        occurrence_code=occurrence.code,
        occurrence_number=occurrence.number,
        starts_at=occurrence.starts_at,
        ends_at=occurrence.ends_at,
        theme=activity.theme,
        activity_code=activity.code,
        entries=count,
        people=int(people),
        cancelled=occurrence.status == OccurrenceStatus.CANCELLED or activity.status == ActivityStatus.CANCELLED,
        postponed=occurrence.status == OccurrenceStatus.POSTPONED,
        others=tuple(other for other in public_ballots(occurrence.id) if other[0] != ballot.code),
    )


@dataclass(frozen=True)
class BallotDesk:
    """What the office works with: the newest draw, who applies, and what each may expect by the rules as they stand."""

    ballot: BallotPage | None
    parties: int
    people: int
    quotas: tuple[BallotQuota, ...]
    chances: tuple[Chance, ...]
    groupings: tuple[GroupingChoice, ...]
    """What may tell groups apart."""
    shared_seats: int | None
    drawn: dict[str, int]
    """Entries by what they drew; every outcome is there."""


def ballot_desk(occurrence: Occurrence) -> BallotDesk:
    """The desk of a ballot; chances are simulated until it is drawn."""
    newest = newest_ballot(occurrence.id)
    page = ballot_page(newest.code, planned=True) if newest else None
    rules_now = _rules_to_simulate(occurrence, page)
    entries = [entry for _, entry in applied_entries(occurrence, rules_now)]
    drawn = page is not None and page.status == "drawn"
    return BallotDesk(
        page,
        len(entries),
        sum(entry.party for entry in entries),
        rules_now.quotas,
        () if drawn else simulated(rules_now, entries),
        tuple(grouping_choices(form_from(occurrence.form).questions)),
        rules_now.shared_seats,
        _counts(newest),
    )


def _counts(ballot: Ballot | None) -> dict[str, int]:
    found = dict.fromkeys((luck.value for luck in Luck), 0)
    if ballot is not None and ballot.status == "drawn":
        of = select(BallotEntry.luck, func.count()).where(BallotEntry.ballot_id == ballot.id)
        found |= {luck: count for luck, count in session().execute(of.group_by(BallotEntry.luck)) if luck}
    return found


def _rules_to_simulate(occurrence: Occurrence, page: BallotPage | None) -> BallotRules:
    """The seats as they are free now, with the groups and the length of the reserve that are planned or published."""
    nothing = SeedSource("public", "-", "-")
    shared = shared_free(occurrence.id)
    now = BallotRules(occurrence.code, 1, free_quotas(occurrence.id), (nothing,), shared_seats=shared)
    if page is None or page.status == "void":
        return now
    return replace(now, weights=page.rules.weights, grouped_by=page.rules.grouped_by, reserve=page.rules.reserve)


def public_ballots(occurrence_id: int) -> list[tuple[str, int]]:
    """(code, number) of the draws of an occurrence that are public, the newest first."""
    of = select(Ballot.code, Ballot.number).where(Ballot.occurrence_id == occurrence_id, Ballot.status.in_(PUBLIC))
    return [(code, number) for code, number in session().execute(of.order_by(Ballot.number.desc()))]


def _of(code: str) -> ColumnElement[bool]:
    return BallotEntry.ballot_id == select(Ballot.id).where(Ballot.code == code).scalar_subquery()


def list_rows(code: str, page: int | None = None) -> list[ListRow]:
    """The list: in the order of call once it is drawn, by entry before; one page of it, or all."""
    order = (BallotEntry.call.is_(None), BallotEntry.call, BallotEntry.entry)
    statement = select(BallotEntry).where(_of(code)).order_by(*order)
    if page is not None:
        statement = statement.limit(PER_PAGE).offset((page - 1) * PER_PAGE)
    return [_row(row) for row in session().scalars(statement)]


def own_row(code: str, occurrence: str, receipt: str) -> ListRow | None:
    """The row of whoever holds this ticket code."""
    mine = rules.entry_id(occurrence, receipt)
    row = session().scalar(select(BallotEntry).where(_of(code), BallotEntry.entry == mine))
    return _row(row) if row else None


def _row(row: BallotEntry) -> ListRow:
    luck = Luck(row.luck) if row.luck else None
    return ListRow(row.entry, row.quota, row.party, row.weight_group, row.call, luck, row.place)


def ballot_data(code: str, *, before: bool) -> dict[str, object]:
    """The public data of a ballot: as it was before the draw, or with the seed and the result.

    Raises:
        NotFound: there is none in public, or it is not drawn (yet).
    """
    ballot = session().scalar(select(Ballot).where(Ballot.code == code.replace("\x00", "\ufffd")))
    if ballot is None or ballot.status not in PUBLIC or (not before and ballot.status != "drawn"):
        raise NotFound()
    return _data(ballot, before=before)


def _data(ballot: Ballot, *, before: bool) -> dict[str, object]:
    rows = session().scalars(select(BallotEntry).where(BallotEntry.ballot_id == ballot.id)).all()
    entries = [Entry(row.entry, row.quota, row.party, row.weight_group) for row in rows]
    found = rules.rules_from(ballot.rules)
    if before:
        return rules.published(found, entries)
    drawn = sorted(rows, key=lambda row: row.call or 0)
    result = [Drawn(row.entry, row.call or 0, Luck(row.luck or ""), row.place) for row in drawn]
    return rules.published(found, entries, ballot.seed_values or [], result)
