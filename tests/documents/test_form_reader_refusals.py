"""Files that are refused as plan forms: every reason is said, and nothing takes long, takes memory or looks outside."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.factories.word_forms_hostile import HOSTILE, SLOW

_ROOT = Path(__file__).resolve().parents[2]
SECONDS = 2.0
KILOBYTES = 150 * 1024


# A process starts with the peak of the one that started it: a small one stands between the tests and the reader.
_BETWEEN = """
import resource, subprocess, sys, time
begun = time.perf_counter()
code = subprocess.run(sys.argv[2:], check=False).returncode
used = time.perf_counter() - begun, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
open(sys.argv[1], "w").write(f"{used[0]} {used[1]}")
sys.exit(code)
"""


def read_form(folder: Path, *files: Path) -> tuple[int, str, str, float, int]:
    """Run `openday read-form`: exit code, output, errors, seconds, and the most kilobytes of any process it needed."""
    reader = [sys.executable, "-m", "openday", "read-form", *map(str, files)]
    command = [sys.executable, "-S", "-c", _BETWEEN, str(folder / "used"), *reader]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", cwd=_ROOT, check=False)
    seconds, kilobytes = (folder / "used").read_text().split()
    return done.returncode, done.stdout, done.stderr, float(seconds), int(kilobytes)


@pytest.mark.parametrize("name", HOSTILE)
def test_it_is_refused_with_its_reason_at_once_and_with_little_memory(name: str, tmp_path: Path) -> None:
    make, reason = HOSTILE[name]
    file = tmp_path / "报送表.docx"
    file.write_bytes(make())
    code, output, errors, seconds, kilobytes = read_form(tmp_path, file)
    assert (code, output) == (3, "[]\n")
    assert errors.startswith(f"{file}: {reason}"), errors
    assert seconds < SECONDS
    assert kilobytes < KILOBYTES


@pytest.mark.parametrize("name", SLOW)
def test_it_is_read_or_refused_at_once_and_with_little_memory(name: str, tmp_path: Path) -> None:
    file = tmp_path / "报送表.docx"
    file.write_bytes(SLOW[name]())
    code, output, errors, seconds, kilobytes = read_form(tmp_path, file)
    assert code in (0, 3), errors
    assert isinstance(json.loads(output), list)
    assert seconds < SECONDS
    assert kilobytes < KILOBYTES
