"""Makes plan tables as people send them, for the tests of reading them."""

import csv
import io
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import pytest
import xlsxwriter

from openday.documents.plan_table import PlanTable, TableRefused, read_plan_table

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
