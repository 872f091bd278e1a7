"""Seats, the waitlist and the time in which people may sign up."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True)
class Seats:
    """Seats of an occurrence or quota, in persons. `taken` may exceed `capacity` after the capacity was lowered."""

    capacity: int
    taken: int
    shared: "Seats | None" = None
    """For a quota: the seats that all quotas of its occurrence share, above their own; None where they share none."""

    def __post_init__(self) -> None:
        if self.capacity < 0 or self.taken < 0:
            raise ValueError("seats cannot be negative")

    @property
    def free(self) -> int:
        """Seats that can still be had, never negative."""
        left = max(0, self.capacity - self.taken)
        return left if self.shared is None else min(left, self.shared.free)

    @property
    def most(self) -> int:
        """The largest party that could ever have seats here."""
        return self.capacity if self.shared is None else min(self.capacity, self.shared.capacity)

    @property
    def full(self) -> bool:
        """Whether no seat is left."""
        return self.free == 0

    @property
    def share(self) -> float:
        """The share of seats that is taken, from 0.0 to 1.0; 1.0 when there are no seats at all."""
        return min(1.0, self.taken / self.capacity) if self.capacity else 1.0


def sharing(quotas: Sequence[Seats], capacity: int | None) -> tuple[Seats, ...]:
    """The quotas of one occurrence that together may hold `capacity` people; None: the quotas alone bound them."""
    if capacity is None:
        return tuple(quotas)
    shared = Seats(capacity, sum(quota.taken for quota in quotas))
    return tuple(replace(quota, shared=shared) for quota in quotas)


def as_one(quotas: Sequence[Seats]) -> Seats:
    """All quotas of one occurrence together; one that holds more than its seats takes none from the others."""
    capacity = sum(quota.capacity for quota in quotas)
    free = sum(max(0, quota.capacity - quota.taken) for quota in quotas)
    shared = quotas[0].shared if quotas else None
    if shared is not None:
        capacity, free = min(capacity, shared.capacity), min(free, shared.free)
    return Seats(capacity, max(0, capacity - free))


@dataclass(frozen=True)
class Waiting:
    """One party on the waitlist of a quota; `party_size` in persons, the one who registered included."""

    registration_id: int
    quota_id: int
    party_size: int

    def __post_init__(self) -> None:
        if self.party_size < 1:
            raise ValueError("a party is at least one person")


def promotable(queue: Sequence[Waiting], free: Mapping[int, int], shared: int | None = None) -> list[int]:
    """The registrations that get seats now, in the order of `queue` (longest waiting first).

    `free` maps quota ids to free seats; a quota that is not listed has none. `shared` is what is free of the seats that
    all quotas share, None where they share none. Parties are served whole or not at all.
    A party that does not fit keeps its place, and those behind it who fit are served. The reason: otherwise one large
    party could keep seats empty that others are waiting for, until the day is over. It stays fair because an earlier
    party always goes before a later one of the same or larger size in its quota.
    """
    left, together = dict(free), sum(free.values()) if shared is None else shared
    served = []
    for waiting in queue:
        if waiting.party_size <= min(left.get(waiting.quota_id, 0), together):
            left[waiting.quota_id] -= waiting.party_size
            together -= waiting.party_size
            served.append(waiting.registration_id)
    return served


def check_party(size: int, limit: int) -> int:
    """`size` itself if a party of that many may register; else ValueError with the reason. `limit` is at least 1."""
    if 1 <= size <= limit:
        return size
    if limit == 1:
        raise ValueError("报名人数应为1人，本活动每次只能报1人")
    raise ValueError(f"报名人数应为1至{limit}人（含本人）")


class Window(StrEnum):
    """Whether sign-up has begun, is open, or is over."""

    NOT_YET = "not_yet"
    OPEN = "open"
    OVER = "over"


def registration_window(opens_at: datetime | None, closes_at: datetime | None, now: datetime) -> Window:
    """Where `now` stands between `opens_at` and `closes_at`; both ends count as open, None means no limit there.

    Times must know their zone. An end before the beginning is over as soon as it has passed, whatever the beginning.
    """
    if any(moment is not None and moment.tzinfo is None for moment in (opens_at, closes_at, now)):
        raise ValueError("a time without a zone cannot be compared")
    if closes_at is not None and now > closes_at:
        return Window.OVER
    if opens_at is not None and now < opens_at:
        return Window.NOT_YET
    return Window.OPEN
