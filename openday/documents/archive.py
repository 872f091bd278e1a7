"""Zip archives whose bytes depend on their content alone."""

import io
import zipfile
from collections.abc import Iterable
from typing import IO

# The earliest time that a zip entry can carry; a fixed one keeps the bytes the same from run to run.
_ALWAYS = (1980, 1, 1, 0, 0, 0)


def zip_bytes(members: Iterable[tuple[str, bytes]]) -> bytes:
    """Pack (name, content) pairs in their order; names that are not ASCII are marked as UTF-8."""
    packed = io.BytesIO()
    write_zip(packed, members)
    return packed.getvalue()


def write_zip(target: IO[bytes], members: Iterable[tuple[str, bytes]]) -> None:
    """Write the same archive to a file, one member after the other, so that memory holds only one of them."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            entry = zipfile.ZipInfo(name, _ALWAYS)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            entry.create_system = 3
            archive.writestr(entry, content)


def repacked(archive_bytes: bytes) -> bytes:
    """Return the same archive with its time stamps taken out."""
    with zipfile.ZipFile(io.BytesIO(archive_bytes)) as archive:
        return zip_bytes((name, archive.read(name)) for name in archive.namelist())
