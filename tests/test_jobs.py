"""What runs by itself: each job at its rhythm, by one worker at a time, and on after a failure."""

from datetime import timedelta

from flask import Flask
from sqlalchemy import select

from openday import clock, jobs
from openday.db import session
from openday.models.housekeeping import Job
from openday.models.ledger import AuditEvent
from openday.services import housekeeping, people
from tests.factories.people import House


def test_a_pass_seals_the_ledger(any_app: Flask, any_house: House) -> None:
    people.set_active(any_house.admin.actor, any_house.filer.id, False)
    jobs.run_due(any_app.config["SETTINGS"])
    session().expire_all()
    assert session().scalars(select(AuditEvent.position)).all() == [1]


def test_a_job_is_claimed_once_a_rhythm(any_app: Flask) -> None:
    every, lease = timedelta(minutes=10), timedelta(minutes=5)
    assert housekeeping.claim_job("seal_ledger", every, lease) is True
    assert housekeeping.claim_job("seal_ledger", every, lease) is False
    housekeeping.finish_job("seal_ledger", "")
    with clock.shifted_by(timedelta(minutes=9)):
        assert housekeeping.claim_job("seal_ledger", every, lease) is False
    with clock.shifted_by(timedelta(minutes=10, seconds=1)):
        assert housekeeping.claim_job("seal_ledger", every, lease) is True


def test_a_job_whose_worker_died_runs_again_after_the_lease(any_app: Flask) -> None:
    every, lease = timedelta(minutes=1), timedelta(minutes=5)
    assert housekeeping.claim_job("seal_ledger", every, lease) is True
    with clock.shifted_by(timedelta(minutes=4)):
        assert housekeeping.claim_job("seal_ledger", every, lease) is False
    with clock.shifted_by(timedelta(minutes=5, seconds=1)):
        assert housekeeping.claim_job("seal_ledger", every, lease) is True


def test_a_job_that_fails_is_noted_and_the_others_run(app: Flask) -> None:
    def fail() -> None:
        raise LookupError("nothing there")

    jobs._run(jobs.Job("broken", timedelta(minutes=1), fail))
    row = session().get(Job, "broken")
    assert row is not None
    assert (row.last_error, row.leased_until) == ("LookupError", None)
    jobs.run_due(app.config["SETTINGS"])
    assert session().get(Job, "seal_ledger") is not None
