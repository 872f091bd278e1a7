"""The shapes in which the demonstration is written down; `build` makes them happen.

A day is written as `days.Days.day` reads it ('w1.6': Saturday of next week); texts may hold such days in angle
brackets, as `days.Days.words` reads them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from openday.rules.plan_states import PlanStatus
from openday.rules.states import Adoption, SignupMode


@dataclass(frozen=True)
class Slot:
    """One occurrence. `people` sign up, spread over the seats in order; `waiting` parties more stand behind them."""

    day: str
    hours: str
    """Start and end, '9:30-11:30'."""
    seats: tuple[tuple[str, int], ...] = (("公众", 20),)
    mode: SignupMode = SignupMode.FIRST_COME
    people: int = 0
    waiting: int = 0
    gave_up: int = 0
    """Parties that signed up and cancelled."""
    venue: str = ""
    opens: str = ""
    """The day on which sign-up opens, at nine; '' = with publication."""
    closes: str = ""
    """The day on which sign-up closes, at five in the afternoon; '' = at the start."""
    waitlist: bool = True
    party_limit: int = 4
    walk_ins: int = 0
    """How many may come without a registration."""
    walked_in: tuple[int, ...] = ()
    """The parties that did."""
    came: int = 0
    """How many of a hundred parties came, for an occurrence that has begun."""
    accepted: int = 0
    """Of those who applied where sign-ups are reviewed: how many parties are accepted; the next one is declined."""
    declined: str = ""
    """Why that one is declined."""
    proposed: bool = False
    """Whether it still waits for the office."""
    called_off: str = ""
    """Why this occurrence was cancelled."""
    moved_from: str = ""
    """The hours before it was moved."""


@dataclass(frozen=True)
class Report:
    """How it went, in the agency's words; `after` days after the last occurrence."""

    text: str
    invited: int
    public: int
    staff: int
    after: int = 2
    published: bool = True


@dataclass(frozen=True)
class Story:
    """One plan and what became of it. Texts are those of the form; `contact` '' takes the agency's."""

    agency: str
    theme: str
    time: str
    venue: str
    content: str
    audience: str
    signup: str = ""
    contact: str = ""
    phone: str = ""
    filed: int = 60
    """How many days ago the agency wrote it."""
    second_call: bool = False
    ends: PlanStatus = PlanStatus.PUBLISHED
    reason: str = ""
    """Why it was returned, withdrawn or cancelled."""
    comments: Mapping[str, str] = field(default_factory=dict)
    """Words pinned to fields when it was returned."""
    by_agency: bool = False
    """Whether the agency's own reviewer returned it."""
    first_text: Mapping[str, str] = field(default_factory=dict)
    """What stood in these fields before the office returned it once with `comments`."""
    slots: tuple[Slot, ...] = ()
    answers: tuple[tuple[int, int, str], ...] = ()
    """What visitors said afterwards: overall, clarity, comment."""
    report: Report | None = None


@dataclass(frozen=True)
class Voice:
    """A suggestion and how far it has come: `state` is a SuggestionStatus, `ago` days since it came in."""

    text: str
    state: str
    ago: int
    agency: str = ""
    theme: str = ""
    """The activity it speaks of; '' = none, and then `agency` says whom it concerns."""
    name: str = ""
    moved_to: str = ""
    """The agency that it was given to."""
    reply: str = ""
    adoption: Adoption = Adoption.REFERENCE
    reason: str = ""
    """Why it was adopted or not, or removed."""
