"""Telephone numbers as people type them."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openday.rules.phone import contact_phone, mask_phone, normalise_phone

HINT = "手机号码应为11位数字，例如 13800000000"
MOBILES = st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True)
FULL_WIDTH = str.maketrans("0123456789+- ", "０１２３４５６７８９＋－\u3000")


@pytest.mark.parametrize(
    "typed",
    [
        "13812341234",
        " 138 1234 1234 ",
        "138-1234-1234",
        "138–1234—1234",
        "138.1234.1234",
        "+8613812341234",
        "+86 138 1234 1234",
        "+86-138-1234-1234",
        "(+86)13812341234",
        "（86）138 1234 1234",
        "0086 13812341234",
        "8613812341234",
        "１３８１２３４１２３４",
        "＋８６　１３８－１２３４－１２３４",
        "138\u200b1234\u200b1234",
        "\u202a13812341234\u202c",
        "\ufeff13812341234\r\n",
    ],
)
def test_one_number_has_one_form_however_it_is_typed(typed: str) -> None:
    assert normalise_phone(typed) == "13812341234"


@given(MOBILES, st.sampled_from(["", "+86", "0086", "86", "+86 ", "+86-"]), st.booleans(), st.sets(st.integers(1, 10)))
def test_prefix_width_and_separators_never_matter(number: str, prefix: str, wide: bool, cuts: set[int]) -> None:
    typed = prefix + "".join(digit + ("-" if place in cuts else "") for place, digit in enumerate(number, start=1))
    assert normalise_phone(typed.translate(FULL_WIDTH) if wide else typed) == number


@pytest.mark.parametrize(
    ("typed", "canonical"),
    [
        ("+852 9123 4567", "+85291234567"),
        ("00852-9123-4567", "+85291234567"),
        ("+1 (380) 000-0000", "+13800000000"),
        ("+44 20 7946 0000", "+442079460000"),
        ("+12345678", "+12345678"),
        ("+123456789012345", "+123456789012345"),
    ],
)
def test_numbers_abroad_are_kept_with_the_code_of_their_country(typed: str, canonical: str) -> None:
    assert normalise_phone(typed) == canonical


@pytest.mark.parametrize(
    "typed",
    [
        "", "   ", "\u200b", "1381234123", "138123412345", "12812341234", "23812341234", "1381234123a", "一三八",
        "+1234567", "+1234567890123456", "+0085291234567", "++8613812341234", "+86 128 1234 1234",
        "13812341234 13912341234",
        "1.3812341234E+10", "-13812341234x", "=13812341234", "1" * 100, "1" * 1_000_000, "\0", "\ud800", "1e400",
    ],
)  # fmt: skip
def test_what_is_no_number_is_refused_with_what_to_do(typed: str) -> None:
    with pytest.raises(ValueError) as refused:
        normalise_phone(typed)
    assert str(refused.value) == HINT


@pytest.mark.parametrize(
    "typed",
    ["0798-8888888", "010 12345678", "+86 755 1234 5678", "0086-755-12345678", "88888888", "8888888", "400-800-8888",
     "0755-12345678转801"],
)  # fmt: skip
def test_a_landline_is_refused_for_sign_up_and_said_to_be_one(typed: str) -> None:
    with pytest.raises(ValueError) as refused:
        normalise_phone(typed)
    assert str(refused.value) == f"这里请填写手机号码，不能填写固定电话。{HINT}"


@given(st.text(max_size=80))
def test_anything_typed_is_either_canonical_and_stable_or_refused(typed: str) -> None:
    try:
        number = normalise_phone(typed)
    except ValueError:
        return
    assert re.fullmatch(r"1[3-9][0-9]{9}|\+[1-9][0-9]{7,14}", number)
    assert normalise_phone(number) == number


@pytest.mark.parametrize(
    "written",
    [
        "0798-0000000",
        "（0755）0000000转801",
        "0755-0000000、13800000000（微信同号）",
        "12345",
        "120",
        "office@example.gov.cn",
        "电话：０７９８－００００\n邮箱：office@example.gov.cn",
    ],
)
def test_contact_details_stay_as_they_were_written(written: str) -> None:
    assert contact_phone(f"  {written}\u200b ") == written


@pytest.mark.parametrize("written", ["", " \u3000\u200b", "见附件", "12", "@", "a@b"])
def test_contact_details_without_a_number_or_mailbox_are_refused(written: str) -> None:
    with pytest.raises(ValueError, match=r"^联系方式应包含电话号码或电子邮箱"):
        contact_phone(written)


def test_contact_details_have_a_length() -> None:
    assert contact_phone("1" * 200) == "1" * 200
    with pytest.raises(ValueError, match=r"^最多200个字$"):
        contact_phone("1" * 201)


def test_a_mask_keeps_the_ends_of_a_mobile_number_and_the_end_of_one_abroad() -> None:
    assert mask_phone("13812341234") == "138****1234"
    assert mask_phone("+85291234567") == "+****4567"


@pytest.mark.parametrize("other", ["", "12345", "0798-0000000", "138 1234 1234", "office@example.gov.cn"])
def test_what_is_not_canonical_is_hidden_altogether(other: str) -> None:
    assert mask_phone(other) == "****"


@given(MOBILES | st.from_regex(r"\+[1-9][0-9]{7,14}", fullmatch=True))
def test_a_mask_never_lets_the_number_be_read(number: str) -> None:
    assert mask_phone(number).count("*") == 4
    assert sum(character.isdigit() for character in mask_phone(number)) <= sum(map(str.isdigit, number)) - 4
