"""Forms of occurrences: when, where, for whom; seats; reasons. Days and clocks are typed apart, in Asia/Shanghai."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    Field,
    FieldList,
    Form,
    FormField,
    HiddenField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Optional, ValidationError
from wtforms.widgets import DateInput, TimeInput

from openday.clock import SHANGHAI
from openday.errors import Refused
from openday.queries.activities import OccurrenceRow
from openday.rules.offers import LONGEST as LONGEST_OFFER
from openday.rules.rhythms import Expansion
from openday.rules.schedules import (
    LONGEST_QUOTA_NAME,
    LONGEST_VENUE,
    MOST_IN_PARTY,
    MOST_QUOTAS,
    MOST_SEATS,
    read_clock,
    read_count,
    read_day,
    read_second,
    second_text,
)
from openday.rules.states import SignupMode
from openday.services.occurrences import Schedule, Seating
from openday.services.seat_changes import SeatRules
from openday.web.forms.holding import HoldingForm
from openday.web.forms.texts import at_most, one_line, put_problem

MODES = [SelectChoice(mode.value, mode.label) for mode in SignupMode]
REMINDERS = [
    SelectChoice(value, label)
    for value, label in (
        ("", "不提醒"),
        ("2", "开始前2小时"),
        ("24", "提前1天"),
        ("48", "提前2天"),
        ("72", "提前3天"),
        ("168", "提前7天"),
    )
]
USUAL_REMINDER = "24"
_AT = {"starts_at": "day", "ends_at": "ends", "opens_at": "opens_day", "closes_at": "closes_day"}


def readable(read: Callable[[str], Any]) -> Callable[[Any, Field], None]:
    """A validator: the text is one that `read` takes; its ValueError is the message."""

    def check(_form: Any, field: Field) -> None:
        try:
            read(field.data or "")
        except ValueError as reason:
            raise ValidationError(str(reason)) from reason

    return check


def whole_number(low: int, high: int) -> Callable[[Any, Field], None]:
    """A validator: a whole number from `low` to `high`."""
    return readable(lambda text: read_count(text, low, high))


def day_field(label: str, *validators: Any) -> Any:
    """A day, typed or taken from the browser's calendar."""
    return StringField(label, [*validators, readable(read_day)], widget=DateInput(), filters=[one_line])


def clock_field(label: str, *validators: Any) -> Any:
    """A time of day."""
    return StringField(label, [*validators, readable(read_clock)], widget=TimeInput(), filters=[one_line])


def reminder_field() -> Any:
    """How long before the start people with a seat are reminded; '' for not at all."""
    return SelectField("活动前提醒", choices=REMINDERS, default="")


def second_field(label: str, *validators: Any) -> Any:
    """A time of day, to the second where one is typed."""
    return StringField(label, [*validators, readable(read_second)], widget=TimeInput(), filters=[one_line])


class QuotaForm(Form):
    """One line of quotas; a line left empty is none."""

    audience = StringField("对象", [at_most(LONGEST_QUOTA_NAME)], filters=[one_line])
    seats = StringField("名额", filters=[one_line])

    def validate_seats(self, field: Field) -> None:
        """A name needs its number, and a number is one in range."""
        if field.data or self.audience.data:
            whole_number(1, MOST_SEATS)(self, field)

    @property
    def blank(self) -> bool:
        """Whether nothing was typed into this line."""
        return not (self.audience.data or self.seats.data)


class ScheduleForm(HoldingForm):
    """When and where, and how one signs up; `seen` tells two editors apart."""

    day = day_field("日期", InputRequired("请填写日期，例如2026-09-16"))
    starts = clock_field("开始时间", InputRequired("请填写开始时间，例如14:00"))
    ends = clock_field("结束时间", InputRequired("请填写结束时间，例如16:00"))
    ends_day = day_field("结束日期", Optional())
    venue = StringField("地点", [DataRequired("请填写活动地点"), at_most(LONGEST_VENUE)], filters=[one_line])
    signup_mode = RadioField("报名形式", [InputRequired("请选择报名形式")], choices=MODES)
    opens_day = day_field("报名开始日期", Optional())
    opens_clock = second_field("报名开始时间", Optional())
    closes_day = day_field("报名截止日期", Optional())
    closes_clock = second_field("报名截止时间", Optional())
    party_limit = StringField("每次报名人数上限", [whole_number(1, MOST_IN_PARTY)], filters=[one_line], default="5")
    waitlist = BooleanField("名额报满后接受候补")
    walk_in_limit = StringField("现场名额", [whole_number(0, MOST_SEATS)], filters=[one_line], default="0")
    reminder = reminder_field()
    seen = HiddenField()

    def validate(self, extra_validators: Any = None) -> bool:
        """Besides each field: a moment has both its day and its clock, or neither."""
        fine = bool(super().validate(extra_validators))
        for day, clock in ((self.opens_day, self.opens_clock), (self.closes_day, self.closes_clock)):
            if bool(day.data) != bool(clock.data):
                (clock if day.data else day).errors = ["请同时填写日期和时间，或者都不填"]
                fine = False
        return fine

    def schedule(self) -> Schedule:
        """The values as the use-case takes them; call it after `validate_on_submit`."""
        return Schedule(
            starts_at=_moment(self.day, self.starts),
            ends_at=_moment(self.ends_day if self.ends_day.data else self.day, self.ends),
            venue=self.venue.data or "",
            signup_mode=SignupMode(self.signup_mode.data),
            opens_at=_moment(self.opens_day, self.opens_clock) if self.opens_day.data else None,
            closes_at=_moment(self.closes_day, self.closes_clock) if self.closes_day.data else None,
            party_limit=read_count(self.party_limit.data or "", 1, MOST_IN_PARTY),
            waitlist=bool(self.waitlist.data),
            walk_in_limit=read_count(self.walk_in_limit.data or "", 0, MOST_SEATS),
            reminder_hours=int(self.reminder.data) if self.reminder.data else None,
        )

    def put(self, refused: Refused) -> None:
        """Show a use-case's refusal at the field that it speaks of."""
        put_problem(self, _AT.get(refused.field or "", refused.field), refused.message)

    @property
    def version(self) -> int | None:
        """The SEQUENCE that the editor had before them."""
        return int(self.seen.data) if (self.seen.data or "").isascii() and (self.seen.data or "").isdigit() else None


class OccurrenceForm(ScheduleForm):
    """A new occurrence, with its quotas."""

    quotas = FieldList(FormField(QuotaForm), "对象和名额", min_entries=3, max_entries=MOST_QUOTAS)
    guarded = BooleanField("防止机器批量报名")

    def schedule(self) -> Schedule:
        """The same, with what only a new occurrence is asked."""
        return replace(super().schedule(), guarded=bool(self.guarded.data))

    def seating(self) -> list[Seating]:
        """The lines of quotas that were filled in."""
        rows = [entry.form for entry in self.quotas if not entry.form.blank]
        return [Seating(row.audience.data or "", read_count(row.seats.data or "", 1, MOST_SEATS)) for row in rows]

    def add_row(self) -> None:
        """One empty line more, up to the limit."""
        if len(self.quotas) < MOST_QUOTAS:
            self.quotas.append_entry()


def _moment(day: Field, clock: Field) -> datetime:
    return datetime.combine(read_day(day.data or ""), read_second(clock.data or ""), SHANGHAI)


def occurrence_form(
    venue: str, mode: SignupMode, quotas: Sequence[tuple[str, int]] = (), expansion: Expansion | None = None
) -> OccurrenceForm:
    """A form that begins with what the plan says already: its one day, its clock, its groups with their numbers."""
    planned = expansion or Expansion()
    only_day = planned.days[0].day.isoformat() if len(planned.days) == 1 and not planned.spans else ""
    return OccurrenceForm(data={"day": only_day, **standing_data(venue, mode, quotas, planned)})


def standing_data(
    venue: str, mode: SignupMode, quotas: Sequence[tuple[str, int]], planned: Expansion
) -> dict[str, object]:
    """What holds for every occurrence of a plan, as data of a form."""
    return {
        "venue": venue,
        "signup_mode": mode.value,
        "waitlist": True,
        "guarded": True,
        "reminder": USUAL_REMINDER,
        "starts": f"{planned.start:%H:%M}" if planned.start else "",
        "ends": f"{planned.end:%H:%M}" if planned.end else "",
        "quotas": [{"audience": name, "seats": str(seats)} for name, seats in quotas],
    }


def schedule_form(row: OccurrenceRow, seen: int) -> ScheduleForm:
    """The form with an occurrence as it stands."""
    same_day = row.starts_at.date() == row.ends_at.date()
    return ScheduleForm(
        data={
            "day": row.starts_at.date().isoformat(),
            "starts": f"{row.starts_at:%H:%M}",
            "ends": f"{row.ends_at:%H:%M}",
            "ends_day": "" if same_day else row.ends_at.date().isoformat(),
            "venue": row.venue,
            "signup_mode": row.signup_mode.value,
            **_split("opens", row.opens_at),
            **_split("closes", row.closes_at),
            "party_limit": str(row.party_limit),
            "waitlist": row.waitlist,
            "walk_in_limit": str(row.walk_in_limit),
            "reminder": str(row.reminder_hours or ""),
            "seen": str(seen),
        }
    )


def _split(name: str, moment: datetime | None) -> dict[str, str]:
    if moment is None:
        return {}
    return {f"{name}_day": moment.date().isoformat(), f"{name}_clock": second_text(moment)}


class SeatsForm(FlaskForm):
    """One number for each quota; the fields are made by `seats_form`. Then what holds above them."""

    quota_names: dict[str, int] = {}
    shared = StringField("各类合计最多", [Optional(), whole_number(1, MOST_SEATS)], filters=[one_line])
    offer_hours = StringField("空出的名额保留", [Optional(), whole_number(1, LONGEST_OFFER)], filters=[one_line])

    def capacities(self) -> dict[int, int]:
        """Quota id to seats; call it after `validate_on_submit`."""
        return {id_: read_count(self[name].data or "", 1, MOST_SEATS) for name, id_ in self.quota_names.items()}

    def rules(self) -> SeatRules:
        """What holds above the quotas; a field left empty bounds nothing."""
        shared, hours = self.shared.data, self.offer_hours.data
        return SeatRules(
            shared=read_count(shared, 1, MOST_SEATS) if shared else None,
            offer_hours=read_count(hours, 1, LONGEST_OFFER) if hours else None,
        )


def seats_form(row: OccurrenceRow) -> SeatsForm:
    """The form with the seats of an occurrence as they stand."""
    names = {f"quota-{quota.id}": quota for quota in row.quotas}
    fields: dict[str, Any] = {
        name: StringField(
            quota.name, [whole_number(1, MOST_SEATS)], filters=[one_line], default=str(quota.seats.capacity)
        )
        for name, quota in names.items()
    }
    fields["quota_names"] = {name: quota.id for name, quota in names.items()}
    above = {"shared": row.capacity, "offer_hours": row.offer_hours}
    data = {name: "" if value is None else str(value) for name, value in above.items()}
    form: SeatsForm = type("SeatsFormOfOccurrence", (SeatsForm,), fields)(data=data)
    return form


class CancelForm(HoldingForm):
    """Why something is cancelled or declined; the people concerned read it."""

    reason = TextAreaField("理由", [DataRequired("请写明理由"), at_most(500)], filters=[one_line])
