"""What the public calendar finds, in which order, and with how many statements; on both databases."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import update

from openday import clock
from openday.clock import SHANGHAI
from openday.db import session, use_case
from openday.errors import NotFound
from openday.models.activities import Activity
from openday.models.occurrences import Occurrence, Quota
from openday.queries.calendar import Filters, activities_between, agencies_shown, month, search
from openday.queries.calendar_rows import EntryPage
from openday.queries.public_activity import activity_page
from openday.rules.fuzzy_date import Precision
from openday.rules.states import OccurrenceStatus, SignupMode
from tests.factories.activities import published_activity
from tests.factories.occurrences import open_occurrence
from tests.factories.people import House
from tests.support.queries import count_queries

ALL = Filters()
DAY = date(2027, 3, 10)


@use_case
def _change(table: type, ident: int, **values: object) -> None:
    session().execute(update(table).where(table.id == ident).values(**values))


def _at(day: date, hour: int, hours: float = 2) -> dict[str, object]:
    """An occurrence that begins on this day at this hour."""
    begins = datetime(day.year, day.month, day.day, hour, tzinfo=SHANGHAI)
    return {"starts_in": begins - clock.now() + timedelta(seconds=30), "hours": hours}


def _firm(house: House, theme: str, day: date, hour: int = 10, hours: float = 2, **more: object) -> Occurrence:
    activity = published_activity(house, theme=theme, **{k: v for k, v in more.items() if k == "agency_id"})
    mode = {k: v for k, v in more.items() if k != "agency_id"}
    return open_occurrence(activity, **_at(day, hour, hours), **mode)


def _themes(found: EntryPage) -> list[str]:
    return [entry.theme for entry in found.entries]


def _between(
    first: date | None, last: date | None, filters: Filters = ALL, page: int = 1, limit: int = 50
) -> EntryPage:
    return activities_between(first, last, filters, limit=limit, page=page)


def test_occurrences_come_in_the_order_of_their_times(any_house: House) -> None:
    _firm(any_house, "晚", DAY, 15)
    _firm(any_house, "次日", DAY + timedelta(days=1), 9)
    _firm(any_house, "早", DAY, 9)
    assert _themes(_between(DAY, DAY + timedelta(days=1))) == ["早", "晚", "次日"]


def test_days_begin_and_end_at_midnight_in_shanghai(any_house: House) -> None:
    _firm(any_house, "清晨", DAY, 0, 1)
    _firm(any_house, "深夜", DAY, 23, 1)
    _firm(any_house, "跨夜", DAY, 22, 5)
    assert _themes(_between(DAY, DAY)) == ["清晨", "跨夜", "深夜"]
    assert _themes(_between(DAY + timedelta(days=1), DAY + timedelta(days=1))) == ["跨夜"]
    assert _themes(_between(DAY - timedelta(days=1), DAY - timedelta(days=1))) == []


def test_a_vague_activity_is_found_on_every_day_of_its_span_and_stands_at_its_end(any_house: House) -> None:
    vague = published_activity(any_house, theme="时间待定", first_day=date(2027, 3, 1), last_day=date(2027, 3, 10))
    _firm(any_house, "当天", DAY, 18)
    _firm(any_house, "早先", date(2027, 3, 2))
    assert _themes(_between(date(2027, 3, 1), date(2027, 3, 31))) == ["早先", "当天", "时间待定"]
    assert _themes(_between(date(2027, 3, 5), date(2027, 3, 5))) == ["时间待定"]
    assert _themes(_between(date(2027, 3, 11), None)) == []
    assert [entry.slot for entry in _between(DAY, DAY).entries if entry.code == vague.code] == [None]


def test_once_it_is_firm_an_activity_is_no_longer_found_as_vague(any_house: House) -> None:
    activity = published_activity(any_house, first_day=date(2027, 3, 1), last_day=date(2027, 3, 10))
    open_occurrence(activity, **_at(DAY, 10))
    assert _between(date(2027, 3, 1), date(2027, 3, 9)).total == 0
    assert _between(DAY, DAY).total == 1


def test_an_activity_without_any_date_comes_last_and_only_when_no_end_is_asked(any_house: House) -> None:
    undated = published_activity(any_house, theme="日期未定")
    _change(Activity, undated.id, first_day=None, last_day=None, precision=Precision.UNKNOWN.value)
    _firm(any_house, "当天", DAY)
    assert _themes(_between(DAY, None)) == ["当天", "日期未定"]
    assert _themes(_between(DAY, DAY)) == ["当天"]


def test_a_proposal_is_not_public(any_house: House) -> None:
    activity = published_activity(any_house, first_day=DAY, last_day=DAY)
    proposal = open_occurrence(activity, **_at(DAY, 10), status=OccurrenceStatus.PROPOSED)
    assert [entry.slot for entry in _between(DAY, DAY).entries] == [None]
    assert activity_page(activity.code).slots == ()
    assert proposal.code not in repr(activity_page(activity.code))


def test_what_is_cancelled_stays_with_its_reason(any_house: House) -> None:
    occurrence = _firm(any_house, "参观水厂", DAY)
    _change(Occurrence, occurrence.id, status="cancelled", cancel_reason="设备检修")
    (entry,) = _between(DAY, DAY).entries
    assert entry.slot is not None
    assert (entry.cancelled, entry.slot.cancel_reason, entry.slot.state(clock.now())) == (True, "设备检修", "cancelled")


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        (Filters(agency="library"), ["图书馆", "展厅"]),
        (Filters(agency="water"), ["水厂"]),
        (Filters(agency="nobody"), []),
        (Filters(mode=SignupMode.OPEN_DOOR), ["展厅"]),
        (Filters(q="水厂"), ["水厂"]),
        (Filters(q="水务局"), ["水厂"]),
        (Filters(agency="library", q="水厂"), []),
        (Filters(q="，。"), []),
    ],
)
def test_a_calendar_is_narrowed(any_house: House, filters: Filters, found: list[str]) -> None:
    _firm(any_house, "图书馆", DAY, 9)
    _firm(any_house, "水厂", DAY, 10, agency_id=any_house.other_agency_id)
    _firm(any_house, "展厅", DAY, 11, signup_mode=SignupMode.OPEN_DOOR)
    assert _themes(_between(DAY, DAY, filters)) == found
    shown = month(DAY.year, DAY.month, filters).days[DAY.day - 1]
    assert [entry.theme for entry in shown.entries] == found


def test_pages_follow_each_other_and_a_page_too_far_is_the_last(any_house: House) -> None:
    for hour in range(9, 14):
        _firm(any_house, f"{hour}点", DAY, hour)
    assert _themes(_between(DAY, DAY, limit=2)) == ["9点", "10点"]
    third = _between(DAY, DAY, limit=2, page=3)
    assert (_themes(third), third.page, third.pages, third.total) == (["13点"], 3, 3, 5)
    assert _between(DAY, DAY, limit=2, page=10**9).page == 3
    assert _between(DAY, DAY, limit=2, page=-5).page == 1


def test_seats_are_those_of_the_quotas_and_an_overfull_quota_takes_none_from_another(any_house: House) -> None:
    activity = published_activity(any_house)
    occurrence = open_occurrence(activity, **_at(DAY, 10), quotas={"居民": 10, "企业": 5})
    first, second = activity_page(activity.code).slots[0].quotas
    _change(Quota, first.id, taken=12)
    _change(Quota, second.id, taken=1)
    (slot,) = activity_page(activity.code).slots
    assert [(q.name, q.seats.capacity, q.seats.free) for q in slot.quotas] == [("居民", 10, 0), ("企业", 5, 4)]
    assert (slot.seats.capacity, slot.seats.free, slot.state(clock.now())) == (15, 4, "open")
    assert slot.code == occurrence.code


def test_a_month_shows_three_entries_a_day_and_counts_all(any_house: House) -> None:
    for hour in range(9, 14):
        _firm(any_house, f"{hour}点", DAY, hour)
    found = month(2027, 3, ALL)
    day = found.days[9]
    assert ([entry.theme for entry in day.entries], day.total) == (["9点", "10点", "11点"], 5)
    assert sum(day.total for day in found.days) == 5
    assert len(found.days) == 31


def test_a_month_says_which_occurrences_are_full(any_house: House) -> None:
    full = _firm(any_house, "已满", DAY, 9, capacity=4)
    _firm(any_house, "有名额", DAY, 10, capacity=4)
    _firm(any_house, "无需报名", DAY, 11, capacity=0, signup_mode=SignupMode.OPEN_DOOR)
    _change(Quota, full.quotas[0].id, taken=4)
    assert [entry.full for entry in month(2027, 3, ALL).days[9].entries] == [True, False, False]


def test_the_band_of_a_month_begins_with_the_most_exact(any_house: House) -> None:
    for theme, precision in (("全年", Precision.YEAR), ("三月", Precision.MONTH), ("上旬", Precision.XUN)):
        activity = published_activity(any_house, theme=theme, first_day=date(2027, 3, 1), last_day=date(2027, 3, 31))
        _change(Activity, activity.id, precision=precision.value)
    found = month(2027, 3, ALL)
    assert ([entry.theme for entry in found.vague], found.vague_total) == (["上旬", "三月", "全年"], 3)
    assert month(2027, 4, ALL).vague == ()


@pytest.mark.parametrize(
    "question", ["水务局", "shuiwuju", "swj", "净水", "jingshui", "净", "水务 净水", "XX", "xx开放"]
)
def test_search_finds_what_was_published(any_house: House, question: str) -> None:
    published_activity(any_house, theme="走进图书馆")
    published_activity(any_house, theme="净水xx开放日", agency_id=any_house.other_agency_id)
    assert _themes(search(question, clock.today(), limit=10)) == ["净水xx开放日"]


@pytest.mark.parametrize("question", ["水净", "shuijing", "图书馆 净水厂", "净水xxx", ""])
def test_search_finds_nothing_that_lacks_a_term(any_house: House, question: str) -> None:
    published_activity(any_house, theme="净水xx开放日", agency_id=any_house.other_agency_id)
    assert _themes(search(question, clock.today(), limit=10)) == []


def test_search_puts_what_is_to_come_first_and_then_what_bears_the_name(any_house: House) -> None:
    mentioned = published_activity(any_house, theme="走进档案馆", first_day=DAY)
    named = published_activity(any_house, theme="修复车间参观", first_day=DAY + timedelta(days=9))
    past = published_activity(any_house, theme="修复技艺", first_day=date(2025, 3, 1))
    found = search("修复", DAY, limit=10)
    assert [entry.code for entry in found.entries] == [named.code, mentioned.code, past.code]


HOSTILE = ["'", '"', "\\", "NEAR(a,b)", "a* OR b", "'; DROP TABLE activities; --", "\x00", "水\x00务", "{strong}: a",
           "& | ! <-> :*A", "%_", "水" * 1_000_000, "\ud800", "😀", "((((", "-", "𠮷野家", "null", "é́́́"]  # fmt: skip


@pytest.mark.parametrize("question", HOSTILE)
def test_no_question_breaks_the_search(any_house: House, question: str) -> None:
    published_activity(any_house)
    assert search(question, DAY, limit=5).total in (0, 1)
    assert _between(DAY, DAY, Filters(q=question)).total == 0


@pytest.mark.parametrize("code", ["nothing", "", "\x00", "a" * 5000, "'"])
def test_what_was_never_published_is_not_found(any_house: House, code: str) -> None:
    with pytest.raises(NotFound):
        activity_page(code)


def test_the_number_of_statements_does_not_grow(any_house: House) -> None:
    def statements() -> list[int]:
        counts = []
        for ask in (
            lambda: _between(DAY, DAY + timedelta(days=90)),
            lambda: month(2027, 3, ALL),
            lambda: search("图书馆", DAY, limit=50),
            lambda: activity_page(busy.code),
            lambda: agencies_shown(60),
        ):
            with count_queries() as asked:
                ask()
            counts.append(len(asked))
        return counts

    busy = published_activity(any_house)
    for number in range(5):
        _firm(any_house, f"活动{number}", DAY, 8 + number, quotas={"居民": 5, "企业": 5})
    open_occurrence(busy, **_at(DAY, 10))
    few = statements()
    for number in range(45):
        _firm(any_house, f"更多{number}", DAY + timedelta(days=number % 28), 9, quotas={"居民": 5, "企业": 5})
        published_activity(any_house, theme=f"待定{number}", first_day=DAY)
    for number in range(10):
        open_occurrence(busy, **_at(DAY + timedelta(days=number), 14))
    assert statements() == few == [3, 3, 3, 3, 1]


def test_what_lasts_over_midnight_stands_on_both_days_of_a_month_and_is_counted_on_both(any_house: House) -> None:
    _firm(any_house, "跨夜", DAY, 22, 5)
    _firm(any_house, "止于零点", DAY, 20, 4)
    for hour in range(9, 13):
        _firm(any_house, f"次日{hour}点", DAY + timedelta(days=1), hour)
    first, second = month(2027, 3, ALL).days[9:11]
    assert ([entry.theme for entry in first.entries], first.total) == (["止于零点", "跨夜"], 2)
    assert ([entry.theme for entry in second.entries], second.total) == (["跨夜", "次日9点", "次日10点"], 5)
