"""The form with which visitors check in by themselves."""

import unicodedata
from typing import Any

from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import Regexp


def _digits(text: Any) -> Any:
    """Figures as typed, without spaces, full-width ones included."""
    return unicodedata.normalize("NFKC", text[:40]).replace(" ", "") if isinstance(text, str) else text


class ArrivalForm(FlaskForm):
    """The ticket's number, and the last digits of the telephone number as a proof."""

    class Meta:
        csrf = False  # the application checks every POST before any view is called

    number = StringField("凭证号", [Regexp(r"^[0-9]{6}$", message="凭证号为6位数字")], filters=[_digits])
    last4 = StringField(
        "手机号码后4位", [Regexp(r"^[0-9]{4}$", message="请填写手机号码最后4位数字")], filters=[_digits]
    )
