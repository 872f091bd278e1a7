"""read-wording: how OpenDay understands times and audiences, one JSON object a line."""

import json
import sys

import click

from openday.rules.audience import read_audience
from openday.rules.fuzzy_date import read_period


@click.command("read-wording")
@click.argument("kind", type=click.Choice(["time", "audience"]))
@click.option("--year", type=click.IntRange(1949, 2200), default=2026, show_default=True, help="The call's year.")
def read_wording(kind: str, year: int) -> None:
    """Read lines on standard input and print how each was understood."""
    for raw in sys.stdin.buffer:
        text = raw.decode("utf-8", "replace").rstrip("\r\n")
        label = read_period(text, year=year).as_label() if kind == "time" else read_audience(text).as_label()
        click.echo(json.dumps(label, ensure_ascii=False))


COMMANDS = (read_wording,)
