"""Forms of publication: how one signs up, and corrections of the public text."""

from typing import Any

from flask_wtf import FlaskForm
from wtforms import HiddenField, RadioField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired

from openday.queries.activities import ActivityDetail
from openday.rules.plan_text import FIELD_LABELS, FIELD_LIMITS, PLAN_FIELDS, REQUIRED_FIELDS, SEVERAL_LINES, PlanText
from openday.rules.states import SignupMode
from openday.web.forms.occurrences import MODES
from openday.web.forms.texts import at_most, many_lines, one_line


class PublishForm(FlaskForm):
    """报名形式 of the new page."""

    signup_mode = RadioField("报名形式", [InputRequired("请选择报名形式")], choices=MODES)


def _field(name: str) -> Any:
    kind, clean = (TextAreaField, many_lines) if name in SEVERAL_LINES else (StringField, one_line)
    needed = [DataRequired(f"请填写{FIELD_LABELS[name]}")] if name in REQUIRED_FIELDS else []
    return kind(FIELD_LABELS[name], [*needed, at_most(FIELD_LIMITS[name])], filters=[clean])


class CorrectionForm(FlaskForm):
    """The public text; `note` is added to the public history, `seen` tells two editors apart."""

    theme = _field("theme")
    time_text = _field("time_text")
    venue = _field("venue")
    content = _field("content")
    audience_text = _field("audience_text")
    signup_text = _field("signup_text")
    signup_mode = RadioField("报名形式", [InputRequired("请选择报名形式")], choices=MODES)
    contact = _field("contact")
    contact_phone = _field("contact_phone")
    note = StringField("更正说明", [at_most(200)], filters=[one_line])
    seen = HiddenField()

    def text(self) -> PlanText:
        """The fields as typed; the time is left out once occurrences say when."""
        return PlanText(**{name: self[name].data or "" for name in PLAN_FIELDS if name in self})

    @property
    def mode(self) -> SignupMode:
        """The mode chosen; call it after `validate_on_submit`."""
        return SignupMode(self.signup_mode.data)

    @property
    def version(self) -> int | None:
        """The SEQUENCE that the editor had before them."""
        seen = self.seen.data or ""
        return int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 10 else None


def correction_form(activity: ActivityDetail) -> CorrectionForm:
    """The form with the public text as it stands."""
    values = {**activity.text.as_dict(), "signup_mode": activity.signup_mode.value, "seen": str(activity.sequence)}
    form = CorrectionForm(data=values)
    if not activity.vague:
        del form.time_text
    return form
