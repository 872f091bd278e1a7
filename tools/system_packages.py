"""The Debian packages that this project uses beside its Python and Node ones: find what is missing, install it.

Without the right to install, one line names what is missing. A PostgreSQL installed here is for the tests, which start
their own: no cluster of the system is made and no service is started.
"""

import ctypes.util
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

_CLUSTER_POLICY = Path("/etc/postgresql-common/createcluster.d/openday-setup.conf")
_PACKAGES = Path(__file__).resolve().parent.parent / ".venv" / "lib"
_APT = ["apt-get", "-y", "-qq", "--no-install-recommends", "-o", "Acquire::http::Timeout=30", "-o", "Dpkg::Use-Pty=0"]


def _has_chinese_font() -> bool:
    if shutil.which("fc-list"):
        listed = subprocess.run(["fc-list", ":lang=zh-cn", "family"], capture_output=True, text=True, check=False)
        return bool(listed.stdout.strip())
    folders = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), Path.home() / ".local/share/fonts")
    return any(True for folder in folders for _ in folder.rglob("*CJK*"))


def _has_browser() -> bool:
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    fetched = (Path.home() / ".cache" / "ms-playwright").glob("chromium*")  # by `playwright install chromium`
    return any(shutil.which(name) for name in names) or any(fetched)


def _has_postgres() -> bool:
    return bool(shutil.which("pg_ctl")) or any(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"))


def _has_office(program: str) -> Callable[[], bool]:
    def is_there() -> bool:
        folders = (*Path("/usr/lib").glob("libreoffice*/program"), *Path("/opt").glob("libreoffice*/program"))
        return any((folder / program).exists() for folder in folders)

    return is_there


def _has_zbar() -> bool:
    return ctypes.util.find_library("zbar") is not None


# What `make run` needs, and what `make test` needs on top.
_FOR_RUN: dict[str, Callable[[], bool]] = {"fonts-noto-cjk": _has_chinese_font}
_FOR_TEST: dict[str, Callable[[], bool]] = {
    **_FOR_RUN,
    "chromium": _has_browser,
    "postgresql": _has_postgres,
    "libzbar0": _has_zbar,
    "libreoffice-writer-nogui": _has_office("libswlo.so"),
    "libreoffice-calc-nogui": _has_office("libsclo.so"),
}


def missing(purpose: str) -> list[str]:
    """Names of the packages that `purpose` ("run" or "test") needs and that are not there."""
    wanted = _FOR_RUN if purpose == "run" else _FOR_TEST
    return [name for name, is_there in wanted.items() if not is_there()]


def install(packages: list[str]) -> None:
    """Install `packages` if this account may; otherwise, or when it fails, do nothing."""
    prefix = _right_to_install()
    if prefix is None:
        return
    print(f"setup: installing {' '.join(packages)} (apt)", flush=True)
    if "postgresql" in packages:
        _run([*prefix, "mkdir", "-p", str(_CLUSTER_POLICY.parent)])
        _run([*prefix, "tee", str(_CLUSTER_POLICY)], text="create_main_cluster = false\n")
    try:
        _run([*prefix, *_APT, "update"])
        _run([*prefix, "env", "DEBIAN_FRONTEND=noninteractive", *_APT, "install", *packages])
    finally:
        if "postgresql" in packages:
            _run([*prefix, "rm", "-f", str(_CLUSTER_POLICY)])


def _right_to_install() -> list[str] | None:
    """The words to put before a command to run it as root, or None when there is no way that asks nobody."""
    if not shutil.which("apt-get"):
        return None
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") and _run(["sudo", "-n", "true"]):
        return ["sudo", "-n"]
    return None


def _run(command: list[str], text: str = "") -> bool:
    done = subprocess.run(command, input=text, text=True, capture_output=True, check=False)
    if done.returncode and command[-1] != "true":
        print(f"setup: {' '.join(command)}: {done.stderr.strip()[-400:]}", file=sys.stderr)
    return done.returncode == 0


def provide(purpose: str) -> list[str]:
    """Install what `purpose` misses; return what it still misses, after saying so in one line."""
    lacking = missing(purpose)
    if lacking:
        install(lacking)
        lacking = missing(purpose)
    if "postgresql" in lacking and any(_PACKAGES.glob("*/site-packages/pgserver/pginstall")):
        lacking.remove("postgresql")  # the one from PyPI serves the tests as well
    if lacking:
        need = "pages and documents in Chinese need" if purpose == "run" else "the tests need"
        print(f"setup: {need} {' '.join(lacking)}: apt-get install {' '.join(lacking)}", file=sys.stderr)
    return lacking
