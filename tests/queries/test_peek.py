"""One small question past the session: what it sees, and what it says when the database is away."""

from pathlib import Path

import pytest
from flask import Flask

from openday import clock
from openday.app import create_app
from openday.db import db, peek, session, use_case
from openday.errors import StoreAway
from openday.queries.feeds import Present, agency_scope, present
from openday.services.republish import CALENDAR, bump
from tests.conftest import migrate, settings_for
from tests.factories.activities import published_activity
from tests.factories.occurrences import open_occurrence
from tests.factories.people import House
from tests.support.postgres import Postgres


@use_case
def _bump() -> None:
    bump(CALENDAR, clock.now())


@use_case
def _bump_and_look() -> list[int]:
    bump(CALENDAR, clock.now())
    session().flush()
    return [present(()).revision]


def test_nothing_has_happened_in_a_new_house(any_app: Flask) -> None:
    assert present(()) == Present(0, ())
    assert present((1, 2)) == Present(0, ())


def test_revision_and_seats_are_those_that_are_committed(any_house: House) -> None:
    occurrence = open_occurrence(published_activity(any_house), quotas={"居民": 20, "企业": 10})
    first, second = (quota.id for quota in occurrence.quotas)
    before = present((second, first))
    assert before.seats == ((first, 20, 0), (second, 10, 0))
    _bump()
    assert present((first,)) == Present(before.revision + 1, ((first, 20, 0),))


def test_it_does_not_see_what_may_still_be_rolled_back(any_app: Flask) -> None:
    assert _bump_and_look() == [0]
    assert present(()).revision == 1


def test_it_leaves_the_connection_fit_for_a_transaction(any_app: Flask) -> None:
    for number in range(30):
        assert present(()).revision == number
        _bump()


@pytest.mark.parametrize("slug", ["'", "\x00", "\ud800", "%s", "?", "x" * 10_000])
def test_what_is_asked_stays_a_value(any_house: House, slug: str) -> None:
    assert agency_scope(slug) is None
    scope = agency_scope("water")
    assert scope is not None
    assert scope.name == "云溪区水务局"


@pytest.mark.postgres
def test_a_restart_is_not_noticed_and_an_absence_is_said(tmp_path: Path) -> None:
    cluster = Postgres.alone(durable=True)
    url = cluster.create_database()
    migrate(url, tmp_path)
    app = create_app(settings_for(url, tmp_path))
    with app.app_context():
        _bump()
        assert peek("SELECT 1", ()) == [(1,)]
        db.session.remove()
        cluster.restart_immediately()
        assert present(()).revision == 1
        cluster.stop("immediate")
        answer = app.test_client().get("/")
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
        cluster.start()
        assert app.test_client().get("/").status_code == 200
        db.session.remove()
        db.engine.dispose()
    cluster.close()


def test_a_question_that_is_none_says_that_the_store_is_away(any_app: Flask) -> None:
    with pytest.raises(StoreAway):
        peek("SELECT nothing FROM nowhere", ())
    assert peek("SELECT 1", ()) == [(1,)]
