"""The days that a 开展时间 proposes; expectations were reckoned with a calendar of 2026. Today is 10 February 2026."""

from collections.abc import Callable
from datetime import date, time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openday.rules.fuzzy_date import DayPart, read_period
from openday.rules.rhythms import MOST, Expansion, expand

TODAY = date(2026, 2, 10)

# text | days from today on, MMDD
DAYS = """
每月第三个星期四 | 0219 0319 0416 0521 0618 0716 0820 0917 1015 1119 1217
每月第三周星期四 | 0219 0319 0416 0521 0618 0716 0820 0917 1015 1119 1217
每月最后一个星期五下午 | 0227 0327 0424 0529 0626 0731 0828 0925 1030 1127 1225
每月首个周一 | 0302 0406 0504 0601 0706 0803 0907 1005 1102 1207
每月15日 | 0215 0315 0415 0515 0615 0715 0815 0915 1015 1115 1215
下半年每月5日、20日 | 0705 0720 0805 0820 0905 0920 1005 1020 1105 1120 1205 1220
9月每周三下午 | 0902 0909 0916 0923 0930
3月至5月每周六 | 0307 0314 0321 0328 0404 0411 0418 0425 0502 0509 0516 0523 0530
9月1日至9月15日每周二、四 | 0901 0903 0908 0910 0915
3月至11月每月第一个周六 | 0307 0404 0502 0606 0704 0801 0905 1003 1107
每双月15日 | 0215 0415 0615 0815 1015 1215
单月10日 | 0310 0510 0710 0910 1110
每季度第一个月15日 | 0415 0715 1015
每季度最后一个月的第二个周三 | 0311 0610 0909 1209
每年5月18日 | 0518
9月3、10、17日 | 0903 0910 0917
1月20日、3月20日 | 0320
9月14日至18日 | 0914 0915 0916 0917 0918
9月16日 | 0916
"""

# text | spans of which a day has to be chosen
SPANS = """
下半年每月一次 | 0701-0731 0801-0831 0901-0930 1001-1031 1101-1130 1201-1231
每双月第一周 | 0401-0407 0601-0607 0801-0807 1001-1007 1201-1207
每季度首月 | 0401-0430 0701-0731 1001-1031
每季度一次 | 0210-0331 0401-0630 0701-0930 1001-1231
每季度第二个月下旬 | 0221-0228 0521-0531 0821-0831 1121-1130
每两个月一次 | 0210-0228 0301-0430 0501-0630 0701-0831 0901-1031 1101-1231
每半年一次 | 0210-0630 0701-1231
3月、6月、9月 | 0301-0331 0601-0630 0901-0930
3月、6月第一周 | 0301-0307 0601-0607
9月中旬 | 0911-0920
每年9月 | 0901-0930
10月1日至31日 | 1001-1031
7月、8月每月10日至15日 | 0710-0715 0810-0815
9月的第二个周末 | 0912-0913
"""


def cases(table: str) -> list[tuple[str, list[str]]]:
    rows = (line.split("|") for line in table.strip().splitlines())
    return [(text.strip(), expected.split()) for text, expected in rows]


def expansion(text: str, working: Callable[[date], bool] | None = None) -> Expansion:
    return expand(read_period(text, year=2026), today=TODAY, working=working)


@pytest.mark.parametrize(("text", "days"), cases(DAYS))
def test_a_text_that_names_days_proposes_them(text: str, days: list[str]) -> None:
    found = expansion(text)
    assert [f"{proposed.day:%m%d}" for proposed in found.days] == days
    assert found.spans == ()
    assert all(proposed.ticked for proposed in found.days)


@pytest.mark.parametrize(("text", "spans"), cases(SPANS))
def test_a_text_that_names_no_days_says_among_which_to_choose(text: str, spans: list[str]) -> None:
    found = expansion(text)
    assert [f"{span.first:%m%d}-{span.last:%m%d}" for span in found.spans] == spans
    assert found.days == ()
    assert "选定" in found.reason


def test_the_clock_of_the_text_comes_along() -> None:
    found = expansion("每月最后一个星期五下午2:30—4:30")
    assert (found.start, found.end, found.part) == (time(14, 30), time(16, 30), None)
    assert expansion("每周六上午").part is DayPart.AM


def test_two_ways_of_counting_weeks_are_both_said() -> None:
    notes = {f"{proposed.day:%m%d}": proposed.note for proposed in expansion("每月第三周星期四").days}
    assert notes["0416"] == ""
    assert notes["0319"] == "当月第三个星期四；日历上第三周的星期四是3月12日"
    assert all(not proposed.note for proposed in expansion("每月第三个星期四").days)


def test_every_other_week_is_left_to_be_ticked() -> None:
    found = expansion("9月隔周周五")
    assert [f"{proposed.day:%m%d}" for proposed in found.days] == ["0904", "0911", "0918", "0925"]
    assert not any(proposed.ticked for proposed in found.days)
    assert "从哪一周开始" in found.reason


def test_opening_hours_of_every_working_day_are_not_ticked_beforehand() -> None:
    found = expansion("周一至周五9:00-17:00")
    assert len(found.days) == MOST
    assert not any(proposed.ticked for proposed in found.days)
    assert "只列出最早的" in found.reason


def test_a_day_off_is_said_and_postponed_where_the_text_says_so() -> None:
    day_off = date(2026, 10, 5)

    def works(day: date) -> bool:
        return day.weekday() < 5 and day != day_off

    plain = {proposed.day: proposed for proposed in expansion("10月、11月每月5日", working=works).days}
    assert plain[day_off].note == "当天放假"
    later = expansion("10月、11月每月5日（遇节假日顺延）", working=works).days
    assert [(proposed.day, proposed.note) for proposed in later] == [
        (date(2026, 10, 6), "10月5日休息，顺延"),
        (date(2026, 11, 5), ""),
    ]


def test_the_first_working_day_asks_the_calendar() -> None:
    holidays = {date(2026, 10, day) for day in range(1, 8)}
    found = expansion("10月、11月每月第一个工作日", working=lambda day: day.weekday() < 5 and day not in holidays)
    assert [f"{proposed.day:%m%d}" for proposed in found.days] == ["1008", "1102"]


@pytest.mark.parametrize("text", ["每学期一次", "近期", "正月十五", ""])
def test_what_names_no_days_says_why(text: str) -> None:
    found = expansion(text)
    assert (found.days, found.spans) == ((), ())
    assert found.reason.endswith("。")


def test_what_is_past_is_not_proposed() -> None:
    found = expansion("1月20日")
    assert (found.days, found.spans) == ((), ())
    assert "已经过去" in found.reason


def test_one_day_is_no_list() -> None:
    assert not expansion("9月16日").several
    assert expansion("9月16、17日").several


PIECES = [
    "每",
    "月",
    "周",
    "第",
    *"一二三四五",
    "个",
    "星期",
    "日",
    "季度",
    "首月",
    "末",
    "双",
    "单",
    "隔",
    "工作日",
    "最后",
]
PIECES += ["的", "、", "至", "9月", "15日", "周末", "上旬", "次", "年", "半年", "两个月", "31日"]


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.sampled_from(PIECES),
        max_size=12,
    ).map("".join)
)
def test_any_rhythm_is_expanded_in_order_and_never_into_the_past(text: str) -> None:
    found = expansion(text)
    days = [proposed.day for proposed in found.days]
    assert days == sorted(set(days))
    assert all(day >= TODAY for day in days)
    assert all(TODAY <= span.first <= span.last for span in found.spans)
    assert len(days) + len(found.spans) <= MOST
    assert days or found.spans or found.reason
