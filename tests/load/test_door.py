"""A full house at eight gates over HTTP, two workers: every ticket is tried at every gate and opens one of them."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import func, select

from openday.db import db, use_case
from openday.models.occurrences import Occurrence
from openday.models.people import DeskAssignment
from openday.models.registrations import CheckIn, Registration
from tests.conftest import SECRET
from tests.factories.activities import published_activity
from tests.factories.occurrences import open_occurrence
from tests.factories.people import PASSWORD, House, Persona
from tests.factories.registrations import party_on_list
from tests.support.pages import Page
from tests.support.rush import Visitor, hidden_fields, outcome_of
from tests.support.server import Server

TICKETS, GATES = 100, 8


@pytest.fixture
def server(any_app: Flask, tmp_path: Path) -> Iterator[Server]:
    """The real server with two workers over the database of `any_app`."""
    url = any_app.config["SETTINGS"].database_url
    env = {"DATABASE_URL": url, "OPENDAY_INSTANCE": str(tmp_path), "SECRET_KEY": SECRET}
    with Server(env, workers=2, arguments=["--web-only"]) as running:
        yield running


@use_case
def _post(persona: Persona, occurrence: Occurrence) -> None:
    db.session.add(DeskAssignment(user_id=persona.id, occurrence_id=occurrence.id))


class Gate:
    """Desk staff with a phone of their own, logged in, with the door page open."""

    def __init__(self, server: Server, persona: Persona, occurrence_code: str) -> None:
        self.visitor = Visitor(server.url)
        self.door = f"{server.url}/desk/occurrences/{occurrence_code}"
        _, _, html = self.visitor.ask("GET", f"{server.url}/login")
        form = {"login": persona.login, "password": PASSWORD, **hidden_fields(html)}
        status, _, _ = self.visitor.ask("POST", f"{server.url}/login", form)
        assert status in (302, 303)
        status, _, html = self.visitor.ask("GET", self.door)
        assert status == 200
        self.hidden = hidden_fields(html)

    def scan(self, code: str) -> tuple[int, str]:
        """Status and outcome of scanning one ticket."""
        status, _, html = self.visitor.ask("POST", self.door, {"code": code, **self.hidden})
        return status, outcome_of(html)


def test_every_ticket_opens_one_gate_once(any_house: House, server: Server) -> None:
    occurrence = open_occurrence(published_activity(any_house), capacity=TICKETS, starts_in=timedelta(hours=1))
    _post(any_house.desk, occurrence)
    codes = [party_on_list(occurrence).code for _ in range(TICKETS)]
    gates = [Gate(server, any_house.desk, occurrence.code) for _ in range(GATES)]
    barrier = Barrier(GATES)

    def work(gate: Gate) -> list[tuple[int, str]]:
        barrier.wait()
        return [gate.scan(code) for code in codes]

    with ThreadPoolExecutor(GATES) as pool:
        answers = list(pool.map(work, gates))
    for ticket, seen in zip(codes, zip(*answers, strict=True), strict=True):
        counts = Counter(seen)
        assert counts[(409, "duplicate")] == GATES - 1, f"{ticket}: {counts}"
        assert sum(count for (status, _), count in counts.items() if status == 303) == 1, f"{ticket}: {counts}"
    assert _entries(occurrence) == dict.fromkeys(codes, 1)
    _, _, html = gates[0].visitor.ask("GET", gates[0].door)
    assert Page(html).text("//*[@id='tally']").replace(" ", "") == f"已到场{TICKETS}／{TICKETS}人"
    for gate in gates:
        gate.visitor.close()
    assert "database is locked" not in server.log


def _entries(occurrence: Occurrence) -> dict[str, int]:
    """How often each ticket was let in, by the door's book."""
    db.session.rollback()
    statement = (
        select(Registration.code, func.count(CheckIn.id))
        .join(CheckIn, CheckIn.registration_id == Registration.id)
        .where(CheckIn.occurrence_id == occurrence.id, CheckIn.action == "admit", Registration.attended == 1)
        .group_by(Registration.code)
    )
    entries: dict[str, int] = {}
    for code, count in db.session.execute(statement):
        entries[code] = count
    return entries
