"""Turns the old binary .doc and .xls into .docx and .xlsx, where LibreOffice is installed.

LibreOffice runs with a profile of its own in a folder that is thrown away, without macros, without fetching what a
document refers to, and within limits of time and memory.
"""

import os
import resource
import shutil
import signal
import subprocess
import tempfile
import threading
from contextlib import suppress
from pathlib import Path

MAX_BYTES = 10 * 1024 * 1024
_MAX_RESULT = 40 * 1024 * 1024
_OLD_CONTAINER = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_WALL_SECONDS = 60
_CPU_SECONDS = 40
_TURNS = threading.BoundedSemaphore(2)
"""The program takes a core and some hundred megabytes: uploads of a whole county may not start it all at once."""
_PATIENCE = 30
"""Seconds that an upload waits for its turn."""
_MEMORY = 4 * 1024 * 1024 * 1024  # of addresses; the program itself maps more than a gigabyte
_FILTERS = {
    "doc": ("docx", "MS Word 97", "MS Word 2007 XML"),
    "xls": ("xlsx", "MS Excel 97", "Calc MS Excel 2007 XML"),
}
_STREAMS = {"doc": ("WordDocument",), "xls": ("Workbook", "Book")}
_NAMES = {"doc": "Word 或 WPS", "xls": "Excel 或 WPS"}
_PROFILE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema">
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="MacroSecurityLevel" oor:op="fuse">
<value>3</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="DisableMacrosExecution" oor:op="fuse">
<value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="BlockUntrustedRefererLinks"
 oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Writer/Content/Update"><prop oor:name="Link" oor:op="fuse">
<value>0</value></prop></item>
<item oor:path="/org.openoffice.Inet/Settings"><prop oor:name="ooInetProxyType" oor:op="fuse">
<value>2</value></prop></item>
<item oor:path="/org.openoffice.Inet/Settings"><prop oor:name="ooInetHTTPProxyName" oor:op="fuse">
<value>127.0.0.1</value></prop></item>
<item oor:path="/org.openoffice.Inet/Settings"><prop oor:name="ooInetHTTPProxyPort" oor:op="fuse">
<value>9</value></prop></item>
<item oor:path="/org.openoffice.Inet/Settings"><prop oor:name="ooInetHTTPSProxyName" oor:op="fuse">
<value>127.0.0.1</value></prop></item>
<item oor:path="/org.openoffice.Inet/Settings"><prop oor:name="ooInetHTTPSProxyPort" oor:op="fuse">
<value>9</value></prop></item>
</oor:items>
"""


class ConversionRefused(ValueError):
    """A file cannot be converted here; the text is the reason in Chinese, with what to do instead."""


def can_convert() -> bool:
    """Whether this machine has LibreOffice."""
    return _program() is not None


def is_old_word(data: bytes) -> bool:
    """Whether the bytes are a Word document of the old kind (.doc), whatever the file is called."""
    return _is_kind(data, "doc")


def is_old_excel(data: bytes) -> bool:
    """Whether the bytes are a workbook of the old kind (.xls), whatever the file is called."""
    return _is_kind(data, "xls")


def convert(data: bytes, filename: str) -> tuple[bytes, str]:
    """The same document as .docx (from .doc) or .xlsx (from .xls), and its new file name.

    Takes a minute at most, and half a minute for its turn where others are being converted. Raises ConversionRefused
    for anything else, for files with macros, and where LibreOffice is not installed or too busy; the reason then says
    how to save the file in the new format.
    """
    stem, _, ending = filename.rpartition(".")
    kind = ending.lower()
    if kind not in _FILTERS:
        raise ConversionRefused("只能转换 .doc 和 .xls 文件")
    new = _FILTERS[kind][0]
    save_as = f"请用 {_NAMES[kind]} 打开，选择“另存为”，保存类型选 .{new}，再上传"
    if len(data) > MAX_BYTES:
        raise ConversionRefused("文件超过10MB，请压缩或删除图片后上传")
    if not _is_kind(data, kind):
        raise ConversionRefused(f"文件内容与扩展名不符，{save_as}")
    if "_VBA_PROJECT".encode("utf-16-le") in data:
        raise ConversionRefused(f"文件含有宏，请另存为不含宏的 .{new} 后上传")
    program = _program()
    if program is None:
        raise ConversionRefused(f"旧版 .{kind} 文件不能直接读取，{save_as}")
    if not _TURNS.acquire(timeout=_PATIENCE):
        raise ConversionRefused(f"正在转换的旧版文件较多，请过几分钟再上传；或者{save_as}")
    try:
        converted = _run(program, data, kind)
    finally:
        _TURNS.release()
    if converted is None:
        raise ConversionRefused(f"文件无法转换，可能已损坏或设有密码，{save_as}")
    return converted, f"{stem}.{new}"


def _is_kind(data: bytes, kind: str) -> bool:
    # The directory of the container names its streams in UTF-16.
    return data.startswith(_OLD_CONTAINER) and any(name.encode("utf-16-le") in data for name in _STREAMS[kind])


def _program() -> str | None:
    return shutil.which("soffice") or shutil.which("libreoffice")


def _run(program: str, data: bytes, kind: str) -> bytes | None:
    """The converted bytes, or None when the program gave none in its time."""
    new, reads, writes = _FILTERS[kind]
    with tempfile.TemporaryDirectory(prefix="openday-convert-") as name:
        folder = Path(name)
        settings = folder / "profile" / "user" / "registrymodifications.xcu"
        settings.parent.mkdir(parents=True)
        settings.write_text(_PROFILE, encoding="utf-8")
        (folder / f"in.{kind}").write_bytes(data)
        command = [program, f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless", "--norestore"]
        command += ["--nolockcheck", "--nodefault", f"--infilter={reads}", "--convert-to", f"{new}:{writes}"]
        command += ["--outdir", str(folder / "out"), str(folder / f"in.{kind}")]
        _run_limited(command, folder)
        result = folder / "out" / f"in.{new}"
        if not result.is_file() or result.stat().st_size > _MAX_RESULT:
            return None
        return result.read_bytes()


def _run_limited(command: list[str], folder: Path) -> None:
    environment = {"PATH": os.environ.get("PATH", ""), "HOME": str(folder), "LANG": "C.UTF-8", "TMPDIR": str(folder)}
    child = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=environment,
        cwd=folder,
        start_new_session=True,
        preexec_fn=_limit,
    )
    try:
        with suppress(subprocess.TimeoutExpired):
            child.wait(_WALL_SECONDS)
    finally:
        # The program starts others: the whole group ends.
        with suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (_CPU_SECONDS, _CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (_MAX_RESULT, _MAX_RESULT))
