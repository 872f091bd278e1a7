"""CHECKs that change on tables that are there already, on either database.

SQLite cannot alter a CHECK, and Alembic's batch rebuild forgets all the others of the table; so the table is rebuilt
from its own CREATE statement, as SQLite's manual lays down (https://sqlite.org/lang_altertable.html#otheralter).
"""

import re
from collections.abc import Callable

from alembic import op
from sqlalchemy import text


def one_of(column: str, values: str) -> str:
    """The CHECK that `column` holds one of the words in `values`."""
    listed = ", ".join(f"'{value}'" for value in values.split())
    return f"{column} IN ({listed})"


def set_check(table: str, name: str, condition: str) -> None:
    """Add the CHECK `ck_<table>_<name>`, or replace it. Foreign keys must not be enforced meanwhile on SQLite."""
    full = f"ck_{table}_{name}"
    if op.get_bind().dialect.name != "sqlite":
        op.execute(f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {full}")
        op.execute(f"ALTER TABLE {table} ADD CONSTRAINT {full} CHECK ({condition})")
        return
    constraint = f"CONSTRAINT {full} CHECK ({condition})"
    _rebuild(table, lambda body: f"{_without(body, full).rstrip().rstrip(',')}, {constraint}")


def make_nullable(table: str, column: str) -> None:
    """Let a column be empty. Foreign keys must not be enforced meanwhile on SQLite."""
    if op.get_bind().dialect.name != "sqlite":
        op.execute(f"ALTER TABLE {table} ALTER COLUMN {column} DROP NOT NULL")
        return
    _rebuild(table, lambda body: re.sub(rf"(?m)^(\s*{column} [A-Z0-9()]+) NOT NULL", r"\1", body, count=1))


def _rebuild(table: str, change: Callable[[str], str]) -> None:
    connection = op.get_bind()
    query = text("SELECT type, sql FROM sqlite_master WHERE tbl_name = :table AND sql IS NOT NULL")
    rows = connection.execute(query, {"table": table}).all()
    created = next(row.sql for row in rows if row.type == "table")
    body = change(created[created.index("(") + 1 : created.rindex(")")]).replace(":", "\\:")
    columns = ", ".join(f'"{row.name}"' for row in connection.execute(text(f"PRAGMA table_info({table})")))
    op.execute(text(f"CREATE TABLE _rebuilt ({body})"))
    op.execute(f"INSERT INTO _rebuilt ({columns}) SELECT {columns} FROM {table}")
    op.execute(f"DROP TABLE {table}")
    op.execute(f"ALTER TABLE _rebuilt RENAME TO {table}")
    for row in rows:
        if row.type != "table":
            op.execute(row.sql)


def _without(body: str, name: str) -> str:
    """The inside of a CREATE TABLE without one named CHECK."""
    found = re.search(rf"CONSTRAINT {name} CHECK \(", body)
    if found is None:
        return body
    depth, end = 1, found.end()
    while depth:
        depth += {"(": 1, ")": -1}.get(body[end], 0)
        end += 1
    return body[: found.start()] + body[end:].lstrip().removeprefix(",")
