"""The summary table (汇总表) as an Excel workbook."""

import io
from collections.abc import Iterable
from dataclasses import astuple, dataclass
from datetime import datetime

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from openday.documents.plain_text import holdable

SHEET = "汇总表"
# (heading, width in characters), in the order of the fields of SummaryRow
COLUMNS = (
    ("序号", 5),
    ("单位", 16),
    ("活动主题", 24),
    ("开展时间", 18),
    ("开展地点", 18),
    ("活动内容", 40),
    ("活动对象", 20),
    ("报名方式", 22),
    ("联系人", 9),
    ("联系方式", 15),
    ("状态", 9),
    ("场次", 7),
    ("报名人数", 7),
    ("到场人数", 7),
    ("开展情况", 32),
)
_TITLE_ROW, _HEADER_ROW = 0, 1
_A4 = 9
_LONGEST_CELL = 32_767  # Excel's own limit, in UTF-16 units
_CUT = "……（内容过长，此处截断）"
_TEXT = "@"  # the number format that keeps a text a text, also after somebody has edited the cell


@dataclass(frozen=True)
class SummaryRow:
    """One activity; the fields stand in the order of the columns."""

    number: int
    agency: str
    theme: str
    time: str
    place: str
    content: str
    audience: str
    signup: str
    contact: str
    phone: str
    status: str
    occurrences: str
    registered: int
    attended: int
    outcome: str


def summary_xlsx(title: str, rows: Iterable[SummaryRow]) -> bytes:
    """Return the workbook: one sheet, a title row, a frozen header with filters, one row for each activity.

    Every text stays text, also one that looks like a formula, a link or a number. Rows are written as they come, so
    that memory does not grow with them.
    """
    target = io.BytesIO()
    book = xlsxwriter.Workbook(
        target,
        {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    # A fixed date: the same rows give the same bytes.
    book.set_properties({"title": _fitting(title)[:255], "created": datetime(2000, 1, 1)})
    sheet = book.add_worksheet(SHEET)
    _lay_out(sheet)
    _write_head(book, sheet, title)
    last = _write_rows(book, sheet, rows)
    sheet.autofilter(_HEADER_ROW, 0, last, len(COLUMNS) - 1)
    book.close()
    return target.getvalue()


def _lay_out(sheet: Worksheet) -> None:
    for column, (_, width) in enumerate(COLUMNS):
        sheet.set_column(column, column, width)
    sheet.freeze_panes(_HEADER_ROW + 1, 3)
    sheet.set_landscape()
    sheet.set_paper(_A4)
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(_TITLE_ROW, _HEADER_ROW)
    sheet.set_footer("&C第 &P 页，共 &N 页")


def _write_head(book: xlsxwriter.Workbook, sheet: Worksheet, title: str) -> None:
    face = {"font_name": "宋体", "align": "center", "valign": "vcenter"}
    sheet.set_row(_TITLE_ROW, 36)
    title_format = book.add_format({**face, "bold": True, "font_size": 18, "num_format": _TEXT})
    sheet.merge_range(_TITLE_ROW, 0, _TITLE_ROW, len(COLUMNS) - 1, "", title_format)
    _write_text(sheet, _TITLE_ROW, 0, _fitting(title), title_format)
    sheet.set_row(_HEADER_ROW, 30)
    head_format = book.add_format({**face, "bold": True, "border": 1, "text_wrap": True, "bg_color": "#F6F5F2"})
    for column, (heading, _) in enumerate(COLUMNS):
        sheet.write_string(_HEADER_ROW, column, heading, head_format)


def _write_rows(book: xlsxwriter.Workbook, sheet: Worksheet, rows: Iterable[SummaryRow]) -> int:
    """Write the rows under the header; return the index of the last row used."""
    face = {"font_name": "宋体", "font_size": 11, "valign": "vcenter", "border": 1}
    text_format = book.add_format({**face, "text_wrap": True, "num_format": _TEXT})
    number_format = book.add_format({**face, "align": "center"})
    at = _HEADER_ROW
    for at, row in enumerate(rows, start=_HEADER_ROW + 1):
        for column, value in enumerate(astuple(row)):
            _write_cell(sheet, at, column, value, text_format, number_format)
    return at


def _write_cell(
    sheet: Worksheet, at: int, column: int, value: int | str, text_format: Format, number_format: Format
) -> None:
    if isinstance(value, int):
        sheet.write_number(at, column, value, number_format)
    else:
        _write_text(sheet, at, column, _fitting(value), text_format)


def _write_text(sheet: Worksheet, at: int, column: int, text: str, text_format: Format) -> None:
    if text.startswith("<r>") and text.endswith("</r>"):
        # XlsxWriter would take such a text for finished XML and copy it into the sheet; in two pieces it stays a text.
        sheet.write_rich_string(at, column, text[:2], text_format, text[2:], text_format)
    else:
        sheet.write_string(at, column, text, text_format)


def _fitting(text: str) -> str:
    """Return text as one cell can hold it: a text beyond Excel's limit is cut, and says so."""
    held = holdable(text)
    if len(held.encode("utf-16-le")) // 2 <= _LONGEST_CELL:
        return held
    room = (_LONGEST_CELL - len(_CUT)) * 2
    return held.encode("utf-16-le")[:room].decode("utf-16-le", "ignore") + _CUT
