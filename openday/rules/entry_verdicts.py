"""What would become of each line of a pasted list, said before anything is entered."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

from openday.rules.party_lines import PartyLine
from openday.rules.phone import mask_phone
from openday.rules.seats import Seats, check_party


class Verdict(StrEnum):
    """What a line comes to."""

    SEATED = "seated"
    APPLIED = "applied"
    WAITLISTED = "waitlisted"
    FULL = "full"
    KNOWN = "known"
    TWICE = "twice"
    WRONG = "wrong"

    @property
    def enters(self) -> bool:
        """Whether the line is worth entering."""
        return self in (Verdict.SEATED, Verdict.APPLIED, Verdict.WAITLISTED)


@dataclass(frozen=True)
class Judged:
    """A line with what it comes to, in words; the telephone number masked."""

    line: PartyLine
    verdict: Verdict
    text: str

    @property
    def phone(self) -> str:
        """138****1234, '' where none was read."""
        return mask_phone(self.line.phone) if self.line.phone else ""


@dataclass(frozen=True)
class Room:
    """What the lines meet: seats of the quota, the largest party, whether a waitlist is kept, whether who gets in is
    decided later, and which numbers are on the list already."""

    seats: Seats
    party_limit: int
    waitlist: bool
    decides_later: bool
    known: Collection[str]


def judge_lines(lines: Sequence[PartyLine], room: Room) -> list[Judged]:
    """A forecast for each line, in order, as if nobody else signed up meanwhile; entering them decides again."""
    judged: list[Judged] = []
    seen: dict[str, int] = {}
    free = room.seats.free
    waiting = False
    for line in lines:
        found = _fault(line, room, seen)
        if found is None:
            found = _place(line, room, free, waiting)
            seen[line.phone] = line.number
        if found.verdict is Verdict.SEATED:
            free -= line.people
        waiting = waiting or found.verdict is Verdict.WAITLISTED
        judged.append(found)
    return judged


def _fault(line: PartyLine, room: Room, seen: dict[str, int]) -> Judged | None:
    if line.problem:
        return Judged(line, Verdict.WRONG, line.problem)
    if line.phone in seen:
        return Judged(line, Verdict.TWICE, f"与第{seen[line.phone]}行的号码相同")
    if line.phone in room.known:
        return Judged(line, Verdict.KNOWN, "已在名单上，不再登记")
    try:
        check_party(line.people, room.party_limit)
    except ValueError as wrong:
        return Judged(line, Verdict.WRONG, str(wrong))
    if line.people > room.seats.most > 0:
        return Judged(line, Verdict.WRONG, f"本场名额共{room.seats.most}个，报名人数应不超过{room.seats.most}人")
    return None


def _place(line: PartyLine, room: Room, free: int, waiting: bool) -> Judged:
    if room.decides_later:
        return Judged(line, Verdict.APPLIED, "可以登记，等待审核或摇号")
    if line.people <= free:
        return Judged(line, Verdict.SEATED, "可以登记")
    if room.waitlist and room.seats.most > 0:
        return Judged(
            line, Verdict.WAITLISTED, "名额不足，登记为候补" if waiting or free == 0 else f"剩余{free}个名额，整组候补"
        )
    return Judged(line, Verdict.FULL, "名额已满" if free == 0 else f"剩余{free}个名额，不够一行{line.people}人")
