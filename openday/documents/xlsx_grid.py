"""A workbook (.xlsx) as rows of text, read safely: checks on the package first, then a limited process."""

import json
from pathlib import Path

from openday.documents.grid import MAX_CHARACTERS, MAX_COLUMNS, MAX_ROWS, Sheet, check_package, refused
from openday.documents.limited_process import run_limited

_CHILD = Path(__file__).with_name("xlsx_grid_child.py")
_ENDING = ".xlsx"


def read_xlsx(data: bytes) -> list[Sheet]:
    """The visible, non-empty worksheets of a workbook in their order. Raises TableRefused with the reason.

    Dates become 2026年9月16日, as little exact as the sheet displays them; whole numbers lose their decimal point.
    """
    check_package(data, main="xl/workbook.xml", ending=_ENDING)
    written = run_limited(_CHILD, data, MAX_ROWS, MAX_COLUMNS, MAX_CHARACTERS)
    if written is None:
        raise refused("unreadable", _ENDING)
    sheets: list[Sheet] = []
    rows: list[tuple[str, ...]] = []
    shared: dict[str, str] = {}  # tables repeat themselves: the same text is held once
    for line in written.split(b"\n"):
        if not line:
            continue
        answer = json.loads(line)
        if isinstance(answer, list):
            rows.append(tuple(shared.setdefault(text, text) for text in answer))
        elif "refused" in answer:
            raise refused(answer["refused"], _ENDING)
        else:
            rows = []
            merges = tuple((tuple(start), tuple(end)) for start, end in answer["merges"])
            sheets.append(Sheet(answer["name"], rows, merges))
    return sheets
