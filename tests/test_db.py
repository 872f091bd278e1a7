"""One use-case, one transaction: what happens on success, on refusal, under contention and when the store is away."""

import threading
from datetime import datetime, timedelta
from pathlib import Path
from typing import cast

import pytest
from flask import Flask
from psycopg.pq import TransactionStatus
from sqlalchemy import Table, insert, select, text, update
from sqlalchemy.exc import IntegrityError

from openday import clock
from openday.app import create_app
from openday.db import db, session, together, use_case, write
from openday.errors import Refused, StoreAway
from openday.models.activities import Revision
from tests.conftest import migrate, settings_for
from tests.support.postgres import Postgres


@use_case
def _bump(name: str) -> int:
    row = session().get(Revision, name, with_for_update=True)
    if row is None:
        row = Revision(name=name, value=0, changed_at=clock.now())
        session().add(row)
    row.value += 1
    row.changed_at = clock.now()
    return row.value


@use_case
def _bump_then_refuse(name: str) -> None:
    row = session().get(Revision, name)
    assert row is not None
    row.value += 100
    session().flush()
    raise Refused("不行")


def _value(name: str) -> int | None:
    db.session.rollback()
    return session().scalar(select(Revision.value).where(Revision.name == name))


def test_what_a_use_case_wrote_is_there_afterwards(any_app: Flask) -> None:
    assert _bump("calendar") == 1
    assert _value("calendar") == 1


def test_a_refusal_leaves_nothing_behind(any_app: Flask) -> None:
    _bump("calendar")
    with pytest.raises(Refused):
        _bump_then_refuse("calendar")
    assert _value("calendar") == 1


def test_use_cases_do_not_nest(any_app: Flask) -> None:
    @use_case
    def outer() -> None:
        _bump("calendar")

    with pytest.raises(RuntimeError, match="do not nest"):
        outer()
    assert _value("calendar") is None


def test_a_read_before_the_use_case_does_not_make_it_fail(any_app: Flask) -> None:
    """On SQLite a transaction that began as a reader could not write once somebody else had written."""
    _bump("calendar")
    for _ in range(20):
        session().execute(select(Revision)).all()
        _bump("calendar")
    assert _value("calendar") == 21


_revisions = cast(Table, Revision.__table__)
_NEW = insert(_revisions)
_RENAME = update(_revisions).where(_revisions.c.name == "calendar").values(name="feeds")


def _new(name: str, value: int = 0) -> dict[str, object]:
    return {"name": name, "value": value, "changed_at": clock.now()}


@pytest.mark.postgres
def test_a_page_that_was_read_leaves_no_transaction_open(postgres_url: str, tmp_path: Path) -> None:
    app = create_app(settings_for(postgres_url, tmp_path))
    with app.app_context():
        _bump("calendar")
        assert _value("calendar") == 1
        connection = session().connection(bind_arguments={"clause": select(Revision.value)})
        raw = connection.connection.driver_connection
        assert raw is not None
        assert raw.info.transaction_status == TransactionStatus.IDLE
        db.session.remove()
        db.engine.dispose()


def test_what_is_written_outside_of_a_use_case_is_not_kept(any_app: Flask) -> None:
    session().add(Revision(name="stray", value=1, changed_at=clock.now()))
    session().flush()
    session().execute(insert(cast(Table, Revision.__table__)), {"name": "other", "value": 1, "changed_at": clock.now()})
    assert _value("stray") is None
    assert _value("other") is None


def test_a_use_case_reads_what_it_has_written_itself(any_app: Flask) -> None:
    @use_case
    def write_and_read() -> int | None:
        assert session().scalar(select(Revision.value).where(Revision.name == "own")) is None
        session().add(Revision(name="own", value=7, changed_at=clock.now()))
        session().flush()
        return session().scalar(select(Revision.value).where(Revision.name == "own"))

    assert write_and_read() == 7


def test_writes_that_travel_together_arrive_in_their_order(any_app: Flask) -> None:
    @use_case
    def make_and_rename() -> None:
        with together():
            write(_NEW, _new("calendar", 7))
            write(_RENAME, {}, rows=1)
            write(_NEW, _new("calendar", 8))

    make_and_rename()

    assert (_value("feeds"), _value("calendar")) == (7, 8)


def test_when_one_of_them_is_refused_none_of_them_stays(any_app: Flask) -> None:
    @use_case
    def make_twice() -> None:
        with together():
            write(_NEW, _new("feeds"))
            write(_NEW, _new("calendar"))
            write(_NEW, _new("calendar"))

    with pytest.raises(IntegrityError):
        make_twice()

    assert (_value("feeds"), _value("calendar")) == (None, None)
    assert _bump("calendar") == 1  # the connection is as good as before


def test_a_write_that_changes_another_number_of_rows_than_it_must_begins_the_use_case_again(any_app: Flask) -> None:
    tries: list[int] = []

    @use_case
    def rename() -> None:
        tries.append(len(tries))
        with together():
            write(_NEW, _new("feeds" if len(tries) < 2 else "calendar"))
            write(_RENAME, {}, rows=1)

    rename()

    assert len(tries) == 2
    assert (_value("feeds"), _value("calendar")) == (0, None)


def test_a_value_that_only_the_table_would_add_is_missed_before_anything_is_sent(any_app: Flask) -> None:
    @use_case
    def forget_a_default() -> None:
        with together():
            write(_NEW, {"name": "calendar", "changed_at": clock.now()})

    if any_app.config["SETTINGS"].database_url.startswith("postgresql"):
        with pytest.raises(TypeError, match="value"):
            forget_a_default()
        assert _value("calendar") is None
    else:
        forget_a_default()
        assert _value("calendar") == 0


def test_when_it_never_fits_the_use_case_gives_up_and_keeps_nothing(any_app: Flask) -> None:
    @use_case
    def rename() -> None:
        with together():
            write(_NEW, _new("other"))
            write(_RENAME, {}, rows=1)

    with pytest.raises(StoreAway):
        rename()

    assert _value("other") is None


def test_writers_at_the_same_time_all_get_their_turn(any_app: Flask) -> None:
    _bump("calendar")
    failures: list[BaseException] = []

    def work() -> None:
        with any_app.app_context():
            try:
                for _ in range(25):
                    session().execute(select(Revision)).all()
                    _bump("calendar")
            except BaseException as failed:  # noqa: BLE001  (told by the main thread)
                failures.append(failed)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert failures == []
    assert _value("calendar") == 201


def test_moments_come_back_in_shanghai_time(any_app: Flask) -> None:
    moment = datetime(2026, 9, 16, 14, 0, tzinfo=clock.SHANGHAI)

    @use_case
    def keep() -> None:
        session().add(Revision(name="moment", value=0, changed_at=moment))

    keep()
    db.session.expire_all()
    stored = session().get(Revision, "moment")
    assert stored is not None
    assert stored.changed_at == moment
    assert stored.changed_at.utcoffset() == timedelta(hours=8)


def test_a_moment_without_a_zone_is_a_mistake(any_app: Flask) -> None:
    @use_case
    def keep() -> None:
        session().add(Revision(name="moment", value=0, changed_at=datetime(2026, 9, 16, 14, 0)))

    with pytest.raises(Exception, match="time zone"):
        keep()


def test_every_sqlite_commit_reaches_the_disk(app: Flask) -> None:
    _bump("calendar")
    assert session().scalar(text("PRAGMA synchronous")) == 2
    assert session().scalar(text("PRAGMA journal_mode")) == "wal"
    assert session().scalar(text("PRAGMA foreign_keys")) == 1


@pytest.mark.postgres
def test_a_restart_of_the_database_costs_nobody_more_than_a_moment(tmp_path: Path) -> None:
    cluster = Postgres.alone(durable=True)
    url = cluster.create_database()
    migrate(url, tmp_path)
    with create_app(settings_for(url, tmp_path)).app_context():
        _bump("calendar")
        session().execute(select(Revision)).all()  # leaves a connection in the middle of a read
        cluster.restart_immediately()
        assert _bump("calendar") == 2
        db.session.remove()
        db.engine.dispose()
    cluster.close()


@pytest.mark.postgres
def test_a_store_that_is_away_is_said_to_be_away(tmp_path: Path) -> None:
    cluster = Postgres.alone(durable=True)
    url = cluster.create_database()
    migrate(url, tmp_path)
    with create_app(settings_for(url, tmp_path)).app_context():
        _bump("calendar")
        cluster.stop("immediate")
        with pytest.raises(StoreAway):
            _bump("calendar")
        cluster.start()
        assert _bump("calendar") == 2
        db.session.remove()
        db.engine.dispose()
    cluster.close()
