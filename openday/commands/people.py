"""create-admin."""

import click
from flask import current_app
from flask.cli import with_appcontext

from openday.services import people


@click.command("create-admin")
@click.option("--login", default="admin", show_default=True)
@click.option("--name", default="系统管理员", show_default=True)
@click.option("--place", default="本级", show_default=True, help="Name of the jurisdiction, when there is none yet.")
@with_appcontext
def create_admin(login: str, name: str, place: str) -> None:
    """Add the first administrator and print the one-time link that sets the password."""
    invited = people.create_first_admin(login, name, place)
    base = current_app.config["SETTINGS"].base_url
    click.echo(f"{base}/invitations/{invited.token}")
    click.echo("The link works once, within seven days.")


COMMANDS: tuple[click.Command, ...] = (create_admin,)
