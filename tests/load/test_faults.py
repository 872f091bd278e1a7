"""Sign-up while workers are killed and the database crashes: every zero stays zero, and the checker can see."""

from pathlib import Path

import pytest

from tests.conftest import migrate
from tests.support.faults import Faults, Told, Wish, Zeros, insist, longest_silence, wishes, zeros
from tests.support.postgres import Postgres
from tests.support.rush import Guest, read_roster, rehearse
from tests.support.server import Server

LISTS, SEATS, QUOTAS = 2, 30, 2


def rush_with_faults(
    url: str, folder: Path, attempts: int, cluster: Postgres | None = None
) -> tuple[list[Told], Zeros]:
    with Server({"DATABASE_URL": url, "OPENDAY_INSTANCE": str(folder)}, workers=2) as server:
        made = rehearse(server.env, occurrences=LISTS, seats=SEATS, waitlist=False, quotas=QUOTAS)
        faults = Faults(server, kills=2, postgres=cluster, restarts=1 if cluster else 0, every=0.4)
        told = insist(
            made["signup_urls"], wishes(attempts, lists=LISTS, quotas=QUOTAS, seed=7), clients=16, during=faults
        )
        lists = [read_roster(address, made["staff"]) for address in made["roster_urls"]]
        assert "database is locked" not in server.log
        assert [kind for _, kind in faults.moments], "the faults came too late"
        assert longest_silence(told, faults.moments, "kill") < 10
        assert longest_silence(told, faults.moments, "restart") < 15
    return told, zeros(told, lists, SEATS // QUOTAS)


def test_killed_workers_lose_and_double_nothing_on_sqlite(sqlite_url: str, tmp_path: Path) -> None:
    told, found = rush_with_faults(sqlite_url, tmp_path, 200)

    assert found == Zeros()
    assert {one.status for one in told} <= {303, 409}


@pytest.mark.postgres
def test_killed_workers_and_a_crashed_database_lose_and_double_nothing(tmp_path: Path) -> None:
    cluster = Postgres.alone(durable=True)
    try:
        url = cluster.create_database()
        migrate(url, tmp_path)
        told, found = rush_with_faults(url, tmp_path, 200, cluster)
    finally:
        cluster.close()

    assert found == Zeros()
    assert {one.status for one in told} <= {303, 409}


def wish(number: int, party: int = 1) -> Wish:
    return Wish(Guest(f"来宾{number}", f"1390000{number:04d}", party), 0, 1)


def confirmed(number: int, party: int = 1) -> Told:
    return Told(wish(number, party), 303, "confirmed", f"code{number}", 1, 0.0)


def row(number: int, party: int = 1, code: str = "") -> dict[str, str]:
    mine = {"code": code or f"code{number}", "phone": f"139****{number:04d}", "party_size": str(party)}
    return {**mine, "status": "confirmed", "quota": "a"}


def test_the_checker_is_content_with_an_honest_list() -> None:
    assert zeros([confirmed(1), confirmed(2)], [[row(1), row(2)]], seats=2) == Zeros()


@pytest.mark.parametrize(
    ("told", "rows", "seats", "found"),
    [
        ([confirmed(1), confirmed(2)], [row(1), row(2)], 1, Zeros(oversold=1)),
        ([confirmed(1), confirmed(2)], [row(1)], 2, Zeros(lost=1)),
        ([confirmed(1, party=2)], [row(1, party=1)], 2, Zeros(changed=1)),
        ([confirmed(1)], [row(1), row(2)], 2, Zeros(ghosts=1)),
        ([confirmed(1)], [row(1), row(1, code="other")], 2, Zeros(duplicates=1)),
        ([confirmed(1), Told(wish(2), 409, "full", "", 1, 0.0)], [row(1)], 2, Zeros(stranded=1)),
        ([Told(wish(1), 0, "no answer", "", 9, 0.0)], [], 2, Zeros(unanswered=1)),
        ([Told(wish(1), 409, "full", "", 1, 0.0, (500,))], [], 2, Zeros(odd_answers=1)),
    ],
)
def test_the_checker_finds_each_wrong(told: list[Told], rows: list[dict[str, str]], seats: int, found: Zeros) -> None:
    assert zeros(told, [rows], seats) == found
