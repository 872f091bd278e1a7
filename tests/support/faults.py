"""Signing up while the house falls over: attempts that insist on a definite answer, faults, and one checker of zeros.

    told = insist(urls, wishes, clients=64, during=Faults(server, kills=20, postgres=cluster, restarts=3))
    zeros(told, read_lists(...), seats) == Zeros()

Everything goes over HTTP. The checker knows only what was asked, what was answered, and the lists that staff can read.
"""

import random
import threading
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, fields
from urllib.parse import urlsplit

from tests.support.postgres import Postgres
from tests.support.rush import Guest, Visitor, hidden_fields, outcome_of
from tests.support.server import Server

PATIENCE = 120.0
_DEFINITE = frozenset({303, 404, 409, 422})


@dataclass(frozen=True)
class Wish:
    """Who wants to sign up where: `list` counts the addresses from 0, `quota` the quotas from 1."""

    guest: Guest
    list: int
    quota: int


@dataclass(frozen=True)
class Told:
    """What somebody was finally told. `code` is '' without a ticket; `tries` counts POSTs of the same form."""

    wish: Wish
    status: int
    outcome: str
    code: str
    tries: int
    at: float
    odd: tuple[int, ...] = ()
    """Answers on the way that are neither definite nor 503: there should be none."""


def wishes(count: int, *, lists: int, quotas: int, seed: int, twice: float = 0.03) -> list[Wish]:
    """Parties of one to five for random lists and quotas; a share of them asks a second time with another form."""
    chance = random.Random(seed)
    made: list[Wish] = []
    for number in range(1, count + 1):
        if made and chance.random() < twice:
            before = chance.choice(made[-50:])
            made.append(Wish(before.guest, before.list, chance.randint(1, quotas)))
        else:
            # Lists show the first three and the last four digits: no two of these look alike there.
            guest = Guest(
                f"来宾{number:05d}", f"{130 + number // 10_000}0000{number % 10_000:04d}", chance.randint(1, 5)
            )
            made.append(Wish(guest, chance.randrange(lists), chance.randint(1, quotas)))
    return made


@dataclass
class Faults:
    """What happens to the house meanwhile: workers killed and PostgreSQL restarted as after a crash, at random."""

    server: Server
    kills: int = 0
    postgres: Postgres | None = None
    restarts: int = 0
    every: float = 1.0
    """Seconds between two faults, on average."""
    seed: int = 1
    moments: list[tuple[float, str]] = field(default_factory=list)

    def run(self, over: threading.Event) -> None:
        """Do all of it, or as much as fits until `over`."""
        chance = random.Random(self.seed)
        plan = ["kill"] * self.kills + ["restart"] * self.restarts
        chance.shuffle(plan)
        for fault in plan:
            if over.wait(chance.uniform(0.5, 1.5) * self.every):
                return
            self.moments.append((time.time(), fault))
            if fault == "kill":
                self._kill_one()
            elif self.postgres:
                self.postgres.restart_immediately()

    def _kill_one(self) -> None:
        """End a worker; one that is just being started again cannot be found and is waited for."""
        for _ in range(100):
            if self.server.workers():
                self.server.kill_worker()
                return
            time.sleep(0.1)


def insist(urls: Sequence[str], crowd: Sequence[Wish], *, clients: int, during: Faults | None = None) -> list[Told]:
    """Let everybody sign up, `clients` at a time, each until a definite answer came; faults run beside."""
    over = threading.Event()
    trouble = threading.Thread(target=during.run, args=(over,)) if during else None
    if trouble:
        trouble.start()

    def one_client(mine: Sequence[Wish]) -> list[Told]:
        return [_insist(urls[wish.list], wish) for wish in mine]

    with ThreadPoolExecutor(clients) as pool:
        told = [one for share in pool.map(one_client, [crowd[n::clients] for n in range(clients)]) for one in share]
    over.set()
    if trouble:
        trouble.join()
    return told


def _insist(url: str, wish: Wish) -> Told:
    visitor, begun = Visitor(url), time.time()
    odd: list[int] = []
    form: Mapping[str, str] = {}
    tries = 0
    while time.time() - begun < PATIENCE:
        try:
            if not form:
                status, _, html = visitor.ask("GET", url)
                if status == 200:
                    form = _filled_in(wish, html)
            else:
                tries += 1
                status, location, html = visitor.ask("POST", url, form)
                if status in _DEFINITE:
                    code = urlsplit(location).path.rsplit("/", 1)[-1] if status == 303 else ""
                    visitor.close()
                    return Told(wish, status, outcome_of(html), code, tries, time.time(), tuple(odd))
            if status not in (200, 503):
                odd.append(status)
        except OSError:
            visitor.close()
        time.sleep(0.1)
    return Told(wish, 0, "no answer", "", tries, time.time(), tuple(odd))


def _filled_in(wish: Wish, html: str) -> dict[str, str]:
    guest = wish.guest
    typed = {"name": guest.name, "phone": guest.phone, "party_size": str(guest.party_size), "consent": "y"}
    return {**typed, "quota": str(wish.quota), **hidden_fields(html)}


@dataclass(frozen=True)
class Zeros:
    """How often each thing happened that must never happen."""

    oversold: int = 0
    lost: int = 0
    changed: int = 0
    ghosts: int = 0
    duplicates: int = 0
    stranded: int = 0
    unanswered: int = 0
    odd_answers: int = 0

    def __str__(self) -> str:
        return ", ".join(f"{each.name} {getattr(self, each.name)}" for each in fields(self))


def zeros(told: Sequence[Told], lists: Sequence[Sequence[Mapping[str, str]]], seats: int) -> Zeros:
    """Compare what was asked and answered with the lists; `seats` is the capacity of every single quota."""
    rows = [{**row, "list": str(number)} for number, found in enumerate(lists) for row in found]
    active = [row for row in rows if row["status"] != "cancelled"]
    sold = Counter[tuple[str, str]]()
    for row in active:
        if row["status"] == "confirmed":
            sold[row["list"], row["quota"]] += int(row["party_size"])
    by_code = {row["code"]: row for row in active}
    tickets = {one.code: one for one in told if one.status == 303}
    asked = {(str(one.wish.list), masked(one.wish.guest.phone)) for one in told}
    people = Counter((row["list"], row["phone"]) for row in active)
    wanted = _wanted_by_singles(told)
    return Zeros(
        oversold=sum(max(0, people - seats) for people in sold.values()),
        lost=sum(code not in by_code for code in tickets),
        changed=sum(not _as_told(by_code[code], one) for code, one in tickets.items() if code in by_code),
        ghosts=sum((row["list"], row["phone"]) not in asked for row in active),
        duplicates=sum(count - 1 for count in people.values()) + len(active) - len(by_code),
        stranded=sum(seats - sold[key] for key in sold if sold[key] < seats and wanted[key[0]] > 0),
        unanswered=sum(one.status == 0 for one in told),
        odd_answers=sum(len(one.odd) for one in told),
    )


def _wanted_by_singles(told: Sequence[Told]) -> Counter[str]:
    """How many single persons were turned away, by list: a seat that stayed free would have served them."""
    return Counter(str(one.wish.list) for one in told if one.outcome == "full" and one.wish.guest.party_size == 1)


def _as_told(row: Mapping[str, str], one: Told) -> bool:
    guest = one.wish.guest
    is_theirs = row["phone"] == masked(guest.phone) and int(row["party_size"]) == guest.party_size
    return is_theirs and row["status"] == one.outcome and row["list"] == str(one.wish.list)


def masked(phone: str) -> str:
    """A number as lists show it."""
    return f"{phone[:3]}****{phone[-4:]}"


def longest_silence(told: Sequence[Told], moments: Sequence[tuple[float, str]], fault: str) -> float:
    """The longest time in seconds from a fault of this kind to the next definite answer; 0 without any."""
    answers = sorted(one.at for one in told if one.status)
    when = [moment for moment, kind in moments if kind == fault]
    waits = [min((at - moment for at in answers if at >= moment), default=0.0) for moment in when]
    return max(waits, default=0.0)
