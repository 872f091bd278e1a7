"""Tables as rows of text, whatever file they came in, and what such a file may not be."""

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass

MAX_BYTES = 5 * 1024 * 1024
MAX_ROWS = 20_000
MAX_COLUMNS = 60
MAX_CHARACTERS = 5_000_000

_MAX_MEMBERS = 2_000
_MAX_INFLATED = 80 * 1024 * 1024
_MAX_RATIO = 200
# Small members may compress as well as they like: they cannot do harm.
_HARMLESS = 1024 * 1024

REASONS = {
    "size": "文件超过5MB，请拆成几个文件后上传",
    "rows": f"表格超过{MAX_ROWS}行，请删除多余的行或拆成几个文件后上传",
    "columns": f"表格超过{MAX_COLUMNS}列，请删除多余的列后上传",
    "characters": "表格中的文字过多，请拆成几个文件后上传",
    "password": "表格设有打开密码，请取消密码后上传",
    "macros": "文件含有宏，请另存为不含宏的 {ending} 后上传",
    "inflated": "文件解压后过大，请把内容复制到新的表格后上传",
    "unlike": "文件内容与扩展名不符，请用表格软件另存为 {ending} 后上传",
    "unreadable": "表格无法读取，文件可能已损坏，请用表格软件打开并另存为 {ending} 后上传",
    "old": "文件是旧版格式或设有打开密码，请另存为没有密码的 {ending} 后上传",
}

Place = tuple[int, int]


class TableRefused(ValueError):
    """A table cannot be read; the text is the reason, for the person who uploaded it."""


@dataclass(frozen=True)
class Sheet:
    """A visible worksheet or a table of a text: rows of text from its first row and column; merged areas as
    ((row, column), (row, column)), both ends included, from 0; and the lines of text that stand above a table."""

    name: str
    rows: Sequence[tuple[str, ...]]
    merges: tuple[tuple[Place, Place], ...] = ()
    above: tuple[str, ...] = ()


def refused(reason: str, ending: str) -> TableRefused:
    """The refusal for one of the codes of REASONS; `ending` is the kind of file that is asked for, such as '.xlsx'."""
    return TableRefused(REASONS[reason].format(ending=ending))


def check_package(data: bytes, *, main: str, ending: str) -> None:
    """Refuse, before anything is inflated, what is too large, another kind of file, or packed to explode.

    `main` is the member without which it is no such file. Raises TableRefused.
    """
    if len(data) > MAX_BYTES:
        raise refused("size", ending)
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        # The old container holds .xls and .doc as well as encrypted files of the new kind.
        raise refused("old", ending)
    if not data.startswith(b"PK\x03\x04"):
        raise refused("unlike", ending)
    try:
        members = zipfile.ZipFile(io.BytesIO(data)).infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError, EOFError) as error:
        raise refused("unreadable", ending) from error
    reason = _objection(members, main)
    if reason:
        raise refused(reason, ending)


def _objection(members: Sequence[zipfile.ZipInfo], main: str) -> str:
    names = {member.filename for member in members}
    if main not in names:
        return "unlike"
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        return "macros"
    if any(member.flag_bits & 1 for member in members):
        return "password"
    too_dense = any(
        member.file_size > _HARMLESS and member.file_size > _MAX_RATIO * max(1, member.compress_size)
        for member in members
    )
    if too_dense or len(members) > _MAX_MEMBERS or sum(member.file_size for member in members) > _MAX_INFLATED:
        return "inflated"
    return ""


def decoded(data: bytes) -> str:
    """The text of a .csv file: UTF-8 with or without byte order mark, or GB18030 as Chinese Excel writes it.

    Raises:
        TableRefused: it is neither.
    """
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise TableRefused("文件的文字编码无法识别，请另存为 UTF-8 编码的 .csv 后上传")
