"""create-admin."""

import click

COMMANDS: tuple[click.Command, ...] = ()
