"""The forecast for a pasted list: in order, parties whole, nobody twice."""

import pytest

from openday.rules.entry_verdicts import Judged, Room, judge_lines
from openday.rules.party_lines import read_party_lines
from openday.rules.seats import Seats

FOUR_SEATS = Seats(4, 0)


def judged(text: str, seats: Seats = FOUR_SEATS, **changes: object) -> list[Judged]:
    values = {"seats": seats, "party_limit": 3, "waitlist": True, "decides_later": False, "known": frozenset()}
    return judge_lines(read_party_lines(text), Room(**{**values, **changes}))  # type: ignore[arg-type]


FOUR = "甲乙 13800000001 2\n丙丁 13800000002 3\n戊己 13800000003 2\n庚辛 13800000004"


def test_seats_are_counted_down_and_a_party_that_does_not_fit_waits() -> None:
    found = judged(FOUR)
    assert [each.verdict.value for each in found] == ["seated", "waitlisted", "seated", "waitlisted"]
    assert [each.text for each in found] == ["可以登记", "剩余2个名额，整组候补", "可以登记", "名额不足，登记为候补"]


def test_without_a_waitlist_they_are_not_entered() -> None:
    found = judged(FOUR, waitlist=False)
    assert [(each.verdict.value, each.verdict.enters) for each in found] == [
        ("seated", True),
        ("full", False),
        ("seated", True),
        ("full", False),
    ]
    assert [found[1].text, found[3].text] == ["剩余2个名额，不够一行3人", "名额已满"]


def test_where_it_is_decided_later_everybody_applies() -> None:
    assert {each.verdict.value for each in judged(FOUR, decides_later=True)} == {"applied"}


def test_who_is_known_or_stands_twice_is_named_with_the_first_line() -> None:
    found = judged("甲乙 13800000001\n丙丁 13800000001\n戊己 13800000003", known=frozenset({"13800000003"}))
    assert [each.text for each in found] == ["可以登记", "与第1行的号码相同", "已在名单上，不再登记"]
    assert found[0].phone == "138****0001"


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("甲乙 13800000001 4", "报名人数应为1至3人（含本人）"),
        ("甲乙 1380000001", "手机号码应为11位数字，例如 13800000000"),
    ],
)
def test_what_can_never_be_entered_says_why(line: str, text: str) -> None:
    (found,) = judged(line)
    assert (found.verdict.value, found.text) == ("wrong", text)


def test_a_party_larger_than_the_room_does_not_wait() -> None:
    (found,) = judged("甲乙 13800000001 3", Seats(2, 0))
    assert found.text == "本场名额共2个，报名人数应不超过2人"
