"""Answers that are files: finished bytes under a Chinese name, kept by nobody on the way."""

from urllib.parse import quote

from flask import Response

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ZIP = "application/zip"
_NOT_IN_NAMES = '<>:"/\\|?*'
_LONGEST_NAME = 80


def download(content: bytes, name: str, kind: str, *, ascii_name: str) -> Response:
    """An attachment called `name` (RFC 6266); browsers that cannot read it take `ascii_name`."""
    response = Response(content, mimetype=kind)
    response.headers["Content-Length"] = str(len(content))
    response.headers["Content-Disposition"] = (
        f"attachment; filename=\"{ascii_name}\"; filename*=UTF-8''{quote(file_name(name), safe='')}"
    )
    response.headers["Cache-Control"] = "no-store"
    return response


def file_name(name: str) -> str:
    """`name` without what file systems refuse; a long stem is cut, its ending stays."""
    clean = "".join("-" if sign in _NOT_IN_NAMES or not sign.isprintable() else sign for sign in name)
    stem, dot, ending = clean.rpartition(".")
    return f"{stem[:_LONGEST_NAME].strip()}{dot}{ending}"
