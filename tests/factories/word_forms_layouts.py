"""Forms as agencies lay them out: labels, merged and split cells, other orders, no table, several in a file."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from openday.documents.plan_form import PlanForm, plan_form_docx
from tests.factories.word_forms import (
    FORM,
    LABELS,
    OTHER,
    TITLE,
    cell,
    docx,
    form_rows,
    form_table,
    pair,
    para,
    row,
    run,
    table,
    text_box,
    whole_form,
)


@dataclass(frozen=True)
class Variant:
    """A file, what it says, and what a person must be told about it ("" for nothing at all)."""

    name: str
    data: bytes
    forms: tuple[PlanForm, ...]
    warning: str = ""


def _one(name: str, *blocks: str, form: PlanForm = FORM, warning: str = "") -> Variant:
    return Variant(name, docx(*blocks), (form,), warning)


def _head(form: PlanForm = FORM) -> str:
    return para(TITLE) + para(f"单位名称：{form.agency}")


def labels() -> Iterator[Variant]:
    """The names of the cells in many spellings."""
    spellings = {
        "spaces": lambda name: " ".join(name),
        "wide spaces": lambda name: "　".join(name),
        "line breaks": lambda name: "\n".join([name[:2], name[2:]]) if len(name) > 3 else name,
        "breaks in runs": lambda name: name,
        "colons": lambda name: f"{name}：",
        "spaces and colons": lambda name: " ".join(name) + " ：",
        "stars": lambda name: f"*{name}",
        "wide stars behind": lambda name: f"{name}＊",
        "no-break spaces": lambda name: "\u00a0".join(name),
        "zero width spaces": lambda name: "\u200b".join(name),
        "brackets around": lambda name: f"【{name}】",
        "guidance in brackets": lambda name: f"{name}（必填）",
        "guidance below": lambda name: f"{name}\n（请如实填写）",
        "tabs": lambda name: "\t".join(name),
    }
    for name, spelled in spellings.items():
        yield _one(
            f"labels with {name}", _head(), form_table(FORM, {key: spelled(label) for key, label in LABELS.items()})
        )
    numbered = {key: f"{number}.{label}" for number, (key, label) in enumerate(LABELS.items(), 1)}
    yield _one("labels with numbers", _head(), form_table(FORM, numbered))
    chinese = {
        key: f"{number}、{label}" for number, (key, label) in zip("一二三四五六七八", LABELS.items(), strict=True)
    }
    yield _one("labels with Chinese numbers", _head(), form_table(FORM, chinese))
    bracketed = {key: f"（{number}）{label}" for number, (key, label) in enumerate(LABELS.items(), 1)}
    yield _one("labels with numbers in brackets", _head(), form_table(FORM, bracketed))
    circled = {key: f"{number}{label}" for number, (key, label) in zip("①②③④⑤⑥⑦⑧", LABELS.items(), strict=True)}
    yield _one("labels with circled numbers", _head(), form_table(FORM, circled))
    names = {
        "theme": "活动名称（主题）",
        "time": "活动时间",
        "place": "活动地点",
        "content": "活动形式",
        "audience": "活动邀请对象",
        "signup": "报名渠道",
        "contact": "负责人",
        "phone": "联系电话",
    }
    yield _one("other names for everything", para(TITLE), para(f"承办单位：{FORM.agency}"), form_table(FORM, names))
    names = {"theme": "活动名称", "time": "举办时间", "place": "举办地点", "audience": "参与对象", "signup": "预约方式", "contact": "联络员", "phone": "联系人电话"}  # fmt: skip
    yield _one("yet other names", para(f"报送单位（盖章）：{FORM.agency}"), form_table(FORM, names))
    split = table(
        pair("活动主题", FORM.theme),
        row(
            cell("<w:p>" + run("开展") + run(" ") + run("时", "<w:b/>") + run("间") + "</w:p>"),
            cell(FORM.time),
            cell("<w:p>" + run("开展<") + "</w:p>" if False else "开展地点"),
            cell(FORM.place),
        ),
        *form_rows(FORM)[2:],
    )
    yield _one("a label in many runs", _head(), split)
    yield _one(
        "a number column before the labels",
        _head(),
        table(
            row(cell("序号"), cell("项目", span=1), cell("填写内容", span=1)),
            *(
                row(cell(str(number)), cell(label), cell(getattr(FORM, key)))
                for number, (key, label) in enumerate(LABELS.items(), 1)
            ),
            columns=3,
        ),
    )


def cells() -> Iterator[Variant]:
    """Cells merged, split and moved."""
    rows = form_rows(FORM)
    yield _one("the form on paper", whole_form(FORM))
    yield Variant("the form as this product writes it", plan_form_docx(FORM), (FORM,))
    yield _one("two columns", _head(), table(*(pair(label, getattr(FORM, key), 1) for key, label in LABELS.items())))
    yield _one(
        "values not merged across",
        _head(),
        table(
            row(cell("活动主题"), cell(FORM.theme), cell(), cell()),
            rows[1],
            row(cell("活动内容"), cell(FORM.content), cell(), cell()),
            *rows[3:],
        ),
    )
    yield _one(
        "values in the last of three cells",
        _head(),
        table(row(cell("活动主题"), cell(), cell(), cell(FORM.theme)), *rows[1:]),
    )
    yield _one(
        "a merged label beside three rows of content",
        _head(),
        table(
            *rows[:2],
            row(cell("活动内容", merge="restart"), cell("一、参观取水口、滤池和“智慧水务”调度中心。", span=3)),
            row(cell(merge="continue"), cell("二、座谈：水价与水质。", span=3)),
            row(cell(merge="continue"), cell(span=3)),
            *rows[3:],
        ),
        warning="分在几个单元格",
    )
    yield _one(
        "label and value merged downwards",
        _head(),
        table(
            *rows[:2],
            row(cell("活动内容", merge="restart"), cell(FORM.content, span=3, merge="restart")),
            row(cell(merge="continue"), cell(span=3, merge="continue")),
            *rows[3:],
        ),
    )
    yield _one(
        "a date split over cells",
        _head(),
        table(
            pair("活动主题", FORM.theme, 7),
            row(
                cell("开展时间"), cell("2026年"), cell("9月"), cell("16日"), cell("开展地点"), cell(FORM.place, span=3)
            ),
            *form_rows(FORM)[2:],
            columns=8,
        ),
        form=replace(FORM, time="2026年9月16日"),
        warning="“开展时间”的内容分在几个单元格",
    )
    yield _one(
        "the agency in the first row",
        para(TITLE),
        table(pair("单位名称", FORM.agency), *rows),
    )
    yield _one(
        "title and agency inside the table",
        table(row(cell(TITLE, span=4)), row(cell(f"单位名称：{FORM.agency}", span=4)), *rows),
    )
    yield _one(
        "the agency merged down the left side",
        para(TITLE),
        table(
            row(
                cell("单位名称", merge="restart"),
                cell(FORM.agency, merge="restart"),
                cell("活动主题"),
                cell(FORM.theme),
            ),
            *(
                row(cell(merge="continue"), cell(merge="continue"), cell(label), cell(getattr(FORM, key)))
                for key, label in list(LABELS.items())[1:]
            ),
        ),
    )
    yield _one(
        "a heading beside name and telephone",
        _head(),
        table(
            *rows[:5],
            row(cell("联系人", merge="restart"), cell("姓名"), cell(FORM.contact, span=2)),
            row(cell(merge="continue"), cell("电话"), cell(FORM.phone, span=2)),
        ),
    )
    yield _one(
        "old horizontal merges",
        _head(),
        table(
            row(
                cell("活动主题"),
                cell(FORM.theme, properties='<w:hMerge w:val="restart"/>'),
                cell(properties="<w:hMerge/>"),
                cell(properties="<w:hMerge/>"),
            ),
            *rows[1:],
        ),
    )
    yield _one(
        "columns that do not line up",
        _head(),
        table(
            row(cell("活动主题", span=2), cell(FORM.theme, span=7)),
            row(cell("开展时间", span=2), cell(FORM.time, span=2), cell("开展地点", span=3), cell(FORM.place, span=2)),
            row(cell("活动内容"), cell(FORM.content, span=8)),
            row(cell("活动对象", span=2), cell(FORM.audience, span=7)),
            row(cell("活动报名方式"), cell(FORM.signup, span=8)),
            row(cell("联系人", span=2), cell(FORM.contact), cell("联系方式", span=3), cell(FORM.phone, span=3)),
            columns=9,
        ),
    )
    yield _one(
        "rows that begin further right",
        _head(),
        table(
            *rows[:5],
            row(
                cell("联系人"),
                cell(FORM.contact),
                cell("联系方式"),
                cell(FORM.phone),
                properties='<w:gridBefore w:val="1"/>',
            ),
            columns=5,
        ),
    )
    yield _one(
        "further cells that are none of ours",
        _head(),
        table(
            *rows[:1],
            row(cell("开展时间"), cell(FORM.time), cell("活动时长"), cell("2小时")),
            pair("开展地点", FORM.place),
            *rows[2:],
            pair("审核意见", "同意"),
            pair("备注", ""),
        ),
        warning="审核意见",
    )
    yield _one(
        "a number of participants of its own",
        _head(),
        table(*rows[:3], row(cell("活动对象"), cell("市民代表"), cell("拟参与人数"), cell("20人/场")), *rows[4:]),
        form=replace(FORM, audience="市民代表，20人/场"),
    )
    yield _one(
        "the answer to how is the name of a cell",
        _head(),
        table(*rows[:4], pair("活动报名方式", "电话"), rows[5]),
        form=replace(FORM, signup="电话"),
    )
    yield _one(
        "the answer beside another name",
        _head(),
        table(
            *rows[:4],
            row(cell("活动报名方式"), cell("电话"), cell("联系人"), cell(FORM.contact)),
            pair("联系方式", FORM.phone),
        ),
        form=replace(FORM, signup="电话"),
    )
    blank = replace(FORM, signup="", contact="", phone="")
    yield _one("cells left empty", _head(), form_table(blank), form=blank)
    yield _one(
        "the agency and a host",
        _head(),
        table(*rows, pair("主办单位", "青田市人民政府")),
        warning="主办单位",
    )


def directions() -> Iterator[Variant]:
    """Labels above their values, or in one cell with them."""
    yield _one(
        "labels above their values",
        _head(),
        table(
            row(*(cell(label) for label in LABELS.values())),
            row(*(cell(getattr(FORM, key)) for key in LABELS)),
            columns=8,
        ),
    )
    yield _one(
        "labels above their values, in blocks",
        _head(),
        table(
            row(cell("活动主题", span=2)),
            row(cell(FORM.theme, span=2)),
            row(cell("开展时间"), cell("开展地点")),
            row(cell(FORM.time), cell(FORM.place)),
            row(cell("活动内容", span=2)),
            row(cell("一、参观取水口、滤池和“智慧水务”调度中心。", span=2)),
            row(cell("二、座谈：水价与水质。", span=2)),
            row(cell("活动对象"), cell("活动报名方式")),
            row(cell(FORM.audience), cell(FORM.signup)),
            row(cell("联系人"), cell("联系方式")),
            row(cell(FORM.contact), cell(FORM.phone)),
            columns=2,
        ),
        warning="“活动内容”的内容分在几个单元格",
    )
    names = ["序号", "单位名称", *LABELS.values(), "备注"]
    values = ["1", FORM.agency, *(getattr(FORM, key) for key in LABELS), ""]
    yield _one(
        "a table with one plan in it",
        para("2026年政府开放活动计划表"),
        table(row(*map(cell, names)), row(*map(cell, values)), columns=11),
    )
    yield _one(
        "label and value in one cell",
        _head(),
        table(
            row(cell(f"活动主题：{FORM.theme}", span=2)),
            row(cell(f"开展时间：{FORM.time}"), cell(f"开展地点：{FORM.place}")),
            row(cell(f"活动内容：\n{FORM.content}", span=2)),
            row(cell(f"活动对象：{FORM.audience}", span=2)),
            row(cell(f"活动报名方式：{FORM.signup}", span=2)),
            row(cell(f"联系人：{FORM.contact}"), cell(f"联系方式：{FORM.phone}")),
            columns=2,
        ),
    )
    everything = "\n".join(f"{label}：{getattr(FORM, key)}" for key, label in LABELS.items())
    yield _one("everything in one cell", _head(), table(row(cell(everything)), columns=1))
    yield _one(
        "the value on the line below its label",
        _head(),
        table(*(row(cell(f"{label}\n{getattr(FORM, key)}")) for key, label in LABELS.items()), columns=1),
    )
    yield _one(
        "person and telephone in one cell",
        _head(),
        table(*form_rows(FORM)[:5], pair("联系人及联系方式", f"{FORM.contact} {FORM.phone}")),
    )
    yield _one(
        "person and telephone in one cell on two lines",
        _head(),
        table(*form_rows(FORM)[:5], pair("联系人\n联系电话", f"{FORM.contact}\n{FORM.phone}")),
    )
    yield _one(
        "person and telephone with names of their own",
        _head(),
        table(*form_rows(FORM)[:5], pair("联系人、电话", f"联系人：{FORM.contact}　电话：{FORM.phone}")),
    )
    yield _one(
        "person and telephone under one label in two cells",
        _head(),
        table(*form_rows(FORM)[:5], row(cell("联系人及电话"), cell(FORM.contact), cell(FORM.phone, span=2))),
    )
    yield _one(
        "time and place in one cell",
        _head(),
        table(form_rows(FORM)[0], pair("活动时间、地点", f"{FORM.time}\n{FORM.place}"), *form_rows(FORM)[2:]),
    )
    yield _one(
        "time and place that cannot be told apart",
        _head(),
        table(form_rows(FORM)[0], pair("活动时间、地点", "9月中旬在第一水厂"), *form_rows(FORM)[2:]),
        form=replace(FORM, time="", place=""),
        warning="没能分开",
    )


def places() -> Iterator[Variant]:
    """Where the name of the agency and the parts of the form stand."""
    rows = form_rows(FORM)
    line = "单位名称：{}"
    for name, written in {
        "an underlined agency": para("单位名称：", run(f"　{FORM.agency}　　　", '<w:u w:val="single"/>')),
        "an agency on underscores": para(f"单位名称：____{FORM.agency}________"),
        "an agency on wide underscores": para(f"单位名称：＿＿{FORM.agency}＿＿＿"),
        "an agency with a seal": para(f"单位名称（盖章）：{FORM.agency}"),
        "an agency with a seal behind": para(f"单位名称：{FORM.agency}（公章）"),
        "an agency and a date": para(f"填报单位：{FORM.agency}          填报日期：2026年6月1日"),
        "an agency and a date without a name": para(f"填报单位：{FORM.agency}\t\t2026年6月1日"),
        "an agency without a colon": para(f"单位名称　{FORM.agency}"),
        "a spaced name for the agency": para(f"单 位 名 称 ： {FORM.agency}"),
        "an agency on the next line": para("单位名称：") + para(FORM.agency),
        "an agency behind tabs": para(f"单位名称：\t{FORM.agency}\t"),
        "an agency in a text box": para(text_box(para(line.format(FORM.agency)))),
    }.items():
        yield _one(name, para(TITLE), written, form_table(FORM))
    yield _one("no agency", para(TITLE), form_table(FORM), form=replace(FORM, agency=""), warning="没有读到单位名称")
    yield _one("an agency left blank", para(TITLE), para("单位名称：__________"), form_table(FORM), form=replace(FORM, agency=""), warning="没有读到单位名称")  # fmt: skip
    yield Variant(
        "an agency at the top of every page",
        docx(para(TITLE), form_table(FORM), header=para(f"单位名称：{FORM.agency}")),
        (FORM,),
    )
    yield _one("an agency below the table", para(TITLE), form_table(FORM), para(f"填报单位（盖章）：{FORM.agency}"))
    yield _one("signatures below", whole_form(FORM), para("填报人：王五　联系电话：13900000000　审核人：赵六"))
    yield _one(
        "the form in a text box", para(TITLE), para(text_box(para(f"单位名称：{FORM.agency}") + form_table(FORM)))
    )
    yield _one("a value in a text box", _head(), table(row(cell("活动主题"), cell(para(text_box(para(FORM.theme))), span=3)), *rows[1:]))  # fmt: skip
    yield _one("the form in a cell of a frame", para(TITLE), table(row(cell(para(f"单位名称：{FORM.agency}") + form_table(FORM) + para())), columns=1))  # fmt: skip
    yield _one("two tables for one form", _head(), table(*rows[:3]), para(), table(*rows[3:]))
    yield _one("a table for every row", _head(), *(table(each) + para() for each in rows))
    yield _one(
        "the person below the table",
        _head(),
        table(*rows[:5]),
        para(f"联系人：{FORM.contact}    联系方式：{FORM.phone}"),
    )
    lines = [f"单位名称：{FORM.agency}", *(f"{label}：{getattr(FORM, key)}" for key, label in LABELS.items())]
    yield _one("no table at all", para(TITLE), *(para(part) for each in lines for part in each.split("\n")))
    numbered = [f"{number}、{label}：{getattr(FORM, key)}" for number, (key, label) in zip("一二三四五六七八", LABELS.items(), strict=True)]  # fmt: skip
    yield _one("no table, numbered", para(TITLE), para(lines[0]), *map(para, numbered))
    broken = [f"{label}：\n{getattr(FORM, key)}" for key, label in LABELS.items()]
    yield _one("no table, values on lines of their own", para(TITLE), para(lines[0]), *(para(part) for each in broken for part in each.split("\n")))  # fmt: skip
    yield _one(
        "a letter before the form",
        para("关于报送政府开放活动计划的函"),
        para("市政务公开办："),
        para("现将我局计划报送如下，请审阅。"),
        para("联系人：周七　联系电话：0578-1111111"),
        whole_form(FORM),
    )


def several() -> Iterator[Variant]:
    """More than one form in a file."""
    third = replace(FORM, theme="水质检测开放日", time="11月上旬")
    both = (FORM, OTHER)
    yield Variant(
        "two forms", docx(whole_form(FORM), para('<w:r><w:br w:type="page"/></w:r>'), whole_form(OTHER)), both
    )
    yield Variant("two forms without titles", docx(*(para(f"单位名称：{form.agency}") + form_table(form) for form in both)), both)  # fmt: skip
    yield Variant(
        "one agency above several forms",
        docx(para(TITLE), para(f"单位名称：{FORM.agency}"), form_table(FORM), para(), form_table(third)),
        (FORM, third),
    )
    yield Variant("several forms in one table", docx(para(TITLE), table(*(each for form in both for each in (pair("单位名称", form.agency), *form_rows(form))))), both)  # fmt: skip
    yield Variant(
        "a blank form behind a filled one",
        docx(whole_form(FORM), whole_form(PlanForm("", "", "", "", "", "", "", "", ""))),
        (FORM,),
        "没有填写的空表",
    )
    names = {"theme": "活动名称", "time": "活动时间"}
    yield Variant(
        "two forms with different names",
        docx(_head(FORM), form_table(FORM), _head(OTHER), form_table(OTHER, names)),
        both,
    )
    yield Variant("twelve forms", docx(*(whole_form(replace(FORM, theme=f"第{number}场")) for number in range(12))), tuple(replace(FORM, theme=f"第{number}场") for number in range(12)))  # fmt: skip
    yield Variant(
        "the agency below each form",
        docx(*(para(TITLE) + form_table(form) + para(f"填报单位：{form.agency}") for form in both)),
        both,
        "之后",
    )
    lines = [[f"单位名称：{form.agency}", *(f"{label}：{getattr(form, key)}" for key, label in LABELS.items())] for form in both]  # fmt: skip
    yield Variant("two forms as lines", docx(*(para(part) for each in lines for line in each for part in line.split("\n"))), both)  # fmt: skip


GROUPS = ("labels", "cells", "directions", "places", "several")
