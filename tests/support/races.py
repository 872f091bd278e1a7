"""Races: several people want the same thing in the same moment. One runner, and checkers that know only what was
answered and the lists that staff can read.

with AtOnce(server.url, 64) as crowd:
    rounds = last_seat(crowd, signup_urls)
last_seat_faults(rounds, rosters) == []

Everything goes over HTTP. A checker returns a sentence for everything that must not be, so [] is a race that held.
"""

import random
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Barrier
from typing import Self
from urllib.parse import urlsplit

from tests.support.faults import masked
from tests.support.rush import Answer, Guest, Visitor, hidden_fields, outcome_of

Row = Mapping[str, str]
_HEAD_START = 0.04


@dataclass(frozen=True)
class Reply:
    """What one client was answered: `act` is sign-up, cancel or enter, `of` the phone or the ticket that it was about.

    `code` is the ticket that a sign-up led to. Status 0 means that no answer came.
    """

    act: str
    of: str
    status: int
    outcome: str
    code: str = ""

    @property
    def done(self) -> bool:
        """Whether it was told that what it asked for is done."""
        return self.status == 303


Act = Callable[[Visitor], Reply]
Round = list[Reply]
"""All replies about one seat, person or ticket."""


class AtOnce:
    """So many clients, each with a connection and cookies of its own, who act in the same moment."""

    def __init__(self, origin: str, clients: int) -> None:
        self.visitors = [Visitor(origin) for _ in range(clients)]
        self._pool = ThreadPoolExecutor(clients)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown()
        for visitor in self.visitors:
            visitor.close()

    def fetch(self, url: str) -> list[dict[str, str]]:
        """Let everybody open the page; the hidden fields that each of them got."""
        return list(self._pool.map(lambda visitor: hidden_fields(_read(visitor, url)), self.visitors))

    def act(self, acts: Sequence[Act]) -> list[Reply]:
        """Let the first clients do one thing each, all released together."""
        start = Barrier(len(acts))

        def one(visitor: Visitor, act: Act) -> Reply:
            start.wait()
            return act(visitor)

        return list(self._pool.map(one, self.visitors, acts))

    def each(self, work: Callable[[Visitor], list[Reply]]) -> list[list[Reply]]:
        """Let everybody work on their own; what each of them was answered."""
        return list(self._pool.map(work, self.visitors))


def log_in_all(crowd: AtOnce, staff: Mapping[str, str]) -> None:
    """Every client becomes the person whose log-in `openday rehearse` printed."""
    for visitor in crowd.visitors:
        visitor.log_in(staff)


def _read(visitor: Visitor, url: str) -> str:
    """The text of a page; a connection that the server closed while nobody used it is opened again."""
    try:
        return visitor.ask("GET", url)[2]
    except OSError:
        visitor.close()
        return visitor.ask("GET", url)[2]


def _sender(act: str, of: str, url: str, form: Mapping[str, str]) -> Act:
    def send(visitor: Visitor) -> Reply:
        try:
            status, location, html = visitor.ask("POST", url, form)
        except OSError:
            visitor.close()
            return Reply(act, of, 0, "no answer")
        code = urlsplit(location).path.rsplit("/", 1)[-1] if act == "sign-up" and status == 303 else ""
        return Reply(act, of, status, outcome_of(html), code)

    return send


def _signing_up(url: str, guest: Guest, hidden: Mapping[str, str]) -> Act:
    form = {"name": guest.name, "phone": guest.phone, "party_size": str(guest.party_size), "consent": "y", **hidden}
    return _sender("sign-up", guest.phone, url, form)


# --- the races -------------------------------------------------------------------------------------------------------


def last_seat(crowd: AtOnce, urls: Sequence[str]) -> list[Round]:
    """For each address, where one seat is left: everybody opens the form, then everybody sends it."""
    rounds = []
    for number, url in enumerate(urls):
        people = [Guest(f"来宾{n:03d}", f"13{n % 10}{number:04d}{n:04d}") for n in range(len(crowd.visitors))]
        forms = crowd.fetch(url)
        rounds.append(crowd.act([_signing_up(url, *each) for each in zip(people, forms, strict=True)]))
    return rounds


def double_submit(crowd: AtOnce, url: str, guests: Sequence[Guest]) -> list[Round]:
    """Each guest fills in one form, and all clients send the same one at once."""
    rounds = []
    for guest in guests:
        browser = crowd.visitors[0]
        browser.forget()
        hidden = hidden_fields(_read(browser, url))
        for other in crowd.visitors[1:]:
            other.share_cookies(browser)
        rounds.append(crowd.act([_signing_up(url, guest, hidden)] * len(crowd.visitors)))
    return rounds


def cancel_together(crowd: AtOnce, site: str, codes: Sequence[str]) -> list[Round]:
    """Each ticket is cancelled by all clients at once."""
    rounds = []
    for code in codes:
        page = f"{site}/tickets/{code}/cancel"
        rounds.append(crowd.act([_sender("cancel", code, page, hidden) for hidden in crowd.fetch(page)]))
    return rounds


def _later(seconds: float, act: Act) -> Act:
    def wait_and_act(visitor: Visitor) -> Reply:
        time.sleep(seconds)
        return act(visitor)

    return wait_and_act


def cancel_or_enter(both: AtOnce, site: str, door: str, codes: Sequence[str], staff: Mapping[str, str]) -> list[Round]:
    """Each ticket is cancelled by its holder, the first client, while the second lets it in at the door.

    The door takes longer to find a ticket than its holder, so the holder waits a little, now more, now less.
    """
    chance = random.Random(1)
    holder, gate = both.visitors
    gate.log_in(staff)
    at_door = hidden_fields(_read(gate, door))
    rounds = []
    for code in codes:
        page = f"{site}/tickets/{code}/cancel"
        hidden = hidden_fields(_read(holder, page))
        entering = _sender("enter", code, door, {"code": code, **at_door})
        cancelling = _later(chance.uniform(0, _HEAD_START), _sender("cancel", code, page, hidden))
        rounds.append(both.act([cancelling, entering]))
    return rounds


def try_every_gate(gates: AtOnce, door: str, codes: Sequence[str], staff: Mapping[str, str]) -> list[Round]:
    """Every ticket is scanned at every gate, the gates working side by side."""
    log_in_all(gates, staff)

    def work(gate: Visitor) -> list[Reply]:
        at_door = hidden_fields(_read(gate, door))
        return [_sender("enter", code, door, {"code": code, **at_door})(gate) for code in codes]

    return [list(seen) for seen in zip(*gates.each(work), strict=True)]


# --- the checkers ----------------------------------------------------------------------------------------------------


def last_seat_faults(rounds: Sequence[Round], rosters: Sequence[Sequence[Row]]) -> list[str]:
    """One is confirmed and stands alone on the list; everybody else was told that it is full."""
    faults = []
    for number, (replies, roster) in enumerate(zip(rounds, rosters, strict=True)):
        told = Counter((reply.status, reply.outcome) for reply in replies)
        if told != Counter({(303, "confirmed"): 1, (409, "full"): len(replies) - 1}):
            faults.append(f"round {number}: answered {dict(told)}")
        winners = {(reply.code, masked(reply.of), "confirmed") for reply in replies if reply.done}
        if winners != {(row["code"], row["phone"], row["status"]) for row in roster} or len(roster) != 1:
            faults.append(f"round {number}: {len(winners)} told, {len(roster)} on the list")
    return faults


def double_submit_faults(rounds: Sequence[Round], roster: Sequence[Row]) -> list[str]:
    """Everybody was told the same ticket each time, and stands on the list once, with that ticket."""
    faults = []
    listed = Counter(row["phone"] for row in roster if row["status"] == "confirmed")
    of_code = {row["code"]: row["phone"] for row in roster if row["status"] == "confirmed"}
    for replies in rounds:
        who = masked(replies[0].of)
        told = Counter((reply.status, reply.outcome) for reply in replies)
        codes = {reply.code for reply in replies if reply.done}
        if told != Counter({(303, "confirmed"): len(replies)}):
            faults.append(f"{who}: answered {dict(told)}")
        if len(codes) != 1:
            faults.append(f"{who}: {len(codes)} tickets")
        if listed[who] != 1 or any(of_code.get(code) != who for code in codes):
            faults.append(f"{who}: {listed[who]} times on the list, or with another ticket")
    if len(roster) != len(rounds):
        faults.append(f"{len(rounds)} people, {len(roster)} registrations")
    return faults


def cancel_faults(rounds: Sequence[Round], refill: Sequence[Answer], roster: Sequence[Row]) -> list[str]:
    """Every ticket is cancelled, and just its seats were free again: `refill` is who wanted them, one person each."""
    faults = []
    rows = {row["code"]: row for row in roster}
    freed = 0
    for replies in rounds:
        code = replies[0].of
        row = rows.get(code, {})
        freed += int(row.get("party_size", "0"))
        if not all(reply.done for reply in replies):
            faults.append(f"{code}: answered {dict(Counter(reply.status for reply in replies))}")
        if row.get("status") != "cancelled":
            faults.append(f"{code}: {row.get('status', 'not')} on the list")
    told = Counter(answer.outcome for answer in refill)
    if told != Counter({"confirmed": freed, "full": len(refill) - freed}):
        faults.append(f"{freed} seats were given back; those who wanted them were answered {dict(told)}")
    missing = {answer.code for answer in refill if answer.outcome == "confirmed"} - rows.keys()
    if missing:
        faults.append(f"{len(missing)} who got a seat given back are not on the list")
    return faults


def cancel_or_enter_faults(rounds: Sequence[Round], roster: Sequence[Row]) -> list[str]:
    """Of cancelling and entering one was done, and the list says the same."""
    faults = []
    stands = {row["code"]: (row["status"], row["attended"] != "0") for row in roster}
    should = {"cancel": ("cancelled", False), "enter": ("confirmed", True)}
    for replies in rounds:
        code = replies[0].of
        winners = [reply.act for reply in replies if reply.done]
        if len(winners) != 1 or any(not reply.done and reply.status not in (409, 422) for reply in replies):
            faults.append(f"{code}: {[(reply.act, reply.status, reply.outcome) for reply in replies]}")
        elif stands.get(code) != should[winners[0]]:
            faults.append(f"{code}: {winners[0]} was told to be done, the list says {stands.get(code)}")
    return faults


def gate_faults(rounds: Sequence[Round], roster: Sequence[Row]) -> list[str]:
    """Every ticket opened one gate once, every other gate was told so, and the list counts the party once."""
    faults = []
    rows = {row["code"]: row for row in roster}
    for replies in rounds:
        code = replies[0].of
        told = Counter(303 if reply.done else (reply.status, reply.outcome) for reply in replies)
        if told != Counter({303: 1, (409, "duplicate"): len(replies) - 1}):
            faults.append(f"{code}: answered {dict(told)}")
        row = rows.get(code, {})
        if row.get("attended", "-") != row.get("party_size"):
            faults.append(f"{code}: {row.get('attended', 'none')} came, by the list")
    return faults
