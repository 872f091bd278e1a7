"""Starts the reading processes and takes their answers."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

_WALL_SECONDS = 20
_ROOT = Path(__file__).resolve().parents[3]
_ENVIRONMENT = ("PATH", "PYTHONHOME", "LD_LIBRARY_PATH", "LANG", "LC_ALL")
_Process = tuple[list[str], str, int, int]
# The reader of words needs nothing that was installed, and starts in a tenth of the time without it.
_WORDS: _Process = (["-S"], "word_child", 256 * 1024 * 1024, 2)
_PICTURES: _Process = ([], "picture_child", 512 * 1024 * 1024, 4)


def read_words(data: bytes) -> dict[str, Any] | None:
    """What `word_child` answers; None when it was ended for passing its limits."""
    return _answer(data, *_WORDS)


def read_pictures(data: bytes, names: list[str]) -> dict[str, Any] | None:
    """What `picture_child` answers for these parts of the package; None when it was ended for passing its limits."""
    return _answer(data, *_PICTURES, arguments=names)


def _answer(
    data: bytes, options: list[str], module: str, memory: int, seconds: int, arguments: list[str] | None = None
) -> dict[str, Any] | None:
    command = [sys.executable, "-P", *options, "-m", f"openday.documents.form_reading.{module}"]
    command += [str(memory), str(seconds), *(arguments or [])]
    environment = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
    environment |= {"PYTHONPATH": os.pathsep.join([str(_ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])}
    environment |= {"PYTHONUTF8": "1"}
    try:
        child = subprocess.run(
            command,
            input=data,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=_WALL_SECONDS,
            env=environment,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return None
    if child.returncode != 0:
        return None
    answer: dict[str, Any] = json.loads(child.stdout)
    return answer
