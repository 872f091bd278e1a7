"""backup, restore, migrate: on both databases, while the site is in use."""

import shutil
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from openday.app import create_app
from openday.cli import openday
from openday.db import db, session
from openday.models.people import User
from openday.services import people
from tests.conftest import settings_for
from tests.factories.people import House


def _run(app: Flask, *words: str) -> tuple[int, str]:
    app.cli.add_command(openday)
    db.session.remove()
    result = app.test_cli_runner().invoke(args=["openday", *words])
    return result.exit_code, result.output


@pytest.fixture
def client_tools(any_app: Flask) -> None:
    """PostgreSQL's own tools do the copying there."""
    if not any_app.config["SETTINGS"].on_sqlite:
        assert shutil.which("pg_dump"), "pg_dump is missing: make setup installs postgresql"


def test_what_was_backed_up_comes_back(any_app: Flask, any_house: House, client_tools: None, tmp_path: Path) -> None:
    copy = tmp_path / "copy.backup"
    assert _run(any_app, "backup", str(copy))[0] == 0
    people.set_active(any_house.admin.actor, any_house.filer.id, False)
    assert _run(any_app, "restore", "--yes", str(copy))[0] == 0
    session().expire_all()
    assert session().scalar(select(User.active).where(User.id == any_house.filer.id)) is True
    assert _run(any_app, "verify")[0] == 0


def test_a_copy_is_never_written_over_another(app: Flask, house: House, tmp_path: Path) -> None:
    copy = tmp_path / "copy.backup"
    copy.write_text("something dear")
    code, _ = _run(app, "backup", str(copy))
    assert code != 0
    assert copy.read_text() == "something dear"


@pytest.mark.parametrize("content", [b"", b"not a database at all", b"SQLite format 3\x00" + b"\x00" * 200])
def test_a_damaged_copy_is_refused_and_the_database_stays(
    app: Flask, house: House, tmp_path: Path, content: bytes
) -> None:
    copy = tmp_path / "copy.backup"
    copy.write_bytes(content)
    code, _ = _run(app, "restore", "--yes", str(copy))
    assert code != 0
    assert session().scalar(select(User.active).where(User.id == house.filer.id)) is True


def test_migrating_twice_changes_nothing(any_app: Flask, any_house: House) -> None:
    assert _run(any_app, "migrate")[0] == 0
    assert session().scalar(select(User.login).where(User.id == any_house.filer.id)) == "filer"


def test_a_database_without_its_schema_is_not_ready(tmp_path: Path) -> None:
    visitor = create_app(settings_for(f"sqlite:///{tmp_path}/empty.db", tmp_path)).test_client()
    response = visitor.get("/readyz")
    assert (response.status_code, response.get_json()) == (503, {"status": "migrations pending"})
    assert visitor.get("/healthz").status_code == 200
