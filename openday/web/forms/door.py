"""The small forms of the door: what was scanned, how many came, who walked in, why something is taken back."""

import secrets
import unicodedata
from typing import Any

from flask_wtf import FlaskForm
from wtforms import Field, HiddenField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import DataRequired, ValidationError

from openday.errors import Refused
from openday.queries.door_staff import DeskPerson
from openday.rules.door import MOST_AT_ONCE, Tick, read_ticks
from openday.services.checkin import REASON_LIMIT
from openday.services.walk_ins import WalkIn
from openday.web.forms.texts import at_most, many_lines, one_line


def read_people(text: str) -> int:
    """A number of people as typed, full-width digits included; ValueError with the reason for everything else."""
    plain = unicodedata.normalize("NFKC", text[:16]).strip()
    if plain.isascii() and plain.isdigit() and len(plain) <= 3 and 1 <= int(plain) <= MOST_AT_ONCE:
        return int(plain)
    raise ValueError(f"人数应为1至{MOST_AT_ONCE}之间的整数，例如 2")


def _people(_form: Any, field: Field) -> None:
    try:
        read_people(field.data or "")
    except ValueError as wrong:
        raise ValidationError(str(wrong)) from wrong


class _DoorForm(FlaskForm):
    class Meta:
        csrf = False  # the application checks every POST before any view is called

    key = HiddenField()

    def with_key(self) -> Any:
        """The form with a key of its own, so that sending it twice is the same as once."""
        self.key.data = self.short_key() or secrets.token_hex(16)
        return self

    def short_key(self) -> str:
        """The key as far as it can be one of ours."""
        return (self.key.data or "")[:100]


class ScanForm(_DoorForm):
    """What was scanned or typed; `people` when fewer came than registered."""

    code = StringField()
    people = StringField()

    def how_many(self) -> int | None:
        """How many came; None for the whole party.

        Raises:
            Refused: it is no number of people.
        """
        if not self.people.data:
            return None
        try:
            return read_people(self.people.data)
        except ValueError as wrong:
            raise Refused(str(wrong), field="people") from wrong


class PeopleForm(_DoorForm):
    """How many of a party came."""

    people = SelectField("实到人数", [_people], validate_choice=False)

    def offer(self, whole: int, *, fewer: bool = True) -> "PeopleForm":
        """Fill in the numbers to choose from: those below the whole party, or up to it."""
        self.people.choices = [(str(n), f"{n}人") for n in range(1, whole + (0 if fewer else 1))]
        return self


class WalkInForm(_DoorForm):
    """How many; name and telephone number if they like."""

    people = StringField("人数", [_people], filters=[one_line], default="1")
    name = StringField("姓名", filters=[one_line])
    phone = StringField("手机号码", filters=[one_line])

    def walk_in(self) -> WalkIn:
        """The shape-checked walk-in."""
        return WalkIn(
            people=read_people(self.people.data or ""),
            name=self.name.data or "",
            phone=self.phone.data or "",
            key=self.short_key(),
        )


def _ticks(_form: Any, field: Field) -> None:
    try:
        found = read_ticks(field.data or "")
    except ValueError as wrong:
        raise ValidationError(str(wrong)) from wrong
    if not found:
        raise ValidationError("请填写纸质名单上勾选的凭证号，每行一个")


class TickForm(_DoorForm):
    """The numbers ticked on paper."""

    numbers = TextAreaField("凭证号", [_ticks], filters=[many_lines])

    def ticks(self) -> list[Tick]:
        """The shape-checked lines."""
        return read_ticks(self.numbers.data or "")


class UndoForm(_DoorForm):
    """Whose admission the office takes back, and why."""

    number = StringField("凭证号", [DataRequired("请填写凭证号，为6位数字")], filters=[one_line])
    reason = StringField("撤销原因", [DataRequired("请填写撤销原因"), at_most(REASON_LIMIT)], filters=[one_line])


class DoorStaffForm(_DoorForm):
    """Who of the agency's desk staff works this door; nobody is an answer as well."""

    people = SelectMultipleField("签到人员", coerce=int, validate_choice=False)

    def offer(self, people: list[DeskPerson]) -> "DoorStaffForm":
        """Fill in whom to choose from."""
        self.people.choices = [(person.id, person.name) for person in people]
        return self
