"""Who spends how much of the processors: the workers, the job worker, the database, and the driver itself."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from common import Database

from tests.support.server import Server

_TICK = os.sysconf("SC_CLK_TCK")
PARTS = ("web", "jobs", "database")


@dataclass
class Meter:
    """CPU seconds since it was made, by part. On SQLite the database is inside the workers."""

    server: Server
    database: Database

    def __post_init__(self) -> None:
        self._before = self._now()

    def spent(self) -> Mapping[str, float]:
        """Seconds by part."""
        return {part: seconds - self._before[part] for part, seconds in self._now().items()}

    def _now(self) -> dict[str, float]:
        web, jobs = set(self.server.workers()), {pid for pid in self.server.family() if _is_job_worker(pid)}
        store = self.database.cluster.processes() if self.database.cluster else []
        return {"web": cpu_seconds(web), "jobs": cpu_seconds(jobs), "database": cpu_seconds(store)}


def cpu_seconds(pids: "set[int] | list[int]") -> float:
    """CPU seconds of these processes and of their children that have ended."""
    spent = 0.0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()
        spent += sum(int(field) for field in fields[11:15]) / _TICK
    return spent


def _is_job_worker(pid: int) -> bool:
    return b"--jobs-only" in Path(f"/proc/{pid}/cmdline").read_bytes()
