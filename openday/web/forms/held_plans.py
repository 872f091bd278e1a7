"""已开展活动: one short form for what was held before it was filed."""

import unicodedata
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from flask_wtf import FlaskForm
from wtforms import Field, HiddenField, SelectField, StringField, TextAreaField
from wtforms.fields import SelectChoice
from wtforms.validators import DataRequired, InputRequired, ValidationError

from openday.clock import SHANGHAI
from openday.queries.calls import CallChoice
from openday.queries.held_plans import HeldPage
from openday.queries.plans import PlanPage
from openday.rules.aftermath import MOST_PEOPLE, REPORT_LIMIT
from openday.rules.plan_text import FIELD_LIMITS
from openday.rules.schedules import read_clock, read_day
from openday.services.held_plans import HeldReport
from openday.services.plans import new_key
from openday.web.forms.occurrences import clock_field, day_field
from openday.web.forms.plans import NO_CALL
from openday.web.forms.texts import at_most, many_lines, one_line

AT = {"starts_at": "day", "ends_at": "ends"}


def _people(typed: str | None) -> int | None:
    text = unicodedata.normalize("NFKC", typed or "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 8 else None


def _count(_form: Any, field: Field) -> None:
    people = _people(field.data)
    if people is None or people > MOST_PEOPLE:
        raise ValidationError(f"{field.label.text}应为0至{MOST_PEOPLE}的整数，没有的填0")


class HeldForm(FlaskForm):
    """What was held; `key` makes sending a new form twice file it once, `version` tells two editors apart."""

    call = SelectField("征集通知", coerce=int)
    theme = StringField(
        "活动主题", [DataRequired("请填写活动主题"), at_most(FIELD_LIMITS["theme"])], filters=[one_line]
    )
    day = day_field("开展日期", InputRequired("请填写开展日期，例如2026-05-12"))
    starts = clock_field("开始时间", InputRequired("请填写开始时间，例如14:00"))
    ends = clock_field("结束时间", InputRequired("请填写结束时间，例如16:00"))
    venue = StringField(
        "开展地点", [DataRequired("请填写开展地点"), at_most(FIELD_LIMITS["venue"])], filters=[one_line]
    )
    invited = StringField("邀请代表", [_count], filters=[one_line], default="0")
    public = StringField("社会公众", [_count], filters=[one_line], default="0")
    staff = StringField("工作人员", [_count], filters=[one_line], default="0")
    text = TextAreaField("开展情况", [DataRequired("请填写开展情况"), at_most(REPORT_LIMIT)], filters=[many_lines])
    key = HiddenField()
    version = HiddenField()

    def report(self) -> HeldReport:
        """The values as the use-case takes them; call it after `validate_on_submit`."""
        return HeldReport(
            call_id=self.call.data or None,
            theme=self.theme.data or "",
            starts_at=_moment(self.day, self.starts),
            ends_at=_moment(self.day, self.ends),
            venue=self.venue.data or "",
            invited=_people(self.invited.data) or 0,
            public=_people(self.public.data) or 0,
            staff=_people(self.staff.data) or 0,
            text=self.text.data or "",
        )


def _moment(day: Field, clock: Field) -> datetime:
    return datetime.combine(read_day(day.data or ""), read_clock(clock.data or ""), SHANGHAI)


def held_form(calls: Iterable[CallChoice], plan: PlanPage | None = None, held: HeldPage | None = None) -> HeldForm:
    """The form, blank or with what was filed; the plan's own call stays on the list when it is closed."""
    titles = {call.id: call.title for call in calls}
    if plan is not None and plan.call_id is not None:
        titles.setdefault(plan.call_id, plan.call)
    titles[NO_CALL] = "不属于任何征集通知"
    values: dict[str, Any] = {"call": next(iter(titles))}
    if plan is not None and held is not None:
        values = {
            "call": plan.call_id or NO_CALL, "theme": plan.text.theme, "venue": plan.text.venue,
            "day": held.held_on.isoformat(), "starts": held.starts, "ends": held.ends, "invited": str(held.invited),
            "public": str(held.public), "staff": str(held.staff), "text": held.text, "version": str(plan.version),
        }  # fmt: skip
    form = HeldForm(data=values)
    form.call.choices = [SelectChoice(id_, title) for id_, title in titles.items()]
    if not form.key.data:
        form.key.data = new_key()
    return form
