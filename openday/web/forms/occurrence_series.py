"""The form that proposes several occurrences at once: days to tick or to choose, one clock and seating for all."""

from datetime import datetime
from typing import Any

from flask_wtf import FlaskForm
from wtforms import BooleanField, Field, FieldList, FormField, RadioField, SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Optional, ValidationError
from wtforms.widgets import DateInput

from openday.clock import SHANGHAI
from openday.errors import Refused
from openday.queries.occurrence_series import OccurrenceSeries
from openday.rules.fuzzy_date_text import span_text
from openday.rules.rhythms import OpenSpan
from openday.rules.schedules import (
    LONGEST_VENUE,
    MOST_IN_PARTY,
    MOST_QUOTAS,
    MOST_SEATS,
    read_clock,
    read_count,
    read_day,
)
from openday.rules.states import SignupMode
from openday.rules.wording import day_text
from openday.services.occurrences import Schedule, Seating
from openday.web.forms.occurrences import (
    MODES,
    QuotaForm,
    clock_field,
    readable,
    reminder_field,
    standing_data,
    whole_number,
)
from openday.web.forms.texts import at_most, one_line, put_problem


class SeriesForm(FlaskForm):
    """Made by `series_form`, which adds the days of one activity and a field for each span to choose from."""

    picks: tuple[str, ...] = ()
    notes: dict[str, str] = {}

    days = SelectMultipleField("日期")
    starts = clock_field("开始时间", InputRequired("请填写开始时间，例如14:00"))
    ends = clock_field("结束时间", InputRequired("请填写结束时间，例如16:00"))
    venue = StringField("地点", [DataRequired("请填写活动地点"), at_most(LONGEST_VENUE)], filters=[one_line])
    quotas = FieldList(FormField(QuotaForm), "每场的对象和名额", min_entries=3, max_entries=MOST_QUOTAS)
    signup_mode = RadioField("报名形式", [InputRequired("请选择报名形式")], choices=MODES)
    party_limit = StringField("每次报名人数上限", [whole_number(1, MOST_IN_PARTY)], filters=[one_line], default="5")
    waitlist = BooleanField("名额报满后接受候补")
    walk_in_limit = StringField("现场名额", [whole_number(0, MOST_SEATS)], filters=[one_line], default="0")
    reminder = reminder_field()
    guarded = BooleanField("防止机器批量报名")

    def validate(self, extra_validators: Any = None) -> bool:
        """Besides each field: at least one day is ticked or chosen."""
        fine = bool(super().validate(extra_validators))
        if self.days.data or any(self[name].data for name in self.picks):
            return fine
        place = self[self.picks[0]] if self.picks and not self.days.choices else self.days
        place.errors = ["请至少选定一个日期"]
        return False

    def chosen(self) -> list[str]:
        """The days, ISO, in order of time and each once."""
        picked = [read_day(self[name].data).isoformat() for name in self.picks if self[name].data]
        return sorted({*(self.days.data or []), *picked})

    def schedules(self) -> list[Schedule]:
        """One schedule for each day; call it after `validate_on_submit`."""
        begin, end = read_clock(self.starts.data or ""), read_clock(self.ends.data or "")
        return [
            Schedule(
                starts_at=datetime.combine(read_day(day), begin, SHANGHAI),
                ends_at=datetime.combine(read_day(day), end, SHANGHAI),
                venue=self.venue.data or "",
                signup_mode=SignupMode(self.signup_mode.data),
                party_limit=read_count(self.party_limit.data or "", 1, MOST_IN_PARTY),
                waitlist=bool(self.waitlist.data),
                walk_in_limit=read_count(self.walk_in_limit.data or "", 0, MOST_SEATS),
                guarded=bool(self.guarded.data),
                reminder_hours=int(self.reminder.data) if self.reminder.data else None,
            )
            for day in self.chosen()
        ]

    def seating(self) -> list[Seating]:
        """The lines of quotas that were filled in; they hold for each day."""
        rows = [entry.form for entry in self.quotas if not entry.form.blank]
        return [Seating(row.audience.data or "", read_count(row.seats.data or "", 1, MOST_SEATS)) for row in rows]

    def put(self, refused: Refused) -> None:
        """Show a use-case's refusal at the field that it speaks of."""
        field = {"starts_at": "starts", "ends_at": "ends"}.get(refused.field or "", refused.field)
        put_problem(self, field, refused.message)

    def add_row(self) -> None:
        """One empty line of quotas more, up to the limit."""
        if len(self.quotas) < MOST_QUOTAS:
            self.quotas.append_entry()


def series_form(series: OccurrenceSeries) -> SeriesForm:
    """The form for one activity: what its wording proposes is ticked, except where an occurrence stands already."""
    proposed, spans = series.expansion.days, series.expansion.spans
    notes = {
        day.day.isoformat(): "已有场次" if day.day in series.taken else day.note
        for day in proposed
        if day.note or day.day in series.taken
    }
    names = tuple(f"pick-{number}" for number in range(1, len(spans) + 1))
    fields: dict[str, Any] = {name: _pick(span) for name, span in zip(names, spans, strict=True)}
    kind: type[SeriesForm] = type("SeriesFormOfActivity", (SeriesForm,), {**fields, "picks": names, "notes": notes})
    activity = series.activity
    form = kind(
        data={
            "days": [d.day.isoformat() for d in proposed if d.ticked and d.day not in series.taken],
            **standing_data(activity.text.venue, activity.signup_mode, series.quotas.quotas, series.expansion),
        }
    )
    form.days.choices = [SelectChoice(day.day.isoformat(), day_text(day.day)) for day in proposed]
    return form


def _pick(span: OpenSpan) -> StringField:
    """A day to choose out of a span."""

    def within(_form: Any, field: Field) -> None:
        if not span.first <= read_day(field.data or "") <= span.last:
            raise ValidationError(f"应在{span_text(span.first, span.last)}之内")

    bounds = {"min": span.first.isoformat(), "max": span.last.isoformat()}
    return StringField(
        span_text(span.first, span.last),
        [Optional(), readable(read_day), within],
        widget=DateInput(),
        filters=[one_line],
        render_kw=bounds,
    )
