"""rehearse: something to sign up to, and its addresses as one JSON object."""

import json
import secrets

import click
from flask import current_app
from flask.cli import with_appcontext

from openday.config import Settings
from openday.services import people
from openday.services.rehearsal import Stage, prepare_rehearsal


@click.command()
@click.option("--occurrences", type=click.IntRange(1, 100), default=3, show_default=True)
@click.option("--seats", type=click.IntRange(1, 100_000), default=500, show_default=True, help="In each occurrence.")
@click.option("--waitlist", type=click.IntRange(0, 1), default=1, show_default=True, help="0: full is full.")
@click.option("--quotas", type=click.IntRange(1, 9), default=1, show_default=True, help="That share the seats.")
@with_appcontext
def rehearse(occurrences: int, seats: int, waitlist: int, quotas: int) -> None:
    """Make one published activity with open sign-up and print where it is, as JSON on standard output."""
    settings: Settings = current_app.config["SETTINGS"]
    password = secrets.token_urlsafe(18)
    base = settings.base_url
    stage = Stage(occurrences, seats, bool(waitlist), quotas)
    made = prepare_rehearsal(stage, people.hash_password(password), lambda code: f"{base}/activities/{code}")
    found = {
        "activity_url": f"{base}/activities/{made.activity}",
        "signup_urls": [f"{base}/occurrences/{code}/sign-up" for code in made.occurrences],
        "roster_urls": [f"{base}/agency/occurrences/{code}/roster.csv" for code in made.occurrences],
        "feed_url": f"{base}/calendar.ics",
        "staff": {"login": made.login, "password": password, "login_url": f"{base}/login"},
    }
    click.echo(json.dumps(found, ensure_ascii=False))


COMMANDS: tuple[click.Command, ...] = (rehearse,)
