"""Forms as agencies lay them out: labels, merged and split cells, other orders, no table, several in a file."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from openday.documents.plan_form import PlanForm, plan_form_docx
from tests.factories.word_forms import (
    FORM,
    LABELS,
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
    whole_form,
)


@dataclass(frozen=True)
class Variant:
    """A file, what it says, and what a person must be told about it ("" for nothing at all)."""

    name: str
    data: bytes
    forms: tuple[PlanForm, ...]
    warning: str = ""


def one(name: str, *blocks: str, form: PlanForm = FORM, warning: str = "") -> Variant:
    return Variant(name, docx(*blocks), (form,), warning)


def head(form: PlanForm = FORM) -> str:
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
        yield one(
            f"labels with {name}", head(), form_table(FORM, {key: spelled(label) for key, label in LABELS.items()})
        )
    numbered = {key: f"{number}.{label}" for number, (key, label) in enumerate(LABELS.items(), 1)}
    yield one("labels with numbers", head(), form_table(FORM, numbered))
    chinese = {
        key: f"{number}、{label}" for number, (key, label) in zip("一二三四五六七八", LABELS.items(), strict=True)
    }
    yield one("labels with Chinese numbers", head(), form_table(FORM, chinese))
    bracketed = {key: f"（{number}）{label}" for number, (key, label) in enumerate(LABELS.items(), 1)}
    yield one("labels with numbers in brackets", head(), form_table(FORM, bracketed))
    circled = {key: f"{number}{label}" for number, (key, label) in zip("①②③④⑤⑥⑦⑧", LABELS.items(), strict=True)}
    yield one("labels with circled numbers", head(), form_table(FORM, circled))
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
    yield one("other names for everything", para(TITLE), para(f"承办单位：{FORM.agency}"), form_table(FORM, names))
    names = {
        "theme": "活动名称",
        "time": "举办时间",
        "place": "举办地点",
        "audience": "参与对象",
        "signup": "预约方式",
        "contact": "联络员",
        "phone": "联系人电话",
    }
    yield one("yet other names", para(f"报送单位（盖章）：{FORM.agency}"), form_table(FORM, names))
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
    yield one("a label in many runs", head(), split)
    yield one(
        "a number column before the labels",
        head(),
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
    yield one("the form on paper", whole_form(FORM))
    yield Variant("the form as this product writes it", plan_form_docx(FORM), (FORM,))
    yield one("two columns", head(), table(*(pair(label, getattr(FORM, key), 1) for key, label in LABELS.items())))
    yield one(
        "values not merged across",
        head(),
        table(
            row(cell("活动主题"), cell(FORM.theme), cell(), cell()),
            rows[1],
            row(cell("活动内容"), cell(FORM.content), cell(), cell()),
            *rows[3:],
        ),
    )
    yield one(
        "values in the last of three cells",
        head(),
        table(row(cell("活动主题"), cell(), cell(), cell(FORM.theme)), *rows[1:]),
    )
    yield one(
        "a merged label beside three rows of content",
        head(),
        table(
            *rows[:2],
            row(cell("活动内容", merge="restart"), cell("一、参观取水口、滤池和“智慧水务”调度中心。", span=3)),
            row(cell(merge="continue"), cell("二、座谈：水价与水质。", span=3)),
            row(cell(merge="continue"), cell(span=3)),
            *rows[3:],
        ),
        warning="分在几个单元格",
    )
    yield one(
        "label and value merged downwards",
        head(),
        table(
            *rows[:2],
            row(cell("活动内容", merge="restart"), cell(FORM.content, span=3, merge="restart")),
            row(cell(merge="continue"), cell(span=3, merge="continue")),
            *rows[3:],
        ),
    )
    yield one(
        "a date split over cells",
        head(),
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
    yield one(
        "the agency in the first row",
        para(TITLE),
        table(pair("单位名称", FORM.agency), *rows),
    )
    yield one(
        "title and agency inside the table",
        table(row(cell(TITLE, span=4)), row(cell(f"单位名称：{FORM.agency}", span=4)), *rows),
    )
    yield one(
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
    yield one(
        "a heading beside name and telephone",
        head(),
        table(
            *rows[:5],
            row(cell("联系人", merge="restart"), cell("姓名"), cell(FORM.contact, span=2)),
            row(cell(merge="continue"), cell("电话"), cell(FORM.phone, span=2)),
        ),
    )
    yield one(
        "old horizontal merges",
        head(),
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
    yield one(
        "columns that do not line up",
        head(),
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
    yield one(
        "rows that begin further right",
        head(),
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
    yield one(
        "further cells that are none of ours",
        head(),
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
    yield one(
        "a number of participants of its own",
        head(),
        table(*rows[:3], row(cell("活动对象"), cell("市民代表"), cell("拟参与人数"), cell("20人/场")), *rows[4:]),
        form=replace(FORM, audience="市民代表，20人/场"),
    )
    yield one(
        "the answer to how is the name of a cell",
        head(),
        table(*rows[:4], pair("活动报名方式", "电话"), rows[5]),
        form=replace(FORM, signup="电话"),
    )
    yield one(
        "the answer beside another name",
        head(),
        table(
            *rows[:4],
            row(cell("活动报名方式"), cell("电话"), cell("联系人"), cell(FORM.contact)),
            pair("联系方式", FORM.phone),
        ),
        form=replace(FORM, signup="电话"),
    )
    blank = replace(FORM, signup="", contact="", phone="")
    yield one("cells left empty", head(), form_table(blank), form=blank)
    yield one(
        "the agency and a host",
        head(),
        table(*rows, pair("主办单位", "青田市人民政府")),
        warning="主办单位",
    )


def directions() -> Iterator[Variant]:
    """Labels above their values, or in one cell with them."""
    yield one(
        "labels above their values",
        head(),
        table(
            row(*(cell(label) for label in LABELS.values())),
            row(*(cell(getattr(FORM, key)) for key in LABELS)),
            columns=8,
        ),
    )
    yield one(
        "labels above their values, in blocks",
        head(),
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
    yield one(
        "a table with one plan in it",
        para("2026年政府开放活动计划表"),
        table(row(*map(cell, names)), row(*map(cell, values)), columns=11),
    )
    yield one(
        "label and value in one cell",
        head(),
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
    yield one("everything in one cell", head(), table(row(cell(everything)), columns=1))
    yield one(
        "the value on the line below its label",
        head(),
        table(*(row(cell(f"{label}\n{getattr(FORM, key)}")) for key, label in LABELS.items()), columns=1),
    )
    yield one(
        "person and telephone in one cell",
        head(),
        table(*form_rows(FORM)[:5], pair("联系人及联系方式", f"{FORM.contact} {FORM.phone}")),
    )
    yield one(
        "person and telephone in one cell on two lines",
        head(),
        table(*form_rows(FORM)[:5], pair("联系人\n联系电话", f"{FORM.contact}\n{FORM.phone}")),
    )
    yield one(
        "person and telephone with names of their own",
        head(),
        table(*form_rows(FORM)[:5], pair("联系人、电话", f"联系人：{FORM.contact}　电话：{FORM.phone}")),
    )
    yield one(
        "person and telephone under one label in two cells",
        head(),
        table(*form_rows(FORM)[:5], row(cell("联系人及电话"), cell(FORM.contact), cell(FORM.phone, span=2))),
    )
    yield one(
        "time and place in one cell",
        head(),
        table(form_rows(FORM)[0], pair("活动时间、地点", f"{FORM.time}\n{FORM.place}"), *form_rows(FORM)[2:]),
    )
    yield one(
        "time and place that cannot be told apart",
        head(),
        table(form_rows(FORM)[0], pair("活动时间、地点", "9月中旬在第一水厂"), *form_rows(FORM)[2:]),
        form=replace(FORM, time="", place=""),
        warning="没能分开",
    )


GROUPS = ("labels", "cells", "directions")
