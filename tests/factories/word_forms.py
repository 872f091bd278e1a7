"""Makes Word files as agencies send them: small pieces of WordprocessingML, put into a package by hand.

Each piece is what Word, WPS or LibreOffice writes for it, so that every oddity can be made on its own.
"""

import io
import zipfile
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape, quoteattr

from openday.documents.plan_form import PlanForm

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_SPACES = {
    "w": W,
    "r": R,
    "mc": "http://schemas.openxmlformats.org/markup-compatibility/2006",
    "a": "http://schemas.openxmlformats.org/drawingml/2006/main",
    "wp": "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing",
    "wps": "http://schemas.microsoft.com/office/word/2010/wordprocessingShape",
    "pic": "http://schemas.openxmlformats.org/drawingml/2006/picture",
    "v": "urn:schemas-microsoft-com:vml",
    "o": "urn:schemas-microsoft-com:office:office",
    "w14": "http://schemas.microsoft.com/office/word/2010/wordml",
    "m": "http://schemas.openxmlformats.org/officeDocument/2006/math",
}
NAMESPACES = " ".join(f'xmlns:{prefix}="{space}"' for prefix, space in _SPACES.items())
_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml"

FORM = PlanForm(
    agency="青田市水务局",
    theme="一滴水的旅程——走进第一水厂",
    time="2026年9月16日（星期三）14:00–16:00",
    place="第一水厂",
    content="一、参观取水口、滤池和“智慧水务”调度中心。\n二、座谈：水价与水质。",
    audience="企业代表 10 人、市民代表 20 人",
    signup="发送邮件至 office@example.gov.cn 报名",
    contact="张工作人员",
    phone="0578-0000000",
)
OTHER = PlanForm(
    agency="青田市卫生健康局",
    theme="健康体检面对面",
    time="10月中旬",
    place="市人民医院门诊大厅",
    content="免费测量血压、血糖。",
    audience="社区居民二十余人",
    signup="电话报名",
    contact="李工作人员",
    phone="0578-0000001、0578-0000002",
)
LABELS = {
    "theme": "活动主题",
    "time": "开展时间",
    "place": "开展地点",
    "content": "活动内容",
    "audience": "活动对象",
    "signup": "活动报名方式",
    "contact": "联系人",
    "phone": "联系方式",
}
_READY = ("<w:", "<m:", "<mc:")
TITLE = "政府开放活动计划安排报送表"


def run(text: str, properties: str = "") -> str:
    """A run; line breaks and tabs become what Word writes for them."""
    pieces = []
    for index, line in enumerate(text.split("\n")):
        pieces.append("<w:br/>" if index else "")
        for place, piece in enumerate(line.split("\t")):
            pieces.append("<w:tab/>" if place else "")
            pieces.append(f'<w:t xml:space="preserve">{escape(piece)}</w:t>' if piece else "")
    return f"<w:r>{f'<w:rPr>{properties}</w:rPr>' if properties else ''}{''.join(pieces)}</w:r>"


def para(*runs: str, properties: str = "") -> str:
    """A paragraph of runs; plain text becomes a run."""
    inside = "".join(piece if piece.startswith(_READY) else run(piece) for piece in runs)
    return f"<w:p>{f'<w:pPr>{properties}</w:pPr>' if properties else ''}{inside}</w:p>"


def paras(text: str) -> str:
    """A paragraph a line, as when somebody presses Enter."""
    return "".join(para(line) for line in text.split("\n"))


def cell(content: str = "", *, span: int = 1, merge: str = "", properties: str = "") -> str:
    """A cell of text (a paragraph a line) or of ready-made blocks. `merge`: "restart" or "continue"."""
    blocks = content if content.startswith(_READY) else paras(content)
    inside = (f'<w:gridSpan w:val="{span}"/>' if span > 1 else "") + (
        f'<w:vMerge w:val="{merge}"/>' if merge == "restart" else "<w:vMerge/>" if merge else ""
    )
    return f"<w:tc><w:tcPr>{inside}{properties}</w:tcPr>{blocks}</w:tc>"


def row(*cells: str, properties: str = "") -> str:
    return f"<w:tr>{f'<w:trPr>{properties}</w:trPr>' if properties else ''}{''.join(cells)}</w:tr>"


def table(*rows: str, columns: int = 4) -> str:
    grid = '<w:gridCol w:w="2000"/>' * columns
    return f"<w:tbl><w:tblPr/><w:tblGrid>{grid}</w:tblGrid>{''.join(rows)}</w:tbl>"


def pair(label: str, value: str, span: int = 3) -> str:
    """A row of a label and a value across the rest of the table."""
    return row(cell(label), cell(value, span=span))


def form_table(form: PlanForm, labels: Mapping[str, str] = LABELS) -> str:
    """The table of the form as on paper, the labels as given."""
    return table(*form_rows(form, labels))


def form_rows(form: PlanForm, labels: Mapping[str, str] = LABELS) -> list[str]:
    labels = {**LABELS, **labels}
    return [
        pair(labels["theme"], form.theme),
        row(cell(labels["time"]), cell(form.time), cell(labels["place"]), cell(form.place)),
        pair(labels["content"], form.content),
        pair(labels["audience"], form.audience),
        pair(labels["signup"], form.signup),
        row(cell(labels["contact"]), cell(form.contact), cell(labels["phone"]), cell(form.phone)),
    ]


def whole_form(form: PlanForm) -> str:
    """Title, agency and table, as on paper."""
    return para(TITLE) + para("单位名称：", run(form.agency, '<w:u w:val="single"/>')) + form_table(form)


def text_box(blocks: str, *, fallback: bool = True) -> str:
    """A run with a text box, stored twice as Word does: as a shape, and for old programs as VML."""
    again = (
        f"<mc:Fallback><w:pict><v:shape><v:textbox><w:txbxContent>{blocks}</w:txbxContent></v:textbox></v:shape>"
        "</w:pict></mc:Fallback>"
    )
    return (
        '<w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wp:anchor><a:graphic><a:graphicData>'
        f"<wps:wsp><wps:txbx><w:txbxContent>{blocks}</w:txbxContent></wps:txbx></wps:wsp></a:graphicData></a:graphic>"
        f"</wp:anchor></w:drawing></mc:Choice>{again if fallback else ''}</mc:AlternateContent></w:r>"
    )


def picture(relation: str = "rId50") -> str:
    """A run with a picture as DrawingML."""
    return (
        '<w:r><w:drawing><wp:inline><wp:docPr id="1" name="图片 1"/><a:graphic><a:graphicData><pic:pic><pic:blipFill>'
        f'<a:blip r:embed="{relation}"/></pic:blipFill></pic:pic></a:graphicData></a:graphic></wp:inline>'
        "</w:drawing></w:r>"
    )


def old_picture(relation: str = "rId50") -> str:
    """A run with a picture as VML."""
    return f'<w:r><w:pict><v:shape id="p"><v:imagedata r:id="{relation}" o:title="码"/></v:shape></w:pict></w:r>'


def control(content: str, *, properties: str = "", placeholder: bool = False) -> str:
    """A content control around runs, paragraphs or cells."""
    showing = "<w:showingPlcHdr/>" if placeholder else ""
    return f"<w:sdt><w:sdtPr>{properties}{showing}</w:sdtPr><w:sdtContent>{content}</w:sdtContent></w:sdt>"


def docx(
    *blocks: str,
    pictures: Mapping[str, bytes] | None = None,
    parts: Mapping[str, str | bytes] | None = None,
    relations: Sequence[tuple[str, str, str]] = (),
    header: str = "",
    styles: str = "",
) -> bytes:
    """A package with these blocks as its body. `pictures`: PNG by relation id; `parts`: further members by name;
    `relations`: (kind, target, mode) of the document; `header`: blocks at the top of every page."""
    members: dict[str, str | bytes] = {
        "[Content_Types].xml": _content_types(),
        "_rels/.rels": _relations([("rId1", "officeDocument", "word/document.xml", "")]),
    }
    links = [(f"rId{number}", *relation) for number, relation in enumerate(relations, start=100)]
    for number, (name, content) in enumerate((pictures or {}).items()):
        members[f"word/media/image{number}.png"] = content
        links.append((name, "image", f"media/image{number}.png", ""))
    for name, content, kind in (("header1.xml", header, "header"), ("styles.xml", styles, "styles")):
        if content:
            root = {"header": "hdr", "styles": "styles"}[kind]
            members[f"word/{name}"] = f"<w:{root} {NAMESPACES}>{content}</w:{root}>"
            links.append((kind, kind, name, ""))
    members["word/_rels/document.xml.rels"] = _relations(links)
    members["word/document.xml"] = document(*blocks)
    return package({**members, **(parts or {})})


def document(*blocks: str) -> str:
    """The main part; behind a table stands the empty paragraph that Word never goes without."""
    body = "".join(blocks)
    after = "<w:p/>" if body.endswith("</w:tbl>") else ""
    head = '<?xml version="1.0" encoding="UTF-8"?>'
    return f"{head}<w:document {NAMESPACES}><w:body>{body}{after}</w:body></w:document>"


def package(members: Mapping[str, str | bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return packed.getvalue()


def _content_types() -> str:
    return (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/><Default Extension="png" ContentType="image/png"/>'
        f'<Override PartName="/word/document.xml" ContentType="{_TYPE}.document.main+xml"/>'
        f'<Override PartName="/word/styles.xml" ContentType="{_TYPE}.styles+xml"/>'
        f'<Override PartName="/word/header1.xml" ContentType="{_TYPE}.header+xml"/></Types>'
    )


def _relations(links: Sequence[tuple[str, str, str, str]]) -> str:
    inside = "".join(
        f'<Relationship Id="{name}" Type="{R}/{kind}" Target={quoteattr(target)}'
        f"{f' TargetMode={quoteattr(mode)}' if mode else ''}/>"
        for name, kind, target, mode in links
    )
    return (
        f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{inside}</Relationships>'
    )
