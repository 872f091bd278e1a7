"""The plan form (政府开放活动计划安排报送表): one A4 page in Word, in the layout that every agency knows."""

import io
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import IO
from unicodedata import east_asian_width

from docx.document import Document
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT as VERTICAL
from docx.enum.table import WD_ROW_HEIGHT_RULE, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
from docx.oxml.ns import qn
from docx.oxml.parser import OxmlElement
from docx.shared import Length, Mm, Pt
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph

from openday.documents.archive import write_zip
from openday.documents.plain_text import lines, one_line
from openday.documents.word_base import (
    LABEL_STYLE,
    LINE_STYLE,
    TITLE_STYLE,
    VALUE_STYLE,
    add_text,
    element,
    empty_document,
    saved,
)

TITLE = "政府开放活动计划安排报送表"
AGENCY_LABEL = "单位名称："
LABEL_WIDTH, VALUE_WIDTH = Mm(26), Mm(52)
CELL_MARGIN = Mm(1.9)
TABLE_HEIGHT = Mm(204)  # what title and agency line leave of the page, less a line or two in case an estimate is short
LEAST_HEIGHT = Mm(10)  # of a row on a full page
LABEL_LINE = Pt(22)
# (size, line height) of the values, from the ordinary 四号 down; the first with which the table fits its page is taken.
TYPE_SIZES = ((Pt(14), Pt(22)), (Pt(12), Pt(18)), (Pt(10.5), Pt(15)), (Pt(9), Pt(13)))
RUN_ON_SIZE = TYPE_SIZES[1]  # of a form that needs a second page anyway
_LABEL_IN_ONE_LINE = 4  # characters
_BLANK = "\u3000" * 14
_LONGEST_NAME = 200  # bytes; file systems hold 255, a number and the ending still to come
_UNSAFE_IN_NAMES = re.compile(r'[<>:"/\\|?*]')


@dataclass(frozen=True)
class PlanForm:
    """What the nine fields say, as written; each may hold several lines or nothing."""

    agency: str
    theme: str
    time: str
    place: str
    content: str
    audience: str
    signup: str
    contact: str
    phone: str


@dataclass(frozen=True)
class _Row:
    """One table row: its height on an ordinary form and its (label, text) cells; one cell alone spans three columns."""

    height: Length
    cells: tuple[tuple[str, str], ...]
    prose: bool = False  # running text begins at the left; short facts stand in the middle
    takes_rest: bool = False  # grows by what the other rows leave of the page

    @property
    def value_width(self) -> Length:
        return VALUE_WIDTH if len(self.cells) == 2 else Length(VALUE_WIDTH * 2 + LABEL_WIDTH)


def plan_form_docx(form: PlanForm) -> bytes:
    """Return the form as docx.

    Every line of a value becomes a paragraph of its cell. A long text is set smaller so that the form keeps to its
    page; what fits at no size runs on over a second one. Characters that Word cannot hold are left out.
    """
    return merged_plan_forms_docx([form])


def merged_plan_forms_docx(forms: Iterable[PlanForm]) -> bytes:
    """Return one docx in which every form, set as by `plan_form_docx`, begins on a page of its own."""
    document = empty_document(TITLE)
    for number, form in enumerate(forms):
        _add_form(document, form, new_page=number > 0)
    return saved(document)


def several_plan_forms_zip(items: Iterable[tuple[str, PlanForm]]) -> bytes:
    """Return a zip of (file name, form) pairs; names are made safe for every system, and numbered where they meet."""
    target = io.BytesIO()
    write_plan_forms_zip(target, items)
    return target.getvalue()


def write_plan_forms_zip(target: IO[bytes], items: Iterable[tuple[str, PlanForm]]) -> None:
    """Write the zip of `several_plan_forms_zip` to a file, one form after the other."""
    taken: set[str] = set()
    write_zip(target, ((_free_name(name, taken), plan_form_docx(form)) for name, form in items))


def _add_form(document: Document, form: PlanForm, *, new_page: bool) -> None:
    rows = _rows(form)
    title = document.add_paragraph(style=TITLE_STYLE)
    if new_page:
        title.paragraph_format.page_break_before = True
    add_text(title, TITLE)
    agency = document.add_paragraph(style=LINE_STYLE)
    add_text(agency, AGENCY_LABEL)
    add_text(agency, one_line(form.agency) or _BLANK).underline = True
    _add_table(document, rows, _setting(rows))
    _end_after_table(document)


def _rows(form: PlanForm) -> list[_Row]:
    return [
        _Row(Mm(14), (("活动主题", form.theme),)),
        _Row(Mm(18), (("开展时间", form.time), ("开展地点", form.place))),
        _Row(Mm(40), (("活动内容", form.content),), prose=True, takes_rest=True),
        _Row(Mm(28), (("活动对象", form.audience),), prose=True),
        _Row(Mm(30), (("活动报名方式", form.signup),), prose=True),
        _Row(Mm(14), (("联系人", form.contact), ("联系方式", form.phone))),
    ]


@dataclass(frozen=True)
class _Setting:
    """How a form is set: size and line height of its values, and the least height of each row."""

    size: Length
    line: Length
    heights: list[Length]


def _setting(rows: list[_Row]) -> _Setting:
    """The largest type with which the table fits its page, with generous rows before tight ones.

    What fits at no size runs on over a second page: its rows name no height of their own, so that they may break.
    """
    for size, line in TYPE_SIZES:
        for tight in (False, True):
            needed = [_needed_height(row, size, line, LEAST_HEIGHT if tight else row.height) for row in rows]
            rest = TABLE_HEIGHT - sum(needed)
            if rest >= 0:
                heights = [Length(height + rest * row.takes_rest) for height, row in zip(needed, rows, strict=True)]
                return _Setting(size, line, heights)
    return _Setting(*RUN_ON_SIZE, [LEAST_HEIGHT] * len(rows))


def _needed_height(row: _Row, size: Length, line: Length, least: Length) -> int:
    """Estimate the height of a row: wide characters take the full size, others about half of it.

    A line of running text loses up to a character at its end, because no line may begin with a comma or a full stop.
    """
    room = (row.value_width - 2 * CELL_MARGIN) / size
    most = max(sum(_lines_taken(each, room) for each in lines(text)) for _, text in row.cells)
    label = max(1 + (len(label) > _LABEL_IN_ONE_LINE) for label, _ in row.cells) * LABEL_LINE
    return max(least, label, most * line + 2 * CELL_MARGIN)


def _lines_taken(text: str, room: float) -> int:
    width = _width(text)
    return 1 if width <= room else math.ceil(width / (room - 1))


def _width(text: str) -> float:
    return sum(1.0 if east_asian_width(character) in "WFA" else 0.55 for character in text)


def _add_table(document: Document, rows: list[_Row], setting: _Setting) -> None:
    table = document.add_table(rows=len(rows), cols=4)
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    table.autofit = False
    _frame(table)
    for column, width in zip(table.columns, (LABEL_WIDTH, VALUE_WIDTH) * 2, strict=True):
        column.width = width
    for at, (row, height) in enumerate(zip(rows, setting.heights, strict=True)):
        table.rows[at].height = height
        table.rows[at].height_rule = WD_ROW_HEIGHT_RULE.AT_LEAST
        cells = table.rows[at].cells
        for pair, (label, text) in enumerate(row.cells):
            _fill_label(cells[2 * pair], label)
            value = cells[2 * pair + 1] if len(row.cells) == 2 else cells[1].merge(cells[3])
            value.width = row.value_width
            _fill_value(value, text, setting.size, setting.line, prose=row.prose)


def _frame(table: Table) -> None:
    """Set the width, draw the borders (outside 1 pt, inside 0.5 pt) and set the cell margins."""
    properties = table._tbl.tblPr
    width = Length(2 * (LABEL_WIDTH + VALUE_WIDTH))
    properties.find(qn("w:tblW")).attrib.update({qn("w:w"): str(width.twips), qn("w:type"): "dxa"})
    borders = OxmlElement("w:tblBorders")
    for edge in ("top", "left", "bottom", "right", "insideH", "insideV"):
        weight = "4" if edge.startswith("inside") else "8"
        borders.append(element(f"w:{edge}", val="single", sz=weight, space="0", color="000000"))
    margins = OxmlElement("w:tblCellMar")
    for edge in ("top", "left", "bottom", "right"):
        margins.append(element(f"w:{edge}", w=str(CELL_MARGIN.twips if edge in ("left", "right") else 0), type="dxa"))
    layout = properties.find(qn("w:tblLayout"))
    layout.addprevious(borders)
    layout.addnext(margins)


def _fill_label(cell: _Cell, label: str) -> None:
    cell.width = LABEL_WIDTH
    cell.vertical_alignment = VERTICAL.CENTER
    paragraph = _paragraphs(cell, [label], LABEL_STYLE)[0]
    if len(label) > _LABEL_IN_ONE_LINE:
        # Six characters stand as three and three, not as four and two.
        paragraph.paragraph_format.left_indent = paragraph.paragraph_format.right_indent = Pt(10)


def _fill_value(cell: _Cell, text: str, size: Length, line: Length, *, prose: bool) -> None:
    cell.vertical_alignment = VERTICAL.CENTER
    for paragraph in _paragraphs(cell, lines(text), VALUE_STYLE):
        paragraph.alignment = ALIGN.LEFT if prose else ALIGN.CENTER
        paragraph.paragraph_format.line_spacing = line
        for run in paragraph.runs:
            run.font.size = size


def _paragraphs(cell: _Cell, texts: list[str], style: str) -> list[Paragraph]:
    """Fill the cell's own paragraph with the first text and add one for each other."""
    paragraphs = [cell.paragraphs[0], *(cell.add_paragraph() for _ in texts[1:])]
    for paragraph, text in zip(paragraphs, texts, strict=True):
        paragraph.style = style
        add_text(paragraph, text)
    return paragraphs


def _end_after_table(document: Document) -> None:
    """Word wants a paragraph after a table; one of a single point does not push the form to a second page."""
    last = document.add_paragraph()
    last.paragraph_format.line_spacing = Pt(1)


def _free_name(name: str, taken: set[str]) -> str:
    """Return a file name that Windows, macOS and Linux take and that is not in taken yet; add it there."""
    stem = _UNSAFE_IN_NAMES.sub("_", one_line(name).removesuffix(".docx")).strip(" .")
    stem = stem.encode("utf-8")[:_LONGEST_NAME].decode("utf-8", "ignore") or "报送表"
    candidate, number = f"{stem}.docx", 2
    while candidate.casefold() in taken:
        candidate, number = f"{stem}（{number}）.docx", number + 1
    taken.add(candidate.casefold())
    return candidate
