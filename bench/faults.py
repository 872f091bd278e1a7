"""Sign-up while the house falls over: nothing oversold, lost, doubled, made up or stranded.

    python bench/faults.py [--quick] [--broken]

PostgreSQL: 10,000 attempts by 64 clients for 3 occurrences of 500 seats in 2 quotas, parties of 1 to 5, while 20
workers are killed and the database is restarted 3 times as after a crash. SQLite: 6,000 attempts and 20 kills.
Afterwards the lists that staff can read are compared with what was answered, and `openday verify` recounts. `--broken`
runs a variant that counts first and inserts later: the same checker has to find it. Ends with 1 when a number is wrong.
"""

import argparse
import sys
import time
from collections import Counter
from pathlib import Path

from common import durable_database, verified

from tests.support.faults import Faults, Told, Zeros, insist, longest_silence, wishes, zeros
from tests.support.rush import read_roster, rehearse
from tests.support.server import Server

LISTS, SEATS, QUOTAS, CLIENTS, WORKERS = 3, 500, 2, 64, 4
BROKEN = Path(__file__).resolve().parent / "broken"


def measure(kind: str, attempts: int, seats: int, kills: int, restarts: int, *, broken: bool = False) -> Zeros:
    """One run with `seats` in each occurrence; prints what was told, the longest silences, and the zeros."""
    with durable_database(kind) as database:
        env = {"PYTHONPATH": str(BROKEN)} if broken else {}
        with Server({**database.env, **env}, workers=WORKERS) as server:
            made = rehearse(server.env, occurrences=LISTS, seats=seats, waitlist=False, quotas=QUOTAS)
            crowd = wishes(attempts, lists=LISTS, quotas=QUOTAS, seed=20261121)
            faults = Faults(server, kills, database.cluster, restarts, every=attempts / 150 / max(1, kills + restarts))
            begun = time.perf_counter()
            told = insist(made["signup_urls"], crowd, clients=CLIENTS, during=faults)
            seconds = time.perf_counter() - begun
            lists = [read_roster(url, made["staff"]) for url in made["roster_urls"]]
            found = zeros(told, lists, seats // QUOTAS)
            locked = server.log.count("database is locked")
            clean = verified(server)
        report(kind, told, faults, seconds, found, locked, clean)
        return found


def report(kind: str, told: list[Told], faults: Faults, seconds: float, found: Zeros, locked: int, clean: bool) -> None:
    """Everything that was seen, in four lines."""
    answers = Counter((one.status, one.outcome) for one in told)
    said = ", ".join(f"{status} {outcome} {count}" for (status, outcome), count in sorted(answers.items()))
    done = Counter(kind for _, kind in faults.moments)
    print(f"{kind}: {len(told)} attempts in {seconds:.0f} s ({len(told) / seconds:.0f}/s): {said}")
    print(f"  {done['kill']} kills, {done['restart']} restarts; {sum(one.tries > 1 for one in told)} forms sent again")
    silence = {name: longest_silence(told, faults.moments, name) for name in ("kill", "restart")}
    print(f"  longest wait for the next answer: kill {silence['kill']:.1f} s, restart {silence['restart']:.1f} s")
    print(f"  zeros: {found}; database is locked {locked}; verify {'clean' if clean else 'FOUND DRIFT'}")


def main() -> int:
    """Both databases, or the broken variant."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a tenth of everything")
    parser.add_argument("--broken", action="store_true", help="the variant that oversells, on PostgreSQL")
    chosen = parser.parse_args()
    part = 10 if chosen.quick else 1
    seats = SEATS // part
    if chosen.broken:
        found = measure("postgresql", 4_000 // part, seats, 0, 0, broken=True)
        print("caught" if found.oversold else "NOT CAUGHT")
        return 0 if found.oversold else 1
    results = [
        measure("sqlite", 6_000 // part, seats, max(2, 20 // part), 0),
        measure("postgresql", 10_000 // part, seats, max(2, 20 // part), max(1, 3 // part)),
    ]
    return 0 if all(found == Zeros() for found in results) else 1


if __name__ == "__main__":
    sys.exit(main())
