"""The real server as a process: it answers, loses a worker and gets another, and ends with everything it started."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from tests.support.server import PROJECT, Server

pytestmark = pytest.mark.xdist_group("server-itself")


@pytest.fixture(scope="module")
def env(tmp_path_factory):
    folder = tmp_path_factory.mktemp("instance")
    settings = {
        "OPENDAY_INSTANCE": str(folder),
        "DATABASE_URL": f"sqlite:///{folder / 'openday.db'}",
        "SECRET_KEY": "only-for-tests-" * 4,
    }
    command = [str(Path(sys.executable).parent / "openday"), "migrate"]
    subprocess.run(command, env={**os.environ, **settings}, cwd=PROJECT, check=True, capture_output=True)
    return settings


def wait_until(condition, seconds=15):
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.05)
    return condition()


def test_a_killed_worker_is_replaced_and_the_rest_goes_on(env):
    with Server(env, workers=2, path="/open") as server:
        assert wait_until(lambda: len(server.workers()) == 2)
        gone = server.kill_worker()
        assert wait_until(lambda: len(server.workers()) == 2 and gone not in server.workers())
        assert server.status("/healthz") == 200
    assert "Listening" in server.log
    assert wait_until(lambda: not server.folder.exists())


def test_a_server_that_was_cut_off_comes_back_at_the_same_address(env):
    with Server(env) as server:
        before = server.url
        server.kill_all()
        assert server.status("/healthz") == 0
        server.start()
        assert (server.url, server.status("/readyz")) == (before, 200)


def test_a_server_that_cannot_start_shows_why(env):
    with pytest.raises(AssertionError, match="BASE_URL"):
        Server({**env, "BASE_URL": "nowhere"}).start()


def test_nothing_stays_when_the_tests_are_killed(env):
    program = f"""
        import time
        from tests.support.server import Server
        server = Server({env!r}, workers=1).start()
        print(server.pid, server.folder, flush=True)
        time.sleep(60)
    """
    tests = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(program)], stdout=subprocess.PIPE, text=True, cwd=PROJECT
    )
    with tests:
        pid, folder = tests.stdout.readline().split()
        tests.send_signal(signal.SIGKILL)
    assert wait_until(lambda: not Path(f"/proc/{pid}/cwd").exists())
    assert wait_until(lambda: not members(int(pid)))
    assert wait_until(lambda: not Path(folder).exists())


def members(group):
    """The living processes of a process group."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, its_group = stat.read_text().rpartition(")")[2].split()[:3]
        except OSError:
            continue
        if int(its_group) == group and state != "Z":
            found.append(stat.parent.name)
    return found
