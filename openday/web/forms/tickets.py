"""Forms of whoever holds a ticket, or looks for one."""

from collections.abc import Sequence

from flask_wtf import FlaskForm
from wtforms import RadioField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired

from openday.errors import Refused
from openday.queries.swaps import SwapChoice
from openday.services.swaps import Swap
from openday.web.forms.registrations import Quick, Understood, read_phone
from openday.web.wording import span_text


class PhoneForm(FlaskForm):
    """A telephone number, to find tickets by or to show that a ticket is one's own."""

    class Meta(Quick):
        """See there."""

    phone = StringField("手机号码", [Understood(read_phone)])


class SwapForm(FlaskForm):
    """Which other occurrence."""

    class Meta(Quick):
        """See there."""

    occurrence = RadioField("场次", [DataRequired("请选择场次")], validate_choice=False)

    def offer(self, choices: Sequence[SwapChoice]) -> None:
        """Fill in what there is to choose from."""
        self.occurrence.choices = [SelectChoice(choice.value, _named(choice)) for choice in choices]

    def swap(self) -> Swap:
        """What was chosen.

        Raises:
            Refused: it is none of this form's values.
        """
        code, _dot, rest = (self.occurrence.data or "").partition(".")
        position, _dot, way = rest.partition(".")
        if not (position.isascii() and position.isdigit() and len(position) < 4 and way in ("seat", "wait")):
            raise Refused("请选择场次", field="occurrence")
        return Swap(code, int(position), may_wait=way == "wait")


def _named(choice: SwapChoice) -> str:
    when = span_text(choice.occasion.starts_at, choice.occasion.ends_at)
    return " ".join(part for part in (when, choice.quota) if part)
