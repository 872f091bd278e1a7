"""64 clients, 700 people, 500 seats, 4 workers, on SQLite and on PostgreSQL: exactly 500 get in, and how fast.

A sign-up is complete when form and answer have come (two requests). The driver runs on the same computer. Ends with 1
when anything but the seats decided who got in. `--calm` adds the measurement of 8 clients against 2 workers.
"""

import sys
from collections import Counter

from common import DATABASES, fresh_database, percentile, print_table

from tests.support.rush import Answer, crowd, read_roster, rehearse, rush
from tests.support.server import Server

HEAD = (
    "database",
    "waitlist",
    "workers",
    "clients",
    "sign-ups/s",
    "GET p50",
    "GET p95",
    "POST p50",
    "POST p95",
    "POST max",
)


def main() -> int:
    """Run every case, print the tables, and say whether all of them held."""
    rows, outcomes, wrong = [], [], []
    for kind in DATABASES:
        for waitlist in (False, True):
            row, found, faults = measure(kind, waitlist=waitlist, workers=4, clients=64, people=700, seats=500)
            rows.append(row)
            outcomes.append(found)
            wrong += faults
        if "--calm" in sys.argv:
            row, found, faults = measure(kind, waitlist=True, workers=2, clients=8, people=1500, seats=1500)
            rows.append(row)
            outcomes.append(found)
            wrong += faults
    print_table(HEAD, rows)
    print("(milliseconds)\n")
    for line in outcomes:
        print(line)
    for fault in wrong:
        print("WRONG:", fault)
    return 1 if wrong else 0


def measure(
    kind: str, *, waitlist: bool, workers: int, clients: int, people: int, seats: int
) -> tuple[list[object], str, list[str]]:
    """One case: a line of the table, what was answered how often, and what is wrong."""
    with (
        fresh_database(kind) as (url, folder),
        Server({"DATABASE_URL": url, "OPENDAY_INSTANCE": str(folder)}, workers=workers) as server,
    ):
        made = rehearse(server.env, occurrences=1, seats=seats, waitlist=waitlist)
        warm = rehearse(server.env, occurrences=1, seats=200, waitlist=True)
        rush(warm["signup_urls"], crowd(clients * 2), clients=clients)
        answers = rush(made["signup_urls"], crowd(people), clients=clients, processes=2)
        seconds = max(answer.done_at for answer in answers) - min(
            answer.done_at - answer.get_seconds - answer.post_seconds for answer in answers
        )
        roster = read_roster(made["roster_urls"][0], made["staff"])
        faults = [f"{kind}, waitlist {waitlist}: {text}" for text in faults_in(answers, roster, seats, waitlist)]
        if "database is locked" in server.log:
            faults.append(f"{kind}: database is locked")
    gets, posts = [a.get_seconds for a in answers], [a.post_seconds for a in answers]
    times = [percentile(gets, 0.5), percentile(gets, 0.95), percentile(posts, 0.5), percentile(posts, 0.95)]
    row: list[object] = [kind, "yes" if waitlist else "no", workers, clients, people / seconds, *times]
    row.append(percentile(posts, 1.0))
    counted = Counter(f"{answer.status} {answer.outcome}" for answer in answers)
    return row, f"{kind}, waitlist {'yes' if waitlist else 'no'}: {dict(counted)}", faults


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


if __name__ == "__main__":
    sys.exit(main())
