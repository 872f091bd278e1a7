"""Two reviewers or two editors at one plan in the same moment: one wins, the other is told and keeps every word."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
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
from tests.support.review_race import Desks
from tests.support.server import Server

ROUNDS = 10


@use_case
def _second_filer(house: House) -> Persona:
    place = db.session.get_one(Jurisdiction, house.jurisdiction_id)
    return person("second-filer", Role.FILER, place, db.session.get_one(Agency, house.agency_id))


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def desks(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Desks, House]]:
    """The real server with two workers, and four people at their desks; inside the application's context."""
    url: Any = request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url")
    app = create_app(settings_for(url, tmp_path))
    with app.app_context():
        house = build_house()
        other = _second_filer(house)
        env = {"DATABASE_URL": url, "OPENDAY_INSTANCE": str(tmp_path), "SECRET_KEY": SECRET}
        officers, filers = (house.officer, house.second_officer), (house.filer, other)
        with Server(env, workers=2) as server, Desks(server, officers, filers) as found:
            yield found, house
        db.session.remove()
        db.engine.dispose()


def test_of_two_reviewers_one_decides_and_the_other_is_told_who(desks: tuple[Desks, House]) -> None:
    people, house = desks
    for number in range(ROUNDS):
        plan = plan_in(PlanStatus.OFFICE_REVIEW, house, theme=f"第{number}份计划")
        found = people.review_round(plan.code, both_approve=number % 3 == 0)
        [winner], [loser] = found.winners, found.losers
        assert f"政务公开办{winner.who.login}已于" in loser.page
        assert loser.sent in loser.page
        db.session.rollback()
        decided = select(PlanEvent.actor_id).where(PlanEvent.plan_id == plan.id, PlanEvent.action != "create")
        assert list(db.session.scalars(decided)) == [winner.who.id]
        status = db.session.scalar(select(Plan.status).where(Plan.id == plan.id))
        assert status == ("returned" if winner.sent else "on_record")


def test_of_two_editors_one_saves_and_the_other_keeps_what_they_wrote(desks: tuple[Desks, House]) -> None:
    people, house = desks
    plan = plan_in(PlanStatus.DRAFT, house)
    for number in range(1, ROUNDS + 1):
        found = people.edit_round(plan.code, number)
        [winner], [loser] = found.winners, found.losers
        assert loser.sent in loser.page
        assert winner.sent in loser.page
        db.session.rollback()
        venue, version = db.session.execute(select(Plan.venue, Plan.version).where(Plan.id == plan.id)).one()
        assert (venue, version) == (winner.sent, number + 1)
    kept = select(func.count()).select_from(PlanVersion).where(PlanVersion.plan_id == plan.id)
    assert db.session.scalar(kept) == ROUNDS + 1
