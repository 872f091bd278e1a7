"""demo: an empty database filled with an invented district, and the log-ins to look at it."""

import unicodedata

import click
from flask import current_app
from flask.cli import with_appcontext

from openday.demo.build import Addresses, build_demonstration
from openday.demo.district import LOG_INS

_GAP = 2


@click.command()
@with_appcontext
def demo() -> None:
    """Fill an empty database with a demonstration and print its log-ins; refuses when there is anybody already."""
    base = current_app.config["SETTINGS"].base_url
    passwords = build_demonstration(
        Addresses(
            activity=lambda code: f"{base}/activities/{code}",
            ticket=lambda code: f"{base}/tickets/{code}",
            ballot=lambda code: f"{base}/ballots/{code}",
            receipt=lambda code: f"{base}/suggestions/{code}",
        )
    )
    rows = [(str(one.role.label), one.login, passwords[one.login], one.look) for one in LOG_INS]
    click.echo("演示数据已载入（云溪区，人名、地名、单位均为虚构）。以下密码只显示这一次：\n")
    click.echo(_table([("角色", "用户名", "密码", "可以看什么"), *rows]))


def _table(rows: list[tuple[str, ...]]) -> str:
    """Columns under each other; a Chinese character is as wide as two letters."""
    widths = [max(_width(cell) for cell in column) + _GAP for column in zip(*rows, strict=True)]
    lines = ["".join(_padded(*pair) for pair in zip(row, widths, strict=True)).rstrip() for row in rows]
    lines.insert(1, "-" * (sum(widths) - _GAP))
    return "\n".join(lines)


def _padded(cell: str, width: int) -> str:
    return cell + " " * (width - _width(cell))


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


COMMANDS: tuple[click.Command, ...] = (demo,)
