"""Cleaning, masks and retention."""

import sys
import unicodedata
from datetime import date
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openday.rules.privacy import (
    clean_text,
    delete_after,
    is_due_for_deletion,
    mask_name,
    name_fragment,
    plain_text,
)

ANYTHING = st.text(st.characters(), max_size=60)


@pytest.mark.parametrize(
    ("typed", "clean"),
    [
        ("  张三\u3000", "张三"),
        ("张\u200b三\u200d\ufeff", "张三"),
        ("张三\0\x07", "张三"),
        ("张三\ud800", "张三"),
        ("\u202e三张\u202c", "三张"),
        ("张三\r\nBcc: a@example.com", "张三 Bcc: a@example.com"),
        ("张三\u2028李四", "张三 李四"),
        ("张\t三", "张 三"),
        ("e\u0301", "é"),
        ("\u200b \u3164\u2800\u00ad", ""),
        ("㎡①，（）ＡＢ", "㎡①，（）ＡＢ"),
        ("𠮷野家", "𠮷野家"),
        ("=1+1", "=1+1"),
    ],
)
def test_one_line_of_text_is_what_can_be_seen_of_it(typed: str, clean: str) -> None:
    assert clean_text(typed, limit=50) == clean


def test_line_breaks_stay_where_lines_are_wanted_and_all_become_the_same() -> None:
    assert clean_text("\r\n一\r\n二\r三\u2029四\x0b五\n", limit=50, lines=True) == "一\n二\n三\n四\n五"


def test_the_limit_counts_the_characters_that_remain() -> None:
    assert clean_text(" 一二三\u200b ", limit=3) == "一二三"
    assert clean_text("e\u0301" * 3, limit=3) == "ééé"
    with pytest.raises(ValueError, match=r"^最多3个字$"):
        clean_text("一二三四", limit=3)


def test_every_invisible_control_or_broken_character_of_unicode_is_taken_out() -> None:
    kept = []
    for code in range(sys.maxunicode + 1):
        character = chr(code)
        never_seen = unicodedata.category(character) in ("Cc", "Cf", "Cs") or code & 0xFFFE == 0xFFFE
        if never_seen and character not in "\n\t\r\x0b\x0c\x85" and plain_text(f"甲{character}乙") != "甲乙":
            kept.append(hex(code))
    assert kept == []


@given(ANYTHING, st.booleans())
def test_cleaning_twice_changes_nothing_more(typed: str, lines: bool) -> None:
    once = plain_text(typed, lines=lines)
    assert plain_text(once, lines=lines) == once
    assert once == once.strip()
    once.encode("utf-8")
    assert {character for character in once if unicodedata.category(character) == "Cc"} <= (
        {"\n", "\t"} if lines else set()
    )


@given(ANYTHING, st.integers(1, 30))
def test_a_text_is_refused_exactly_when_it_is_longer_than_the_limit(typed: str, limit: int) -> None:
    if len(plain_text(typed)) <= limit:
        assert clean_text(typed, limit=limit) == plain_text(typed)
    else:
        with pytest.raises(ValueError, match=rf"^最多{limit}个字$"):
            clean_text(typed, limit=limit)


def test_marks_heaped_on_one_letter_and_megabytes_of_text_cost_little() -> None:
    begun = perf_counter()
    assert len(plain_text("a" + "\u0315\u0300" * 50_000)) <= 31
    with pytest.raises(ValueError):
        clean_text("汉" * 2_000_000, limit=200)
    assert perf_counter() - begun < 5  # quadratic ordering of the marks alone would take longer


@pytest.mark.parametrize(
    ("name", "masked", "fragment"),
    [
        ("张三丰", "张**", "张*丰"),
        ("张三", "张*", "张*"),
        ("欧阳修文", "欧**", "欧*文"),
        ("阿依古丽·买买提", "阿**", "阿*提"),
        ("John Smith", "J**", "J*h"),
        ("张", "*", "*"),
        ("", "", ""),
        (" 张\u200b三丰 ", "张**", "张*丰"),
    ],
)
def test_names_are_masked(name: str, masked: str, fragment: str) -> None:
    assert (mask_name(name), name_fragment(name)) == (masked, fragment)


def test_data_is_kept_until_its_last_day_and_gone_on_the_next() -> None:
    assert delete_after(date(2026, 9, 16), 30) == date(2026, 10, 16)
    assert not is_due_for_deletion(date(2026, 9, 16), 30, date(2026, 10, 16))
    assert is_due_for_deletion(date(2026, 9, 16), 30, date(2026, 10, 17))
    with pytest.raises(ValueError, match="retention"):
        delete_after(date(2026, 9, 16), -1)
