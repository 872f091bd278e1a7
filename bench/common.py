"""What the measurements share: fresh databases with production's own durability, and tables of times."""

import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.conftest import migrate
from tests.support.postgres import Postgres
from tests.support.server import Server

DATABASES = ("sqlite", "postgresql")


@dataclass(frozen=True)
class Database:
    """A migrated, empty database that syncs every commit to the disk; a folder; the cluster where there is one."""

    url: str
    folder: Path
    cluster: Postgres | None

    @property
    def env(self) -> dict[str, str]:
        """What a server over it needs to know."""
        return {"DATABASE_URL": self.url, "OPENDAY_INSTANCE": str(self.folder)}


@contextmanager
def durable_database(kind: str) -> Iterator[Database]:
    """Make one, "sqlite" or "postgresql"; it is gone at the end of the block."""
    with tempfile.TemporaryDirectory(prefix="openday-bench-") as name:
        folder = Path(name)
        if kind == "sqlite":
            url = f"sqlite:///{folder / 'openday.db'}"
            migrate(url, folder)
            yield Database(url, folder, None)
            return
        cluster = Postgres.alone(durable=True)
        try:
            url = cluster.create_database()
            migrate(url, folder)
            yield Database(url, folder, cluster)
        finally:
            cluster.close()


@contextmanager
def fresh_database(kind: str) -> Iterator[tuple[str, Path]]:
    """The same for those who need no more than its address and the folder."""
    with durable_database(kind) as made:
        yield made.url, made.folder


def verified(server: Server) -> bool:
    """Whether `openday verify` finds every derived number of the server's database as it must be."""
    command = [str(Path(sys.executable).parent / "openday"), "verify"]
    return subprocess.run(command, env=server.env, capture_output=True, check=False).returncode == 0


def percentile(seconds: Sequence[float], share: float) -> float:
    """The value that `share` (0 to 1) of all values do not exceed, in milliseconds; 0 when there are none."""
    ordered = sorted(seconds)
    return 1000 * ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0


def print_table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Columns as wide as they need, numbers to the right."""
    cells = [list(head), *[[f"{cell:.1f}" if isinstance(cell, float) else str(cell) for cell in row] for row in rows]]
    widths = [max(len(line[column]) for line in cells) for column in range(len(head))]
    for line in cells:
        print("  ".join(cell.rjust(width) for cell, width in zip(line, widths, strict=True)))
