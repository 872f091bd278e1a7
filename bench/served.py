"""What the running server does: 8 clients, 2 workers, the driver on the same computer, both databases.

The activity page, a month of 500 activities, the feed of 500 activities (made anew, kept, 304), each as rate, p50, p95
and CPU time of the workers per request, beside the bare page (/healthz) of the same server in the same run. Rates of a
shared machine wander: look at the ratios. Complete sign-ups are in throughput.py.
"""

import multiprocessing
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

from common import DATABASES, fresh_database, percentile, print_table
from cost import cpu_seconds
from pages import ACTIVITIES, fill

from openday import clock
from openday.app import create_app
from openday.db import db, use_case
from openday.services.republish import bump
from tests.conftest import SECRET, settings_for
from tests.support.server import Server
from tests.support.wire import Answer, Wire

PROCESSES, THREADS = 2, 4
SECONDS = 4.0
COLD_ROUNDS = 20
HEAD = ("request", "per second", "of bare", "p50 ms", "p95 ms", "CPU ms", "KB")


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
    tag = _one(server.url, "/calendar.ics").field("etag")
    rate, times, cpu, size = _hammer(server, "/calendar.ics", f"If-None-Match: {tag}\r\n", SECONDS)
    rows.append(["feed of 500, 304", rate, rate / bare, percentile(times, 0.5), percentile(times, 0.95), cpu, 0.0])
    rows.append(_cold_feed(server, forget, bare))
    return rows


def _cold_feed(server: Server, forget: Callable[[], None], bare: float) -> list[object]:
    times, before = [], _cpu(server)
    for _ in range(COLD_ROUNDS):
        forget()
        started = time.perf_counter()
        size = len(_one(server.url, "/calendar.ics").body)
        times.append(time.perf_counter() - started)
    cpu = (_cpu(server) - before) / COLD_ROUNDS * 1000
    rate = COLD_ROUNDS / sum(times)
    figures = [rate, rate / bare, percentile(times, 0.5), percentile(times, 0.95), cpu, size / 1000]
    return ["feed of 500, made anew", *figures]


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
    wire = _wire(origin)
    while (started := time.perf_counter()) < until:
        answer = wire.ask("GET", path, f"Accept: text/html\r\n{headers}")
        if answer.status not in (200, 304):
            sys.exit(f"{path}: {answer.status}")
        times.append(time.perf_counter() - started)
        sizes.append(len(answer.body))
    wire.close()


def _one(origin: str, path: str) -> Answer:
    """One request on a connection of its own."""
    wire = _wire(origin)
    answer = wire.ask("GET", path, "Accept: text/html\r\n")
    wire.close()
    return answer


def _wire(origin: str) -> Wire:
    parts = urlsplit(origin)
    return Wire(parts.hostname or "", parts.port or 80)


def _cpu(server: Server) -> float:
    return cpu_seconds(server.workers())


if __name__ == "__main__":
    main()
