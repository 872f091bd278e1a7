"""Logs say what happened and never who: no names, phones, codes or query strings, in both formats."""

import json
import logging
import re

import pytest
from flask import Flask

from openday import logs
from openday.db import db
from tests.factories.activities import published_activity
from tests.factories.occurrences import open_occurrence
from tests.factories.people import House
from tests.support.client import PageClient


def _format(style: str, message: str, *values: object) -> str:
    logs.configure(style)
    (handler,) = logging.getLogger("openday").handlers
    return handler.format(logging.LogRecord("openday.web", logging.WARNING, __file__, 1, message, values, None))


def test_json_lines_are_one_object_each() -> None:
    entry = json.loads(_format("json", "job %s:\nfailed", "seal_ledger"))
    assert (entry["level"], entry["logger"], entry["message"]) == ("warning", "openday.web", "job seal_ledger:\nfailed")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00", entry["at"])


def test_a_fault_in_the_middle_of_a_sign_up_names_nobody(
    app: Flask, house: House, capfd: pytest.CaptureFixture[str]
) -> None:
    """The fault is real: the outbox table is gone, so the last statement of the sign-up fails in the database."""
    logs.configure("text")
    occurrence = open_occurrence(published_activity(house))
    visitor = PageClient(app)
    page = visitor.get(f"/occurrences/{occurrence.code}/sign-up?from=13800000001")
    with db.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE messages RENAME TO messages_gone")
    visitor.submit(page.form(having="phone"), 503, name="柳如烟", phone="13800000001", consent="y")
    said = capfd.readouterr().err
    assert said != ""
    assert [word for word in ("柳如烟", "13800000001", "1380000", "from=") if word in said] == []
