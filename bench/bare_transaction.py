"""The transaction of a sign-up without anything around it: the same statements by the bare driver, in the same order.

    python bench/bare_transaction.py

2 processes with 4 connections each, as when 8 clients sign up at 2 workers, all at one occurrence. The statements are
written down while the use-case registers two people; what differs between the two is new in every transaction.
On SQLite the writers queue, and on PostgreSQL the writes travel together, as in production.
"""

import fcntl
import multiprocessing
import os
import sqlite3
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

import psycopg
from common import DATABASES, Database, durable_database, percentile, print_table
from sqlalchemy import event

from openday.app import create_app
from openday.db import db, engine_options
from tests.conftest import SECRET, settings_for
from tests.support.rush import rehearse
from tests.support.signup import sign_up

PROCESSES, CONNECTIONS = 2, 4
SECONDS = 4.0
_IDS_FROM = 1_000_000_000
_MARK = 6
"""So many characters tell the transactions apart; shorter texts need not be new."""

Values = dict[str, Any] | tuple[Any, ...]


@dataclass(frozen=True)
class Statement:
    """What the driver was given; `fresh` names (or counts) the values that are new in every transaction."""

    text: str
    values: Values
    fresh: tuple[Any, ...] = ()

    @property
    def asks(self) -> bool:
        """Whether somebody waits for the rows."""
        return self.text.lstrip().upper().startswith("SELECT")

    def anew(self, mark: int) -> Values:
        """The values of another transaction: texts keep their length and numbers are large, so that no two meet."""
        values = dict(_pairs(self.values))
        for key in self.fresh:
            before = values[key]
            values[key] = _IDS_FROM + mark if isinstance(before, int) else f"x{mark:0{len(before) - 1}x}"
        return values if isinstance(self.values, dict) else tuple(values[key] for key in range(len(values)))


def _pairs(values: Values) -> list[tuple[Any, Any]]:
    pairs = values.items() if isinstance(values, dict) else enumerate(values)
    return [(key, bytes(value) if isinstance(value, memoryview) else value) for key, value in pairs]


def written_down(database: Database, occurrence: str) -> list[Statement]:
    """The statements of one sign-up for the occurrence with this code."""
    app = create_app(settings_for(database.url, database.folder))
    noted: list[Statement] = []
    with app.app_context():
        sign_up(occurrence)
        db.session.remove()
        _note(database, noted)
        found = []
        for _ in range(2):
            noted.clear()
            sign_up(occurrence)
            db.session.remove()
            found.append(list(noted))
        db.engine.dispose()
    return [_compared(one, other) for one, other in zip(*found, strict=True)]


def _note(database: Database, noted: list[Statement]) -> None:
    """From now on put every statement of this application into the list."""
    if database.cluster is None:

        def note(_connection: Any, _cursor: Any, text: str, values: Values, *_more: Any) -> None:
            if not text.startswith("BEGIN"):
                noted.append(Statement(text, values))

        event.listen(db.engine, "before_cursor_execute", note)
        return

    class Noting(psycopg.Cursor[Any]):
        def execute(self, query: Any, params: Any = None, **more: Any) -> Any:
            noted.append(Statement(str(query), params or {}))
            return super().execute(query, params, **more)

    db.engine.dispose()
    event.listen(db.engine, "connect", lambda connection, _record: setattr(connection, "cursor_factory", Noting))


def _compared(one: Statement, other: Statement) -> Statement:
    """The statement, knowing which of its values are each registration's own. Sealed values and moments may stay."""
    assert one.text == other.text, "two sign-ups sent different statements"
    pairs = zip(_pairs(one.values), _pairs(other.values), strict=True)
    plain = dict(_pairs(one.values))
    values = plain if isinstance(one.values, dict) else tuple(plain.values())
    fresh = tuple(
        key for (key, a), (_, b) in pairs if a != b and (isinstance(a, int) or (isinstance(a, str) and len(a) >= _MARK))
    )
    return replace(one, values=values, fresh=fresh)


Transaction = Callable[[Sequence[Statement], int], None]


def measure(database: Database, occurrence: str, seconds: float = SECONDS) -> list[float]:
    """How long each transaction took, in seconds; as many as were done in `seconds`."""
    script = written_down(database, occurrence)
    jobs = [(database.url, script, number, seconds) for number in range(PROCESSES)]
    with multiprocessing.get_context("spawn").Pool(PROCESSES) as pool:
        return [one for share in pool.starmap(_process, jobs, chunksize=1) for one in share]


def _process(url: str, script: Sequence[Statement], number: int, seconds: float) -> list[float]:
    kind = _on_sqlite if url.startswith("sqlite") else _on_postgresql
    marks = [(number * CONNECTIONS + connection) * 100_000 for connection in range(CONNECTIONS)]
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        shares = pool.map(lambda mark: _repeat(kind(url), script, mark, seconds), marks)
        return [one for share in shares for one in share]


def _repeat(transaction: Transaction, script: Sequence[Statement], mark: int, seconds: float) -> list[float]:
    times: list[float] = []
    until = time.perf_counter() + seconds
    while (begun := time.perf_counter()) < until:
        mark += 1
        transaction(script, mark)
        times.append(time.perf_counter() - begun)
    return times


def _on_sqlite(url: str) -> Transaction:
    file = url.removeprefix("sqlite:///")
    connection = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
    for pragma in ("synchronous=FULL", "foreign_keys=ON", "cache_size=-16000"):
        connection.execute(f"PRAGMA {pragma}")
    gate = os.open(f"{file}-writers", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def transaction(script: Sequence[Statement], mark: int) -> None:
        fcntl.flock(gate, fcntl.LOCK_EX)
        try:
            connection.execute("BEGIN IMMEDIATE")
            for statement in script:
                connection.execute(statement.text, statement.anew(mark)).fetchall()
            connection.execute("COMMIT")
        finally:
            fcntl.flock(gate, fcntl.LOCK_UN)

    return transaction


def _on_postgresql(url: str) -> Transaction:
    connection = psycopg.connect(url, **engine_options(url)["connect_args"])

    def transaction(script: Sequence[Statement], mark: int) -> None:
        for asks, some in groupby(script, key=lambda statement: statement.asks):
            if asks:
                for statement in some:
                    connection.execute(statement.text, statement.anew(mark)).fetchall()
            else:
                with connection.pipeline():
                    for statement in some:
                        connection.execute(statement.text, statement.anew(mark))
        connection.commit()

    return transaction


def main() -> None:
    """Measure on both databases and print a table."""
    rows = []
    for kind in DATABASES:
        with durable_database(kind) as database:
            made = rehearse(
                {**os.environ, **database.env, "SECRET_KEY": SECRET, "BASE_URL": "http://127.0.0.1"},
                occurrences=1, seats=100_000, waitlist=False,
            )  # fmt: skip
            times = measure(database, made["signup_urls"][0].split("/")[-2])
        rate = len(times) / SECONDS
        rows.append((kind, rate, percentile(times, 0.5), percentile(times, 0.95)))
    print_table(("database", "transactions/s", "p50 ms", "p95 ms"), rows)


if __name__ == "__main__":
    main()
