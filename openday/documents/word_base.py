"""The empty A4 Word document that every official form starts from, and how it is saved.

python-docx's own template brings 900 KB of styles for a Japanese Mac and no Chinese faces, so the few parts that a form
needs are written here. Faces that a computer may lack name their stand-in in the font table (w:altName): 方正小标宋
falls back to 宋体, 仿宋_GB2312 to 仿宋. Sizes are in half points, lengths in twentieths of a point.
"""

import io
from datetime import datetime
from functools import cache

import docx
from docx.document import Document
from docx.oxml.ns import qn
from docx.text.paragraph import Paragraph
from docx.text.run import Run

from openday.documents.archive import repacked, zip_bytes
from openday.documents.plain_text import one_line

TITLE_STYLE, LINE_STYLE, LABEL_STYLE, VALUE_STYLE = "FormTitle", "FormLine", "FormLabel", "FormValue"

_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_WORD_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_PARTS = {"styles": "styles", "fontTable": "fontTable", "settings": "settings"}


def empty_document(title: str) -> Document:
    """Return an A4 document with the form styles and nothing in it; title goes into its properties."""
    document = docx.Document(io.BytesIO(_base()))
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


def saved(document: Document) -> bytes:
    """Return the document as docx, the same bytes for the same content."""
    target = io.BytesIO()
    document.save(target)
    return repacked(target.getvalue())


@cache
def _base() -> bytes:
    """Return the package; its margins leave the text area of GB/T 9704 (156 mm wide), a little higher for a table."""
    body = (
        f"{_HEAD}<w:document {_W}><w:body><w:sectPr>"
        '<w:pgSz w:w="11906" w:h="16838"/>'
        '<w:pgMar w:top="1701" w:right="1474" w:bottom="1417" w:left="1588"'
        ' w:header="851" w:footer="992" w:gutter="0"/>'
        "</w:sectPr></w:body></w:document>"
    )
    return zip_bytes(
        [
            ("[Content_Types].xml", _content_types().encode()),
            ("_rels/.rels", _relations({"officeDocument": "word/document"}).encode()),
            ("word/document.xml", body.encode()),
            ("word/_rels/document.xml.rels", _relations(_PARTS).encode()),
            ("word/styles.xml", _styles().encode()),
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


def _styles() -> str:
    return (
        f"{_HEAD}<w:styles {_W}><w:docDefaults><w:rPrDefault><w:rPr>{_face('宋体')}"
        '<w:sz w:val="28"/><w:szCs w:val="28"/><w:lang w:val="en-US" w:eastAsia="zh-CN" w:bidi="ar-SA"/>'
        "</w:rPr></w:rPrDefault><w:pPrDefault/></w:docDefaults>"
        '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/></w:style>'
        '<w:style w:type="table" w:default="1" w:styleId="TableNormal"><w:name w:val="Normal Table"/></w:style>'
        + _style(TITLE_STYLE, "方正小标宋简体", 44, line=680, after=280, align="center")
        + _style(LINE_STYLE, "仿宋_GB2312", 28, line=480, after=80, align="left")
        + _style(LABEL_STYLE, "宋体", 28, line=440, after=0, align="center")
        + _style(VALUE_STYLE, "仿宋_GB2312", 28, line=440, after=0, align="left")
        + "</w:styles>"
    )


def _style(name: str, face: str, size: int, *, line: int, after: int, align: str) -> str:
    return (
        f'<w:style w:type="paragraph" w:customStyle="1" w:styleId="{name}"><w:name w:val="{name}"/>'
        '<w:basedOn w:val="Normal"/><w:qFormat/><w:pPr>'
        f'<w:spacing w:before="0" w:after="{after}" w:line="{line}" w:lineRule="exact"/><w:jc w:val="{align}"/></w:pPr>'
        f'<w:rPr>{_face(face)}<w:sz w:val="{size}"/><w:szCs w:val="{size}"/></w:rPr></w:style>'
    )


def _face(name: str) -> str:
    """Latin letters and figures in Times New Roman, everything Chinese in the named face."""
    return f'<w:rFonts w:ascii="Times New Roman" w:hAnsi="Times New Roman" w:eastAsia="{name}" w:cs="Times New Roman"/>'


def _font_table() -> str:
    stand_ins = {"方正小标宋简体": "宋体", "仿宋_GB2312": "仿宋", "宋体": "SimSun"}
    fonts = "".join(
        f'<w:font w:name="{name}"><w:altName w:val="{stand_in}"/><w:charset w:val="86"/><w:family w:val="auto"/>'
        '<w:pitch w:val="variable"/></w:font>'
        for name, stand_in in stand_ins.items()
    )
    return f"{_HEAD}<w:fonts {_W}>{fonts}</w:fonts>"


def _settings() -> str:
    return (
        f'{_HEAD}<w:settings {_W}><w:characterSpacingControl w:val="compressPunctuation"/><w:compat>'
        '<w:compatSetting w:name="compatibilityMode" w:uri="http://schemas.microsoft.com/office/word" w:val="15"/>'
        '</w:compat><w:themeFontLang w:val="en-US" w:eastAsia="zh-CN"/></w:settings>'
    )
