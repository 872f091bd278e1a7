"""Many people signing up at once over HTTP, as browsers do it: open the form, fill it in, send it, follow nothing.

answers = rush(signup_url, crowd(150), clients=16)
[answer.outcome for answer in answers]

Standard library only and light, because it shares the computer with the server that it drives.
"""

import csv
import io
import json
import multiprocessing
import re
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from tests.support.wire import Wire

_HIDDEN = re.compile(r'<input[^>]*name="(idempotency_key|csrf_token)"[^>]*>')
_VALUE = re.compile(r'value="([^"]*)"')
_OUTCOME = re.compile(r'<meta name="outcome" content="([^"]*)"')
_FORM_TYPE = "Content-Type: application/x-www-form-urlencoded\r\n"


@dataclass(frozen=True)
class Guest:
    """Somebody who wants to come, with their party."""

    name: str
    phone: str
    party_size: int = 1


@dataclass(frozen=True)
class Answer:
    """How one sign-up ended: status 0 when the connection broke. `code` is '' unless there is a ticket."""

    guest: Guest
    status: int
    outcome: str
    code: str
    get_seconds: float
    post_seconds: float
    done_at: float


def crowd(size: int, party_size: int = 1) -> list[Guest]:
    """People with telephone numbers of their own."""
    return [Guest(f"来宾{n:05d}", f"139{n:08d}", party_size) for n in range(1, size + 1)]


class Visitor:
    """One browser: a kept connection and its cookies. A connection that the server has closed is opened again."""

    def __init__(self, origin: str) -> None:
        parts = urlsplit(origin)
        self._wire = Wire(parts.hostname or "", parts.port or 80)
        self._cookies: dict[str, str] = {}

    def ask(self, method: str, url: str, form: Mapping[str, str] | None = None) -> tuple[int, str, str]:
        """Status, Location ('' if there is none) and body of one request; redirects are not followed."""
        cookies = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        head = "Accept: text/html\r\n" + (f"Cookie: {cookies}\r\n" if cookies else "")
        body = urlencode(form).encode() if form is not None else b""
        answer = self._wire.ask(method, urlsplit(url).path, head + (_FORM_TYPE if body else ""), body)
        for name, value in answer.head:
            if name == "set-cookie":
                key, _, said = value.partition(";")[0].partition("=")
                self._cookies[key] = said
        return answer.status, answer.field("location"), answer.body.decode("utf-8", "replace")

    def forget(self) -> None:
        """Start afresh: another person at the same connection."""
        self._cookies.clear()

    def share_cookies(self, other: "Visitor") -> None:
        """Be the same browser as another visitor, over a connection of one's own."""
        self._cookies = dict(other._cookies)

    def log_in(self, staff: Mapping[str, str]) -> "Visitor":
        """Come in with the log-in that `openday rehearse` printed."""
        _, _, html = self.ask("GET", staff["login_url"])
        form = {"login": staff["login"], "password": staff["password"], "next": "", **hidden_fields(html)}
        status, _, _ = self.ask("POST", staff["login_url"], form)
        assert status in (302, 303), f"the log-in answered {status}"
        return self

    def close(self) -> None:
        """Hang up."""
        self._wire.close()


def hidden_fields(html: str) -> dict[str, str]:
    """The key and the token that a form carries."""
    found = {}
    for tag in _HIDDEN.finditer(html):
        value = _VALUE.search(tag.group(0))
        found[tag.group(1)] = value.group(1) if value else ""
    return found


def outcome_of(html: str) -> str:
    """What a page says about how it went; '' when it says nothing."""
    found = _OUTCOME.search(html)
    return found.group(1) if found else ""


def sign_up(visitor: Visitor, url: str, guest: Guest) -> Answer:
    """Open the form and send it, as a person new to the site."""
    begun = opened = time.perf_counter()
    try:
        visitor.forget()
        status, _, html = visitor.ask("GET", url)
        opened = time.perf_counter()
        if status != 200:
            return Answer(guest, status, "no form", "", opened - begun, 0.0, time.time())
        form = {"name": guest.name, "phone": guest.phone, "party_size": str(guest.party_size), "consent": "y"}
        status, location, html = visitor.ask("POST", url, {**form, **hidden_fields(html)})
    except OSError:
        visitor.close()
        return Answer(guest, 0, "no answer", "", opened - begun, time.perf_counter() - opened, time.time())
    ended = time.perf_counter()
    code = urlsplit(location).path.rsplit("/", 1)[-1] if status == 303 else ""
    return Answer(guest, status, outcome_of(html), code, opened - begun, ended - opened, time.time())


def rush(urls: str | Sequence[str], guests: Sequence[Guest], *, clients: int, processes: int = 1) -> list[Answer]:
    """Let everybody in `guests` sign up, `clients` at a time; several addresses are used in turn."""
    addresses = [urls] if isinstance(urls, str) else list(urls)
    jobs = [(addresses[n % len(addresses)], guest) for n, guest in enumerate(guests)]
    if processes == 1:
        return drive(jobs, clients)
    shares = [(jobs[n::processes], clients // processes) for n in range(processes)]
    # Fresh interpreters: a fork would inherit whatever locks this process holds.
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        return [answer for answers in pool.starmap(drive, shares) for answer in answers]


def drive(jobs: Sequence[tuple[str, Guest]], clients: int) -> list[Answer]:
    """Let so many clients of this process share the jobs: (address, guest)."""

    def one_client(mine: Sequence[tuple[str, Guest]]) -> list[Answer]:
        if not mine:
            return []
        visitor = Visitor(mine[0][0])
        answers = [sign_up(visitor, url, guest) for url, guest in mine]
        visitor.close()
        return answers

    with ThreadPoolExecutor(clients) as pool:
        return [
            answer for answers in pool.map(one_client, [jobs[n::clients] for n in range(clients)]) for answer in answers
        ]


def read_roster(url: str, staff: Mapping[str, str]) -> list[dict[str, str]]:
    """The roster at `url` as its rows, read with the log-in that `openday rehearse` printed."""
    [rows] = read_rosters([url], staff)
    return rows


def read_rosters(urls: Sequence[str], staff: Mapping[str, str]) -> list[list[dict[str, str]]]:
    """Several rosters of one rehearsal."""
    visitor, found = Visitor(urls[0]).log_in(staff), []
    for url in urls:
        status, _, text = visitor.ask("GET", url)
        assert status == 200, f"the roster answered {status}"
        found.append(list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))))
    visitor.close()
    return found


def rehearse(
    env: Mapping[str, str], *, occurrences: int, seats: int, waitlist: bool, quotas: int = 1
) -> dict[str, Any]:
    """Run `openday rehearse` with the environment of a server, and return what it printed."""
    command = [str(Path(sys.executable).parent / "openday"), "rehearse", "--occurrences", str(occurrences)]
    command += ["--seats", str(seats), "--waitlist", str(int(waitlist)), "--quotas", str(quotas)]
    done = subprocess.run(command, env=dict(env), capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found
