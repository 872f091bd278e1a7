"""Forms by what stands in their cells: guidance, ways of typing, QR codes."""

from collections.abc import Iterator
from dataclasses import replace

from openday.documents.plan_form import PlanForm
from openday.documents.qr import qr_png
from tests.factories.word_forms import (
    FORM,
    cell,
    docx,
    form_rows,
    form_table,
    old_picture,
    para,
    paras,
    picture,
    row,
    run,
    table,
    text_box,
    whole_form,
)
from tests.factories.word_forms_features import HEAD, form_with, with_theme
from tests.factories.word_forms_layouts import Variant

ADDRESS = "https://www.qingtian.example.gov.cn/open-day/sign-up?activity=17"


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
    yield Variant("guidance before the answers", docx(HEAD, form_table(before)), (FORM,))
    yield Variant("guidance behind the answers", docx(HEAD, form_table(behind)), (FORM,))
    yield Variant("guidance on the same line", docx(HEAD, form_table(beside)), (FORM,))
    yield Variant(
        "guidance instead of answers",
        docx(HEAD, form_table(alone)),
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
    yield Variant("brackets that are no guidance", docx(HEAD, form_table(real)), (real,))
    below = para("填写说明：1.时间需具体到月份；2.地点填写名称。") + para("注：报名方式可不填。")
    yield Variant("guidance below the table", docx(whole_form(FORM), below), (FORM,))
    row_below = table(
        *form_rows(FORM), row(cell("填表说明：时间需具体到月份，地点不需要门牌号，联系人：填写姓名。", span=4))
    )
    yield Variant("guidance in the last row", docx(HEAD, row_below), (FORM,))


def texts() -> Iterator[Variant]:
    """How the text itself is typed."""
    yield with_theme(
        "soft line breaks",
        para(run("一滴水的旅程\n走进第一水厂")),
        form=replace(FORM, theme="一滴水的旅程\n走进第一水厂"),
    )
    yield with_theme("tabs", para(run("一滴水\t第一水厂")), form=replace(FORM, theme="一滴水\t第一水厂"))
    yield with_theme("many runs", para(*(run(letter) for letter in FORM.theme)))
    yield with_theme("empty paragraphs around", para() + para("　") + para(FORM.theme) + para())
    yield with_theme("a line to write on", para(run(f"____{FORM.theme}____")))
    yield with_theme("an empty line to write on", para(run("＿" * 12)), form=replace(FORM, theme=""))
    yield with_theme(
        "a no-break hyphen",
        para(run("一滴水"), "<w:r><w:noBreakHyphen/></w:r>", run("水厂")),
        form=replace(FORM, theme="一滴水-水厂"),
    )
    yield with_theme(
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
        docx(form_with(2, row(cell("活动内容"), cell(numbered, span=3)))),
        (replace(FORM, content="参观\n座谈"),),
        "自动编号",
    )
    nested = (
        para("日程：") + table(row(cell("9:00"), cell("参观")), row(cell("10:00"), cell("座谈")), columns=2) + para()
    )
    yield Variant(
        "a table within the content",
        docx(form_with(2, row(cell("活动内容"), cell(nested, span=3)))),
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
        yield Variant(name, docx(form_with(4, row(cell(signup), cell(para(inside), span=3))), pictures=code), (only,))
        yield Variant(
            f"text and {name}",
            docx(form_with(4, row(cell(signup), cell(para("扫描二维码报名") + para(inside), span=3))), pictures=code),
            (both,),
        )
    drawn, old = picture()[5:-6], old_picture()[5:-6]  # what the runs hold
    twice = (
        f'<w:r><mc:AlternateContent><mc:Choice Requires="wps">{drawn}</mc:Choice><mc:Fallback>{old}</mc:Fallback>'
        "</mc:AlternateContent></w:r>"
    )
    yield Variant(
        "a code stored twice", docx(form_with(4, row(cell(signup), cell(para(twice), span=3))), pictures=code), (only,)
    )
    yield Variant(
        "a code in a text box",
        docx(form_with(4, row(cell(signup), cell(para(text_box(para(picture()))), span=3))), pictures=code),
        (only,),
    )
    yield Variant(
        "a code beside the label",
        docx(form_with(4, row(cell(para(signup) + para(picture())), cell("扫描二维码报名", span=3))), pictures=code),
        (both,),
    )
    second = "https://www.qingtian.example.gov.cn/other"
    two = {**code, "rId51": qr_png(second)}
    yield Variant(
        "two codes",
        docx(form_with(4, row(cell(signup), cell(para(picture("rId50"), picture("rId51")), span=3))), pictures=two),
        (replace(FORM, signup=f"{ADDRESS}\n{second}"),),
    )
    written = replace(FORM, signup=f"网址：{ADDRESS}")
    yield Variant(
        "a code of the address beside it",
        docx(form_with(4, row(cell(signup), cell(para(written.signup) + para(picture()), span=3))), pictures=code),
        (written,),
    )
    yield Variant("a code elsewhere", docx(whole_form(FORM), para(picture()), pictures=code), (FORM,), ADDRESS)
    yield Variant(
        "a code of plain text",
        docx(
            form_with(4, row(cell(signup), cell(para(picture()), span=3))), pictures={"rId50": qr_png("请到前台报名")}
        ),
        (replace(FORM, signup=""),),
        "不是网址",
    )
    yield Variant(
        "a picture without a code",
        docx(
            form_with(4, row(cell(signup), cell(para("现场报名") + para(picture()), span=3))),
            pictures={"rId50": _blank_png()},
        ),
        (replace(FORM, signup="现场报名"),),
        "没有读出二维码",
    )
    yield Variant(
        "a picture that is broken",
        docx(
            form_with(4, row(cell(signup), cell(para("现场报名") + para(picture()), span=3))),
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


GROUPS = ("guidance", "texts", "codes")
