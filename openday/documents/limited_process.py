"""Runs a reader of uploaded files in a process of its own, with little memory and little time.

A small file can be written so that reading it needs gigabytes or minutes. There, that ends one short-lived process and
nothing else. The readers are scripts beside this module; they begin with `limit_myself`.
"""

import os
import subprocess
import sys
from pathlib import Path

MEMORY = 128 * 1024 * 1024
"""Bytes of address space; the longest table that is allowed takes less than half of it."""
SECONDS = 1.5
"""Of computing; the longest table that is allowed takes a tenth of it, a slow machine included."""
_WALL_SECONDS = 20
_ENVIRONMENT = ("PATH", "PYTHONPATH", "PYTHONHOME", "LD_LIBRARY_PATH", "LANG", "LC_ALL")


def run_limited(script: Path, data: bytes, *arguments: int) -> bytes | None:
    """What `script` writes when `data` stands on its input; None when it failed or passed a limit."""
    command = [sys.executable, "-P", str(script), str(MEMORY), str(SECONDS), *map(str, arguments)]
    environment = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
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
    return child.stdout if child.returncode == 0 else None
