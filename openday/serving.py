"""`openday serve`: the production server and the job worker, side by side, restarted when they die."""

import logging
import os
import signal
import socket
import subprocess
import sys
import threading

from granian import Granian
from granian.constants import Interfaces

from openday.errors import SettingsError

log = logging.getLogger(__name__)

BLOCKING_THREADS = 32


def serve(*, host: str, port: int, workers: int, web: bool, jobs: bool) -> None:
    """Serve until told to stop.

    Raises:
        SettingsError: the port is taken.
    """
    companion = Companion() if jobs and web else None
    if web:
        _refuse_busy_port(host, port)
    if companion:
        companion.start()
    try:
        _serve_web(host, port, workers)
    finally:
        if companion:
            companion.stop()


def _serve_web(host: str, port: int, workers: int) -> None:
    Granian(
        "wsgi:app",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=BLOCKING_THREADS,
        respawn_failed_workers=True,
        respawn_interval=0.5,
        workers_kill_timeout=10,
        log_enabled=True,
        log_access=False,
    ).serve()


def _refuse_busy_port(host: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as taken:
            raise SettingsError(f"port {port} on {host} is taken; choose another with --port") from taken


class Companion:
    """The job worker as a process of its own; it ends with us, and is started again when it dies alone."""

    def __init__(self) -> None:
        self._stopping = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._keep_running, daemon=True)

    def start(self) -> None:
        """Begin to watch over the worker."""
        self._thread.start()

    def stop(self) -> None:
        """End the worker and the watch."""
        self._stopping.set()
        if self._process and self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
        self._thread.join(timeout=10)

    def _keep_running(self) -> None:
        command = [sys.executable, "-m", "openday", "serve", "--jobs-only", "--parent", str(os.getpid())]
        while not self._stopping.is_set():
            # A session of its own: Ctrl-C at the terminal reaches us, and we end it.
            self._process = subprocess.Popen(command, start_new_session=True)
            self._process.wait()
            if not self._stopping.wait(1):
                log.warning("the job worker ended; starting it again")
