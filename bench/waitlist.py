"""A waitlist under load: order kept, nobody served twice, no seat idle.

    python bench/waitlist.py [--quick]

500 parties of one to three wait while 300 leave, the office adds seats 20 times and 60 more people come, by 32 clients
over HTTP with two workers, on SQLite and PostgreSQL. What was answered and what staff can read is then checked
(tests/load/test_waitlist.py shows that the checker can fail), and `openday verify` recounts. Ends with 1 when something
is wrong.
"""

import argparse
import subprocess
import sys
from pathlib import Path

from common import DATABASES, fresh_database

from openday.app import create_app
from openday.db import db
from tests.conftest import SECRET, settings_for
from tests.factories.activities import published_activity
from tests.factories.occurrences import open_occurrence
from tests.factories.people import PASSWORD, build_house
from tests.support.rush import Visitor, hidden_fields
from tests.support.server import Server
from tests.support.waitlist import Stage, Tally, drive, waitlist_faults

SEATS, WORKERS = 700, 2
WHOLE = Stage(waiting=500, leaving=300, raises=20, clients=32, newcomers=60)
QUICK = Stage(waiting=60, leaving=36, raises=5, clients=16, newcomers=8)


def measure(kind: str, stage: Stage, seats: int) -> Tally:
    """One run on one database."""
    with fresh_database(kind) as (url, folder):
        app = create_app(settings_for(url, Path(folder)))
        with app.app_context():
            occurrence = open_occurrence(published_activity(build_house(), vague=False), capacity=seats).code
            db.session.remove()
            db.engine.dispose()
        env = {"DATABASE_URL": url, "OPENDAY_INSTANCE": str(folder), "SECRET_KEY": SECRET}
        with Server(env, workers=WORKERS) as server:
            story = drive(server.url, occurrence, stage, lambda login: log_in(server.url, login), seats)
            command = [str(Path(sys.executable).parent / "openday"), "verify"]
            clean = subprocess.run(command, env=server.env, capture_output=True, text=True, check=False)
        faults = waitlist_faults(story)
        if clean.returncode:
            faults.append(f"verify: {clean.stdout[-500:]}")
        return Tally(story, faults)


def log_in(origin: str, login: str) -> Visitor:
    """A visitor who is logged in."""
    visitor = Visitor(origin)
    _, _, html = visitor.ask("GET", f"{origin}/login")
    form = {"login": login, "password": PASSWORD, "next": "", **hidden_fields(html)}
    status, _, _ = visitor.ask("POST", f"{origin}/login", form)
    assert status == 303, f"the log-in answered {status}"
    return visitor


def main() -> int:
    """Both databases."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="an eighth of everything")
    chosen = parser.parse_args()
    stage, seats = (QUICK, SEATS // 8) if chosen.quick else (WHOLE, SEATS)
    wrong = 0
    for kind in DATABASES:
        tally = measure(kind, stage, seats)
        print(f"{kind}: {tally}", *tally.faults[:10], sep="\n  ")
        wrong += len(tally.faults)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
