"""The races of `tests.support.races` with everything around them: a rehearsal, the race, the lists, and the verdict.

last_seat_scene(server, rounds=200, clients=64).faults == []

The server's environment must name a clock file (OPENDAY_CLOCK_FILE): the door of a rehearsal opens a week later.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from tests.support.races import (
    AtOnce,
    Round,
    cancel_faults,
    cancel_or_enter,
    cancel_or_enter_faults,
    cancel_together,
    double_submit,
    double_submit_faults,
    gate_faults,
    last_seat,
    last_seat_faults,
    try_every_gate,
)
from tests.support.rush import crowd, read_roster, read_rosters, rehearse, rush
from tests.support.server import Server

_MOST_OCCURRENCES = 100
_UNTIL_THE_DOOR_OPENS = timedelta(days=6, hours=22)
"""A rehearsal begins at the last full hour in seven days, and its door opens three hours before."""


@dataclass(frozen=True)
class Verdict:
    """What was seen in one scene: how often each answer came, and a sentence for everything that must not be."""

    scene: str
    rounds: int
    answers: Counter[str]
    faults: list[str]


def _verdict(scene: str, rounds: Sequence[Round], faults: list[str]) -> Verdict:
    answers = Counter(
        f"{reply.act} {'done' if reply.done else reply.outcome or reply.status}" for each in rounds for reply in each
    )
    return Verdict(scene, len(rounds), answers, faults)


def last_seat_scene(server: Server, *, rounds: int, clients: int) -> Verdict:
    """One seat is left, and everybody wants it: so many rounds."""
    seen: list[Round] = []
    lists: list[list[dict[str, str]]] = []
    with AtOnce(server.url, clients) as everybody:
        for begun in range(0, rounds, _MOST_OCCURRENCES):
            some = min(_MOST_OCCURRENCES, rounds - begun)
            made = rehearse(server.env, occurrences=some, seats=1, waitlist=False)
            seen += last_seat(everybody, made["signup_urls"])
            lists += read_rosters(made["roster_urls"], made["staff"])
    return _verdict(f"last seat, {clients} clients", seen, last_seat_faults(seen, lists))


def double_submit_scene(server: Server, *, people: int, times: int) -> Verdict:
    """Everybody sends their form so many times at once, where there are seats enough for all of these."""
    made = rehearse(server.env, occurrences=1, seats=people * times, waitlist=False)
    with AtOnce(server.url, times) as hands:
        seen = double_submit(hands, made["signup_urls"][0], crowd(people))
    faults = double_submit_faults(seen, read_roster(made["roster_urls"][0], made["staff"]))
    return _verdict(f"double submit x {times}", seen, faults)


def cancel_scene(server: Server, *, tickets: int, times: int) -> Verdict:
    """A full house of parties of two; every ticket is cancelled so many times at once, then others want the seats."""
    made = rehearse(server.env, occurrences=1, seats=2 * tickets, waitlist=False)
    [url] = made["signup_urls"]
    codes = _tickets(url, tickets, party_size=2)
    with AtOnce(server.url, times) as hands:
        seen = cancel_together(hands, server.url, codes)
    wanting = crowd(3 * tickets)[tickets:] + crowd(3 * tickets + 10)[3 * tickets :]
    refill = rush(url, wanting, clients=times)
    faults = cancel_faults(seen, refill, read_roster(made["roster_urls"][0], made["staff"]))
    return _verdict(f"cancel x {times}", seen, faults)


def cancel_or_enter_scene(server: Server, *, rounds: int) -> Verdict:
    """So many tickets are cancelled by their holders in the moment in which they are let in."""
    made = rehearse(server.env, occurrences=1, seats=rounds, waitlist=False)
    codes = _tickets(made["signup_urls"][0], rounds)
    _open_doors(server)
    with AtOnce(server.url, 2) as both:
        seen = cancel_or_enter(both, server.url, _door(server, made), codes, made["staff"])
    faults = cancel_or_enter_faults(seen, read_roster(made["roster_urls"][0], made["staff"]))
    return _verdict("cancel against check-in", seen, faults)


def gates_scene(server: Server, *, tickets: int, gates: int) -> Verdict:
    """A full house, and every ticket is tried at every gate."""
    made = rehearse(server.env, occurrences=1, seats=tickets, waitlist=False)
    codes = _tickets(made["signup_urls"][0], tickets)
    _open_doors(server)
    with AtOnce(server.url, gates) as doors:
        seen = try_every_gate(doors, _door(server, made), codes, made["staff"])
    faults = gate_faults(seen, read_roster(made["roster_urls"][0], made["staff"]))
    return _verdict(f"{tickets} tickets at {gates} gates", seen, faults)


def _tickets(url: str, count: int, party_size: int = 1) -> list[str]:
    codes = [answer.code for answer in rush(url, crowd(count, party_size), clients=8)]
    assert all(codes), "not everybody got a ticket"
    return codes


def _door(server: Server, made: dict[str, Any]) -> str:
    code = made["signup_urls"][0].rsplit("/", 2)[1]
    return f"{server.url}/desk/occurrences/{code}"


def _open_doors(server: Server) -> None:
    """Move the server's clock to the day of what was rehearsed just now."""
    file = Path(server.env["OPENDAY_CLOCK_FILE"])
    before = float(file.read_text(encoding="utf-8")) if file.exists() else 0.0
    file.write_text(str(before + _UNTIL_THE_DOOR_OPENS.total_seconds()), encoding="utf-8")
