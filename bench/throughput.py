"""Complete sign-ups a second (form and answer) by 8 clients at 2 workers, beside what they are made of, in one run.

    python bench/throughput.py [sqlite|postgresql] [sign-ups]

The bare answer of the server (/healthz), the bare transaction (`bare_transaction.py`), the form alone, and the complete
sign-up, each with the processor time that a request of it cost, by who spent it: the driver (it runs on the same
computer), the web workers, the database, and the job worker that sends the messages meanwhile. On SQLite the database
is inside the workers. A shared computer wanders: look at the ratios and at the processor time. Ends with 1 when the
list that staff can read is not what was answered.
"""

import multiprocessing.pool
import sys
import time
from collections.abc import Callable, Sequence

import bare_transaction
from common import DATABASES, Database, durable_database, percentile, print_table
from cost import Meter

from tests.conftest import SECRET
from tests.support.rush import Answer, Guest, Visitor, crowd, drive, read_roster, rehearse
from tests.support.server import Server

PROCESSES, THREADS, WORKERS = 2, 4, 2
SIGNUPS = 1500
ASKED = 2000
HEAD = ("request", "per second", "p50 ms", "p95 ms", "CPU ms", "driver", "web", "database", "jobs")

Seconds = list[float]


def main() -> int:
    """Measure, print a table for each database, and say whether every list was right."""
    asked = sys.argv[1:]
    signups = int(next((word for word in asked if word.isdigit()), SIGNUPS))
    wrong = 0
    for kind in [kind for kind in DATABASES if kind in asked] or DATABASES:
        with durable_database(kind) as database, multiprocessing.get_context("spawn").Pool(PROCESSES) as pool:
            pool.map(_awake, range(PROCESSES))
            with Server({**database.env, "SECRET_KEY": SECRET}, workers=WORKERS) as server:
                rows, right = measure(server, database, pool.starmap, signups)
        print(f"\n{kind}: {WORKERS} workers, {PROCESSES * THREADS} clients, {signups} sign-ups")
        print_table(HEAD, rows)
        wrong += not right
    return 1 if wrong else 0


def measure(
    server: Server, database: Database, starmap: Callable[..., list[tuple[Seconds, float]]], signups: int
) -> tuple[list[list[object]], bool]:
    """The rows of one database, and whether the list at the end is what was answered."""
    warm, bare = rehearse(server.env, occurrences=2, seats=100_000, waitlist=False)["signup_urls"]
    made = rehearse(server.env, occurrences=1, seats=signups, waitlist=False)
    [url] = made["signup_urls"]
    warm_up = [(warm, guest) for guest in crowd(100)]
    starmap(_sign_up, [(warm_up[n::PROCESSES],) for n in range(PROCESSES)], 1)

    def row(name: str, work: Callable[..., object], jobs: Sequence[tuple[object, ...]]) -> list[object]:
        meter, begun = Meter(server, database), time.perf_counter()
        found = starmap(work, jobs, 1)
        elapsed, spent = time.perf_counter() - begun, meter.spent()
        times = [one for share, _ in found for one in share]
        driver = sum(cpu for _, cpu in found)
        parts = [1000 * seconds / len(times) for seconds in (driver, spent["web"], spent["database"], spent["jobs"])]
        return [name, len(times) / elapsed, percentile(times, 0.5), percentile(times, 0.95), sum(parts), *parts]

    jobs = [(url, guest) for guest in crowd(signups)]
    rows = [
        row("bare answer", _open, [(f"{server.url}/healthz", ASKED // PROCESSES)] * PROCESSES),
        row("the form (GET)", _open, [(url, ASKED // PROCESSES)] * PROCESSES),
        row("sign-up (GET + POST)", _sign_up, [(jobs[n::PROCESSES],) for n in range(PROCESSES)]),
    ]
    meter, occurrence = Meter(server, database), bare.split("/")[-2]
    times = bare_transaction.measure(database, occurrence)
    store = 1000 * meter.spent()["database"] / len(times)
    rate = len(times) / bare_transaction.SECONDS
    rows.insert(1, ["bare transaction", rate, percentile(times, 0.5), percentile(times, 0.95), "", "", "", store, ""])
    listed = [row["status"] for row in read_roster(made["roster_urls"][0], made["staff"])]
    return rows, listed == ["confirmed"] * signups and "database is locked" not in server.log


# --- what the driver's processes do ----------------------------------------------------------------------------------


def _awake(_number: int) -> None:
    time.sleep(0.3)  # every process of the pool takes one of these


def _sign_up(jobs: Sequence[tuple[str, Guest]]) -> tuple[Seconds, float]:
    begun = time.process_time()
    answers = drive(jobs, THREADS)
    spent = time.process_time() - begun
    odd = [answer for answer in answers if answer.outcome != "confirmed"]
    if odd:
        raise AssertionError(f"{len(odd)} were not confirmed, the first: {odd[0]}")
    return [_whole(answer) for answer in answers], spent


def _whole(answer: Answer) -> float:
    return answer.get_seconds + answer.post_seconds


def _open(url: str, count: int) -> tuple[Seconds, float]:
    begun = time.process_time()
    with multiprocessing.pool.ThreadPool(THREADS) as threads:
        times = threads.starmap(_open_often, [(url, count // THREADS)] * THREADS)
    return [one for share in times for one in share], time.process_time() - begun


def _open_often(url: str, count: int) -> Seconds:
    visitor, times = Visitor(url), []
    for _ in range(count):
        visitor.forget()
        begun = time.perf_counter()
        status, _, _ = visitor.ask("GET", url)
        times.append(time.perf_counter() - begun)
        assert status == 200, f"{url}: {status}"
    visitor.close()
    return times


if __name__ == "__main__":
    sys.exit(main())
