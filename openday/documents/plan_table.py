"""Reads filled-in tables of plans (计划表、汇总表) from .csv, .xlsx, .docx and what can be made into them.

Nothing is judged here: cells come back as written, for the fuzzy date, the audience and the reviewer to understand.
"""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from openday.documents.csv_export import safe_cell
from openday.documents.docx_grid import read_docx_tables
from openday.documents.grid import MAX_BYTES, MAX_COLUMNS, MAX_ROWS, REASONS, Sheet, TableRefused, decoded
from openday.documents.legacy_office import ConversionRefused, convert
from openday.documents.plan_columns import (
    KEYS,
    ColumnMatch,
    agency_above,
    is_footer,
    is_running_number,
    is_sample,
    match_columns,
)
from openday.documents.plan_header import Header, find_header
from openday.documents.xlsx_grid import read_xlsx
from openday.rules.privacy import plain_text

__all__ = ["ColumnMatch", "PlanTable", "TableCells", "TablePart", "TableRefused", "TableRow", "read_plan_table"]

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
_FORM_ROWS, _FEWEST_LABELS = 20, 3
_NAME_AND_NUMBER = re.compile(r"([^0-9+(（]{2,60}?)[\s,，、:：;；/]*([0-9+(（][0-9\-—－ ()（）转+,，、/;；]{5,80})")
_NO_HEADER = "前10行内没有找到表头，表头应包含“活动主题”“开展时间”等列名，至少两列"


@dataclass(frozen=True)
class TableCells:
    """How the cells of a row are taken: `columns` as found, `agency` printed above the table for all of its rows."""

    columns: tuple[ColumnMatch, ...]
    agency: str = ""

    def of(self, raw: Sequence[str]) -> dict[str, str]:
        """Text by canonical key, every key present, empty where the row says nothing."""
        return _cells(self.columns, _plain(raw), self.agency)


@dataclass(frozen=True)
class TableRow:
    """One plan. `part`: which sheet or table of the file it stands in, from 0. `line`: its number as a spreadsheet
    shows it, from 1. `raw`: all cells of the row as in the file; `taken`: how they are taken."""

    part: int
    line: int
    raw: tuple[str, ...]
    taken: TableCells

    @property
    def cells(self) -> dict[str, str]:
        """Text by canonical key, every key present; made anew each time, so that a long table is held only once."""
        return self.taken.of(self.raw)


@dataclass(frozen=True)
class TablePart:
    """One sheet of a workbook or table of a text. `taken`: its headers and what each was taken for. `notes`: lines
    below or between the plans that are no plans (备注, 合计, 填表人). `preamble`: lines above the header."""

    name: str
    taken: TableCells
    rows: tuple[TableRow, ...]
    notes: tuple[str, ...]
    preamble: tuple[str, ...] = ()


@dataclass(frozen=True)
class PlanTable:
    """Everything in a file that is a table of plans, at least one. `unread`: names of sheets or tables with text that
    were not read, about which the reader must be told."""

    parts: tuple[TablePart, ...]
    unread: tuple[str, ...] = ()

    @property
    def rows(self) -> tuple[TableRow, ...]:
        """The plans of all parts."""
        return tuple(row for part in self.parts for row in part.rows)

    @property
    def columns(self) -> tuple[ColumnMatch, ...]:
        """The columns of the first part."""
        return self.parts[0].taken.columns

    @property
    def notes(self) -> tuple[str, ...]:
        """The notes of all parts."""
        return tuple(note for part in self.parts for note in part.notes)

    @property
    def preamble(self) -> tuple[str, ...]:
        """What stands above the first part."""
        return self.parts[0].preamble


def read_plan_table(data: bytes, filename: str) -> PlanTable:
    """Read the tables in the bytes of an uploaded file; the ending of `filename` says which kind it claims to be.

    .csv in UTF-8 (with or without byte order mark) or GB18030; .xlsx and .docx without macros or password; .xls and
    .doc where LibreOffice is installed. A header stands in the first ten rows of its sheet. Raises TableRefused with
    the reason for anything else, for more than 5 MB, 20,000 rows or 60 columns. Takes two seconds of computing at most,
    whatever the bytes are (converting an old file aside).
    """
    if len(data) > MAX_BYTES:
        raise TableRefused(REASONS["size"])
    if not data.strip():
        raise TableRefused("文件是空的，请选择填写好的表格")
    data, name = _converted(data, filename)
    if name.endswith(".csv"):
        return _read_csv(data)
    if name.endswith(".xlsx"):
        return _tables(read_xlsx(data))
    if name.endswith(".docx"):
        return _tables(read_docx_tables(data))
    raise TableRefused("只能读取 .xlsx、.docx 或 .csv 表格，请另存为其中一种后上传")


def _converted(data: bytes, filename: str) -> tuple[bytes, str]:
    """The file and its name in small letters; an old one in its new form, where that can be done."""
    name = filename.lower()
    if not name.endswith((".xls", ".doc")):
        return data, name
    try:
        converted, new_name = convert(data, filename)
    except ConversionRefused as refused:
        raise TableRefused(str(refused)) from refused
    return converted, new_name.lower()


def _read_csv(data: bytes) -> PlanTable:
    if data.startswith(_FOREIGN_MAGIC):
        raise TableRefused("文件内容与扩展名不符，请用表格软件另存为 .csv 后上传")
    text = decoded(data)
    broken = None
    for delimiter in _DELIMITERS:
        try:
            sheet = Sheet("", tuple(_csv_rows(text, delimiter)))
        except csv.Error as error:
            # A quotation mark may be an ordinary character between other delimiters: try those before giving up.
            broken = broken or error
            continue
        if _is_form(sheet) or find_header(sheet) is not None:
            return _tables([sheet])
    if broken is not None:
        if str(broken).startswith("field larger"):
            raise TableRefused("有单元格的文字过长或引号没有成对，请检查后上传") from broken
        raise TableRefused("表格无法读取，有单元格的引号没有成对，请用表格软件打开并另存为 .csv 后上传") from broken
    raise TableRefused(_NO_HEADER)


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


def _tables(sheets: Sequence[Sheet]) -> PlanTable:
    parts: list[TablePart] = []
    unread: list[str] = []
    for sheet in sheets:
        header = None if is_sample(sheet.name) or _is_form(sheet) else find_header(sheet)
        if header is None:
            unread.append(sheet.name)
        else:
            parts.append(_part(len(parts), sheet, header))
    if not parts:
        raise TableRefused(_no_table(sheets))
    return PlanTable(tuple(parts), tuple(unread))


def _no_table(sheets: Sequence[Sheet]) -> str:
    if not sheets:
        return "表格是空的，请选择填写好的表格"
    if any(_is_form(sheet) for sheet in sheets):
        return "文件里是报送表，不是一行一个计划的表格，请改用“上传 Word 报送表”"
    return _NO_HEADER


def _is_form(sheet: Sheet) -> bool:
    """Whether a table is the form of one plan: its labels stand below one another, where a list has its numbers."""
    first = (row[0] for row in sheet.rows[:_FORM_ROWS] if row)
    return len({column.key for column in match_columns(tuple(dict.fromkeys(first)))} - {None}) >= _FEWEST_LABELS


def _part(number: int, sheet: Sheet, header: Header) -> TablePart:
    """Tell plans from notes below the header of a sheet."""
    columns = header.columns
    above = (*sheet.above, *filter(None, (_joined(row) for row in sheet.rows[: header.first])))
    taken = TableCells(columns, "" if any(column.key == "agency" for column in columns) else agency_above(above))
    merged = _merged_below(sheet, header.last)
    rows, notes = [], []
    for index, row in enumerate(sheet.rows[header.last + 1 :], start=header.last + 1):
        full = tuple(cell or merged.get((index, place), "") for place, cell in enumerate(row)) if merged else row
        texts = _plain(full)
        if row == sheet.rows[header.first] or not _filled(columns, texts if full is row else _plain(row)):
            continue
        filled = _filled(columns, texts)
        if len(filled) == 1 or is_footer(filled):
            notes.append(_joined(row))
        else:
            rows.append(TableRow(number, index + 1, full, taken))
    return TablePart(sheet.name, taken, tuple(rows), tuple(notes), above)


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
        if header < top < len(sheet.rows) and left < len(sheet.rows[top]) and sheet.rows[top][left]:
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
    if not cells["phone"] and cells["contact"]:
        cells["contact"], cells["phone"] = _contact_and_phone(cells["contact"])
    return cells


def _contact_and_phone(text: str) -> tuple[str, str]:
    """Name and telephone where one column holds both (联系人及联系方式); the name alone where it does not."""
    match = _NAME_AND_NUMBER.fullmatch(text) if len(text) < 200 else None
    return (match[1].strip(), match[2].strip()) if match else (text, "")


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
