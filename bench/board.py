"""The office's morning: board, coverage, clashes, year, review and compare with 1,000 agencies and 5,000 plans.

Run: .venv/bin/python bench/board.py. Aims: fewer than 20 queries and less than 200 ms of server time for each page,
on both databases. The time is the least of several answers, CPU and waiting for the database together, so that other
work on the machine does not count.
"""

import random
import time
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from common import DATABASES, fresh_database, print_table
from flask import Flask
from sqlalchemy import insert, select, text

from openday import clock
from openday.app import create_app
from openday.db import db, use_case
from openday.models.calls import Call, CallAgency
from openday.models.people import Agency, Jurisdiction
from openday.models.plans import Plan, PlanEvent, PlanVersion
from openday.rules.fuzzy_date import read_period
from openday.rules.plan_states import PlanStatus
from tests.conftest import settings_for
from tests.factories.people import House, build_house
from tests.support.client import OneRequestAtATime, PageClient
from tests.support.queries import count_queries

AGENCIES, PLANS, TOWNS = 1_000, 5_000, 20
ROUNDS = 25
MOST_QUERIES, MOST_MS = 20, 200.0
_TIMES = (
    "{m}月{d}日14:00—16:00", "{m}月{d}日", "{m}月{d}日上午", "{m}月中旬", "{m}月下旬", "{m}月", "{m}月{d}日至{e}日",
    "每月第三周星期四",
)  # fmt: skip
_GUESTS = (
    "企业代表10人、市民代表20人",
    "人大代表5人、政协委员5人",
    "青石社区居民20人",
    "学生及家长30人",
    "媒体代表、市民代表",
)
_CONTENT = "介绍办事流程，参观服务大厅，现场听取意见，集中答复群众关心的事项。" * 8
_STATES = (PlanStatus.OFFICE_REVIEW, PlanStatus.ON_RECORD, PlanStatus.PUBLISHED, PlanStatus.DRAFT, PlanStatus.RETURNED)


@use_case
def fill(house: House) -> tuple[int, str]:
    """A district of twenty towns; the id of its call and the code of a plan that waits for review."""
    session, chance, now = db.session, random.Random(3), clock.now()
    year = now.year + 1
    district = session.get_one(Jurisdiction, house.jurisdiction_id)
    towns = [Jurisdiction(name=f"第{n}街道", parent_id=district.id, path=f"pending-{n}") for n in range(TOWNS)]
    session.add_all(towns)
    session.flush()
    for town in towns:
        town.path = f"{district.path}{town.id}/"
    agencies = [
        Agency(
            name=f"云溪区第{n:04d}单位",
            slug=f"agency-{n}",
            jurisdiction_id=chance.choice(towns).id,
            phone="0000-8880000",
        )
        for n in range(AGENCIES)
    ]
    session.add_all(agencies)
    call = Call(
        jurisdiction_id=district.id, year=year, title="年度通知", due_on=now.date() - timedelta(days=3),
        campaign_month=9, created_by_id=house.officer.id, created_at=now,
    )  # fmt: skip
    session.add(call)
    session.flush()
    ids = [agency.id for agency in agencies]
    session.execute(insert(CallAgency), [{"call_id": call.id, "agency_id": id_, "owed": 5} for id_ in ids])
    session.execute(insert(Plan), [_plan(n, ids, call.id, year, chance, now) for n in range(PLANS)])
    plans = session.execute(select(Plan.id, Plan.code, Plan.status).order_by(Plan.id)).all()
    author = house.filer.id
    session.execute(insert(PlanVersion), [_version(row.id, n, author, now) for row in plans for n in (1, 2)])
    session.execute(insert(PlanEvent), [_event(row.id, author, now) for row in plans])
    waiting = next(row.code for row in plans if row.status == PlanStatus.OFFICE_REVIEW)
    return call.id, waiting


@use_case
def analyze() -> None:
    """What autovacuum has done within a minute of such an import."""
    db.session.execute(text("ANALYZE"))


def _plan(
    number: int, agencies: list[int], call_id: int, year: int, chance: random.Random, now: datetime
) -> dict[str, Any]:
    month, day = chance.choice((3, 4, 5, 6, 7, 8, 9, 9, 9, 10, 11)), chance.randint(1, 25)
    when = chance.choice(_TIMES).format(m=month, d=day, e=day + 3)
    period = read_period(when, year=year)
    return {
        "code": f"b{number:011d}".replace("0", "a").replace("1", "c"), "call_id": call_id,
        "agency_id": agencies[number % len(agencies)], "status": chance.choice(_STATES).value, "version": 2,
        "theme": f"走进办事大厅第{number}期", "time_text": when, "venue": f"第{chance.randint(1, 900)}中心一楼大厅",
        "content": _CONTENT + ("区长现场答复。" if number % 50 == 0 else ""), "audience_text": chance.choice(_GUESTS),
        "contact_phone": "0000-8880000", "precision": period.precision.value, "first_day": period.first,
        "last_day": period.last, "start_time": period.start, "end_time": period.end,
        "day_part": period.part.value if period.part else None, "created_at": now,
        "updated_at": now, "submitted_at": now,
    }  # fmt: skip


def _version(plan_id: int, number: int, author: int, now: datetime) -> dict[str, Any]:
    fields = {"theme": "走进办事大厅", "content": _CONTENT + "改。" * number}
    return {"plan_id": plan_id, "number": number, "author_id": author, "saved_at": now, "fields": fields}


def _event(plan_id: int, author: int, now: datetime) -> dict[str, Any]:
    return {
        "plan_id": plan_id, "action": "submit_directly", "from_status": "draft", "to_status": "office_review",
        "actor_id": author, "at": now,
    }  # fmt: skip


def _measure(client: PageClient, call_id: int, code: str, day: date) -> list[list[object]]:
    rows: list[list[object]] = []
    for path in (
        "/office/", "/office/coverage?show=all", "/office/coverage?sort=filed&order=desc&q=00", "/office/clashes",
        f"/office/year?year={day.year + 1}&week=37", f"/office/calls/{call_id}/remind", f"/office/calls/{call_id}",
        "/office/plans", f"/office/plans/{code}", f"/office/plans/{code}/compare",
    ):  # fmt: skip
        with count_queries() as asked:
            answer = client.raw(path)
        if answer.status_code != 200:
            raise SystemExit(f"{path}: {answer.status_code}")
        spent = []
        for _ in range(ROUNDS):
            began = time.perf_counter()
            client.raw(path)
            spent.append(1000 * (time.perf_counter() - began))
        rows.append([path.replace(code, "<code>"), len(asked), len(answer.data) / 1000, min(spent)])
    return rows


def main() -> None:
    """Measure on both databases, print, and end with an error when an aim is missed."""
    missed = []
    for kind in DATABASES:
        with fresh_database(kind) as (url, folder):
            app: Flask = create_app(settings_for(url, Path(folder)))
            app.test_client_class = OneRequestAtATime
            with app.app_context():
                house = build_house()
                call_id, code = fill(house)
                analyze()
                db.session.remove()
                client = PageClient(app).log_in(house.officer)
                rows = _measure(client, call_id, code, clock.today())
                db.session.remove()
                db.engine.dispose()
        print(f"\n{kind}: {AGENCIES} agencies, {PLANS} plans")
        print_table(("page", "queries", "KB", "ms"), rows)
        for path, queries, _size, spent in rows:
            if int(str(queries)) >= MOST_QUERIES or float(str(spent)) >= MOST_MS:
                missed.append(f"{kind} {path}: {queries} queries, {spent:.0f} ms")
    if missed:
        raise SystemExit("missed: " + "; ".join(missed))


if __name__ == "__main__":
    main()
