"""What the public calendar shows, as values: entries, occurrences with their seats, days, a whole activity."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property

from openday.clock import SHANGHAI
from openday.rules.fuzzy_date import DayPart, FuzzyDate, Precision, read_period
from openday.rules.seats import Seats, as_one
from openday.rules.signup import SignupFacts, closure
from openday.rules.signup_form import PLAIN, SignupForm
from openday.rules.states import SignupMode
from openday.rules.watching import may_be_watched

OVER = "over"
"""The state of an occurrence that has ended; the other states are those of sign-up."""


@dataclass(frozen=True)
class QuotaSeats:
    """The seats for one part of the audience."""

    id: int
    name: str
    seats: Seats


@dataclass(frozen=True)
class Slot:
    """One occurrence as the public sees it; `number` counts the occurrences of its activity from 1."""

    id: int
    code: str
    number: int
    starts_at: datetime
    ends_at: datetime
    venue: str
    facts: SignupFacts
    waitlist: bool
    cancel_reason: str
    quotas: tuple[QuotaSeats, ...]
    asked: SignupForm = PLAIN
    """What its sign-up form asks for; only the page of an activity knows."""
    names: bool = False
    """Whether the masked names of those who get in are published; only the page of an activity knows."""

    @property
    def cancelled(self) -> bool:
        """Whether it does not take place."""
        return self.facts.cancelled

    @property
    def postponed(self) -> bool:
        """Whether it is put off to a time not known yet."""
        return self.facts.postponed

    @property
    def seats(self) -> Seats:
        """All quotas together; a quota that holds more than its seats takes none from the others."""
        return as_one([quota.seats for quota in self.quotas])

    @property
    def shares(self) -> bool:
        """Whether its quotas share seats."""
        return any(quota.seats.shared is not None for quota in self.quotas)

    def state(self, now: datetime) -> str:
        """over, open, waitlist, full, or why nobody can sign up (the values of rules.signup.Closure)."""
        if not self.cancelled and not self.postponed and now >= self.ends_at:
            return OVER
        why = closure(self.facts, now)
        if why is not None:
            return why.value
        if not self.seats.full or self.facts.mode.decides_later:
            return "open"
        return "waitlist" if self.waitlist else "full"

    def moves_at(self) -> tuple[datetime, ...]:
        """The moments at which the state changes by itself."""
        opens = (self.facts.opens_at,) if self.facts.opens_at else ()
        # Sign-up is open at its last moment, and over after it.
        return (*opens, self.facts.ends + timedelta(microseconds=1), self.ends_at)


@dataclass(frozen=True)
class Entry:
    """One line of a list: an occurrence, or (without `slot`) an activity whose time is still vague."""

    code: str
    theme: str
    agency: str
    cancelled: bool
    cancel_reason: str
    mode: SignupMode
    venue: str
    audience_text: str
    time_text: str
    precision: Precision
    first_day: date | None
    last_day: date | None
    start_time: time | None
    end_time: time | None
    day_part: DayPart | None
    tentative: bool
    slot: Slot | None

    @cached_property
    def period(self) -> FuzzyDate:
        """The period as it was printed; what the columns say where the text says something else."""
        year = (self.first_day or self.last_day or date.max).year
        read = read_period(self.time_text, year=min(year, 9000))
        same = (self.precision, self.first_day, self.last_day) == (read.precision, read.first, read.last)
        return read if same else self._period_of_columns()

    def _period_of_columns(self) -> FuzzyDate:
        return FuzzyDate(
            text=self.time_text,
            precision=self.precision,
            first=self.first_day,
            last=self.last_day,
            dates=(),
            start=self.start_time,
            end=self.end_time,
            part=self.day_part,
            tentative=self.tentative,
            weekday_wrong=False,
            reason="",
            rhythm="",
        )


@dataclass(frozen=True)
class EntryPage:
    """One page of a list; `page` is the page that is shown, whatever was asked."""

    entries: tuple[Entry, ...]
    page: int
    pages: int
    total: int


@dataclass(frozen=True)
class DayEntry:
    """An occurrence in a cell of the month."""

    slot_id: int
    code: str
    theme: str
    starts_at: datetime
    ends_at: datetime
    cancelled: bool
    full: bool
    postponed: bool = False


@dataclass(frozen=True)
class Day:
    """A day of the month: the first entries, and how many there are in all."""

    day: date
    entries: tuple[DayEntry, ...]
    total: int


@dataclass(frozen=True)
class Month:
    """A month: its days, the first of the vague activities that touch it, and how many of those there are."""

    year: int
    month: int
    days: tuple[Day, ...]
    vague: tuple[Entry, ...]
    vague_total: int
    seats: tuple[tuple[int, int, int], ...]
    """(quota id, capacity, taken) behind the word 已满 of every entry that is shown."""
    shares: bool = False
    """Whether quotas of one of them share seats: then it may be full though no quota is."""


@dataclass(frozen=True)
class PublicOutcome:
    """How it went, as published."""

    held_on: date
    people: int
    text: str


@dataclass(frozen=True)
class ActivityPage:
    """Everything that the page of one activity says; `history` is newest first: when, what kind
    of change (see ActivityChange), and the line about it."""

    entry: Entry
    agency_slug: str
    agency_phone: str
    content: str
    signup_text: str
    contact: str
    contact_phone: str
    published_at: datetime
    postpone_reason: str
    slots: tuple[Slot, ...]
    history: tuple[tuple[datetime, str, str], ...]
    outcome: PublicOutcome | None
    hosts: tuple[tuple[str, str], ...] = ()
    """(kind, name) of the agencies that hold it together with the one that filed it; kinds of `HOST_KINDS`."""

    def watchable(self, today: date) -> bool:
        """Whether one may ask to be told of changes."""
        entry = self.entry
        postponed = bool(self.postpone_reason) or any(slot.postponed for slot in self.slots)
        return may_be_watched(cancelled=entry.cancelled, postponed=postponed, last_day=entry.last_day, today=today)


def seats_shown(slots: Iterable[Slot]) -> tuple[tuple[int, int, int], ...]:
    """(quota id, capacity, taken) of every quota behind these occurrences, in the order of the ids."""
    return tuple(sorted((q.id, q.seats.capacity, q.seats.taken) for slot in slots for q in slot.quotas))


def next_change(slots: Iterable[Slot], now: datetime) -> datetime:
    """When something that is shown changes by itself: a state of these occurrences, at the latest the day."""
    midnight = datetime.combine(now.date() + timedelta(days=1), time(), SHANGHAI)
    return min([midnight, *(moment for slot in slots for moment in slot.moves_at() if moment > now)])
