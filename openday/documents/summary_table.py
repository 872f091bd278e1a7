"""The summary table (汇总表) as an Excel workbook, with the columns that an office wants in the order it wants."""

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import IO, NamedTuple

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from openday.documents.plain_text import holdable

SHEET = "汇总表"
_TITLE_ROW, _HEADER_ROW = 0, 1
_A4 = 9
_LONGEST_CELL = 32_767  # Excel's own limit, in UTF-16 units
_CUT = "……（内容过长，此处截断）"
_TEXT = "@"  # the number format that keeps a text a text, also after somebody has edited the cell
_LONGEST_SHEET_TITLE = 255
_FACE = "宋体"


@dataclass(frozen=True)
class Column:
    """A column that a table may have: its key (a field of SummaryRow), heading, width in characters."""

    key: str
    heading: str
    width: int


class SummaryRow(NamedTuple):
    """One activity: every fact that a column may show. Numbers are written as numbers, None as an empty cell."""

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
    jurisdiction: str = ""
    first_day: str = ""
    last_day: str = ""
    size: int | None = None
    filed_on: str = ""
    filed_late: str = ""
    code: str = ""


COLUMNS = (
    Column("number", "序号", 5),
    Column("agency", "单位", 13),
    Column("theme", "活动主题", 17),
    Column("time", "开展时间", 14),
    Column("place", "开展地点", 13),
    Column("content", "活动内容", 30),
    Column("audience", "活动对象", 15),
    Column("signup", "报名方式", 16),
    Column("contact", "联系人", 8),
    Column("phone", "联系方式", 13),
    Column("status", "状态", 9),
    Column("occurrences", "场次", 6),
    Column("registered", "报名人数", 6),
    Column("attended", "到场人数", 6),
    Column("outcome", "开展情况", 24),
    Column("jurisdiction", "所在区划", 10),
    Column("first_day", "最早开展日", 11),
    Column("last_day", "最晚开展日", 11),
    Column("size", "对象总数", 6),
    Column("filed_on", "报送日", 11),
    Column("filed_late", "逾期报送", 6),
    Column("code", "计划编号", 15),
)
STANDARD = tuple(column.key for column in COLUMNS[:15])
"""The columns of a table for which nothing was chosen."""
_BY_KEY = {column.key: column for column in COLUMNS}


def known_columns(keys: Iterable[str]) -> tuple[str, ...]:
    """Those of `keys` that are columns, each once, in their order; a template may be older than a column."""
    return tuple(dict.fromkeys(key for key in keys if key in _BY_KEY))


def summary_xlsx(title: str, rows: Iterable[SummaryRow], columns: Sequence[str] = STANDARD) -> bytes:
    """Return the workbook of `write_summary` as bytes."""
    target = io.BytesIO()
    write_summary(target, title, rows, columns)
    return target.getvalue()


def write_summary(target: IO[bytes], title: str, rows: Iterable[SummaryRow], columns: Sequence[str] = STANDARD) -> int:
    """Write the workbook: one sheet, a title row, a frozen header with filters, one row for each activity.

    `columns` are keys of COLUMNS, at least one. Every text stays text, also one that looks like a formula, a link or a
    number. Rows are written as they come, so that memory does not grow with them. Returns how many there were.

    Raises:
        KeyError: a key that is no column.
    """
    chosen = [_BY_KEY[key] for key in columns]
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
    book.set_properties({"title": _fitting(title)[:_LONGEST_SHEET_TITLE], "created": datetime(2000, 1, 1)})
    sheet = book.add_worksheet(SHEET)
    _lay_out(sheet, chosen)
    _write_head(book, sheet, title, chosen)
    last = _write_rows(book, sheet, chosen, rows)
    sheet.autofilter(_HEADER_ROW, 0, last, len(chosen) - 1)
    book.close()
    return last - _HEADER_ROW


def _lay_out(sheet: Worksheet, columns: Sequence[Column]) -> None:
    for at, column in enumerate(columns):
        sheet.set_column(at, at, column.width)
    sheet.freeze_panes(_HEADER_ROW + 1, _frozen(columns))
    sheet.set_landscape()
    sheet.set_paper(_A4)
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(_TITLE_ROW, _HEADER_ROW)
    sheet.set_footer("&C第 &P 页，共 &N 页")


def _frozen(columns: Sequence[Column]) -> int:
    """How many columns stay in sight: up to the theme where it stands among the first three, else a running number."""
    first = [column.key for column in columns[:3]]
    if "theme" in first:
        return first.index("theme") + 1
    return 1 if first[0] == "number" else 0


def _write_head(book: xlsxwriter.Workbook, sheet: Worksheet, title: str, columns: Sequence[Column]) -> None:
    face = {"font_name": _FACE, "align": "center", "valign": "vcenter"}
    sheet.set_row(_TITLE_ROW, 36)
    title_format = book.add_format({**face, "bold": True, "font_size": 18, "num_format": _TEXT})
    if len(columns) > 1:
        sheet.merge_range(_TITLE_ROW, 0, _TITLE_ROW, len(columns) - 1, "", title_format)
    _write_text(sheet, _TITLE_ROW, 0, _fitting(title), title_format)
    sheet.set_row(_HEADER_ROW, 32)
    head_format = book.add_format({**face, "bold": True, "border": 1, "text_wrap": True, "bg_color": "#F6F5F2"})
    for at, column in enumerate(columns):
        sheet.write_string(_HEADER_ROW, at, column.heading, head_format)


def _write_rows(
    book: xlsxwriter.Workbook, sheet: Worksheet, columns: Sequence[Column], rows: Iterable[SummaryRow]
) -> int:
    """Write the rows under the header; return the index of the last row used."""
    face = {"font_name": _FACE, "font_size": 11, "valign": "vcenter", "border": 1}
    text_format = book.add_format({**face, "text_wrap": True, "num_format": _TEXT})
    number_format = book.add_format({**face, "align": "center"})
    cells = attrgetter(*(column.key for column in columns))
    single = len(columns) == 1
    write_string, write_number, write_blank = sheet.write_string, sheet.write_number, sheet.write_blank
    at = _HEADER_ROW
    for at, row in enumerate(rows, start=_HEADER_ROW + 1):
        for place, value in enumerate((cells(row),) if single else cells(row)):
            if type(value) is not str and value is not None:
                write_number(at, place, value, number_format)
            elif not value:
                write_blank(at, place, None, text_format)
            # One pass in C; what it lets through needs no closer look, and that is nearly everything.
            elif value.isprintable() and len(value) < _LONGEST_CELL // 2 and value[:3] != "<r>":
                write_string(at, place, value, text_format)
            else:
                _write_text(sheet, at, place, _fitting(value), text_format)
    return at


def _write_text(sheet: Worksheet, at: int, column: int, text: str, text_format: Format) -> None:
    if text.startswith("<r>") and text.endswith("</r>"):
        # XlsxWriter would take such a text for finished XML and copy it into the sheet; in two pieces it stays a text.
        sheet.write_rich_string(at, column, text[:2], text_format, text[2:], text_format)
    else:
        sheet.write_string(at, column, text, text_format)


def _fitting(text: str) -> str:
    """Return text as one cell can hold it: a text beyond Excel's limit is cut, and says so."""
    held = holdable(text)
    if len(held) <= _LONGEST_CELL // 2 or len(held.encode("utf-16-le")) // 2 <= _LONGEST_CELL:
        return held
    room = (_LONGEST_CELL - len(_CUT)) * 2
    return held.encode("utf-16-le")[:room].decode("utf-16-le", "ignore") + _CUT
