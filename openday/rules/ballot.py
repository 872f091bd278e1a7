"""The ballot (摇号): who gets the seats, by a draw that anybody can repeat afterwards from what was published.

Before the draw the rules and the list of entries are frozen and their hashes published. The seed comes later from
outside, from sources that the rules named. From then on nothing is left to anybody's choice:

1. `commitment` = SHA-256 over the hashes of the rules and of the entries; `seed` = SHA-256 over the commitment and the
   values of the sources, in their order.
2. An entry of weight w gets w numbers, SHA-256(seed, entry, 1 … w), and keeps its smallest. Entries are called up from
   the smallest number to the largest, so that the chance to be called up first is exactly proportional to the weight,
   with integers alone.
3. A party that is called up takes its seats when its quota, and the capacity shared by all quotas, still hold the whole
   party; otherwise it goes onto the reserve list of its quota, in this very order, and the next one is called up.

A party counts as one entry: nobody's chance grows with the number of people they bring.
`ballot_verifier` is the same procedure written a second time, as one file that needs nothing but Python.
"""

import json
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256
from typing import Any

FORMAT = "openday-ballot/1"
HEAVIEST = 100
LONGEST_VALUE = 200
_ENTRY_ID = re.compile(r"[0-9a-f]{24}")


class Luck(StrEnum):
    """What the draw gave to an entry."""

    SELECTED = "selected"
    RESERVE = "reserve"
    NOT_SELECTED = "not_selected"

    @property
    def label(self) -> str:
        """The Chinese name of the outcome."""
        return {"selected": "中签", "reserve": "候补", "not_selected": "未中签"}[self.value]


class BallotRefused(ValueError):
    """Rules, entries or seed values that no draw can be made from; the message is a Chinese sentence."""


@dataclass(frozen=True)
class BallotQuota:
    """Seats for one part of the audience, in persons."""

    name: str
    seats: int


@dataclass(frozen=True)
class SeedSource:
    """Where a part of the seed will come from, named before the draw.

    `kind` is "witness" (digits read in by the named person) or "public" (a published figure of a later day).
    """

    kind: str
    what: str
    when: str
    """The day from which the value is known, as YYYY-MM-DD."""


@dataclass(frozen=True)
class BallotRules:
    """Everything that is fixed before the draw. `reserve` bounds the reserve list of each quota; None: everybody."""

    occurrence: str
    draw: int
    quotas: tuple[BallotQuota, ...]
    sources: tuple[SeedSource, ...]
    weights: Mapping[str, int] = field(default_factory=lambda: {"": 1})
    """Group to weight; every entry belongs to a group, "" where none are told apart."""
    shared_seats: int | None = None
    reserve: int | None = None
    reason: str = ""
    """Why it is drawn again; empty for the first draw."""
    grouped_by: tuple[str, str] | None = None
    """What tells the groups apart, as (kind, words): see `rules.ballot_groups`; None where none are told apart."""

    def as_dict(self) -> dict[str, object]:
        """The published object whose canonical form is hashed."""
        groups = {} if self.grouped_by is None else {"grouped_by": list(self.grouped_by)}
        return {
            **groups,
            "format": FORMAT,
            "occurrence": self.occurrence,
            "draw": self.draw,
            "reason": self.reason,
            "quotas": [[quota.name, quota.seats] for quota in self.quotas],
            "shared_seats": self.shared_seats,
            "weights": dict(self.weights),
            "reserve": self.reserve,
            "sources": [[source.kind, source.what, source.when] for source in self.sources],
        }


def rules_from(data: Mapping[str, Any]) -> BallotRules:
    """The rules of a published object (`BallotRules.as_dict`)."""
    return BallotRules(
        occurrence=data["occurrence"],
        draw=data["draw"],
        reason=data["reason"],
        quotas=tuple(BallotQuota(name, seats) for name, seats in data["quotas"]),
        shared_seats=data["shared_seats"],
        weights=data["weights"],
        reserve=data["reserve"],
        sources=tuple(SeedSource(kind, what, when) for kind, what, when in data["sources"]),
        grouped_by=(data["grouped_by"][0], data["grouped_by"][1]) if "grouped_by" in data else None,
    )


@dataclass(frozen=True)
class Entry:
    """One party in the draw, under a pseudonym that only the holder of its receipt can work out (`entry_id`)."""

    id: str
    quota: str
    party: int
    group: str = ""

    def as_row(self) -> list[object]:
        """The published row."""
        return [self.id, self.quota, self.party, self.group]


@dataclass(frozen=True)
class Drawn:
    """What the draw gave to one entry: `place` counts from 1, in the order of call for all, or of its reserve list."""

    entry: str
    call: int
    luck: Luck
    place: int | None

    def as_row(self) -> list[object]:
        """The published row."""
        return [self.entry, self.call, self.luck.value, self.place]


def entry_id(occurrence: str, receipt: str) -> str:
    """The pseudonym of a registration: 24 hex digits; nobody can guess the receipt (138 bits) from it."""
    return sha256(f"{FORMAT}/entry\n{occurrence}\n{receipt.strip().lower()}".encode()).hexdigest()[:24]


def canonical(value: object) -> bytes:
    """The bytes that are hashed: JSON with sorted keys, without spaces, in UTF-8."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def rules_hash(rules: BallotRules) -> str:
    """64 hex digits over the rules."""
    return sha256(canonical(rules.as_dict())).hexdigest()


def entries_hash(entries: Iterable[Entry]) -> str:
    """64 hex digits over the list of entries, whatever their order."""
    return sha256(canonical(sorted(entry.as_row() for entry in entries))).hexdigest()


def commitment(rules: BallotRules, entries: Iterable[Entry]) -> str:
    """The one hash to publish before the draw: it fixes the rules and the entries."""
    return sha256(f"{FORMAT}\n{rules_hash(rules)}\n{entries_hash(entries)}".encode()).hexdigest()


def plain_value(text: str) -> str:
    """A seed value as it counts: half-width, capital letters, without any space or separator."""
    wide = unicodedata.normalize("NFKC", text).upper()
    kept = "".join(char for char in wide if char.isalnum() or char in "+-.")
    if not kept or len(kept) > LONGEST_VALUE:
        raise BallotRefused(f"种子数值应为1至{LONGEST_VALUE}个数字或字母")
    return kept


def seed_of(rules: BallotRules, entries: Iterable[Entry], values: Sequence[str]) -> str:
    """The seed (64 hex digits) from the values of the sources, in the order of `rules.sources`."""
    if len(values) != len(rules.sources):
        raise BallotRefused(f"规则公布了{len(rules.sources)}个种子来源，现有{len(values)}个数值")
    parts = [f"{FORMAT}/seed", commitment(rules, entries), *(plain_value(value) for value in values)]
    return sha256("\n".join(parts).encode()).hexdigest()


def check(rules: BallotRules, entries: Sequence[Entry]) -> None:
    """Raise BallotRefused for what cannot be drawn: no source, unknown quotas or groups, entries that stand twice."""
    _check_rules(rules)
    names = {quota.name for quota in rules.quotas}
    if len({entry.id for entry in entries}) != len(entries):
        raise BallotRefused("名单中有重复的报名")
    for entry in entries:
        if not _ENTRY_ID.fullmatch(entry.id) or entry.quota not in names or entry.group not in rules.weights:
            raise BallotRefused("名单中有编号、名额或分组不正确的报名")
        if entry.party < 1:
            raise BallotRefused("名单中有人数不正确的报名")


def _check_rules(rules: BallotRules) -> None:
    names = [quota.name for quota in rules.quotas]
    if not names or len(set(names)) != len(names):
        raise BallotRefused("名额应至少有一类，名称不能重复")
    if any(quota.seats < 0 for quota in rules.quotas) or (rules.shared_seats or 0) < 0 or (rules.reserve or 0) < 0:
        raise BallotRefused("名额不能为负数")
    if not rules.weights or any(not 1 <= weight <= HEAVIEST for weight in rules.weights.values()):
        raise BallotRefused(f"权重应为1至{HEAVIEST}的整数")
    if not rules.sources or any(source.kind not in ("witness", "public") for source in rules.sources):
        raise BallotRefused("请至少公布一个种子来源")
    if rules.draw < 1 or (rules.draw > 1 and not rules.reason):
        raise BallotRefused("重新摇号须写明理由")


def draw(rules: BallotRules, entries: Sequence[Entry], values: Sequence[str]) -> tuple[Drawn, ...]:
    """The result, in the order of call.

    Raises:
        BallotRefused: rules and entries do not fit together, or a seed value is missing or empty.
    """
    check(rules, entries)
    return _allot(rules, _order(rules, entries, seed_of(rules, entries, values)))


def _order(rules: BallotRules, entries: Iterable[Entry], seed: str) -> list[Entry]:
    return sorted(entries, key=lambda entry: (_smallest_number(seed, entry.id, rules.weights[entry.group]), entry.id))


def _smallest_number(seed: str, entry: str, weight: int) -> bytes:
    return min(sha256(f"{seed}\n{entry}\n{number}".encode()).digest() for number in range(1, weight + 1))


def _allot(rules: BallotRules, order: Iterable[Entry]) -> tuple[Drawn, ...]:
    left = {quota.name: quota.seats for quota in rules.quotas}
    shared = rules.shared_seats if rules.shared_seats is not None else sum(left.values())
    reserve = dict.fromkeys(left, 0)
    result = []
    for call, entry in enumerate(order, start=1):
        if entry.party <= min(left[entry.quota], shared):
            left[entry.quota] -= entry.party
            shared -= entry.party
            result.append(Drawn(entry.id, call, Luck.SELECTED, None))
        elif rules.reserve is None or reserve[entry.quota] < rules.reserve:
            reserve[entry.quota] += 1
            result.append(Drawn(entry.id, call, Luck.RESERVE, reserve[entry.quota]))
        else:
            result.append(Drawn(entry.id, call, Luck.NOT_SELECTED, None))
    return tuple(result)


def published(
    rules: BallotRules,
    entries: Sequence[Entry],
    values: Sequence[str] | None = None,
    result: Sequence[Drawn] | None = None,
) -> dict[str, object]:
    """The public data: rules, entries and hashes before the draw; the seed and the result with them afterwards."""
    data: dict[str, object] = {
        "format": FORMAT,
        "rules": rules.as_dict(),
        "entries": sorted(entry.as_row() for entry in entries),
        "rules_sha256": rules_hash(rules),
        "entries_sha256": entries_hash(entries),
        "commitment": commitment(rules, entries),
    }
    if values is not None and result is not None:
        data["seed_values"] = [plain_value(value) for value in values]
        data["seed"] = seed_of(rules, entries, values)
        data["result"] = [drawn.as_row() for drawn in result]
    return data


@dataclass(frozen=True)
class Chance:
    """How often entries of one kind were selected over many simulated draws, from 0.0 to 1.0."""

    quota: str
    group: str
    party: int
    entries: int
    selected: float


def chances(rules: BallotRules, entries: Sequence[Entry], draws: int = 200) -> tuple[Chance, ...]:
    """What each kind of entry may expect before anything is published, by `draws` simulated draws.

    The simulation has seeds of its own, so that it tells nothing about the draw to come.
    """
    check(rules, entries)
    kinds: dict[tuple[str, str, int], int] = {}
    for entry in entries:
        kind = (entry.quota, entry.group, entry.party)
        kinds[kind] = kinds.get(kind, 0) + 1
    kind_of = {entry.id: (entry.quota, entry.group, entry.party) for entry in entries}
    won = dict.fromkeys(kinds, 0)
    for number in range(draws):
        seed = sha256(f"{FORMAT}/simulation\n{number}".encode()).hexdigest()
        for drawn in _allot(rules, _order(rules, entries, seed)):
            won[kind_of[drawn.entry]] += drawn.luck is Luck.SELECTED
    return tuple(
        Chance(quota, group, party, count, won[quota, group, party] / (count * draws))
        for (quota, group, party), count in sorted(kinds.items())
    )
