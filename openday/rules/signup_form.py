"""What the sign-up form of one occurrence asks for besides name, telephone number and party size.

Kept as the JSON of `Occurrence.form`; an empty object asks for nothing more. Everything personal is asked with a
reason. The consent of a guardian for children under 14: 个人信息保护法, article 31. The number of an identity document
is asked only where the legal basis is written down (the same law, articles 13 and 29).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from openday.rules.privacy import plain_text
from openday.rules.signup_questions import Question, check_questions, questions_from

CHILD_AGE = 14
OLDEST = 120
LONGEST_BASIS = 120
LEAST_BASIS = 6
LONGEST_NOTE = 300
GUARDIAN_VERSION = "2026-11.1"
"""The wording of the guardian's consent; it is stored with every consent."""


@dataclass(frozen=True)
class Eligibility:
    """Who may take part: full years of age on the day (inclusive, None = no bound), residents, any more in words."""

    youngest: int | None = None
    oldest: int | None = None
    residents: bool = False
    note: str = ""

    @property
    def any(self) -> bool:
        """Whether it leaves anybody out."""
        return self != Eligibility()

    @property
    def lines(self) -> tuple[str, ...]:
        """The conditions as sentences for people."""
        young, old = self.youngest, self.oldest
        band = ""
        if young is not None and old is not None:
            band = f"{young}至{old}周岁"
        elif young is not None:
            band = f"{young}周岁及以上"
        elif old is not None:
            band = f"{old}周岁及以下"
        rows = (f"年龄：{band}" if band else "", "仅限本地居民" if self.residents else "", self.note)
        return tuple(row for row in rows if row)

    def fits(self, age: int) -> bool:
        """Whether somebody of this age may take part."""
        return (self.youngest is None or age >= self.youngest) and (self.oldest is None or age <= self.oldest)


@dataclass(frozen=True)
class SignupForm:
    """The form of an occurrence; as it begins it asks for nothing more."""

    questions: tuple[Question, ...] = ()
    companion_names: bool = False
    """Whether those who come along are named; else only counted."""
    guardian: bool = False
    """Whether it asks for children under 14, and for the consent of the adult who answers for them."""
    document_basis: str = ""
    """On what legal basis the number of an identity document is asked; empty = it is not asked."""
    photo: bool = False
    """Whether it asks for permission to be photographed."""
    eligibility: Eligibility = field(default_factory=Eligibility)
    own_staff: bool = False
    """Whether people who work for the agency itself (本单位人员) say so; they are counted apart from the public."""

    @property
    def plain(self) -> bool:
        """Whether it asks for nothing more than every form does."""
        return self == PLAIN

    def as_dict(self) -> dict[str, Any]:
        """As it is kept; what is not asked is left out."""
        rules = self.eligibility
        kept: dict[str, Any] = {
            "questions": [question.as_dict() for question in self.questions],
            "companion_names": self.companion_names,
            "guardian": self.guardian,
            "document_basis": self.document_basis,
            "photo": self.photo,
            "own_staff": self.own_staff,
            "eligibility": [rules.youngest, rules.oldest, rules.residents, rules.note] if rules.any else [],
        }
        return {name: value for name, value in kept.items() if value}


PLAIN = SignupForm()


def form_from(kept: Mapping[str, Any] | None) -> SignupForm:
    """The form that was kept; rows that this version does not know raise ValueError or KeyError."""
    if not kept:
        return PLAIN
    return SignupForm(
        questions=questions_from(kept.get("questions", ())),
        companion_names=bool(kept.get("companion_names")),
        guardian=bool(kept.get("guardian")),
        document_basis=str(kept.get("document_basis", "")),
        photo=bool(kept.get("photo")),
        own_staff=bool(kept.get("own_staff")),
        eligibility=Eligibility(*kept["eligibility"]) if kept.get("eligibility") else Eligibility(),
    )


def form_faults(form: SignupForm) -> dict[str, str]:
    """What is wrong with a form, as field to Chinese sentence; empty when it may be used."""
    faults: dict[str, str] = {}
    try:
        check_questions(form.questions)
    except ValueError as wrong:
        faults["questions"] = str(wrong)
    basis = form.document_basis
    if basis and not LEAST_BASIS <= len(plain_text(basis)) <= LONGEST_BASIS:
        faults["document_basis"] = f"法律依据应写明法规名称和条款，{LEAST_BASIS}至{LONGEST_BASIS}个字"
    rules = form.eligibility
    for name, age in (("youngest", rules.youngest), ("oldest", rules.oldest)):
        if age is not None and not 0 <= age <= OLDEST:
            faults[name] = f"年龄应为0至{OLDEST}之间的整数"
    if not faults and rules.youngest is not None and rules.oldest is not None and rules.youngest > rules.oldest:
        faults["oldest"] = "年龄上限不能小于下限"
    if len(rules.note) > LONGEST_NOTE:
        faults["note"] = f"其他条件最多{LONGEST_NOTE}个字"
    return faults


def personal_fields(form: SignupForm) -> Sequence[tuple[str, str]]:
    """Every personal field beyond the three, with why it is asked: (field, reason)."""
    rows = [(question.label, question.reason) for question in form.questions]
    if form.companion_names:
        rows.append(("同行人姓名", "签到时核对同行人员"))
    if form.guardian:
        rows.append(("监护人姓名和手机号码", "未满14周岁的未成年人参加，需取得监护人同意"))
    if form.document_basis:
        rows.append(("证件号码", form.document_basis))
    if form.own_staff:
        rows.append(("是否本单位人员", "与公众分开统计"))
    return rows
