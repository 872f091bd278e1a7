"""What may be typed for the times and seats of an occurrence, and what comes back when it may not."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from openday.rules.schedules import (
    party_fault,
    quota_fault,
    read_clock,
    read_count,
    read_day,
    read_second,
    second_text,
    time_fault,
    venue_fault,
    window_fault,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 9, 1, 9, 0, tzinfo=SHANGHAI)
START = datetime(2026, 9, 16, 14, 0, tzinfo=SHANGHAI)
END = datetime(2026, 9, 16, 16, 0, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    "typed", ["2026-09-16", "2026/9/16", "2026.9.16", "2026年9月16日", "２０２６－０９－１６", " 2026 - 09 - 16\u200b"]
)
def test_a_day_is_read_however_it_is_written(typed: str) -> None:
    assert read_day(typed) == date(2026, 9, 16)


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("2026-02-30", "2026年2月没有30日，请核对日期"),
        ("2026-13-01", "没有13月，请核对月份"),
        ("0000-01-01", "0年1月没有1日，请核对日期"),
        ("9月16日", "日期应写作年-月-日，例如2026-09-16"),
        ("2026-09-16\x00; DROP TABLE", "日期应写作年-月-日，例如2026-09-16"),
        ("٢٠٢٦-٠٩-١٦", "日期应写作年-月-日，例如2026-09-16"),
        ("汉" * 5000, "日期应写作年-月-日，例如2026-09-16"),
    ],
)
def test_a_day_that_is_none_is_refused_with_its_reason(typed: str, reason: str) -> None:
    with pytest.raises(ValueError) as refused:
        read_day(typed)
    assert str(refused.value) == reason


@pytest.mark.parametrize(("typed", "clock"), [("14:00", time(14)), ("9:05", time(9, 5)), ("１４：３０", time(14, 30))])
def test_a_clock_is_read_in_either_width(typed: str, clock: time) -> None:
    assert read_clock(typed) == clock


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("24:00", "没有24:00，午夜请写作第二天的00:00"),
        ("25:10", "时间应在00:00至23:59之间"),
        ("14:60", "时间应在00:00至23:59之间"),
        ("下午两点", "时间应写作时:分，例如14:00"),
        ("-1:00", "时间应写作时:分，例如14:00"),
    ],
)
def test_a_clock_that_is_none_is_refused_with_its_reason(typed: str, reason: str) -> None:
    with pytest.raises(ValueError) as refused:
        read_clock(typed)
    assert str(refused.value) == reason


@pytest.mark.parametrize(
    ("typed", "clock"), [("14:00", time(14)), ("14:00:30", time(14, 0, 30)), ("９：05：07", time(9, 5, 7))]
)
def test_sign_up_opens_to_the_second(typed: str, clock: time) -> None:
    assert read_second(typed) == clock
    assert read_second(second_text(datetime.combine(date(2026, 9, 16), clock))) == clock


@pytest.mark.parametrize("typed", ["14:00:60", "14:00:3", "14:00:", "24:00:00"])
def test_a_second_that_is_none_is_refused(typed: str) -> None:
    with pytest.raises(ValueError):
        read_second(typed)


def test_everything_else_begins_on_a_full_minute() -> None:
    assert read_clock("14:00:00") == time(14)
    with pytest.raises(ValueError, match="时:分"):
        read_clock("14:00:30")


@pytest.mark.parametrize("typed", ["0", "-1", "1e400", "100001", "3.5", "三十", "", "9" * 40])
def test_seats_are_a_whole_number_in_range(typed: str) -> None:
    with pytest.raises(ValueError, match="应为1至100000之间的整数"):
        read_count(typed, 1, 100_000)


def test_full_width_digits_are_a_number() -> None:
    assert read_count("３０", 1, 100) == 30


@pytest.mark.parametrize(
    ("start", "end", "field"),
    [
        (NOW, END, "starts_at"),
        (NOW - timedelta(days=1), END, "starts_at"),
        (START.replace(year=2030), END.replace(year=2030), "starts_at"),
        (START, START, "ends_at"),
        (START, START - timedelta(hours=1), "ends_at"),
        (START, START + timedelta(days=4), "ends_at"),
    ],
)
def test_times_that_cannot_be_are_said_at_their_field(start: datetime, end: datetime, field: str) -> None:
    fault = time_fault(start, end, NOW)
    assert fault is not None
    assert fault.field == field


def test_an_occurrence_may_last_into_the_third_day() -> None:
    assert time_fault(START, START + timedelta(days=3), NOW) is None


@pytest.mark.parametrize(
    ("opens", "closes", "field"),
    [
        (START, None, "opens_at"),
        (None, START + timedelta(minutes=1), "closes_at"),
        (START - timedelta(days=1), START - timedelta(days=2), "closes_at"),
    ],
)
def test_sign_up_fits_before_the_start(opens: datetime | None, closes: datetime | None, field: str) -> None:
    fault = window_fault(opens, closes, START)
    assert fault is not None
    assert fault.field == field


def test_sign_up_may_close_at_the_start_itself() -> None:
    assert window_fault(START - timedelta(days=3), START, START) is None


@pytest.mark.parametrize(
    "quotas",
    [
        [],
        [("市民", 10), ("市民", 5)],
        [("市民", 0)],
        [("市民", 100_001)],
        [("", 10)],
        [("长" * 61, 10)],
        [(f"第{n}类", 1) for n in range(11)],
    ],
)
def test_quotas_that_cannot_be_are_refused(quotas: list[tuple[str, int]]) -> None:
    fault = quota_fault(quotas, seats_needed=True)
    assert fault is not None
    assert fault.field == "quotas"


def test_without_public_sign_up_there_may_be_no_quota() -> None:
    assert quota_fault([], seats_needed=False) is None


def test_ten_quotas_fit() -> None:
    assert quota_fault([(f"第{n}类", 1) for n in range(10)], seats_needed=True) is None


@pytest.mark.parametrize(("party", "walk_in", "fits"), [(1, 0, True), (50, 0, True), (0, 0, False), (51, 0, False)])
def test_a_party_has_one_to_fifty_people(party: int, walk_in: int, fits: bool) -> None:
    assert (party_fault(party, walk_in) is None) is fits


def test_a_venue_is_named() -> None:
    assert venue_fault("一楼大厅") is None
    assert venue_fault("") is not None
    assert venue_fault("厅" * 301) is not None
