"""The real `openday serve` as a process of its own, on a free port, for journeys, faults and measurements.

with Server({"DATABASE_URL": url}, workers=2) as server:
    urlopen(server.url + "/")
    server.kill_worker()
"""

import contextlib
import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Self

from tests.support import lifeline

PROJECT = Path(__file__).resolve().parents[2]
_OURS = ("OPENDAY_", "DATABASE_URL", "REDIS_URL", "SMTP_URL", "SMS_GATEWAY_URL", "BASE_URL", "SECRET_KEY")
# If the tests are killed: ends the server's group, but only while its leader is still the process that was started.
_BURIAL = """
read -r pid since < "$1/leader" && [ "$(cut -d' ' -f22 "/proc/$pid/stat")" = "$since" ] && kill -KILL "-$pid"
rm -rf "$1"
"""
# Asked directly: a proxy named in the environment is none of the tests' business.
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Server:
    """`openday serve` with `env` on top of a clean environment; `log` holds what it printed.

    `path` is the sub-path of BASE_URL; `arguments` are more words for `serve`, for example `--web-only`.
    The database must be migrated already.
    """

    def __init__(
        self, env: Mapping[str, str], *, workers: int = 1, path: str = "", arguments: Sequence[str] = ()
    ) -> None:
        self.port = free_port()
        self.origin = f"http://127.0.0.1:{self.port}"
        self.url = self.origin + path
        inherited = {key: value for key, value in os.environ.items() if not key.startswith(_OURS)}
        # One key for every start of this server, so that what one process sealed the next can open.
        own = {"SECRET_KEY": secrets.token_urlsafe(48), "BASE_URL": self.url, "PYTHONUNBUFFERED": "1"}
        own["OPENDAY_QUIET_HOURS"] = ""  # what is tested by day is tested by night
        self.env = {**inherited, **own, **env}
        self._command = [str(Path(sys.executable).parent / "openday"), "serve", "--port", str(self.port)]
        self._command += ["--workers", str(workers), *arguments]
        self.folder = Path(tempfile.mkdtemp(prefix="openday-server-"))
        self._process: subprocess.Popen[bytes] | None = None
        self._last_log = ""
        self._held: int | None = lifeline.hold(self.folder / "users")
        lifeline.when_let_go(self.folder / "users", ["sh", "-c", _BURIAL, "burial", str(self.folder)])

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.close()

    def start(self, timeout: float = 30.0) -> Self:
        """Start and return when /readyz answers 200; fails with the log otherwise."""
        with open(self.folder / "log", "ab") as log:
            self._process = subprocess.Popen(
                self._command,
                env=self.env,
                cwd=PROJECT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        leader = self._process.pid
        (self.folder / "leader").write_text(f"{leader} {_started_at(leader)}\n", encoding="utf-8")
        try:
            self.wait_ready(timeout)
        except BaseException:
            self.stop()
            raise
        return self

    def wait_ready(self, timeout: float = 30.0) -> float:
        """Seconds until /readyz answered 200; fails with the log after `timeout` seconds or when the server ended."""
        begun = time.monotonic()
        while time.monotonic() - begun < timeout:
            if self._process is None or self._process.poll() is not None:
                raise AssertionError(f"the server ended:\n{self.log[-4000:]}")
            if self.status("/readyz") == 200:
                return time.monotonic() - begun
            time.sleep(0.05)
        raise AssertionError(f"not ready after {timeout:.0f} s:\n{self.log[-4000:]}")

    def status(self, path: str) -> int:
        """The status of a GET of `path` under the site's root, 0 when there is no answer."""
        try:
            with _DIRECT.open(self.url + path, timeout=5) as answer:
                status: int = answer.status
                return status
        except urllib.error.HTTPError as answer:
            answer.close()
            return answer.code
        except OSError:
            return 0

    def stop(self, timeout: float = 15.0) -> None:
        """Ask the server to end (SIGTERM), then end whatever is left of its process group."""
        process, self._process = self._process, None
        if process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process.pid, signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait(timeout)

    def close(self) -> None:
        """Stop for good and remove the server's folder; the log can still be read."""
        self.stop()
        if self._held is not None:
            self._last_log = self.log
            os.close(self._held)
            self._held = None

    def kill_all(self) -> None:
        """End the whole group at once, as a power cut does (SIGKILL); `start` brings it back on the same port."""
        assert self._process is not None
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(15)
        self.stop()

    def kill_worker(self) -> int:
        """End one process that answers requests (SIGKILL); returns its id."""
        workers = self.workers()
        assert workers, f"no worker found:\n{self.log[-2000:]}"
        os.kill(workers[0], signal.SIGKILL)
        return workers[0]

    def workers(self) -> list[int]:
        """The processes that answer requests: those that listen on the port and have no child that does."""
        assert self._process is not None
        family = self.family()
        sockets = _listening(self.port)
        listeners = [pid for pid in family if _holds(pid, sockets)]
        return [pid for pid in listeners if not any(child in listeners for child in _children(pid))]

    def family(self) -> list[int]:
        """The process that was started and all that descend from it."""
        return descendants(self.pid)

    @property
    def pid(self) -> int:
        """The process that was started."""
        assert self._process is not None
        return self._process.pid

    @property
    def log(self) -> str:
        """Everything that the server printed, over all its starts."""
        file = self.folder / "log"
        if self._held is None or not file.exists():
            return self._last_log
        return file.read_text(encoding="utf-8", errors="replace")


def _started_at(pid: int) -> str:
    """The kernel's start time of a process, which tells it from a later one with the same id."""
    return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").split()[21]


def _children(pid: int) -> list[int]:
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            found += [int(child) for child in task.read_text(encoding="utf-8").split()]
    return found


def descendants(pid: int) -> list[int]:
    """A process and everybody who descends from it."""
    family = [pid]
    for member in family:  # grows while it is walked
        family += _children(member)
    return family


def _listening(port: int) -> set[str]:
    """The inodes of the sockets that listen on a port."""
    inodes = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        with contextlib.suppress(OSError):
            for line in Path(table).read_text(encoding="utf-8").splitlines()[1:]:
                fields = line.split()
                if fields[3] == "0A" and int(fields[1].rsplit(":", 1)[1], 16) == port:
                    inodes.add(f"socket:[{fields[9]}]")
    return inodes


def _holds(pid: int, sockets: set[str]) -> bool:
    for descriptor in Path(f"/proc/{pid}/fd").glob("*"):
        with contextlib.suppress(OSError):
            if os.readlink(descriptor) in sockets:
                return True
    return False
