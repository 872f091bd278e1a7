"""Reading what was typed into the further fields of a sign-up form, and what is kept of it.

Fields of the form: `q-<question>` for every question, `companions` (a name a line), `child` (yes or no),
`guardian_name`, `guardian_phone`, `guardian_consent`, `document_kind`, `document_number`, `photo` (yes or no),
`own_staff`, `eligible`. What is kept is one JSON object; the answers carry the words of their question, so that they
can be read after the form has been changed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from openday.rules.identity_numbers import Document, age_on, birthday, mask_number, normalise_number
from openday.rules.phone import mask_phone, normalise_phone
from openday.rules.privacy import clean_text, plain_text
from openday.rules.signup_form import GUARDIAN_VERSION, OLDEST, SignupForm
from openday.rules.signup_questions import LONGEST_ANSWER, QuestionKind, read_answers

QUESTION = "q-"
_FIXED = (
    "companions",
    "child",
    "guardian_name",
    "guardian_phone",
    "guardian_consent",
    "document_kind",
    "document_number",
    "photo",
    "own_staff",
    "eligible",
)
_NAME_LIMIT = 50
_NO = ("", "false", "0", "no", "off")
UNCONFIRMED = "在线勾选，待工作人员核实"
_CONFIRMED = {"staff": "由工作人员当面或电话确认", "code": "手机号码已用短信验证码验证", "guardian": UNCONFIRMED}
"""How it is known that a guardian agreed: a box that was ticked alone is for staff to confirm."""

Typed = Mapping[str, Sequence[str]]
"""Field to the values that the form sent for it."""


@dataclass(frozen=True)
class Extras:
    """What was understood: `kept` as it goes into the registration, `photo` None where it was not asked, `problems`
    field to a Chinese sentence, empty when all is well."""

    kept: Mapping[str, Any]
    photo: bool | None
    problems: Mapping[str, str]
    own_staff: bool = False


def extra_fields(names: Sequence[str]) -> list[str]:
    """Those names of a sent form that belong to the further fields."""
    return [name for name in names if name in _FIXED or name.startswith(QUESTION)]


def guardian_phone(form: SignupForm, typed: Typed) -> str:
    """The canonical number of the guardian who answers for a child; '' where there is none, or it cannot be read."""
    return typed_guardian(typed) if form.guardian and _first(typed, "child") == "yes" else ""


def typed_guardian(typed: Typed) -> str:
    """The same whatever the form asks."""
    try:
        return normalise_phone(_first(typed, "guardian_phone"))
    except ValueError:
        return ""


def read_extras(
    form: SignupForm, typed: Typed, party_size: int, day: date, *, staff: bool = False, by_code: bool = False
) -> Extras:
    """Read the further fields for a party that comes on `day`. No input makes it raise.

    With `staff` the guardian's consent was given to the member of staff who fills in the form; `by_code`: their number
    is proven by a code, or the form does not go through.
    """
    answers = read_answers(form.questions, {q.id: typed.get(QUESTION + q.id, ()) for q in form.questions})
    problems = {QUESTION + name: text for name, text in answers.problems.items()}
    problems |= _ages(form, answers.given, day)
    labels = {question.id: question.label for question in form.questions}
    given = [[labels[name], text] for name, text in answers.given.items()]
    kept: dict[str, Any] = {"answers": given} if given else {}
    if form.companion_names:
        _take(kept, problems, "companions", lambda: _companions(_first(typed, "companions", 4000), party_size))
    if form.guardian:
        _guardian(typed, kept, problems, by="staff" if staff else "code" if by_code else "guardian")
    if form.document_basis:
        _document(form, typed, kept, problems, day)
    photo = None
    if form.photo:
        chosen = _first(typed, "photo")
        photo = chosen == "yes"
        if chosen not in ("yes", "no"):
            problems["photo"] = "请选择是否同意拍照"
    if form.eligibility.any:
        kept["eligible"] = True
        if _first(typed, "eligible").lower() in _NO:
            problems["eligible"] = "请确认符合参加条件"
    own = form.own_staff and _first(typed, "own_staff").lower() not in _NO
    return Extras(kept, photo, problems, own)


def _ages(form: SignupForm, given: Mapping[str, str], day: date) -> dict[str, str]:
    """What is wrong with the dates of birth among the answers, for somebody who comes on `day`."""
    problems = {}
    for question in form.questions:
        if question.kind is QuestionKind.BORN and question.id in given:
            age = age_on(date.fromisoformat(given[question.id]), day)
            if not 0 <= age <= OLDEST:
                problems[QUESTION + question.id] = f"{question.label}不正确，请核对年份"
            elif not form.eligibility.fits(age):
                problems[QUESTION + question.id] = f"按{question.label}，活动当天的年龄不在本场的年龄范围内"
    return problems


def _first(typed: Typed, name: str, limit: int = LONGEST_ANSWER) -> str:
    values = typed.get(name, ())
    return plain_text(values[0][:limit], lines=True) if values else ""


def _take(kept: dict[str, Any], problems: dict[str, str], name: str, read: Any) -> None:
    try:
        value = read()
    except ValueError as wrong:
        problems[name] = str(wrong)
    else:
        if value:
            kept[name] = value


def read_companions(text: str, party_size: int) -> list[str]:
    """The names of those who come along, one a line; ValueError with the reason when they are not party_size - 1."""
    return _companions(plain_text(text[:4000], lines=True), party_size)


def _companions(text: str, party_size: int) -> list[str]:
    names = [line.strip() for line in text.splitlines() if line.strip()]
    wanted = party_size - 1
    if len(names) != wanted:
        if not wanted:
            raise ValueError("报名人数为1人，不用填写同行人姓名；有同行人的请修改报名人数")
        raise ValueError(f"请填写{wanted}位同行人的姓名，每行一人，现在有{len(names)}人")
    if any(len(name) > _NAME_LIMIT for name in names):
        raise ValueError(f"同行人姓名每人最多{_NAME_LIMIT}个字")
    return names


def _name(text: str) -> str:
    try:
        name = clean_text(text, limit=_NAME_LIMIT)
    except ValueError as wrong:
        raise ValueError(f"监护人姓名{wrong}") from wrong
    if not name:
        raise ValueError("请填写监护人姓名")
    return name


def _phone(text: str) -> str:
    if not text:
        raise ValueError("请填写监护人手机号码")
    return normalise_phone(text)


def _guardian(typed: Typed, kept: dict[str, Any], problems: dict[str, str], *, by: str) -> None:
    child = _first(typed, "child")
    if child not in ("yes", "no"):
        problems["child"] = "请选择参加人员中有没有未满14周岁的儿童"
    if child != "yes":
        return
    read: dict[str, Any] = {}
    _take(read, problems, "guardian_name", lambda: _name(_first(typed, "guardian_name")))
    _take(read, problems, "guardian_phone", lambda: _phone(_first(typed, "guardian_phone")))
    if _first(typed, "guardian_consent").lower() in _NO:
        problems["guardian_consent"] = "请由监护人勾选同意"
    kept["guardian"] = {
        "name": read.get("guardian_name", ""),
        "phone": read.get("guardian_phone", ""),
        "version": GUARDIAN_VERSION,
        "confirmed_by": by,
    }


def _document(form: SignupForm, typed: Typed, kept: dict[str, Any], problems: dict[str, str], day: date) -> None:
    try:
        kind = Document(_first(typed, "document_kind"))
    except ValueError:
        problems["document_kind"] = "请选择证件类型"
        return
    try:
        number = normalise_number(kind, _first(typed, "document_number"))
    except ValueError as wrong:
        problems["document_number"] = str(wrong)
        return
    kept["document"] = {"kind": kind.value, "number": number}
    born = birthday(number) if kind in (Document.RESIDENT_CARD, Document.FOREIGNER_CARD) else None
    if born is not None and not form.eligibility.fits(age_on(born, day)):
        problems["document_number"] = "按证件号码，活动当天的年龄不在本场的年龄范围内"


def shown_extras(kept: Mapping[str, Any], photo: bool | None, *, whole: bool = False) -> list[tuple[str, str]]:
    """What is kept, as lines to read: (label, text). Telephone numbers and numbers of documents are masked, except
    `whole` for those who have just typed them."""
    rows = [("同行人姓名", "、".join(kept["companions"]))] if kept.get("companions") else []
    rows += [(str(label), str(text)) for label, text in kept.get("answers", ())]
    guardian = kept.get("guardian")
    if guardian:
        phone = guardian["phone"] if whole else mask_phone(guardian["phone"])
        rows.append(("监护人", f"{guardian['name']}，{phone}"))
        if not whole:
            rows.append(("监护人同意", _CONFIRMED[guardian["confirmed_by"]]))
    document = kept.get("document")
    if document:
        number = document["number"] if whole else mask_number(document["number"])
        rows.append((Document(document["kind"]).label, number))
    if kept.get("eligible"):
        rows.append(("参加条件", "已确认符合"))
    if photo is not None:
        rows.append(("拍照", "同意" if photo else "不同意"))
    return rows
