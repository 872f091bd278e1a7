"""The `openday` command (also `flask --app wsgi openday`): thin wrappers over use-cases."""

import os
import sys

import click
from flask.cli import ScriptInfo

from openday.app import create_app
from openday.commands import demo, filing, forms, people, rehearsal, running, states, store, wording
from openday.errors import OpenDayError


@click.group(help="OpenDay: calendar and registration of government open days.")
def openday() -> None:
    """The group that every command belongs to."""


for command in (
    *running.COMMANDS,
    *store.COMMANDS,
    *people.COMMANDS,
    *rehearsal.COMMANDS,
    *demo.COMMANDS,
    *filing.COMMANDS,
    *forms.COMMANDS,
    *wording.COMMANDS,
    *states.COMMANDS,
):
    openday.add_command(command)


def main() -> None:
    """Entry point of the console script; a refusal is one clear line and exit code 2."""
    os.environ.setdefault("PYTHONUTF8", "1")
    try:
        openday(obj=ScriptInfo(create_app=create_app), standalone_mode=True)
    except OpenDayError as refused:
        click.echo(f"openday: {refused.message}", err=True)
        sys.exit(2)
