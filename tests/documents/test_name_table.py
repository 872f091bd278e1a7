"""Tables of people that are handed in: rows of text, or a reason."""

import io

import pytest
import xlsxwriter

from openday.documents.csv_export import csv_bytes
from openday.documents.name_table import MOST_ROWS, TableRefused, read_name_table

ROWS = [("姓名", "手机", "人数"), ("王小雨", "13800001111", "2"), ("李明", "+85291234567", "")]


def workbook(rows: list[tuple[object, ...]]) -> bytes:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    return target.getvalue()


def test_a_workbook_gives_numbers_as_they_are_dialled() -> None:
    rows = read_name_table(workbook([("姓名", "手机"), ("王小雨", 13800001111), ("李明", 13800002222.0)]), "名单.XLSX")
    assert [row[:2] for row in rows] == [("姓名", "手机"), ("王小雨", "13800001111"), ("李明", "13800002222")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_csv_is_read_whatever_wrote_it(encoding: str) -> None:
    text = "\r\n".join(",".join(row) for row in ROWS)
    assert read_name_table(text.encode(encoding), "a.csv") == ROWS


def test_what_our_own_csv_guards_comes_back() -> None:
    assert read_name_table(csv_bytes(ROWS[0], ROWS[1:]), "a.csv") == ROWS


@pytest.mark.parametrize(
    ("data", "name", "reason"),
    [
        (b"", "a.csv", "文件是空的"),
        (b"\n \n", "a.csv", "文件是空的"),
        (b"\xff\xfe\x00", "a.csv", "编码无法识别"),
        (b"x", "a.pdf", "只能读取"),
        (b"not a workbook", "a.xlsx", "内容与扩展名不符"),
        (b"x" * (5 * 1024 * 1024 + 1), "a.csv", "文件超过5MB"),
        (b"a\n" * (MOST_ROWS + 1), "a.csv", "一次最多2000行"),
        (b",".join([b"x"] * 70), "a.csv", "表格超过60列"),
        (b'"' + b"x" * 200_000, "a.csv", "表格无法读取"),
    ],
)
def test_anything_else_is_refused_with_a_reason(data: bytes, name: str, reason: str) -> None:
    with pytest.raises(TableRefused, match=reason):
        read_name_table(data, name)
