"""Documents in the style of official papers (公文) by GB/T 9704-2012: notices, announcements, tables attached to them.

What the standard says, by its own numbers:
5.2.1  white space 37 mm above, 28 mm at the binding; text area 156 x 225 mm
5.2.2  3号 仿宋, 22 lines of 28 characters (5.2.3)
7.3.1  title in 2号 小标宋 in the middle, lines balanced
7.3.2  addressee at the left, with a full-width colon
7.3.3  body indented by two characters; levels 一、 in 黑体, （一） in 楷体, 1. and （1） in 仿宋
7.3.4  the note 附件： indented by two characters, after an empty line
7.3.5  for a paper that is stamped: date four characters from the right, the issuer above it in the middle
7.3.7  attachments on pages of their own, 附件 in 黑体 at the very left, their title in the third line
7.5    page numbers —1— in 4号 宋体, odd ones at the right, even ones at the left
No letterhead and no document number are set: those belong to the office that issues the paper.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from unicodedata import east_asian_width

from docx.document import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
from docx.shared import Length, Mm, Pt
from docx.text.paragraph import Paragraph

from openday.documents.official_layout import (
    ATTACHMENT_STYLE,
    BODY_STYLE,
    CELL_STYLE,
    CHARACTER,
    HEIGHT,
    OFFICIAL,
    OFFICIAL_TITLE_STYLE,
    WIDTH,
    add_landscape_section,
    add_portrait_section,
    add_table,
    number_pages,
)
from openday.documents.plain_text import lines, one_line
from openday.documents.word_base import HEI, KAI, add_text, empty_document, saved, set_face

_LEVEL_FACES = {1: HEI, 2: KAI}
_NUMBERS = "一二三四五六七八九十"
_PICTURE = Mm(30)
_LINE_CHARACTERS = 28


@dataclass(frozen=True)
class Heading:
    """A heading of level 1 to 4; its number is counted by the document."""

    text: str
    level: int = 1


@dataclass(frozen=True)
class Text:
    """Running text; each of its lines becomes a paragraph."""

    text: str


@dataclass(frozen=True)
class Picture:
    """A PNG of 30 mm in the middle (a QR code), with what it says in words below."""

    png: bytes
    caption: str


@dataclass(frozen=True)
class TableColumn:
    """A column of an attached table: its heading, and its width as a share of all widths."""

    heading: str
    share: int
    centred: bool = False


@dataclass(frozen=True)
class Attachment:
    """A table on pages of its own, with a title; wide ones lie across the page."""

    title: str
    columns: tuple[TableColumn, ...]
    rows: Sequence[Sequence[str]]
    landscape: bool = False


@dataclass(frozen=True)
class OfficialDocument:
    """A paper before it is set. `addressee` without its colon; empty for what is addressed to everybody."""

    title: str
    addressee: str
    blocks: tuple[Heading | Text | Picture, ...]
    issuer: str
    dated: date
    attachments: tuple[Attachment, ...] = ()


def official_docx(paper: OfficialDocument) -> bytes:
    """Return the paper as docx; the same paper gives the same bytes."""
    document = empty_document(paper.title, OFFICIAL)
    number_pages(document)
    _centred_title(document, paper.title)
    _line(document, "")
    if paper.addressee:
        _line(document, f"{one_line(paper.addressee)}：")
    _add_blocks(document, paper.blocks)
    _note_attachments(document, paper.attachments)
    _sign(document, one_line(paper.issuer), paper.dated)
    for number, attachment in enumerate(paper.attachments, start=1):
        _attach(document, attachment, str(number) if len(paper.attachments) > 1 else "")
    return saved(document)


def _centred_title(document: Document, title: str) -> None:
    for text in _balanced(one_line(title)):
        add_text(document.add_paragraph(style=OFFICIAL_TITLE_STYLE), text)


def _balanced(title: str, room: int = 19) -> list[str]:
    """Break a title that is longer than a line into lines of about the same length, at a natural place if there is one.

    7.3.1: words stay whole, lines balanced. Breaks are sought before 的 and after quotation marks and verbs' objects.
    """
    width = _width(title)
    if width <= room:
        return [title]
    middle = len(title) / 2
    places = [at for at in range(2, len(title) - 1) if title[at - 1] in "”》、，》 " or title[at : at + 2] in _NATURAL]
    near = [at for at in places if max(_width(title[:at]), _width(title[at:])) <= room]
    if near:
        at = min(near, key=lambda each: abs(each - middle))
        return [title[:at].strip(), title[at:].strip()]
    return [title]


_NATURAL = frozenset({"政府", "活动", "开放", "“走"})


def _line(document: Document, text: str, style: str = BODY_STYLE) -> Paragraph:
    paragraph = document.add_paragraph(style=style)
    if text:
        add_text(paragraph, text)
    return paragraph


def _add_blocks(document: Document, blocks: Sequence[Heading | Text | Picture]) -> None:
    counts = [0, 0, 0, 0]
    for block in blocks:
        if isinstance(block, Heading):
            counts[block.level - 1 :] = [counts[block.level - 1] + 1, *[0] * (4 - block.level)]
            paragraph = _indented(document)
            paragraph.paragraph_format.keep_with_next = True
            run = add_text(paragraph, _numbered(block, counts[block.level - 1]))
            if block.level in _LEVEL_FACES:
                set_face(run, _LEVEL_FACES[block.level])
        elif isinstance(block, Text):
            for each in filter(str.strip, lines(block.text)):
                add_text(_indented(document), each.strip())
        else:
            _add_picture(document, block)


def _numbered(heading: Heading, number: int) -> str:
    text = one_line(heading.text)
    chinese = _chinese(number)
    return (f"{chinese}、{text}", f"（{chinese}）{text}", f"{number}.{text}", f"（{number}）{text}")[heading.level - 1]


def _chinese(number: int) -> str:
    """1 to 99 in Chinese figures."""
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else ("十" if tens == 1 else f"{_NUMBERS[tens - 1]}十")
    return head + (_NUMBERS[ones - 1] if ones else "")


def _indented(document: Document) -> Paragraph:
    paragraph = document.add_paragraph(style=BODY_STYLE)
    paragraph.paragraph_format.first_line_indent = Length(2 * CHARACTER)
    return paragraph


def _add_picture(document: Document, picture: Picture) -> None:
    paragraph = document.add_paragraph(style=CELL_STYLE)
    paragraph.alignment = ALIGN.CENTER
    paragraph.paragraph_format.line_spacing = 1.0  # an exact line height would cut a picture off
    paragraph.paragraph_format.keep_with_next = True
    paragraph.add_run().add_picture(io.BytesIO(picture.png), width=_PICTURE)
    caption = _line(document, one_line(picture.caption), CELL_STYLE)
    caption.alignment = ALIGN.CENTER


def _note_attachments(document: Document, attachments: Sequence[Attachment]) -> None:
    """附件：1.… below the body after an empty line; names that run on are aligned with themselves."""
    if not attachments:
        return
    _line(document, "")
    several = len(attachments) > 1
    for number, attachment in enumerate(attachments, start=1):
        head = ("附件：" if number == 1 else "\u3000\u3000\u3000") + (f"{number}." if several else "")
        paragraph = document.add_paragraph(style=BODY_STYLE)
        hang = Length(round(_width(head) * CHARACTER))
        paragraph.paragraph_format.left_indent = Length(2 * CHARACTER + hang)
        paragraph.paragraph_format.first_line_indent = Length(-hang)
        add_text(paragraph, head + one_line(attachment.title))


def _sign(document: Document, issuer: str, dated: date) -> None:
    """The date four characters from the right; the issuer above it in the middle, where the stamp goes."""
    written = f"{dated.year}年{dated.month}月{dated.day}日"
    right = 4 + (_width(written) - _width(issuer)) / 2
    _line(document, "").paragraph_format.keep_with_next = True
    if issuer:
        name = _line(document, issuer)
        _from_right(name, max(0.0, right))
        name.paragraph_format.keep_with_next = True
    _from_right(_line(document, written), 4 if right >= 0 else 4 - right)


def _from_right(paragraph: Paragraph, characters: float) -> None:
    paragraph.alignment = ALIGN.RIGHT
    paragraph.paragraph_format.right_indent = Length(round(characters * CHARACTER))


def _attach(document: Document, attachment: Attachment, number: str) -> None:
    if attachment.landscape:
        add_landscape_section(document)
    else:
        add_portrait_section(document)
    set_face(add_text(document.add_paragraph(style=ATTACHMENT_STYLE), f"附件{number}"), HEI)
    _line(document, "")
    add_text(document.add_paragraph(style=OFFICIAL_TITLE_STYLE), one_line(attachment.title))
    last = document.add_paragraph(style=CELL_STYLE)
    last.paragraph_format.line_spacing = Pt(10)
    add_table(document, HEIGHT if attachment.landscape else WIDTH, attachment.columns, attachment.rows)


def _width(text: str) -> float:
    """Length in characters of the grid: figures and Latin letters take half of one."""
    return sum(1.0 if east_asian_width(sign) in "WFA" else 0.5 for sign in text)
