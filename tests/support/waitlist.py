"""A waitlist under load: many wait, many leave, the office raises the seats, and one checker reads what became of it.

story = drive(server, occurrence, Stage(waiting=500, leaving=300, raises=20, clients=32))
waitlist_faults(story) == []

Everything goes over HTTP. The checker knows what was asked and answered, the lists and the order that staff can read,
and returns a sentence for everything that must not be.
"""

import csv
import io
import itertools
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from tests.support.rush import Answer, Guest, Visitor, hidden_fields, rush, sign_up

LONGEST_IDLE = 60.0
"""Seconds for which a seat may be free while somebody waits who would fit."""
_SERVED, _LEFT = "registration.promote", "registration.cancel"


@dataclass(frozen=True)
class Stage:
    """How many wait, how many leave, how often seats are added, by how many clients; `newcomers` sign up meanwhile."""

    waiting: int
    leaving: int
    raises: int
    clients: int
    newcomers: int = 0
    largest: int = 3
    """Parties have one to so many people."""
    seed: int = 20261121


@dataclass(frozen=True)
class Party:
    """A line of the list as staff read it."""

    code: str
    number: str
    people: int
    status: str


@dataclass(frozen=True)
class Served:
    """A line of the order in which seats were given; `act` is the ledger's word."""

    act: str
    turn: int
    number: str


@dataclass(frozen=True)
class Look:
    """The list as it was read between two moments, with the seats that there were at least."""

    began: float
    parties: Sequence[Party]
    seats: int


@dataclass(frozen=True)
class Story:
    """Everything that was asked, answered and read."""

    answers: Sequence[Answer]
    """Of everybody who signed up, in no order."""
    queue: Sequence[Party]
    """Who waited before anybody left, as the list had them."""
    left: Sequence[str]
    """Codes of the tickets that were told to be cancelled."""
    newcomers: Sequence[Answer]
    looks: Sequence[Look]
    served: Sequence[Served]
    final: Sequence[Party]
    seats: int
    """At the end."""
    failures: Sequence[str] = ()
    """Requests that were not answered as they must be."""
    seconds: float = 0.0


def drive(origin: str, occurrence: str, stage: Stage, log_in: Callable[[str], Visitor], seats: int) -> Story:
    """Fill an occurrence that has `seats` seats in one quota, let people leave and seats be added, watch; the story.

    `log_in` makes a visitor who is logged in as the person with that log-in: filer and officer.
    """
    url = f"{origin}/occurrences/{occurrence}/sign-up"
    answers = _fill(url, stage)
    staff = _Staff(origin, occurrence, log_in("filer"), log_in("officer"), seats)
    before = staff.roster()
    queue = [party for party in before if party.status == "waitlisted"]
    chance = random.Random(stage.seed + 1)
    inside = [party.code for party in before if party.status == "confirmed"]
    out = chance.sample([party.code for party in queue], stage.leaving // 10)
    leaving = chance.sample(inside, stage.leaving - len(out)) + out
    chance.shuffle(leaving)
    late = [Guest(f"后来{n:04d}", f"150{n:08d}", chance.randint(1, stage.largest)) for n in range(stage.newcomers)]
    begun, over = time.time(), threading.Event()
    with ThreadPoolExecutor(2) as desk:
        watching = desk.submit(staff.watch, over)
        raising = desk.submit(staff.raise_seats, stage.raises, chance)
        with ThreadPoolExecutor(stage.clients - 1) as pool:
            gone = [pool.submit(_leave, origin, code) for code in leaving]
            new = [pool.submit(_sign_up, url, guest) for guest in late]
            failures = [text for text in (one.result() for one in gone) if text]
            newcomers = [one.result() for one in new]
        failures += raising.result()
        staff.settle()
        over.set()
        looks = watching.result()
    final, order = staff.roster(), staff.order()
    staff.close()
    seconds = time.time() - begun
    return Story(answers, queue, leaving, newcomers, looks, order, final, staff.seats, failures, seconds)


def _fill(url: str, stage: Stage) -> list[Answer]:
    """Let people sign up until so many wait."""
    chance, numbers = random.Random(stage.seed), itertools.count(1)
    answers: list[Answer] = []
    while (missing := stage.waiting - sum(one.outcome == "waitlisted" for one in answers)) > 0:
        crowd = [
            Guest(f"来宾{n:05d}", f"139{n:08d}", chance.randint(1, stage.largest))
            for n in itertools.islice(numbers, max(1, missing // 2))
        ]
        answers += rush(url, crowd, clients=min(stage.clients, len(crowd)))
    return answers


class _Staff:
    """What the filer reads and the officer changes."""

    def __init__(self, origin: str, occurrence: str, filer: Visitor, officer: Visitor, seats: int) -> None:
        self._lists = f"{origin}/agency/occurrences/{occurrence}"
        self._desk = f"{origin}/office/occurrences/{occurrence}"
        self._filer, self._officer = filer, officer
        self.seats = seats
        self._mine = threading.Lock()

    def roster(self) -> list[Party]:
        """The list as it is."""
        rows = self._csv(f"{self._lists}/roster.csv")
        return [Party(row["code"], row["number"], int(row["party_size"]), row["status"]) for row in rows]

    def order(self) -> list[Served]:
        """The order in which seats were given."""
        rows = self._csv(f"{self._lists}/waitlist.csv")
        return [Served(row["act"], int(row["turn"]), row["number"]) for row in rows]

    def _csv(self, url: str) -> list[dict[str, str]]:
        with self._mine:
            status, _, text = self._filer.ask("GET", url)
        assert status == 200, f"{url} answered {status}"
        return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))

    def close(self) -> None:
        """Hang up."""
        self._filer.close()
        self._officer.close()

    def watch(self, over: threading.Event) -> list[Look]:
        """Look at the list twice a second until `over`."""
        looks = []
        while not over.wait(0.5):
            seats, began = self.seats, time.time()
            looks.append(Look(began, self.roster(), seats))
        return looks

    def raise_seats(self, times: int, chance: random.Random) -> list[str]:
        """Add a few seats so many times, a moment apart; what went wrong."""
        failures = []
        for _ in range(times):
            time.sleep(chance.uniform(0.05, 0.3))
            _, _, html = self._officer.ask("GET", f"{self._desk}/seats")
            more = self.seats + chance.randint(1, 8)
            form = {name: str(more) for name in _names(html, "quota-")}
            status, _, _ = self._officer.ask("POST", f"{self._desk}/seats", {**form, **hidden_fields(html)})
            if status == 303:
                self.seats = more
            else:
                failures.append(f"raising the seats answered {status}")
        return failures

    def settle(self) -> None:
        """Wait until nobody who waits fits into what is free; the checker complains if that takes too long."""
        end = time.time() + LONGEST_IDLE + 30
        while time.time() < end and _fitting(Look(0.0, self.roster(), self.seats)):
            time.sleep(0.5)


def _names(html: str, prefix: str) -> list[str]:
    return sorted({part.split('"', 1)[0] for part in html.split('name="')[1:] if part.startswith(prefix)})


def _leave(origin: str, code: str) -> str:
    """Cancel a ticket as its holder does; what went wrong, or ''."""
    visitor = Visitor(origin)
    page = f"{origin}/tickets/{code}/cancel"
    _, _, html = visitor.ask("GET", page)
    status, _, _ = visitor.ask("POST", page, hidden_fields(html))
    visitor.close()
    return "" if status == 303 else f"cancelling answered {status}"


def _sign_up(url: str, guest: Guest) -> Answer:
    visitor = Visitor(url)
    answer = sign_up(visitor, url, guest)
    visitor.close()
    return answer


# --- the checker -----------------------------------------------------------------------------------------------------


def waitlist_faults(story: Story) -> list[str]:
    """Everything that must not be: [] when the order was kept, nobody was served twice, and no seat idled."""
    return [
        *story.failures,
        *_list_out_of_order(story),
        *_served_out_of_order(story),
        *_served_twice(story),
        *_overtaken(story),
        *_lost(story),
        *_oversold(story),
        *_idle(story),
    ]


def _list_out_of_order(story: Story) -> list[str]:
    """Whoever had the answer before another asked stands before them."""
    at = {one.code: (one.done_at - one.post_seconds, one.done_at) for one in story.answers}
    faults, latest = [], 0.0
    for party in story.queue:
        asked, answered = at[party.code]
        if answered < latest:
            faults.append(f"{party.number} stands behind somebody who asked after their answer")
        latest = max(latest, asked)
    return faults


def _served_out_of_order(story: Story) -> list[str]:
    """When a party is served, no earlier one that is no larger still waits."""
    waiting = {party.number: party.people for party in story.queue}
    late = [party for party in story.final if party.number not in waiting]
    people = {**waiting, **{party.number: party.people for party in late}}
    faults = []
    for served in story.served:
        if served.act == _SERVED:
            size = people[served.number]
            for number, other in waiting.items():
                if number == served.number:
                    break
                if other <= size:
                    faults.append(f"{served.number} was served before {number}")
                    break
        waiting.pop(served.number, None)
    return faults


def _served_twice(story: Story) -> list[str]:
    counts = Counter(served.number for served in story.served if served.act == _SERVED)
    faults = [f"{number} was served {count} times" for number, count in counts.items() if count > 1]
    waited = {party.number for party in story.queue}
    left = {party.number for party in story.final if party.status == "cancelled"}
    inside = {party.number for party in story.final if party.status == "confirmed"}
    told = set(counts)
    faults += [f"{number} is in without having been served" for number in sorted((waited & inside) - told)]
    faults += [f"{number} was served and is not in" for number in sorted((waited & told) - inside - left)]
    return faults


def _overtaken(story: Story) -> list[str]:
    """Nobody new gets seats while a party that is no larger, and has waited all the time, goes on waiting."""
    still = {party.code for party in story.final if party.status == "waitlisted"}
    smallest = min((party.people for party in story.queue if party.code in still), default=99)
    return [
        f"{one.guest.name} came last and got seats at once"
        for one in story.newcomers
        if one.outcome == "confirmed" and one.guest.party_size >= smallest
    ]


def _lost(story: Story) -> list[str]:
    status = {party.code: party.status for party in story.final}
    faults = [f"ticket {code} is not cancelled" for code in story.left if status.get(code) != "cancelled"]
    told = (*story.answers, *story.newcomers)
    faults += [f"{one.guest.name} was answered {one.status} {one.outcome}" for one in told if one.code not in status]
    return faults


def _oversold(story: Story) -> list[str]:
    held = _held(story.final)
    return [f"{held} people for {story.seats} seats"] if held > story.seats else []


def _held(parties: Sequence[Party]) -> int:
    return sum(party.people for party in parties if party.status in ("confirmed", "offered"))


def _fitting(look: Look) -> bool:
    free = look.seats - _held(look.parties)
    return any(party.status == "waitlisted" and party.people <= free for party in look.parties)


def longest_idle(story: Story) -> float:
    """The longest time for which seats were seen free while somebody who fits was seen waiting, in seconds."""
    longest, since = 0.0, None
    for look in story.looks:
        if not _fitting(look):
            since = None
            continue
        since = look.began if since is None else since
        longest = max(longest, look.began - since)
    return longest


def _idle(story: Story) -> list[str]:
    faults = []
    if longest_idle(story) > LONGEST_IDLE:
        faults.append(f"seats were free for {longest_idle(story):.0f} s while somebody waited")
    if _fitting(Look(0.0, story.final, story.seats)):
        faults.append("at the end somebody waits who fits into what is free")
    return faults


@dataclass
class Tally:
    """What a run came to, for people to read."""

    story: Story
    faults: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        story = self.story
        served = sum(one.act == _SERVED for one in story.served)
        return (
            f"{len(story.queue)} waited, {len(story.left)} left, {story.seats} seats at the end, {served} served, "
            f"longest idle {longest_idle(story):.1f} s, {story.seconds:.0f} s; faults: {len(self.faults)}"
        )
