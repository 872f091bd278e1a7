"""Plan tables in Word files, and headers of two rows, in whatever file they come."""

import io
import zipfile
from time import perf_counter
from typing import Any

import docx
import pytest
from docx.document import Document

from openday.documents.plan_form import PlanForm, plan_form_docx
from openday.documents.plan_table import read_plan_table
from tests.factories.plan_tables import HEADER, PLAN, as_csv, as_xlsx, only_row, refusal
from tests.factories.word_forms import cell, para, row, run, table
from tests.factories.word_forms import docx as word_file


def packed(document: Document) -> bytes:
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def as_docx(*rows: list[str], above: tuple[str, ...] = ()) -> bytes:
    """A text with these paragraphs and then one table."""
    document = docx.Document()
    for line in above:
        document.add_paragraph(line)
    grid = document.add_table(len(rows), max(map(len, rows)))
    for at, cells in enumerate(rows):
        for place, text in enumerate(cells):
            grid.cell(at, place).text = text
    return packed(document)


def test_a_table_in_a_word_file_is_read_like_any_other() -> None:
    table = read_plan_table(as_docx(HEADER, PLAN, ["备注：以通知为准"]), "计划.docx")
    assert only_row(table) == only_row(read_plan_table(as_csv(HEADER, PLAN), "a.csv"))
    assert (table.notes, table.rows[0].line, table.unread) == (("备注：以通知为准",), 2, ())


def test_the_agency_may_stand_in_a_line_above_the_table() -> None:
    data = as_docx(HEADER[2:], PLAN[2:], above=("政府开放活动计划汇总表", "填报单位：市水务局"))
    table = read_plan_table(data, "a.docx")
    assert (only_row(table)["agency"], table.preamble[-1]) == ("市水务局", "填报单位：市水务局")


def test_an_agency_merged_downwards_belongs_to_each_of_its_plans() -> None:
    document = docx.Document()
    grid = document.add_table(4, 3)
    for at, cells in enumerate(
        (["单位", "活动主题", "时间"], ["市水务局", "甲", "9月"], ["", "乙", "10月"], ["", "丙", "11月"])
    ):
        for place, text in enumerate(cells):
            grid.cell(at, place).text = text
    grid.cell(1, 0).merge(grid.cell(2, 0))
    table = read_plan_table(packed(document), "a.docx")
    assert [(row.cells["agency"], row.cells["theme"]) for row in table.rows] == [
        ("市水务局", "甲"), ("市水务局", "乙"), ("", "丙"),
    ]  # fmt: skip


def test_every_table_of_a_text_is_read_and_what_is_none_is_named() -> None:
    document = docx.Document()
    for cells in ([["姓名", "职务"], ["张三", "科长"]], [HEADER, PLAN], [HEADER, [*PLAN[:2], "夜读", *PLAN[3:]]]):
        grid = document.add_table(len(cells), len(cells[0]))
        for at, texts in enumerate(cells):
            for place, text in enumerate(texts):
                grid.cell(at, place).text = text
        document.add_paragraph("另附")
    table = read_plan_table(packed(document), "a.docx")
    assert [(part.name, [each.cells["theme"] for each in part.rows]) for part in table.parts] == [
        ("第2个表格", ["走进水厂"]), ("第3个表格", ["夜读"]),
    ]  # fmt: skip
    assert table.unread == ("第1个表格",)


def test_tracked_changes_count_as_accepted_and_hidden_text_as_not_there() -> None:
    changed = '<w:del w:id="1"><w:r><w:delText>九</w:delText></w:r></w:del><w:ins w:id="2">' + run("10") + "</w:ins>"
    theme = para(run("走进"), run("秘密", "<w:vanish/>"), run("水厂"))
    gone = '<w:trPr><w:del w:id="3"/></w:trPr>'
    plan = row(cell(theme), cell(para(changed, run("月"))))
    struck = row(cell(para("撤销")), cell(para("11月")), properties=gone)
    read = read_plan_table(word_file(table(row(cell(para("活动主题")), cell(para("时间"))), plan, struck)), "a.docx")
    assert [(each.cells["theme"], each.cells["time"]) for each in read.rows] == [("走进水厂", "10月")]


def test_a_form_sent_as_a_table_is_sent_to_where_forms_are_read() -> None:
    form = PlanForm("市水务局", "走进水厂", "9月", "水厂", "参观", "市民20人", "", "张三", "0798-0000000")
    assert refusal(plan_form_docx(form), "a.docx") == "文件里是报送表，不是一行一个计划的表格，请改用“上传 Word 报送表”"


# Headers of two rows

TWO_ROWS = (
    ["序号", "单位", "活动主题", "时间和地点", "", "联系人", "", "活动对象", ""],
    ["", "", "", "开展时间", "地点", "姓名", "电话", "类别", "人数"],
)
DIVIDED = ["1", "市水务局", "走进水厂", "9月中旬", "第一水厂", "张三", "0798-0000000", "市民代表", "20人"]
READ = {
    "agency": "市水务局", "theme": "走进水厂", "time": "9月中旬", "place": "第一水厂", "contact": "张三",
    "phone": "0798-0000000", "audience": "市民代表，20人",
}  # fmt: skip


def filled(cells: dict[str, str]) -> dict[str, str]:
    return {key: text for key, text in cells.items() if text}


def test_a_divided_header_is_read_from_a_workbook_with_its_merged_cells() -> None:
    def merge(_: Any, sheet: Any) -> None:
        for place in (0, 1, 2):
            sheet.merge_range(1, place, 2, place, TWO_ROWS[0][place])
        for left, right in ((3, 4), (5, 6), (7, 8)):
            sheet.merge_range(1, left, 1, right, TWO_ROWS[0][left])

    data = as_xlsx(["汇总表"], [""] * 9, TWO_ROWS[1], DIVIDED, more=merge)
    table = read_plan_table(data, "a.xlsx")
    assert filled(only_row(table)) == READ
    assert (table.rows[0].line, table.preamble) == (4, ("汇总表",))


@pytest.mark.parametrize("name", ["a.csv", "a.docx"])
def test_a_divided_header_is_read_without_knowing_what_is_merged(name: str) -> None:
    data = (as_csv if name == "a.csv" else as_docx)(*TWO_ROWS, DIVIDED)
    assert filled(only_row(read_plan_table(data, name))) == READ


def test_a_plan_below_a_header_with_a_gap_is_no_second_row_of_it() -> None:
    header = ["活动主题", "开展时间", "", "活动内容"]
    table = read_plan_table(as_csv(header, ["走进水厂", "9月", "电话", "参观"]), "a.csv")
    assert [filled(row.cells) for row in table.rows] == [{"theme": "走进水厂", "time": "9月", "content": "参观"}]


def test_name_and_telephone_in_one_column_are_told_apart_where_that_is_certain() -> None:
    rows = [["张三 0798-0000000"], ["李四\n13800000000"], ["办公室"], ["王五、0798-1、赵六"]]
    data = as_csv(["活动主题", "联系人及联系方式"], *[["甲", *cells] for cells in rows])
    assert [(row.cells["contact"], row.cells["phone"]) for row in read_plan_table(data, "a.csv").rows] == [
        ("张三", "0798-0000000"), ("李四", "13800000000"), ("办公室", ""), ("王五、0798-1、赵六", ""),
    ]  # fmt: skip


def test_examples_that_a_table_is_handed_out_with_are_no_plans() -> None:
    rows = [HEADER, ["示例", *PLAN[1:]], ["（例）", *PLAN[1:]], ["填写说明：", "写单位全称"], PLAN]
    table = read_plan_table(as_csv(*rows), "a.csv")
    assert (only_row(table)["theme"], table.rows[0].line, len(table.notes)) == ("走进水厂", 5, 3)


# Word files made to do harm


def harmful(document: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("word/document.xml", document)
    return file.getvalue()


OPEN = '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>'
CLOSE = "</w:body></w:document>"
LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))


@pytest.mark.parametrize(
    "document",
    [
        f'<!DOCTYPE a [<!ENTITY l0 "ha">{LAUGHS}]>{OPEN}<w:p><w:r><w:t>&l11;</w:t></w:r></w:p>{CLOSE}',
        OPEN + "<w:tbl>" * 5_000 + "</w:tbl>" * 5_000 + CLOSE,
        OPEN + "<w:tbl>" + "<w:tr><w:tc/></w:tr>" * 25_000 + "</w:tbl>" + CLOSE,
        OPEN + "<w:tbl><w:tr>" + "<w:tc><w:p/></w:tc>" * 100 + "</w:tr></w:tbl>" + CLOSE,
        OPEN + '<w:tbl><w:tr><w:tc><w:tcPr><w:gridSpan w:val="99999"/></w:tcPr></w:tc></w:tr></w:tbl>' + CLOSE,
        OPEN + "<w:p><w:r><w:t>" + "".join(chr(0x4E00 + n * n % 20_000) for n in range(6_000_000)) + CLOSE,
        OPEN + "".join(f"<w:p{n % 97}/>" for n in range(3_000_000)) + CLOSE,
        OPEN + "<w:p><w:r>",
    ],
    ids=["entities", "depth", "rows", "columns", "span", "text", "elements", "cut-off"],
)
def test_hostile_word_files_are_refused_within_two_seconds(document: str) -> None:
    data = harmful(document)
    begun = perf_counter()
    assert refusal(data, "a.docx").startswith(("表格", "文件"))
    assert perf_counter() - begun < 5, "two seconds of computing, and as much again for neighbours on the machine"
