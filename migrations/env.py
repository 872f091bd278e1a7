"""Runs the migrations on either database.

On SQLite a batch rebuild with foreign_keys=ON would delete the children of ON DELETE CASCADE, so enforcement is off
while migrating and everything is checked once at the end.
"""

from alembic import context
from flask import current_app
from sqlalchemy import Connection, text

from openday.db import Instant, db
from openday.models.columns import Sealed
from openday.models.tables import metadata


def _plain_types(kind: str, item: object, _context: object) -> str | bool:
    """Migrations stand on their own: our column types are written as what they are in the database."""
    if kind == "type" and isinstance(item, Instant):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, Sealed):
        return "sa.LargeBinary()"
    return False


def _run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_as_batch=True,
        compare_type=True,
        render_item=_plain_types,
        include_name=lambda name, kind, parents: kind != "table" or not str(name).startswith("activity_search"),
    )
    with context.begin_transaction():
        context.run_migrations()


def run() -> None:
    """Migrate the application's own database."""
    engine = db.engine
    with engine.connect() as connection:
        if engine.dialect.name != "sqlite":
            connection.execute(text("SELECT pg_advisory_xact_lock(7201)"))
            _run(connection)
            connection.commit()
            return
        raw = connection.connection.driver_connection
        assert raw is not None
        raw.execute("PRAGMA foreign_keys=OFF")
        _run(connection)
        connection.commit()
        broken = connection.execute(text("PRAGMA foreign_key_check")).fetchall()
        connection.rollback()
        raw.execute("PRAGMA foreign_keys=ON")
        if broken:
            raise RuntimeError(f"rows point nowhere after migrating: {broken[:5]}")


assert current_app
run()
