"""Forms of the second factor: a code, and with it, when it is being set up, the offer that the code proves."""

from flask_wtf import FlaskForm
from wtforms import HiddenField, StringField
from wtforms.validators import InputRequired, Length


class CodeForm(FlaskForm):
    """One code: six digits, or a recovery code."""

    code = StringField(
        "动态验证码",
        [InputRequired("请填写动态验证码"), Length(max=40, message="动态验证码为6位数字，恢复码为12位数字")],
    )


class EnrolForm(CodeForm):
    """The first code from a new authenticator, and the sealed offer."""

    offer = HiddenField("", [Length(max=500)])
