"""The fields in which codes from telephones are typed, after the answers were checked."""

from collections.abc import Mapping

from flask import request
from wtforms import Form, StringField

from openday.rules.phone_code import GUARDIAN, OWN


class _Asked:
    """Marks a field that has to be filled in; whether it was, the use-case says."""

    field_flags = {"required": True}

    def __call__(self, _form: object, _field: object) -> None:
        """Leaves the judging to the use-case."""


class PhoneCodeForm(Form):
    """A code for the number of whoever signs up, and one for the guardian's where that is another."""

    phone_code = StringField("短信验证码", [_Asked()])
    guardian_code = StringField("监护人收到的验证码", [_Asked()])


def sent_codes() -> dict[str, str]:
    """What was typed into the fields for codes, by field; a JSON body counts as a form."""
    sent: Mapping[str, str] = request.get_json() if request.is_json else request.form
    return {name: str(sent[name]) for name in (OWN, GUARDIAN) if name in sent}
