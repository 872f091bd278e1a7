"""The same seat, form or ticket wanted by several in the same moment, over HTTP with two workers: one wins.

Small; `bench/races.py` runs the same scenes in full. A full house at the gates is in test_door.
"""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.race_scenes import cancel_or_enter_scene, cancel_scene, double_submit_scene, last_seat_scene
from tests.support.server import Server


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Server]:
    """The real server with two workers on each database, and a clock that can be moved on."""
    url: Any = request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url")
    env = {"DATABASE_URL": url, "OPENDAY_INSTANCE": str(tmp_path), "OPENDAY_CLOCK_FILE": str(tmp_path / "clock")}
    with Server(env, workers=2) as running:
        yield running


def test_one_wins_and_everybody_is_told_the_truth(server: Server) -> None:
    """One test for all four races: starting a server takes longer than a race."""
    seat = last_seat_scene(server, rounds=5, clients=16)
    assert seat.faults == []
    assert seat.answers == Counter({"sign-up done": 5, "sign-up full": 75})

    repeated = double_submit_scene(server, people=8, times=8)
    assert repeated.faults == []
    assert repeated.answers == Counter({"sign-up done": 64})

    cancelled = cancel_scene(server, tickets=4, times=8)
    assert cancelled.faults == []
    assert cancelled.answers == Counter({"cancel done": 32})

    let_in = cancel_or_enter_scene(server, rounds=15)
    assert let_in.faults == []
    assert let_in.answers.total() == 30
    assert "database is locked" not in server.log
