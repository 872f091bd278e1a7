"""Plans in each other's way: what counts as the same, and what is certain."""

from datetime import date, time

import pytest

from openday.rules.clash_marks import audience_marks, leaders_in, place_mark
from openday.rules.clashes import Clash, ClashKind, clashes_of, find_clashes
from openday.rules.timetable import Filing, Slot

TODAY = date(2026, 6, 1)
DAY = date(2026, 9, 16)


def _slot(first: date = DAY, last: date | None = None, *, firm: bool = True, hours: str = "", venue: str = "") -> Slot:
    start, end = [time.fromisoformat(each) for each in hours.split("-")] if hours else [None, None]
    return Slot(first, last or first, firm, start, end, venue)


def _filing(code: str, *slots: Slot, agency: int = 1, audience: str = "", content: str = "", place: int = 1) -> Filing:
    return Filing(
        code=code, theme=code, agency_id=agency, agency=f"单位{agency}", status="on_record", audience=audience,
        content=content, slots=slots, places=(("街道", place + 100), ("区", place), ("市", 99)),
    )  # fmt: skip


def _told(*filings: Filing) -> list[tuple[str, bool, str, set[str]]]:
    return [(c.kind.value, c.certain, c.about, set(c.codes)) for c in find_clashes(filings, TODAY)]


def test_the_same_place_at_the_same_hours_is_certain() -> None:
    one = _filing("a", _slot(hours="09:00-11:00", venue="云溪区图书馆（老馆）"))
    other = _filing("b", _slot(hours="10:30-12:00", venue="云溪区图书馆"), agency=2)
    assert _told(one, other) == [("place", True, "云溪区图书馆", {"a", "b"})]


@pytest.mark.parametrize(
    ("hours", "certain"),
    [("09:00-11:00", True), ("11:00-12:00", False), ("14:00-16:00", False), ("", True)],
)
def test_hours_that_lie_apart_are_only_possible_and_unknown_ones_count(hours: str, certain: bool) -> None:
    one = _filing("a", _slot(hours="09:00-11:00", venue="云溪区图书馆"))
    assert _told(one, _filing("b", _slot(hours=hours, venue="云溪区图书馆"))) == [
        ("place", certain, "云溪区图书馆", {"a", "b"})
    ]


def test_two_rooms_of_one_house_are_only_possible_but_a_room_and_the_house_are_certain() -> None:
    first = _filing("a", _slot(venue="云溪区图书馆一楼大厅"))
    second = _filing("b", _slot(venue="云溪区图书馆3楼报告厅"))
    whole = _filing("c", _slot(venue="云溪区图书馆"))
    assert _told(first, second) == [("place", False, "云溪区图书馆", {"a", "b"})]
    assert _told(first, whole) == [("place", True, "云溪区图书馆", {"a", "c"})]


def test_a_meeting_room_without_a_house_is_each_agencys_own() -> None:
    one, other = _filing("a", _slot(venue="本单位会议室")), _filing("b", _slot(venue="本单位会议室"), agency=2)
    assert _told(one, other) == []
    assert place_mark("地点待定", 1) is None
    assert place_mark("各社区", 1) is None


def test_days_apart_do_not_clash_and_the_past_is_left_alone() -> None:
    one = _filing("a", _slot(venue="云溪区图书馆"))
    assert _told(one, _filing("b", _slot(date(2026, 9, 17), venue="云溪区图书馆"))) == []
    past = _slot(date(2026, 5, 31), venue="云溪区图书馆")
    assert _told(_filing("a", past), _filing("b", past)) == []


def test_two_slots_of_one_plan_are_no_clash() -> None:
    assert _told(_filing("a", _slot(venue="云溪区图书馆"), _slot(venue="云溪区图书馆"))) == []


def test_a_xun_may_fall_on_the_day_and_a_month_says_too_little() -> None:
    xun = _slot(date(2026, 9, 11), date(2026, 9, 20), firm=False, venue="云溪区图书馆")
    month = _slot(date(2026, 9, 1), date(2026, 9, 30), firm=False, venue="云溪区图书馆")
    day = _filing("a", _slot(venue="云溪区图书馆"))
    assert _told(day, _filing("b", xun)) == [("place", False, "云溪区图书馆", {"a", "b"})]
    assert _told(day, _filing("c", month)) == []
    [clash] = find_clashes([day, _filing("b", xun)], TODAY)
    assert (clash.first, clash.last) == (date(2026, 9, 11), date(2026, 9, 20))


def test_days_in_a_row_with_the_same_plans_are_one_clash() -> None:
    week = _slot(date(2026, 9, 14), date(2026, 9, 16), venue="云溪区图书馆")
    [clash] = find_clashes([_filing("a", week), _filing("b", week)], TODAY)
    assert (clash.first, clash.last, clash.certain) == (date(2026, 9, 14), date(2026, 9, 16), True)


@pytest.mark.parametrize(
    ("text", "groups"),
    [
        ("人大代表5名、政协委员5名、市民代表20人", ["人大代表", "政协委员"]),
        ("媒体记者和企业代表10人", ["媒体", "企业代表"]),
        ("青石社区居民20人", ["青石社区"]),
        ("市民代表、居民家庭", []),
        ("各社区居民、周边学校师生、有关小学学生", []),
    ],
)
def test_groups_that_everybody_invites_or_that_have_a_name(text: str, groups: list[str]) -> None:
    assert [mark.label for mark in audience_marks(text)] == groups


def test_one_group_asked_twice_on_a_day_is_certain_whatever_the_hour() -> None:
    one = _filing("a", _slot(hours="09:00-10:00"), audience="人大代表5名")
    other = _filing("b", _slot(hours="15:00-16:00"), audience="市民10人、人大代表2名", agency=2)
    assert _told(one, other) == [("audience", True, "人大代表", {"a", "b"})]
    general = [_filing(code, _slot(), audience="市民代表20人") for code in "ab"]
    assert _told(*general) == []


def test_companies_are_asked_so_often_that_a_xun_is_not_worth_a_word() -> None:
    xun = _slot(date(2026, 9, 11), date(2026, 9, 20), firm=False)
    assert _told(_filing("a", _slot(), audience="企业代表"), _filing("b", xun, audience="企业代表")) == []
    assert _told(_filing("a", _slot(), audience="企业代表"), _filing("b", _slot(), audience="企业代表")) != []


@pytest.mark.parametrize(
    ("text", "leaders"),
    [
        ("区长与群众面对面", [("place", "区长")]),
        ("区委书记、副区长参加", [("place", "副区长"), ("place", "区委书记")]),
        ("局长接待日", [("agency", "局长")]),
        ("介绍市长热线和局长信箱的办理", []),
        ("副局长讲解", []),
    ],
)
def test_leaders_who_take_part(text: str, leaders: list[tuple[str, str]]) -> None:
    assert leaders_in(text) == tuple(leaders)


def test_the_leader_of_a_place_is_one_person_there_and_another_elsewhere() -> None:
    one = _filing("a", _slot(hours="09:00-10:00"), content="区长接待群众", place=1)
    same = _filing("b", _slot(hours="09:30-11:00"), content="邀请区长座谈", agency=2, place=1)
    elsewhere = _filing("c", _slot(hours="09:30-11:00"), content="邀请区长座谈", agency=3, place=2)
    assert _told(one, same, elsewhere) == [("figure", True, "区长", {"a", "b"})]


def test_the_head_of_one_agency_cannot_be_in_two_of_its_activities() -> None:
    pair = [_filing(code, _slot(hours="09:00-10:00"), content="局长讲政策", agency=7) for code in "ab"]
    other = _filing("c", _slot(hours="09:00-10:00"), content="局长讲政策", agency=8)
    assert _told(*pair, other) == [("figure", True, "单位7主要负责人", {"a", "b"})]


def test_certain_ones_come_first_and_one_plan_finds_its_own() -> None:
    xun = _slot(date(2026, 6, 1), date(2026, 6, 10), firm=False, venue="云溪区档案馆")
    filings = [
        _filing("a", xun), _filing("b", xun),
        _filing("c", _slot(venue="云溪区图书馆")), _filing("d", _slot(venue="云溪区图书馆")),
    ]  # fmt: skip
    clashes: tuple[Clash, ...] = find_clashes(filings, TODAY)
    assert [clash.certain for clash in clashes] == [True, False]
    assert [clash.about for clash in clashes_of("b", clashes)] == ["云溪区档案馆"]
    assert clashes[0].kind is ClashKind.PLACE


def test_a_slot_says_when_as_a_notice_does() -> None:
    assert _slot(hours="14:00-16:00").text == "2026年9月16日（星期三）14:00–16:00"
    assert _slot(date(2026, 9, 14), date(2026, 9, 18)).text == "2026年9月14日至18日"
    assert _slot(date(2026, 9, 21), date(2026, 9, 30), firm=False).text == "2026年9月下旬（时间待定）"
    assert _slot(date(2026, 9, 28), date(2026, 10, 2), firm=False).text == "2026年9月28日至10月2日之间（时间待定）"
