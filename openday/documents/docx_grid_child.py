"""Reads the tables of one Word file within limits; run by `docx_grid` in a process of its own, never imported.

The file comes on standard input; one JSON object goes to standard output: `{"tables": [{"rows", "merges", "above"}]}`
or `{"refused": code}` with the codes of `grid.REASONS`. Arguments: bytes of memory, seconds, rows, columns, characters.
The text is read as a stream (ECMA-376 part 1, 17.4): nothing of it is held but what stands in cells.
"""

import io
import json
import resource
import signal
import sys
import zipfile
from typing import Any
from xml.parsers import expat

_NAMESPACES = (
    "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    "http://purl.oclc.org/ooxml/wordprocessingml/main",
)
# What is struck out by a tracked change, written twice for older programs, or no text of the cell at all.
_SKIPPED = frozenset({"moveFrom", "delText", "instrText", "txbxContent", "tabs", "sectPr", "Fallback"})
_BREAKS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
_DEEPEST = 200
_LINES_ABOVE = 20


class Refused(Exception):
    """The file passes one of the limits; the argument is the code."""


class Table:
    """One table while it is read: rows of cells with their spans."""

    def __init__(self, above: list[str]) -> None:
        self.above = above
        self.rows: list[list[str]] = []
        self.row: list[str] = []
        self.row_deleted = False
        self.text: list[str] = []
        self.span, self.down = 1, ""
        # By column, the merged cell that may go on below: the row of its top and its last column.
        self.open_below: dict[int, tuple[int, int]] = {}
        self.areas: dict[tuple[int, int], tuple[int, int]] = {}

    def begin_row(self) -> None:
        """A row begins."""
        self.row, self.row_deleted = [], False

    def begin_cell(self) -> None:
        """A cell begins."""
        self.text, self.span, self.down = [], 1, ""

    def end_cell(self, columns: int) -> None:
        """Put the cell into its columns, and widen or begin the merged area that it belongs to."""
        place, number = len(self.row), len(self.rows)
        if place + self.span > columns:
            raise Refused("columns")
        right = place + self.span - 1
        if self.down == "continue" and place in self.open_below:
            top, last = self.open_below[place]
            self.areas[top, place] = (number, last)
        elif self.down == "restart":
            self.open_below[place] = (number, right)
        else:
            self.open_below.pop(place, None)
        if right > place and self.down != "continue":
            self.areas[number, place] = (number, right)
        self.row += ["".join(self.text).strip("\n"), *[""] * (right - place)]

    def end_row(self, rows: int) -> None:
        """Keep the row, unless a tracked change struck it out."""
        if self.row_deleted:
            return
        if len(self.rows) >= rows:
            raise Refused("rows")
        self.rows.append(self.row)


class Reader:
    """Takes the events of the XML parser and keeps the tables, the innermost open one last in `inside`."""

    def __init__(self, rows: int, columns: int, characters: int) -> None:
        self.rows, self.columns, self.characters = rows, columns, characters
        self.tables: list[Table] = []
        self.inside: list[Table] = []
        self.above: list[str] = []
        self.line: list[str] = []
        self.depth = self.skipping = 0
        self.in_text = self.hidden = self.in_row_properties = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins; `name` is its namespace and tag."""
        self.depth += 1
        if self.depth > _DEEPEST:
            raise Refused("unreadable")
        space, _, tag = name.rpartition(" ")
        if self.skipping:
            self.skipping += 1
        elif tag in _SKIPPED or (tag == "del" and not self.in_row_properties):
            self.skipping = 1
        elif space in _NAMESPACES:
            value = next((text for key, text in attributes.items() if key.endswith(" val")), "")
            self._word_element(tag, value)

    def end(self, name: str) -> None:
        """An element ends."""
        self.depth -= 1
        space, _, tag = name.rpartition(" ")
        if self.skipping:
            self.skipping -= 1
        elif space in _NAMESPACES:
            self._word_end(tag)

    def text(self, said: str) -> None:
        """Characters between two tags."""
        if self.in_text and not self.skipping:
            self._say(said)

    def _say(self, said: str) -> None:
        if self.hidden:
            return
        self.characters -= len(said)
        if self.characters < 0:
            raise Refused("characters")
        (self.inside[-1].text if self.inside else self.line).append(said)

    def _word_element(self, tag: str, value: str) -> None:
        if tag == "t":
            self.in_text = True
        elif tag == "r":
            self.hidden = False
        elif tag == "vanish":
            self.hidden = value not in ("0", "false", "off")
        elif tag in _BREAKS:
            self._say(_BREAKS[tag])
        elif tag == "tbl":
            self.inside.append(Table(self.above))
            self.tables.append(self.inside[-1])
            self.above = []
        elif self.inside:
            self._table_element(self.inside[-1], tag, value)

    def _table_element(self, table: Table, tag: str, value: str) -> None:
        if tag == "tr":
            table.begin_row()
        elif tag == "tc":
            table.begin_cell()
        elif tag == "trPr":
            self.in_row_properties = True
        elif tag == "del":
            table.row_deleted = True
        elif tag == "gridBefore":
            table.row += [""] * _count(value, self.columns)
        elif tag == "gridSpan":
            table.span = max(1, _count(value, self.columns))
        elif tag == "vMerge":
            table.down = "restart" if value == "restart" else "continue"

    def _word_end(self, tag: str) -> None:
        if tag == "t":
            self.in_text = False
        elif tag == "trPr":
            self.in_row_properties = False
        elif tag == "p":
            self._end_paragraph()
        elif self.inside and tag == "tc":
            self.inside[-1].end_cell(self.columns)
        elif self.inside and tag == "tr":
            self.inside[-1].end_row(self.rows)
        elif self.inside and tag == "tbl":
            self.inside.pop()

    def _end_paragraph(self) -> None:
        self.hidden = False
        if self.inside:
            self.inside[-1].text.append("\n")
            return
        line = "".join(self.line).strip()
        if line:
            self.above = [*self.above[1 - _LINES_ABOVE :], line]
        self.line = []


def main(arguments: list[str]) -> None:
    """Read the file on standard input within the limits that `arguments` name."""
    memory, seconds, *limits = arguments
    resource.setrlimit(resource.RLIMIT_AS, (int(memory), int(memory)))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.setitimer(signal.ITIMER_PROF, float(seconds))
    try:
        answer: dict[str, Any] = {"tables": _tables(sys.stdin.buffer.read(), Reader(*map(int, limits)))}
    except Refused as refused:
        answer = {"refused": str(refused)}
    sys.stdout.buffer.write(json.dumps(answer, ensure_ascii=False).encode())


def _tables(data: bytes, reader: Reader) -> list[dict[str, Any]]:
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = reader.start, reader.end
    parser.CharacterDataHandler = reader.text
    # Entities need a document type, and no Word file has one.
    parser.StartDoctypeDeclHandler = _refuse_doctype
    with zipfile.ZipFile(io.BytesIO(data)) as package, package.open("word/document.xml") as member:
        parser.ParseFile(member)
    return [
        {"rows": _even(table.rows), "merges": list(table.areas.items()), "above": table.above}
        for table in reader.tables
        if any(any(row) for row in table.rows)
    ]


def _refuse_doctype(*_: Any) -> None:
    raise Refused("unreadable")


def _even(rows: list[list[str]]) -> list[list[str]]:
    width = max(map(len, rows))
    return [row + [""] * (width - len(row)) for row in rows]


def _count(value: str, most: int) -> int:
    """A number of columns as written; 0 for what is none."""
    number = int(value) if value.isascii() and value.isdigit() and len(value) < 6 else 0
    if number > most:
        raise Refused("columns")
    return number


if __name__ == "__main__":
    main(sys.argv[1:])
