"""The PostgreSQL of the tests: shared, copied from, killed, and gone afterwards."""

import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import psycopg
import pytest

from tests.support.postgres import Postgres

pytestmark = [pytest.mark.postgres, pytest.mark.xdist_group("postgres-itself")]


@pytest.fixture(scope="module")
def cluster():
    started = Postgres.alone(durable=True)
    yield started
    started.close()


def put(url, *words):
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS word (word text)")
        for word in words:
            connection.execute("INSERT INTO word VALUES (%s)", [word])


def words(url):
    with psycopg.connect(url) as connection:
        return [row[0] for row in connection.execute("SELECT word FROM word ORDER BY 1")]


def wait_until_gone(folder, seconds=10):
    end = time.monotonic() + seconds
    while folder.exists() and time.monotonic() < end:
        time.sleep(0.05)
    return not folder.exists()


def test_what_was_committed_survives_an_immediate_restart(cluster):
    url = cluster.create_database()
    put(url, "公开")
    with psycopg.connect(url) as connection:
        cluster.restart_immediately()
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT 1")
    assert words(url) == ["公开"]


def test_a_durable_cluster_writes_to_disk_and_a_passing_one_does_not(cluster):
    with psycopg.connect(cluster.create_database()) as connection:
        assert connection.execute("SHOW fsync").fetchone() == ("on",)


def test_copies_of_a_template_do_not_touch_each_other(cluster):
    builds = []

    def build(url):
        builds.append(url)
        put(url, "样")

    first = cluster.create_database(cluster.template("sample", build))
    second = cluster.create_database(cluster.template("sample", build))
    put(first, "另")

    assert (words(first), words(second)) == (sorted(["样", "另"]), ["样"])
    assert len(builds) == 1
    cluster.drop_database(first)
    with pytest.raises(psycopg.OperationalError):
        words(first)


def test_everybody_with_the_same_meeting_place_shares_one_until_the_last_has_gone(tmp_path):
    first = Postgres.shared(tmp_path)
    second = Postgres.shared(tmp_path)
    assert first.folder == second.folder

    first.close()
    put(second.create_database(), "还在")

    second.close()
    third = Postgres.shared(tmp_path)
    put(third.create_database(), "新")
    folder = third.folder
    third.close()
    assert wait_until_gone(folder)


def test_nothing_stays_when_the_tests_are_killed():
    program = """
        import sys, time
        from tests.support.postgres import Postgres
        print(Postgres.alone().folder, flush=True)
        time.sleep(60)
    """
    root = Path(__file__).resolve().parents[2]
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(program)], stdout=subprocess.PIPE, text=True, cwd=root
    )
    with process:
        folder = Path(process.stdout.readline().strip())
        server = int((folder / "data" / "postmaster.pid").read_text().split()[0])
        process.send_signal(signal.SIGKILL)

    assert wait_until_gone(folder)
    assert wait_until_gone(Path(f"/proc/{server}/cwd"))  # of an ended process that nobody has read yet, too
