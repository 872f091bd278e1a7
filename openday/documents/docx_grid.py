"""The tables of a Word file (.docx) as rows of text, read safely: checks on the package, then a limited process."""

import json
from pathlib import Path

from openday.documents.grid import MAX_CHARACTERS, MAX_COLUMNS, MAX_ROWS, Sheet, check_package, refused
from openday.documents.limited_process import run_limited

_CHILD = Path(__file__).with_name("docx_grid_child.py")
_ENDING = ".docx"


def read_docx_tables(data: bytes) -> list[Sheet]:
    """The tables of a text in their order, each with the lines above it. Raises TableRefused with the reason.

    Tracked changes count as accepted, hidden text as not there. A table within a cell is a table of its own.
    """
    check_package(data, main="word/document.xml", ending=_ENDING)
    written = run_limited(_CHILD, data, MAX_ROWS, MAX_COLUMNS, MAX_CHARACTERS)
    if written is None:
        raise refused("unreadable", _ENDING)
    answer = json.loads(written)
    if "refused" in answer:
        raise refused(answer["refused"], _ENDING)
    return [
        Sheet(
            f"第{number}个表格",
            tuple(map(tuple, table["rows"])),
            tuple((tuple(a), tuple(b)) for a, b in table["merges"]),
            tuple(table["above"]),
        )
        for number, table in enumerate(answer["tables"], start=1)
    ]
