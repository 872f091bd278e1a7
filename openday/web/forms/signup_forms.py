"""The page on which staff set what a sign-up form asks for."""

import re
from typing import Any

from flask_wtf import FlaskForm
from wtforms import BooleanField, FieldList, Form, FormField, HiddenField, RadioField, SelectField, StringField
from wtforms.fields.choices import SelectChoice

from openday.rules.signup_form import Eligibility, SignupForm
from openday.rules.signup_questions import MOST_QUESTIONS, Question, QuestionKind, ShownIf
from openday.web.forms.occurrences import readable
from openday.web.forms.texts import one_line

_SPARE = 2
_KINDS = [SelectChoice(kind.value, kind.label) for kind in QuestionKind]
_PROTECTIONS = [
    SelectChoice("none", "不设"),
    SelectChoice("challenge", "后台验证"),
    SelectChoice("phone_code", "短信验证码"),
]
_ID = re.compile(r"[a-z][a-z0-9]{0,19}")


def _age(text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 3):
        raise ValueError("年龄应为0至120之间的整数")
    return int(text)


def _row_number(text: str) -> int:
    if not text:
        return 0
    if not (text.isascii() and text.isdigit() and 0 < int(text[:4]) <= MOST_QUESTIONS):
        raise ValueError("请填写前面某个问题的序号，例如 1")
    return int(text)


class QuestionForm(Form):
    """One question; a line without words is none."""

    key = HiddenField()
    label = StringField("问题", filters=[one_line])
    kind = SelectField("回答方式", choices=_KINDS, default=QuestionKind.TEXT.value)
    choices = StringField("选项", filters=[one_line])
    reason = StringField("为什么要问", filters=[one_line])
    required = BooleanField("必须回答")
    low = StringField("下限", filters=[one_line])
    high = StringField("上限", filters=[one_line])
    when = StringField("显示条件：第几个问题", [readable(_row_number)], filters=[one_line])
    when_value = StringField("显示条件：选了哪一项", filters=[one_line])


class SignupFormForm(FlaskForm):
    """What one occurrence asks for besides name, telephone number and party size."""

    questions = FieldList(FormField(QuestionForm), "问题", max_entries=MOST_QUESTIONS)
    companion_names = RadioField(
        "同行人", choices=[SelectChoice("count", "只填人数"), SelectChoice("names", "逐人填写姓名")]
    )
    guardian = BooleanField("询问有没有未满14周岁的儿童，有的须由监护人同意")
    photo = BooleanField("询问是否同意拍照")
    own_staff = BooleanField("询问是否本单位工作人员")
    document_basis = StringField("收集证件号码的法律依据", filters=[one_line])
    youngest = StringField("最小年龄", [readable(_age)], filters=[one_line])
    oldest = StringField("最大年龄", [readable(_age)], filters=[one_line])
    residents = BooleanField("仅限本地居民")
    note = StringField("其他条件", filters=[one_line])
    protection = RadioField("报名时怎样验证", choices=_PROTECTIONS, validate_choice=False, default="challenge")
    all_of_them = BooleanField("同时用于本活动其他还没有结束的场次")

    def spare(self) -> None:
        """Empty lines to write into, up to the limit."""
        empty = sum(1 for row in self.questions if not row.form.label.data)
        for _ in range(min(_SPARE - empty, MOST_QUESTIONS - len(self.questions))):
            self.questions.append_entry()

    def add_row(self) -> None:
        """One empty line more."""
        if len(self.questions) < MOST_QUESTIONS:
            self.questions.append_entry()

    def asked(self) -> SignupForm:
        """The form as the use-case takes it; call it after `validate_on_submit`."""
        return SignupForm(
            questions=self._questions(),
            companion_names=self.companion_names.data == "names",
            guardian=bool(self.guardian.data),
            document_basis=self.document_basis.data or "",
            photo=bool(self.photo.data),
            own_staff=bool(self.own_staff.data),
            eligibility=Eligibility(
                _age(self.youngest.data or ""),
                _age(self.oldest.data or ""),
                bool(self.residents.data),
                self.note.data or "",
            ),
        )

    def _questions(self) -> tuple[Question, ...]:
        """The lines that have words; a condition names a line by its number on the page."""
        rows = [row.form for row in self.questions]
        keys = _keys(rows)
        return tuple(_question(rows[number - 1], number, keys) for number in keys)


def _keys(rows: list[Any]) -> dict[int, str]:
    """The id of each line by its number: the one that it was kept under, or a fresh one."""
    keys: dict[int, str] = {}
    for number, row in enumerate(rows, start=1):
        if row.label.data and _ID.fullmatch(row.key.data or "") and row.key.data not in keys.values():
            keys[number] = row.key.data
    fresh = (f"q{n}" for n in range(1, 3 * MOST_QUESTIONS) if f"q{n}" not in keys.values())
    for number, row in enumerate(rows, start=1):
        if row.label.data and number not in keys:
            keys[number] = next(fresh)
    return {number: keys[number] for number in sorted(keys)}


def _question(row: Any, number: int, keys: dict[int, str]) -> Question:
    kind = QuestionKind(row.kind.data)
    when = _row_number(row.when.data or "")
    condition = ShownIf(keys.get(when, "none"), row.when_value.data or "") if when else None
    chosen = kind in (QuestionKind.CHOICE, QuestionKind.CHOICES)
    measured = kind in (QuestionKind.NUMBER, QuestionKind.DATE)
    return Question(
        id=keys[number],
        kind=kind,
        label=row.label.data,
        reason=row.reason.data or "",
        required=bool(row.required.data),
        choices=tuple(part for part in re.split(r"[、,，;；]\s*", row.choices.data or "") if part) if chosen else (),
        low=(row.low.data or "") if measured else "",
        high=(row.high.data or "") if measured else "",
        shown_if=condition,
    )


def signup_form_form(asked: SignupForm, protection: str) -> SignupFormForm:
    """The page's form with what the occurrence asks now."""
    numbers = {question.id: number for number, question in enumerate(asked.questions, start=1)}
    rules = asked.eligibility
    form = SignupFormForm(
        data={
            "questions": [_row_data(question, numbers) for question in asked.questions],
            "companion_names": "names" if asked.companion_names else "count",
            "guardian": asked.guardian,
            "photo": asked.photo,
            "own_staff": asked.own_staff,
            "document_basis": asked.document_basis,
            "youngest": "" if rules.youngest is None else str(rules.youngest),
            "oldest": "" if rules.oldest is None else str(rules.oldest),
            "residents": rules.residents,
            "note": rules.note,
            "protection": protection,
        }
    )
    form.spare()
    return form


def _row_data(question: Question, numbers: dict[str, int]) -> dict[str, Any]:
    condition = question.shown_if
    return {
        "key": question.id,
        "label": question.label,
        "kind": question.kind.value,
        "choices": "、".join(question.choices),
        "reason": question.reason,
        "required": question.required,
        "low": question.low,
        "high": question.high,
        "when": str(numbers[condition.question]) if condition else "",
        "when_value": condition.value if condition else "",
    }
