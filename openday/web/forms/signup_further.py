"""The further fields of a sign-up form, made from what its occurrence asks; all of it is read by one pure rule."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any

from flask import request
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, Form, RadioField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.widgets import DateInput

from openday.queries.registrations import Occasion
from openday.rules.identity_numbers import Document
from openday.rules.signup_answers import QUESTION, Typed, extra_fields, read_extras
from openday.rules.signup_form import SignupForm
from openday.rules.signup_questions import LONGEST_ANSWER, Question, QuestionKind
from openday.web.forms.texts import put_problem
from openday.web.sentences import said

_OURS = frozenset({"child", "document_kind", "photo"})
"""Fields whose choices are words of ours, not of whoever set the questions."""
_NO = ("false", "", "0", "no", "off")


class _Asked:
    """Marks a field that has to be filled in; whether it was, the rule says."""

    field_flags = {"required": True}

    def __call__(self, _form: Any, _field: Any) -> None:
        """Leaves the judging to the rule."""


class FurtherForm(Form):
    """The fields that one occurrence asks for besides those of every form; `asked` is what it asks."""

    asked = SignupForm()

    @property
    def questions(self) -> list[tuple[Question, Any, str]]:
        """Each question with its field, and the words of the one that it depends on."""
        labels = {question.id: question.label for question in self.asked.questions}
        return [
            (question, self[QUESTION + question.id], labels[question.shown_if.question] if question.shown_if else "")
            for question in self.asked.questions
        ]

    @property
    def fault_list(self) -> list[tuple[str, str]]:
        """Every problem with the id of its field, for the summary above the form."""
        return [(field.id, str(error)) for field in self for error in field.errors]

    def put(self, problems: Mapping[str, str]) -> None:
        """Show what the rule found, each at its field."""
        for name, message in problems.items():
            put_problem(self, name, message)


def sent_extras() -> dict[str, list[str]]:
    """The further fields of the form that was sent, by name; a JSON body counts as one."""
    sent: MultiDict[str, str] = MultiDict(request.get_json()) if request.is_json else request.form
    return {name: sent.getlist(name) for name in extra_fields(list(sent))}


def further_form(occasion: Occasion, typed: Typed | None = None) -> FurtherForm | None:
    """The further fields with what was typed, or None for an occurrence that asks for nothing more."""
    if occasion.form.plain:
        return None
    values = [(name, value) for name, given in (typed or {}).items() for value in given]
    form: FurtherForm = _class_for(occasion.form)(MultiDict(values))
    for name in (name for name in _OURS if name in form):
        form[name].choices = [SelectChoice(choice.value, said(choice.label)) for choice in form[name].choices]
    return form


def problems_of(occasion: Occasion, typed: Typed, party_size: int, *, staff: bool = False) -> Mapping[str, str]:
    """What is not acceptable in the further fields."""
    day: date = occasion.starts_at.date()
    return read_extras(occasion.form, typed, party_size, day, staff=staff).problems


@lru_cache(maxsize=256)
def _class_for(asked: SignupForm) -> type[FurtherForm]:
    fields: dict[str, Any] = {"asked": asked}
    if asked.companion_names:  # in the order of the page, which is that of its problems
        fields["companions"] = TextAreaField("同行人姓名")
    for question in asked.questions:
        fields[QUESTION + question.id] = _field(question)
    if asked.guardian:
        fields["child"] = _radio("儿童", (("no", "没有"), ("yes", "有")))
        fields["guardian_name"] = StringField("监护人姓名")
        fields["guardian_phone"] = StringField("监护人手机号码")
        fields["guardian_consent"] = BooleanField("监护人同意", false_values=_NO)
    if asked.document_basis:
        kinds = [SelectChoice("", "请选择"), *(SelectChoice(kind.value, kind.label) for kind in Document)]
        fields["document_kind"] = SelectField("证件类型", [_Asked()], choices=kinds, validate_choice=False)
        fields["document_number"] = StringField("证件号码", [_Asked()])
    if asked.photo:
        fields["photo"] = _radio("拍照", (("yes", "同意"), ("no", "不同意")))
    if asked.own_staff:
        fields["own_staff"] = BooleanField("本单位人员", false_values=_NO)
    if asked.eligibility.any:
        fields["eligible"] = BooleanField("符合参加条件", [_Asked()], false_values=_NO)
    return type("FurtherFormOfOccurrence", (FurtherForm,), fields)


def _radio(label: str, choices: Iterable[Sequence[str]]) -> Any:
    return RadioField(
        label, [_Asked()], choices=[SelectChoice(value, text) for value, text in choices], validate_choice=False
    )


def _field(question: Question) -> Any:
    must = [_Asked()] if question.required else []
    choices = [SelectChoice(choice, choice) for choice in question.choices]
    if question.kind is QuestionKind.CHOICE:
        return RadioField(question.label, must, choices=choices, validate_choice=False)
    if question.kind is QuestionKind.CHOICES:
        return SelectMultipleField(question.label, must, choices=choices, validate_choice=False)
    if question.kind in (QuestionKind.DATE, QuestionKind.BORN):
        return StringField(question.label, must, widget=DateInput())
    return StringField(question.label, must, render_kw={"maxlength": 2 * LONGEST_ANSWER})
