"""The text of a Word package as a reader of the printed page sees it, tracked changes accepted.

A stream of XML events builds paragraphs, tables and cells (ECMA-376 part 1, chapter 17); nothing else is kept, so that
memory follows the text and not the markup. Dropped: deleted and moved-away text, hidden text, placeholders of content
controls, field codes, comments, notes, and the second copy of whatever is stored twice (mc:AlternateContent).
"""

import re
import zipfile
from collections.abc import Callable, Mapping
from xml.parsers import expat

from openday.documents.form_reading.blocks import Block, Cell, Table, WordText
from openday.documents.form_reading.package import PackageRefused, document_part, parse_xml, read_part, relations
from openday.documents.form_reading.word_names import (
    EMPTY_BOX,
    LEFT_OUT,
    MARKS_IN_RUNS,
    MAX_DEPTH,
    NAMES,
    RELATIONS,
    SYMBOLS,
    TICKED,
    UNKNOWN,
    XML_SPACE,
    Attributes,
    attribute,
    is_on,
    number,
)  # fmt: skip
from openday.documents.form_reading.word_parts import FormField, OpenCell, OpenParagraph, OpenRow
from openday.documents.form_reading.word_styles import Styles

MAX_ELEMENTS = 250_000
MAX_PARAGRAPHS = 30_000
MAX_CELLS = 20_000
MAX_CHARACTERS = 500_000
MAX_PICTURES = 200
_MAX_SPAN = 100
_MAX_HEADERS = 12
_MAX_STYLES = 4 * 1024 * 1024


def read_word(package: zipfile.ZipFile) -> WordText:
    """The body and the page headers. Raises PackageRefused for what is broken, too large or made to do harm."""
    main = document_part(package)
    related = relations(package, main)
    styles = Styles()
    for relation in related.values():
        if relation.kind == "styles" and relation.target in package.namelist():
            styles.read(read_part(package, relation.target, _MAX_STYLES))
    # Names come from the file, and go to another process as arguments: only those that the package really has.
    names = frozenset(package.namelist())
    pictures = {
        key: relation.target
        for key, relation in related.items()
        if relation.kind == "image" and relation.target in names
    }
    body = _Builder(styles, pictures).read(read_part(package, main))
    headers = [relation.target for relation in related.values() if relation.kind == "header"]
    above: list[Block] = []
    for name in headers[:_MAX_HEADERS]:
        if name in package.namelist():
            above += _Builder(styles, {}).read(read_part(package, name))
    return WordText(body, above)


# Symbols of faces like Wingdings are typed as characters of private use.
_PRIVATE = re.compile("[\uf020-\uf0ff]")


def _shown(code: int, face: str) -> str:
    """A tick or a box, by its code in a symbol face; UNKNOWN for anything else."""
    faces = [SYMBOLS[face.lower()]] if face.lower() in SYMBOLS else list(SYMBOLS.values())
    return next((symbols[code] for symbols in faces if code in symbols), UNKNOWN)


class _Builder:
    """Builds the blocks of one part from its XML events."""

    def __init__(self, styles: Styles, pictures: Mapping[str, str]) -> None:
        self._styles, self._pictures = styles, pictures
        self._elements = self._begun = self._columns = self._characters = 0
        self._read = 0  # pieces of text, pictures: tells whether a branch had anything in it
        self._path: list[str] = []
        self._skipping = 0
        self._mutes: list[int] = []
        self._containers: list[list[Block]] = [[]]
        self._paragraphs: list[OpenParagraph] = []
        self._tables: list[Table] = []
        self._rows: list[OpenRow] = []
        self._open_cells: list[OpenCell] = []
        self._hidden: list[bool] = []
        self._controls: list[bool] = []
        self._branches: list[tuple[int, bool]] = []
        self._fields: list[FormField] = []
        self._text: list[str] | None = None
        self._keeps_space = False
        self._face = ""

    def read(self, content: bytes) -> list[Block]:
        """The blocks of the part."""
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters_read
        parse_xml(content, self._start, parser)
        return self._containers[0]

    def _start(self, name: str, attributes: Attributes) -> None:
        self._elements += 1
        if self._elements > MAX_ELEMENTS or len(self._path) > MAX_DEPTH:
            raise PackageRefused("complex")
        short = NAMES.get(name, "")
        self._path.append(short)
        if self._skipping:
            self._skipping += 1
        elif short in LEFT_OUT:
            self._skipping = 1
        elif short:
            handler = _STARTS.get(short)
            if handler:
                handler(self, attributes)

    def _end(self, _: str) -> None:
        depth = len(self._path)
        short = self._path.pop()
        if self._skipping:
            self._skipping -= 1
            return
        handler = _ENDS.get(short)
        if handler:
            handler(self)
        if self._mutes and self._mutes[-1] == depth:
            self._mutes.pop()

    def _characters_read(self, text: str) -> None:
        if self._text is not None and not self._skipping:
            self._text.append(text)

    # Text

    def _emit(self, text: str) -> None:
        if not text or self._mutes or not self._paragraphs or any(self._hidden):
            return
        self._characters += len(text)
        if self._characters > MAX_CHARACTERS:
            raise PackageRefused("characters")
        self._read += 1
        self._paragraphs[-1].pieces.append(text)

    def _start_text(self, attributes: Attributes) -> None:
        self._text = []
        self._keeps_space = attributes.get(XML_SPACE) == "preserve"

    def _end_text(self) -> None:
        text = "".join(self._text or ())
        self._text = None
        text = _PRIVATE.sub(lambda found: _shown(ord(found[0]) & 0xFF, self._face), text)
        self._emit(text if self._keeps_space else text.strip(" \t\r\n"))

    def _mark(self, _: Attributes) -> None:
        # The same names stand for the stops of a ruler in the properties of paragraphs.
        if self._path[-2:-1] == ["w:r"]:
            self._emit(MARKS_IN_RUNS[self._path[-1]])

    def _symbol(self, attributes: Attributes) -> None:
        code = attribute(attributes, "char")[-2:]
        known = len(code) == 2 and set(code.lower()) <= set("0123456789abcdef")
        self._emit(_shown(int(code, 16) if known else 0, attribute(attributes, "font")))

    def _face_of_run(self, attributes: Attributes) -> None:
        if self._path[-3:-1] == ["w:r", "w:rPr"]:
            self._face = attribute(attributes, "ascii") or attribute(attributes, "hAnsi")

    def _start_run(self, _: Attributes) -> None:
        self._face = ""
        self._hidden.append(bool(self._paragraphs) and self._paragraphs[-1].hidden)

    def _end_run(self) -> None:
        self._hidden.pop()

    def _vanish(self, attributes: Attributes) -> None:
        if self._path[-3:-1] == ["w:r", "w:rPr"]:
            self._hidden[-1] = is_on(attributes)

    def _run_style(self, attributes: Attributes) -> None:
        if self._path[-3:-1] == ["w:r", "w:rPr"] and attribute(attributes, "val") in self._styles.hidden:
            self._hidden[-1] = True

    def _picture(self, attributes: Attributes) -> None:
        key = attribute(attributes, "embed", RELATIONS) or attribute(attributes, "id", RELATIONS)
        if key in self._pictures and self._paragraphs and not self._mutes and not any(self._hidden):
            self._read += 1
            if self._read > MAX_ELEMENTS or len(self._paragraphs[-1].pictures) >= MAX_PICTURES:
                raise PackageRefused("complex")
            self._paragraphs[-1].pictures.append(self._pictures[key])

    # Paragraphs and what holds them

    def _start_paragraph(self, _: Attributes) -> None:
        self._begun += 1
        if self._begun > MAX_PARAGRAPHS:
            raise PackageRefused("complex")
        self._paragraphs.append(OpenParagraph())

    def _end_paragraph(self) -> None:
        paragraph = self._paragraphs.pop()
        paragraph.text = "".join(paragraph.pieces)
        paragraph.pieces = []
        into = self._containers[-1]
        before = into[-1] if into else None
        if isinstance(before, OpenParagraph) and before.joins_next:
            before.text += paragraph.text
            before.pictures += paragraph.pictures
            before.numbered = before.numbered or paragraph.numbered
            before.joins_next = paragraph.joins_next
        else:
            into.append(paragraph)
        into += paragraph.behind

    def _paragraph_style(self, attributes: Attributes) -> None:
        if self._paragraphs:
            style = attribute(attributes, "val")
            self._paragraphs[-1].hidden = style in self._styles.hidden
            self._paragraphs[-1].numbered = style in self._styles.numbered

    def _numbering(self, attributes: Attributes) -> None:
        if self._paragraphs:
            self._paragraphs[-1].numbered = attribute(attributes, "val") != "0"

    def _removed(self, _: Attributes) -> None:
        """Deleted or moved away: text, the end of a paragraph, or a row of a table."""
        if self._path[-3:-1] == ["w:pPr", "w:rPr"] and self._paragraphs:
            self._paragraphs[-1].joins_next = True
        elif self._path[-2:-1] == ["w:trPr"] and self._rows:
            self._rows[-1].deleted = True
        else:
            self._mutes.append(len(self._path))

    def _start_text_box(self, _: Attributes) -> None:
        self._containers.append([])

    def _end_text_box(self) -> None:
        inside = self._containers.pop()
        into = self._paragraphs[-1].behind if self._paragraphs else self._containers[-1]
        into += inside

    def _start_control(self, _: Attributes) -> None:
        self._controls.append(False)

    def _end_control(self) -> None:
        self._controls.pop()

    def _placeholder(self, attributes: Attributes) -> None:
        if self._controls and self._path[-2:-1] == ["w:sdtPr"]:
            self._controls[-1] = is_on(attributes)

    def _start_control_content(self, _: Attributes) -> None:
        # Muted rather than skipped: the control may hold a whole cell, and the row needs its cells.
        if self._controls and self._controls[-1]:
            self._mutes.append(len(self._path))

    # What is stored twice

    def _start_branches(self, _: Attributes) -> None:
        self._branches.append((self._read, False))

    def _end_branches(self) -> None:
        self._branches.pop()

    def _start_branch(self, _: Attributes) -> None:
        """Take the first branch that says anything."""
        if self._branches and self._read > self._branches[-1][0]:
            self._skipping = 1

    # Old form fields

    def _field(self, attributes: Attributes) -> None:
        kind = attribute(attributes, "fldCharType")
        if kind == "begin":
            self._fields.append(FormField(read_before=self._read))
        elif kind == "end" and self._fields:
            ended = self._fields.pop()
            if self._read == ended.read_before and ended.chosen < len(ended.entries):
                self._emit(ended.entries[ended.chosen])

    def _box_default(self, attributes: Attributes) -> None:
        if self._fields and self._path[-2:-1] == ["w:checkBox"]:
            self._fields[-1].default = is_on(attributes)

    def _box_checked(self, attributes: Attributes) -> None:
        if self._fields and self._path[-2:-1] == ["w:checkBox"]:
            self._fields[-1].checked = is_on(attributes)

    def _end_box(self) -> None:
        if self._fields:
            box = self._fields[-1]
            self._emit(TICKED if (box.default if box.checked is None else box.checked) else EMPTY_BOX)

    def _list_result(self, attributes: Attributes) -> None:
        if self._fields and self._path[-2:-1] == ["w:ddList"]:
            self._fields[-1].chosen = number(attribute(attributes, "val"))

    def _list_entry(self, attributes: Attributes) -> None:
        if self._fields and self._path[-2:-1] == ["w:ddList"]:
            self._fields[-1].entries.append(attribute(attributes, "val"))

    # Tables

    def _start_table(self, _: Attributes) -> None:
        self._tables.append(Table())

    def _end_table(self) -> None:
        self._containers[-1].append(self._tables.pop())

    def _start_row(self, _: Attributes) -> None:
        self._rows.append(OpenRow())

    def _end_row(self) -> None:
        row = self._rows.pop()
        if row.deleted or not self._tables:
            return
        column = row.before
        self._columns += column + sum(cell.span for cell in row.cells)
        if self._columns > MAX_CELLS:
            raise PackageRefused("cells")
        cells: list[Cell] = []
        for cell in row.cells:
            if cell.joins_left and cells:
                cells[-1].span += cell.span
                cells[-1].blocks += cell.blocks
            elif not cell.deleted:
                cell.column = column
                cells.append(cell)
            column += 0 if cell.deleted else cell.span
        if cells:
            self._tables[-1].rows.append(cells)

    def _grid_before(self, attributes: Attributes) -> None:
        if self._rows:
            self._rows[-1].before = min(_MAX_SPAN, number(attribute(attributes, "val")))

    def _start_cell(self, _: Attributes) -> None:
        cell = OpenCell()
        self._open_cells.append(cell)
        self._containers.append(cell.blocks)

    def _end_cell(self) -> None:
        self._containers.pop()
        cell = self._open_cells.pop()
        if self._rows:
            self._rows[-1].cells.append(cell)

    def _span(self, attributes: Attributes) -> None:
        if self._open_cells:
            self._open_cells[-1].span = max(1, min(_MAX_SPAN, number(attribute(attributes, "val"))))

    def _merged_down(self, attributes: Attributes) -> None:
        if self._open_cells and self._path[-2:-1] == ["w:tcPr"]:
            self._open_cells[-1].continues = attribute(attributes, "val") != "restart"

    def _merged_right(self, attributes: Attributes) -> None:
        if self._open_cells:
            self._open_cells[-1].joins_left = attribute(attributes, "val") != "restart"

    def _cell_deleted(self, _: Attributes) -> None:
        if self._open_cells:
            self._open_cells[-1].deleted = True

    def _other_file(self, _: Attributes) -> None:
        raise PackageRefused("brought_in")


_STARTS: dict[str, Callable[[_Builder, Attributes], None]] = {
    "w:p": _Builder._start_paragraph,
    "w:r": _Builder._start_run,
    "w:t": _Builder._start_text,
    "m:t": _Builder._start_text,
    **dict.fromkeys(MARKS_IN_RUNS, _Builder._mark),
    "w:sym": _Builder._symbol,
    "w:vanish": _Builder._vanish,
    "w:rStyle": _Builder._run_style,
    "w:rFonts": _Builder._face_of_run,
    "w:pStyle": _Builder._paragraph_style,
    "w:numId": _Builder._numbering,
    "w:del": _Builder._removed,
    "w:moveFrom": _Builder._removed,
    "w:txbxContent": _Builder._start_text_box,
    "w:sdt": _Builder._start_control,
    "w:showingPlcHdr": _Builder._placeholder,
    "w:sdtContent": _Builder._start_control_content,
    "mc:AlternateContent": _Builder._start_branches,
    "mc:Choice": _Builder._start_branch,
    "mc:Fallback": _Builder._start_branch,
    "a:blip": _Builder._picture,
    "v:imagedata": _Builder._picture,
    "w:fldChar": _Builder._field,
    "w:default": _Builder._box_default,
    "w:checked": _Builder._box_checked,
    "w:result": _Builder._list_result,
    "w:listEntry": _Builder._list_entry,
    "w:tbl": _Builder._start_table,
    "w:tr": _Builder._start_row,
    "w:gridBefore": _Builder._grid_before,
    "w:tc": _Builder._start_cell,
    "w:gridSpan": _Builder._span,
    "w:vMerge": _Builder._merged_down,
    "w:hMerge": _Builder._merged_right,
    "w:cellDel": _Builder._cell_deleted,
    "w:altChunk": _Builder._other_file,
}
_ENDS: dict[str, Callable[[_Builder], None]] = {
    "w:p": _Builder._end_paragraph,
    "w:r": _Builder._end_run,
    "w:t": _Builder._end_text,
    "m:t": _Builder._end_text,
    "w:txbxContent": _Builder._end_text_box,
    "w:sdt": _Builder._end_control,
    "mc:AlternateContent": _Builder._end_branches,
    "w:checkBox": _Builder._end_box,
    "w:tbl": _Builder._end_table,
    "w:tr": _Builder._end_row,
    "w:tc": _Builder._end_cell,
}
