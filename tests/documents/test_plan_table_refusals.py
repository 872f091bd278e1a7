"""Plan tables as nobody should send them: refused with a reason, in bounded time and memory, and never half read."""

import io
import struct
import zipfile
import zlib
from time import perf_counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openday.documents.plan_table import TableRefused, read_plan_table
from tests.factories.plan_tables import HEADER, PLAN, as_csv, as_xlsx, only_row, refusal


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("计划.docx", "文件内容与扩展名不符，请用表格软件另存为 .docx 后上传"),
        ("计划.ods", "只能读取 .xlsx、.docx 或 .csv 表格，请另存为其中一种后上传"),
        ("计划", "只能读取 .xlsx、.docx 或 .csv 表格，请另存为其中一种后上传"),
        ("计划.xlsx", "文件内容与扩展名不符，请用表格软件另存为 .xlsx 后上传"),
    ],
)
def test_a_csv_under_another_name_is_refused(name: str, reason: str) -> None:
    assert refusal(as_csv(HEADER, PLAN), name) == reason


def test_a_workbook_that_calls_itself_csv_is_refused() -> None:
    assert refusal(as_xlsx(HEADER, PLAN), "a.csv") == "文件内容与扩展名不符，请用表格软件另存为 .csv 后上传"


def test_old_or_locked_workbooks_are_refused_with_what_to_do() -> None:
    reason = refusal(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000), "a.xlsx")
    assert reason == "文件是旧版格式或设有打开密码，请另存为没有密码的 .xlsx 后上传"


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
