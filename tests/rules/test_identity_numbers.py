"""Numbers of documents: checked, made canonical, never repeated in an error."""

from datetime import date

import pytest

from openday.rules.identity_numbers import Document, age_on, birthday, mask_number, normalise_number

# The example printed in GB 11643-1999 itself.
CARD = "11010519491231002X"


@pytest.mark.parametrize(
    "typed", [CARD, "11010519491231002x", " 110105 19491231 002X ", "１１０１０５１９４９１２３１００２Ｘ"]
)
def test_a_card_counts_the_same_however_it_is_typed(typed: str) -> None:
    assert normalise_number(Document.RESIDENT_CARD, typed) == CARD


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("110105194912310021", "校验位不符"),
        ("11010519491331002X", "出生日期不存在"),
        ("11010518001231002X", "出生日期不存在"),
        ("1101051949123100", "应为18位"),
        ("X" * 60, "过长"),
        (" ", "请填写居民身份证号码"),
    ],
)
def test_a_wrong_card_is_refused_with_a_reason_that_does_not_repeat_it(typed: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason) as refused:
        normalise_number(Document.RESIDENT_CARD, typed)
    assert not typed.strip() or typed not in str(refused.value)


def test_two_neighbouring_digits_that_were_swapped_are_noticed() -> None:
    for place in range(16):
        swapped = CARD[:place] + CARD[place + 1] + CARD[place] + CARD[place + 2 :]
        if swapped != CARD:
            with pytest.raises(ValueError, match=r"校验位|出生日期|18位"):
                normalise_number(Document.RESIDENT_CARD, swapped)


@pytest.mark.parametrize(
    ("kind", "typed", "canonical"),
    [
        (Document.PASSPORT, "e 1234 5678", "E12345678"),
        (Document.HONG_KONG_MACAU, "h12345678", "H12345678"),
        (Document.TAIWAN, "01234567", "01234567"),
        (Document.FOREIGNER_CARD, "CHN110101000001", "CHN110101000001"),
    ],
)
def test_other_documents_are_known_by_their_shape(kind: Document, typed: str, canonical: str) -> None:
    assert normalise_number(kind, typed) == canonical


@pytest.mark.parametrize(
    "kind", [Document.PASSPORT, Document.HONG_KONG_MACAU, Document.TAIWAN, Document.FOREIGNER_CARD]
)
def test_what_has_another_shape_is_refused(kind: Document) -> None:
    with pytest.raises(ValueError, match=kind.label):
        normalise_number(kind, "？？")


def test_the_birthday_stands_in_the_card_and_not_in_a_passport() -> None:
    assert birthday(CARD) == date(1949, 12, 31)
    assert birthday("E12345678") is None


def test_a_year_of_age_is_full_on_the_day_after_the_birthday() -> None:
    born = date(2012, 9, 16)

    assert age_on(born, date(2026, 9, 15)) == 13
    assert age_on(born, date(2026, 9, 16)) == 13
    assert age_on(born, date(2026, 9, 17)) == 14


def test_a_masked_number_shows_four_characters_at_most() -> None:
    assert mask_number(CARD) == "**************002X"
    assert mask_number("E1234567") == "********"
