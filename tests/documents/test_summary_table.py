"""The summary table, opened again by two other readers of Excel files."""

import io

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.utils.escape import unescape
from python_calamine import CalamineWorkbook

from openday.documents.summary_table import SummaryRow, summary_xlsx

ROW = SummaryRow(
    number=1,
    agency="青田市水务局",
    theme="走进第一水厂",
    time="2026年9月中旬",
    place="第一水厂",
    content="一、参观\n二、座谈",
    audience="企业代表 10 人",
    signup="扫码报名",
    contact="张工作人员",
    phone="13800000000",
    status="已发布",
    occurrences="2场",
    registered=28,
    attended=25,
    outcome="",
)
HEADINGS = (
    "序号 单位 活动主题 开展时间 开展地点 活动内容 活动对象 报名方式 "
    "联系人 联系方式 状态 场次 报名人数 到场人数 开展情况"
)
RISKY = [
    "=1+1",
    '=HYPERLINK("http://x","y")',
    "{=SUM(A1)}",
    "+86 138",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "＝1+1",
    "＋1",
    "－1",
    "＠x",
    "'=1",
    "http://example.gov.cn",
    "mailto:a@example.gov.cn",
    "13800000000",
    "007",
    "1e400",
    "TRUE",
    " 前后有空格 ",
    "_x000D_",
    "<r>&amp;</r>",
    "<r><t>x</t></r>",
    "a\nb",
    "𠮷😀",
]


def read_by_calamine(data: bytes) -> list[list[object]]:
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_name("汇总表")
    return sheet.to_python(skip_empty_area=False)


def read_by_openpyxl(data: bytes) -> openpyxl.worksheet.worksheet.Worksheet:
    return openpyxl.load_workbook(io.BytesIO(data))["汇总表"]


def test_the_table_has_its_title_its_headings_and_a_row_for_each_activity() -> None:
    second = ROW._replace(number=2, agency="青田市卫生健康局", outcome="已开展")
    table = read_by_calamine(summary_xlsx("2026年政府开放月活动汇总表", [ROW, second]))
    assert table[0][0] == "2026年政府开放月活动汇总表"
    assert table[1] == HEADINGS.split()
    assert [tuple(row) for row in table[2:]] == [tuple(ROW[:15]), tuple(second[:15])]


def test_people_are_numbers_and_phones_are_text() -> None:
    row = read_by_openpyxl(summary_xlsx("汇总表", [ROW]))[3]
    kinds = dict(zip(HEADINGS.split(), [cell.data_type for cell in row], strict=True))
    assert (kinds["序号"], kinds["报名人数"], kinds["到场人数"]) == ("n", "n", "n")
    assert (kinds["联系方式"], kinds["场次"]) == ("s", "s")
    assert row[9].value == "13800000000"
    assert row[9].number_format == "@"


@pytest.mark.parametrize("text", RISKY)
def test_text_that_looks_like_something_else_comes_back_as_it_was(text: str) -> None:
    data = summary_xlsx(text, [ROW._replace(theme=text, outcome=text)])
    table = read_by_calamine(data)
    assert (table[0][0], table[2][2], table[2][14]) == (text, text, text)
    sheet = read_by_openpyxl(data)
    assert [sheet.cell(3, column).data_type for column in (3, 15)] == ["s", "s"]
    assert unescape(sheet.cell(3, 3).value) == text
    assert not sheet.cell(3, 3).hyperlink


@given(text=st.text(st.characters(exclude_categories=["Cc", "Cs", "Cn"]), min_size=1, max_size=300))
@settings(max_examples=60, deadline=None)
def test_any_text_comes_back_as_it_was(text: str) -> None:
    assert read_by_calamine(summary_xlsx("汇总表", [ROW._replace(content=text)]))[2][5] == text


def test_what_excel_cannot_hold_is_left_out() -> None:
    table = read_by_calamine(summary_xlsx("汇\x00总表", [ROW._replace(theme="走\x07进\ud800\uffff水厂")]))
    assert (table[0][0], table[2][2]) == ("汇总表", "走进水厂")


def test_a_text_beyond_the_limit_of_a_cell_is_cut_and_says_so() -> None:
    fits = "水" * 32_767
    table = read_by_calamine(
        summary_xlsx("汇总表", [ROW._replace(content=fits, outcome=fits + "水", theme="😀" * 20_000)])
    )
    content, outcome, theme = (str(table[2][column]) for column in (5, 14, 2))
    assert content == fits
    assert len(outcome) == 32_767
    assert outcome.endswith("（内容过长，此处截断）")
    assert theme.startswith("😀" * 16_000)
    assert len(theme.encode("utf-16-le")) // 2 <= 32_767


def test_the_sheet_is_ready_to_sort_and_to_print() -> None:
    sheet = read_by_openpyxl(summary_xlsx("汇总表", [ROW, ROW, ROW]))
    assert sheet.freeze_panes == "D3"
    assert sheet.auto_filter.ref == "A2:O5"
    assert [str(area) for area in sheet.merged_cells.ranges] == ["A1:O1"]
    assert (sheet.page_setup.orientation, int(sheet.page_setup.paperSize)) == ("landscape", 9)
    assert sheet.print_title_rows == "$1:$2"
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert sheet.page_setup.fitToWidth in (None, 1), "one page wide, which is also what an unset value means"
    assert int(sheet.page_setup.fitToHeight) == 0, "as many pages long as it takes"
    assert all(sheet.cell(3, column).alignment.wrap_text for column in (3, 6, 15))
    assert sheet.column_dimensions["F"].width > sheet.column_dimensions["A"].width


def test_a_table_without_activities_still_opens() -> None:
    table = read_by_calamine(summary_xlsx("汇总表", []))
    assert len(table) == 2
    assert table[1] == HEADINGS.split()


def test_the_same_rows_give_the_same_bytes() -> None:
    assert summary_xlsx("汇总表", [ROW]) == summary_xlsx("汇总表", iter([ROW._replace()]))


def test_thousands_of_rows_are_all_there() -> None:
    rows = (ROW._replace(number=number) for number in range(1, 3001))
    table = read_by_calamine(summary_xlsx("汇总表", rows))
    assert [row[0] for row in table[2:]] == list(range(1, 3001))
