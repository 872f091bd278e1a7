"""The upload of a plan table."""

from collections.abc import Iterable

from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, SelectField
from wtforms.fields import SelectChoice

from openday.queries.calls import CallChoice
from openday.services.plan_import import Upload


class ImportForm(FlaskForm):
    """征集通知, 表格, and for the office whether unknown agencies are added to the directory."""

    call = SelectField("征集通知", coerce=int)
    file = FileField("计划表", [FileRequired("请选择要导入的表格，可以是 .xlsx、.docx 或 .csv")])
    create_agencies = BooleanField("名录中没有的单位，登记为新单位")

    def upload(self, *, for_office: bool) -> Upload:
        """The file as the use-case takes it."""
        return Upload(
            call_id=self.call.data,
            filename=self.file.data.filename or "",
            data=self.file.data.read(),
            for_office=for_office,
            create_agencies=bool(self.create_agencies.data),
        )


def import_form(calls: Iterable[CallChoice], chosen: int | None = None) -> ImportForm:
    """The form with the calls that may be imported to."""
    form = ImportForm(data={"call": chosen})
    form.call.choices = [SelectChoice(call.id, call.title) for call in calls]
    return form
