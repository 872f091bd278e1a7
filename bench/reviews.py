"""Reviewing with 1,000 agencies and 5,000 plans: the list, a plan, the comparison, thirty decisions at once.

Run: .venv/bin/python bench/reviews.py. Aims: each page under 20 queries and 200 ms of server time, on both databases,
also where a plan of ten thousand characters was rewritten from end to end in twenty versions. The time is the least of
fifteen answers, so that neighbours on the machine do not count. Thirty decisions at once are thirty transactions; they
have no aim but are shown.
"""

import random
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from board import AGENCIES, PLANS, analyze, fill
from common import DATABASES, fresh_database, print_table
from sqlalchemy import insert, select

from openday import clock
from openday.app import create_app
from openday.db import db, use_case
from openday.models.plans import Plan, PlanComment, PlanEvent, PlanVersion
from openday.rules.plan_states import PlanStatus
from tests.conftest import settings_for
from tests.factories.people import House, build_house
from tests.factories.plans import FILLED
from tests.support.client import OneRequestAtATime, PageClient
from tests.support.queries import count_queries

ROUNDS, VERSIONS, LENGTH = 15, 20, 10_000
MOST_QUERIES, MOST_MS = 20, 200.0
_WORDS = (
    "介绍办事流程",
    "参观服务大厅",
    "现场听取意见",
    "集中答复群众关心的事项",
    "观摩应急演练",
    "体验便民设备",
    "发放宣传资料",
)


@use_case
def rewritten(house: House) -> str:
    """The code of a plan that was returned and rewritten, over and over, and waits for review."""
    session, chance, now = db.session, random.Random(5), clock.now()
    texts = [
        "".join(f"{chance.choice(_WORDS)}{chance.randint(1, 99)}次{chance.choice('，。')}" for _ in range(1000))[
            :LENGTH
        ]
        for _ in range(VERSIONS)
    ]
    fields: list[dict[str, Any]] = [{**FILLED.as_dict(), "content": content} for content in texts]
    plan = Plan(
        agency_id=house.agency_id, status=PlanStatus.OFFICE_REVIEW.value, version=VERSIONS, created_at=now,
        updated_at=now, submitted_at=now, **fields[-1],
    )  # fmt: skip
    session.add(plan)
    session.flush()
    session.execute(
        insert(PlanVersion),
        [
            {"plan_id": plan.id, "number": n, "author_id": house.filer.id, "saved_at": now, "fields": one}
            for n, one in enumerate(fields, start=1)
        ],
    )
    for _ in range(VERSIONS - 1):
        event = PlanEvent(
            plan_id=plan.id, action="return", from_status="office_review", to_status="returned",
            actor_id=house.second_officer.id, at=now, reason="请补充",
            comments=[PlanComment(field=name, text="写明详情") for name in ("content", "venue")],
        )  # fmt: skip
        session.add(event)
    return plan.code


def _page(client: PageClient, address: str) -> tuple[int, float]:
    """(queries, least of the milliseconds) of one page."""
    with count_queries() as counted:
        client.get(address)
    spent = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        answer = client.http.get(address)
        spent.append(1000 * (time.perf_counter() - begun))
        if answer.status_code != 200:
            raise SystemExit(f"{address}: {answer.status_code}")
    return len(counted), min(spent)


def _decisions(client: PageClient) -> tuple[int, float]:
    """(plans, milliseconds) of one page of decisions."""
    waiting = select(Plan.code, Plan.version).where(Plan.status == PlanStatus.OFFICE_REVIEW, Plan.version == 2)
    chosen = [f"{row.code}:{row.version}" for row in db.session.execute(waiting.order_by(Plan.id.desc()).limit(30))]
    page = client.get("/office/plans?status=office_review")
    form = page.form(action="/decisions")
    begun = time.perf_counter()
    client.submit(form, plan=chosen, act="approve")
    return len(chosen), 1000 * (time.perf_counter() - begun)


def _measured(client: PageClient, house: House, code: str, long_code: str) -> list[tuple[str, int, float]]:
    pages = {
        "list, waiting": "/office/plans?status=office_review",
        "list, all": "/office/plans",
        "review": f"/office/plans/{code}",
        "compare": f"/office/plans/{code}/compare",
        "review, rewritten": f"/office/plans/{long_code}",
        "compare, rewritten": f"/office/plans/{long_code}/compare",
    }
    return [(name, *_page(client, address)) for name, address in pages.items()]


def _on(kind: str, after: Callable[[str], None]) -> None:
    with fresh_database(kind) as (url, folder):
        app = create_app(settings_for(url, Path(folder)))
        app.test_client_class = OneRequestAtATime
        with app.app_context():
            house = build_house()
            _, code = fill(house)
            long_code = rewritten(house)
            analyze()
            client = PageClient(app).log_in(house.officer)
            rows = _measured(client, house, code, long_code)
            plans, spent = _decisions(client)
            db.session.remove()
            db.engine.dispose()
    print(f"\n{kind}: {AGENCIES} agencies, {PLANS} plans; {plans} decisions at once took {spent:.0f} ms")
    print_table(("page", "queries", "ms"), rows)
    for name, queries, milliseconds in rows:
        if queries >= MOST_QUERIES or milliseconds >= MOST_MS:
            after(f"{kind}: {name}: {queries} queries, {milliseconds:.0f} ms")


def main() -> None:
    """Measure on both databases, print, and end with an error when an aim is missed."""
    missed: list[str] = []
    for kind in DATABASES:
        _on(kind, missed.append)
    if missed:
        raise SystemExit("missed: " + "; ".join(missed))


if __name__ == "__main__":
    main()
