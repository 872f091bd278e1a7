"""Forms in which one cell could be taken for the answer of another."""

from collections.abc import Iterator
from dataclasses import replace

from tests.factories.word_forms import FORM, LABELS, TITLE, cell, docx, form_rows, form_table, para, row, table
from tests.factories.word_forms_layouts import Variant

_HEAD = para(TITLE) + para(f"单位名称：{FORM.agency}")


def corners() -> Iterator[Variant]:
    """Where one cell could be taken for the answer of another."""
    rows = form_rows(FORM)
    yield Variant(
        "a label left alone beside one that answers for itself",
        docx(
            _HEAD,
            table(rows[0], row(cell("开展时间：", span=2), cell(f"开展地点：{FORM.place}", span=2)), *rows[2:]),
        ),
        (replace(FORM, time=""),),
    )
    yield Variant(
        "title and agency in one cell",
        docx(table(row(cell(f"{TITLE}\n单位名称：{FORM.agency}", span=4)), *rows)),
        (FORM,),
    )
    yield Variant(
        "guidance on a row of its own",
        docx(
            _HEAD,
            table(*rows[:2], row(cell("（时间需具体到月份）", span=2), cell("（填写地点名称）", span=2)), *rows[2:]),
        ),
        (FORM,),
    )
    yield Variant(
        "no person, and somebody who signed",
        docx(_HEAD, form_table(replace(FORM, contact="", phone="")), para("填报人：王五　　联系电话：13900000000")),
        (replace(FORM, contact="", phone=""),),
    )
    yield Variant(
        "two people below their labels",
        docx(
            _HEAD,
            table(
                *rows[:5],
                row(cell("联系人", span=2), cell("联系方式", span=2)),
                row(cell("张三", span=2), cell("0578-0000000", span=2)),
                row(cell("李四", span=2), cell("0578-0000001", span=2)),
            ),
        ),
        (replace(FORM, contact="张三、李四", phone="0578-0000000、0578-0000001"),),
        "“联系人”的内容分在几个单元格",
    )
    yield Variant(
        "a second telephone of another kind",
        docx(
            _HEAD,
            table(
                *rows[:5],
                row(cell("联系人"), cell(FORM.contact), cell("联系电话"), cell(FORM.phone)),
                row(cell("手机"), cell("13800000000", span=3)),
            ),
        ),
        (FORM,),
        "“手机”一栏没有读入",
    )
    yield Variant(
        "lines with gaps for colons",
        docx(
            para(f"单位名称\t{FORM.agency}"),
            *(para(part) for key, label in LABELS.items() for part in f"{label}\t{getattr(FORM, key)}".split("\n")),
        ),
        (FORM,),
    )
    yield Variant(
        "labels over two columns with names below",
        docx(
            _HEAD,
            table(
                rows[0],
                row(cell("开展时间", span=2), cell("开展地点", span=2)),
                row(cell("日期"), cell("9月16日"), cell("名称"), cell("第一水厂")),
                *rows[2:],
            ),
        ),
        (replace(FORM, time="9月16日", place=""),),
        "取自“日期”一栏",
    )
    yield Variant(
        "ways to sign up in rows of their own",
        docx(
            _HEAD,
            table(
                *rows[:4],
                row(cell("活动报名方式", merge="restart"), cell("电话"), cell("0578-0000000", span=2)),
                row(cell(merge="continue"), cell("邮箱"), cell("office@example.gov.cn", span=2)),
                rows[5],
            ),
        ),
        (replace(FORM, signup="电话\n0578-0000000\n邮箱\noffice@example.gov.cn"),),
        "“活动报名方式”的内容分在几个单元格",
    )


GROUPS = ("corners",)
