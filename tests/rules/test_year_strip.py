"""A year in weeks."""

from datetime import date, time

from openday.rules.timetable import Filing, Slot
from openday.rules.working_days import WorkingCalendar
from openday.rules.year_strip import YearStrip, week_begins, year_strip

CALENDAR = WorkingCalendar(
    holidays=frozenset(date(2026, 10, day) for day in range(1, 8)),
    make_up_days=frozenset({date(2026, 9, 20)}),
    known_years=frozenset({2026}),
)


def _filing(*slots: Slot) -> Filing:
    return Filing("code", "主题", 1, "单位", "on_record", "", "", slots)


def _on(day: date, last: date | None = None, *, firm: bool = True, start: time | None = None) -> Slot:
    return Slot(day, last or day, firm, start)


def _strip(*slots: Slot, campaign: int | None = None) -> YearStrip:
    return year_strip([_filing(slot) for slot in slots], 2026, CALENDAR, campaign_month=campaign)


def test_a_year_has_fifty_two_weeks_or_fifty_three() -> None:
    assert len(_strip().weeks) == 53
    assert len(year_strip([], 2027, CALENDAR).weeks) == 52
    assert week_begins(2026, 38) == date(2026, 9, 14)


def test_every_week_belongs_to_the_month_of_its_thursday() -> None:
    weeks = {week.number: week for week in _strip(campaign=9).weeks}
    assert (weeks[36].first, weeks[36].month, weeks[36].campaign) == (date(2026, 8, 31), 9, True)
    assert (weeks[40].first, weeks[40].month, weeks[40].campaign) == (date(2026, 9, 28), 10, False)


def test_days_are_firm_a_xun_is_perhaps_and_a_month_is_vague() -> None:
    xun = _on(date(2026, 9, 11), date(2026, 9, 20), firm=False)
    month = _on(date(2026, 9, 1), date(2026, 9, 30), firm=False)
    strip = year_strip([_filing(_on(date(2026, 9, 16))), _filing(xun), _filing(month), _filing()], 2026, CALENDAR)
    assert [(w.number, w.firm, w.perhaps) for w in strip.weeks if not w.empty] == [(37, 0, 1), (38, 1, 1)]
    assert (strip.firm, strip.perhaps, strip.vague) == (1, 1, 2)


def test_evenings_weekends_and_holidays_are_told_apart() -> None:
    strip = _strip(
        _on(date(2026, 9, 16), start=time(18, 30)),
        _on(date(2026, 9, 19)),
        _on(date(2026, 9, 20)),
        _on(date(2026, 10, 2)),
    )
    assert (strip.firm, strip.evening, strip.weekend, strip.holiday) == (4, 1, 1, 1)
    assert [week.rests for week in strip.weeks if week.rests] == [2, 3]


def test_a_week_is_crowded_with_five_and_twice_the_average() -> None:
    quiet = [_on(date(2026, month, 10)) for month in range(1, 9)]
    assert not _strip(*quiet, *[_on(date(2026, 9, 16))] * 4).crowded
    assert [week.number for week in _strip(*quiet, *[_on(date(2026, 9, 16))] * 5).crowded] == [38]
    assert not _strip(*[_on(date(2026, 9, 16))] * 5, *[_on(date(2026, 9, 23))] * 5).crowded


def test_the_empty_weeks_are_those_that_can_still_be_used() -> None:
    strip = _strip(_on(date(2026, 12, 23)))
    assert [week.number for week in strip.empty_from(date(2026, 12, 18))] == [51, 53]


def test_a_range_counts_in_every_week_that_it_touches() -> None:
    strip = _strip(_on(date(2026, 9, 18), date(2026, 9, 22)))
    assert [(week.number, week.firm) for week in strip.weeks if week.firm] == [(38, 1), (39, 1)]
    assert strip.firm == 1
