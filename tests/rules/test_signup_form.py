"""What a sign-up form asks for, and how its further fields are read."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openday.rules.signup_answers import extra_fields, read_companions, read_extras, shown_extras
from openday.rules.signup_form import PLAIN, Eligibility, SignupForm, form_faults, form_from, personal_fields
from openday.rules.signup_questions import Question, QuestionKind
from tests.factories.signup_forms import BASIS, FULL

DAY = date(2026, 9, 16)
CARD = "11010519491231002X"


def card(born: str) -> str:
    """A number of a resident card of somebody born on this day, with its check character (ISO 7064 MOD 11-2)."""
    digits = f"110105{born}002"
    total = sum(int(digit) * (2 ** (17 - place) % 11) for place, digit in enumerate(digits))
    return digits + "10X98765432"[total % 11]


def test_an_empty_object_asks_for_nothing_more() -> None:
    assert form_from({}) == form_from(None) == PLAIN
    assert PLAIN.plain
    assert PLAIN.as_dict() == {}


@pytest.mark.parametrize(
    "form",
    [
        FULL,
        SignupForm(document_basis=BASIS),
        SignupForm(eligibility=Eligibility(6, 12, residents=True, note="有楼梯")),
    ],
)
def test_a_form_is_kept_and_comes_back_as_it_was(form: SignupForm) -> None:
    assert form_from(form.as_dict()) == form
    assert not form.plain


def test_every_personal_field_has_its_reason() -> None:
    rows = personal_fields(
        SignupForm(questions=FULL.questions, companion_names=True, guardian=True, document_basis=BASIS)
    )
    assert [label for label, _ in rows] == ["是否用餐", "饮食禁忌", "同行人姓名", "监护人姓名和手机号码", "证件号码"]
    assert all(reason for _, reason in rows)


@pytest.mark.parametrize(
    ("form", "field"),
    [
        (SignupForm(questions=(Question("a", QuestionKind.TEXT, "单位"),)), "questions"),
        (SignupForm(document_basis="规定"), "document_basis"),
        (SignupForm(eligibility=Eligibility(youngest=-1)), "youngest"),
        (SignupForm(eligibility=Eligibility(oldest=121)), "oldest"),
        (SignupForm(eligibility=Eligibility(18, 6)), "oldest"),
        (SignupForm(eligibility=Eligibility(note="长" * 301)), "note"),
    ],
)
def test_a_form_that_cannot_be_used_is_told_why_at_its_field(form: SignupForm, field: str) -> None:
    assert list(form_faults(form)) == [field]


@pytest.mark.parametrize(
    ("rules", "line"),
    [
        (Eligibility(6, 12), "年龄：6至12周岁"),
        (Eligibility(6), "年龄：6周岁及以上"),
        (Eligibility(oldest=12), "年龄：12周岁及以下"),
    ],
)
def test_an_age_band_is_said_in_words(rules: Eligibility, line: str) -> None:
    assert rules.lines == (line,)


@pytest.mark.parametrize(
    ("born", "fits"),
    [("20080915", True), ("20080916", False), ("20080917", False)],
)
def test_the_age_on_the_day_counts_from_the_day_after_the_birthday(born: str, fits: bool) -> None:
    form = SignupForm(document_basis=BASIS, eligibility=Eligibility(youngest=18))
    typed = {"document_kind": ["resident_card"], "document_number": [card(born)], "eligible": ["y"]}
    assert (read_extras(form, typed, 1, DAY).problems == {}) is fits


@pytest.mark.parametrize(
    ("kind", "number"),
    [("passport", "e12345678"), ("hong_kong_macau", "H12345678"), ("resident_card", CARD.lower())],
)
def test_passports_and_permits_are_taken(kind: str, number: str) -> None:
    typed = {"document_kind": [kind], "document_number": [number]}
    read = read_extras(SignupForm(document_basis=BASIS), typed, 1, DAY)
    assert not read.problems
    assert read.kept["document"] == {"kind": kind, "number": number.upper()}


def test_names_of_companions_are_as_many_as_come_along() -> None:
    assert read_companions("王小雪\r\n\r\n Ann-Marie O’Neill ", 3) == ["王小雪", "Ann-Marie O’Neill"]
    assert read_companions("", 1) == []
    for text, people in (("王小雪", 1), ("", 2), ("王小雪", 3), ("长" * 51, 2)):
        with pytest.raises(ValueError, match="同行人"):
            read_companions(text, people)


def test_what_is_shown_hides_numbers() -> None:
    guardian = {
        "child": ["yes"],
        "guardian_name": ["王大雨"],
        "guardian_phone": ["138 0000 2222"],
        "guardian_consent": ["y"],
    }
    document = {"document_kind": ["resident_card"], "document_number": [CARD]}
    read = read_extras(
        SignupForm(guardian=True, document_basis=BASIS, photo=True), {**guardian, **document, "photo": ["no"]}, 1, DAY
    )
    assert not read.problems
    shown = dict(shown_extras(read.kept, read.photo))
    assert shown == {
        "监护人": "王大雨，138****2222",
        "监护人同意": "在线勾选，待工作人员核实",
        "居民身份证": "**************002X",
        "拍照": "不同意",
    }


@given(
    st.dictionaries(
        st.sampled_from(["q-food", "companions", "child", "guardian_phone", "document_number", "photo"]),
        st.lists(st.text(), max_size=3),
    ),
    st.integers(-5, 60),
)
def test_no_input_breaks_the_reading(typed: dict[str, list[str]], people: int) -> None:
    form = SignupForm(questions=FULL.questions, companion_names=True, guardian=True, document_basis=BASIS, photo=True)
    assert read_extras(form, typed, people, DAY).problems


def test_only_the_further_fields_of_a_form_are_taken() -> None:
    assert extra_fields(["name", "q-food", "child", "csrf_token", "quota"]) == ["q-food", "child"]


@pytest.mark.parametrize(
    ("born", "said"),
    [
        ("2020-09-15", ""),
        ("2020-09-16", "不在本场的年龄范围内"),
        ("2008-09-16", ""),
        ("2008-09-15", "不在本场的年龄范围内"),
        ("2027-01-01", "请核对年份"),
        ("1026-01-01", "请核对年份"),
    ],
)
def test_a_date_of_birth_is_held_to_the_ages_on_the_day(born: str, said: str) -> None:
    asked = Question("born", QuestionKind.BORN, "儿童出生日期", "核对年龄", required=True)
    form = SignupForm(questions=(asked,), eligibility=Eligibility(youngest=6, oldest=17))
    read = read_extras(form, {"q-born": [born], "eligible": ["y"]}, 1, date(2026, 9, 16))
    assert bool(read.problems) == bool(said)
    assert said in read.problems.get("q-born", "")
