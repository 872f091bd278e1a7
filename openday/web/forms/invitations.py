"""The answer to an invitation, and the lists of people whom staff invite."""

from dataclasses import replace
from typing import Any

from wtforms import StringField, ValidationError

from openday.queries.invitations import Invitation, OwnData
from openday.queries.registrations import SignupSheet
from openday.rules.phone import normalise_phone
from openday.rules.privacy import clean_text
from openday.rules.signup import NAME_LIMIT
from openday.rules.signup_answers import Typed
from openday.services.registrations import SignUp
from openday.web.forms.registrations import RegistrationForm, UnderstoodIfGiven


def _name(text: str) -> None:
    try:
        clean_text(text, limit=NAME_LIMIT)
    except ValueError as wrong:
        raise ValueError(f"姓名{wrong}") from wrong


def _phone(text: str) -> None:
    if text.strip():
        normalise_phone(text)


class AnswerForm(RegistrationForm):
    """Yes to an invitation: what it knows already need not be typed."""

    name = StringField("姓名", [UnderstoodIfGiven(_name)])
    phone = StringField("手机号码", [UnderstoodIfGiven(_phone)])
    known = OwnData("", "", "")

    def validate_phone(self, field: Any) -> None:
        """A number is needed where the invitation knows none."""
        if not field.data.strip() and not self.known.phone:
            raise ValidationError("请填写手机号码")

    def validate_name(self, field: Any) -> None:
        """So is a name."""
        if not field.data.strip() and not self.known.name:
            raise ValidationError("请填写姓名")

    def offer_to(self, held: Invitation, sheet: SignupSheet) -> "AnswerForm":
        """Fill in what there is to choose from: no more people than are invited."""
        self.prepare(sheet)
        self.offer(held.party_limit)
        return self

    def answer(self, held: Invitation, key: str | None, extras: Typed, language: str) -> SignUp:
        """The sign-up that says yes.

        Raises:
            Refused: the category is none of this form's.
        """
        wish = self.sign_up(key, extras, language=language)
        return replace(
            wish,
            name=wish.name.strip() or self.known.name,
            phone=wish.phone.strip() or self.known.phone,
            email=wish.email.strip() or self.known.email,
            invitation=held.code,
        )
