"""Two reviewers, then two editors, at one plan in the same moment: 500 rounds each, over HTTP, on both databases.

Run: .venv/bin/python bench/review_races.py [rounds]. Every round must have one winner; the loser must be told so, by
name, and find what they wrote on the page; the database must hold what the winner did and nothing else. Ends with an
error at the first round of which this is not true.
"""

import sys
import time
from pathlib import Path

from common import DATABASES, fresh_database, percentile, print_table
from sqlalchemy import func, select

from openday.app import create_app
from openday.db import db, use_case
from openday.models.people import Agency, Jurisdiction
from openday.models.plans import Plan, PlanEvent, PlanVersion
from openday.rules.permissions import Role
from openday.rules.plan_states import PlanStatus
from tests.conftest import SECRET, settings_for
from tests.factories.people import House, Persona, build_house, person
from tests.factories.plans import plan_in
from tests.support.review_race import Desks, Round
from tests.support.server import Server

ROUNDS = 500


@use_case
def _second_filer(house: House) -> Persona:
    place = db.session.get_one(Jurisdiction, house.jurisdiction_id)
    return person("second-filer", Role.FILER, place, db.session.get_one(Agency, house.agency_id))


def _judged(found: Round, where: str) -> tuple[str, int]:
    """What the winner sent and who they are; ends with an error when there is not one winner and one told loser."""
    if len(found.winners) != 1 or len(found.losers) != 1:
        raise SystemExit(f"{where}: {[(reply.who.login, reply.status, reply.outcome) for reply in found.replies]}")
    [winner], [loser] = found.winners, found.losers
    if loser.sent not in loser.page or winner.who.login not in loser.page:
        raise SystemExit(f"{where}: {loser.who.login} was not told who was first, or lost their text")
    return winner.sent, winner.who.id


def _reviews(desks: Desks, house: House, rounds: int) -> list[float]:
    spent = []
    for number in range(rounds):
        plan = plan_in(PlanStatus.OFFICE_REVIEW, house, theme=f"第{number}份计划")
        begun = time.perf_counter()
        found = desks.review_round(plan.code, both_approve=number % 3 == 0)
        spent.append(time.perf_counter() - begun)
        _, winner_id = _judged(found, f"review {number}")
        db.session.rollback()
        decided = select(PlanEvent.actor_id).where(PlanEvent.plan_id == plan.id, PlanEvent.action != "create")
        if list(db.session.scalars(decided)) != [winner_id]:
            raise SystemExit(f"review {number}: the history is not that of one decision")
    return spent


def _edits(desks: Desks, house: House, rounds: int) -> list[float]:
    spent = []
    plan = plan_in(PlanStatus.DRAFT, house)
    for number in range(1, rounds + 1):
        begun = time.perf_counter()
        found = desks.edit_round(plan.code, number)
        spent.append(time.perf_counter() - begun)
        sent, _ = _judged(found, f"edit {number}")
        db.session.rollback()
        stands = db.session.execute(select(Plan.venue, Plan.version).where(Plan.id == plan.id)).one()
        if tuple(stands) != (sent, number + 1):
            raise SystemExit(f"edit {number}: {tuple(stands)} stands, the winner sent {sent!r}")
    kept = db.session.scalar(select(func.count()).select_from(PlanVersion).where(PlanVersion.plan_id == plan.id))
    if kept != rounds + 1:
        raise SystemExit(f"{kept} versions after {rounds} rounds")
    return spent


def main() -> None:
    """Run the rounds on both databases and print how long one took."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    for kind in DATABASES:
        with fresh_database(kind) as (url, folder):
            app = create_app(settings_for(url, Path(folder)))
            env = {"DATABASE_URL": url, "OPENDAY_INSTANCE": str(folder), "SECRET_KEY": SECRET}
            with app.app_context():
                house = build_house()
                officers, filers = (house.officer, house.second_officer), (house.filer, _second_filer(house))
                with Server(env, workers=2) as server, Desks(server, officers, filers) as desks:
                    rows = [
                        ("two reviewers", _reviews(desks, house, rounds)),
                        ("two editors", _edits(desks, house, rounds)),
                    ]
                db.session.remove()
                db.engine.dispose()
        print(f"\n{kind}: one winner in each round, nothing lost")
        table = [(name, len(times), percentile(times, 0.5), percentile(times, 0.95)) for name, times in rows]
        print_table(("race", "rounds", "p50 ms a round", "p95 ms"), table)


if __name__ == "__main__":
    main()
