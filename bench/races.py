"""Everybody wants the same thing in the same moment: one wins, and everybody is told the truth. On both databases.

    python bench/races.py [--quick]

One seat and 64 clients, 200 rounds; 500 people whose form is sent 16 times at once; 100 tickets, each cancelled 8
times at once in a full house, whose seats others want; 300 tickets cancelled while they are let in; 1,000 tickets at 8
gates. The checkers know the answers and the lists that staff can read. Ends with 1 when anything is not as it must be.
"""

import argparse
import sys
import time
from collections.abc import Callable

from common import DATABASES, fresh_database, verified

from tests.support.race_scenes import (
    Verdict,
    cancel_or_enter_scene,
    cancel_scene,
    double_submit_scene,
    gates_scene,
    last_seat_scene,
)
from tests.support.server import Server

WORKERS = 4


def scenes(part: int) -> list[Callable[[Server], Verdict]]:
    """The races, each with a `part`-th of its rounds."""
    return [
        lambda server: last_seat_scene(server, rounds=200 // part, clients=64),
        lambda server: double_submit_scene(server, people=500 // part, times=16),
        lambda server: cancel_scene(server, tickets=100 // part, times=8),
        lambda server: cancel_or_enter_scene(server, rounds=300 // part),
        lambda server: gates_scene(server, tickets=1000 // part, gates=8),
    ]


def main() -> int:
    """Run every race on both databases, print what was answered, and say whether all of them held."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a tenth of the rounds")
    part = 10 if parser.parse_args().quick else 1
    wrong = 0
    for kind in DATABASES:
        with fresh_database(kind) as (url, folder):
            env = {"DATABASE_URL": url, "OPENDAY_INSTANCE": str(folder), "OPENDAY_CLOCK_FILE": str(folder / "clock")}
            with Server(env, workers=WORKERS) as server:
                faults = run(kind, server, scenes(part))
                if "database is locked" in server.log:
                    faults.append("database is locked")
                if not verified(server):
                    faults.append("openday verify found drift")
        print(f"{kind}: {WORKERS} workers, {'every race held' if not faults else f'{len(faults)} FAULTS'}", flush=True)
        for fault in faults[:20]:
            print("WRONG:", fault)
        wrong += len(faults)
    return 1 if wrong else 0


def run(kind: str, server: Server, wanted: list[Callable[[Server], Verdict]]) -> list[str]:
    """Print a line for each race; everything that is wrong."""
    faults: list[str] = []
    for scene in wanted:
        begun = time.perf_counter()
        found = scene(server)
        answers = ", ".join(f"{what} {count}" for what, count in sorted(found.answers.items()))
        took = time.perf_counter() - begun
        print(f"{kind}: {found.scene}, {found.rounds} rounds in {took:.0f} s: {answers}; faults {len(found.faults)}")
        sys.stdout.flush()
        faults += [f"{found.scene}: {fault}" for fault in found.faults]
    return faults


if __name__ == "__main__":
    sys.exit(main())
