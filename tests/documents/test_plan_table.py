"""Reading plan tables as agencies and offices really send them, and as nobody should."""

import csv
import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Sequence
from datetime import datetime, time
from pathlib import Path
from time import perf_counter
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from openday.documents.csv_export import csv_bytes
from openday.documents.plan_table import PlanTable, TableRefused, read_plan_table

REAL_PLANS = Path(__file__).parents[3] / "shared" / "data" / "real_plans.csv"
HEADER = [
    "序号",
    "单位名称",
    "活动主题",
    "开展时间",
    "开展地点",
    "活动内容",
    "活动对象",
    "活动报名方式",
    "联系人",
    "联系方式",
]
PLAN = [
    "1",
    "市水务局",
    "走进水厂",
    "9月中旬",
    "第一水厂",
    "参观制水流程",
    "市民代表20人",
    "电话报名",
    "张三",
    "0798-0000000",
]


def as_csv(*rows: Sequence[str], encoding: str = "utf-8-sig", delimiter: str = ",") -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter).writerows(rows)
    return text.getvalue().encode(encoding)


def as_xlsx(*rows: Sequence[Any], more: Callable[[Any, Any], None] | None = None) -> bytes:
    packed = io.BytesIO()
    book = xlsxwriter.Workbook(packed, {"in_memory": True, "strings_to_formulas": False, "strings_to_numbers": False})
    sheet = book.add_worksheet("计划")
    day = book.add_format({"num_format": "yyyy/m/d"})
    for place, row in enumerate(rows):
        for column, value in enumerate(row):
            if isinstance(value, datetime):
                sheet.write_datetime(place, column, value, day)
            elif value not in ("", None):
                sheet.write(place, column, value)
    if more:
        more(book, sheet)
    book.close()
    return packed.getvalue()


def only_row(table: PlanTable) -> dict[str, str]:
    assert len(table.rows) == 1
    return dict(table.rows[0].cells)


def refusal(data: bytes, name: str) -> str:
    with pytest.raises(TableRefused) as refused:
        read_plan_table(data, name)
    return str(refused.value)


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


def test_the_first_visible_sheet_with_a_header_is_read_and_the_others_are_named() -> None:
    book = openpyxl.Workbook()
    book.active.title = "填表说明"
    book.active.append(["请于6月28日前报送"])
    hidden = book.create_sheet("旧表")
    hidden.sheet_state = "hidden"
    hidden.append(HEADER)
    hidden.append(PLAN)
    for title, theme in (("计划", "走进水厂"), ("乡镇", "走进乡村")):
        sheet = book.create_sheet(title)
        sheet.append(HEADER)
        sheet.append([*PLAN[:2], theme, *PLAN[3:]])
    book.create_sheet("Sheet9")
    packed = io.BytesIO()
    book.save(packed)
    table = read_plan_table(packed.getvalue(), "a.xlsx")
    assert only_row(table)["theme"] == "走进水厂"
    assert table.unread_sheets == ("填表说明", "乡镇")


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


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("计划.xls", "只能读取 .xlsx 或 .csv 表格，请另存为其中一种后上传"),
        ("计划.docx", "只能读取 .xlsx 或 .csv 表格，请另存为其中一种后上传"),
        ("计划", "只能读取 .xlsx 或 .csv 表格，请另存为其中一种后上传"),
        ("计划.xlsx", "文件内容与扩展名不符，请用表格软件另存为 .xlsx 后上传"),
    ],
)
def test_a_csv_under_another_name_is_refused(name: str, reason: str) -> None:
    assert refusal(as_csv(HEADER, PLAN), name) == reason


def test_a_workbook_that_calls_itself_csv_is_refused() -> None:
    assert refusal(as_xlsx(HEADER, PLAN), "a.csv") == "文件内容与扩展名不符，请用表格软件另存为 .csv 后上传"


def test_old_or_locked_workbooks_are_refused_with_what_to_do() -> None:
    reason = refusal(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000), "a.xlsx")
    assert reason == "文件是旧版 .xls 或设有打开密码，请另存为没有密码的 .xlsx 后上传"


@pytest.mark.parametrize("name", ["a.csv", "a.xlsx"])
@pytest.mark.parametrize("data", [b"", b" \r\n\t "])
def test_an_empty_file_is_refused(name: str, data: bytes) -> None:
    assert refusal(data, name) == "文件是空的，请选择填写好的表格"


@pytest.mark.parametrize("name", ["a.csv", "a.xlsx"])
def test_a_table_without_a_known_header_is_refused(name: str) -> None:
    rows = [["姓名", "年龄"], ["张三", "30"]]
    reason = refusal(as_csv(*rows) if name == "a.csv" else as_xlsx(*rows), name)
    assert reason == "前10行内没有找到表头，表头应包含“活动主题”“开展时间”等列名，至少两列"


def test_the_header_stands_in_the_first_ten_rows() -> None:
    assert len(read_plan_table(as_csv(*[["说明"]] * 9, HEADER, PLAN), "a.csv").rows) == 1
    assert refusal(as_csv(*[["说明"]] * 10, HEADER, PLAN), "a.csv").startswith("前10行内没有找到表头")


def test_tables_up_to_the_limits_are_read_and_larger_ones_refused() -> None:
    rows = [["活动主题", "开展时间"], *[["甲", "9月"]] * 20_000]
    assert len(read_plan_table(as_csv(*rows[:20_000]), "a.csv").rows) == 19_999
    assert len(read_plan_table(as_xlsx(*rows[:20_000]), "a.xlsx").rows) == 19_999
    for data, name in ((as_csv(*rows), "a.csv"), (as_xlsx(*rows), "a.xlsx")):
        assert refusal(data, name) == "表格超过20000行，请删除多余的行或拆成几个文件后上传"
    wide = [*rows[0], *["其他"] * 58]
    assert len(read_plan_table(as_csv(wide, rows[1]), "a.csv").columns) == 60
    for data, name in ((as_csv([*wide, "多"]), "a.csv"), (as_xlsx([*wide, "多"]), "a.xlsx")):
        assert refusal(data, name) == "表格超过60列，请删除多余的列后上传"


@pytest.mark.parametrize("name", ["a.csv", "a.xlsx"])
def test_more_than_five_megabytes_are_refused(name: str) -> None:
    assert refusal(as_csv(HEADER, PLAN) + b"x" * 5_242_880, name) == "文件超过5MB，请拆成几个文件后上传"


@pytest.mark.parametrize("broken", [b'"\xe6\x97\xb6\xe9\x97\xb4,\xe5\x9c\xb0\xe7\x82\xb9\n1,2\n' * 3, b'a,"b"c\n1,2\n'])
def test_a_csv_with_unpaired_quotes_is_refused_rather_than_swallowing_its_rows(broken: bytes) -> None:
    reason = refusal(broken, "a.csv")
    assert reason == "表格无法读取，有单元格的引号没有成对，请用表格软件打开并另存为 .csv 后上传"


def test_a_cell_that_no_spreadsheet_could_hold_is_refused() -> None:
    reason = refusal(as_csv(["活动主题", "开展时间"], ["甲" * 200_000, "9月"]), "a.csv")
    assert reason == "有单元格的文字过长或引号没有成对，请检查后上传"


def test_bytes_that_are_no_text_are_refused() -> None:
    for data in (b"\xff\xfe\x00\x01\x80" * 50, bytes(range(256)) * 4, "活动主题,开展时间\n".encode("utf-16")):
        assert refusal(data, "a.csv") == "文件的文字编码无法识别，请另存为 UTF-8 编码的 .csv 后上传"


# Workbooks made to do harm


def changed(data: bytes, member: str, content: bytes) -> bytes:
    """The same package with one member replaced or added."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name != member:
                new.writestr(name, old.read(name))
        new.writestr(member, content)
    return packed.getvalue()


def sheet_xml(cells: str) -> bytes:
    return (
        '<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        f"<sheetData>{cells}</sheetData></worksheet>"
    ).encode()


SHEET = "xl/worksheets/sheet1.xml"
GOOD = as_xlsx(HEADER, PLAN)


def test_a_package_that_inflates_to_far_more_than_it_weighs_is_refused_before_it_is_read() -> None:
    bomb = changed(GOOD, SHEET, sheet_xml(" " * 60_000_000))
    begun = perf_counter()
    assert len(bomb) < 200_000
    assert refusal(bomb, "a.xlsx") == "文件解压后过大，请把内容复制到新的表格后上传"
    assert perf_counter() - begun < 1


def test_a_member_that_lies_about_its_size_harms_nobody() -> None:
    content = sheet_xml(" " * 300_000_000)
    bomb = changed(GOOD, SHEET, content)
    true_size, false_size = struct.pack("<I", len(content)), struct.pack("<I", 1000)
    assert bomb.count(true_size) >= 1
    reason = refusal(bomb.replace(true_size, false_size), "a.xlsx")
    assert reason == "表格无法读取，文件可能已损坏，请用表格软件打开并另存为 .xlsx 后上传"


@pytest.mark.parametrize("row", [1_048_576, 4_294_967_295])
def test_two_cells_far_apart_are_refused_and_not_filled_up(row: int) -> None:
    far = sheet_xml(
        f'<row r="1"><c r="A1"><v>1</v></c></row><row r="{row}"><c r="XFD{row}"><v>1</v></c></row>',
    )
    assert refusal(changed(GOOD, SHEET, far), "a.xlsx").startswith("表格")


def test_one_long_text_used_by_very_many_cells_is_refused() -> None:
    long_text = "".join(chr(0x4E00 + (n * n) % 20_000) for n in range(30_000))
    table = (
        '<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" count="1" uniqueCount="1">'
        f"<si><t>{long_text}</t></si></sst>"
    ).encode()
    rows = "".join(
        f'<row r="{n}">' + "".join(f'<c r="{letter}{n}" t="s"><v>0</v></c>' for letter in "ABCDEFGH") + "</row>"
        for n in range(1, 5001)
    )
    begun = perf_counter()
    reason = refusal(changed(changed(GOOD, "xl/sharedStrings.xml", table), SHEET, sheet_xml(rows)), "a.xlsx")
    assert reason.startswith("表格")
    assert perf_counter() - begun < 30


def test_entities_that_multiply_are_refused() -> None:
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    styles = f'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY l0 "ha">{laughs}]><a>&l11;</a>'.encode()
    assert refusal(changed(GOOD, "xl/styles.xml", styles), "a.xlsx").startswith("表格无法读取")


def test_macros_and_other_packages_are_refused() -> None:
    assert refusal(changed(GOOD, "xl/vbaProject.bin", b"x"), "a.xlsx") == "文件含有宏，请另存为不含宏的 .xlsx 后上传"
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as package:
        package.writestr("word/document.xml", "<a/>")
    assert refusal(packed.getvalue(), "a.xlsx") == "文件内容与扩展名不符，请用表格软件另存为 .xlsx 后上传"


def test_the_untouched_package_is_read_so_that_the_refusals_above_mean_something() -> None:
    assert only_row(read_plan_table(changed(GOOD, "docProps/core.xml", b"<a/>"), "a.xlsx"))["theme"] == "走进水厂"


@pytest.mark.parametrize("cut", [4, 30, len(GOOD) // 2, len(GOOD) - 1])
def test_a_workbook_cut_off_anywhere_is_refused(cut: int) -> None:
    assert refusal(GOOD[:cut], "a.xlsx").startswith(("表格无法读取", "文件内容与扩展名不符"))


@settings(max_examples=15, deadline=None)
@given(st.integers(4, len(GOOD) - 1), st.binary(min_size=1, max_size=6))
def test_damaged_workbooks_are_read_or_refused_and_nothing_else(place: int, damage: bytes) -> None:
    try:
        read_plan_table(GOOD[:place] + damage + GOOD[place + len(damage) :], "a.xlsx")
    except TableRefused as refused:
        assert str(refused)


@given(st.binary(max_size=300) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace")))
def test_any_bytes_called_csv_are_read_or_refused_and_nothing_else(data: bytes) -> None:
    prefix = zlib.crc32(data) % 2 and "活动主题,开展时间\n".encode()
    try:
        read_plan_table((prefix or b"") + data, "a.csv")
    except TableRefused as refused:
        assert str(refused)


@pytest.mark.parametrize(
    "hostile", ["(" * 60_000, "单位(" * 40_000, "单位" * 60_000, "1" * 60_000, "\u0315\u0300" * 60_000]
)
def test_cells_written_to_make_patterns_slow_are_read_in_no_time(hostile: str) -> None:
    rows = [[hostile, "b"], ["活动主题", "联系电话"], *[[hostile, hostile]] * 5]
    begun = perf_counter()
    assert len(read_plan_table(as_csv(*rows), "a.csv").rows) == 5
    assert perf_counter() - begun < 5
