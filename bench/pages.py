"""Public pages and feeds in one process, against the bare page (/healthz): CPU time for each answer.

Run: .venv/bin/python bench/pages.py. Aims: a kept activity page and a kept feed at a third of the bare page's rate or
better; a month of 500 activities under 60 KB and 10 ms. Made anew it may take 20 ms, since other work on the machine
counts.
"""

import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from common import DATABASES, fresh_database, print_table
from flask import Flask
from werkzeug.test import EnvironBuilder

from openday.app import create_app
from openday.db import db
from tests.conftest import settings_for
from tests.factories.activities import published_activity
from tests.factories.occurrences import open_occurrence
from tests.factories.people import build_house

ROUNDS = 300
ACTIVITIES = 500
Answer = tuple[str, int, dict[str, str]]


def _answers(
    app: Flask, path: str, headers: dict[str, str] | None = None
) -> Callable[[], tuple[str, int, dict[str, str]]]:
    """One request through the whole WSGI application, without a socket; returns status, size and head."""
    builder = EnvironBuilder(path=path.partition("?")[0], query_string=path.partition("?")[2], headers=headers)
    environ = builder.get_environ()

    def ask() -> Answer:
        head: dict[str, Any] = {}

        def start(status: str, sent: list[tuple[str, str]], _failed: Any = None) -> Any:
            head.update(status=status, sent=dict(sent))

        body = app.wsgi_app(dict(environ), start)
        size = sum(len(part) for part in body)
        close = getattr(body, "close", None)
        if close:
            close()
        return head["status"], size, head["sent"]

    return ask


def _cpu(work: Callable[[], object], rounds: int, before: Callable[[], object] | None = None) -> float:
    """Milliseconds of CPU of one call: the least of five runs, so that neighbours on the machine do not count."""
    runs = []
    for _ in range(5):
        spent = 0.0
        for _ in range(rounds):
            if before:
                before()
            began = time.process_time()
            work()
            spent += time.process_time() - began
        runs.append(1000 * spent / rounds)
    return min(runs)


def fill(app: Flask) -> tuple[str, date]:
    """Five hundred activities in one month; the code of one of them, and the first day of the month."""
    first = (date.today().replace(day=1) + timedelta(days=62)).replace(day=1)  # noqa: DTZ011
    with app.app_context():
        house = build_house()
        away = (first - date.today()).days  # noqa: DTZ011
        for number in range(ACTIVITIES):
            theme = f"“数智赋能、便民利企”政务服务开放日暨一体化办事体验（第{number}期）"
            activity = published_activity(house, theme=theme)
            open_occurrence(activity, starts_in=timedelta(days=away + number % 28), capacity=20)
        code = activity.code
        db.session.remove()
    return code, first


def _measure(app: Flask, code: str, first: date) -> list[list[object]]:
    month = f"/calendar?month={first:%Y-%m}"
    activity = f"/activities/{code}"
    bare = _cpu(_answers(app, "/healthz"), ROUNDS)
    rows: list[list[object]] = [["/healthz", "bare", 0.0, bare, 1.0]]

    def forget() -> None:
        app.extensions.pop("kept", None)

    cases: list[tuple[str, str, dict[str, str], bool]] = []
    for name in (activity, month, "/", "/calendar?view=list", "/calendar.ics"):
        tag = _answers(app, name)()[2]["ETag"]
        cases += [(name, "cold", {}, True), (name, "kept", {}, False), (name, "304", {"If-None-Match": tag}, False)]
    for name, kind, headers, cold in cases:
        ask = _answers(app, name, headers)
        status, size, _ = ask()
        expected = "304" if kind == "304" else "200"
        if not status.startswith(expected):
            raise SystemExit(f"{name}: {status}, expected {expected}")
        spent = _cpu(ask, ROUNDS // 30 if cold else ROUNDS, forget if cold else None)
        rows.append([name.replace(code, "<code>"), kind, size / 1000, spent, bare / spent])
    return rows


def main() -> None:
    """Measure on both databases, print, and end with an error when an aim is missed."""
    missed = []
    for kind in DATABASES:
        with fresh_database(kind) as (url, folder):
            app = create_app(settings_for(url, Path(folder)))
            code, first = fill(app)
            rows = _measure(app, code, first)
            print(f"\n{kind}, {ACTIVITIES} activities in one month")
            print_table(("page", "state", "KB", "CPU ms", "of the bare rate"), _written(rows))
            for name, state, size, spent, share in rows:
                if state == "kept" and name in ("/activities/<code>", "/calendar.ics") and share < 1 / 3:
                    missed.append(f"{kind}: {name} {share:.2f} of the bare rate")
                limit = {"cold": 20.0, "kept": 10.0}.get(str(state), 1.0)
                if str(name).startswith("/calendar?month") and (size > 60 or spent > limit):
                    missed.append(f"{kind}: {name} {size:.0f} KB, {spent:.1f} ms")
            with app.app_context():
                db.engine.dispose()
    if missed:
        raise SystemExit("missed: " + "; ".join(missed))


def _written(rows: list[list[object]]) -> list[list[str]]:
    return [[str(n), str(s), f"{size:.1f}", f"{spent:.2f}", f"{share:.2f}"] for n, s, size, spent, share in rows]


if __name__ == "__main__":
    main()
