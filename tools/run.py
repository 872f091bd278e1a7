"""Start the site on this computer for a look around; `make run` calls it with the project's own Python.

Keeps everything in instance/: the SQLite file and openday.env (lines KEY=value, made on the first run with a fresh
SECRET_KEY). The environment wins over that file. The first run on the local file loads the demonstration data.
"""

import os
import secrets
import socket
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OPENDAY = str(ROOT / ".venv" / "bin" / "openday")


def main() -> None:
    """Prepare, then become the server; ends the process with a line when something is wrong."""
    port = os.environ.pop("PORT", "") or "8000"
    _check(port)
    instance = Path(os.environ.get("OPENDAY_INSTANCE") or ROOT / "instance")
    instance.mkdir(parents=True, exist_ok=True)
    local = {"BASE_URL": f"http://127.0.0.1:{port}", **_local_settings(instance / "openday.env")}
    env = {**local, **os.environ}
    _do("migrate", env)
    marker = instance / "demo-loaded"
    if not env.get("DATABASE_URL") and not marker.exists():
        _do("demo", env)  # prints the log-ins
        marker.touch()
    print(f"\nhttp://127.0.0.1:{port}   (Ctrl-C stops)\n", flush=True)
    os.chdir(ROOT)
    os.execve(OPENDAY, [OPENDAY, "serve", "--port", port], env)


def _check(port: str) -> None:
    if not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
        sys.exit(f"run: PORT={port} is no port number")
    if not _is_free(int(port)):
        another = int(port) % 65535 + 1
        sys.exit(f"run: port {port} is busy: stop what uses it, or take another one: make run PORT={another}")


def _do(command: str, env: dict[str, str]) -> None:
    status = subprocess.run([OPENDAY, command], env=env, cwd=ROOT, check=False).returncode
    if status:
        sys.exit(f"run: openday {command} failed ({status})")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _local_settings(file: Path) -> dict[str, str]:
    """The KEY=value lines of `file`, which is made when it is not there; readable by its owner only."""
    if not file.exists():
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(descriptor, "w", encoding="utf-8") as new:
            new.write("# Settings of `make run` on this computer.\n")
            new.write(f"SECRET_KEY={secrets.token_urlsafe(48)}\n")
    lines = (line.strip() for line in file.read_text(encoding="utf-8").splitlines())
    pairs = (line.partition("=") for line in lines if line and not line.startswith("#"))
    return {key.strip(): value.strip() for key, _, value in pairs}


if __name__ == "__main__":
    main()
