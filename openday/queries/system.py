"""The state of the store itself."""

from functools import lru_cache

from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

from openday.config import PROJECT
from openday.db import session


@lru_cache(maxsize=1)
def expected_revision() -> str | None:
    """The newest migration in the tree."""
    config = Config()
    config.set_main_option("script_location", str(PROJECT / "migrations"))
    return ScriptDirectory.from_config(config).get_current_head()


def schema_is_current() -> bool:
    """Whether every migration has been applied to the database."""
    if not inspect(session().connection()).has_table("alembic_version"):
        return False
    applied: str | None = session().scalar(text("SELECT version_num FROM alembic_version"))
    return applied == expected_revision()
