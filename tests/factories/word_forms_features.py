"""Forms with what word processors can do to a text: changes, controls, fields, guidance, pictures, symbols."""

from collections.abc import Iterator
from dataclasses import replace

from openday.documents.plan_form import PlanForm
from openday.documents.qr import qr_png
from tests.factories.word_forms import (
    FORM,
    TITLE,
    cell,
    control,
    docx,
    form_rows,
    form_table,
    old_picture,
    pair,
    para,
    paras,
    picture,
    row,
    run,
    table,
    text_box,
    whole_form,
)
from tests.factories.word_forms_layouts import Variant

ADDRESS = "https://www.qingtian.example.gov.cn/open-day/sign-up?activity=17"
_HEAD = para(TITLE) + para(f"单位名称：{FORM.agency}")
_BY = 'w:id="1" w:author="某人" w:date="2026-06-01T00:00:00Z"'


def _with(place: int, replaced: str, *, form: PlanForm = FORM) -> str:
    rows = form_rows(form)
    rows[place] = replaced
    return _HEAD + table(*rows)


def _theme(name: str, *inside: str, form: PlanForm = FORM, warning: str = "", styles: str = "") -> Variant:
    """A form whose theme cell holds these blocks."""
    data = docx(_with(0, row(cell("活动主题"), cell("".join(inside), span=3))), styles=styles)
    return Variant(name, data, (form,), warning)


def _inserted(inside: str) -> str:
    return f"<w:ins {_BY}>{inside}</w:ins>"


def _deleted(text: str) -> str:
    return f'<w:del {_BY}><w:r><w:delText xml:space="preserve">{text}</w:delText></w:r></w:del>'


def changes() -> Iterator[Variant]:
    """Tracked changes, taken as accepted."""
    yield _theme("inserted text", para(run("一滴水的旅程"), _inserted(run("——走进第一水厂"))))
    yield _theme("deleted text", para(run("一滴水的旅程"), _deleted("（暂名）"), run("——走进第一水厂")))
    yield _theme("deleted text of an old program", para(f"<w:del {_BY}>{run('旧主题')}</w:del>", run(FORM.theme)))
    moved = f"<w:moveFrom {_BY}>{run('走进第一水厂')}</w:moveFrom>"
    arrived = f"<w:moveTo {_BY}>{run('走进第一水厂')}</w:moveTo>"
    yield _theme("moved text", para(moved, run("一滴水的旅程——"), arrived))
    gone = f"<w:rPr><w:del {_BY}/></w:rPr>"
    yield _theme("a deleted paragraph end", para(run("一滴水的旅程——"), properties=gone) + para("走进第一水厂"))
    yield _theme("a deleted paragraph", para(_deleted("旧的主题"), properties=gone) + para(FORM.theme))
    yield Variant(
        "a deleted row",
        docx(
            _HEAD
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
            _with(
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
    yield _theme("a changed face", para(run(FORM.theme, f"<w:b/>{old}")))
    yield _theme(
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
    yield _theme("hidden text", para(run("内部编号017", "<w:vanish/>"), run(FORM.theme)))
    yield _theme("text hidden no more", para(run(FORM.theme, '<w:vanish w:val="0"/>')))
    style = (
        '<w:style w:type="character" w:styleId="Secret"><w:rPr><w:vanish/></w:rPr></w:style>'
        '<w:style w:type="character" w:styleId="Below"><w:basedOn w:val="Secret"/></w:style>'
    )
    yield _theme(
        "text hidden by a style",
        para(run("内部", '<w:rStyle w:val="Below"/>'), run(FORM.theme)),
        styles=style,
    )
    yield _theme("field codes", para('<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>HYPERLINK "x"</w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r>', run(FORM.theme), '<w:r><w:fldChar w:fldCharType="end"/></w:r>'))  # fmt: skip
    yield _theme("small letters above", para(f"<w:r><w:ruby><w:rt>{run('yī')}</w:rt><w:rubyBase>{run('一')}</w:rubyBase></w:ruby></w:r>", run(FORM.theme[1:])))  # fmt: skip
    boxed = para(text_box(para(FORM.theme)))
    yield _theme("a text box stored twice", boxed)
    yield _theme("a text box stored once", para(text_box(para(FORM.theme), fallback=False)))
    yield _theme("an empty first branch", para(f'<w:r><mc:AlternateContent><mc:Choice Requires="x"><w:drawing/></mc:Choice><mc:Fallback>{"<w:pict><v:shape><v:textbox><w:txbxContent>" + para(FORM.theme) + "</w:txbxContent></v:textbox></v:shape></w:pict>"}</mc:Fallback></mc:AlternateContent></w:r>'))  # fmt: skip


def controls() -> Iterator[Variant]:
    """Content controls and form fields."""
    yield _theme("a control around a run", para(control(run(FORM.theme))))
    yield _theme("a control around a paragraph", control(para(FORM.theme)))
    yield _theme(
        "a placeholder", para(control(run("单击或点击此处输入文字。"), placeholder=True)), form=replace(FORM, theme="")
    )
    yield _theme("a placeholder that is none any more", para(run("单击此处输入文字。")), form=replace(FORM, theme=""))
    yield Variant(
        "a control around a cell",
        docx(_with(0, row(cell("活动主题"), control(cell(FORM.theme, span=3))))),
        (FORM,),
    )
    yield Variant(
        "a placeholder around a cell",
        docx(
            _with(
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
        "a control around a row", docx(_HEAD + table(control(form_rows(FORM)[0]), *form_rows(FORM)[1:])), (FORM,)
    )
    yield Variant("a control around the table", docx(_HEAD + control(form_table(FORM))), (FORM,))
    yield _theme("a simple field", para(f'<w:fldSimple w:instr="DOCPROPERTY x">{run(FORM.theme)}</w:fldSimple>'))
    yield _theme("a link", para(f'<w:hyperlink w:anchor="x">{run(FORM.theme)}</w:hyperlink>'))
    begin = '<w:r><w:fldChar w:fldCharType="begin">{}</w:fldChar></w:r>'
    end = '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    field = begin.format('<w:ffData><w:textInput><w:default w:val="请输入"/></w:textInput></w:ffData>')
    middle = '<w:r><w:instrText>FORMTEXT</w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r>'
    yield _theme("an old text field", para(field, middle, run(FORM.theme), end))
    yield _theme(
        "an old text field left empty", para(field, middle, run("\u2002" * 5), end), form=replace(FORM, theme="")
    )
    chosen = begin.format('<w:ffData><w:ddList><w:result w:val="1"/><w:listEntry w:val="请选择"/><w:listEntry w:val="10月"/></w:ddList></w:ffData>')  # fmt: skip
    yield Variant(
        "an old list",
        docx(
            _with(
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
        docx(_with(3, row(cell("活动对象"), cell(options, span=3)))),
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
                _with(
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
            _with(
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
    yield Variant(
        "boxes of which none is ticked",
        docx(_with(3, pair("活动对象", "□企业代表　□市民代表"))),
        (replace(FORM, audience=""),),
        "没有打勾",
    )


def guidance() -> Iterator[Variant]:
    """Guidance of the blank form left standing."""
    hints = {
        "time": "（时间需具体到月份，可具体到日或者上旬、中旬、下旬）",
        "place": "（填写地点名称即可，无需具体门牌号）",
        "audience": "（如：企业代表10人）",
        "signup": "（报名邮箱、二维码等；如参与人员非公开招募产生，可不填写）",
        "theme": "（不超过20字）",
        "content": "（请填写活动的主要内容及流程，200字以内）",
        "contact": "（姓名）",
    }
    before = PlanForm(**{**vars(FORM), **{key: f"{hint}\n{getattr(FORM, key)}" for key, hint in hints.items()}})
    behind = PlanForm(**{**vars(FORM), **{key: f"{getattr(FORM, key)}\n{hint}" for key, hint in hints.items()}})
    beside = PlanForm(**{**vars(FORM), **{key: f"{getattr(FORM, key)}{hint}" for key, hint in hints.items()}})
    alone = PlanForm(**{**vars(FORM), **{key: hint for key, hint in hints.items() if key not in ("theme", "content")}})
    yield Variant("guidance before the answers", docx(_HEAD, form_table(before)), (FORM,))
    yield Variant("guidance behind the answers", docx(_HEAD, form_table(behind)), (FORM,))
    yield Variant("guidance on the same line", docx(_HEAD, form_table(beside)), (FORM,))
    yield Variant(
        "guidance instead of answers",
        docx(_HEAD, form_table(alone)),
        (replace(FORM, time="", place="", audience="", signup="", contact=""),),
    )
    real = replace(
        FORM,
        time="9月（具体到哪一天另行通知）",
        place="第一水厂（人民路18号北门）",
        content="参观（需佩戴安全帽）。\n注：请携带身份证。\n现场填写意见征集表。",
        audience="社会各界代表30人（如企业代表、群众代表）",
        signup="扫码填写报名表（姓名、电话）",
    )
    yield Variant("brackets that are no guidance", docx(_HEAD, form_table(real)), (real,))
    below = para("填写说明：1.时间需具体到月份；2.地点填写名称。") + para("注：报名方式可不填。")
    yield Variant("guidance below the table", docx(whole_form(FORM), below), (FORM,))
    row_below = table(
        *form_rows(FORM), row(cell("填表说明：时间需具体到月份，地点不需要门牌号，联系人：填写姓名。", span=4))
    )
    yield Variant("guidance in the last row", docx(_HEAD, row_below), (FORM,))


def texts() -> Iterator[Variant]:
    """How the text itself is typed."""
    yield _theme(
        "soft line breaks",
        para(run("一滴水的旅程\n走进第一水厂")),
        form=replace(FORM, theme="一滴水的旅程\n走进第一水厂"),
    )
    yield _theme("tabs", para(run("一滴水\t第一水厂")), form=replace(FORM, theme="一滴水\t第一水厂"))
    yield _theme("many runs", para(*(run(letter) for letter in FORM.theme)))
    yield _theme("empty paragraphs around", para() + para("　") + para(FORM.theme) + para())
    yield _theme("a line to write on", para(run(f"____{FORM.theme}____")))
    yield _theme("an empty line to write on", para(run("＿" * 12)), form=replace(FORM, theme=""))
    yield _theme(
        "a no-break hyphen",
        para(run("一滴水"), "<w:r><w:noBreakHyphen/></w:r>", run("水厂")),
        form=replace(FORM, theme="一滴水-水厂"),
    )
    yield _theme(
        "a formula",
        para("<m:oMath><m:r><m:t>5㎡</m:t></m:r></m:oMath>", run("水池")),
        form=replace(FORM, theme="5㎡水池"),
    )
    numerals = replace(
        FORM,
        audience="企业代表十人、市民代表二十余人",
        time="二〇二六年九月十六日下午二时",
        phone="０５７８－００００００００",
    )
    yield Variant("Chinese and wide numerals", docx(whole_form(numerals)), (numerals,))
    long = replace(FORM, content="\n".join(f"{number}. 第{number}项活动内容，时间：9:00。" for number in range(1, 60)))
    yield Variant("a long content", docx(whole_form(long)), (long,))
    labelled = replace(FORM, content="活动时间：上午9:00\n活动地点：大厅\n联系人：王五\n流程：参观")
    yield Variant("names of cells within the content", docx(whole_form(labelled)), (labelled,))
    odd = replace(FORM, theme="<b>&amp; {{ 7*7 }} ]]>", place="A & B“座”", contact="欧阳·娜")
    yield Variant("markup as text", docx(whole_form(odd)), (odd,))
    slash = replace(FORM, signup="/", phone="无")
    yield Variant("strokes for nothing", docx(whole_form(slash)), (slash,))
    numbered = paras("") + "".join(
        para(line, properties='<w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr>') for line in ("参观", "座谈")
    )
    yield Variant(
        "numbers set by the program",
        docx(_with(2, row(cell("活动内容"), cell(numbered, span=3)))),
        (replace(FORM, content="参观\n座谈"),),
        "自动编号",
    )
    nested = (
        para("日程：") + table(row(cell("9:00"), cell("参观")), row(cell("10:00"), cell("座谈")), columns=2) + para()
    )
    yield Variant(
        "a table within the content",
        docx(_with(2, row(cell("活动内容"), cell(nested, span=3)))),
        (replace(FORM, content="日程：\n9:00 参观\n10:00 座谈"),),
        "表格",
    )
    strict = docx(whole_form(FORM))
    yield Variant("the strict kind of document", _strict(strict), (FORM,))


def codes() -> Iterator[Variant]:
    """QR codes in the cell of the sign-up method."""
    code = {"rId50": qr_png(ADDRESS)}
    both = replace(FORM, signup=f"扫描二维码报名\n{ADDRESS}")
    only = replace(FORM, signup=ADDRESS)
    signup = "活动报名方式"
    for name, inside in {"a code": picture(), "a code of an old program": old_picture()}.items():
        yield Variant(name, docx(_with(4, row(cell(signup), cell(para(inside), span=3))), pictures=code), (only,))
        yield Variant(
            f"text and {name}",
            docx(_with(4, row(cell(signup), cell(para("扫描二维码报名") + para(inside), span=3))), pictures=code),
            (both,),
        )
    twice = f'<w:r><mc:AlternateContent><mc:Choice Requires="wps">{picture()[5:-6]}</mc:Choice><mc:Fallback>{old_picture()[5:-6]}</mc:Fallback></mc:AlternateContent></w:r>'
    yield Variant(
        "a code stored twice", docx(_with(4, row(cell(signup), cell(para(twice), span=3))), pictures=code), (only,)
    )
    yield Variant(
        "a code in a text box",
        docx(_with(4, row(cell(signup), cell(para(text_box(para(picture()))), span=3))), pictures=code),
        (only,),
    )
    yield Variant(
        "a code beside the label",
        docx(_with(4, row(cell(para(signup) + para(picture())), cell("扫描二维码报名", span=3))), pictures=code),
        (both,),
    )
    second = "https://www.qingtian.example.gov.cn/other"
    two = {**code, "rId51": qr_png(second)}
    yield Variant(
        "two codes",
        docx(_with(4, row(cell(signup), cell(para(picture("rId50"), picture("rId51")), span=3))), pictures=two),
        (replace(FORM, signup=f"{ADDRESS}\n{second}"),),
    )
    written = replace(FORM, signup=f"网址：{ADDRESS}")
    yield Variant(
        "a code of the address beside it",
        docx(_with(4, row(cell(signup), cell(para(written.signup) + para(picture()), span=3))), pictures=code),
        (written,),
    )
    yield Variant("a code elsewhere", docx(whole_form(FORM), para(picture()), pictures=code), (FORM,), ADDRESS)
    yield Variant(
        "a code of plain text",
        docx(_with(4, row(cell(signup), cell(para(picture()), span=3))), pictures={"rId50": qr_png("请到前台报名")}),
        (replace(FORM, signup=""),),
        "不是网址",
    )
    yield Variant(
        "a picture without a code",
        docx(
            _with(4, row(cell(signup), cell(para("现场报名") + para(picture()), span=3))),
            pictures={"rId50": _blank_png()},
        ),
        (replace(FORM, signup="现场报名"),),
        "没有读出二维码",
    )
    yield Variant(
        "a picture that is broken",
        docx(
            _with(4, row(cell(signup), cell(para("现场报名") + para(picture()), span=3))),
            pictures={"rId50": b"\x89PNG\r\n\x1a\nbroken"},
        ),
        (replace(FORM, signup="现场报名"),),
        "没有读出二维码",
    )


def _blank_png() -> bytes:
    import io

    from PIL import Image

    target = io.BytesIO()
    Image.new("RGB", (200, 200), "white").save(target, "PNG")
    return target.getvalue()


def _strict(data: bytes) -> bytes:
    import io
    import zipfile

    from tests.factories.word_forms import package

    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = {name: archive.read(name).decode() for name in archive.namelist()}
    swaps = {
        "http://schemas.openxmlformats.org/wordprocessingml/2006/main": "http://purl.oclc.org/ooxml/wordprocessingml/main",
        "http://schemas.openxmlformats.org/officeDocument/2006/relationships": "http://purl.oclc.org/ooxml/officeDocument/relationships",
    }
    for old, new in swaps.items():
        members = {name: text.replace(old, new) for name, text in members.items()}
    return package(members)


GROUPS = ("changes", "hidden", "controls", "guidance", "texts", "codes")
