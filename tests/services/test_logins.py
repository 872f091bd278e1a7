"""Logging in: failures are counted once each, however many come at the same moment."""

from concurrent.futures import ThreadPoolExecutor

from flask import Flask
from sqlalchemy import select

from openday import vault
from openday.db import db
from openday.models.people import Throttle
from openday.services import logins
from tests.factories.people import House


def test_failures_that_arrive_together_are_all_counted(any_app: Flask, any_house: House) -> None:
    def fail(turn: int) -> object:
        with any_app.app_context():
            try:
                return logins.log_in(f"nobody-{turn}", "wrong-wrong", "192.0.2.7")
            finally:
                db.session.remove()

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(fail, range(8))) == [None] * 8
    db.session.rollback()
    of_address = select(Throttle.failures).where(Throttle.key == vault.blind_index("192.0.2.7", "address"))
    assert db.session.scalars(of_address).all() == [8]
