"""Reading plan tables as agencies and offices really send them."""

import csv
import io
from datetime import datetime, time
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from openday.documents.csv_export import csv_bytes
from openday.documents.plan_table import read_plan_table
from tests.factories.plan_tables import HEADER, PLAN, as_csv, as_xlsx, only_row

REAL_PLANS = Path(__file__).parents[3] / "shared" / "data" / "real_plans.csv"


@pytest.mark.skipif(not REAL_PLANS.exists(), reason=f"the table of real plans is not beside the checkout: {REAL_PLANS}")
def test_every_plan_of_the_real_table_is_read_as_it_stands() -> None:
    table = read_plan_table(REAL_PLANS.read_bytes(), "real_plans.csv")
    with REAL_PLANS.open(newline="", encoding="utf-8-sig") as file:
        printed = list(csv.DictReader(file))
    assert len(printed) == 150
    assert [row.cells["theme"] for row in table.rows] == [plan["theme"].strip() for plan in printed]
    assert [row.cells["time"] for row in table.rows] == [plan["time_text"].strip() for plan in printed]
    assert [row.line for row in table.rows] == list(range(2, 152))
    assert (table.notes, [column.key for column in table.columns if column.key is None]) == ((), [])


@pytest.mark.skipif(not REAL_PLANS.exists(), reason=f"the table of real plans is not beside the checkout: {REAL_PLANS}")
def test_the_real_table_reads_the_same_from_gb18030_and_from_a_workbook() -> None:
    text = REAL_PLANS.read_text(encoding="utf-8-sig")
    cells = [row.cells for row in read_plan_table(REAL_PLANS.read_bytes(), "a.csv").rows]
    from_gb = read_plan_table(text.encode("gb18030"), "a.csv")
    from_book = read_plan_table(as_xlsx(*csv.reader(io.StringIO(text, newline=""))), "a.xlsx")
    assert [row.cells for row in from_gb.rows] == cells
    assert [row.cells for row in from_book.rows] == cells


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_csv_is_read_in_the_encodings_that_offices_use(encoding: str) -> None:
    assert only_row(read_plan_table(as_csv(HEADER, PLAN, encoding=encoding), "计划.CSV")) == {
        "agency": "市水务局",
        "theme": "走进水厂",
        "time": "9月中旬",
        "place": "第一水厂",
        "content": "参观制水流程",
        "audience": "市民代表20人",
        "signup": "电话报名",
        "contact": "张三",
        "phone": "0798-0000000",
        "city": "",
        "year": "",
        "source": "",
    }


@pytest.mark.parametrize("delimiter", ["\t", ";"])
def test_a_table_with_other_delimiters_is_read_too(delimiter: str) -> None:
    assert only_row(read_plan_table(as_csv(HEADER, PLAN, delimiter=delimiter), "a.csv"))["theme"] == "走进水厂"


def test_other_places_call_the_columns_otherwise() -> None:
    header = ["承办单位", "活动名称（主题）", "活动时间（具体到旬）", "活动\n地点", "活动形式", "活动邀请对象",
              "拟参与人数", "*报名方式", "联系人", "联系电话"]  # fmt: skip
    plan = ["市图书馆", "夜读", "8月", "报告厅", "座谈", "读者代表", "20人/场", "", "李四", "12345"]
    cells = only_row(read_plan_table(as_csv(header, plan), "a.csv"))
    assert cells["audience"] == "读者代表，20人/场"
    assert (cells["agency"], cells["theme"], cells["time"], cells["place"]) == ("市图书馆", "夜读", "8月", "报告厅")
    assert (cells["content"], cells["signup"], cells["phone"]) == ("座谈", "", "12345")


def test_the_form_of_an_activity_stands_in_for_its_content_only_where_there_is_none() -> None:
    table = read_plan_table(as_csv(["主题", "形式", "活动内容"], ["甲", "座谈", "听取意见"]), "a.csv")
    assert only_row(table)["content"] == "听取意见"
    assert [(column.header, column.key) for column in table.columns] == [
        ("主题", "theme"), ("形式", None), ("活动内容", "content"),
    ]  # fmt: skip


def test_of_two_agencies_the_one_that_carries_the_activity_out_is_taken() -> None:
    table = read_plan_table(as_csv(["主办单位", "承办单位", "活动主题"], ["市政府", "市水务局", "走进水厂"]), "a.csv")
    assert only_row(table)["agency"] == "市水务局"


def test_a_title_and_the_agencys_line_may_stand_above_the_header() -> None:
    rows = [["政府开放活动计划汇总表"], ["单位名称（盖章）：市水务局"], [], HEADER[2:], PLAN[2:]]
    table = read_plan_table(as_csv(*rows), "a.csv")
    assert table.preamble == ("政府开放活动计划汇总表", "单位名称（盖章）：市水务局")
    assert (only_row(table)["agency"], table.rows[0].line) == ("市水务局", 5)


def test_notes_totals_and_signatures_are_kept_apart_from_the_plans_and_empty_numbered_rows_are_nothing() -> None:
    rows = [
        HEADER,
        PLAN,
        ["2"],
        ["备注：时间以通知为准"],
        [],
        ["合计", "", "1项"],
        ["填表人：张三", "", "联系电话：0798"],
    ]
    table = read_plan_table(as_csv(*rows), "a.csv")
    assert [row.cells["theme"] for row in table.rows] == ["走进水厂"]
    assert table.notes == ("备注：时间以通知为准", "合计 1项", "填表人：张三 联系电话：0798")


def test_a_header_printed_again_on_the_next_page_is_no_plan() -> None:
    assert len(read_plan_table(as_csv(HEADER, PLAN, HEADER, PLAN), "a.csv").rows) == 2


def test_line_breaks_within_a_cell_stay_and_rows_are_numbered_as_a_spreadsheet_does() -> None:
    first = [*PLAN[:5], "一、参观\r\n二、座谈", *PLAN[6:]]
    table = read_plan_table(as_csv(HEADER, first, PLAN), "a.csv")
    assert table.rows[0].cells["content"] == "一、参观\n二、座谈"
    assert [row.line for row in table.rows] == [2, 3]


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("13800000000.0", "13800000000"),
        ("1.3800001234E+10", "13800001234"),
        ("1.38E+10", "1.38E+10"),
        ("'13800000000", "13800000000"),
        ("0798-0000000", "0798-0000000"),
    ],
)
def test_phones_that_a_spreadsheet_made_into_numbers_come_back_where_no_digit_is_lost(typed: str, read: str) -> None:
    assert only_row(read_plan_table(as_csv(["活动主题", "联系电话"], ["甲", typed]), "a.csv"))["phone"] == read


def test_numbers_and_dates_of_a_workbook_come_back_as_they_would_be_typed() -> None:
    header = ["活动主题", "开展时间", "联系电话", "年度", "活动内容"]
    plan = ["走进水厂", datetime(2026, 9, 16), 13800000000, 2026, 20.5]
    cells = only_row(read_plan_table(as_xlsx(header, plan), "a.xlsx"))
    assert (cells["time"], cells["phone"], cells["year"], cells["content"]) == (
        "2026年9月16日", "13800000000", "2026", "20.5",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("code", "moment", "read"),
    [
        ('yyyy"年"m"月"', datetime(2026, 9, 1), "2026年9月"),
        ('[$-804]m"月"d"日";@', datetime(2026, 9, 16), "9月16日"),
        (57, datetime(2026, 9, 1), "2026年9月"),
        (58, datetime(2026, 9, 16), "9月16日"),
        ('yyyy"年"m"月"d"日"', datetime(2026, 9, 1), "2026年9月1日"),
        ("yyyy-mm-dd", datetime(2026, 9, 1), "2026年9月1日"),
        ("yyyy/m/d h:mm", datetime(2026, 9, 16, 14, 5), "2026年9月16日14:05"),
        ("h:mm", time(14, 30), "14:30"),
    ],
)
def test_a_date_is_read_as_exactly_as_the_sheet_shows_it(code: str | int, moment: datetime | time, read: str) -> None:
    def write(book: Any, sheet: Any) -> None:
        sheet.write_datetime(1, 1, moment, book.add_format({"num_format": code}))

    table = read_plan_table(as_xlsx(["活动主题", "开展时间"], ["甲"], more=write), "a.xlsx")
    assert only_row(table)["time"] == read


def test_an_agency_merged_beside_several_plans_belongs_to_each_of_them() -> None:
    def merge(book: Any, sheet: Any) -> None:
        sheet.merge_range(2, 0, 3, 0, "市水务局")

    rows = [["汇总表"], ["单位", "活动主题", "开展时间"], ["", "甲", "9月"], ["", "乙", "10月"], ["", "丙", "11月"]]
    table = read_plan_table(as_xlsx(*rows, more=merge), "a.xlsx")
    assert [(row.line, row.cells["agency"], row.cells["theme"]) for row in table.rows] == [
        (3, "市水务局", "甲"), (4, "市水务局", "乙"), (5, "", "丙"),
    ]  # fmt: skip


def test_a_table_may_begin_anywhere_on_its_sheet() -> None:
    def write(book: Any, sheet: Any) -> None:
        sheet.write_row(3, 2, ["单位", "活动主题", "开展时间"])
        sheet.merge_range(5, 2, 6, 2, "市水务局")
        month = book.add_format({"num_format": 'yyyy"年"m"月"'})
        for line, theme in ((5, "甲"), (6, "乙")):
            sheet.write(line, 3, theme)
            sheet.write_datetime(line, 4, datetime(2026, 9, 1), month)

    table = read_plan_table(as_xlsx(more=write), "a.xlsx")
    assert [(row.line, row.cells["agency"], row.cells["theme"], row.cells["time"]) for row in table.rows] == [
        (6, "市水务局", "甲", "2026年9月"), (7, "市水务局", "乙", "2026年9月"),
    ]  # fmt: skip


def test_every_visible_sheet_with_a_header_is_read_and_the_others_are_named() -> None:
    book = openpyxl.Workbook()
    book.active.title = "填表说明"
    book.active.append(["请于6月28日前报送"])
    hidden = book.create_sheet("旧表")
    hidden.sheet_state = "hidden"
    hidden.append(HEADER)
    hidden.append(PLAN)
    for title, theme in (("计划", "走进水厂"), ("乡镇", "走进乡村"), ("填写样例", "走进某某")):
        sheet = book.create_sheet(title)
        sheet.append(HEADER)
        sheet.append([*PLAN[:2], theme, *PLAN[3:]])
    book.create_sheet("Sheet9")
    packed = io.BytesIO()
    book.save(packed)
    table = read_plan_table(packed.getvalue(), "a.xlsx")
    assert [(part.name, [row.cells["theme"] for row in part.rows]) for part in table.parts] == [
        ("计划", ["走进水厂"]), ("乡镇", ["走进乡村"]),
    ]  # fmt: skip
    assert table.unread == ("填表说明", "填写样例")


TEXTS = st.sampled_from(["=1+1", "+86", "-1", "@SUM(A1)", "＝1", "'quoted'", "'=1", "''=1", "''", "0'", "市水务局"])


@given(st.lists(TEXTS | st.text("'=+-@＝＋－＠ab中文", min_size=1, max_size=8), min_size=3, max_size=3))
def test_what_our_own_csv_guards_against_formulas_comes_back_unchanged(values: list[str]) -> None:
    table = read_plan_table(csv_bytes(["单位名称", "活动主题", "活动内容"], [values]), "a.csv")
    assert [table.rows[0].cells[key] for key in ("agency", "theme", "content")] == values
    assert table.rows[0].raw == tuple(values)


def test_an_apostrophe_that_guards_nothing_stays() -> None:
    plan = ["市水务局", "'建好水厂'开放日", "'=1+1"]
    cells = only_row(read_plan_table(as_csv(["单位名称", "活动主题", "活动内容"], plan), "a.csv"))
    assert (cells["theme"], cells["content"]) == ("'建好水厂'开放日", "=1+1")


def test_formulas_in_a_workbook_count_as_text_and_are_never_reckoned() -> None:
    plan = ["=1+1", "@SUM(A1)", "'=1"]
    cells = only_row(read_plan_table(as_xlsx(["单位名称", "活动主题", "活动内容"], plan), "a.xlsx"))
    assert (cells["agency"], cells["theme"], cells["content"]) == ("=1+1", "@SUM(A1)", "'=1")


def test_invisible_characters_are_taken_out_of_cells_but_not_out_of_the_raw_row() -> None:
    table = read_plan_table(as_csv(["活动主题", "开展时间"], ["走进\u200b水厂", "\u202e9月"]), "a.csv")
    assert (only_row(table)["theme"], only_row(table)["time"]) == ("走进水厂", "9月")
    assert table.rows[0].raw == ("走进\u200b水厂", "\u202e9月")
