"""A postponed occurrence gets its new time."""

from datetime import datetime
from typing import Any

from wtforms import Field, HiddenField, StringField
from wtforms.validators import DataRequired, InputRequired, Optional

from openday.clock import SHANGHAI
from openday.errors import Refused
from openday.rules.schedules import LONGEST_VENUE, read_clock, read_day
from openday.services.postponements import NewTime
from openday.web.forms.holding import HoldingForm
from openday.web.forms.occurrences import clock_field, day_field
from openday.web.forms.texts import at_most, one_line, put_problem

_AT = {"starts_at": "day", "ends_at": "ends", "closes_at": "closes_day"}


class ResumeForm(HoldingForm):
    """The new day, clock and place; `seen` tells two editors apart."""

    day = day_field("新的日期", InputRequired("请填写日期，例如2026-09-16"))
    starts = clock_field("开始时间", InputRequired("请填写开始时间，例如14:00"))
    ends = clock_field("结束时间", InputRequired("请填写结束时间，例如16:00"))
    venue = StringField("地点", [DataRequired("请填写活动地点"), at_most(LONGEST_VENUE)], filters=[one_line])
    closes_day = day_field("报名截止日期", Optional())
    closes_clock = clock_field("报名截止时间", Optional())
    seen = HiddenField()

    def validate(self, extra_validators: Any = None) -> bool:
        """Besides each field: the end of sign-up has both its day and its clock, or neither."""
        fine = bool(super().validate(extra_validators))
        if bool(self.closes_day.data) != bool(self.closes_clock.data):
            (self.closes_clock if self.closes_day.data else self.closes_day).errors = [
                "请同时填写日期和时间，或者都不填"
            ]
            return False
        return fine

    def new_time(self) -> NewTime:
        """The values as the use-case takes them; call it after `validate_on_submit`."""
        closes = _moment(self.closes_day, self.closes_clock) if self.closes_day.data else None
        return NewTime(_moment(self.day, self.starts), _moment(self.day, self.ends), self.venue.data or "", closes)

    def put(self, refused: Refused) -> None:
        """Show a use-case's refusal at the field that it speaks of."""
        put_problem(self, _AT.get(refused.field or "", refused.field), refused.message)

    @property
    def version(self) -> int | None:
        """The SEQUENCE that the officer had before them."""
        typed = self.seen.data or ""
        return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 9 else None


def _moment(day: Field, clock: Field) -> datetime:
    return datetime.combine(read_day(day.data or ""), read_clock(clock.data or ""), SHANGHAI)
