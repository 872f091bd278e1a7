"""migrate, verify, backup, restore."""

import click
from flask.cli import with_appcontext
from flask_migrate import upgrade

from openday.queries import system


@click.command()
@with_appcontext
def migrate() -> None:
    """Bring the database to the schema of this version."""
    upgrade()
    click.echo(f"schema: {system.expected_revision()}")


COMMANDS = (migrate,)
