"""The yearly notice on holidays, read from the wording in which it was published."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openday.delivery.state_holidays import seed_days
from openday.rules.holiday_notice import read_notice

HEAD = """国务院办公厅关于{year}年
部分节假日安排的通知
国办发明电〔{before}〕{number}号

各省、自治区、直辖市人民政府，国务院各部委、各直属机构：

经国务院批准，现将{year}年元旦、春节、清明节、劳动节、端午节、中秋节和国庆节放假调休日期的具体安排通知如下。
"""
TAIL = """
节假日期间，各地区、各部门要妥善安排好值班和安全、保卫、疫情防控等工作，遇有重大突发事件，要按规定及时报告并妥善处置，\
确保人民群众祥和平安度过节日假期。

国务院办公厅
{before}年11月12日
"""
NOTICE_2024 = """
一、元旦：1月1日放假，与周末连休。
二、春节：2月10日至17日放假调休，共8天。2月4日（星期日）、2月18日（星期日）上班。鼓励各单位结合带薪年休假等制度落实，\
安排职工在除夕（2月9日）休息。
三、清明节：4月4日至6日放假调休，共3天。4月7日（星期日）上班。
四、劳动节：5月1日至5日放假调休，共5天。4月28日（星期日）、5月11日（星期六）上班。
五、端午节：6月10日放假，与周末连休。
六、中秋节：9月15日至17日放假调休，共3天。9月14日（星期六）上班。
七、国庆节：10月1日至7日放假调休，共7天。9月29日（星期日）、10月12日（星期六）上班。
"""
NOTICE_2025 = """
一、元旦：1月1日（周三）放假1天，不调休。
二、春节：1月28日（农历除夕、周二）至2月4日（农历正月初七、周二）放假调休，共8天。1月26日（周日）、2月8日（周六）上班。
三、清明节：4月4日（周五）至6日（周日）放假，共3天。
四、劳动节：5月1日（周四）至5日（周一）放假调休，共5天。4月27日（周日）上班。
五、端午节：5月31日（周六）至6月2日（周一）放假，共3天。
六、国庆节、中秋节：10月1日（周三）至8日（周三）放假调休，共8天。9月28日（周日）、10月11日（周六）上班。
"""
NOTICE_2026 = """
一、元旦：1月1日（周四）至3日（周六）放假调休，共3天。1月4日（周日）上班。
二、春节：2月15日（农历腊月二十八、周日）至23日（农历正月初七、周一）放假调休，共9天。2月14日（周六）、2月28日（周六）上班。
三、清明节：4月4日（周六）至6日（周一）放假，共3天。
四、劳动节：5月1日（周五）至5日（周二）放假调休，共5天。5月9日（周六）上班。
五、端午节：6月19日（周五）至21日（周日）放假，共3天。
六、中秋节：9月25日（周五）至27日（周日）放假，共3天。
七、国庆节：10月1日（周四）至7日（周三）放假调休，共7天。9月20日（周日）、10月10日（周六）上班。
鼓励单位和个人结合落实带薪年休假等制度，实际形成较长假期，推动错峰出行。
"""
NOTICES = {2024: NOTICE_2024, 2025: NOTICE_2025, 2026: NOTICE_2026}


def whole_notice(year: int) -> str:
    return HEAD.format(year=year, before=year - 1, number=7) + NOTICES[year] + TAIL.format(before=year - 1)


@pytest.mark.parametrize("year", [2024, 2025, 2026])
def test_the_published_notices_are_read_day_by_day_as_the_kept_library_knows_them(year: int) -> None:
    read = read_notice(whole_notice(year), year=year)
    assert read.year == year
    assert read.doubts == ()
    carried = {(seed.day, seed.kind == "holiday") for seed in seed_days([year])}
    assert {(each.day, each.rests) for each in read.days} == carried


def test_what_is_only_encouraged_is_no_day_off() -> None:
    assert date(2024, 2, 9) not in {each.day for each in read_notice(whole_notice(2024), year=2024).days}


def test_each_day_carries_the_name_of_its_festival() -> None:
    names = {each.day: each.name for each in read_notice(whole_notice(2025), year=2025).days}
    assert names[date(2025, 10, 6)] == "国庆节、中秋节"
    assert names[date(2025, 2, 8)] == "春节"


def test_a_notice_pasted_with_half_width_marks_and_broken_lines_reads_the_same() -> None:
    marks = str.maketrans("（）：，；０１２", "():,;012")
    broken = whole_notice(2026).translate(marks).replace("月", "\n月 ").replace("至", " 至\u3000")
    assert read_notice(broken, year=2026).days == read_notice(whole_notice(2026), year=2026).days


@pytest.mark.parametrize(("words", "off", "worked"), [
    ("一、元旦：1月1日放假，1月2日（星期一）补休。", [(2017, 1, 1), (2017, 1, 2)], []),
    ("一、元旦：2016年12月31日至2017年1月2日放假调休，共3天。", [(2016, 12, 31), (2017, 1, 1), (2017, 1, 2)], []),
    ("一、元旦：2016年12月30日至2017年1月1日放假调休，共3天。2016年12月24日（星期六）上班。",
     [(2016, 12, 30), (2016, 12, 31), (2017, 1, 1)], [(2016, 12, 24)]),
    ("四、劳动节：5月1日放假，与周末连休。", [(2017, 5, 1)], []),
    ("五、端午节：5月28日至30日放假调休，共3天。5月27日（星期六）上班。",
     [(2017, 5, 28), (2017, 5, 29), (2017, 5, 30)], [(2017, 5, 27)]),
])  # fmt: skip
def test_the_turns_of_older_notices(
    words: str, off: list[tuple[int, int, int]], worked: list[tuple[int, int, int]]
) -> None:
    days = read_notice(words, year=2017).days
    assert [each.day for each in days if each.rests] == [date(*day) for day in off]
    assert [each.day for each in days if not each.rests] == [date(*day) for day in worked]


@pytest.mark.parametrize(("changed", "into", "doubt"), [
    ("1月4日（周日）上班", "1月4日（周一）上班", "2026年1月4日写的是星期一，实际是星期日"),
    ("放假调休，共9天", "放假调休，共8天", "春节写明共8天，读到9天"),
    ("5月9日（周六）上班", "5月8日（周五）上班", "2026年5月8日不是星期六或星期日，不能作为调休上班日，未计入"),
    ("6月19日（周五）至21日（周日）", "6月31日至33日", "端午节中“6月31日至33日”不是日历上的日子，未计入"),
    ("七、国庆节：10月1日（周四）至7日（周三）放假调休", "七、国庆节：10月1日至7日调休",
     "国庆节中2026年10月1日、2026年10月2日、2026年10月3日、2026年10月4日、2026年10月5日、2026年10月6日、2026年10月7日"
     "没有写明放假还是上班，未计入"),
    ("四、劳动节：5月1日（周五）至5日（周二）放假调休，共5天。5月9日（周六）上班。", "", "没有读到劳动节的放假日期"),
    ("关于2026年", "关于2025年", "通知写的是2025年，所选的是2026年"),
    ("10月10日（周六）上班", "10月3日（周六）上班", "2026年10月3日既放假又上班，按放假计"),
])  # fmt: skip
def test_what_does_not_agree_is_a_doubt_and_not_corrected(changed: str, into: str, doubt: str) -> None:
    text = whole_notice(2026)
    assert changed in text
    assert doubt in read_notice(text.replace(changed, into), year=2026).doubts


def test_december_in_front_of_new_year_is_that_of_the_year_before_and_is_pointed_out() -> None:
    read = read_notice("一、元旦：12月31日（周四）至1月2日（周六）放假调休，共3天。", year=2027)
    assert [each.day for each in read.days] == [date(2026, 12, 31), date(2027, 1, 1), date(2027, 1, 2)]
    assert "元旦中的12月按2026年12月计" in read.doubts


def test_the_date_of_issue_and_other_texts_give_no_days() -> None:
    assert read_notice(TAIL.format(before=2026), year=2027).days == ()
    assert read_notice("关于召开会议的通知：1月5日上班后开会。", year=2027).days == ()
    assert read_notice("", year=2027).days == ()


@given(st.text(alphabet="一二三四五、元旦春节：:0123456789年月日至（）()周六上班放假共天。，;\n", max_size=300))
def test_no_text_makes_the_reader_fail(text: str) -> None:
    for each in read_notice(text, year=2027).days:
        assert each.rests or each.day.weekday() >= 5
