"""The upload of filled-in plan forms, and a form that the office puts right before it is filed."""

from collections.abc import Iterable

from flask_wtf import FlaskForm
from flask_wtf.file import MultipleFileField
from werkzeug.datastructures import FileStorage
from wtforms import SelectField
from wtforms.fields import SelectChoice

from openday.queries.calls import CallChoice
from openday.queries.form_readings import FormPage
from openday.rules.plan_text import FIELD_LABELS, PLAN_FIELDS, PlanText
from openday.services.form_readings import FormFile
from openday.web.forms.plans import NO_CALL, plan_field
from openday.web.forms.texts import choice

_NO_AGENCY = "0"


class FormUploadForm(FlaskForm):
    """征集通知 and one or several files."""

    call = SelectField("征集通知", coerce=int)
    files = MultipleFileField("报送表")

    def chosen(self) -> list[FormFile]:
        """The files as the use-case takes them; empty when none was chosen."""
        uploads = [upload for upload in self.files.data or [] if isinstance(upload, FileStorage) and upload.filename]
        return [FormFile(upload.filename or "", upload.read()) for upload in uploads]


def form_upload_form(calls: Iterable[CallChoice], chosen: int | None = None) -> FormUploadForm:
    """The form with the calls that may be filed to, the newest chosen."""
    choices = [SelectChoice(call.id, call.title) for call in calls]
    form = FormUploadForm(data={"call": chosen if chosen is not None else choices[0].value if choices else NO_CALL})
    form.call.choices = [*choices, SelectChoice(NO_CALL, "不属于任何征集通知")]
    return form


class ReadPlanForm(FlaskForm):
    """The fields of a form that was read, and the agency whose plan it is."""

    agency = SelectField("活动单位", validate_choice=False)

    def text(self) -> PlanText:
        """The fields as typed."""
        return PlanText(**{name: self[name].data for name in PLAN_FIELDS})

    def agency_id(self) -> int:
        """The chosen agency; 0 for none."""
        typed = str(self.agency.data or "")
        return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else 0


for _name in FIELD_LABELS:
    setattr(ReadPlanForm, _name, plan_field(_name))


def read_plan_form(page: FormPage) -> ReadPlanForm:
    """The form with what was read."""
    form = ReadPlanForm(data={**page.text.as_dict(), "agency": str(page.agency_id or _NO_AGENCY)})
    form.agency.choices = [SelectChoice(_NO_AGENCY, "请选择"), *(choice(id_, name) for id_, name in page.agencies)]
    return form
