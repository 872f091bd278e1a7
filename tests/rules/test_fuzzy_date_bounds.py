"""Where reading a period ends: texts that stay unknown, hostile texts, and what holds for every text there is."""

from datetime import date, time
from time import process_time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from openday.rules.fuzzy_date import FuzzyDate, Precision, read_period

UNKNOWN = [
    "",
    " \u200b　",
    "待定",
    "近期",
    "下周六",
    "昨天",
    "22日上午",
    "本月20日",
    "上午9:00-11:00",
    "正月十五",
    "农历八月十五",
    "八月十五",
    "三月三",
    "国庆节期间",
    "“5·18”国际博物馆日",
    "春季",
    "年底",
    "第三季度前",
    "国庆假期每天",
    "即日起",
    "周六",
    "明年3月",
    "2月30日",
    "9月31日上午",
    "2026年2月29日",
    "13月5日",
    "2026-13-01",
    "9月18日至9月16日",
    "9月15日以后",
    "9月14日当周",
    "6月1日至暑假结束",
    "2026年9月l6日",
    "2026年9月1 6日",
    "06-18",
    "请于9月10日前报名",
    "填报时间：2026年6月20日",
    "2026年政府开放月期间",
    "9月16日或9月下旬",
    "6月4日上午；每两个月至少一天向社会开放",
    "活动取消（原9月16日）",
    "12月30日、1月5日",
]


def _read(text: str) -> FuzzyDate:
    return read_period(text, year=2026)


@pytest.mark.parametrize("text", UNKNOWN)
def test_what_cannot_be_read_for_certain_is_unknown_with_a_reason(text: str) -> None:
    period = _read(text)
    assert period.precision is Precision.UNKNOWN
    assert not period.understood
    assert (period.first, period.last, period.dates) == (None, None, ())
    assert period.reason.endswith("。")
    assert period.label() == text
    assert period.explained() == period.reason


_PIECES = [
    *"0123456789年月日号时点分:-~—至到、，。；（）()./ 一二三十廿上中下旬初底末半起前后周每第个次",
    *[
        "2026",
        "星期",
        "上午",
        "下午",
        "季度",
        "报名",
        "截止",
        "签到",
        "即日起",
        "为期",
        "工作日",
        "9月",
        "16日",
        "9:00",
        "农历",
        "\x00",
        "\ud800",
    ],
]


@settings(max_examples=400, deadline=None)
@given(st.one_of(st.text(max_size=80), st.lists(st.sampled_from(_PIECES), max_size=25).map("".join)))
@example("９９９９年９９月９９日")
@example("9月10日截止9月16日起每周三")
@example("9999年12月31日起，为期400个月")
@example("1月1日起，为期0天")
@example("（" * 400)
@example("1900.1.1-2099.12.31、9月1日")
def test_no_text_can_raise_or_break_the_order_of_days(text: str) -> None:
    period = _read(text)
    assert period.text == text
    if period.first and period.last:
        assert period.first <= period.last
    assert list(period.dates) == sorted(set(period.dates))
    assert all(period.first <= day <= period.last for day in period.dates if period.first and period.last)
    assert period.understood == bool(period.first or period.last)
    assert period.label() and period.explained() if text.strip() else True
    assert len(period.sort_key) == 3


@settings(max_examples=300, deadline=None)
@given(
    st.dates(date(1990, 1, 1), date(2089, 12, 31)),
    st.one_of(st.none(), st.times().map(lambda t: t.replace(second=0, microsecond=0))),
    st.integers(1990, 2089),
)
def test_the_label_of_a_day_reads_back_as_that_day(day: date, clock: time | None, year: int) -> None:
    text = f"{day.year}年{day.month}月{day.day}日" + (f"上午{clock:%H:%M}" if clock else "")
    period = read_period(text, year=year)
    assert (period.first, period.start) == (day, clock)
    again = read_period(period.label(), year=year)
    assert (again.precision, again.first, again.last, again.weekday_wrong) == (Precision.DAY, day, day, False)


@pytest.mark.parametrize(
    "text",
    [
        "9" * 3_000_000,
        "\x00" * 1_000_000,
        "9月16日" * 83,
        "、1" * 250,
        "1、" * 249 + "月",
        "十" * 500,
        "（" * 250 + "）" * 250,
        "每周一、" * 120,
        "如果" * 250,
        "报名" * 250,
        "ﷺ" * 500,
        "2026." * 100,
        "9:00-" * 100,
        "除" * 500,
        "1-" * 250,
    ],
    ids=lambda text: f"{text[:4]!r}×{len(text)}",
)
def test_hostile_texts_are_answered_quickly(text: str) -> None:
    begin = process_time()
    period = _read(text)
    assert process_time() - begin < 0.5
    assert period.text == text
    if len(text) > 500:
        assert period.precision is Precision.UNKNOWN


def test_reading_costs_less_than_a_millisecond_on_ordinary_texts() -> None:
    texts = ["9月16日", "9月上旬至10月中旬", "2026年9月16日（星期三）上午9:00—11:30", "3月至11月每周六上午9:00-11:00"]
    begin = process_time()
    for _ in range(50):
        for text in texts:
            _read(text)
    assert (process_time() - begin) / (50 * len(texts)) < 0.001
