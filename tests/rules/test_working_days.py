"""Working days against the State Council's notices for 2024 to 2026 (国办发明电〔2023〕7号 and its successors)."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openday.delivery.state_holidays import known_years, seed_days
from openday.rules.working_days import WorkingCalendar, describe_unknown_years, missing_festivals, years_entered


def calendar_of(*years: int) -> WorkingCalendar:
    days = seed_days(years)
    return WorkingCalendar(
        holidays=frozenset(day.day for day in days if day.kind == "holiday"),
        make_up_days=frozenset(day.day for day in days if day.kind == "make_up"),
        known_years=frozenset(years) & known_years(),
    )


CALENDAR = calendar_of(2024, 2025, 2026)
DAYS = st.dates(date(2023, 6, 1), date(2027, 6, 30))
SMALL = st.integers(0, 60)


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (date(2024, 2, 10), date(2024, 2, 17)),
        (date(2024, 10, 1), date(2024, 10, 7)),
        (date(2025, 1, 28), date(2025, 2, 4)),
        (date(2025, 10, 1), date(2025, 10, 8)),
        (date(2026, 1, 1), date(2026, 1, 3)),
        (date(2026, 2, 15), date(2026, 2, 23)),
        (date(2026, 5, 1), date(2026, 5, 5)),
        (date(2026, 10, 1), date(2026, 10, 7)),
    ],
)
def test_nobody_works_on_the_days_off_of_the_notices(first: date, last: date) -> None:
    span = [first + timedelta(n) for n in range((last - first).days + 1)]
    assert [day for day in span if CALENDAR.is_working_day(day)] == []


@pytest.mark.parametrize(
    "day",
    [
        date(2024, 2, 4), date(2024, 2, 18), date(2024, 4, 7), date(2024, 9, 29), date(2024, 10, 12),
        date(2025, 1, 26), date(2025, 2, 8), date(2025, 4, 27), date(2025, 9, 28), date(2025, 10, 11),
        date(2026, 1, 4), date(2026, 2, 14), date(2026, 2, 28), date(2026, 5, 9), date(2026, 9, 20), date(2026, 10, 10),
    ],
)  # fmt: skip
def test_make_up_days_are_worked_although_they_are_on_a_weekend(day: date) -> None:
    assert day.weekday() >= 5
    assert CALENDAR.is_working_day(day)


def test_new_years_eve_of_the_lunar_year_was_worked_in_2024_and_is_free_since() -> None:
    assert CALENDAR.is_working_day(date(2024, 2, 9))
    assert not CALENDAR.is_working_day(date(2025, 1, 28))
    assert not CALENDAR.is_working_day(date(2026, 2, 16))


def test_counting_passes_over_national_day_2026_and_counts_the_worked_saturday_after_it() -> None:
    # 8, 9 and 10 October (the Saturday is worked), then Monday 12 and Tuesday 13.
    assert CALENDAR.add_working_days(date(2026, 9, 30), 5) == date(2026, 10, 13)


def test_the_day_itself_is_not_counted() -> None:
    assert CALENDAR.add_working_days(date(2026, 3, 2), 1) == date(2026, 3, 3)
    assert CALENDAR.add_working_days(date(2026, 3, 7), 1) == date(2026, 3, 9)
    assert CALENDAR.subtract_working_days(date(2026, 3, 9), 1) == date(2026, 3, 6)


def test_zero_working_days_stay_on_a_worked_day_and_move_off_a_free_one() -> None:
    assert CALENDAR.add_working_days(date(2026, 3, 6), 0) == date(2026, 3, 6)
    assert CALENDAR.add_working_days(date(2026, 3, 7), 0) == date(2026, 3, 9)
    assert CALENDAR.subtract_working_days(date(2026, 3, 6), 0) == date(2026, 3, 6)
    assert CALENDAR.subtract_working_days(date(2026, 3, 8), 0) == date(2026, 3, 6)


def test_a_negative_number_of_days_is_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        CALENDAR.add_working_days(date(2026, 3, 6), -1)
    with pytest.raises(ValueError, match="negative"):
        CALENDAR.subtract_working_days(date(2026, 3, 6), -1)


def test_a_day_cannot_be_free_and_worked_by_notice() -> None:
    day = frozenset({date(2026, 10, 10)})
    with pytest.raises(ValueError, match="2026年10月10日"):
        WorkingCalendar(day, day, frozenset({2026}))


@given(DAYS, DAYS)
def test_working_days_between_are_those_found_by_looking_at_every_day(start: date, end: date) -> None:
    every_day = (start + timedelta(n) for n in range(1, max(0, (end - start).days) + 1))
    assert CALENDAR.working_days_between(start, end) == sum(map(CALENDAR.is_working_day, every_day))


@given(DAYS, SMALL)
def test_adding_lands_on_a_worked_day_with_as_many_between(day: date, n: int) -> None:
    reached = CALENDAR.add_working_days(day, n)
    assert CALENDAR.is_working_day(reached)
    if n:
        assert CALENDAR.working_days_between(day, reached) == n


@given(DAYS, st.integers(1, 60))
def test_subtracting_undoes_adding_from_a_worked_day(day: date, n: int) -> None:
    worked = CALENDAR.add_working_days(day, 0)
    assert CALENDAR.subtract_working_days(CALENDAR.add_working_days(worked, n), n) == worked


def test_a_year_without_a_notice_falls_back_to_weekends_and_is_named() -> None:
    assert CALENDAR.is_working_day(date(2027, 10, 1))
    assert CALENDAR.unknown_years(date(2026, 12, 28), date(2028, 1, 4)) == (2027, 2028)
    assert CALENDAR.unknown_years(date(2027, 1, 4), date(2026, 12, 28)) == (2027,)
    assert CALENDAR.unknown_years(date(2025, 1, 1), date(2026, 12, 31)) == ()
    assert describe_unknown_years((2028, 2027)) == "2027年、2028年放假安排尚未录入，暂按周一至周五为工作日推算"
    assert describe_unknown_years(()) == ""


def test_the_seed_names_each_festival_in_chinese_and_leaves_out_years_without_a_notice() -> None:
    days = seed_days([2026, 1999, 2999])
    assert {day.day.year for day in days} == {2026}
    assert days == sorted(days, key=lambda day: day.day)
    names = {(day.day, day.kind): day.name for day in days}
    assert names[date(2026, 2, 17), "holiday"] == "春节"
    assert names[date(2026, 9, 20), "make_up"] == "国庆节"
    assert {day.name for day in days} == {"元旦", "春节", "清明节", "劳动节", "端午节", "中秋节", "国庆节"}
    assert seed_days([2999]) == []


def test_the_seed_of_every_known_year_makes_a_calendar_without_contradictions_in_chinese_words() -> None:
    assert calendar_of(*known_years()).known_years >= {2024, 2025, 2026}
    assert all(not day.name.isascii() for day in seed_days(known_years()))


def test_a_year_is_known_only_when_every_festival_has_a_day_off() -> None:
    whole = [day.day for day in seed_days([2026]) if day.kind == "holiday"]
    assert missing_festivals(whole, 2026) == ()
    assert years_entered(whole) == {2026}
    without_two = [day for day in whole if day.month not in (4, 6)]
    assert missing_festivals(without_two, 2026) == ("清明节", "端午节")
    assert years_entered([*without_two, date(2027, 1, 1)]) == frozenset()


@pytest.mark.parametrize("year", sorted(year for year in known_years() if year >= 2008))
def test_the_festivals_of_every_carried_year_are_found_where_they_can_fall(year: int) -> None:
    assert missing_festivals((day.day for day in seed_days([year]) if day.kind == "holiday"), year) == ()


# The notices as published: 国办发明电〔2023〕7号, 国办发明电〔2024〕12号, and the one of 4 November 2025.
PUBLISHED = {
    2024: (
        ["1.1", "2.10-2.17", "4.4-4.6", "5.1-5.5", "6.10", "9.15-9.17", "10.1-10.7"],
        ["2.4", "2.18", "4.7", "4.28", "5.11", "9.14", "9.29", "10.12"],
    ),
    2025: (
        ["1.1", "1.28-2.4", "4.4-4.6", "5.1-5.5", "5.31-6.2", "10.1-10.8"],
        ["1.26", "2.8", "4.27", "9.28", "10.11"],
    ),
    2026: (
        ["1.1-1.3", "2.15-2.23", "4.4-4.6", "5.1-5.5", "6.19-6.21", "9.25-9.27", "10.1-10.7"],
        ["1.4", "2.14", "2.28", "5.9", "9.20", "10.10"],
    ),
}


@pytest.mark.parametrize("year", PUBLISHED)
def test_every_day_of_the_year_is_as_the_notice_has_it(year: int) -> None:
    off, worked = (_days(year, spans) for spans in PUBLISHED[year])
    every_day = [date(year, 1, 1) + timedelta(n) for n in range((date(year, 12, 31) - date(year, 1, 1)).days + 1)]
    expected = [day for day in every_day if day in worked or (day.weekday() < 5 and day not in off)]
    assert [day for day in every_day if CALENDAR.is_working_day(day)] == expected


def _days(year: int, spans: list[str]) -> set[date]:
    found = set()
    for span in spans:
        first, _, last = span.partition("-")
        begin, end = (date(year, *map(int, text.split("."))) for text in (first, last or first))
        found |= {begin + timedelta(n) for n in range((end - begin).days + 1)}
    return found
