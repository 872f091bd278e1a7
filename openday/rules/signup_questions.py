"""What one activity asks for besides name, telephone number and party size: questions, conditions and answers.

Every question that asks for something personal says why. Questions are shown in their order; one may depend on the
answer to an earlier one, and what was typed into a question that is not shown is thrown away.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from openday.rules.privacy import clean_text, plain_text

MOST_QUESTIONS = 20
MOST_CHOICES = 30
LONGEST_LABEL = 60
LONGEST_REASON = 120
LONGEST_ANSWER = 500
_ID = re.compile(r"[a-z][a-z0-9]{0,19}")
_WHOLE = re.compile(r"-?[0-9]{1,9}")
_FILE_NO = re.compile(r"[0-9A-Za-z〔〕\[\]()（）\-–—/第号字\u4e00-\u9fff]{2,60}")


class QuestionKind(StrEnum):
    """What kind of answer a question takes."""

    TEXT = "text"
    CHOICE = "choice"
    CHOICES = "choices"
    NUMBER = "number"
    DATE = "date"
    BORN = "born"
    FILE_NO = "file_no"

    @property
    def label(self) -> str:
        """The Chinese name of the kind."""
        return {
            "text": "文字",
            "choice": "单选",
            "choices": "多选",
            "number": "数字",
            "date": "日期",
            "born": "出生日期",
            "file_no": "文号或编号",
        }[self.value]


@dataclass(frozen=True)
class ShownIf:
    """The condition of a question: it is shown only while the answer to the earlier one is (or holds) `value`."""

    question: str
    value: str


@dataclass(frozen=True)
class Question:
    """One question. `low` and `high` bound a number (as digits) or a date (as YYYY-MM-DD), inclusive; "" = no bound. A
    date of birth is bounded by the age band of the form, on the day of the occurrence (`signup_answers`)."""

    id: str
    kind: QuestionKind
    label: str
    reason: str = ""
    required: bool = False
    choices: tuple[str, ...] = ()
    low: str = ""
    high: str = ""
    shown_if: ShownIf | None = None

    def as_dict(self) -> dict[str, Any]:
        """As it is kept."""
        condition = [self.shown_if.question, self.shown_if.value] if self.shown_if else None
        return {
            "id": self.id,
            "kind": self.kind.value,
            "label": self.label,
            "reason": self.reason,
            "required": self.required,
            "choices": list(self.choices),
            "low": self.low,
            "high": self.high,
            "shown_if": condition,
        }


@dataclass(frozen=True)
class Answers:
    """What was understood of a form. `given`: question id to text (several choices joined by 、); `problems`: question
    id to a Chinese sentence, empty when all is well."""

    given: Mapping[str, str]
    problems: Mapping[str, str]


def questions_from(rows: Sequence[Mapping[str, Any]]) -> tuple[Question, ...]:
    """The kept questions again; rows that this version does not know raise ValueError."""
    return tuple(
        Question(
            id=row["id"],
            kind=QuestionKind(row["kind"]),
            label=row["label"],
            reason=row["reason"],
            required=row["required"],
            choices=tuple(row["choices"]),
            low=row["low"],
            high=row["high"],
            shown_if=ShownIf(*row["shown_if"]) if row["shown_if"] else None,
        )
        for row in rows
    )


def check_questions(questions: Sequence[Question]) -> None:
    """Raise ValueError with a Chinese sentence for questions that nobody could answer."""
    if len(questions) > MOST_QUESTIONS:
        raise ValueError(f"一场活动最多设{MOST_QUESTIONS}个问题")
    before: dict[str, Question] = {}
    for number, question in enumerate(questions, start=1):
        wrong = _fault(question, before)
        if wrong:
            raise ValueError(f"第{number}个问题：{wrong}")
        before[question.id] = question


def _fault(question: Question, before: Mapping[str, Question]) -> str:
    if not _ID.fullmatch(question.id) or question.id in before:
        return "编号重复或不正确"
    if not plain_text(question.label) or len(question.label) > LONGEST_LABEL:
        return f"问题应为1至{LONGEST_LABEL}个字"
    if not plain_text(question.reason) or len(question.reason) > LONGEST_REASON:
        return f"请写明为什么要问，1至{LONGEST_REASON}个字"
    if question.kind in (QuestionKind.CHOICE, QuestionKind.CHOICES):
        if not 2 <= len(set(question.choices)) == len(question.choices) <= MOST_CHOICES:
            return f"选项应有2至{MOST_CHOICES}个，不能重复"
        if any(not plain_text(choice) or "、" in choice or len(choice) > LONGEST_LABEL for choice in question.choices):
            return f"选项应为1至{LONGEST_LABEL}个字，不能含顿号"
    return _fault_of_bounds(question) or _fault_of_condition(question, before)


def _fault_of_bounds(question: Question) -> str:
    low, high = (_comparable(question.kind, bound) if bound else None for bound in (question.low, question.high))
    if (question.low and low is None) or (question.high and high is None):
        return "上下限不正确"
    return "下限不能大于上限" if low is not None and high is not None and low > high else ""


def _fault_of_condition(question: Question, before: Mapping[str, Question]) -> str:
    if question.shown_if is None:
        return ""
    earlier = before.get(question.shown_if.question)
    if earlier is None or question.shown_if.value not in earlier.choices:
        return "显示条件应取自前面某个选择题的选项"
    return ""


def read_answers(questions: Sequence[Question], typed: Mapping[str, Sequence[str]]) -> Answers:
    """Read what was typed: question id to the values that the form sent for it. No input makes it raise."""
    given: dict[str, str] = {}
    problems: dict[str, str] = {}
    for question in questions:
        if not is_shown(question, given):
            continue
        try:
            answer = _answer(
                question, [plain_text(value[: 4 * LONGEST_ANSWER]) for value in typed.get(question.id, ())]
            )
        except ValueError as wrong:
            problems[question.id] = str(wrong)
            continue
        if answer:
            given[question.id] = answer
        elif question.required:
            verb = "请选择" if question.choices else "请填写"
            problems[question.id] = f"{verb}{question.label}"
    return Answers(given, problems)


def is_shown(question: Question, given: Mapping[str, str]) -> bool:
    """Whether a question is asked at all after these answers."""
    if question.shown_if is None:
        return True
    return question.shown_if.value in given.get(question.shown_if.question, "").split("、")


def _answer(question: Question, values: Sequence[str]) -> str:
    chosen = [value for value in values if value]
    if question.kind is QuestionKind.CHOICES:
        if not set(chosen) <= set(question.choices):
            raise ValueError(f"{question.label}：请从所列选项中选择")
        return "、".join(choice for choice in question.choices if choice in chosen)
    text = chosen[0] if chosen else ""
    if not text:
        return ""
    if question.kind is QuestionKind.CHOICE:
        if text not in question.choices:
            raise ValueError(f"{question.label}：请从所列选项中选择")
        return text
    if question.kind is QuestionKind.TEXT:
        try:
            return clean_text(text, limit=LONGEST_ANSWER)
        except ValueError as wrong:
            raise ValueError(f"{question.label}{wrong}") from wrong
    return _measured(question, text)


def _measured(question: Question, text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).strip()
    if question.kind is QuestionKind.FILE_NO:
        if not _FILE_NO.fullmatch(text):
            raise ValueError(f"{question.label}应为2至60个字，可含汉字、数字、字母和括号")
        return text
    value = _comparable(question.kind, plain)
    if value is None:
        shape = "整数，例如 2" if question.kind is QuestionKind.NUMBER else "日期，例如 2018-09-01"
        raise ValueError(f"{question.label}应为{shape}")
    low, high = (_comparable(question.kind, bound) if bound else None for bound in (question.low, question.high))
    if (low is not None and value < low) or (high is not None and value > high):
        raise ValueError(f"{question.label}应{_band(question)}")
    return str(value)


def _comparable(kind: QuestionKind, text: str) -> Any:
    """An int or a date; None for what is neither."""
    if kind is QuestionKind.NUMBER:
        return int(text) if _WHOLE.fullmatch(text) else None
    if kind in (QuestionKind.DATE, QuestionKind.BORN):
        found = re.fullmatch(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?", text)
        try:
            return date(*map(int, found.groups())) if found else None
        except ValueError:
            return None
    return None


def _band(question: Question) -> str:
    if question.low and question.high:
        return f"在{question.low}至{question.high}之间"
    return f"不小于{question.low}" if question.low else f"不大于{question.high}"
