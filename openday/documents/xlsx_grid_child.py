"""Reads one workbook in a process of its own, with little memory and little time; run by `xlsx_grid`, never imported.

A small workbook can be written so that reading it needs gigabytes: two cells far apart, one long text used by a million
cells, a member that inflates past what it declares. Here that ends this process only. The workbook comes on standard
input; lines of JSON go to standard output: for each sheet `{"name", "merges"}` and then its rows as lists of text, or
in the end `{"refused": code}` with the codes of `grid.REASONS`. Limits come as arguments: bytes of memory, seconds,
rows, columns, characters.
"""

import io
import json
import re
import resource
import signal
import sys
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import IO, Any

import python_calamine
from defusedxml.ElementTree import fromstring, iterparse

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
# Date formats of Chinese Excel that have a number and no written code (ECMA-376 part 1, 18.8.30).
_BUILT_IN = dict.fromkeys((17, 27, 36, 50, 52, 57), "ym") | dict.fromkeys((16, 28, 29, 51, 53, 54, 58), "md")
_UNSPOKEN = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.|ddd+|aaa+')

Cell = str | int | float | bool | date | time | datetime | timedelta
Shown = dict[tuple[int, int], str]


class Refused(Exception):
    """The workbook passes one of the limits; the argument is the code."""


def main(arguments: list[str]) -> None:
    """Read the workbook on standard input within the limits that `arguments` name."""
    memory, seconds, *limits = arguments
    resource.setrlimit(resource.RLIMIT_AS, (int(memory), int(memory)))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.setitimer(signal.ITIMER_PROF, float(seconds))
    encode = json.JSONEncoder(ensure_ascii=False).encode
    try:
        for line in _lines(sys.stdin.buffer.read(), *map(int, limits)):
            sys.stdout.buffer.write(encode(line).encode() + b"\n")
    except Refused as refused:
        sys.stdout.buffer.write(json.dumps({"refused": str(refused)}).encode())
    except python_calamine.PasswordError:
        sys.stdout.buffer.write(json.dumps({"refused": "password"}).encode())


def _lines(data: bytes, rows: int, columns: int, characters: int) -> Iterator[dict[str, Any] | list[str]]:
    """Every visible worksheet: its name and merged areas, then its rows as text from its first row and column."""
    with python_calamine.load_workbook(io.BytesIO(data)) as workbook:
        for index, about in enumerate(workbook.sheets_metadata):
            if (
                about.typ != python_calamine.SheetTypeEnum.WorkSheet
                or about.visible != python_calamine.SheetVisibleEnum.Visible
            ):
                continue
            sheet = workbook.get_sheet_by_index(index)
            if sheet.end is None:
                continue
            if sheet.end[0] >= rows:
                raise Refused("rows")
            if sheet.end[1] >= columns:
                raise Refused("columns")
            yield {"name": about.name, "merges": sheet.merged_cell_ranges or []}
            shown = _shown_parts(data, about.name)
            left = sheet.start[1] if sheet.start else 0  # rows are counted from the top, cells from the first in use
            for number, row in enumerate(sheet.iter_rows()):
                texts = [_as_text(cell, shown.get((number, place))) for place, cell in enumerate(row, start=left)]
                characters -= sum(map(len, texts))
                if characters < 0:
                    raise Refused("characters")
                yield [*[""] * left, *texts]


def _as_text(cell: Cell, shown: str | None) -> str:
    """A cell as a person would have typed it; `shown` says which parts of a date the sheet displays."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float):
        return f"{cell:.0f}" if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, date):
        return _date_text(cell, shown or "ymd")
    if isinstance(cell, time):
        return f"{cell.hour}:{cell.minute:02}"
    if isinstance(cell, timedelta):
        hours, minutes = divmod(int(cell.total_seconds()) // 60, 60)
        return f"{hours}:{minutes:02}"
    return str(cell)


def _date_text(day: date, shown: str) -> str:
    text = (f"{day.year}年" if "y" in shown else "") + f"{day.month}月" + (f"{day.day}日" if "d" in shown else "")
    if isinstance(day, datetime) and (day.hour or day.minute):
        text += f"{day.hour}:{day.minute:02}"
    return text


def _shown_parts(data: bytes, sheet_name: str) -> Shown:
    """For cells that display only part of their date, which part: `ym` or `md`, by row and column from 0.

    Somebody who types 2026年9月 gets 2026-09-01 stored with a format that shows no day. Printing that day would
    make the plan more exact than it was; the same goes for 9月16日, where the program adds the year of typing.
    """
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        partial = _partial_styles(package)
        path = _sheet_path(package, sheet_name)
        if not partial or path is None:
            return {}
        with package.open(path) as member:
            return _styled_cells(member, partial)


def _styled_cells(member: IO[bytes], partial: dict[str, str]) -> Shown:
    shown: Shown = {}
    for _, element in iterparse(member, events=("end",)):
        if element.tag == f"{_MAIN}c":
            part, place = partial.get(element.get("s", "")), _place(element.get("r", ""))
            if part and place and element.find(f"{_MAIN}v") is not None:
                shown[place] = part
        if element.tag == f"{_MAIN}row":
            element.clear()
    return shown


def _partial_styles(package: zipfile.ZipFile) -> dict[str, str]:
    """The cell styles (by index, as text) whose number format shows only part of a date."""
    if "xl/styles.xml" not in package.namelist():
        return {}
    styles = fromstring(package.read("xl/styles.xml"))
    written = {
        number.get("numFmtId", ""): _parts_of(number.get("formatCode", ""))
        for number in styles.iterfind(f"{_MAIN}numFmts/{_MAIN}numFmt")
    }
    built_in = {str(number): part for number, part in _BUILT_IN.items()}
    known = {number: part for number, part in (built_in | written).items() if part in ("ym", "md")}
    formats = (style.get("numFmtId", "") for style in styles.iterfind(f"{_MAIN}cellXfs/{_MAIN}xf"))
    return {str(index): known[number] for index, number in enumerate(formats) if number in known}


def _parts_of(code: str) -> str:
    """Which of year, month and day a format code shows, such as `ym` for yyyy"年"m"月"; empty when it shows a time."""
    spoken = _UNSPOKEN.sub("", code.split(";")[0]).lower()
    if "h" in spoken or "s" in spoken or "m" not in spoken:
        return ""
    return "".join(letter for letter in "ymd" if letter in spoken)


def _sheet_path(package: zipfile.ZipFile, sheet_name: str) -> str | None:
    """Where in the package the sheet lies; None when it cannot be told."""
    try:
        relations = fromstring(package.read("xl/_rels/workbook.xml.rels"))
        targets = {relation.get("Id"): relation.get("Target", "") for relation in relations}
        for sheet in fromstring(package.read("xl/workbook.xml")).iterfind(f"{_MAIN}sheets/{_MAIN}sheet"):
            if sheet.get("name") == sheet_name:
                target = targets.get(sheet.get(_RELATION), "")
                path = target.removeprefix("/") if target.startswith("/") else f"xl/{target}"
                return path if path in package.namelist() else None
    except KeyError:
        return None
    return None


def _place(reference: str) -> tuple[int, int] | None:
    """`B3` as (2, 1); None for what is not a reference."""
    match = re.fullmatch(r"([A-Z]{1,3})([0-9]{1,7})", reference)
    if match is None:
        return None
    column = 0
    for letter in match[1]:
        column = column * 26 + ord(letter) - ord("A") + 1
    return int(match[2]) - 1, column - 1


if __name__ == "__main__":
    main(sys.argv[1:])
