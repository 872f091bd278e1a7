"""What the running server does: 8 clients, 2 workers, the driver on the same computer, both databases.

A complete sign-up (form and answer), the activity page, a month of 500 activities, the feed of 500 activities (made
anew, kept, 304), each as rate, p50, p95 and CPU time of the workers per request, beside the bare page (/healthz) of the
same server in the same run. Rates of a shared machine wander: look at the ratios.
"""

import multiprocessing
import os
import socket
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

from common import DATABASES, fresh_database, percentile, print_table
from pages import ACTIVITIES, fill

from openday import clock
from openday.app import create_app
from openday.db import db, use_case
from openday.services.republish import bump
from tests.conftest import SECRET, settings_for
from tests.support.rush import crowd, read_roster, rehearse, rush
from tests.support.server import Server

PROCESSES, THREADS = 2, 4
SECONDS = 4.0
SIGNUPS = 1500
COLD_ROUNDS = 20
HEAD = ("request", "per second", "of bare", "p50 ms", "p95 ms", "CPU ms", "KB")
_TICK = os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Measure on both databases and print a table each."""
    for kind in DATABASES:
        with fresh_database(kind) as (url, folder):
            app = create_app(settings_for(url, Path(folder)))
            code, first = fill(app)
            env = {"DATABASE_URL": url, "OPENDAY_INSTANCE": str(folder), "SECRET_KEY": SECRET}
            with Server(env, workers=2) as server:
                rows = measure(server, lambda app=app: _bump(app), code, first)
            with app.app_context():
                db.engine.dispose()
        print(f"\n{kind}: 2 workers, {PROCESSES * THREADS} clients, {ACTIVITIES} activities in the month")
        print_table(HEAD, rows)


def measure(server: Server, forget: Callable[[], None], code: str, first: date) -> list[list[object]]:
    """The rows of one database."""
    pages = {
        "bare page": "/healthz",
        "activity page": f"/activities/{code}",
        "month of 500": f"/calendar?month={first:%Y-%m}",
        "feed of 500, kept": "/calendar.ics",
    }
    rows: list[list[object]] = []
    bare = 0.0
    for name, path in pages.items():
        _hammer(server, path, "", 0.5)  # warm up
        rate, times, cpu, size = _hammer(server, path, "", SECONDS)
        bare = bare or rate
        rows.append([name, rate, rate / bare, percentile(times, 0.5), percentile(times, 0.95), cpu, size / 1000])
    tag = _one(server.url, "/calendar.ics")[2]
    rate, times, cpu, size = _hammer(server, "/calendar.ics", f"If-None-Match: {tag}\r\n", SECONDS)
    rows.append(["feed of 500, 304", rate, rate / bare, percentile(times, 0.5), percentile(times, 0.95), cpu, 0.0])
    rows.append(_cold_feed(server, forget, bare))
    rows.append(_signups(server, bare))
    return rows


def _cold_feed(server: Server, forget: Callable[[], None], bare: float) -> list[object]:
    times, before = [], _cpu(server)
    for _ in range(COLD_ROUNDS):
        forget()
        started = time.perf_counter()
        _, size, _ = _one(server.url, "/calendar.ics")
        times.append(time.perf_counter() - started)
    cpu = (_cpu(server) - before) / COLD_ROUNDS * 1000
    rate = COLD_ROUNDS / sum(times)
    figures = [rate, rate / bare, percentile(times, 0.5), percentile(times, 0.95), cpu, size / 1000]
    return ["feed of 500, made anew", *figures]


def _signups(server: Server, bare: float) -> list[object]:
    """Complete sign-ups; every one of them must be on the roster afterwards."""
    warm = rehearse(server.env, occurrences=1, seats=200, waitlist=False)
    rush(warm["signup_urls"], crowd(100), clients=8, processes=PROCESSES)
    made = rehearse(server.env, occurrences=1, seats=SIGNUPS, waitlist=False)
    before = _cpu(server)
    answers = rush(made["signup_urls"], crowd(SIGNUPS), clients=PROCESSES * THREADS, processes=PROCESSES)
    cpu = (_cpu(server) - before) / SIGNUPS * 1000
    seconds = max(a.done_at for a in answers) - min(a.done_at - a.get_seconds - a.post_seconds for a in answers)
    told = {answer.code for answer in answers if answer.outcome == "confirmed"}
    listed = {row["code"] for row in read_roster(made["roster_urls"][0], made["staff"])}
    if len(told) != SIGNUPS or told != listed:
        sys.exit(f"WRONG: {len(told)} confirmed, {len(listed)} on the roster, of {SIGNUPS}")
    times = [answer.get_seconds + answer.post_seconds for answer in answers]
    rate = SIGNUPS / seconds
    return ["sign-up, GET + POST", rate, rate / bare, percentile(times, 0.5), percentile(times, 0.95), cpu, 0.0]


def _bump(app: Any) -> None:
    """Something public changed: whatever is kept must be made anew."""
    with app.app_context():
        use_case(lambda: bump("calendar", clock.now()))()
        db.session.remove()


# -- the driver ---------------------------------------------------------------------------------------------------


def _hammer(server: Server, path: str, headers: str, seconds: float) -> tuple[float, list[float], float, int]:
    """Requests a second, their times, CPU milliseconds of the workers per request, and bytes of an answer."""
    before, started = _cpu(server), time.perf_counter()
    jobs = [(server.url, path, headers, seconds)] * PROCESSES
    with multiprocessing.get_context("spawn").Pool(PROCESSES) as pool:
        pool.map(_nothing, range(PROCESSES))  # the interpreters are up before anything is counted
        before, started = _cpu(server), time.perf_counter()
        found = pool.starmap(_clients, jobs, chunksize=1)
    elapsed = min(seconds, time.perf_counter() - started)
    times = [one for share, _ in found for one in share]
    return len(times) / elapsed, times, (_cpu(server) - before) / len(times) * 1000, found[0][1]


def _nothing(_number: int) -> None:
    time.sleep(0.2)


def _clients(origin: str, path: str, headers: str, seconds: float) -> tuple[list[float], int]:
    times: list[float] = []
    sizes: list[int] = []
    threads = [Thread(target=_client, args=(origin, path, headers, seconds, times, sizes)) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return times, sizes[0]


def _client(origin: str, path: str, headers: str, seconds: float, times: list[float], sizes: list[int]) -> None:
    until = time.perf_counter() + seconds
    with _connect(origin) as connection:
        request = _request(origin, path, headers)
        while (started := time.perf_counter()) < until:
            status, size, _ = _ask(connection, request)
            if status not in (200, 304):
                sys.exit(f"{path}: {status}")
            times.append(time.perf_counter() - started)
            sizes.append(size)


def _one(origin: str, path: str) -> tuple[int, int, str]:
    """Status, size and ETag of one request on a connection of its own."""
    with _connect(origin) as connection:
        return _ask(connection, _request(origin, path, ""))


def _connect(origin: str) -> socket.socket:
    parts = urlsplit(origin)
    connection = socket.create_connection((parts.hostname, parts.port), timeout=60)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def _request(origin: str, path: str, headers: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: {urlsplit(origin).netloc}\r\nAccept: text/html\r\n{headers}\r\n".encode()


def _ask(connection: socket.socket, request: bytes) -> tuple[int, int, str]:
    connection.sendall(request)
    data = b""
    while b"\r\n\r\n" not in data:
        data += connection.recv(65536)
    head, _, body = data.partition(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    fields = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
    length = int(fields.get("content-length", "0"))
    got = len(body)
    while got < length:
        got += len(connection.recv(262144))
    return int(lines[0].split()[1]), length, fields.get("etag", "")


def _cpu(server: Server) -> float:
    """CPU seconds that the workers have used so far."""
    spent = 0.0
    for pid in server.workers():
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()
        spent += (int(fields[11]) + int(fields[12])) / _TICK
    return spent


if __name__ == "__main__":
    main()
