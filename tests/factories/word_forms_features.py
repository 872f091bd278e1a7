"""Forms with what word processors can do to a text: changes, controls, fields, guidance, pictures, symbols."""

from collections.abc import Iterator
from dataclasses import replace

from openday.documents.plan_form import PlanForm
from tests.factories.word_forms import (
    FORM,
    TITLE,
    cell,
    control,
    docx,
    form_rows,
    form_table,
    pair,
    para,
    row,
    run,
    table,
    text_box,
)
from tests.factories.word_forms_layouts import Variant

ADDRESS = "https://www.qingtian.example.gov.cn/open-day/sign-up?activity=17"
HEAD = para(TITLE) + para(f"单位名称：{FORM.agency}")
_BY = 'w:id="1" w:author="某人" w:date="2026-06-01T00:00:00Z"'


def form_with(place: int, replaced: str, *, form: PlanForm = FORM) -> str:
    rows = form_rows(form)
    rows[place] = replaced
    return HEAD + table(*rows)


def with_theme(name: str, *inside: str, form: PlanForm = FORM, warning: str = "", styles: str = "") -> Variant:
    """A form whose theme cell holds these blocks."""
    data = docx(form_with(0, row(cell("活动主题"), cell("".join(inside), span=3))), styles=styles)
    return Variant(name, data, (form,), warning)


def _inserted(inside: str) -> str:
    return f"<w:ins {_BY}>{inside}</w:ins>"


def _deleted(text: str) -> str:
    return f'<w:del {_BY}><w:r><w:delText xml:space="preserve">{text}</w:delText></w:r></w:del>'


def changes() -> Iterator[Variant]:
    """Tracked changes, taken as accepted."""
    yield with_theme("inserted text", para(run("一滴水的旅程"), _inserted(run("——走进第一水厂"))))
    yield with_theme("deleted text", para(run("一滴水的旅程"), _deleted("（暂名）"), run("——走进第一水厂")))
    yield with_theme("deleted text of an old program", para(f"<w:del {_BY}>{run('旧主题')}</w:del>", run(FORM.theme)))
    moved = f"<w:moveFrom {_BY}>{run('走进第一水厂')}</w:moveFrom>"
    arrived = f"<w:moveTo {_BY}>{run('走进第一水厂')}</w:moveTo>"
    yield with_theme("moved text", para(moved, run("一滴水的旅程——"), arrived))
    gone = f"<w:rPr><w:del {_BY}/></w:rPr>"
    yield with_theme("a deleted paragraph end", para(run("一滴水的旅程——"), properties=gone) + para("走进第一水厂"))
    yield with_theme("a deleted paragraph", para(_deleted("旧的主题"), properties=gone) + para(FORM.theme))
    yield Variant(
        "a deleted row",
        docx(
            HEAD
            + table(
                row(cell("活动主题"), cell("旧的主题", span=3), properties=f"<w:del {_BY}/>"),
                *form_rows(FORM)[:2],
                row(cell("备注"), cell("已删除", span=3), properties=f"<w:del {_BY}/>"),
                *form_rows(FORM)[2:],
            )
        ),
        (FORM,),
    )
    yield Variant(
        "an inserted row",
        docx(
            form_with(
                4,
                row(
                    cell(para(_inserted(run("活动报名方式")))),
                    cell(para(_inserted(run(FORM.signup))), span=3),
                    properties=f"<w:ins {_BY}/>",
                ),
            )
        ),
        (FORM,),
    )
    old = f"<w:rPrChange {_BY}><w:rPr><w:vanish/></w:rPr></w:rPrChange>"
    yield with_theme("a changed face", para(run(FORM.theme, f"<w:b/>{old}")))
    yield with_theme(
        "comments and notes",
        para(
            '<w:commentRangeStart w:id="0"/>',
            run(FORM.theme),
            '<w:commentRangeEnd w:id="0"/><w:r><w:commentReference w:id="0"/></w:r>',
            '<w:r><w:footnoteReference w:id="2"/></w:r>',
        ),
    )


def hidden() -> Iterator[Variant]:
    """Text that is there and not seen."""
    yield with_theme("hidden text", para(run("内部编号017", "<w:vanish/>"), run(FORM.theme)))
    yield with_theme("text hidden no more", para(run(FORM.theme, '<w:vanish w:val="0"/>')))
    style = (
        '<w:style w:type="character" w:styleId="Secret"><w:rPr><w:vanish/></w:rPr></w:style>'
        '<w:style w:type="character" w:styleId="Below"><w:basedOn w:val="Secret"/></w:style>'
    )
    yield with_theme(
        "text hidden by a style",
        para(run("内部", '<w:rStyle w:val="Below"/>'), run(FORM.theme)),
        styles=style,
    )
    yield with_theme(
        "field codes",
        para(
            '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>HYPERLINK "x"</w:instrText></w:r>'
            '<w:r><w:fldChar w:fldCharType="separate"/></w:r>',
            run(FORM.theme),
            '<w:r><w:fldChar w:fldCharType="end"/></w:r>',
        ),
    )
    yield with_theme(
        "small letters above",
        para(
            f"<w:r><w:ruby><w:rt>{run('yī')}</w:rt><w:rubyBase>{run('一')}</w:rubyBase></w:ruby></w:r>",
            run(FORM.theme[1:]),
        ),
    )
    boxed = para(text_box(para(FORM.theme)))
    yield with_theme("a text box stored twice", boxed)
    yield with_theme("a text box stored once", para(text_box(para(FORM.theme), fallback=False)))
    yield with_theme(
        "an empty first branch",
        para(
            '<w:r><mc:AlternateContent><mc:Choice Requires="x"><w:drawing/></mc:Choice><mc:Fallback><w:pict><v:shape>'
            f"<v:textbox><w:txbxContent>{para(FORM.theme)}</w:txbxContent></v:textbox></v:shape></w:pict>"
            "</mc:Fallback></mc:AlternateContent></w:r>"
        ),
    )


def controls() -> Iterator[Variant]:
    """Content controls and form fields."""
    yield with_theme("a control around a run", para(control(run(FORM.theme))))
    yield with_theme("a control around a paragraph", control(para(FORM.theme)))
    yield with_theme(
        "a placeholder", para(control(run("单击或点击此处输入文字。"), placeholder=True)), form=replace(FORM, theme="")
    )
    yield with_theme(
        "a placeholder that is none any more", para(run("单击此处输入文字。")), form=replace(FORM, theme="")
    )
    yield Variant(
        "a control around a cell",
        docx(form_with(0, row(cell("活动主题"), control(cell(FORM.theme, span=3))))),
        (FORM,),
    )
    yield Variant(
        "a placeholder around a cell",
        docx(
            form_with(
                1,
                row(
                    cell("开展时间"),
                    control(cell("点击选择日期"), placeholder=True),
                    cell("开展地点"),
                    cell(FORM.place),
                ),
            )
        ),
        (replace(FORM, time=""),),
    )
    yield Variant(
        "a control around a row", docx(HEAD + table(control(form_rows(FORM)[0]), *form_rows(FORM)[1:])), (FORM,)
    )
    yield Variant("a control around the table", docx(HEAD + control(form_table(FORM))), (FORM,))
    yield with_theme("a simple field", para(f'<w:fldSimple w:instr="DOCPROPERTY x">{run(FORM.theme)}</w:fldSimple>'))
    yield with_theme("a link", para(f'<w:hyperlink w:anchor="x">{run(FORM.theme)}</w:hyperlink>'))
    begin = '<w:r><w:fldChar w:fldCharType="begin">{}</w:fldChar></w:r>'
    end = '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    field = begin.format('<w:ffData><w:textInput><w:default w:val="请输入"/></w:textInput></w:ffData>')
    middle = '<w:r><w:instrText>FORMTEXT</w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r>'
    yield with_theme("an old text field", para(field, middle, run(FORM.theme), end))
    yield with_theme(
        "an old text field left empty", para(field, middle, run("\u2002" * 5), end), form=replace(FORM, theme="")
    )
    chosen = begin.format(
        '<w:ffData><w:ddList><w:result w:val="1"/><w:listEntry w:val="请选择"/><w:listEntry w:val="10月"/></w:ddList>'
        "</w:ffData>"
    )
    yield Variant(
        "an old list",
        docx(
            form_with(
                1,
                row(
                    cell("开展时间"),
                    cell(para(chosen, "<w:r><w:instrText>FORMDROPDOWN</w:instrText></w:r>", end)),
                    cell("开展地点"),
                    cell(FORM.place),
                ),
            )
        ),
        (replace(FORM, time="10月"),),
    )
    box = begin.format('<w:ffData><w:checkBox><w:default w:val="0"/>{}</w:checkBox></w:ffData>')
    options = para(
        box.format('<w:checked w:val="0"/>'),
        end,
        run("企业代表　"),
        box.format("<w:checked/>"),
        end,
        run("市民代表 20 人"),
    )
    yield Variant(
        "old boxes",
        docx(form_with(3, row(cell("活动对象"), cell(options, span=3)))),
        (replace(FORM, audience="市民代表 20 人"),),
        "打勾",
    )
    for name, ticks in {
        "boxes": ("☑", "□"),
        "crossed boxes": ("☒", "☐"),
        "ticks": ("√", "□"),
        "black squares": ("■", "□"),
    }.items():
        yield Variant(
            name,
            docx(
                form_with(
                    3,
                    pair(
                        "活动对象",
                        f"{ticks[0]}企业代表 10 人　{ticks[1]}学生　{ticks[0]}市民代表 20 人　{ticks[1]}其他____",
                    ),
                )
            ),
            (replace(FORM, audience="企业代表 10 人、市民代表 20 人"),),
            "打勾",
        )
    symbol = '<w:r><w:sym w:font="Wingdings 2" w:char="F0{}"/></w:r>'
    yield Variant(
        "boxes of a symbol face",
        docx(
            form_with(
                4,
                row(
                    cell("活动报名方式"),
                    cell(para(symbol.format("52"), run("电话报名 "), symbol.format("A3"), run("网上报名")), span=3),
                ),
            )
        ),
        (replace(FORM, signup="电话报名"),),
        "打勾",
    )
    typed = '<w:rFonts w:ascii="Wingdings 2" w:hAnsi="Wingdings 2"/>'
    letters = para(run("\uf052", typed), run("电话报名 "), run("\uf0a3", typed), run("网上报名"))
    yield Variant(
        "boxes of a symbol face typed as letters",
        docx(form_with(4, row(cell("活动报名方式"), cell(letters, span=3)))),
        (replace(FORM, signup="电话报名"),),
        "打勾",
    )
    yield Variant(
        "boxes of which none is ticked",
        docx(form_with(3, pair("活动对象", "□企业代表　□市民代表"))),
        (replace(FORM, audience=""),),
        "没有打勾",
    )


GROUPS = ("changes", "hidden", "controls")
