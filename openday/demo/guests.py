"""The visitors of the demonstration: how they get onto the lists, through the doors, and what they answer."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from random import Random

from sqlalchemy import select

from openday.db import session
from openday.demo.invited import decline_one, invite
from openday.demo.stories import Slot
from openday.demo.timeline import Timeline
from openday.demo.voices import GIVEN, SURNAMES
from openday.models.registrations import Registration
from openday.rules.permissions import Actor
from openday.rules.states import RegistrationSource, RegistrationStatus, SignupMode
from openday.services import checkin, decisions, registration_changes, registrations, surveys, walk_ins

_BY_STAFF = (RegistrationSource.PHONE, RegistrationSource.COUNTER, RegistrationSource.PAPER)
_PARTIES = (1, 1, 1, 2, 2, 3)
_A_MINUTE = timedelta(minutes=1)


@dataclass
class Guests:
    """Makes up visitors, one after the other; no two share a telephone number."""

    chance: Random
    ticket_url: Callable[[str], str]
    count: int = field(default=0)

    def next(self, people: int, quota: int | None) -> registrations.SignUp:
        """The form of one more visitor."""
        self.count += 1
        return registrations.SignUp(
            name=self.chance.choice(SURNAMES) + self.chance.choice(GIVEN),
            phone=f"1380000{self.count:04d}",
            party_size=people,
            consent=True,
            key=f"demonstration-{self.count}",
            quota=quota,
        )


@dataclass
class List:
    """The list of one occurrence while it fills: the tickets in the order in which they were given out."""

    guests: Guests
    timeline: Timeline
    slot: Slot
    occurrence: str
    filer: Actor
    starts_at: datetime
    ends_at: datetime
    tickets: list[str] = field(default_factory=list)
    applied: list[str] = field(default_factory=list)
    """The numbers of those who wait for a decision."""

    def fill(self, opens: datetime, closes: datetime) -> None:
        """Note who signs up between two moments; the waiting come last, the hesitant leave again."""
        wishes = [*self._parties(), *self._waiting()]
        span = max(closes - opens, _A_MINUTE * 5)
        moments = sorted(opens + span * self.guests.chance.uniform(0.01, 0.9) for _ in wishes)
        for moment, wish in zip(moments, wishes, strict=True):
            self.timeline.at(moment, partial(self._sign_up, wish))
        if self.slot.mode is SignupMode.INVITATION:
            self.timeline.at(opens, partial(invite, self.filer, self.occurrence, wishes, self.guests.ticket_url))
            self.timeline.at(opens + span * 0.5, partial(decline_one, self.occurrence))
        for number in range(self.slot.gave_up):
            left = partial(self._sign_up_and_leave, self.guests.next(1, 1))
            self.timeline.at(opens + span * (0.92 + number * 0.01), left)

    def _parties(self) -> list[registrations.SignUp]:
        chance, slot = self.guests.chance, self.slot
        whole = sum(seats for _, seats in slot.seats)
        shares = [slot.people * seats // whole for _, seats in slot.seats] if whole else []
        if shares:
            shares[0] += slot.people - sum(shares)
        wishes = []
        for position, left in enumerate(shares, start=1):
            while left > 0:
                people = min(chance.choice(_PARTIES), slot.party_limit, left)
                wishes.append(self.guests.next(people, position))
                left -= people
        chance.shuffle(wishes)
        return wishes

    def _waiting(self) -> list[registrations.SignUp]:
        return [self.guests.next(min(2, self.slot.party_limit, 1 + n % 2), 1) for n in range(self.slot.waiting)]

    def _sign_up(self, wish: registrations.SignUp) -> None:
        invited = self.slot.mode is SignupMode.INVITATION
        by_staff = invited or self.guests.chance.random() < 0.15
        source = self.guests.chance.choice(_BY_STAFF) if by_staff else RegistrationSource.ONLINE
        made = registrations.register(
            self.occurrence,
            wish,
            ticket_url=self.guests.ticket_url,
            actor=self.filer if by_staff else None,
            source=source,
        )
        if made.status is RegistrationStatus.CONFIRMED:
            self.tickets.append(made.code)
        if made.status is RegistrationStatus.APPLIED:
            self.applied.append(made.number)

    def review(self) -> None:
        """The agency accepts the first of those who applied and declines the next; the others wait."""
        accepted = self.applied[: self.slot.accepted]
        decided = partial(decisions.decide, self.filer, self.occurrence, ticket_url=self.guests.ticket_url)
        decided(accepted, accept=True, reason="")
        decided(self.applied[len(accepted) :][:1], accept=False, reason=self.slot.declined)

    def _sign_up_and_leave(self, wish: registrations.SignUp) -> None:
        made = registrations.register(self.occurrence, wish, ticket_url=self.guests.ticket_url)
        registration_changes.cancel_registration(made.code, ticket_url=self.guests.ticket_url)

    def let_in(self, answers: tuple[tuple[int, int, str], ...]) -> None:
        """Note who comes through the door, and what they answer in the evening."""
        coming = self.tickets[: max(len(self.tickets) * self.slot.came // 100, len(answers))]
        for ticket in coming:
            self.timeline.at(self._arrival(), partial(self._admit, ticket))
        for number, people in enumerate(self.slot.walked_in):
            self.timeline.at(self._arrival(), partial(self._walk_in, people, f"{self.occurrence}-{number}"))
        said = answers if self.ends_at < self.timeline.now else ()
        for number, (ticket, answer) in enumerate(zip(coming, said, strict=False)):
            evening = self.ends_at + timedelta(hours=2, minutes=17 * number)
            self.timeline.at(evening, partial(surveys.answer_survey, ticket, surveys.Answer(*answer)))

    def _arrival(self) -> datetime:
        moment = self.starts_at + _A_MINUTE * self.guests.chance.randint(-20, 15)
        if moment < self.timeline.now:
            return moment
        return self.timeline.now - _A_MINUTE * self.guests.chance.randint(1, 20)

    def _admit(self, ticket: str) -> None:
        registration_id = session().scalars(select(Registration.id).where(Registration.code == ticket)).one()
        gate = "正门" if registration_id % 3 else "北门"
        checkin.admit(self.filer, self.occurrence, registration_id, gate=gate)

    def _walk_in(self, people: int, key: str) -> None:
        walk_ins.admit_walk_in(self.filer, self.occurrence, walk_ins.WalkIn(people, key=key))
