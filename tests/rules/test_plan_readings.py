"""The lines beside the fields of the plan form. Today is 10 September 2026; the call is that of 2026."""

from datetime import date

import pytest

from openday.rules.audience import read_audience
from openday.rules.fuzzy_date import read_period
from openday.rules.plan_readings import FieldReading, audience_reading, time_reading

TODAY = date(2026, 9, 10)


def of_time(text: str) -> FieldReading:
    return time_reading(read_period(text, year=2026), TODAY)


def test_an_empty_field_says_nothing() -> None:
    assert of_time(" ") == FieldReading()
    assert audience_reading(read_audience("")) == FieldReading()


def test_a_time_says_what_it_was_taken_for() -> None:
    reading = of_time("拟于9月16日下午2点半至4点")
    assert reading.understood == "2026年9月16日（星期三），14:30–16:00，时间为暂定"
    assert (reading.unclear, reading.warnings) == ("", ())
    assert of_time("10月中旬").understood == "2026年10月11日至20日之间，具体时间待定"


@pytest.mark.parametrize(
    ("text", "warning"),
    [
        ("2026年9月16日（星期四）", "2026年9月16日是星期三，与所写的星期不一致，请核对。"),
        ("9月9日", "这个时间已经过去，活动已经开展的请核对年份。"),
        ("9月上旬", None),
        ("3月", "这个时间已经过去，活动已经开展的请核对年份。"),
        ("9月1日、9月20日", "其中9月1日已经过去。"),
        ("9月1日至20日", "所写的时间已经开始。"),
        ("9月10日", None),
        ("每月第三个星期四", None),
        ("9月16日9:00-8:00", "结束的钟点早于开始的钟点，请核对。"),
    ],
)
def test_what_must_be_checked_is_said_and_nothing_is_changed(text: str, warning: str | None) -> None:
    reading = of_time(text)
    assert reading.warnings == ((warning,) if warning else ())
    assert reading.understood


def test_two_warnings_stand_on_two_lines() -> None:
    assert of_time("2026年9月2日（星期四）").warnings == (
        "2026年9月2日是星期三，与所写的星期不一致，请核对。",
        "这个时间已经过去，活动已经开展的请核对年份。",
    )


@pytest.mark.parametrize("text", ["正月十五", "近期", "15日上午", "2月30日", "另行通知"])
def test_an_unknown_time_says_why(text: str) -> None:
    reading = of_time(text)
    assert reading.understood == ""
    assert reading.unclear.endswith("。")


def test_an_audience_says_its_numbers_and_what_does_not_add_up() -> None:
    assert (
        audience_reading(read_audience("企业代表10人、市民代表20人")).understood
        == "共30人，其中企业代表10人、市民代表20人"
    )
    reading = audience_reading(read_audience("企业代表10名，市民代表20名，共35人"))
    assert reading.warnings == ("各组相加为30人，少于总数35人，请核对。",)
    assert audience_reading(read_audience("广大市民")).unclear == "未读出人数，按原文显示"
