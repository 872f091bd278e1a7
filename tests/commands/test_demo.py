"""`openday demo`: a district that holds together, log-ins that work, and no second time."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from openday.app import create_app
from openday.cli import openday
from openday.db import db
from openday.models.aftermath import Outcome, Suggestion
from openday.models.ballots import Ballot
from openday.models.ledger import Message
from openday.models.people import Agency, User
from openday.models.plans import Plan
from openday.models.registrations import Registration
from openday.models.topics import TopicProposal
from openday.queries import integrity
from openday.queries.ballots import ballot_data
from openday.rules import ballot_verifier
from openday.rules.plan_states import PlanStatus
from openday.rules.states import RegistrationStatus, SuggestionStatus
from openday.rules.topic_states import ProposalStatus
from openday.services import guest_letters, housekeeping
from tests.conftest import SECRET, settings_for
from tests.factories.people import House
from tests.support.client import OneRequestAtATime, PageClient


def load(app: Flask) -> str:
    """What the command prints on an empty database."""
    result = app.test_cli_runner().invoke(openday, ["demo"])
    assert result.exit_code == 0, result.output
    db.session.remove()
    return result.stdout


def test_every_number_follows_from_what_happened(any_app: Flask) -> None:
    load(any_app)
    while housekeeping.seal_ledger():
        pass
    assert list(integrity.findings()) == []
    assert set(db.session.scalars(select(Plan.status))) == set(PlanStatus)
    assert set(db.session.scalars(select(Suggestion.status))) == set(SuggestionStatus)
    offered = {RegistrationStatus.OFFERED}  # an offer lasts for some working hours only
    assert set(db.session.scalars(select(Registration.status))) - offered == set(RegistrationStatus) - offered
    assert db.session.scalar(select(func.count()).select_from(Agency)) >= 12
    assert set(db.session.scalars(select(TopicProposal.status))) == set(ProposalStatus)
    assert set(db.session.scalars(select(Outcome.status))) == {"filed", "published"}
    guest_letters.ask_how_it_was(ticket_url=str, page_url=str, quiet=None)
    guest_letters.remind_guests(ticket_url=str, quiet=None)
    assert set(db.session.scalars(select(Message.status))) == {"sent"}  # the worker has nothing to print


@pytest.fixture(scope="module")
def printed(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Flask, str]]:
    """The application on SQLite with the demonstration loaded, and what was printed."""
    folder = tmp_path_factory.mktemp("demo")
    shutil.copy(sqlite_template, folder / "openday.db")
    app = create_app(settings_for(f"sqlite:///{folder / 'openday.db'}", folder))
    app.test_client_class = OneRequestAtATime
    with app.app_context():
        yield app, load(app)
        db.session.remove()
        db.engine.dispose()


def log_ins(text: str) -> dict[str, str]:
    """Log-in to password, out of the printed table."""
    rows = [line.split() for line in text.splitlines() if line.count(" ") > 3]
    return {row[1]: row[2] for row in rows if row[1] != "用户名"}


def test_every_log_in_that_is_printed_comes_in(printed: tuple[Flask, str]) -> None:
    app, text = printed
    passwords = log_ins(text)
    assert len(passwords) == 9
    for login, password in passwords.items():
        visitor = PageClient(app)
        page = visitor.get("/login")
        visitor.submit(page.form(having="password"), login=login, password=password)
        assert visitor.response.request.path != "/login", login
    known = db.session.scalars(select(User.login).where(User.login.in_(passwords))).all()
    assert sorted(known) == sorted(passwords)


def test_visitors_find_a_living_district(printed: tuple[Flask, str]) -> None:
    app, _ = printed
    visitor = PageClient(app)
    home = visitor.get("/").text()
    for words in ("跟着馆员认绘本", "垃圾去哪儿了", "推门见云溪", "候补"):
        assert words in home
    topics = visitor.get(visitor.get("/topics").links()["查看全部建议"]).text("main")
    for words in ("学校食堂后厨和食材仓库", "已采纳", "未采纳"):
        assert words in topics
    assert "健身房" not in topics
    answers = visitor.get("/suggestions").text()
    for words in ("采纳", "部分采纳", "未采纳", "留作参考"):
        assert words in answers


def test_a_ballot_is_drawn_and_can_be_verified(printed: tuple[Flask, str]) -> None:
    app, _ = printed
    drawn = db.session.scalars(select(Ballot).where(Ballot.status == "drawn")).one()
    page = PageClient(app).get(f"/occurrences/{drawn.occurrence.code}/ballot").text("main")
    for words in ("摇号结果", "温知秋", "中签", "候补第5位", "未中签"):
        assert words in page
    before, data = (ballot_data(drawn.code, before=before) for before in (True, False))
    assert ballot_verifier.differences(data, before) == []


def test_a_database_that_somebody_uses_is_refused_in_one_line(app: Flask, house: House, tmp_path: Path) -> None:
    before = db.session.scalar(select(func.count()).select_from(User))
    db.session.remove()
    env = {**os.environ, "SECRET_KEY": SECRET, "DATABASE_URL": app.config["SETTINGS"].database_url}
    command = [str(Path(sys.executable).parent / "openday"), "demo"]
    result = subprocess.run(command, env=env, capture_output=True, text=True, timeout=60, check=False)
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.splitlines() == ["openday: 数据库中已有用户，演示数据只能载入空数据库"]
    assert db.session.scalar(select(func.count()).select_from(User)) == before
