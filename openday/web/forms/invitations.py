"""The answer to an invitation, and the lists of people whom staff invite."""

from dataclasses import replace
from typing import Any

from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import BooleanField, StringField, TextAreaField, ValidationError

from openday.documents.name_table import TableRefused, read_name_table
from openday.queries.invitations import Invitation, OwnData
from openday.queries.registrations import SignupSheet
from openday.rules.invitations import MOST_AT_ONCE
from openday.rules.party_lines import LONGEST_LINE, PartyLine, cells_as_lines, read_party_lines
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


class InviteForm(FlaskForm):
    """Whom to invite: pasted, or from a table; and whether they are written to at once."""

    class Meta:
        csrf = False  # the application checks every POST before any view is called

    file = FileField("名单表格")
    people = TextAreaField("受邀名单")
    tell = BooleanField("登记后立即发出邀请", false_values=(False, "false", "", "0", "no", "off"))
    table = ""
    """The rows of the table as lines."""

    def validate_file(self, field: Any) -> None:
        """A table that can be read, if there is one."""
        if not field.data:
            return
        try:
            self.table = cells_as_lines(read_name_table(field.data.read(), field.data.filename or ""))
        except TableRefused as refused:
            raise ValidationError(str(refused)) from refused

    def validate_people(self, field: Any) -> None:
        """The lines of the field and of the table together, which the field holds from then on."""
        if self.file.errors:
            return
        field.data = "\n".join(part for part in ((field.data or "").rstrip(), self.table) if part)
        if len(field.data) > MOST_AT_ONCE * LONGEST_LINE:
            raise ValidationError(f"内容过长，一次最多{MOST_AT_ONCE}行")
        try:
            lines = self.lines()
        except ValueError as wrong:
            raise ValidationError(str(wrong)) from wrong
        if not lines:
            raise ValidationError("请粘贴名单或选择表格，每行一位受邀人")

    def lines(self) -> list[PartyLine]:
        """The lines as they were read."""
        return read_party_lines(self.people.data or "", mailbox_will_do=True, most=MOST_AT_ONCE)
