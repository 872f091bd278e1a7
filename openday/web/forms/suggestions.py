"""The forms around suggestions: leaving one, finding it again, moderating it, answering it."""

import re
import secrets
from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields import SelectChoice
from wtforms.validators import DataRequired, ValidationError

from openday.rules.aftermath import REASON_LIMIT, REPLY_LIMIT, SUGGESTION_LIMIT
from openday.rules.phone import normalise_phone
from openday.rules.signup import NAME_LIMIT
from openday.rules.states import Adoption
from openday.services.suggestions import NewSuggestion, Reply
from openday.web.forms.texts import at_most, choice, many_lines, one_line

_NO = (False, "false", "", "0", "no", "off")
_NUMBER = re.compile(r"[0-9]{1,9}")


def number_from(typed: Any) -> int:
    """A number from a hidden field or a choice; 0 for everything that is none."""
    text = str(typed or "")
    return int(text) if text.isascii() and _NUMBER.fullmatch(text) else 0


def choices_of(agencies: Sequence[tuple[Any, str]], first: str) -> list[Any]:
    """(value, name) pairs as choices, with `first` for none."""
    return [SelectChoice("", first), *(choice(value, name) for value, name in agencies)]


def _mobile(_form: Any, field: Any) -> None:
    if not field.data:
        return
    try:
        normalise_phone(field.data)
    except ValueError as wrong:
        raise ValidationError(str(wrong)) from wrong


class SuggestionForm(FlaskForm):
    """意见建议; `activity` fixes the agency, `key` makes sending the form twice harmless."""

    agency_id = SelectField("意见建议涉及的单位", validate_choice=False)
    text = TextAreaField("意见建议", [DataRequired("请填写意见建议"), at_most(SUGGESTION_LIMIT)], filters=[many_lines])
    name = StringField("姓名", [at_most(NAME_LIMIT)], filters=[one_line])
    phone = StringField("手机号码", [_mobile], filters=[one_line])
    consent = BooleanField("同意", [DataRequired("请勾选同意后再提交")], false_values=_NO)
    activity = HiddenField()
    key = HiddenField()

    def offer(self, agencies: list[tuple[int, str]]) -> "SuggestionForm":
        """Fill in the agencies to choose from, and a key of its own for a fresh form."""
        self.agency_id.choices = choices_of(agencies, _("请选择"))
        self.key.data = self.key.data or secrets.token_hex(16)
        return self

    def validate_agency_id(self, field: Any) -> None:
        """Somebody has to answer; an activity says by itself who."""
        if not self.activity.data and not number_from(field.data):
            raise ValidationError("请选择意见建议涉及的单位")

    def suggestion(self) -> NewSuggestion:
        """What was typed, for the use-case."""
        return NewSuggestion(
            text=self.text.data or "",
            agency_id=number_from(self.agency_id.data) or None,
            activity=(self.activity.data or "")[:40],
            name=self.name.data or "",
            phone=self.phone.data or "",
            consent=bool(self.consent.data),
            key=self.key.data or secrets.token_hex(16),
        )


class ReceiptForm(FlaskForm):
    """The code as it was written down, in whatever groups."""

    code = StringField("查询码", [DataRequired("请填写查询码"), at_most(100)], filters=[one_line])

    def receipt(self) -> str:
        """The code in its canonical form."""
        return re.sub(r"[\s\-]", "", self.code.data or "").lower()


class StepForm(FlaskForm):
    """A step that needs no words; `stamp` is the last step that was seen."""

    stamp = HiddenField()

    @property
    def seen(self) -> int:
        """The stamp as a number; 0 when the hidden field was tampered with."""
        return number_from(self.stamp.data)


class ReasonStepForm(StepForm):
    """A step that needs a reason."""

    reason = TextAreaField("理由", [DataRequired("请写明理由"), at_most(REASON_LIMIT)], filters=[many_lines])


class ReassignForm(StepForm):
    """Which agency it belongs to."""

    agency_id = SelectField("办理单位", validate_choice=False)


class ReplyForm(StepForm):
    """The agency's answer."""

    reply = TextAreaField("答复内容", [DataRequired("请填写答复内容"), at_most(REPLY_LIMIT)], filters=[many_lines])
    adoption = RadioField(
        "采纳情况", validate_choice=False, choices=[SelectChoice(each.value, each.label) for each in Adoption]
    )
    reason = TextAreaField("采纳情况的理由", [at_most(REASON_LIMIT)], filters=[many_lines])

    def validate_adoption(self, field: Any) -> None:
        """One of the four."""
        if field.data not in set(Adoption):
            raise ValidationError("请选择采纳情况")

    def answer(self) -> Reply:
        """What was typed; call it after `validate_on_submit`."""
        return Reply(self.reply.data, Adoption(self.adoption.data), self.reason.data or "")


class AgencyFilter(FlaskForm):
    """Narrows a list to one agency."""

    class Meta:
        csrf = False  # it only reads

    agency = SelectField("单位", validate_choice=False)


def agency_filter(agencies: Sequence[tuple[Any, str]], chosen: Any) -> AgencyFilter:
    """The filter with (value, name) of the agencies to choose from."""
    form = AgencyFilter(formdata=None, agency=str(chosen or ""))
    form.agency.choices = choices_of(agencies, _("全部单位"))
    return form
