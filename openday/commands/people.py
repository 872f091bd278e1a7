"""create-admin, reset-second-factor."""

import click
from flask import current_app
from flask.cli import with_appcontext

from openday.errors import NotFound
from openday.services import people, second_factor


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


@click.command("reset-second-factor")
@click.argument("login")
@with_appcontext
def reset_second_factor(login: str) -> None:
    """Let the person of this LOGIN in with the password alone; for the administrator who lost the telephone."""
    try:
        second_factor.reset_from_console(login)
    except NotFound as unknown:
        raise click.ClickException(unknown.message) from unknown
    click.echo(f"{login}: second factor taken away, sessions ended")


COMMANDS: tuple[click.Command, ...] = (create_admin, reset_second_factor)
