"""Copies of the store while it is in use: SQLite by its backup API, PostgreSQL by its own tools."""

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

from openday.errors import Refused


def backup(database_url: str, target: Path) -> None:
    """Write a consistent copy of the database to `target`, a file that must not exist yet.

    Raises:
        Refused: the file is there already, or the tool of PostgreSQL is missing or failed.
    """
    if target.exists():
        raise Refused(f"{target} exists already")
    partial = target.with_name(target.name + ".partial")
    if database_url.startswith("sqlite:///"):
        _copy_sqlite(Path(database_url.removeprefix("sqlite:///")), partial)
    else:
        _run("pg_dump", "--format=custom", f"--file={partial}", _plain(database_url))
    _to_disk(partial)
    partial.rename(target)


def restore(database_url: str, source: Path) -> None:
    """Put a copy back; stop the site first. What is in the database now is replaced.

    Raises:
        Refused: the copy is missing or damaged, or the tool of PostgreSQL is missing or failed.
    """
    if not source.exists():
        raise Refused(f"{source} does not exist")
    if database_url.startswith("sqlite:///"):
        _check_sqlite(source)
        _copy_sqlite(source, Path(database_url.removeprefix("sqlite:///")))
    else:
        _run(
            "pg_restore",
            "--clean",
            "--if-exists",
            "--no-owner",
            "--single-transaction",
            "--exit-on-error",
            f"--dbname={_plain(database_url)}",
            str(source),
        )


def _copy_sqlite(source: Path, target: Path) -> None:
    if not source.exists():
        raise Refused(f"{source} does not exist")
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
        old.backup(new)


def _check_sqlite(source: Path) -> None:
    try:
        with closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as copy:
            verdict = copy.execute("PRAGMA integrity_check").fetchone()
            has_schema = copy.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone()
    except sqlite3.DatabaseError as damaged:
        raise Refused(f"{source} is no intact copy") from damaged
    if verdict != ("ok",) or has_schema is None:
        raise Refused(f"{source} is no intact copy")


def _to_disk(file: Path) -> None:
    with open(file, "rb") as written:
        os.fsync(written.fileno())


def _plain(database_url: str) -> str:
    return database_url.replace("postgresql+psycopg://", "postgresql://", 1)


def _run(program: str, *arguments: str) -> None:
    if shutil.which(program) is None:
        raise Refused(f"{program} is missing: install the PostgreSQL client of the server's version")
    done = subprocess.run([program, *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        raise Refused(f"{program}: {done.stderr.strip()[-400:]}")
