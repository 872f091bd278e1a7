"""Pages, styles, page numbers and tables of official papers (GB/T 9704-2012)."""

import math
from collections.abc import Sequence
from typing import Protocol

from docx.document import Document
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT as VERTICAL
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
from docx.oxml.ns import qn
from docx.oxml.parser import OxmlElement, parse_xml
from docx.section import Section
from docx.shared import Length, Mm, Pt
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph

from openday.documents.plain_text import lines
from openday.documents.word_base import (
    FANG_SONG,
    HEI,
    SONG,
    TITLE_FACE,
    Layout,
    Style,
    add_text,
    element,
    set_face,
)

OFFICIAL_TITLE_STYLE, BODY_STYLE, ATTACHMENT_STYLE = "OfficialTitle", "OfficialBody", "OfficialAttachment"
CELL_STYLE, NUMBER_STYLE = "OfficialCell", "OfficialPageNumber"

WIDTH, HEIGHT = Mm(156), Mm(225)  # the text area
TOP, LEFT, RIGHT, BOTTOM = Mm(37), Mm(28), Mm(26), Mm(35)
LINE = 579  # twips: 225 mm by 22 lines
CHARACTER = Length(WIDTH // 28)
_SIZE = 32  # 3号 in half points
# What a character of 16 pt gives up for 28 to fill 156 mm, in 4096ths of a point.
_NARROWER = round((CHARACTER.pt - _SIZE / 2) * 4096)
# The same in whole twips for the text itself: programs disagree on what a grid does to figures and justified lines
# (LibreOffice gives two places to a character wider than one), so the grid is declared and the text keeps to it.
_NARROWER_TWIPS = math.floor((CHARACTER.pt - _SIZE / 2) * 20) - 1
_NUMBER_SIZE = Pt(14)
_NUMBER_LINE = 320  # twips
_NUMBER_BELOW = Mm(7)  # from the text area down to the line of the page number
_CELL_MARGIN = Mm(1.2)
_GRID = f'<w:docGrid w:type="linesAndChars" w:linePitch="{LINE}" w:charSpace="{_NARROWER}"/>'


def _twips(length: Length) -> int:
    twips: int = round(length.pt * 20)
    return twips


_FOOTER_ROOM = BOTTOM - _NUMBER_BELOW - Pt(_NUMBER_LINE / 40)

OFFICIAL = Layout(
    f'<w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="{_twips(TOP)}" w:right="{_twips(RIGHT)}"'
    f' w:bottom="{_twips(BOTTOM)}" w:left="{_twips(LEFT)}" w:header="851" w:footer="{_twips(Length(_FOOTER_ROOM))}"'
    f' w:gutter="0"/>{_GRID}',
    FANG_SONG,
    _SIZE,
    (
        Style(OFFICIAL_TITLE_STYLE, TITLE_FACE, 44, LINE, align="center", snaps=False),
        Style(BODY_STYLE, FANG_SONG, _SIZE, LINE, align="both", spacing=_NARROWER_TWIPS, snaps=False),
        Style(ATTACHMENT_STYLE, HEI, _SIZE, LINE, snaps=False),
        Style(CELL_STYLE, FANG_SONG, 24, 340, snaps=False),
        Style(NUMBER_STYLE, SONG, 28, _NUMBER_LINE, snaps=False),
    ),
)


class _Column(Protocol):
    @property
    def heading(self) -> str: ...
    @property
    def share(self) -> int: ...
    @property
    def centred(self) -> bool: ...


def number_pages(document: Document) -> None:
    """—1— below the text area: odd pages at the right, even ones at the left, one character from the edge."""
    document.settings.odd_and_even_pages_header_footer = True
    _number_upright(document.sections[0])


def _number_upright(section: Section) -> None:
    for footer, align in ((section.footer, ALIGN.RIGHT), (section.even_page_footer, ALIGN.LEFT)):
        footer.is_linked_to_previous = False
        paragraph = footer.paragraphs[0]
        _number(paragraph)
        paragraph.alignment = align
        if align == ALIGN.RIGHT:
            paragraph.paragraph_format.right_indent = _NUMBER_SIZE
        else:
            paragraph.paragraph_format.left_indent = _NUMBER_SIZE


def add_portrait_section(document: Document) -> None:
    """Pages of their own for an attachment that stands upright, whatever the section before."""
    section = document.add_section(WD_SECTION.NEW_PAGE)
    section.orientation = WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.right_margin, section.bottom_margin, section.left_margin = TOP, RIGHT, BOTTOM, LEFT
    _number_upright(section)


def add_landscape_section(document: Document) -> None:
    """Pages that lie across: the head of the table at the binding, page numbers where the upright pages have them.

    Seen upright, the page is turned to the left: its top is the left edge of the paper, its left the lower edge.
    """
    section = document.add_section(WD_SECTION.NEW_PAGE)
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Mm(297), Mm(210)
    section.top_margin, section.right_margin, section.bottom_margin, section.left_margin = LEFT, TOP, RIGHT, BOTTOM
    across = Length(_FOOTER_ROOM)
    for footer, down in (
        (section.footer, Length(LEFT + WIDTH - _TURNED_ROOM - _NUMBER_SIZE)),
        (section.even_page_footer, Length(LEFT + _NUMBER_SIZE)),
    ):
        footer.is_linked_to_previous = False
        _turned_number(footer.paragraphs[0], across, down)


_TURNED_ROOM = Mm(16)


def _turned_number(paragraph: Paragraph, across: Length, down: Length) -> None:
    """The page number turned by a quarter, in a frameless table of one cell fixed to the page."""
    wide, high = _NUMBER_LINE + 40, _twips(_TURNED_ROOM)
    table = parse_xml(
        f'<w:tbl xmlns:w="{_W}"><w:tblPr><w:tblpPr w:vertAnchor="page" w:horzAnchor="page"'
        f' w:tblpX="{_twips(across)}" w:tblpY="{_twips(down)}"/><w:tblW w:w="{wide}" w:type="dxa"/>'
        '<w:tblLayout w:type="fixed"/><w:tblCellMar><w:left w:w="0" w:type="dxa"/><w:right w:w="0" w:type="dxa"/>'
        f'</w:tblCellMar></w:tblPr><w:tblGrid><w:gridCol w:w="{wide}"/></w:tblGrid><w:tr><w:trPr>'
        f'<w:trHeight w:val="{high}" w:hRule="exact"/></w:trPr><w:tc><w:tcPr><w:tcW w:w="{wide}" w:type="dxa"/>'
        '<w:textDirection w:val="tbRl"/><w:vAlign w:val="center"/></w:tcPr><w:p/></w:tc></w:tr></w:tbl>'
    )
    paragraph._p.addprevious(table)
    number = Paragraph(table.find(f".//{qn('w:p')}"), paragraph._parent)
    _number(number)
    number.alignment = ALIGN.CENTER
    paragraph.style = NUMBER_STYLE


_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def _number(paragraph: Paragraph) -> None:
    """一字线, the number of the page, 一字线."""
    paragraph.style = NUMBER_STYLE
    add_text(paragraph, "—")
    run = paragraph.add_run()
    for kind, text in (("begin", ""), ("", " PAGE "), ("separate", ""), ("end", "")):
        if kind:
            run._r.append(element("w:fldChar", fldCharType=kind))
        else:
            instruction = OxmlElement("w:instrText")
            instruction.text = text
            run._r.append(instruction)
    set_face(run, SONG, latin=SONG)
    add_text(paragraph, "—")


def add_table(document: Document, room: Length, columns: Sequence[_Column], rows: Sequence[Sequence[str]]) -> None:
    """A bordered table as wide as `room`; its head comes again on every page, no row is torn."""
    table = document.add_table(rows=1 + len(rows), cols=len(columns))
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    table.autofit = False
    _frame(table)
    total = sum(column.share for column in columns)
    widths = [Length(room * column.share // total) for column in columns]
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
    body: list[Sequence[str]] = [[column.heading for column in columns], *rows]
    for at, (row, texts) in enumerate(zip(table._tbl.tr_lst, body, strict=True)):
        properties = row.get_or_add_trPr()
        properties.append(OxmlElement("w:cantSplit"))
        if at == 0:
            properties.append(OxmlElement("w:tblHeader"))
        for tc, column, width, text in zip(row.tc_lst, columns, widths, texts, strict=True):
            _fill(_Cell(tc, table), text, width, centred=at == 0 or column.centred, head=at == 0)
    document.add_paragraph(style=CELL_STYLE).paragraph_format.line_spacing = Pt(1)


def _fill(cell: _Cell, text: str, width: Length, *, centred: bool, head: bool) -> None:
    cell.width = width
    cell.vertical_alignment = VERTICAL.CENTER
    for number, line in enumerate(lines(text)):
        paragraph = cell.paragraphs[0] if number == 0 else cell.add_paragraph()
        paragraph.style = CELL_STYLE
        if centred:
            paragraph.alignment = ALIGN.CENTER
        run = add_text(paragraph, line)
        if head:
            set_face(run, HEI)


def _frame(table: Table) -> None:
    properties = table._tbl.tblPr
    borders = OxmlElement("w:tblBorders")
    for edge in ("top", "left", "bottom", "right", "insideH", "insideV"):
        borders.append(element(f"w:{edge}", val="single", sz="4", space="0", color="000000"))
    margins = OxmlElement("w:tblCellMar")
    for edge in ("top", "left", "bottom", "right"):
        margins.append(
            element(f"w:{edge}", w=str(_twips(_CELL_MARGIN) if edge in ("left", "right") else 40), type="dxa")
        )
    layout = properties.find(qn("w:tblLayout"))
    layout.addprevious(borders)
    layout.addnext(margins)
