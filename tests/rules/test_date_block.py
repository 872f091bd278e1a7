"""The date at one glance, and a vague period in words."""

from datetime import date, datetime

import pytest

from openday.clock import SHANGHAI
from openday.rules.date_block import of_occurrence, of_period, short_text, vague_text
from openday.rules.fuzzy_date import read_period

TODAY = date(2026, 9, 1)


def block(text: str) -> tuple[str, str, str]:
    shown = of_period(read_period(text, year=2026), TODAY, cancelled=False, english=False)
    assert shown.vague
    return shown.top, shown.main, shown.under


@pytest.mark.parametrize(
    ("text", "lines", "words", "short"),
    [
        ("9月上旬", ("9月", "上旬", "时间待定"), "2026年9月上旬（时间待定）", "9月上旬"),
        ("2027年2月下旬", ("2027年2月", "下旬", "时间待定"), "2027年2月下旬（时间待定）", "2月下旬"),
        ("9月", ("2026年", "9月", "时间待定"), "2026年9月（时间待定）", "9月"),
        ("9月至10月", ("9月", "至", "10月"), "2026年9月至10月（时间待定）", "9月至10月"),
        ("9月16日", ("9月", "16", "时间待定"), "2026年9月16日（星期三）（具体时间待定）", "9月16日（星期三）"),
        ("第三季度", ("2026年", "三季度", "时间待定"), "2026年第三季度（时间待定）", "第三季度"),
        ("上半年", ("2026年", "上半年", "时间待定"), "2026年上半年（时间待定）", "上半年"),
        (
            "每月第三周星期四",
            ("2026年", "多场", "时间待定"),
            "2026年每月第三周星期四（具体场次待定）",
            "每月第三周星期四",
        ),
        ("待通知", ("时间", "待定", ""), "待通知（时间待定）", "待通知"),
        ("", ("时间", "待定", ""), "时间待定", "时间待定"),
        ("时间待定", ("时间", "待定", ""), "时间待定", "时间待定"),
    ],
)
def test_a_period_is_shown_as_exact_as_it_is(text: str, lines: tuple[str, str, str], words: str, short: str) -> None:
    period = read_period(text, year=2026)
    assert (block(text), vague_text(period), short_text(period, english=False)) == (lines, words, short)


def test_an_occurrence_shows_its_first_day() -> None:
    begins = datetime(2026, 9, 16, 14, tzinfo=SHANGHAI)
    shown = of_occurrence(begins, begins.replace(day=18), TODAY, cancelled=False, english=False)
    assert (shown.top, shown.main, shown.under) == ("9月", "16", "星期三")
    assert (shown.text, shown.iso, shown.vague) == ("2026年9月16日（星期三）", "2026-09-16", False)


@pytest.mark.parametrize(("day", "marked"), [(15, False), (16, True), (17, True), (18, True), (19, False)])
def test_today_is_marked_on_every_day_of_an_occurrence(day: int, marked: bool) -> None:
    begins = datetime(2026, 9, 16, 14, tzinfo=SHANGHAI)
    ends = begins.replace(day=18)
    assert of_occurrence(begins, ends, date(2026, 9, day), cancelled=False, english=False).today == marked


def test_another_year_is_written_out() -> None:
    begins = datetime(2027, 1, 5, 9, tzinfo=SHANGHAI)
    assert of_occurrence(begins, begins.replace(hour=11), TODAY, cancelled=False, english=False).top == "2027年1月"
