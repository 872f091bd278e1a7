"""The outcome report (开展情况)."""

import unicodedata
from typing import Any

from flask_wtf import FlaskForm
from wtforms import DateField, HiddenField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, ValidationError

from openday.queries.outcomes import OutcomePage
from openday.rules.aftermath import MOST_PEOPLE, REPORT_LIMIT
from openday.services.outcomes import OutcomeText
from openday.web.forms.suggestions import number_from
from openday.web.forms.texts import at_most, many_lines, one_line


def _people(typed: str | None) -> int | None:
    text = unicodedata.normalize("NFKC", typed or "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 8 else None


def _count(_form: Any, field: Any) -> None:
    people = _people(field.data)
    if people is None or people > MOST_PEOPLE:
        raise ValidationError(f"{field.label.text}应为0至{MOST_PEOPLE}的整数，没有的填0")


_count.field_flags = {"required": True}  # type: ignore[attr-defined]


class OutcomeForm(FlaskForm):
    """开展日期、三类人数、开展情况; `version` tells two editors apart."""

    held_on = DateField("开展日期", [InputRequired("请填写开展日期，例如 2026-09-16")])
    invited = StringField("邀请代表", [_count], filters=[one_line])
    public = StringField("社会公众", [_count], filters=[one_line])
    staff = StringField("工作人员", [_count], filters=[one_line])
    text = TextAreaField("开展情况", [DataRequired("请填写开展情况"), at_most(REPORT_LIMIT)], filters=[many_lines])
    version = HiddenField()

    @property
    def started_from(self) -> int:
        """The version of the saved report that the form was opened with; 0 for none."""
        return number_from(self.version.data)

    def report(self) -> OutcomeText:
        """What was typed; call it after `validate_on_submit`."""
        return OutcomeText(
            held_on=self.held_on.data,
            invited=_people(self.invited.data) or 0,
            public=_people(self.public.data) or 0,
            staff=_people(self.staff.data) or 0,
            text=self.text.data,
        )


def outcome_form(page: OutcomePage) -> OutcomeForm:
    """The form: what was filed, else what the system knows already."""
    report = page.report
    if report is None:
        public, staff = page.attended - page.own_staff, page.own_staff
        known = {"public": str(public) if public else "", "staff": str(staff) if staff else ""}
        return OutcomeForm(data={"held_on": page.times.last_day, **known, "version": "0"})
    filed = {
        "held_on": report.held_on,
        "invited": str(report.invited),
        "public": str(report.public),
        "staff": str(report.staff),
        "text": report.text,
        "version": str(report.version),
    }
    return OutcomeForm(data=filed)
