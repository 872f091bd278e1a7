"""Telling many watchers inside the change that they are told of, and finding the vague times that press.

First: `schedule_occurrence`, the whole transaction, for activities with so many confirmed addresses. Then:
`plans_to_firm_up`, as the board asks it, with 1,000 agencies and 5,000 plans, half of them vague.
"""

import random
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from common import DATABASES, fresh_database, percentile, print_table
from flask import Flask

from openday import clock
from openday.app import create_app
from openday.db import db, use_case
from openday.models.people import Agency
from openday.models.plans import Plan
from openday.queries.firming_up import plans_to_firm_up
from openday.rules.fuzzy_date import read_period
from openday.rules.plan_states import PlanStatus
from openday.rules.states import SignupMode
from openday.services.occurrences import Schedule, Seating, schedule_occurrence
from tests.conftest import settings_for
from tests.factories.activities import page_url, published_activity
from tests.factories.people import House, build_house
from tests.factories.watches import watcher

WATCHERS = (0, 100, 1000, 10_000)
AGENCIES, PLANS = 1000, 5000
ROUNDS = 20


def main() -> None:
    """Measure both on both databases."""
    telling, finding = [], []
    for kind in DATABASES:
        with fresh_database(kind) as (url, folder):
            _measure(kind, url, folder, telling, finding)
    print_table(("database", "watchers", "ms"), telling)
    print()
    print_table(("database", "asked for", "found", "median ms", "95 % ms"), finding)


def _measure(kind: str, url: str, folder: Path, telling: list[list[object]], finding: list[list[object]]) -> None:
    app: Flask = create_app(settings_for(url, folder))
    with app.app_context():
        house = build_house()
        for count in WATCHERS:
            activity = published_activity(house, theme=f"走进图书馆{count}")
            watcher(activity, count)
            start = (clock.now() + timedelta(days=40)).replace(second=0, microsecond=0)
            when = Schedule(start, start + timedelta(hours=2), "一楼大厅", SignupMode.FIRST_COME)
            seconds = _timed(
                lambda code=activity.code, when=when: schedule_occurrence(
                    house.officer.actor, code, when, [Seating("市民", 20)], page_url=page_url
                )
            )
            telling.append([kind, count, 1000 * seconds])
        _fill(house)
        for label, within in (("board", 5), ("list", None)):
            actor = house.officer.actor
            times = []
            for _ in range(ROUNDS):
                db.session.rollback()
                times.append(
                    _timed(lambda actor=actor, within=within: plans_to_firm_up(actor, clock.now(), within=within))
                )
            found = len(plans_to_firm_up(actor, clock.now(), within=within))
            finding.append([kind, label, found, percentile(times, 0.5), percentile(times, 0.95)])
        db.session.remove()
        db.engine.dispose()


def _timed(act: Callable[[], object]) -> float:
    begin = time.perf_counter()
    act()
    return time.perf_counter() - begin


@use_case
def _fill(house: House) -> None:
    """Plans of the coming year, half of them vague, spread over the months."""
    now, chance = clock.now(), random.Random(1)
    agencies = [Agency(name=f"单位{n}", slug=f"a{n}", jurisdiction_id=house.jurisdiction_id) for n in range(AGENCIES)]
    db.session.add_all(agencies)
    db.session.flush()
    for number in range(PLANS):
        day = now.date() + timedelta(days=chance.randrange(1, 365))
        exactly = f"{day.day}日" if number % 2 else chance.choice(("上旬", "中旬", "下旬"))
        text = f"{day.year}年{day.month}月{exactly}"
        plan = Plan(
            agency_id=agencies[number % AGENCIES].id, status=PlanStatus.ON_RECORD.value, theme=f"活动{number}",
            time_text=text, created_at=now, updated_at=now, submitted_at=now - timedelta(days=100),
        )  # fmt: skip
        plan.read_from(read_period(text, year=day.year))
        db.session.add(plan)


if __name__ == "__main__":
    main()
