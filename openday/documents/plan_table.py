"""Reads a filled-in table of plans (计划表、汇总表) from .csv or .xlsx, whatever its columns are called.

Nothing is judged here: cells come back as written, for the fuzzy date, the audience and the reviewer to understand.
"""

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from openday.documents.csv_export import safe_cell
from openday.documents.plan_columns import KEYS, ColumnMatch, agency_above, is_footer, is_running_number, match_columns
from openday.documents.xlsx_grid import MAX_BYTES, MAX_COLUMNS, MAX_ROWS, REASONS, Sheet, TableRefused, read_xlsx
from openday.rules.privacy import plain_text

__all__ = ["ColumnMatch", "PlanTable", "TableRefused", "TableRow", "read_plan_table"]

_HEADER_WITHIN = 10
_FEWEST_COLUMNS = 2
_FOREIGN_MAGIC = (
    b"PK\x03\x04",
    b"\xd0\xcf\x11\xe0",
    b"%PDF",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"\x1f\x8b",
    b"{\\rtf",
)
_DELIMITERS = (",", "\t", ";", "，")
_WHOLE_FLOAT = re.compile(r"([0-9]+)\.0+")
_EXPONENT = re.compile(r"[0-9](\.[0-9]+)?[eE]\+?[0-9]{1,2}")
_NO_HEADER = "前10行内没有找到表头，表头应包含“活动主题”“开展时间”等列名，至少两列"


@dataclass(frozen=True)
class TableRow:
    """One plan. `line`: the row's number as a spreadsheet shows it, from 1. `cells`: text by canonical key, every key
    present, empty where the table says nothing. `raw`: all cells of the row as in the file."""

    line: int
    cells: Mapping[str, str]
    raw: tuple[str, ...]


@dataclass(frozen=True)
class PlanTable:
    """A table of plans. `columns`: its headers and what each was taken for. `notes`: lines below or between the plans
    that are no plans (备注, 合计, 填表人). `preamble`: lines above the header. `unread_sheets`: worksheets with text
    that were not read, about which the reader must be told."""

    columns: tuple[ColumnMatch, ...]
    rows: tuple[TableRow, ...]
    notes: tuple[str, ...]
    preamble: tuple[str, ...] = ()
    unread_sheets: tuple[str, ...] = ()


def read_plan_table(data: bytes, filename: str) -> PlanTable:
    """Read a table from the bytes of an uploaded file; the ending of `filename` says which kind it claims to be.

    .csv in UTF-8 (with or without byte order mark) or GB18030; .xlsx without macros or password. The header must stand
    in the first ten rows. Raises TableRefused with the reason for anything else, for more than 5 MB, 20,000 rows or
    60 columns. Takes 30 seconds at most, whatever the bytes are.
    """
    if len(data) > MAX_BYTES:
        raise TableRefused(REASONS["size"])
    name = filename.lower()
    if not data.strip():
        raise TableRefused("文件是空的，请选择填写好的表格")
    if name.endswith(".csv"):
        return _read_csv(data)
    if name.endswith(".xlsx"):
        return _read_workbook(data)
    raise TableRefused("只能读取 .xlsx 或 .csv 表格，请另存为其中一种后上传")


def _read_csv(data: bytes) -> PlanTable:
    if data.startswith(_FOREIGN_MAGIC):
        raise TableRefused("文件内容与扩展名不符，请用表格软件另存为 .csv 后上传")
    text = _decoded(data)
    broken = None
    for delimiter in _DELIMITERS:
        try:
            sheet = Sheet("", tuple(_csv_rows(text, delimiter)))
        except csv.Error as error:
            # A quotation mark may be an ordinary character between other delimiters: try those before giving up.
            broken = broken or error
            continue
        if _header_at(sheet) is not None:
            return _table(sheet, ())
    if broken is not None:
        if str(broken).startswith("field larger"):
            raise TableRefused("有单元格的文字过长或引号没有成对，请检查后上传") from broken
        raise TableRefused("表格无法读取，有单元格的引号没有成对，请用表格软件打开并另存为 .csv 后上传") from broken
    raise TableRefused(_NO_HEADER)


def _decoded(data: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise TableRefused("文件的文字编码无法识别，请另存为 UTF-8 编码的 .csv 后上传")


def _csv_rows(text: str, delimiter: str) -> Iterable[tuple[str, ...]]:
    for number, row in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)):
        while row and not row[-1].strip():
            row.pop()
        if number >= MAX_ROWS:
            raise TableRefused(REASONS["rows"])
        if len(row) > MAX_COLUMNS:
            raise TableRefused(REASONS["columns"])
        yield tuple(map(_without_escape, row))


def _without_escape(cell: str) -> str:
    """Take off the apostrophe by which our own exports keep a spreadsheet from running a cell, and no other."""
    bare = cell.removeprefix("'")
    return bare if bare != cell and safe_cell(bare) == cell else cell


def _read_workbook(data: bytes) -> PlanTable:
    sheets = read_xlsx(data)
    for number, sheet in enumerate(sheets):
        if _header_at(sheet) is not None:
            others = (other.name for place, other in enumerate(sheets) if place != number)
            return _table(sheet, tuple(others))
    raise TableRefused(_NO_HEADER if sheets else "表格是空的，请选择填写好的表格")


def _header_at(sheet: Sheet) -> int | None:
    """The index of the header: of the first ten rows the one in which the most columns are recognised."""
    known = [len({column.key for column in match_columns(row)} - {None}) for row in sheet.rows[:_HEADER_WITHIN]]
    best = max(known, default=0)
    return known.index(best) if best >= _FEWEST_COLUMNS else None


def _table(sheet: Sheet, unread: tuple[str, ...]) -> PlanTable:
    """Tell plans from notes below the header of a sheet that has one."""
    header = _header_at(sheet) or 0
    width = max(map(len, sheet.rows))
    columns = match_columns(sheet.rows[header] + ("",) * (width - len(sheet.rows[header])))
    preamble = tuple(filter(None, (_joined(row) for row in sheet.rows[:header])))
    agency = "" if any(column.key == "agency" for column in columns) else agency_above(preamble)
    merged = _merged_below(sheet, header)
    rows, notes = [], []
    for index, row in enumerate(sheet.rows[header + 1 :], start=header + 1):
        if row == sheet.rows[header] or not _filled(columns, _plain(row)):
            continue
        full = tuple(cell or merged.get((index, place), "") for place, cell in enumerate(row))
        texts = _plain(full)
        filled = _filled(columns, texts)
        if len(filled) == 1 or is_footer(filled):
            notes.append(_joined(row))
        else:
            rows.append(TableRow(index + 1, _cells(columns, texts, agency), full))
    return PlanTable(columns, tuple(rows), tuple(notes), preamble, unread)


def _plain(row: Sequence[str]) -> tuple[str, ...]:
    return tuple(plain_text(cell, lines=True) for cell in row)


def _filled(columns: Sequence[ColumnMatch], texts: Sequence[str]) -> list[str]:
    """The cells of a cleaned row in which something stands, its running number left aside."""
    pairs = zip(columns, texts, strict=False)
    return [text for column, text in pairs if text and not (column.numbers_rows and is_running_number(text))]


def _merged_below(sheet: Sheet, header: int) -> dict[tuple[int, int], str]:
    """What stands in cells merged downwards below the header: one agency beside several of its plans is stored once."""
    texts = {}
    for (top, left), (bottom, _) in sheet.merges:
        if header < top < len(sheet.rows) and left < len(sheet.rows[top]):
            for index in range(top + 1, min(bottom, len(sheet.rows) - 1) + 1):
                texts[index, left] = sheet.rows[top][left]
    return texts


def _cells(columns: Sequence[ColumnMatch], texts: Sequence[str], agency: str) -> dict[str, str]:
    cells = dict.fromkeys(KEYS, "")
    for column, text in zip(columns, texts, strict=False):
        if column.key is None or not text:
            continue
        if column.key == "phone":
            text = _restored_phone(text)
        # Two columns with one key (participants, and how many of them) say one thing together.
        cells[column.key] = f"{cells[column.key]}，{text}" if cells[column.key] else text
    cells["agency"] = cells["agency"] or agency
    return cells


def _restored_phone(text: str) -> str:
    """Undo what spreadsheets do to long numbers, where no digit is lost: 13800000000.0, 1.3800000000E+10."""
    text = re.sub(r"^'(?=[0-9+])", "", text)
    whole = _WHOLE_FLOAT.fullmatch(text)
    if whole:
        return whole[1]
    if _EXPONENT.fullmatch(text):
        try:
            number = Decimal(text)
        except InvalidOperation:
            return text
        digits = len(number.as_tuple().digits)
        # 1.38E+10 has forgotten eight digits: leave it as it is, so that somebody sees it.
        if number == number.to_integral_value() and digits == number.adjusted() + 1:
            return f"{number:f}"
    return text


def _joined(row: Sequence[str]) -> str:
    return " ".join(filter(None, _plain(row)))
