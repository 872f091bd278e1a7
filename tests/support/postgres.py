"""A PostgreSQL of the tests' own: made in a temporary folder, reached through a socket in it, gone afterwards.

    cluster = Postgres.shared(folder)      # one for all test processes that name the same folder
    cluster = Postgres.alone(durable=True) # one for a test that kills it, or for a measurement
    url = cluster.create_database(template=cluster.template("schema", build))

The server runs as an unprivileged account when the tests run as root. Whatever happens to the test processes, the
server stops and its folder is removed when the last one that used it has ended (see lifeline.py).
"""

import contextlib
import fcntl
import os
import pwd
import shutil
import subprocess
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

import psycopg
from psycopg import sql

from tests.support import lifeline
from tests.support.server import descendants

_SUPERUSER = "openday"
_COMMON = """
listen_addresses = ''
max_connections = 200
shared_buffers = 64MB
wal_level = minimal
max_wal_senders = 0
max_wal_size = 512MB
timezone = 'UTC'
logging_collector = off
log_line_prefix = '%m [%p] %d '
"""
_FORGETFUL = "fsync = off\nsynchronous_commit = off\nfull_page_writes = off\n"


class Postgres:
    """One running cluster. `folder` holds everything of it, the server's log too (`server.log`)."""

    def __init__(self, folder: Path, held: int) -> None:
        """Use `alone` or `shared`."""
        self.folder = folder
        self._held = held
        self._account = _account()
        self._programs = _programs(folder, self._account)

    @classmethod
    def alone(cls, *, durable: bool = False) -> "Postgres":
        """Start a cluster for the caller; `durable` keeps fsync on, as in production."""
        folder = _new_folder()
        held = lifeline.hold(folder / "users")
        lifeline.when_let_go(folder / "users", ["sh", "-c", _BURIAL, "burial", str(folder)])
        cluster = cls(folder, held)
        cluster._initialise(durable)
        cluster.start()
        return cluster

    @classmethod
    def shared(cls, meeting_place: Path) -> "Postgres":
        """The cluster of everybody who names the same folder `meeting_place`; the first one starts it."""
        note = meeting_place / "postgres-cluster"
        with _locked(meeting_place / "postgres-cluster.lock"):
            folder = Path(note.read_text(encoding="utf-8")) if note.exists() else None
            if folder and folder.exists():
                with contextlib.suppress(BlockingIOError, FileNotFoundError):
                    return cls(folder, lifeline.hold(folder / "users", at_once=True))
            cluster = cls.alone()
            note.write_text(str(cluster.folder), encoding="utf-8")
            return cluster

    def close(self) -> None:
        """Let go of the cluster; it stops when nobody else holds it."""
        os.close(self._held)

    # -- the server ---------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Start the server and return when it answers."""
        log = str(self.folder / "server.log")
        self._run("pg_ctl", "start", "-w", "-t", "60", "-D", str(self._data), "-l", log)

    def stop(self, mode: str = "fast") -> None:
        """Stop the server: "smart", "fast", or "immediate" (as if the power had gone)."""
        self._run("pg_ctl", "stop", "-w", "-t", "60", "-m", mode, "-D", str(self._data))

    def restart_immediately(self, pause: float = 0.0) -> None:
        """Cut every connection as a crash does, stay away for `pause` seconds, recover and answer again."""
        self.stop("immediate")
        time.sleep(pause)
        self.start()

    def processes(self) -> list[int]:
        """The server's main process and those that it has started."""
        return descendants(int((self._data / "postmaster.pid").read_text(encoding="utf-8").split("\n", 1)[0]))

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    # -- databases ----------------------------------------------------------------------------------------------

    def create_database(self, template: str | None = None, name: str | None = None) -> str:
        """Make a database, empty or as a copy of `template` (a name from `template`); returns its address."""
        name = name or f"t_{uuid.uuid4().hex[:16]}"
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
            sql.Identifier(name), sql.Identifier(template or "template0")
        )
        self._execute(statement)
        return self.url(name)

    def drop_database(self, url: str) -> None:
        """Remove the database that `create_database` made, and whoever is connected to it."""
        name = url.split("?")[0].rsplit("/", 1)[1]
        self._execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def template(self, name: str, build: Callable[[str], object]) -> str:
        """A database to copy: `build(url)` fills it once, for all test processes. Returns its name.

        `build` must leave no connection open (dispose its engine): a database in use cannot be copied.
        """
        database = f"template_{name}"
        with _locked(self.folder / f"{database}.lock"):
            if not (self.folder / f"{database}.ready").exists():
                url = self.url(database)
                self.drop_database(url)
                build(self.create_database(name=database))
                (self.folder / f"{database}.ready").touch()
        return database

    def url(self, database: str) -> str:
        """The address of a database, as DATABASE_URL takes it."""
        return f"postgresql://{_SUPERUSER}@/{database}?host={self.folder}"

    def _execute(self, statement: sql.Composed) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement)

    # -- making one ---------------------------------------------------------------------------------------------

    def _initialise(self, durable: bool) -> None:
        how = ["-D", str(self._data), "-U", _SUPERUSER, "--auth=trust", "--encoding=UTF8", "--no-sync"]
        try:
            self._run("initdb", *how, "--locale=C.UTF-8")
        except RuntimeError:
            shutil.rmtree(self._data, ignore_errors=True)
            self._run("initdb", *how, "--locale=C")
        settings = _COMMON + f"unix_socket_directories = '{self.folder}'\n" + ("" if durable else _FORGETFUL)
        with open(self._data / "postgresql.conf", "a", encoding="utf-8") as file:
            file.write(settings)

    def _run(self, program: str, *arguments: str) -> None:
        # The output goes to a file: a server started here keeps it open, and a pipe would never end.
        with tempfile.TemporaryFile() as output:
            done = subprocess.run(
                [str(self._programs / program), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=self.folder,
                check=False,
                user=self._account and self._account.pw_uid,
                group=self._account and self._account.pw_gid,
                extra_groups=self._account and [],
            )
            output.seek(0)
            if done.returncode:
                said = output.read().decode(errors="replace")
                raise RuntimeError(f"{program} {arguments[0]}: {said}{self._log_tail()}")

    def _log_tail(self) -> str:
        log = self.folder / "server.log"
        return "\n" + log.read_text(errors="replace")[-2000:] if log.exists() else ""


# Stops the server whose folder is $1 by the process id in its own file, and removes the folder.
_BURIAL = """
pid=$(head -n 1 "$1/data/postmaster.pid" 2>/dev/null) && [ -n "$pid" ] && kill -QUIT "$pid" 2>/dev/null
for _ in 1 2 3 4 5 6 7 8 9 10; do [ -e "$1/data/postmaster.pid" ] || break; sleep 0.2; done
rm -rf "$1"
"""


def find_programs() -> Path:
    """The folder with initdb and pg_ctl: Debian's newest, else one in PATH, else the PyPI package pgserver.

    Raises:
        RuntimeError: when there is none.
    """
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"), key=lambda p: int(p.parts[-3]))
    if debian:
        return debian[-1].parent
    in_path = shutil.which("pg_ctl")
    if in_path and (Path(in_path).resolve().parent / "initdb").exists():
        return Path(in_path).resolve().parent
    package = find_spec("pgserver")
    if package and package.origin:
        return Path(package.origin).parent / "pginstall" / "bin"
    raise RuntimeError("no PostgreSQL for the tests: apt-get install postgresql")


def _programs(folder: Path, account: pwd.struct_passwd | None) -> Path:
    """Programs that the server's account can reach: those in root's home are copied into the cluster's folder."""
    programs = find_programs()
    if account is None or programs.is_relative_to("/usr"):
        return programs
    copy = folder / "package" / "pgserver"
    if not copy.exists():
        shutil.copytree(programs.parent, copy / "pginstall", symlinks=True)
        libraries = programs.parent.parent.parent / "pgserver.libs"  # found from the programs by relative paths
        shutil.copytree(libraries, copy.parent / libraries.name)
    return copy / "pginstall" / "bin"


def _account() -> pwd.struct_passwd | None:
    """The account for the server, when the tests run as root (as whom PostgreSQL refuses to start)."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise RuntimeError("no unprivileged account to run PostgreSQL as")


def _new_folder() -> Path:
    # Not under TMPDIR: a socket's path may have 107 bytes, and the account must be able to go there.
    folder = Path(tempfile.mkdtemp(prefix="openday-pg-", dir="/tmp"))
    account = _account()
    if account:
        os.chown(folder, account.pw_uid, account.pw_gid)
    return folder


@contextlib.contextmanager
def _locked(file: Path) -> Iterator[None]:
    with open(file, "a", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
