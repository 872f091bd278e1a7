"""The waitlist under load, in small; and what its checker says of stories that must not be."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from openday.app import create_app
from openday.db import db
from tests.conftest import SECRET, settings_for
from tests.factories.activities import published_activity
from tests.factories.occurrences import open_occurrence
from tests.factories.people import PASSWORD, build_house
from tests.support.rush import Answer, Guest, Visitor, hidden_fields
from tests.support.server import Server
from tests.support.waitlist import Look, Party, Served, Stage, Story, drive, waitlist_faults

SEATS = 40
PROMOTE = "registration.promote"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest) -> Any:
    """An empty database of each kind."""
    return request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url")


def prepared(app: Flask) -> str:
    """The code of an open occurrence; nothing of the application stays open."""
    with app.app_context():
        code: str = open_occurrence(published_activity(build_house(), vague=False), capacity=SEATS).code
        db.session.remove()
        db.engine.dispose()
    return code


def test_under_load_the_order_is_kept_and_no_seat_is_left(url: str, tmp_path: Path) -> None:
    code = prepared(create_app(settings_for(url, tmp_path)))
    env = {"DATABASE_URL": url, "OPENDAY_INSTANCE": str(tmp_path), "SECRET_KEY": SECRET}
    with Server(env, workers=2) as server:
        stage = Stage(waiting=24, leaving=18, raises=2, clients=8, newcomers=4)
        story = drive(server.url, code, stage, lambda login: log_in(server.url, login), SEATS)
        assert "database is locked" not in server.log
    assert waitlist_faults(story) == []
    assert sum(one.act == PROMOTE for one in story.served) > 5


def log_in(origin: str, login: str) -> Visitor:
    visitor = Visitor(origin)
    _, _, html = visitor.ask("GET", f"{origin}/login")
    form = {"login": login, "password": PASSWORD, "next": "", **hidden_fields(html)}
    status, _, _ = visitor.ask("POST", f"{origin}/login", form)
    assert status == 303, f"the log-in answered {status}"
    return visitor


# --- the checker -----------------------------------------------------------------------------------------------------


def answer(code: str, outcome: str = "waitlisted", people: int = 1, at: float = 0.0) -> Answer:
    return Answer(Guest(f"来宾{code}", f"139{code:>08}", people), 303, outcome, code, 0.0, 0.5, at)


def party(code: str, status: str = "waitlisted", people: int = 1) -> Party:
    return Party(code, code, people, status)


def story(**changes: Any) -> Story:
    """One seat; somebody had it and left, two wait, the first of them gets it."""
    final = [party("1", "cancelled"), party("2", "confirmed"), party("3")]
    fine = Story(
        answers=[answer("1", "confirmed", at=1.0), answer("2", at=2.0), answer("3", at=3.0)],
        queue=[party("2"), party("3")],
        left=["1"],
        newcomers=[],
        looks=[Look(10.0, final, 1)],
        served=[Served(PROMOTE, 1, "2")],
        final=final,
        seats=1,
    )
    return replace(fine, **changes)


def test_a_story_in_which_all_is_well_has_no_faults() -> None:
    assert waitlist_faults(story()) == []


IDLE: Sequence[Party] = [party("1", "cancelled"), party("2"), party("3")]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"queue": [party("3"), party("2")]}, "stands behind somebody who asked after their answer"),
        (
            {
                "served": [Served(PROMOTE, 2, "3")],
                "final": [party("1", "cancelled"), party("2"), party("3", "confirmed")],
            },
            "3 was served before 2",
        ),
        ({"served": [Served(PROMOTE, 1, "2"), Served(PROMOTE, 1, "2")]}, "2 was served 2 times"),
        ({"served": []}, "2 is in without having been served"),
        ({"final": [party("1"), party("2", "confirmed"), party("3")]}, "ticket 1 is not cancelled"),
        ({"final": [party("1", "cancelled"), party("2", "confirmed")]}, "来宾3 was answered"),
        (
            {"final": [party("1", "cancelled"), party("2", "confirmed"), party("3", "confirmed")]},
            "2 people for 1 seats",
        ),
        ({"looks": [Look(at, IDLE, 1) for at in (0.0, 30.0, 61.0)]}, "seats were free for 61 s"),
        ({"final": IDLE}, "at the end somebody waits who fits"),
        (
            {
                "newcomers": [answer("4", "confirmed")],
                "final": [party("1", "cancelled"), party("2"), party("3"), party("4", "confirmed")],
            },
            "came last and got seats at once",
        ),
        ({"failures": ["cancelling answered 500"]}, "cancelling answered 500"),
    ],
)
def test_the_checker_finds_what_must_not_be(changes: dict[str, Any], said: str) -> None:
    assert any(said in fault for fault in waitlist_faults(story(**changes)))


def test_a_larger_party_may_be_passed_by_a_smaller_one_and_no_idle_second_is_counted_twice() -> None:
    passed = story(
        queue=[party("2", people=3), party("3")],
        served=[Served(PROMOTE, 2, "3")],
        final=[party("1", "cancelled"), party("2", people=3), party("3", "confirmed")],
        looks=[Look(0.0, IDLE, 1), Look(50.0, story().final, 1), Look(55.0, IDLE, 1), Look(100.0, story().final, 1)],
    )
    assert waitlist_faults(passed) == []
