"""What an activity asks for: questions that say why, conditions, and answers that are understood or refused."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openday.rules.signup_questions import (
    Question,
    QuestionKind,
    ShownIf,
    check_questions,
    questions_from,
    read_answers,
)

CHILD = Question("child", QuestionKind.CHOICE, "是否携带儿童", "安排讲解人员", True, ("是", "否"))
BORN = Question(
    "born", QuestionKind.DATE, "儿童出生日期", "确认适合的年龄", True, low="2012-01-01", high="2020-12-31",
    shown_if=ShownIf("child", "是"),
)  # fmt: skip
MEALS = Question("meals", QuestionKind.CHOICES, "饮食需要", "准备午餐", False, ("清真", "素食", "无"))
COUNT = Question("count", QuestionKind.NUMBER, "轮椅数量", "安排无障碍通道", False, low="0", high="5")
FILE = Question("file", QuestionKind.FILE_NO, "申请文号", "核对办件", False)
NOTE = Question("note", QuestionKind.TEXT, "想了解的问题", "提前准备解答", False)
ALL = (CHILD, BORN, MEALS, COUNT, FILE, NOTE)


def test_a_full_form_is_understood() -> None:
    typed = {
        "child": ["是"], "born": ["2018年9月1日"], "meals": ["素食", "清真"], "count": ["２"],
        "file": ["政公开〔2026〕12号"], "note": [" 如何查询\u200b办理进度 "],
    }  # fmt: skip

    read = read_answers(ALL, typed)

    assert read.problems == {}
    assert read.given == {
        "child": "是", "born": "2018-09-01", "meals": "清真、素食", "count": "2",
        "file": "政公开〔2026〕12号", "note": "如何查询办理进度",
    }  # fmt: skip


def test_what_is_not_shown_is_neither_asked_for_nor_kept() -> None:
    read = read_answers(ALL, {"child": ["否"], "born": ["2018-09-01"]})

    assert read.problems == {}
    assert read.given == {"child": "否"}


def test_what_is_shown_and_required_has_to_be_answered() -> None:
    assert read_answers(ALL, {}).problems == {"child": "请选择是否携带儿童"}
    assert read_answers(ALL, {"child": ["是"]}).problems == {"born": "请填写儿童出生日期"}


@pytest.mark.parametrize(
    ("question", "typed", "problem"),
    [
        (CHILD, "也许", "是否携带儿童：请从所列选项中选择"),
        (MEALS, "海鲜", "饮食需要：请从所列选项中选择"),
        (COUNT, "六", "轮椅数量应为整数，例如 2"),
        (COUNT, "6", "轮椅数量应在0至5之间"),
        (COUNT, "1e400", "轮椅数量应为整数，例如 2"),
        (replace(BORN, shown_if=None), "2018-02-30", "儿童出生日期应为日期，例如 2018-09-01"),
        (replace(BORN, shown_if=None), "2011-12-31", "儿童出生日期应在2012-01-01至2020-12-31之间"),
        (FILE, "<script>", "申请文号应为2至60个字，可含汉字、数字、字母和括号"),
        (NOTE, "字" * 501, "想了解的问题最多500个字"),
    ],
)
def test_an_answer_that_is_not_understood_gets_a_reason(question: Question, typed: str, problem: str) -> None:
    assert read_answers([question], {question.id: [typed]}).problems == {question.id: problem}


@pytest.mark.parametrize(
    ("questions", "reason"),
    [
        ([replace(CHILD, reason="")], "第1个问题：请写明为什么要问"),
        ([replace(CHILD, label=" ")], "第1个问题：问题应为"),
        ([CHILD, CHILD], "第2个问题：编号重复"),
        ([replace(CHILD, choices=("是",))], "第1个问题：选项应有2至30个"),
        ([replace(CHILD, choices=("是", "是"))], "第1个问题：选项应有2至30个"),
        ([replace(CHILD, choices=("是、否", "否"))], "顿号"),
        ([BORN, CHILD], "第1个问题：显示条件应取自前面"),
        ([replace(COUNT, low="9", high="5")], "下限不能大于上限"),
        ([replace(COUNT, low="x")], "上下限不正确"),
        ([replace(NOTE, id=f"n{n}") for n in range(21)], "最多设20个问题"),
    ],
)
def test_questions_that_nobody_could_answer_are_refused(questions: list[Question], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        check_questions(questions)


def test_good_questions_are_accepted_and_come_back_as_they_were_kept() -> None:
    check_questions(ALL)

    assert questions_from([question.as_dict() for question in ALL]) == ALL


@given(st.dictionaries(st.sampled_from([q.id for q in ALL]), st.lists(st.text(max_size=40), max_size=3)))
def test_no_input_makes_reading_fail_and_every_question_is_answered_or_refused_never_both(
    typed: dict[str, list[str]],
) -> None:
    read = read_answers(ALL, typed)

    assert not set(read.given) & set(read.problems)
