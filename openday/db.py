"""The store: one typed Base, one session, and `use_case`, the only place where anything is committed.

Why so strict: on SQLite a transaction that reads first and writes later fails with "database is locked" under load,
so every use-case begins with BEGIN IMMEDIATE, queued behind a file lock that wakes the next writer at once (SQLite's
own busy handler sleeps and polls). On PostgreSQL serialization failures, deadlocks and connections that died before
COMMIT are tried again; after a lost reply to COMMIT nothing is tried again, because it may have happened.
"""

import fcntl
import functools
import logging
import os
import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any, ParamSpec, TypeVar, cast

from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session as FlaskSession
from sqlalchemy import Connection, DateTime, Dialect, Engine, MetaData, TypeDecorator, UpdateBase, event, text
from sqlalchemy.exc import DBAPIError, OperationalError, TimeoutError
from sqlalchemy.orm import DeclarativeBase, Session, registry

from openday.clock import SHANGHAI
from openday.errors import StoreAway

P = ParamSpec("P")
R = TypeVar("R")

log = logging.getLogger(__name__)

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Instant(TypeDecorator[datetime]):
    """An aware datetime; stored in UTC, handed out in Asia/Shanghai on both databases."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone")
        return value.astimezone(UTC).replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(SHANGHAI)


class Base(DeclarativeBase):
    """Every table inherits this one; typed under mypy, no Flask in sight."""

    registry = registry(metadata=MetaData(naming_convention=NAMING), type_annotation_map={datetime: Instant})


_writing: ContextVar[bool] = ContextVar("writing", default=False)
_READER = "openday_reader"


class _Session(FlaskSession):
    """Outside of a use-case, a SELECT goes to the engine's reader if it has one; all else is as ever."""

    def get_bind(self, *args: Any, **more: Any) -> Engine | Connection:
        bind: Any = super().get_bind(*args, **more)
        clause = more.get("clause")
        if _writing.get() or self._flushing or clause is None or not clause.is_select:
            return cast(Engine, bind)
        if clause.get_execution_options().get("yield_per"):
            return cast(Engine, bind)  # a cursor of the server lives in a transaction
        return cast(Engine, getattr(bind, _READER, bind))


db = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": False, "class_": _Session})

_RETRIES = 3
_RETRY_STATES = {"40001", "40P01", "55P03"}  # serialization failure, deadlock, lock not available


def session() -> Session:
    """The session of this request or command."""
    return db.session()


def use_case(func: Callable[P, R]) -> Callable[P, R]:
    """Run `func` in one transaction of its own: everything that it wrote is kept, or nothing.

    Raises:
        StoreAway: the database did not answer, or stayed too busy; nothing is known to have been changed unless the
            same idempotency key says so later.
        RuntimeError: a use-case was called inside a use-case.
    """

    @functools.wraps(func)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        if _writing.get():
            raise RuntimeError(f"use-cases do not nest: {func.__qualname__}")
        attempt = 1
        while True:
            try:
                return _run_once(func, *args, **kwargs)
            except _TryAgain as again:
                if attempt == _RETRIES:
                    raise StoreAway("系统繁忙，本次操作没有保存，请稍等几秒再提交一次") from again.__cause__
                attempt += 1

    return run


class _TryAgain(Exception):
    """The transaction certainly did not happen and may be tried again."""


# --- writes that travel together -------------------------------------------------------------------------------------

_Write = tuple[UpdateBase, Mapping[str, Any], int | None]
_gathered: ContextVar[list[_Write] | None] = ContextVar("gathered", default=None)


def write(statement: UpdateBase, values: Mapping[str, Any], *, rows: int | None = None) -> None:
    """Run a statement whose answer nobody waits for: at once, or with the others of a `together` block.

    `rows`: how many it must change. Another number means that what was read before holds no longer; then the whole
    use-case is tried again.
    """
    gathered = _gathered.get()
    if gathered is not None:
        gathered.append((statement, values, rows))
        return
    result: Any = session().execute(statement, values)
    _check_rows(result.rowcount, rows)


@contextmanager
def together() -> Iterator[None]:
    """Send every `write` of the block at its end, in order: on PostgreSQL in one round trip.

    A worker that waits for an answer has to get its turn again among the other threads; seven such waits with a row
    locked cost more than the work itself. Nothing of the block may be read before it ends.
    """
    gathered: list[_Write] = []
    token = _gathered.set(gathered)
    try:
        yield
    finally:
        _gathered.reset(token)
    connection = session().connection()
    if connection.dialect.name == "sqlite":
        for statement, values, rows in gathered:
            write(statement, values, rows=rows)
        return
    _send(connection, gathered)


def _send(connection: Connection, gathered: Sequence[_Write]) -> None:
    raw: Any = connection.connection.driver_connection
    failure = connection.dialect.loaded_dbapi.Error
    cursors = []
    try:
        with raw.pipeline():
            for statement, values, _ in gathered:
                compiled, turned = _compiled(statement, tuple(values), connection.dialect)
                said = compiled.construct_params(dict(values))
                said.update({name: turn(said[name]) for name, turn in turned.items()})
                cursors.append(raw.execute(str(compiled), said))
    except failure as wrong:
        gone = connection.dialect.is_disconnect(wrong, raw, None)
        raise DBAPIError.instance(
            "several writes", None, wrong, failure, hide_parameters=True, connection_invalidated=gone,
            dialect=connection.dialect,
        ) from wrong  # fmt: skip
    for cursor, (_, _, rows) in zip(cursors, gathered, strict=True):
        _check_rows(cursor.rowcount, rows)


@functools.lru_cache(maxsize=200)
def _compiled(statement: UpdateBase, names: tuple[str, ...], dialect: Dialect) -> tuple[Any, dict[str, Any]]:
    """A statement for the driver, and what turns each value into what the driver takes."""
    compiled: Any = statement.compile(dialect=dialect, column_keys=list(names))
    forgotten = [column.name for column in (*compiled.insert_prefetch, *compiled.update_prefetch)]
    if forgotten:
        raise TypeError(f"a write that travels with others names every value itself: {forgotten}")
    kinds = {name: bind.type.dialect_impl(dialect) for bind, name in compiled.bind_names.items()}
    turns = {name: kind.bind_processor(dialect) for name, kind in kinds.items()}
    return compiled, {name: turn for name, turn in turns.items() if turn is not None}


def _check_rows(changed: int, wanted: int | None) -> None:
    if wanted is not None and changed != wanted:
        raise _TryAgain()


def _run_once(func: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    current = db.session()
    token = _writing.set(True)
    try:
        _roll_back(current)  # ends an open read: its snapshot is older than the lock that is about to be taken
        with _writers_queue(current.get_bind()):
            try:
                result = func(*args, **kwargs)
                current.flush()
            except DBAPIError as failed:
                _roll_back(current)
                raise _before_commit(failed) from failed
            except TimeoutError as failed:
                _roll_back(current)
                raise StoreAway("系统暂时连接不上数据库，本次操作没有保存") from failed
            except BaseException:
                _roll_back(current)
                raise
            _commit(current)
        return result
    finally:
        _writing.reset(token)


def let_go(_failed: BaseException | None = None) -> None:
    """End what a request or command left open, before Flask-SQLAlchemy closes the session.

    The connection may have died since its last statement. The answer is given by then, and closing the session on a
    dead connection would turn it into a 500.
    """
    if db.session.registry.has():
        _roll_back(db.session())


def _roll_back(current: Session) -> None:
    """Roll back, or drop the connection when it is dead; either way the next statement starts afresh."""
    try:
        current.rollback()
    except DBAPIError:
        current.invalidate()


def _before_commit(failed: DBAPIError) -> Exception:
    state = getattr(failed.orig, "sqlstate", None)
    if state in _RETRY_STATES or failed.connection_invalidated:
        return _TryAgain()
    if isinstance(failed, OperationalError):
        # The driver's own line names tables and servers, never values: those would be in the parameters.
        log.error("the database refused a use-case: %s", str(failed.orig).splitlines()[0][:200])
        return StoreAway("系统暂时连接不上数据库，本次操作没有保存")
    return failed


def _commit(current: Session) -> None:
    try:
        current.commit()
    except DBAPIError as failed:
        state = getattr(failed.orig, "sqlstate", None)
        _roll_back(current)
        if state in _RETRY_STATES:
            raise _TryAgain() from failed
        raise StoreAway("提交时数据库连接中断，请用同一页面再提交一次，系统会给出确定的结果") from failed


# --- SQLite ----------------------------------------------------------------------------------------------------------

_gates = threading.local()


@contextmanager
def _writers_queue(bind: Any) -> Iterator[None]:
    """On SQLite, wait for the turn to write; the kernel gives the lock back when a process dies."""
    path = bind.engine.url.database if bind.dialect.name == "sqlite" else None
    if path is None:
        yield
        return
    gate = _gate_for(path)
    fcntl.flock(gate, fcntl.LOCK_EX)
    try:
        yield
    finally:
        fcntl.flock(gate, fcntl.LOCK_UN)


def _gate_for(path: str) -> int:
    """One open file per thread and process: a lock belongs to the open file, and is not inherited by use."""
    gates: dict[tuple[int, str], int] = _gates.__dict__.setdefault("open", {})
    key = (os.getpid(), path)
    if key not in gates:
        gates[key] = os.open(f"{path}-writers", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    return gates[key]


def _on_sqlite_connect(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "busy_timeout=30000",
        "cache_size=-16000",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _on_sqlite_begin(connection: Any) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE" if _writing.get() else "BEGIN")


def prepare_engine(engine: Engine) -> None:
    """Attach what an engine needs before first use; called once by `create_app` (and by migrations)."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _on_sqlite_connect)
        event.listen(engine, "begin", _on_sqlite_begin)
        return
    # In READ COMMITTED each statement sees what is committed when it begins, with a transaction around it or without.
    setattr(engine, _READER, engine.execution_options(isolation_level="AUTOCOMMIT"))
    event.listen(engine, "do_execute", _with_begin)


def _with_begin(cursor: Any, statement: str, values: Any, _context: Any) -> bool:
    """Send the first statement of a transaction together with its BEGIN; True = it is done."""
    connection = cursor.connection
    on_the_server = hasattr(cursor, "name")
    if connection.autocommit or on_the_server or connection.info.transaction_status:
        return False
    with connection.pipeline():
        cursor.execute(statement, values)
    return True


def engine_options(database_url: str) -> dict[str, Any]:
    """Pool and time-outs for the given database.

    Ten connections a process are enough: Python computes on one core, and PostgreSQL admits 100 in all by default.
    """
    if database_url.startswith("sqlite"):
        return {"pool_size": 20, "max_overflow": 60, "pool_timeout": 30, "hide_parameters": True}
    limits = "-c lock_timeout=8s -c statement_timeout=20s -c idle_in_transaction_session_timeout=60s -c timezone=UTC"
    return {
        "hide_parameters": True,
        "pool_size": 10,
        "max_overflow": 5,
        "pool_timeout": 20,
        "pool_recycle": 1800,
        "connect_args": {"options": limits, "connect_timeout": 5},
    }


def peek(question: str, values: Sequence[int | str]) -> list[tuple[Any, ...]]:
    """Ask one small question of what is committed, past the session: a tenth of its cost.

    It tells whether a kept answer still holds, so it is asked with every page and feed. `?` stands for each value;
    columns come as the driver gives them, so ask for numbers and texts only.

    Raises:
        StoreAway: the database did not answer.
    """
    engine = db.engine
    if engine.dialect.name != "sqlite":
        question = question.replace("?", "%s")
    away = StoreAway("系统暂时连接不上数据库，请等几秒钟再打开这个页面")
    for last in (False, True):
        try:
            connection = engine.raw_connection()
        except engine.dialect.loaded_dbapi.Error as failed:
            raise away from failed
        try:
            return _ask(connection.driver_connection, question, values)
        except engine.dialect.loaded_dbapi.Error as failed:
            gone = engine.dialect.is_disconnect(failed, connection.driver_connection, None)
            connection.invalidate(failed)
            if last or not gone:
                raise away from failed
            engine.dispose(close=False)  # after a restart of the database its other connections are dead too
        finally:
            connection.close()
    raise away


def _ask(connection: Any, question: str, values: Sequence[int | str]) -> list[tuple[Any, ...]]:
    """Outside of any transaction: on PostgreSQL that saves two of three round trips, on SQLite none is begun anyway."""
    on_sqlite = isinstance(connection, sqlite3.Connection)
    if not on_sqlite:
        connection.autocommit = True
    try:
        cursor = connection.execute(question, tuple(values))
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        cursor.close()
        return rows
    finally:
        if not on_sqlite and not connection.closed:
            connection.autocommit = False


def ping() -> None:
    """Ask the database for a sign of life; raises a DBAPIError when there is none."""
    db.session.execute(text("SELECT 1"))
