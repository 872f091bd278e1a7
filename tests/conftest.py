"""Fixtures that everybody needs: an application over a fresh database, a client that inspects its pages, personas.

`app` runs on SQLite (a copy of a migrated template file); `any_app` runs the same test on SQLite and on PostgreSQL.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask_migrate import upgrade

from openday.app import create_app
from openday.config import Settings
from openday.db import db
from tests.factories.people import House, build_house
from tests.support.client import OneRequestAtATime, PageClient
from tests.support.postgres import Postgres

SECRET = "a key that only the tests know, and nobody else at all"


def settings_for(url: str, folder: Path, **changes: object) -> Settings:
    """Settings of a test application over the database at `url`."""
    return Settings(secret_key=SECRET, database_url=url, instance=folder, **changes)  # type: ignore[arg-type]


def migrate(url: str, folder: Path) -> None:
    """Bring an empty database to the current schema and let go of it."""
    app = create_app(settings_for(url, folder))
    with app.app_context():
        upgrade()
        db.session.remove()
        db.engine.dispose()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite file to copy."""
    folder = tmp_path_factory.mktemp("sqlite-template")
    file = folder / "template.db"
    migrate(f"sqlite:///{file}", folder)
    return file


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    """The PostgreSQL that all test processes share."""
    base = tmp_path_factory.getbasetemp()
    running = Postgres.shared(base.parent if base.name.startswith("popen-") else base)
    yield running
    running.close()


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """A fresh migrated SQLite database."""
    file = tmp_path / "openday.db"
    shutil.copy(sqlite_template, file)
    return f"sqlite:///{file}"


@pytest.fixture
def postgres_url(cluster: Postgres, tmp_path: Path) -> Iterator[str]:
    """A fresh migrated PostgreSQL database."""
    template = cluster.template("schema", lambda url: migrate(url, tmp_path))
    url = cluster.create_database(template=template)
    yield url
    cluster.drop_database(url)


def _running(url: str, folder: Path) -> Iterator[Flask]:
    app = create_app(settings_for(url, folder))
    app.test_client_class = OneRequestAtATime
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def app(sqlite_url: str, tmp_path: Path) -> Iterator[Flask]:
    """The application on SQLite, with its context pushed."""
    yield from _running(sqlite_url, tmp_path)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def any_app(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flask]:
    """The application on each database in turn, with its context pushed."""
    url = request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url")
    yield from _running(url, tmp_path)


@pytest.fixture
def house(app: Flask) -> House:
    """A district with two agencies and the people who recur in every story, on `app`."""
    return build_house()


@pytest.fixture
def any_house(any_app: Flask) -> House:
    """The same people on `any_app`."""
    return build_house()


@pytest.fixture
def client(app: Flask) -> PageClient:
    """An anonymous visitor who inspects every page."""
    return PageClient(app)
