"""The audit ledger: whoever changes, removes or adds a row behind the application's back is found out."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import delete, select, update

from openday import clock
from openday.cli import openday
from openday.db import session, use_case
from openday.models.ledger import AuditEvent
from openday.queries import integrity
from openday.queries.audit import audit_rows
from openday.services import housekeeping, ledger
from tests.factories.people import House


@use_case
def _note(house: House, action: str) -> None:
    ledger.record(
        action, actor=house.filer.actor, record_type="plan", record_id=7, now=clock.now(), field="theme", count=2
    )


def _five_rows(house: House) -> None:
    for number in range(5):
        _note(house, f"plan.step_{number}")
    housekeeping.seal_ledger()


def _said() -> list[str]:
    return [finding.record for finding in integrity.ledger()]


def test_an_untouched_ledger_has_nothing_to_say(any_house: House) -> None:
    _five_rows(any_house)
    _note(any_house, "plan.not_sealed_yet")
    assert _said() == []


@use_case
def _rewrite() -> None:
    session().execute(update(AuditEvent).where(AuditEvent.action == "plan.step_2").values(action="plan.nothing"))


@use_case
def _repeat_detail() -> None:
    session().execute(update(AuditEvent).where(AuditEvent.action == "plan.step_2").values(detail={"field": "venue"}))


@use_case
def _remove() -> None:
    session().execute(delete(AuditEvent).where(AuditEvent.action == "plan.step_2"))


@use_case
def _swap() -> None:
    """Two rows change places: each is genuine, the order is not."""
    rows = list(session().scalars(select(AuditEvent).where(AuditEvent.action.in_(["plan.step_1", "plan.step_2"]))))
    first, second = rows[0].position, rows[1].position
    rows[0].position = None
    session().flush()
    rows[1].position = first
    session().flush()
    rows[0].position = second


@use_case
def _forge() -> None:
    session().add(
        AuditEvent(
            at=clock.now(), action="plan.approve", record_type="plan", record_id=7, detail={}, signature="0" * 64
        )
    )


@pytest.mark.parametrize("tamper", [_rewrite, _repeat_detail, _remove, _swap, _forge])
def test_every_kind_of_tampering_is_found(any_house: House, tamper: Callable[[], None]) -> None:
    _five_rows(any_house)
    tamper()
    session().expire_all()
    assert _said() != []


def test_sealing_goes_on_where_it_ended(any_house: House) -> None:
    _five_rows(any_house)
    _note(any_house, "plan.later")
    assert housekeeping.seal_ledger() == 1
    assert housekeeping.seal_ledger() == 0
    assert _said() == []


def test_verify_says_so_with_its_exit_code(app: Flask, house: House) -> None:
    app.cli.add_command(openday)
    _five_rows(house)
    assert app.test_cli_runner().invoke(args=["openday", "verify"]).exit_code == 0
    _rewrite()
    session().expire_all()
    result = app.test_cli_runner().invoke(args=["openday", "verify"])
    assert result.exit_code == 1
    assert "altered" in result.output


def test_everybody_reads_the_ledger_as_far_as_their_right_reaches(any_house: House) -> None:
    _note(any_house, "plan.submit")
    seen = {who: len(audit_rows(getattr(any_house, who).actor, action="plan.")) for who in _READERS}
    assert seen == _READERS


_READERS = {
    "filer": 1,  # her own act
    "reviewer": 1,  # the agency's
    "other_filer": 0,
    "desk": 0,
    "officer": 0,  # not his own act
    "auditor": 1,
    "admin": 1,
    "far_officer": 0,
}
