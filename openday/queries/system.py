"""The state of the store itself."""

from datetime import datetime
from functools import lru_cache

from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, select, text

from openday.config import PROJECT
from openday.db import session
from openday.models.housekeeping import Job
from openday.models.ledger import Message
from openday.rules.states import MessageStatus


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


def jobs_not_due(now: datetime) -> frozenset[str]:
    """The periodic jobs that need not run yet; a look that costs no writer's turn."""
    return frozenset(session().scalars(select(Job.name).where(Job.next_run_at > now)))


def anything_to_send(now: datetime) -> bool:
    """Whether the outbox holds a message that is due."""
    due = select(Message.id).where(Message.status == MessageStatus.QUEUED.value, Message.next_attempt_at <= now)
    return session().scalar(due.limit(1)) is not None
