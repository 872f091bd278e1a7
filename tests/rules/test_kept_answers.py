"""Answers taken up again: what was kept reads to itself, and secret numbers need not be typed twice."""

from datetime import date

from openday.rules.kept_answers import changed_parts, open_part, read_again, typed_again
from openday.rules.signup_answers import read_extras
from openday.rules.signup_form import Eligibility, SignupForm
from openday.rules.signup_questions import Question, QuestionKind

DAY = date(2026, 9, 16)
FORM = SignupForm(
    questions=(
        Question("food", QuestionKind.CHOICES, "想参观的展厅", "安排参观", choices=("古籍", "少儿", "视听")),
        Question("size", QuestionKind.NUMBER, "衣服尺码", "准备工作服", low="30", high="60"),
        Question("born", QuestionKind.DATE, "出生日期", "核对年龄"),
        Question("word", QuestionKind.TEXT, "想了解什么", "安排讲解"),
    ),
    companion_names=True,
    guardian=True,
    document_basis="《档案法》第二十八条",
    photo=True,
    eligibility=Eligibility(youngest=6),
)
TYPED = {
    "q-food": ["视听", "古籍"],
    "q-size": ["４２"],
    "q-born": ["1990-03-07"],
    "q-word": ["古籍修复、装裱"],
    "companions": ["李雪\n周海"],
    "child": ["yes"],
    "guardian_name": ["李山"],
    "guardian_phone": ["13900002222"],
    "guardian_consent": ["y"],
    "document_kind": ["passport"],
    "document_number": ["E12345678"],
    "photo": ["no"],
    "eligible": ["y"],
}


def test_what_is_kept_reads_to_itself() -> None:
    first = read_extras(FORM, TYPED, 3, DAY)
    assert first.problems == {}
    typed = typed_again(FORM, first.kept, first.photo)
    again = read_again(FORM, typed, first.kept, 3, DAY)
    assert (again.kept, again.photo, again.problems) == (first.kept, first.photo, {})


def test_the_form_shows_no_secret_number() -> None:
    kept = read_extras(FORM, TYPED, 3, DAY).kept
    shown = str(typed_again(FORM, kept, True))
    assert "E12345678" not in shown
    assert "13900002222" not in shown


def test_what_was_decided_upon_is_not_asked_again_and_stays() -> None:
    kept = read_extras(FORM, TYPED, 3, DAY).kept
    part = open_part(FORM, decided=True)
    assert (part.questions, part.document_basis, part.eligibility.any) == ((), "", False)
    changed = read_again(part, {**TYPED, "companions": ["吴江\n周海"], "q-word": ["别的"]}, kept, 3, DAY)
    assert changed.kept == {**kept, "companions": ["吴江", "周海"]}
    assert changed_parts(kept, changed.kept) == ["companions"]
    assert open_part(FORM, decided=False) == FORM


def test_a_question_that_was_taken_away_leaves_nothing_behind() -> None:
    kept = read_extras(FORM, TYPED, 3, DAY).kept
    fewer = SignupForm(questions=FORM.questions[:1])
    assert typed_again(fewer, kept, None)["q-food"] == ["古籍", "视听"]
    assert "q-size" not in typed_again(fewer, kept, None)
