"""Which plans get into each other's way: the same place, the same invited people or the same leader on the same days.

A clash is certain when the days are exact (and, for places and leaders, the hours overlap or are not written); it is
possible when one of the plans only names a 旬 or a few days, or when the hours lie apart. Whoever only names a month or
more clashes with nobody. What counts as the same is told from the words alone, see `clash_marks`.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from enum import StrEnum
from itertools import combinations

from openday.rules.clash_marks import AUDIENCE, FIGURE, PLACE, Mark, marks_of, place_mark
from openday.rules.timetable import FIRM_DAYS, NEAR_DAYS, Filing, Slot


class ClashKind(StrEnum):
    """What the plans have in common."""

    PLACE = PLACE
    AUDIENCE = AUDIENCE
    FIGURE = FIGURE

    @property
    def label(self) -> str:
        """The Chinese name."""
        return {"place": "同日同地", "audience": "同日同对象", "figure": "同日同一负责人"}[self.value]


@dataclass(frozen=True)
class Clash:
    """Two or more plans in each other's way; `about` is the place, the group or the office that they share."""

    kind: ClashKind
    about: str
    certain: bool
    first: date
    last: date
    members: tuple[tuple[Filing, Slot], ...]

    @property
    def codes(self) -> frozenset[str]:
        """The plans concerned."""
        return frozenset(filing.code for filing, _ in self.members)


@dataclass(frozen=True, slots=True)
class _Use:
    filing: Filing
    slot: Slot
    mark: Mark


_KINDS = {PLACE: ClashKind.PLACE, AUDIENCE: ClashKind.AUDIENCE, FIGURE: ClashKind.FIGURE}
_TWO_HOURS = 120


def find_clashes(filings: Iterable[Filing], since: date) -> tuple[Clash, ...]:
    """Every clash from `since` on, the certain ones first, then by day."""
    found: list[Clash] = []
    for uses in _by_mark(filings, since).values():
        if len({use.filing.code for use in uses}) > 1:
            found += _on_days(uses, since)
            found += _perhaps(uses)
    order = list(ClashKind)
    return tuple(sorted(found, key=lambda c: (not c.certain, c.first, order.index(c.kind), c.about, c.last)))


def clashes_of(code: str, clashes: Iterable[Clash]) -> tuple[Clash, ...]:
    """Those in which one plan takes part."""
    return tuple(clash for clash in clashes if code in clash.codes)


def _by_mark(filings: Iterable[Filing], since: date) -> dict[tuple[str, str], list[_Use]]:
    buckets: dict[tuple[str, str], list[_Use]] = defaultdict(list)
    for filing in filings:
        shared: Sequence[Mark] | None = None
        for slot in filing.slots:
            if slot.last < since or slot.length > NEAR_DAYS:
                continue
            shared = marks_of(filing) if shared is None else shared
            place = place_mark(slot.venue, filing.agency_id)
            for mark in (*shared, place) if place else shared:
                buckets[mark.kind, mark.key].append(_Use(filing, slot, mark))
    return buckets


def _on_days(uses: Sequence[_Use], since: date) -> Iterator[Clash]:
    """What falls on the same exact days; runs of days with the same plans are one clash."""
    by_day: dict[date, list[_Use]] = defaultdict(list)
    for use in uses:
        if _firm(use.slot):
            for day in use.slot.days():
                by_day[day].append(use)
    previous: Clash | None = None
    for day in sorted(day for day, together in by_day.items() if len(together) > 1 and day >= since):
        together = by_day[day]
        if len({use.filing.code for use in together}) < 2:
            continue
        clash = _clash(together, _sure(together), day, day)
        if previous and previous.codes == clash.codes and previous.last + timedelta(days=1) == day:
            clash = _clash(together, previous.certain or clash.certain, previous.first, day)
            previous = clash
            continue
        if previous:
            yield previous
        previous = clash
    if previous:
        yield previous


def _perhaps(uses: Sequence[_Use]) -> Iterator[Clash]:
    """What may fall together: for each vague span everything that lies in it or touches it."""
    spans = {(u.slot.first, u.slot.last) for u in uses if not _firm(u.slot) and not u.mark.broad}
    told: set[frozenset[str]] = set()
    for first, last in sorted(spans):
        within = [use for use in uses if use.slot.first <= last and use.slot.last >= first]
        codes = frozenset(use.filing.code for use in within)
        if len(codes) > 1 and codes not in told:
            told.add(codes)
            yield _clash(within, False, first, last)


def _clash(uses: Sequence[_Use], certain: bool, first: date, last: date) -> Clash:
    members = {use.filing.code: (use.filing, use.slot) for use in reversed(uses)}
    ordered = sorted(members.values(), key=lambda each: (each[1].first, each[1].start or time.min, each[0].code))
    mark = min((use.mark for use in uses), key=lambda mark: len(mark.label))
    return Clash(_KINDS[mark.kind], mark.label, certain, first, last, tuple(ordered))


def _firm(slot: Slot) -> bool:
    return slot.firm and slot.length <= FIRM_DAYS


def _sure(together: Sequence[_Use]) -> bool:
    """Whether two different plans of one day cannot both be held as written."""
    return any(
        one.filing.code != other.filing.code and _collide(one, other) for one, other in combinations(together, 2)
    )


def _collide(one: _Use, other: _Use) -> bool:
    if one.mark.kind == AUDIENCE:
        return True
    if one.mark.detail and other.mark.detail and one.mark.detail != other.mark.detail:
        return False
    return _hours_overlap(one.slot, other.slot)


def _hours_overlap(one: Slot, other: Slot) -> bool:
    """Hours that nobody wrote may be any; an end that nobody wrote is two hours later."""
    if one.start is None or other.start is None:
        return True
    return _minutes(one.start) < _end(other) and _minutes(other.start) < _end(one)


def _minutes(clock: time) -> int:
    return clock.hour * 60 + clock.minute


def _end(slot: Slot) -> int:
    if slot.end is not None:
        return _minutes(slot.end)
    return _minutes(slot.start or time.min) + _TWO_HOURS
