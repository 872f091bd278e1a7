"""People who sign up while the mail falls over: senders that are killed, a mail server that refuses, hangs and drops,
days without one; and a checker of what arrived.

    with Post(server, mail, clock_file) as post:
        booked = book(urls, people, clients=8)
        post.trouble(kills=10)
        post.outage(timedelta(hours=73), steps=100, meanwhile=…)
        post.settle(booked, patience=60)
    lost_or_doubled(booked, mail.deliveries) == []

Everything goes over HTTP and SMTP. The checker knows only what was asked, what was answered, and the mails.
"""

import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

import vobject

from tests.support.mail import Delivery, MailServer, Mode
from tests.support.rush import Visitor, hidden_fields, outcome_of
from tests.support.server import PROJECT, Server

TROUBLES: tuple[Mode, ...] = ("lose_reply", "refuse", "accept", "hang", "drop")
CONFIRMED, CANCELLED = "报名成功", "报名已取消"
LEASE, LONGEST_WAIT = timedelta(minutes=2, seconds=1), timedelta(minutes=30)
"""How long the house waits for a sender that was killed, and at most before it tries again."""


class MovedClock:
    """The clock of a server's house, moved in steps by its file; written so that nobody reads half a number.

    In steps, because on a clock that simply runs fast a sender would do nothing but the jobs of every few seconds.
    """

    def __init__(self, file: Path) -> None:
        self._file, self._offset = file, 0.0
        self.jump(timedelta(0))

    def jump(self, further: timedelta) -> None:
        """Let so much time have passed."""
        self._offset += further.total_seconds()
        fresh = self._file.with_suffix(".new")
        fresh.write_text(str(self._offset), encoding="utf-8")
        fresh.replace(self._file)


class Post:
    """One process that runs the jobs of a server's house, and a mail server before it."""

    def __init__(self, server: Server, mail: MailServer, clock_file: Path) -> None:
        self.mail = mail
        self.clock = MovedClock(clock_file)
        self.kills: list[Mode] = []
        """What the mail server was doing at each kill."""
        self._env = server.env
        self._log = server.folder / "jobs-log"
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def start(self) -> None:
        """Start the sender, by the same command as an installation that keeps it apart from the web."""
        command = [str(Path(sys.executable).parent / "openday"), "jobs", "--loop"]
        with open(self._log, "ab") as log:
            self._process = subprocess.Popen(
                command, env=self._env, cwd=PROJECT, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )

    def kill(self) -> None:
        """End the sender at once (SIGKILL), whatever it is doing."""
        self.kills.append(self.mail.mode)
        self._end()

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait(15)

    def trouble(self, kills: int, *, patience: float = 15.0) -> None:
        """Kill the sender so many times, each time while the mail server misbehaves in another way and the sender has
        offered it something; then all is well again. What a killed one held is free when its lease is over."""
        for number in range(kills):
            self.mail.mode = TROUBLES[number % len(TROUBLES)]
            offered = self.mail.attempts
            until = time.monotonic() + patience
            while self.mail.attempts < offered + 1 + number % 4 and time.monotonic() < until:
                time.sleep(0.005)
            self.kill()
            self.clock.jump(LEASE)
            self.start()
        self.mail.mode = "accept"

    def outage(self, length: timedelta, *, steps: int, meanwhile: Callable[[], None]) -> None:
        """No mail server for so long on the house's clock, which moves in so many steps of a fifth of a second."""
        self.mail.stop()
        meanwhile()
        for _ in range(steps):
            self.clock.jump(length / steps)
            time.sleep(0.2)
        self.mail.start()

    def settle(self, booked: Sequence["Booked"], *, patience: float, quiet: float = 2.0) -> None:
        """Return when everybody has what they are to have, and a little later: what nobody should have may come too."""
        until = time.monotonic() + patience
        wanted = {(one.address, word) for one in booked for word in one.letters}
        count = -1
        while time.monotonic() < until and not wanted <= self._arrived():
            if count == (count := len(self.mail.deliveries)):
                self.clock.jump(LONGEST_WAIT)
            time.sleep(2)
        while count != (count := len(self.mail.deliveries)):
            time.sleep(quiet)

    def _arrived(self) -> set[tuple[str, str]]:
        return {(one.recipients[0], _word(one)) for one in self.mail.deliveries}


@dataclass(frozen=True)
class Booked:
    """What became of one sign-up: `code` is '' for those who were turned away, `letters` the words their mails begin
    with, in order."""

    address: str
    outcome: str
    code: str
    letters: tuple[str, ...]


def book(urls: Sequence[str], people: Sequence[int], *, clients: int, cancel_each: int = 0) -> list[Booked]:
    """Sign people up, each with a mail address of their own; every `cancel_each`-th gives the place back at once."""

    def one(number: int) -> Booked:
        visitor = Visitor(urls[0])
        try:
            return _book(
                visitor, urls[number % len(urls)], number, cancel=bool(cancel_each) and not number % cancel_each
            )
        finally:
            visitor.close()

    with ThreadPoolExecutor(clients) as pool:
        return list(pool.map(one, people))


def _book(visitor: Visitor, url: str, number: int, *, cancel: bool) -> Booked:
    address = f"guest{number}@example.org"
    _, _, html = visitor.ask("GET", url)
    form = {
        "name": f"来宾{number:05d}",
        "phone": f"135{number:08d}",
        "party_size": "1",
        "consent": "y",
        "email": address,
    }
    status, location, html = visitor.ask("POST", url, {**form, **hidden_fields(html)})
    if status != 303:
        return Booked(address, outcome_of(html), "", ())
    code = urlsplit(location).path.rsplit("/", 1)[-1]
    if not cancel:
        return Booked(address, "confirmed", code, (CONFIRMED,))
    page = f"{location}/cancel"
    _, _, html = visitor.ask("GET", page)
    status, _, _ = visitor.ask("POST", page, hidden_fields(html))
    assert status == 303, f"cancelling answered {status}"
    return Booked(address, "cancelled", code, (CONFIRMED, CANCELLED))


def lost_or_doubled(booked: Sequence[Booked], deliveries: Sequence[Delivery]) -> list[str]:
    """A sentence for everything that must not be."""
    faults: list[str] = []
    by_address: dict[str, list[Delivery]] = defaultdict(list)
    for delivery in deliveries:
        if len(delivery.recipients) != 1:
            faults.append(f"one mail for {len(delivery.recipients)} people")
        by_address[delivery.recipients[0]].append(delivery)
    for one in booked:
        faults += _faults_of(one, by_address.pop(one.address, []))
    faults += [f"{address} has nothing to do with it and got a mail" for address in by_address]
    return faults


def _faults_of(one: Booked, mine: Sequence[Delivery]) -> list[str]:
    faults = []
    by_word: dict[str, list[Delivery]] = defaultdict(list)
    for delivery in mine:
        by_word[_word(delivery)].append(delivery)
    for word in one.letters:
        if not by_word[word]:
            faults.append(f"{one.address}: no mail “{word}”")
    for word, same in by_word.items():
        if same and word not in one.letters:
            faults.append(f"{one.address} ({one.outcome}) got a mail “{word}”")
        if len({str(each.message["Message-ID"]) for each in same}) > 1:
            faults.append(f"{one.address}: two mails “{word}” under different Message-IDs")
    if any(one.code not in each.text for each in by_word[CONFIRMED]):
        faults.append(f"{one.address}: a confirmation without the code")
    return faults + _calendar_faults(one, by_word)


def _calendar_faults(one: Booked, by_word: Mapping[str, Sequence[Delivery]]) -> list[str]:
    """One event for each ticket; its cancellation is the newer version of it."""
    wanted = {CONFIRMED: ("REQUEST", "0"), CANCELLED: ("CANCEL", "1")}
    uids, faults = set(), []
    for word in one.letters:
        for delivery in by_word.get(word, ()):
            parts = delivery.calendars
            if len(parts) != 1:
                faults.append(f"{one.address}: {len(parts)} calendars in a mail “{word}”")
                continue
            content = parts[0].get_payload(decode=True)
            assert isinstance(content, bytes)
            calendar = vobject.readOne(content.decode())
            found = (calendar.method.value, calendar.vevent.sequence.value)
            uids.add(calendar.vevent.uid.value)
            if found != wanted[word] or parts[0].get_param("method") != found[0]:
                faults.append(f"{one.address}: a mail “{word}” with {found}")
    return faults + ([f"{one.address}: {len(uids)} events for one ticket"] if len(uids) > 1 else [])


def repeats(deliveries: Sequence[Delivery]) -> int:
    """How many mails arrived once more under a Message-ID that had arrived before."""
    return len(deliveries) - len({str(one.message["Message-ID"]) for one in deliveries})


def _word(delivery: Delivery) -> str:
    """What the subject says before its colon."""
    return str(delivery.message["Subject"]).partition("：")[0]
