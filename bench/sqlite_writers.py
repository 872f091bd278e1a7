"""Writers on SQLite: the busy handler alone, and a queue (flock) in front of it. See docs/decisions/002.

Small transactions like a sign-up's, four processes of eight threads, every commit synced to the disk.
"""

import fcntl
import multiprocessing
import os
import sqlite3
import tempfile
import threading
import time
from multiprocessing.queues import Queue
from pathlib import Path

PROCESSES, THREADS, ROUNDS = 4, 8, 60


def main() -> None:
    """Measure both ways twice, in turn, and print a table."""
    print(f"{'way':8} {'tx/s':>7} {'p50 ms':>8} {'p95 ms':>8} {'max ms':>8}")
    with tempfile.TemporaryDirectory() as folder:
        for number, queued in enumerate((False, True, False, True)):
            rate, times = measure(Path(folder) / f"{number}.db", queued)
            marks = [times[len(times) // 2], times[int(len(times) * 0.95)], times[-1]]
            name = "queue" if queued else "busy"
            print(f"{name:8} {rate:7.0f} " + " ".join(f"{mark * 1000:8.1f}" for mark in marks))


def measure(file: Path, queued: bool) -> tuple[float, list[float]]:
    """Transactions per second, and how long each one took in seconds, sorted."""
    with sqlite3.connect(file) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("CREATE TABLE quotas (id INTEGER PRIMARY KEY, taken INTEGER)")
        connection.execute("CREATE TABLE registrations (id INTEGER PRIMARY KEY, name TEXT)")
        connection.execute("INSERT INTO quotas VALUES (1, 0)")
    results: Queue[list[float]] = multiprocessing.Queue()
    started = time.perf_counter()
    processes = [multiprocessing.Process(target=_process, args=(file, queued, results)) for _ in range(PROCESSES)]
    for process in processes:
        process.start()
    times = sorted(seconds for _ in processes for seconds in results.get())
    for process in processes:
        process.join()
    return len(times) / (time.perf_counter() - started), times


def _process(file: Path, queued: bool, results: "Queue[list[float]]") -> None:
    times: list[float] = []
    threads = [threading.Thread(target=_writer, args=(file, queued, times)) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    results.put(times)


def _writer(file: Path, queued: bool, times: list[float]) -> None:
    connection = sqlite3.connect(file, timeout=30, isolation_level=None)
    connection.execute("PRAGMA synchronous=FULL")
    gate = os.open(f"{file}-writers", os.O_RDWR | os.O_CREAT)
    for _ in range(ROUNDS):
        started = time.perf_counter()
        if queued:
            fcntl.flock(gate, fcntl.LOCK_EX)
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("UPDATE quotas SET taken = taken + 1 WHERE id = 1")
        connection.execute("INSERT INTO registrations (name) VALUES (?)", ("x" * 200,))
        connection.execute("COMMIT")
        if queued:
            fcntl.flock(gate, fcntl.LOCK_UN)
        times.append(time.perf_counter() - started)


if __name__ == "__main__":
    main()
