"""The mail while everything falls over: nobody with a seat goes without their code, nobody else gets anything.

    python bench/mail.py [--quick]

On SQLite and on PostgreSQL: people sign up, some cancel, some find no seat, while the sender (`openday jobs --loop`) is
killed 10 times with the mail server (a real one, on the loopback) refusing, hanging, cutting the connection before its
answer with the mail thrown away or kept, and accepting. Then the mail server is away for three days of a clock that
is moved on, and more people sign up. In the end every confirmed person has at least one mail with their code and a
calendar invite, repeats share the Message-ID, a cancellation is a newer version of the same event, and nobody else has
a mail. Ends with 1 when anything is not as it must be.
"""

import argparse
import sys
import threading
import time
from collections import Counter
from datetime import timedelta

from common import DATABASES, fresh_database, print_table, verified

from tests.support.mail import MailServer
from tests.support.post import Booked, Post, book, lost_or_doubled, repeats
from tests.support.rush import rehearse
from tests.support.server import Server

HEAD = ("database", "signed up", "confirmed", "full", "cancelled", "kills", "offered", "arrived", "repeats", "faults")
OUTAGE = timedelta(days=3, hours=1)


def measure(kind: str, *, seats: int, people: int, kills: int) -> tuple[tuple[object, ...], list[str]]:
    """One run; a line of the table, and what must not be."""
    booked: list[Booked] = []
    with fresh_database(kind) as (url, folder), MailServer() as mail:
        clock_file = folder / "clock"
        clock_file.write_text("0")
        env = {"DATABASE_URL": url, "OPENDAY_INSTANCE": str(folder), "SMTP_URL": mail.url}
        with Server({**env, "OPENDAY_CLOCK_FILE": str(clock_file)}, workers=2, arguments=["--web-only"]) as server:
            made = rehearse(server.env, occurrences=3, seats=seats, waitlist=False)
            urls, later = made["signup_urls"][:2], made["signup_urls"][2:]
            with Post(server, mail, clock_file) as post:
                crowd = threading.Thread(
                    target=lambda: booked.extend(book(urls, range(people), clients=4, cancel_each=20))
                )
                crowd.start()
                post.trouble(kills)
                crowd.join()
                away = range(people, people + seats + seats // 5)
                post.outage(OUTAGE, steps=100, meanwhile=lambda: booked.extend(book(later, away, clients=4)))
                post.settle(booked, patience=240)
            faults = lost_or_doubled(booked, mail.deliveries)
            if not verified(server):
                faults.append("openday verify found drift")
        done = Counter(one.outcome for one in booked)
        row = (kind, len(booked), done["confirmed"], done["full"], done["cancelled"], len(post.kills), mail.attempts,
               len(mail.deliveries), repeats(mail.deliveries), len(faults))  # fmt: skip
    return row, faults


def main() -> int:
    """Both databases, one table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a tenth of the people, two kills")
    part = 10 if parser.parse_args().quick else 1
    begun, rows, wrong = time.perf_counter(), [], []
    for kind in DATABASES:
        row, faults = measure(kind, seats=200 // part, people=500 // part, kills=max(2, 10 // part))
        rows.append(row)
        wrong += [f"{kind}: {fault}" for fault in faults]
    print_table(HEAD, rows)
    print(f"{time.perf_counter() - begun:.0f} s")
    for fault in wrong[:20]:
        print(f"  {fault}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
