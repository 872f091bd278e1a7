"""Forms that LibreOffice wrote: typed as OpenDocument or HTML, or sent through other formats and back."""

import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from xml.sax.saxutils import escape

from openday.documents.plan_form import PlanForm, plan_form_docx
from tests.factories import (
    word_forms_clerks,
    word_forms_features,
    word_forms_layouts,
    word_forms_places,
    word_forms_texts,
)
from tests.factories.word_forms import FORM, LABELS, OTHER, TITLE
from tests.factories.word_forms_layouts import Variant

_SPACES = " ".join(
    f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for prefix, name in {
        "office": "office",
        "text": "text",
        "table": "table",
        "draw": "drawing",
        "style": "style",
        "svg": "svg-compatible",
        "fo": "xsl-fo-compatible",
    }.items()
)
# Sent through .odt and through .doc and back; each has something in it that a converter writes anew.
SENT_ROUND = (
    "the form on paper",
    "labels with spaces and colons",
    "labels with line breaks",
    "a merged label beside three rows of content",
    "label and value merged downwards",
    "title and agency inside the table",
    "the agency merged down the left side",
    "columns that do not line up",
    "labels above their values, in blocks",
    "everything in one cell",
    "an underlined agency",
    "no table at all",
    "two forms",
    "several forms in one table",
    "inserted text",
    "deleted text",
    "hidden text",
    "a link",
    "boxes",
    "guidance behind the answers",
    "soft line breaks",
    "text and a code",
    "rare characters",
    "an empty column between",
)


def _p(text: str) -> str:
    lines = "<text:line-break/>".join(escape(line) for line in text.split("\v"))
    return f"<text:p>{lines}</text:p>"


def _cell(content: str, span: int = 1, down: int = 1) -> str:
    inside = content if content.startswith(("<text:", "<draw:")) else "".join(map(_p, content.split("\n")))
    return (
        f'<table:table-cell table:number-columns-spanned="{span}" table:number-rows-spanned="{down}">{inside}'
        f"</table:table-cell>{'<table:covered-table-cell/>' * (span - 1)}"
    )


def _row(*cells: str) -> str:
    return f"<table:table-row>{''.join(cells)}</table:table-row>"


def _table(*rows: str, columns: int = 4) -> str:
    return f'<table:table><table:table-column table:number-columns-repeated="{columns}"/>{"".join(rows)}</table:table>'


def _rows(form: PlanForm) -> list[str]:
    return [
        _row(_cell("活动主题"), _cell(form.theme, 3)),
        _row(_cell("开展时间"), _cell(form.time), _cell("开展地点"), _cell(form.place)),
        _row(_cell("活动内容"), _cell(form.content, 3)),
        _row(_cell("活动对象"), _cell(form.audience, 3)),
        _row(_cell("活动报名方式"), _cell(form.signup, 3)),
        _row(_cell("联系人"), _cell(form.contact), _cell("联系方式"), _cell(form.phone)),
    ]


def _flat(body: str, styles: str = "", changes: str = "") -> bytes:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document {_SPACES} office:version="1.3" '
        'office:mimetype="application/vnd.oasis.opendocument.text">'
        f"<office:automatic-styles>{styles}</office:automatic-styles>"
        f"<office:body><office:text>{changes}{body}</office:text></office:body></office:document>"
    ).encode()


def typed() -> Iterator[Variant]:
    """Flat OpenDocument texts; `data` is what LibreOffice is given."""
    head = _p(TITLE) + _p(f"单位名称：{FORM.agency}")
    rows = _rows(FORM)
    yield Variant("typed as on paper", _flat(head + _table(*rows)), (FORM,))
    yield Variant(
        "typed twice",
        _flat(head + _table(*rows) + _p(TITLE) + _p(f"单位名称：{OTHER.agency}") + _table(*_rows(OTHER))),
        (FORM, OTHER),
    )
    tall = [
        *rows[:2],
        _row(_cell("活动内容", down=2), _cell("一、参观取水口、滤池和“智慧水务”调度中心。", 3)),
        _row("<table:covered-table-cell/>", _cell("二、座谈：水价与水质。", 3)),
        *rows[3:],
    ]
    yield Variant("typed with a tall label", _flat(head + _table(*tall)), (FORM,), "分在几个单元格")
    frame = (
        '<text:p><draw:frame text:anchor-type="as-char" svg:width="9cm" svg:height="2cm"><draw:text-box>'
        f"{_p(FORM.theme)}</draw:text-box></draw:frame></text:p>"
    )
    yield Variant(
        "typed with a frame", _flat(head + _table(_row(_cell("活动主题"), _cell(frame, 3)), *rows[1:])), (FORM,)
    )
    floating = (
        '<text:p><draw:frame text:anchor-type="paragraph" svg:width="9cm" svg:height="2cm"><draw:text-box>'
        f"{_p(f'单位名称：{FORM.agency}')}</draw:text-box></draw:frame></text:p>"
    )
    yield Variant("typed with a floating agency", _flat(_p(TITLE) + floating + _table(*rows)), (FORM,))
    broken = replace(FORM, theme="一滴水的旅程\n走进第一水厂")
    yield Variant(
        "typed with line breaks",
        _flat(head + _table(_row(_cell("活动\v主题"), _cell("一滴水的旅程\v走进第一水厂", 3)), *rows[1:])),
        (broken,),
    )
    nested = f"{_p('')}{_table(*rows)}{_p('')}"
    yield Variant("typed in a frame table", _flat(head + _table(_row(_cell(nested)), columns=1)), (FORM,))
    hidden = (
        '<style:style style:name="H" style:family="text"><style:text-properties text:display="none"/></style:style>'
    )
    secret = f'<text:p><text:span text:style-name="H">内部编号</text:span>{FORM.theme}</text:p>'
    yield Variant(
        "typed with hidden words",
        _flat(head + _table(_row(_cell("活动主题"), _cell(secret, 3)), *rows[1:]), hidden),
        (FORM,),
    )
    lines = [f"单位名称：{FORM.agency}", *(f"{label}：{getattr(FORM, key)}" for key, label in LABELS.items())]
    yield Variant("typed as lines", _flat("".join(_p(part) for line in lines for part in line.split("\n"))), (FORM,))
    gap = '<text:s text:c="2"/>'
    spaced = f"<text:p>单{gap}位{gap}名{gap}称：{gap}{gap}{FORM.agency}</text:p>"
    yield Variant("typed with spaces", _flat(_p(TITLE) + spaced + _table(*rows)), (FORM,))
    note = f"<text:note-citation>1</text:note-citation><text:note-body>{_p('暂名')}</text:note-body>"
    noted = f'<text:p>{FORM.theme}<text:note text:note-class="footnote">{note}</text:note></text:p>'
    yield Variant(
        "typed with a footnote", _flat(head + _table(_row(_cell("活动主题"), _cell(noted, 3)), *rows[1:])), (FORM,)
    )
    changed = '<text:p>一滴水的旅程——<text:change text:change-id="c1"/>走进第一水厂</text:p>'
    change = (
        '<text:tracked-changes><text:changed-region xml:id="c1" text:id="c1"><text:deletion><office:change-info/>'
        f"{_p('从前')}</text:deletion></text:changed-region></text:tracked-changes>"
    )
    yield Variant(
        "typed with a deletion",
        _flat(head + _table(_row(_cell("活动主题"), _cell(changed, 3)), *rows[1:]), changes=change),
        (FORM,),
    )


def pages() -> Iterator[Variant]:
    """HTML, as copied from a portal; `data` is what LibreOffice is given."""

    def page(body: str) -> bytes:
        return f'<html><head><meta charset="utf-8"></head><body>{body}</body></html>'.encode()

    def html_rows(form: PlanForm) -> str:
        one = {key: escape(getattr(form, key)).replace("\n", "<br>") for key in vars(form)}
        return (
            f"<tr><td>活动主题</td><td colspan=3>{one['theme']}</td></tr>"
            f"<tr><td>开展时间</td><td>{one['time']}</td><td>开展地点</td><td>{one['place']}</td></tr>"
            f"<tr><td>活动内容</td><td colspan=3>{one['content']}</td></tr>"
            f"<tr><td>活动对象</td><td colspan=3>{one['audience']}</td></tr>"
            f"<tr><td>活动报名方式</td><td colspan=3>{one['signup']}</td></tr>"
            f"<tr><td>联系人</td><td>{one['contact']}</td><td>联系方式</td><td>{one['phone']}</td></tr>"
        )

    head = f"<h1>{TITLE}</h1><p>单位名称：<u>{FORM.agency}</u></p>"
    yield Variant("a page", page(f"{head}<table border=1>{html_rows(FORM)}</table>"), (FORM,))
    yield Variant(
        "a page with the agency in the table",
        page(
            f"<table border=1><tr><th colspan=4>{TITLE}</th></tr>"
            f"<tr><td>单位名称</td><td colspan=3>{FORM.agency}</td></tr>{html_rows(FORM)}</table>"
        ),
        (FORM,),
    )
    yield Variant(
        "a page of two tables",
        page(
            f"{head}<table border=1>{html_rows(FORM)}</table>"
            f"<p>单位名称：{OTHER.agency}</p><table border=1>{html_rows(OTHER)}</table>"
        ),
        (FORM, OTHER),
    )
    cells = "".join(
        f"<tr><td><b>{label}</b>：{escape(getattr(FORM, key))}</td></tr>".replace("\n", "<br>")
        for key, label in LABELS.items()
    )
    yield Variant("a page with one column", page(f"{head}<table border=1>{cells}</table>"), (FORM,))


def sent() -> list[Variant]:
    """The Word files that are sent round."""
    everything = [
        each
        for factory in (word_forms_layouts, word_forms_places, word_forms_features, word_forms_texts, word_forms_clerks)
        for group in factory.GROUPS
        for each in getattr(factory, group)()
    ]
    chosen = [each for each in everything if each.name in SENT_ROUND]
    assert len(chosen) == len(SENT_ROUND)
    return [*chosen, Variant("the form as this product writes it", plan_form_docx(FORM), (FORM,))]


def converted(folder: Path, variants: Sequence[Variant], ending: str, *ways: str, reads: str = "") -> list[Variant]:
    """The variants as LibreOffice writes them, converted by each of `ways` (file ending and filter) in turn.

    One run of the program a way; `reads` names the filter to read the first format with, where it must be told.
    """
    folder.mkdir(parents=True)
    for number, variant in enumerate(variants):
        (folder / f"{number}.{ending}").write_bytes(variant.data)
    for way in ways:
        files = sorted(map(str, folder.glob(f"*.{ending}")))
        options = [f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless", "--norestore"]
        options += [f"--infilter={reads}"] if reads else []
        ending, reads = way.partition(":")[0], ""
        folder = folder / ending
        subprocess.run(
            ["soffice", *options, "--convert-to", way, "--outdir", str(folder), *files],
            check=True,
            capture_output=True,
            timeout=300,
        )
    return [
        replace(variant, data=(folder / f"{number}.{ending}").read_bytes()) for number, variant in enumerate(variants)
    ]
