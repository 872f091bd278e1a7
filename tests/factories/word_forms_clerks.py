"""Forms as they come back from hundreds of offices: what clerks do to a form that nobody foresaw."""

from collections.abc import Iterator
from dataclasses import replace

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
    paras,
    row,
    run,
    table,
    text_box,
    whole_form,
)
from tests.factories.word_forms_layouts import Variant

_HEAD = para(TITLE) + para(f"单位名称：{FORM.agency}")


def fillings() -> Iterator[Variant]:
    """What is written into the cells."""
    cases = {
        "a theme in book title marks": replace(FORM, theme="《水与城》主题开放日"),
        "a theme that ends like a title": replace(FORM, theme="政府开放活动计划安排表发布会"),
        "a theme that is a word of the form": replace(FORM, theme="活动主题"),
        "a place that is a word of the form": replace(FORM, place="地点"),
        "a content that begins like a label": replace(FORM, content="活动主题：一滴水\n活动流程：参观、座谈"),
        "an audience in lines": replace(FORM, audience="1.企业代表10人\n2.市民代表20人\n3.学生5人"),
        "a sign-up method of several ways": replace(
            FORM, signup="1.电话：0578-0000000\n2.邮箱：office@example.gov.cn\n3.扫码报名"
        ),
        "a sign-up method with a person": replace(FORM, signup="联系人：王五，联系电话：0578-1111111"),
        "a deadline in the sign-up method": replace(FORM, signup="报名时间：9月1日至9月10日\n报名电话：0578-2222222"),
        "nobody signs up": replace(FORM, signup="无需报名"),
        "two people": replace(FORM, contact="张三\n李四", phone="0578-0000000\n13800000000"),
        "people with posts": replace(FORM, contact="张三（办公室主任）", phone="0578-0000000（办）"),
        "a telephone with gaps": replace(FORM, phone="0578 - 000 0000"),
        "a telephone without its area": replace(FORM, phone="2222222"),
        "a time as dots": replace(FORM, time="2026.9.16 下午2:30"),
        "a time of several lines": replace(FORM, time="9月16日上午9:00\n9月17日下午2:30"),
        "a rhythm": replace(FORM, time="每月第三周星期四（节假日顺延）"),
        "a time still open": replace(FORM, time="暂定9月（具体时间另行通知）"),
        "a place with a bracket": replace(FORM, place="市民中心（东门集合）"),
        "brackets for residents": replace(FORM, content="参观水厂（请自备水杯）\n座谈（可自愿发言）"),
        "a wish to fill in a sheet": replace(FORM, content="组织代表填写调查问卷，并现场答疑。"),
        "English and figures": replace(FORM, theme="Open Day 2026：Water & City", place="No.1 Waterworks"),
        "rare characters": replace(FORM, contact="㛃䶮", theme="𠮷庆水厂"),
        "symbols": replace(FORM, content="★参观 → 座谈 ※ 合影 ①②③ ½ ㎡ ℃"),
        "bullets": replace(FORM, content="● 参观水厂\n● 座谈交流\n■ 发放资料"),
        "boxes as bullets of the content": replace(FORM, content="□ 参观水厂\n□ 座谈交流"),
        "an indent of wide spaces": replace(FORM, content="一、参观\n　　沿取水口、滤池参观。\n二、座谈"),
        "an empty line within": replace(FORM, content="一、参观\n\n二、座谈"),
        "two agencies": replace(FORM, agency="青田市水务局、青田市住建局"),
        "an agency with its department": replace(FORM, agency="青田市水务局（供水管理科）"),
        "an agency in letters apart": replace(FORM, agency="青 田 市 水 务 局"),
        "a stroke for the audience": replace(FORM, audience="——"),
        "an address as sign-up": replace(FORM, signup="https://www.example.gov.cn/a?b=1&c=2#d"),
        "a number of words": replace(FORM, audience="限30人，先到先得（每户不超过3人）"),
    }
    for name, form in cases.items():
        yield Variant(name, docx(whole_form(form)), (form,))


def habits() -> Iterator[Variant]:
    """What is done to the layout."""
    rows = form_rows(FORM)
    yield Variant(
        "a row inserted for the host",
        docx(_HEAD, table(*rows[:2], pair("协办单位", "青田市教育局"), *rows[2:])),
        (FORM,),
        "协办单位",
    )
    yield Variant(
        "the date under the title",
        docx(para(TITLE), para("（2026年）"), para(f"单位名称：{FORM.agency}"), form_table(FORM)),
        (FORM,),
    )
    yield Variant("the attachment mark above", docx(para("附件2"), whole_form(FORM)), (FORM,))
    yield Variant(
        "the title on two lines",
        docx(para("政府开放活动计划安排"), para("报 送 表"), para(f"单位名称：{FORM.agency}"), form_table(FORM)),
        (FORM,),
    )
    yield Variant(
        "the title of a year and a place",
        docx(
            para("青田市2026年“政府开放月”活动计划安排报送表（第一批）"),
            para(f"单位名称：{FORM.agency}"),
            form_table(FORM),
        ),
        (FORM,),
    )
    yield Variant(
        "agency and person on one line above",
        docx(
            para(TITLE),
            para(f"单位名称：{FORM.agency}　　联系人：{FORM.contact}　　联系方式：{FORM.phone}"),
            table(*rows[:5]),
        ),
        (FORM,),
    )
    yield Variant(
        "agency and date in the first row",
        docx(
            para(TITLE), table(row(cell("单位名称"), cell(FORM.agency), cell("填报日期"), cell("2026年6月1日")), *rows)
        ),
        (FORM,),
        "填报日期",
    )
    yield Variant(
        "empty rows between",
        docx(_HEAD, table(*(part for each in rows for part in (each, row(cell(), cell(), cell(), cell()))))),
        (FORM,),
    )
    yield Variant(
        "an empty column at the left",
        docx(_HEAD, table(*(row(cell(), cell(label), cell(getattr(FORM, key))) for key, label in LABELS.items()))),
        (FORM,),
    )
    yield Variant(
        "an empty column between",
        docx(_HEAD, table(*(row(cell(label), cell(), cell(getattr(FORM, key))) for key, label in LABELS.items()))),
        (FORM,),
    )
    yield Variant(
        "a column of remarks at the right",
        docx(
            _HEAD,
            table(
                row(cell("项目"), cell("内容"), cell("备注")),
                *(row(cell(label), cell(getattr(FORM, key)), cell()) for key, label in LABELS.items()),
            ),
        ),
        (FORM,),
    )
    yield Variant(
        "a column of guidance at the right",
        docx(
            _HEAD,
            table(*(row(cell(label), cell(getattr(FORM, key)), cell("（必填）")) for key, label in LABELS.items())),
        ),
        (FORM,),
    )
    yield Variant(
        "sections within the table",
        docx(_HEAD, table(row(cell("一、基本情况", span=4)), *rows[:5], row(cell("二、联系信息", span=4)), rows[5])),
        (FORM,),
    )
    yield Variant("another order", docx(_HEAD, table(rows[5], rows[4], rows[0], rows[2], rows[1], rows[3])), (FORM,))
    yield Variant(
        "time and place on rows of their own",
        docx(_HEAD, table(rows[0], pair("开展时间", FORM.time), pair("开展地点", FORM.place), *rows[2:])),
        (FORM,),
    )
    yield Variant(
        "three facts in a row",
        docx(
            _HEAD,
            table(
                rows[0],
                row(
                    cell("开展时间"),
                    cell(FORM.time),
                    cell("开展地点"),
                    cell(FORM.place),
                    cell("联系人"),
                    cell(FORM.contact),
                ),
                *rows[2:5],
                pair("联系方式", FORM.phone, 5),
                columns=6,
            ),
        ),
        (FORM,),
    )
    yield Variant(
        "a signature row",
        docx(_HEAD, table(*rows, row(cell("填报人"), cell("王五"), cell("审核人"), cell("赵六")))),
        (FORM,),
        "填报人",
    )
    yield Variant(
        "an opinion of the head",
        docx(_HEAD, table(*rows, pair("单位负责人意见", "同意报送。\n\n签字：　　2026年6月1日"))),
        (FORM,),
        "单位负责人意见",
    )
    yield Variant(
        "a seal and a date below", docx(whole_form(FORM), para("（单位公章）"), para("2026年6月1日")), (FORM,)
    )
    yield Variant(
        "the label bold and the colon apart",
        docx(
            _HEAD,
            table(
                row(cell(para(run("活动", "<w:b/>"), run("主题", "<w:b/>"), run(" ："))), cell(FORM.theme, span=3)),
                *rows[1:],
            ),
        ),
        (FORM,),
    )
    yield Variant(
        "letters of a label on lines of their own",
        docx(_HEAD, form_table(FORM, {key: "\n".join(label) for key, label in LABELS.items()})),
        (FORM,),
    )
    yield Variant(
        "English beside the labels",
        docx(_HEAD, form_table(FORM, {key: f"{label}\n({key.title()})" for key, label in LABELS.items()})),
        (FORM,),
    )
    yield Variant(
        "label and text box",
        docx(_HEAD, table(row(cell(para(text_box(para("活动主题")))), cell(FORM.theme, span=3)), *rows[1:])),
        (FORM,),
    )
    yield Variant(
        "the first label missing",
        docx(_HEAD, table(row(cell(), cell(FORM.theme, span=3)), *rows[1:])),
        (replace(FORM, theme=""),),
        "没有找到这些栏目：活动主题",
    )
    yield Variant(
        "lines with dots",
        docx(
            para(f"单位名称：{FORM.agency}"),
            *(
                para(part)
                for number, (key, label) in enumerate(LABELS.items(), 1)
                for part in f"{number}. {label}: {getattr(FORM, key)}".split("\n")
            ),
        ),
        (FORM,),
    )
    yield Variant(
        "lines in bold brackets",
        docx(
            para(f"【单位名称】{FORM.agency}"),
            *(para(part) for key, label in LABELS.items() for part in f"【{label}】{getattr(FORM, key)}".split("\n")),
        ),
        (FORM,),
    )
    yield Variant(
        "lines with the person last",
        docx(
            para(TITLE),
            *(
                para(part)
                for key, label in list(LABELS.items())[:6]
                for part in f"{label}：{getattr(FORM, key)}".split("\n")
            ),
            para(f"联系人：{FORM.contact}，联系方式：{FORM.phone}"),
            para(),
            para(FORM.agency),
            para("2026年6月1日"),
        ),
        (replace(FORM, agency=""),),
        "没有读到单位名称",
    )
    yield Variant(
        "two columns of plans",
        docx(
            para(TITLE),
            table(
                row(cell("单位名称"), cell(FORM.agency), cell(OTHER.agency)),
                *(
                    row(cell(label), cell(getattr(FORM, key)), cell(getattr(OTHER, key)))
                    for key, label in LABELS.items()
                ),
                columns=3,
            ),
        ),
        (FORM, OTHER),
        "并排",
    )
    yield Variant(
        "the agency only in the title",
        docx(para("青田市水务局2026年政府开放活动计划安排报送表"), form_table(FORM)),
        (replace(FORM, agency=""),),
        "没有读到单位名称",
    )
    yield Variant(
        "an agency on a row without a value cell",
        docx(para(TITLE), table(row(cell("单位名称：____", span=4)), *rows)),
        (replace(FORM, agency=""),),
        "没有读到单位名称",
    )
    yield Variant(
        "a person with a telephone in one cell and an empty one",
        docx(_HEAD, table(*rows[:5], row(cell("联系人"), cell("张三 13800000000"), cell("联系方式"), cell()))),
        (replace(FORM, contact="张三 13800000000", phone=""),),
        "电话",
    )
    yield Variant(
        "guidance in grey below the label",
        docx(
            _HEAD,
            table(
                row(
                    cell(para("活动主题") + para(run("填写活动名称", '<w:color w:val="999999"/>'))),
                    cell(FORM.theme, span=3),
                ),
                *rows[1:],
            ),
        ),
        (FORM,),
    )
    yield Variant(
        "content continued on an unlabelled row",
        docx(
            _HEAD,
            table(
                *rows[:2],
                pair("活动内容", "一、参观取水口、滤池和“智慧水务”调度中心。"),
                row(cell(), cell("二、座谈：水价与水质。", span=3)),
                *rows[3:],
            ),
        ),
        (replace(FORM, content="一、参观取水口、滤池和“智慧水务”调度中心。"),),
        "没有读入",
    )
    yield Variant(
        "three people each with a number",
        docx(_HEAD, table(*rows[:5], pair("联系人及电话", "张三 0578-0000000；李四 13800000000"))),
        (replace(FORM, contact="张三、李四", phone="0578-0000000、13800000000"),),
    )
    yield Variant(
        "a person and a number that cannot be told apart",
        docx(_HEAD, table(*rows[:5], pair("联系人及电话", "办公室3号线"))),
        (replace(FORM, contact="办公室3号线", phone=""),),
        "没能分开",
    )
    yield Variant(
        "contents of a page with a table of contents",
        docx(para("目录"), para("1.政府开放活动计划安排报送表\t1"), whole_form(FORM)),
        (FORM,),
    )
    yield Variant(
        "paragraphs of the value in a list",
        docx(_HEAD, table(*rows[:2], row(cell("活动内容"), cell(paras(FORM.content), span=3)), *rows[3:])),
        (FORM,),
    )


GROUPS = ("fillings", "habits")
