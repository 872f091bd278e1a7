"""A workbook (.xlsx) as rows of text, read safely: checks on the package first, then a limited process."""

import io
import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

MAX_BYTES = 5 * 1024 * 1024
MAX_ROWS = 20_000
MAX_COLUMNS = 60
MAX_CHARACTERS = 20_000_000

_MAX_MEMBERS = 2_000
_MAX_INFLATED = 80 * 1024 * 1024
_MAX_RATIO = 200
# Small members may compress as well as they like: they cannot do harm.
_HARMLESS = 1024 * 1024
_MEMORY = 512 * 1024 * 1024
_CPU_SECONDS = 10
_WALL_SECONDS = 30
_CHILD = Path(__file__).with_name("xlsx_grid_child.py")
_ENVIRONMENT = ("PATH", "PYTHONPATH", "PYTHONHOME", "LD_LIBRARY_PATH", "LANG", "LC_ALL")

REASONS = {
    "size": "文件超过5MB，请拆成几个文件后上传",
    "rows": f"表格超过{MAX_ROWS}行，请删除多余的行或拆成几个文件后上传",
    "columns": f"表格超过{MAX_COLUMNS}列，请删除多余的列后上传",
    "characters": "表格中的文字过多，请拆成几个文件后上传",
    "password": "表格设有打开密码，请取消密码后上传",
    "macros": "文件含有宏，请另存为不含宏的 .xlsx 后上传",
    "inflated": "文件解压后过大，请把内容复制到新的表格后上传",
    "unlike": "文件内容与扩展名不符，请用表格软件另存为 .xlsx 后上传",
    "unreadable": "表格无法读取，文件可能已损坏，请用表格软件打开并另存为 .xlsx 后上传",
}


class TableRefused(ValueError):
    """A table cannot be read; the text is the reason, for the person who uploaded it."""


@dataclass(frozen=True)
class Sheet:
    """A visible worksheet: rows of text from its first row and column; merged areas as ((row, column), (row, column)),
    both ends included, from 0."""

    name: str
    rows: tuple[tuple[str, ...], ...]
    merges: tuple[tuple[tuple[int, int], tuple[int, int]], ...] = ()


def read_xlsx(data: bytes) -> list[Sheet]:
    """The visible, non-empty worksheets of a workbook in their order. Raises TableRefused with the reason.

    Dates become 2026年9月16日, as little exact as the sheet displays them; whole numbers lose their decimal point.
    """
    check_package(data)
    command = [sys.executable, "-P", str(_CHILD)]
    command += map(str, (MAX_ROWS, MAX_COLUMNS, MAX_CHARACTERS, _MEMORY, _CPU_SECONDS))
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
    except subprocess.TimeoutExpired as error:
        raise TableRefused(REASONS["unreadable"]) from error
    if child.returncode != 0:
        raise TableRefused(REASONS["unreadable"])
    answer = json.loads(child.stdout)
    if "refused" in answer:
        raise TableRefused(REASONS[answer["refused"]])
    return [
        Sheet(sheet["name"], tuple(map(tuple, sheet["rows"])), tuple((tuple(a), tuple(b)) for a, b in sheet["merges"]))
        for sheet in answer["sheets"]
    ]


def check_package(data: bytes) -> None:
    """Refuse, before anything is inflated, what is too large, not a workbook, or packed to explode (TableRefused)."""
    if len(data) > MAX_BYTES:
        raise TableRefused(REASONS["size"])
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        # The old container holds .xls as well as encrypted .xlsx.
        raise TableRefused("文件是旧版 .xls 或设有打开密码，请另存为没有密码的 .xlsx 后上传")
    if not data.startswith(b"PK\x03\x04"):
        raise TableRefused(REASONS["unlike"])
    try:
        members = zipfile.ZipFile(io.BytesIO(data)).infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError, EOFError) as error:
        raise TableRefused(REASONS["unreadable"]) from error
    _check_members(members)


def _check_members(members: Sequence[zipfile.ZipInfo]) -> None:
    names = {member.filename for member in members}
    if "xl/workbook.xml" not in names:
        raise TableRefused(REASONS["unlike"])
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise TableRefused(REASONS["macros"])
    if any(member.flag_bits & 1 for member in members):
        raise TableRefused(REASONS["password"])
    too_dense = any(
        member.file_size > _HARMLESS and member.file_size > _MAX_RATIO * max(1, member.compress_size)
        for member in members
    )
    if too_dense or len(members) > _MAX_MEMBERS or sum(member.file_size for member in members) > _MAX_INFLATED:
        raise TableRefused(REASONS["inflated"])
