"""The answers of a registration, taken up again: shown in the form that they came from, and read once more.

Numbers of identity documents and of guardians' telephones are kept and not shown again: a ticket's link may be passed
on. Left empty, such a field keeps what it holds.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from openday.rules.signup_answers import QUESTION, Extras, Typed, read_extras
from openday.rules.signup_form import Eligibility, SignupForm
from openday.rules.signup_questions import QuestionKind


def open_part(form: SignupForm, *, decided: bool) -> SignupForm:
    """What of a form may still be changed: all of it, or, once its answers were `decided` upon (a review, a list fixed
    for a draw), only what no decision depends on: companions, guardian, photographs. Whether they belong to the agency
    is for staff to correct."""
    form = replace(form, own_staff=False)
    return replace(form, questions=(), document_basis="", eligibility=Eligibility()) if decided else form


def typed_again(form: SignupForm, kept: Mapping[str, Any], photo: bool | None) -> dict[str, list[str]]:
    """The fields of the form as they would have to be typed to give what is kept; secret numbers stay empty."""
    answers = {str(label): str(text) for label, text in kept.get("answers", ())}
    typed: dict[str, list[str]] = {}
    for question in form.questions:
        if question.label in answers:
            text = answers[question.label]
            several = question.kind is QuestionKind.CHOICES
            typed[QUESTION + question.id] = text.split("、") if several else [text]
    typed["companions"] = ["\n".join(kept.get("companions", ()))]
    guardian, document = kept.get("guardian"), kept.get("document")
    if form.guardian:
        typed["child"] = ["yes" if guardian else "no"]
    if guardian:
        typed["guardian_name"], typed["guardian_consent"] = [str(guardian["name"])], ["yes"]
    if document:
        typed["document_kind"] = [str(document["kind"])]
    if kept.get("eligible"):
        typed["eligible"] = ["yes"]
    if photo is not None:
        typed["photo"] = ["yes" if photo else "no"]
    return typed


def read_again(
    form: SignupForm,
    typed: Typed,
    kept: Mapping[str, Any],
    party_size: int,
    day: date,
    *,
    proven: bool = False,
) -> Extras:
    """Read the fields of `form` for a party that comes on `day`; what the form does not ask stays as it is kept.

    With `proven` the guardian's number was proven by a code, so that another one cannot be given here. No input makes
    it raise.
    """
    read = read_extras(form, _filled(typed, kept), party_size, day)
    asked = _asked_for(form)
    merged = {name: value for name, value in kept.items() if name not in asked} | dict(read.kept)
    problems = dict(read.problems)
    before, after = kept.get("guardian") or {}, merged.get("guardian") or {}
    if after and (after["name"], after["phone"]) == (before.get("name"), before.get("phone")):
        merged["guardian"] = before
    elif after and proven and "guardian_phone" not in problems and after["phone"] != before.get("phone"):
        problems["guardian_phone"] = "监护人手机号码需要短信验证，不能在这里更换；请取消后重新报名，或致电举办单位"
    return Extras(merged, read.photo, problems)


def changed_parts(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """Which parts differ (answers, companions, guardian, document, eligible), by name and never by content."""
    return sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))


def _asked_for(form: SignupForm) -> set[str]:
    asked = {
        "answers": bool(form.questions),
        "companions": form.companion_names,
        "guardian": form.guardian,
        "document": bool(form.document_basis),
        "eligible": form.eligibility.any,
    }
    return {name for name, wanted in asked.items() if wanted}


def _filled(typed: Typed, kept: Mapping[str, Any]) -> dict[str, list[str]]:
    """What was typed, with the kept number in each secret field that was left empty."""
    fields = {name: list(values) for name, values in typed.items()}
    guardian, document = kept.get("guardian"), kept.get("document")
    if guardian and not any(text.strip() for text in fields.get("guardian_phone", ())):
        fields["guardian_phone"] = [str(guardian["phone"])]
    same_kind = document and fields.get("document_kind") == [document["kind"]]
    if document and same_kind and not any(text.strip() for text in fields.get("document_number", ())):
        fields["document_number"] = [str(document["number"])]
    return fields
