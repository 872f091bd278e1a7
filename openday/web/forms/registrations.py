"""The sign-up form, for residents and for staff who enter what came by phone, counter or paper."""

import re
import secrets
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any

from flask_babel import gettext as _
from flask_wtf import FlaskForm
from wtforms import BooleanField, Field, HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.i18n import DummyTranslations
from wtforms.validators import DataRequired, ValidationError

from openday.errors import Refused
from openday.queries.registrations import SignupSheet
from openday.rules.phone import normalise_phone
from openday.rules.privacy import clean_text
from openday.rules.proof_of_work import Effort
from openday.rules.signup import NAME_LIMIT
from openday.rules.signup_answers import Typed
from openday.rules.states import RegistrationSource
from openday.services.registrations import SignUp, clean_email
from openday.services.rosters import REASON_LIMIT

_NUMBER = re.compile(r"-?[0-9]{1,4}")
_NONE_OF_THE_LIBRARY = DummyTranslations()
_NO = (False, "false", "", "0", "no", "off")


class Understood:
    """A validator that asks a rule whether the text can be understood; the rule's reason becomes the error."""

    field_flags = {"required": True}

    def __init__(self, read: Callable[[str], object]) -> None:
        self.read = read

    def __call__(self, _form: Any, field: Field) -> None:
        """Raises ValidationError with the rule's own words."""
        try:
            self.read(field.data or "")
        except ValueError as wrong:
            raise ValidationError(str(wrong)) from wrong
        except Refused as refused:
            raise ValidationError(refused.message) from refused


class UnderstoodIfGiven(Understood):
    """The same for a field that may stay empty."""

    field_flags: dict[str, Any] = {}


def _name(text: str) -> str:
    try:
        name = clean_text(text, limit=NAME_LIMIT)
    except ValueError as wrong:
        raise ValueError(f"姓名{wrong}") from wrong
    if not name:
        raise ValueError("请填写姓名")
    return name


def read_phone(text: str) -> str:
    """A telephone number in its canonical form; ValueError with the reason when it is none."""
    if not text.strip():
        raise ValueError("请填写手机号码")
    return normalise_phone(text)


def whole_number(text: str) -> int:
    """A whole number as people type it, full-width digits included; ValueError for everything else."""
    plain = unicodedata.normalize("NFKC", text[:16]).strip()
    if not _NUMBER.fullmatch(plain):
        raise ValueError("报名人数应为整数，例如 2")
    return int(plain)


def people_said(form: Any) -> int:
    """How many come, by a form that may be wrong; 1 where it says nothing that can be read."""
    try:
        return whole_number(form.party_size.data or "1")
    except ValueError:
        return 1


class Quick:
    """Settings of forms that many people open at once."""

    csrf = False  # the application checks every POST before any view is called

    def get_translations(self, _form: Any) -> DummyTranslations:
        """Every message is written here, in Chinese; the library would read its own catalogue for each form."""
        return _NONE_OF_THE_LIBRARY


class PartyForm(FlaskForm):
    """How many come."""

    class Meta(Quick):
        """See there."""

    party_size = SelectField("报名人数（含本人）", [Understood(whole_number)], validate_choice=False, default="1")

    def offer(self, limit: int) -> None:
        """Fill in the numbers to choose from."""
        self.party_size.choices = [SelectChoice(str(n), _("%(n)s人", n=n)) for n in range(1, limit + 1)]


class NamedPartyForm(PartyForm):
    """How many come, and the names of those who come along."""

    companions = TextAreaField("同行人姓名")


class RegistrationForm(PartyForm):
    """姓名, 手机号码, 报名人数 and the consent; the category where there is a choice."""

    name = StringField("姓名", [Understood(_name)])
    phone = StringField("手机号码", [Understood(read_phone)])
    quota = RadioField("报名类别", validate_choice=False)
    email = StringField("电子邮箱", [UnderstoodIfGiven(clean_email)])
    consent = BooleanField("同意", [DataRequired("请勾选同意后再提交")], false_values=_NO)
    idempotency_key = HiddenField()

    def prepare(self, sheet: SignupSheet) -> "RegistrationForm":
        """Fill in what there is to choose from, and a key of its own for a fresh form."""
        self.offer(sheet.occasion.party_limit)
        self.quota.choices = [SelectChoice(str(quota.position), quota.name) for quota in sheet.quotas]
        self.idempotency_key.data = self.idempotency_key.data or secrets.token_hex(16)
        return self

    def sign_up(
        self,
        key: str | None,
        extras: Typed | None = None,
        effort: Effort | None = None,
        codes: Mapping[str, str] | None = None,
        language: str = "zh",
    ) -> SignUp:
        """What was typed; `key` from the request's head comes before the one in the form. `extras` were typed into the
        further fields, `codes` are those from telephones, `effort` is the work that came along, `language` that of the
        page.

        Raises:
            Refused: the category is none of this form's.
        """
        position = self.quota.data
        if position and not _NUMBER.fullmatch(position):
            raise Refused("请选择报名类别", field="quota")
        return SignUp(
            name=self.name.data or "",
            phone=self.phone.data or "",
            party_size=whole_number(self.party_size.data),
            consent=bool(self.consent.data),
            key=key or self.idempotency_key.data or secrets.token_hex(16),
            quota=int(position) if position else None,
            email=self.email.data or "",
            extras=extras or {},
            effort=effort,
            codes=codes or {},
            language=language,
        )


DOORS = (RegistrationSource.PHONE, RegistrationSource.COUNTER, RegistrationSource.PAPER, RegistrationSource.EMAIL)
"""The ways by which staff put somebody onto a list."""


class StaffRegistrationForm(RegistrationForm):
    """The same form filled in for somebody else."""

    source = RadioField(
        "报名途径", [DataRequired("请选择报名途径")], choices=[SelectChoice(door.value, door.label) for door in DOORS]
    )
    mail = HiddenField()
    """The text of the mail that the fields were read from."""


class RevealForm(FlaskForm):
    """Why somebody has to see a telephone number."""

    class Meta(Quick):
        """See there."""

    reason = StringField("查看事由", [DataRequired("请填写查看事由")], render_kw={"maxlength": REASON_LIMIT})
