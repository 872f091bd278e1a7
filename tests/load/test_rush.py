"""More people than seats, all at once, over HTTP with two workers: nobody too many, nobody lost, nobody misled."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.support.rush import Answer, Visitor, crowd, outcome_of, read_roster, rehearse, rush
from tests.support.server import Server

SEATS, PEOPLE, CLIENTS = 60, 150, 16


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    """The real server with two workers on each database."""
    url = request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url")
    with Server({"DATABASE_URL": url, "OPENDAY_INSTANCE": str(tmp_path)}, workers=2) as running:
        yield running


def acknowledged(answers: list[Answer], outcome: str) -> dict[str, str]:
    """Ticket code → canonical phone of everybody who was told so."""
    return {answer.code: answer.guest.phone for answer in answers if answer.outcome == outcome}


def masked(phone: str) -> str:
    return f"{phone[:3]}****{phone[-4:]}"


def status_of_ticket(server: Server, code: str) -> tuple[int, str]:
    visitor = Visitor(server.url)
    status, _, html = visitor.ask("GET", f"{server.url}/tickets/{code}")
    visitor.close()
    return status, outcome_of(html)


def test_exactly_the_seats_there_are_and_the_others_wait(server: Server) -> None:
    made = rehearse(server.env, occurrences=1, seats=SEATS, waitlist=True)
    answers = rush(made["signup_urls"], crowd(PEOPLE), clients=CLIENTS)
    assert Counter((answer.status, answer.outcome) for answer in answers) == {
        (303, "confirmed"): SEATS,
        (303, "waitlisted"): PEOPLE - SEATS,
    }
    roster = read_roster(made["roster_urls"][0], made["staff"])
    for outcome in ("confirmed", "waitlisted"):
        told = {code: masked(phone) for code, phone in acknowledged(answers, outcome).items()}
        assert {row["code"]: row["phone"] for row in roster if row["status"] == outcome} == told
    assert len(roster) == PEOPLE
    for code in list(acknowledged(answers, "confirmed"))[:10]:  # connections of their own: either worker answers
        assert status_of_ticket(server, code) == (200, "confirmed")
    assert "database is locked" not in server.log


def test_without_a_waitlist_the_others_are_told_that_it_is_full(server: Server) -> None:
    made = rehearse(server.env, occurrences=1, seats=SEATS, waitlist=False)
    answers = rush(made["signup_urls"], crowd(PEOPLE), clients=CLIENTS)
    assert Counter((answer.status, answer.outcome) for answer in answers) == {
        (303, "confirmed"): SEATS,
        (409, "full"): PEOPLE - SEATS,
    }
    roster = read_roster(made["roster_urls"][0], made["staff"])
    assert {row["code"] for row in roster} == set(acknowledged(answers, "confirmed"))
    assert Counter(row["status"] for row in roster) == {"confirmed": SEATS}
