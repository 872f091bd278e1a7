"""Sign-up opens: 2,000 people within 10 seconds for 500 seats, and 64 clients as fast as they can, on both databases.

    python bench/signup_rush.py [--quick]

Everybody opens the form and sends it. In the opening they come at moments of their own (seeded), each with a browser of
their own, and their time runs from the moment at which they wanted to begin. The driver runs on the same computer.
Ends with 1 when anything but the seats decided who got in, when anybody was answered with 5xx or not at all, or when
95 of 100 took longer than 2 seconds in the opening.
"""

import multiprocessing
import random
import sys
import threading
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from common import DATABASES, durable_database, percentile, print_table, verified

from tests.support.rush import Answer, Guest, Visitor, crowd, read_roster, rehearse, rush, sign_up
from tests.support.server import Server

WORKERS, CLIENTS, SEATS = 4, 64, 500
PEOPLE, WITHIN, LONGEST = 2000, 10.0, 2.0
PROCESSES = 2
HEAD = ("database", "scene", "waitlist", "people", "seconds", "sign-ups/s", "p50 ms", "p95 ms", "slowest ms")


def main() -> int:
    """Run every case, print the tables, and say whether all of them held."""
    part = 10 if "--quick" in sys.argv else 1
    rows: list[list[object]] = []
    outcomes, wrong = [], []
    for kind in DATABASES:
        with durable_database(kind) as database, Server(database.env, workers=WORKERS) as server:
            warm = rehearse(server.env, occurrences=1, seats=200, waitlist=True)
            rush(warm["signup_urls"], crowd(CLIENTS * 2), clients=CLIENTS)
            for scene, waitlist in (("opening", False), ("at once", False), ("at once", True)):
                people = (PEOPLE if scene == "opening" else 700) // part
                row, said, faults = measure(server, scene, waitlist=waitlist, people=people, seats=SEATS // part)
                rows.append([kind, *row])
                outcomes.append(f"{kind}, {scene}, waitlist {'yes' if waitlist else 'no'}: {said}")
                wrong += [f"{kind}, {scene}, waitlist {waitlist}: {fault}" for fault in faults]
            if "database is locked" in server.log:
                wrong.append(f"{kind}: database is locked")
            if not verified(server):
                wrong.append(f"{kind}: openday verify found drift")
    print_table(HEAD, rows)
    for line in [*outcomes, *(f"WRONG: {fault}" for fault in wrong)]:
        print(line)
    return 1 if wrong else 0


def measure(
    server: Server, scene: str, *, waitlist: bool, people: int, seats: int
) -> tuple[list[object], str, list[str]]:
    """One case: a line of the table, what was answered how often, and what is wrong."""
    made = rehearse(server.env, occurrences=1, seats=seats, waitlist=waitlist)
    [url] = made["signup_urls"]
    if scene == "opening":
        timed = opening(url, crowd(people))
    else:
        answers = rush(url, crowd(people), clients=CLIENTS, processes=PROCESSES)
        timed = [(answer, answer.get_seconds + answer.post_seconds) for answer in answers]
    answers, times = [answer for answer, _ in timed], [seconds for _, seconds in timed]
    seconds = max(answer.done_at for answer in answers) - min(answer.done_at - took for answer, took in timed)
    faults = faults_in(answers, read_roster(made["roster_urls"][0], made["staff"]), seats, waitlist)
    p95 = percentile(times, 0.95)
    if scene == "opening" and p95 > 1000 * LONGEST:
        faults.append(f"95 of 100 took up to {p95:.0f} ms")
    row: list[object] = [scene, "yes" if waitlist else "no", people, seconds, people / seconds]
    said = Counter(f"{answer.status} {answer.outcome}" for answer in answers)
    return [*row, percentile(times, 0.5), p95, percentile(times, 1.0)], str(dict(said)), faults


def faults_in(answers: list[Answer], roster: list[dict[str, str]], seats: int, waitlist: bool) -> list[str]:
    """Everything that must not happen: too many, too few, lost, invented, or answered with an error."""
    faults = []
    rest = "waitlisted" if waitlist else "full"
    expected = Counter({"confirmed": min(seats, len(answers)), rest: max(0, len(answers) - seats)})
    found = Counter(answer.outcome for answer in answers)
    if found != +expected:
        faults.append(f"answers {dict(found)}, expected {dict(+expected)}")
    for status in ("confirmed", "waitlisted"):
        told = {answer.code for answer in answers if answer.outcome == status}
        listed = {row["code"] for row in roster if row["status"] == status}
        if told != listed:
            faults.append(f"{status}: {len(told - listed)} lost, {len(listed - told)} never acknowledged")
    if any(answer.status >= 500 or answer.status == 0 for answer in answers):
        faults.append("answered with 5xx or not at all")
    return faults


# --- the opening -----------------------------------------------------------------------------------------------------


def opening(url: str, guests: Sequence[Guest]) -> list[tuple[Answer, float]]:
    """Everybody's answer, and the seconds from the moment at which they wanted to begin."""
    chance = random.Random(20261121)
    moments = sorted(chance.uniform(0, WITHIN) for _ in guests)
    arrivals = list(zip(moments, guests, strict=True))
    begin = time.time() + 3  # until then the driver's processes are up
    shares = [(url, arrivals[number::PROCESSES], begin) for number in range(PROCESSES)]
    with multiprocessing.get_context("spawn").Pool(PROCESSES) as pool:
        return [one for share in pool.starmap(_arrive, shares, chunksize=1) for one in share]


def _arrive(url: str, arrivals: Sequence[tuple[float, Guest]], begin: float) -> list[tuple[Answer, float]]:
    """The share of one process: a thread for each person from the moment at which they come."""

    def one(moment: float, guest: Guest) -> tuple[Answer, float]:
        visitor = Visitor(url)
        answer = sign_up(visitor, url, guest)
        visitor.close()
        return answer, answer.done_at - moment

    threading.stack_size(256 * 1024)
    with ThreadPoolExecutor(len(arrivals)) as pool:
        pending = []
        for after, guest in arrivals:
            moment = begin + after
            time.sleep(max(0.0, moment - time.time()))
            pending.append(pool.submit(one, moment, guest))
        return [found.result() for found in pending]


if __name__ == "__main__":
    sys.exit(main())
