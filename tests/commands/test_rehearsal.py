"""rehearse: what it prints leads to pages that work, for visitors and for the filer that it made."""

import json
from urllib.parse import urlsplit

from flask import Flask

from openday.cli import openday
from openday.db import db
from openday.queries import integrity
from tests.support.client import PageClient


def rehearse(app: Flask, *words: str) -> dict[str, object]:
    app.cli.add_command(openday)
    db.session.remove()
    result = app.test_cli_runner().invoke(args=["openday", "rehearse", *words])
    assert result.exit_code == 0, result.output
    found: dict[str, object] = json.loads(result.stdout)
    return found


def path(url: object) -> str:
    return urlsplit(str(url)).path


def test_everything_that_is_printed_can_be_used(any_app: Flask) -> None:
    made = rehearse(any_app, "--occurrences", "2", "--seats", "7", "--waitlist", "0")
    assert set(made) == {"activity_url", "signup_urls", "roster_urls", "feed_url", "staff"}
    visitor = PageClient(any_app)
    signup_urls, roster_urls, staff = made["signup_urls"], made["roster_urls"], made["staff"]
    assert isinstance(signup_urls, list)
    assert isinstance(roster_urls, list)
    assert isinstance(staff, dict)
    assert (len(signup_urls), len(roster_urls)) == (2, 2)
    for url in signup_urls:
        page = visitor.get(path(url))
        assert "剩余 7 个名额" in page.text("main")
    visitor.get(path(made["activity_url"]))
    assert visitor.raw(path(made["feed_url"])).data.count(b"BEGIN:VEVENT") == 2
    login = visitor.get(path(staff["login_url"])).form(having="password")
    visitor.submit(login, login=staff["login"], password=staff["password"])
    assert visitor.raw(path(roster_urls[0])).status_code == 200
    assert list(integrity.findings()) == []


def test_rehearsals_do_not_meet(app: Flask) -> None:
    first, second = rehearse(app), rehearse(app)
    assert first["activity_url"] != second["activity_url"]
    assert first["staff"] != second["staff"]
