"""Nothing outlives the tests: a command that runs once every process that held a lock file has ended, however it ended.

The lock is the kernel's (flock), so it is let go of by a killed process too; a small detached process waits for it.
"""

import fcntl
import os
import subprocess
import sys
from pathlib import Path


def hold(lock: Path, *, at_once: bool = False) -> int:
    """Share `lock` until the returned descriptor is closed or this process ends.

    Raises:
        BlockingIOError: with `at_once`, when the last holder has gone and the command of `when_let_go` is under way.
    """
    descriptor = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | (fcntl.LOCK_NB if at_once else 0))
    except BlockingIOError:
        os.close(descriptor)
        raise
    return descriptor


def when_let_go(lock: Path, command: list[str]) -> None:
    """Run `command` as soon as nobody holds `lock`; call it while holding it."""
    subprocess.Popen(
        [sys.executable, "-I", __file__, str(lock), *command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        cwd="/",
    )


def _wait_and_run(lock: str, command: list[str]) -> None:
    descriptor = os.open(lock, os.O_RDWR)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    os.set_inheritable(descriptor, True)  # nobody can come back while the command runs
    os.execvp(command[0], command)


if __name__ == "__main__":
    _wait_and_run(sys.argv[1], sys.argv[2:])
