"""Who reads what of the ledger: log-ins and what nobody in particular did are read by whoever answers for them."""

from flask import Flask

from openday.queries.audit import audit_rows
from openday.services.logins import log_in
from openday.services.registrations import SignUp, register
from tests.factories.activities import published_activity, ticket_url
from tests.factories.occurrences import open_occurrence
from tests.factories.people import PASSWORD, House, Persona


def _actions(reader: Persona) -> set[str]:
    return {row.action for row in audit_rows(reader.actor)}


def test_the_auditor_reads_of_log_ins_that_failed_and_of_those_that_did_not(any_app: Flask, any_house: House) -> None:
    log_in(any_house.filer.login, "wrong-wrong", "192.0.2.1")
    log_in(any_house.filer.login, PASSWORD, "192.0.2.1")
    assert {"people.login", "people.login_failed"} <= _actions(any_house.auditor)


def test_a_name_that_nobody_has_is_noted_for_the_auditor_too(any_app: Flask, any_house: House) -> None:
    log_in("nobody", "wrong-wrong", "192.0.2.1")
    assert "people.login_failed" in _actions(any_house.auditor)


def test_the_auditor_of_the_whole_reads_of_what_visitors_did(any_app: Flask, any_house: House) -> None:
    occurrence = open_occurrence(published_activity(any_house))
    wish = SignUp(name="王小雨", phone="13800001234", party_size=1, consent=True, key="k")
    register(occurrence.code, wish, ticket_url=ticket_url)
    assert "registration.create" in _actions(any_house.auditor)


def test_log_ins_are_nothing_to_those_who_do_not_read_the_ledger(any_app: Flask, any_house: House) -> None:
    log_in(any_house.filer.login, PASSWORD, "192.0.2.1")
    assert _actions(any_house.far_officer) == set()
    assert _actions(any_house.reviewer) == set()
