"""The forms by which staff enter what came by mail, and whole lists."""

import secrets
from typing import Any

from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, RadioField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, ValidationError

from openday.queries.registrations import SignupSheet
from openday.rules.mail_signup import LONGEST_MAIL
from openday.rules.party_lines import LONGEST_LINE, MOST_LINES, PartyLine, read_party_lines
from openday.services.registrations import SignUp
from openday.web.forms.registrations import DOORS
from openday.web.forms.texts import at_most

_NO = (False, "false", "", "0", "no", "off")


class MailForm(FlaskForm):
    """The text of a mail."""

    class Meta:
        csrf = False  # the application checks every POST before any view is called

    mail = TextAreaField("邮件内容", [DataRequired("请粘贴邮件内容"), at_most(LONGEST_MAIL)])


def _readable(_form: Any, field: Any) -> None:
    if len(field.data or "") > MOST_LINES * LONGEST_LINE:
        raise ValidationError(f"内容过长，一次最多{MOST_LINES}行")
    try:
        lines = read_party_lines(field.data or "")
    except ValueError as wrong:
        raise ValidationError(str(wrong)) from wrong
    if not lines:
        raise ValidationError("请粘贴名单，每行一组人")


class PasteForm(FlaskForm):
    """A pasted list; every line of it comes the same way, into the same category, and has agreed."""

    class Meta:
        csrf = False

    lines = TextAreaField("名单", [_readable])
    source = RadioField(
        "报名途径", [DataRequired("请选择报名途径")], choices=[SelectChoice(door.value, door.label) for door in DOORS]
    )
    quota = RadioField("报名类别", validate_choice=False)
    consent = BooleanField("同意", [DataRequired("请勾选同意后再提交")], false_values=_NO)
    key = HiddenField()

    def prepare(self, sheet: SignupSheet) -> "PasteForm":
        """Fill in the categories, and a key of its own: what is sent twice with it is entered once."""
        self.quota.choices = [SelectChoice(str(quota.position), quota.name) for quota in sheet.quotas]
        self.key.data = (self.key.data or "")[:64] or secrets.token_hex(16)
        return self

    def validate_quota(self, field: Any) -> None:
        """One of the categories there are, where there is a choice."""
        known = [value for value, *_ in field.choices or ()]
        if len(known) > 1 and field.data not in known:
            raise ValidationError("请选择报名类别")

    @property
    def position(self) -> int | None:
        """The category; None where there is no choice."""
        return int(self.quota.data) if self.quota.data and len(self.quota.choices or ()) > 1 else None

    def parties(self) -> list[PartyLine]:
        """The lines as they were read."""
        return read_party_lines(self.lines.data or "")

    def sign_up(self, line: PartyLine) -> SignUp:
        """One line as a sign-up; its key holds for this line of this paste alone."""
        return SignUp(
            name=line.name,
            phone=line.phone,
            party_size=line.people,
            consent=bool(self.consent.data),
            key=f"paste:{self.key.data}:{line.number}",
            quota=self.position,
            email=line.email,
        )
