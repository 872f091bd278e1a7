"""migrate, verify, backup, restore."""

import sys
from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext
from flask_migrate import upgrade

from openday.db import db
from openday.delivery import store_copy
from openday.queries import integrity, system
from openday.services import housekeeping


@click.command()
@with_appcontext
def migrate() -> None:
    """Bring the database to the schema of this version."""
    upgrade()
    click.echo(f"schema: {system.expected_revision()}")


@click.command()
@with_appcontext
def verify() -> None:
    """Recount every derived number, follow the audit chain, look for orphans; exit 1 when something drifted."""
    while housekeeping.seal_ledger():
        pass
    found = list(integrity.findings())
    for finding in found:
        click.echo(f"{finding.check}: {finding.record}")
    click.echo(f"ledger: {integrity.ledger_head()}")
    click.echo(f"findings: {len(found)}")
    if found:
        sys.exit(1)


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@with_appcontext
def backup(file: Path) -> None:
    """Write a consistent copy of the database to FILE while the site runs."""
    store_copy.backup(current_app.config["SETTINGS"].database_url, file)
    click.echo(f"{file}: {file.stat().st_size} bytes")


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.confirmation_option(prompt="Everything in the database now is replaced. Is the site stopped?")
@with_appcontext
def restore(file: Path) -> None:
    """Put the copy in FILE back; stop the site first."""
    db.engine.dispose()
    store_copy.restore(current_app.config["SETTINGS"].database_url, file)
    click.echo("restored")


COMMANDS = (migrate, verify, backup, restore)
