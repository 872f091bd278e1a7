"""Codes sent to telephones: how they are typed, and how often they are sent."""

from datetime import datetime, timedelta

import pytest

from openday.clock import SHANGHAI
from openday.rules.phone_code import failure_text, next_code_at, numbers_to_prove, read_code

NOON = datetime(2026, 9, 16, 12, tzinfo=SHANGHAI)


def minutes(*ago: float) -> list[datetime]:
    return [NOON - timedelta(minutes=n) for n in ago]


@pytest.mark.parametrize("typed", ["012345", " 012 345 ", "０１２３４５", "012-345", "\u200b012345"])
def test_a_code_is_read_however_it_is_typed(typed: str) -> None:
    assert read_code(typed) == "012345"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "请填写短信验证码"),
        ("  ", "请填写短信验证码"),
        ("12345", "6位数字"),
        ("1234567", "6位数字"),
        ("一二三四五六", "6位数字"),
    ],
)
def test_what_is_no_code_is_refused_with_the_reason(typed: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        read_code(typed)


def test_a_number_gets_a_code_a_minute_and_five_a_day() -> None:
    assert next_code_at([], NOON) == NOON
    assert next_code_at(minutes(0.5), NOON) == NOON + timedelta(seconds=30)
    assert next_code_at(minutes(1), NOON) == NOON
    assert next_code_at(minutes(2, 3, 4, 5), NOON) == NOON
    assert next_code_at(minutes(2, 3, 4, 5, 60), NOON) == NOON + timedelta(hours=23)
    assert next_code_at(minutes(2, 3, 4, 5, 24 * 60), NOON) == NOON


def test_a_guardian_with_a_number_of_their_own_proves_it_too() -> None:
    assert numbers_to_prove("13800001111", "") == {"phone_code": "13800001111"}
    assert numbers_to_prove("13800001111", "13800001111") == {"phone_code": "13800001111"}
    both = {"phone_code": "13800001111", "guardian_code": "+85291234567"}
    assert numbers_to_prove("13800001111", "+85291234567") == both


def test_a_wrong_code_is_told_how_many_tries_are_left() -> None:
    assert "还可以填写4次" in failure_text(1)
    assert "请重新获取" in failure_text(5)
