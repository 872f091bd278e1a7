"""Forms by where their parts stand, and several in one file."""

from collections.abc import Iterator
from dataclasses import replace

from openday.documents.plan_form import PlanForm
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
from tests.factories.word_forms_layouts import Variant, head, one


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
        yield one(name, para(TITLE), written, form_table(FORM))
    yield one("no agency", para(TITLE), form_table(FORM), form=replace(FORM, agency=""), warning="没有读到单位名称")
    yield one(
        "an agency left blank",
        para(TITLE),
        para("单位名称：__________"),
        form_table(FORM),
        form=replace(FORM, agency=""),
        warning="没有读到单位名称",
    )
    yield Variant(
        "an agency at the top of every page",
        docx(para(TITLE), form_table(FORM), header=para(f"单位名称：{FORM.agency}")),
        (FORM,),
    )
    yield one("an agency below the table", para(TITLE), form_table(FORM), para(f"填报单位（盖章）：{FORM.agency}"))
    yield one("signatures below", whole_form(FORM), para("填报人：王五　联系电话：13900000000　审核人：赵六"))
    yield one(
        "the form in a text box", para(TITLE), para(text_box(para(f"单位名称：{FORM.agency}") + form_table(FORM)))
    )
    yield one(
        "a value in a text box",
        head(),
        table(row(cell("活动主题"), cell(para(text_box(para(FORM.theme))), span=3)), *rows[1:]),
    )
    yield one(
        "the form in a cell of a frame",
        para(TITLE),
        table(row(cell(para(f"单位名称：{FORM.agency}") + form_table(FORM) + para())), columns=1),
    )
    yield one("two tables for one form", head(), table(*rows[:3]), para(), table(*rows[3:]))
    yield one("a table for every row", head(), *(table(each) + para() for each in rows))
    yield one(
        "the person below the table",
        head(),
        table(*rows[:5]),
        para(f"联系人：{FORM.contact}    联系方式：{FORM.phone}"),
    )
    lines = [f"单位名称：{FORM.agency}", *(f"{label}：{getattr(FORM, key)}" for key, label in LABELS.items())]
    yield one("no table at all", para(TITLE), *(para(part) for each in lines for part in each.split("\n")))
    numbered = [
        f"{number}、{label}：{getattr(FORM, key)}"
        for number, (key, label) in zip("一二三四五六七八", LABELS.items(), strict=True)
    ]
    yield one("no table, numbered", para(TITLE), para(lines[0]), *map(para, numbered))
    broken = [f"{label}：\n{getattr(FORM, key)}" for key, label in LABELS.items()]
    yield one(
        "no table, values on lines of their own",
        para(TITLE),
        para(lines[0]),
        *(para(part) for each in broken for part in each.split("\n")),
    )
    yield one(
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
    yield Variant(
        "two forms without titles", docx(*(para(f"单位名称：{form.agency}") + form_table(form) for form in both)), both
    )
    yield Variant(
        "one agency above several forms",
        docx(para(TITLE), para(f"单位名称：{FORM.agency}"), form_table(FORM), para(), form_table(third)),
        (FORM, third),
    )
    yield Variant(
        "several forms in one table",
        docx(
            para(TITLE), table(*(each for form in both for each in (pair("单位名称", form.agency), *form_rows(form))))
        ),
        both,
    )
    yield Variant(
        "a blank form behind a filled one",
        docx(whole_form(FORM), whole_form(PlanForm("", "", "", "", "", "", "", "", ""))),
        (FORM,),
        "没有填写的空表",
    )
    names = {"theme": "活动名称", "time": "活动时间"}
    yield Variant(
        "two forms with different names",
        docx(head(FORM), form_table(FORM), head(OTHER), form_table(OTHER, names)),
        both,
    )
    yield Variant(
        "twelve forms",
        docx(*(whole_form(replace(FORM, theme=f"第{number}场")) for number in range(12))),
        tuple(replace(FORM, theme=f"第{number}场") for number in range(12)),
    )
    yield Variant(
        "the agency below each form",
        docx(*(para(TITLE) + form_table(form) + para(f"填报单位：{form.agency}") for form in both)),
        both,
        "之后",
    )
    lines = [
        [f"单位名称：{form.agency}", *(f"{label}：{getattr(form, key)}" for key, label in LABELS.items())]
        for form in both
    ]
    yield Variant(
        "two forms as lines", docx(*(para(part) for each in lines for line in each for part in line.split("\n"))), both
    )


GROUPS = ("places", "several")
