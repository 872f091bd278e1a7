"""CHECKs that change on tables that are there already, on either database.

SQLite cannot alter a CHECK, and Alembic's batch rebuild forgets all the others of the table; so the table is rebuilt
from its own CREATE statement, as SQLite's manual lays down (https://sqlite.org/lang_altertable.html#otheralter).
"""

import re

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
    _rebuild(table, full, f"CONSTRAINT {full} CHECK ({condition})")


def _rebuild(table: str, name: str, constraint: str) -> None:
    connection = op.get_bind()
    query = text("SELECT type, sql FROM sqlite_master WHERE tbl_name = :table AND sql IS NOT NULL")
    rows = connection.execute(query, {"table": table}).all()
    created = next(row.sql for row in rows if row.type == "table")
    body = _without(created[created.index("(") + 1 : created.rindex(")")], name).rstrip().rstrip(",")
    columns = ", ".join(f'"{row.name}"' for row in connection.execute(text(f"PRAGMA table_info({table})")))
    op.execute(text(f"CREATE TABLE _rebuilt ({body.replace(':', chr(92) + ':')}, {constraint})"))
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
