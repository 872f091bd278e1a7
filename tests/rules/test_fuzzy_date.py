"""What officials write in the 开展时间 cell, and what the calendar makes of it.

Every expectation below was derived by reading the text with a calendar of 2026 at hand. The call is that of 2026.
A row is `text | days | clock or part | marks`, for spans with the precision after the text; days are MMDD or YYYYMMDD,
`..` stands between the ends of a span (an end left out is open), `+` between several days.
"""

from datetime import date, time

import pytest

from openday.rules.fuzzy_date import DayPart, FuzzyDate, Precision, read_period

EXACT_DAYS = """
9月16日 | 0916
９月１６日 | 0916
2026 年 9 月 16 日 | 0916
二〇二六年九月十六日 | 0916
二零二六年九月廿三日 | 0923
26年9月16日 | 0916
2026.9.16 | 0916
2026．09．16 | 0916
2026/9/16 | 0916
2026-09-16 00:00:00 | 0916
20260916 | 0916
9.16 | 0916
2026年9.16 | 0916
9月16号 | 0916
9月16 | 0916
9月、16日 | 0916
9月（16日上午） | 0916 | am
9月份开展，暂定16日下午 | 0916 | pm | tentative
8月中旬（拟于8月14日） | 0814 | | tentative
9月16日，25日 | 0916+0925
9月16、17、18日 | 0916+0917+0918
9月16日和18日 | 0916+0918
9月16日/25日 | 0916+0925
9.16、9.25 | 0916+0925
9.16/9.25 | 0916+0925
6月18、25日，7月2、9日 | 0618+0625+0702+0709
①9月16日②9月23日 | 0916+0923
(1)9月16日上午 (2)9月23日上午 | 0916+0923 | am
1、9月16日；2、9月23日 | 0916+0923
第一批9月16日；第二批9月23日 | 0916+0923
9月1日-3日、9月10日 | 0901+0902+0903+0910
9月16日或17日 | 0916+0917 | | tentative
9月5、12、19、26日（每周六） | 0905+0912+0919+0926
9月第三个星期四 | 0917
5月第二个星期日 | 0510
9月的最后一个星期五下午2:30 | 0925 | 14:30
九月二十日公民道德宣传日 | 0920
中秋节（9月25日）当天 | 0925
五月初五（6月19日） | 0619
下周六（9月19日）上午 | 0919 | am
9月20日前后 | 0920 | | tentative
原定9月16日，改至9月20日 | 0920
6月18日 市政府大楼3楼301会议室 | 0618
第3届政府开放日 6月18日 | 0618
6月18日到市政府参观 | 0618
9月16日至少2场 | 0916
2025年9月16日 | 20250916 | | warned
"""

CLOCKS = """
9月16日上午9:00—11:00 | 0916 | 09:00-11:00
9月16日9∶00―11∶00 | 0916 | 09:00-11:00
9月16日 9：00 至11：00 | 0916 | 09:00-11:00
9月16日9:00一11:00 | 0916 | 09:00-11:00
九月十六日上午九时三十分 | 0916 | 09:30-
9月16日下午2:30-5:00 | 0916 | 14:30-17:00
9月16日下午三点半至五点 | 0916 | 15:30-17:00
9月16日上午9点一刻 | 0916 | 09:15-
9月16日14点30-16点 | 0916 | 14:30-16:00
9月16日9-11时 | 0916 | 09:00-11:00
9月16日晚7点-9点 | 0916 | 19:00-21:00
9月16日傍晚6点半 | 0916 | 18:30-
9月16日中午12点 | 0916 | 12:00-
9月16日 2:00pm-4:00pm | 0916 | 14:00-16:00
9.16（周三）14.00-16.00 | 0916 | 14:00-16:00
9.16上午9.30-11.30 | 0916 | 09:30-11:30
9月16日8:30-11:30 14:30-17:30 | 0916 | 08:30-17:30
9月16日共3场：9:00、10:30、14:00 | 0916 | 09:00-
9月16日11:00前 | 0916 | -11:00
9月16日上午9:30开始，预计11:30结束 | 0916 | 09:30-11:30 | tentative
9月16日9时许 | 0916 | 09:00- | tentative
6月18日14:00—16:00，6月19日9:00—11:00 | 0618+0619 | 09:00-16:00
9月16日周三9:00-11:00 | 0916 | 09:00-11:00
日期：2026年9月16日；时间：9:00-11:00 | 0916 | 09:00-11:00
9月16日9时至17时（中午不休息） | 0916 | 09:00-17:00
9月16日上午、下午 | 0916 | all-day
9月16日晚上 | 0916 | evening
9月16日上午（约2小时） | 0916 | am
9月16日14:00-12:00 | 0916 | | warned
9月16日25:00 | 0916 | | warned
9月16日2:30 | 0916 | | warned
"""

BESIDE_THE_ACTIVITY = """
报名截止时间：9月10日17:00，活动时间：9月16日上午9:00 | 0916 | 09:00-
9月16日上午9:00（报名截止9月10日） | 0916 | 09:00-
9月10日前报名，9月16日开展 | 0916
9月10日17:00截止报名，9月16日9:00活动开始 | 0916 | 09:00-
公众可于9月10日前通过电话报名参加9月16日的开放活动 | 0916
报名时间：即日起至9月10日，活动时间：9月16日 | 0916
9月1日起开放预约，9月16日参观 | 0916
9月16日开放，9月14日截止预约 | 0916
发布时间：2026-09-01 活动时间：2026-09-16 09:00 | 0916 | 09:00-
9月16日13:30签到 14:00开始 | 0916 | 14:00-
9月16日8:30—9:00报到，9:00—11:30参观座谈 | 0916 | 09:00-11:30
9月16日8:30从市政府乘车出发，9:00-11:00参观，11:30返程 | 0916 | 09:00-11:00
9月16日上午8:30在市政府门口集合 | 0916 | am
9月16日下午3点（请提前15分钟入场） | 0916 | 15:00-
9月16日，如遇雨天，推迟至9月17日 | 0916
9月16日（若报名人数较多，增加9月17日） | 0916
2026年9月16日9：00—11：00，联系电话：010-12345678 | 0916 | 09:00-11:00
"""

SPANS = """
9月16日至18日 | range | 0916..0918
9月16-18日 | range | 0916..0918
9月16日一18日 | range | 0916..0918
9月16日致18日 | range | 0916..0918
2026-09-16至2026-09-18 | range | 0916..0918
9.16-18 | range | 0916..0918
9月16日→9月18日 | range | 0916..0918
2026.3.15 - 3.20 9.00-17.00 | range | 0315..0320 | 09:00-17:00
11月（“119”消防宣传月） | month | 1101..1130
元月中旬 | xun | 0111..0120
20260916-20260918 | range | 0916..0918
12月28日至1月3日 | range | 1228..20270103
2025年12月28日—2026年1月3日 | range | 20251228..0103
9月16日9:00至9月18日17:00 | range | 0916..0918 | 09:00-17:00
9月14日至18日（其中16日为启动仪式） | range | 0914..0918
9月14日，为期5天 | range | 0914..0918
6月18日起，历时两周 | range | 0618..0701
8月1日起，为期一个月 | range | 0801..0831
自6月18日开始，至7月18日结束 | range | 0618..0718
9月5日起 | range | 0905..
即日起至9月30日 | range | ..0930
9月30日前 | range | ..0930
截至9月30日 | range | ..0930
6月18日至月底 | range | 0618..0630
国庆节期间（10月1日—7日） | range | 1001..1007
9月1日至7日每天9:00-17:00 | range | 0901..0907 | 09:00-17:00
9月1日至20日，每周一闭馆 | range | 0901..0920
9月中旬 | xun | 0911..0920
9月上旬至10月中旬 | xun | 0901..1020
3月中下旬 | xun | 0311..0331
2026年二月下旬 | xun | 0221..0228
6月初 | xun | 0601..0610
6月中 | xun | 0611..0620
6月末 | xun | 0621..0630
8月底至9月初 | xun | 0821..0910
6月底前 | xun | ..0630
暂定于6月下旬 | xun | 0621..0630 | | tentative
6月中旬左右 | xun | 0611..0620 | | tentative
9月份 | month | 0901..0930
3-6月 | month | 0301..0630
3、6、9、12月 | month | 0301..1231
三四月份 | month | 0301..0430
11月至次年2月 | month | 1101..20270228
2026.09-2026.10 | month | 0901..1031
6月至年底 | month | 0601..1231
9月第三周 | month | 0901..0930 | | warned
9月择期举办 | month | 0901..0930
9月（具体日期待定） | month | 0901..0930 | | tentative
三季度 | quarter | 0701..0930
第三、四季度 | quarter | 0701..1231
2026年Q3 | quarter | 0701..0930
三季度（9月） | month | 0901..0930
上半年 | half-year | 0101..0630
2026年下半年 | half-year | 0701..1231
全年 | year | 0101..1231
2026年内 | year | 0101..1231
常年开放（法定节假日除外） | year | 0101..1231
"""

RHYTHMS = """
每月第三周星期四 | 每月第三周星期四 | 0101..1231
每月第3周星期四 | 每月第三周星期四 | 0101..1231
3月至11月每周六上午9:00-11:00 | 每周六 | 0301..1130
2026年3月-12月，每月第二个星期五 | 每月第二个星期五 | 0301..1231
自3月1日至12月31日，每周六 | 每周六 | 0301..1231
4月起每月一次 | 每月一次 | 0401..
每双月第一周 | 每双月第一周 | 0101..1231
每两个月一次 | 每两个月一次 | 0101..1231
一季度一次 | 一季度一次 | 0101..1231
每月第一个星期六（1月、2月除外） | 每月第一个星期六 | 0101..1231
每月15日上午 | 每月15日 | 0101..1231
每月最后一个工作日 | 每月最后一个工作日 | 0101..1231
每年9月 | 每年9月 | 0101..1231
工作日上午9:00—11:30 | 工作日 | 0101..1231
周二至周日9:00-17:00，周一闭馆 | 周二至周日 | 0101..1231
9月每周三下午 | 每周三 | 0901..0930
下半年每月一次 | 每月一次 | 0701..1231
全年4次，每季度1次 | 每季度一次 | 0101..1231
"""


def _rows(table: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.split("|")] for line in table.strip().splitlines()]


def _day(text: str) -> date | None:
    if not text:
        return None
    return date(int(text[:-4] or 2026), int(text[-4:-2]), int(text[-2:]))


def _clock(text: str) -> tuple[time | None, time | None, DayPart | None]:
    if ":" not in text:
        return None, None, DayPart(text) if text else None
    start, _, end = text.partition("-")
    return time.fromisoformat(start) if start else None, time.fromisoformat(end) if end else None, None


def _read(text: str) -> FuzzyDate:
    return read_period(text, year=2026)


def _assert_rest(period: FuzzyDate, cells: list[str]) -> None:
    """The clock and the marks of a row; a warning is there exactly when the row says so."""
    clock, marks = (*cells, "", "")[:2]
    assert (period.start, period.end, period.part) == _clock(clock)
    assert period.tentative == ("tentative" in marks)
    assert bool(period.reason) == ("warned" in marks)


@pytest.mark.parametrize("row", _rows(EXACT_DAYS) + _rows(CLOCKS) + _rows(BESIDE_THE_ACTIVITY), ids=lambda row: row[0])
def test_exact_days_are_found_whatever_stands_around_them(row: list[str]) -> None:
    text, days, *rest = row
    period = _read(text)
    expected = tuple(_day(day) for day in days.split("+"))
    assert period.precision is Precision.DAY
    assert (period.first, period.last) == (expected[0], expected[-1])
    assert period.dates == (expected if len(expected) > 1 else ())
    assert not period.vague
    _assert_rest(period, rest)


@pytest.mark.parametrize("row", _rows(SPANS), ids=lambda row: row[0])
def test_spans_keep_their_precision_and_their_open_ends(row: list[str]) -> None:
    text, precision, days, *rest = row
    period = _read(text)
    first, _, last = days.partition("..")
    assert (period.precision, period.first, period.last) == (Precision(precision), _day(first), _day(last))
    assert period.dates == ()
    _assert_rest(period, rest)


@pytest.mark.parametrize("row", _rows(RHYTHMS), ids=lambda row: row[0])
def test_rhythms_keep_their_wording_and_their_validity(row: list[str]) -> None:
    text, rhythm, days = row
    period = _read(text)
    first, _, last = days.partition("..")
    assert (period.precision, period.rhythm) == (Precision.RECURRING, rhythm)
    assert (period.first, period.last) == (_day(first), _day(last))


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("2026年9月16日（星期三）", False),
        ("2026年9月16日（星期二）", True),
        ("2026年9月16日（三）", False),
        ("2026年9月16日（四）", True),
        ("2026年9月16日 礼拜三", False),
        ("2026年9月16日周3上午", False),
        ("2026.9.16（周日）", True),
        ("2026年9月20日（周天）", False),
        ("2026年9月16日（星期三）至18日（星期五）", False),
        ("2026年9月16日（星期三）至18日（星期四）", True),
        ("2026年9月14日至18日（周一至周五）", False),
        ("2026年9月14日至18日（周一至周四）", True),
        ("2026年7月1日至8月31日（周一至周五）", False),
        ("2026年9月12日、13日（周六、周日）", False),
        ("2026年9月11日、12日（周六、周日）", True),
        ("2025年9月16日（星期二）", False),
    ],
)
def test_a_weekday_is_checked_when_the_year_is_printed(text: str, wrong: bool) -> None:
    assert _read(text).weekday_wrong is wrong


def test_without_a_printed_year_a_strange_weekday_is_only_mentioned() -> None:
    period = _read("9月16日（星期四）")
    assert (period.weekday_wrong, period.first) == (False, date(2026, 9, 16))
    assert period.reason == "2026年9月16日是星期三，与所写的星期不一致，请核对。"


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("9月16日下午2点-4点", "2026年9月16日（星期三）14:00–16:00"),
        ("9月16日", "2026年9月16日（星期三）"),
        ("9月16日上午（暂定）", "2026年9月16日（星期三）上午（暂定）"),
        ("9月26、27日", "2026年9月26日（星期六）、27日（星期日）"),
        ("9月16日至18日", "2026年9月16日（星期三）至18日（星期五）"),
        ("12月28日至1月3日", "2026年12月28日（星期一）至2027年1月3日（星期日）"),
        ("9月5日起", "2026年9月5日（星期六）起"),
        ("9月中旬", "2026年9月中旬（时间待定）"),
        ("9月中旬上午9:00", "2026年9月中旬9:00（日期待定）"),
        ("9月上旬至10月中旬", "2026年9月上旬至10月中旬（时间待定）"),
        ("3月、5月", "2026年3月、5月（时间待定）"),
        ("3-6月", "2026年3月至6月（时间待定）"),
        ("三季度", "2026年第三季度（时间待定）"),
        ("下半年", "2026年下半年（时间待定）"),
        ("年内", "2026年内（时间待定）"),
        ("全年开放", "2026年全年"),
        ("每月第3周星期四", "2026年每月第三周星期四"),
        ("3-11月每周六9:00-11:00", "2026年3月至11月，每周六9:00–11:00"),
        ("近期", "近期"),
    ],
)
def test_labels_are_official_chinese(text: str, label: str) -> None:
    assert _read(text).label() == label


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("9月中旬", "理解为：2026年9月11日至20日之间，具体时间待定"),
        ("9月中旬下午", "理解为：2026年9月11日至20日之间，下午，具体日期待定"),
        ("9月16日下午2点", "理解为：2026年9月16日（星期三），14:00"),
        ("3-11月每周六", "理解为：2026年3月至11月，每周六"),
        ("2月30日", "2026年2月没有30日。"),
        (
            "2026年9月16日（周四）",
            "理解为：2026年9月16日（星期三）。注意：2026年9月16日是星期三，与所写的星期不一致，请核对。",
        ),
    ],
)
def test_the_filer_is_told_how_the_text_was_understood(text: str, line: str) -> None:
    assert _read(text).explained() == line


def test_the_label_object_has_the_agreed_fields() -> None:
    assert _read("8月26、27日上午9:00").as_label() == {
        "text": "8月26、27日上午9:00",
        "precision": "day",
        "first": "2026-08-26",
        "last": "2026-08-27",
        "dates": ["2026-08-26", "2026-08-27"],
        "start": "09:00",
        "end": None,
        "part": None,
        "tentative": False,
        "weekday_wrong": False,
        "understood": True,
    }


def test_periods_sort_by_day_then_by_exactness_and_the_unknown_come_last() -> None:
    texts = ["9月1日9:00", "9月1日14:00", "9月1日至3日", "9月上旬", "9月", "9月2日", "10月", "待定"]
    mixed = [texts[i] for i in (6, 1, 7, 3, 0, 5, 2, 4)]
    assert sorted(mixed, key=lambda text: _read(text).sort_key) == texts


def test_a_missing_year_is_that_of_the_call() -> None:
    assert read_period("2月29日", year=2028).first == date(2028, 2, 29)
    assert read_period("2026年9月", year=2028).first == date(2026, 9, 1)


def test_only_days_and_closed_ranges_are_not_vague() -> None:
    assert [_read(text).vague for text in ("9月1日", "9月1-3日", "9月1日起", "9月", "每月", "待定")] == [
        False,
        False,
        True,
        True,
        True,
        True,
    ]


@pytest.mark.parametrize("row", _rows(EXACT_DAYS) + _rows(SPANS) + _rows(RHYTHMS), ids=lambda row: row[0])
def test_labels_read_back_as_what_they_were_made_from(row: list[str]) -> None:
    period = _read(row[0])
    again = _read(period.label())
    assert (again.first, again.last, again.dates) == (period.first, period.last, period.dates)
