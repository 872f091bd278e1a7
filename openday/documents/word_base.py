"""The empty A4 Word documents that every form and every official document starts from, and how they are saved.

python-docx's own template brings 900 KB of styles for a Japanese Mac and no Chinese faces, so the few parts that a form
needs are written here. Faces that a computer may lack name their stand-in in the font table (w:altName): 方正小标宋
falls back to 宋体, 仿宋_GB2312 to 仿宋, 楷体_GB2312 to 楷体. Sizes: half points; lengths: twentieths of a point.
"""

import io
from dataclasses import dataclass
from datetime import datetime
from functools import cache

import docx
from docx.document import Document
from docx.oxml.ns import qn
from docx.oxml.parser import OxmlElement
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.text.paragraph import Paragraph
from docx.text.run import Run

from openday.documents.archive import repacked, zip_bytes
from openday.documents.plain_text import one_line

TITLE_STYLE, LINE_STYLE, LABEL_STYLE, VALUE_STYLE = "FormTitle", "FormLine", "FormLabel", "FormValue"
SONG, TITLE_FACE, FANG_SONG, HEI, KAI = "宋体", "方正小标宋简体", "仿宋_GB2312", "黑体", "楷体_GB2312"
_STAND_INS = {TITLE_FACE: "宋体", FANG_SONG: "仿宋", KAI: "楷体", SONG: "SimSun", HEI: "SimHei"}

_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_WORD_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_PARTS = {"styles": "styles", "fontTable": "fontTable", "settings": "settings"}


@dataclass(frozen=True)
class Style:
    """A paragraph style: its Chinese face, size in half points, exact line height and space after it in twips.

    `spacing` is what each character gains or gives up, in twips; `snaps` says whether the page's grid holds it.
    """

    name: str
    face: str
    size: int
    line: int
    after: int = 0
    align: str = "left"
    spacing: int = 0
    snaps: bool = True


@dataclass(frozen=True)
class Layout:
    """What an empty document begins with: its first section as XML, its ordinary face and size, its styles."""

    section: str
    face: str
    size: int
    styles: tuple[Style, ...]


FORM = Layout(
    # The text area of GB/T 9704 (156 mm wide), a little higher for a table.
    '<w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1701" w:right="1474" w:bottom="1417" w:left="1588"'
    ' w:header="851" w:footer="992" w:gutter="0"/>',
    SONG,
    28,
    (
        Style(TITLE_STYLE, TITLE_FACE, 44, 680, 280, "center"),
        Style(LINE_STYLE, FANG_SONG, 28, 480, 80),
        Style(LABEL_STYLE, SONG, 28, 440, align="center"),
        Style(VALUE_STYLE, FANG_SONG, 28, 440),
    ),
)


def empty_document(title: str, layout: Layout = FORM) -> Document:
    """Return an A4 document with the styles of a layout and nothing in it; title goes into its properties."""
    document = docx.Document(io.BytesIO(_base(layout)))
    properties = document.core_properties
    properties.title = one_line(title)[:255]
    properties.language = "zh-CN"
    properties.last_modified_by = ""
    # A fixed date: the same form gives the same bytes.
    properties.created = properties.modified = datetime(2000, 1, 1)
    return document


def add_text(paragraph: Paragraph, text: str) -> Run:
    """Add a run of Chinese text; the hint gives “”…— to the Chinese face, which Word looks for in the run itself."""
    run = paragraph.add_run(text)
    run._r.get_or_add_rPr().get_or_add_rFonts().set(qn("w:hint"), "eastAsia")
    return run


def set_face(run: Run, face: str, *, latin: str = "") -> None:
    """Give a run another Chinese face, and another Latin one if named."""
    fonts = run._r.get_or_add_rPr().get_or_add_rFonts()
    fonts.set(qn("w:eastAsia"), face)
    for name in ("w:ascii", "w:hAnsi") if latin else ():
        fonts.set(qn(name), latin)


def element(tag: str, **attributes: str) -> BaseOxmlElement:
    """An element of Word's own name space, such as w:top, with attributes of the same."""
    return OxmlElement(tag, {qn(f"w:{name}"): value for name, value in attributes.items()})


def saved(document: Document) -> bytes:
    """Return the document as docx, the same bytes for the same content."""
    target = io.BytesIO()
    document.save(target)
    return repacked(target.getvalue())


@cache
def _base(layout: Layout) -> bytes:
    body = f"{_HEAD}<w:document {_W}><w:body><w:sectPr>{layout.section}</w:sectPr></w:body></w:document>"
    return zip_bytes(
        [
            ("[Content_Types].xml", _content_types().encode()),
            ("_rels/.rels", _relations({"officeDocument": "word/document"}).encode()),
            ("word/document.xml", body.encode()),
            ("word/_rels/document.xml.rels", _relations(_PARTS).encode()),
            ("word/styles.xml", _styles(layout).encode()),
            ("word/fontTable.xml", _font_table().encode()),
            ("word/settings.xml", _settings().encode()),
        ]
    )


def _content_types() -> str:
    parts = "".join(
        f'<Override PartName="/word/{name}.xml" ContentType="{_WORD_TYPE}.{kind}+xml"/>'
        for name, kind in {"document": "document.main", **_PARTS}.items()
    )
    return (
        f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types"><Default Extension="xml" ContentType="application/xml"/>'
        f'<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f"{parts}</Types>"
    )


def _relations(targets: dict[str, str]) -> str:
    links = "".join(
        f'<Relationship Id="rId{number}" Type="{_OFFICE}/{kind}" Target="{target}.xml"/>'
        for number, (kind, target) in enumerate(targets.items(), start=1)
    )
    return f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">{links}</Relationships>'


def _styles(layout: Layout) -> str:
    return (
        f"{_HEAD}<w:styles {_W}><w:docDefaults><w:rPrDefault><w:rPr>{_face(layout.face)}"
        f'<w:sz w:val="{layout.size}"/><w:szCs w:val="{layout.size}"/>'
        '<w:lang w:val="en-US" w:eastAsia="zh-CN" w:bidi="ar-SA"/>'
        "</w:rPr></w:rPrDefault><w:pPrDefault/></w:docDefaults>"
        '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/>'
        # LibreOffice takes the size of the page's grid from here alone.
        f'<w:rPr><w:sz w:val="{layout.size}"/><w:szCs w:val="{layout.size}"/></w:rPr></w:style>'
        '<w:style w:type="table" w:default="1" w:styleId="TableNormal"><w:name w:val="Normal Table"/></w:style>'
        + "".join(map(_style, layout.styles))
        + "</w:styles>"
    )


def _style(style: Style) -> str:
    snaps = "" if style.snaps else '<w:snapToGrid w:val="0"/>'
    spacing = f'<w:spacing w:val="{style.spacing}"/>' if style.spacing else ""
    sizes = f'<w:sz w:val="{style.size}"/><w:szCs w:val="{style.size}"/>'
    return (
        f'<w:style w:type="paragraph" w:customStyle="1" w:styleId="{style.name}"><w:name w:val="{style.name}"/>'
        f'<w:basedOn w:val="Normal"/><w:qFormat/><w:pPr>{snaps}<w:spacing w:before="0" w:after="{style.after}"'
        f' w:line="{style.line}" w:lineRule="exact"/><w:jc w:val="{style.align}"/></w:pPr>'
        f"<w:rPr>{_face(style.face)}{spacing}{sizes}</w:rPr></w:style>"
    )


def _face(name: str) -> str:
    """Latin letters and figures in Times New Roman, everything Chinese in the named face."""
    return f'<w:rFonts w:ascii="Times New Roman" w:hAnsi="Times New Roman" w:eastAsia="{name}" w:cs="Times New Roman"/>'


def _font_table() -> str:
    fonts = "".join(
        f'<w:font w:name="{name}"><w:altName w:val="{stand_in}"/><w:charset w:val="86"/><w:family w:val="auto"/>'
        '<w:pitch w:val="variable"/></w:font>'
        for name, stand_in in _STAND_INS.items()
    )
    return f"{_HEAD}<w:fonts {_W}>{fonts}</w:fonts>"


def _settings() -> str:
    return (
        f'{_HEAD}<w:settings {_W}><w:characterSpacingControl w:val="compressPunctuation"/><w:compat>'
        '<w:compatSetting w:name="compatibilityMode" w:uri="http://schemas.microsoft.com/office/word" w:val="15"/>'
        '</w:compat><w:themeFontLang w:val="en-US" w:eastAsia="zh-CN"/></w:settings>'
    )
