"""The rows of an uploaded table that were refused, as a workbook in which they can be put right and sent again."""

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass

import xlsxwriter

REASON_HEADER = "不能导入的原因"
_NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\']")
_WIDTH, _REASON_WIDTH = 18, 40


@dataclass(frozen=True)
class RefusedPart:
    """One sheet or table of the uploaded file: its headers, and its rows as they stood there, the reason last."""

    name: str
    header: Sequence[str]
    rows: Sequence[Sequence[str]]


def refused_workbook(parts: Sequence[RefusedPart]) -> bytes:
    """An .xlsx with one sheet for each part. Every cell is text, so that nothing is reckoned and no digit is lost."""
    packed = io.BytesIO()
    book = xlsxwriter.Workbook(
        packed,
        {"in_memory": True, "strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False},
    )
    head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "border": 1})
    body = book.add_format({"num_format": "@", "text_wrap": True, "valign": "top"})
    used: set[str] = set()
    for part in parts:
        sheet = book.add_worksheet(_sheet_name(part.name, used))
        header = [*part.header, REASON_HEADER]
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, len(header) - 2, _WIDTH, body)
        sheet.set_column(len(header) - 1, len(header) - 1, _REASON_WIDTH, body)
        for at, row in enumerate([header, *part.rows]):
            for column, cell in enumerate(row):
                if cell:
                    sheet.write_string(at, column, cell, head if at == 0 else body)
    if not parts:
        book.add_worksheet("计划")
    book.close()
    return packed.getvalue()


def _sheet_name(name: str, used: set[str]) -> str:
    """A name that Excel takes (at most 31 characters, some not allowed), each once."""
    base = _NOT_IN_NAMES.sub(" ", name).strip()[:25] or "计划"
    tried, number = base, 2
    while tried.lower() in used:
        tried, number = f"{base} ({number})", number + 1
    used.add(tried.lower())
    return tried
