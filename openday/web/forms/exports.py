"""What is to be exported, and the office's own arrangements of the summary table."""

from collections.abc import Iterable
from typing import Any

from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    Field,
    FieldList,
    Form,
    FormField,
    HiddenField,
    MonthField,
    RadioField,
    SelectField,
    StringField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, ValidationError

from openday.documents.summary_table import COLUMNS, STANDARD
from openday.queries.exports import Chosen
from openday.queries.summary_templates import TemplateLine
from openday.rules.plan_states import PlanStatus
from openday.services.summary_templates import LONGEST_NAME
from openday.web.forms.texts import at_most, one_line

ALL = 0
KINDS = {
    "summary_table": "汇总表（Excel）",
    "plan_forms": "报送表，每项计划一个文件（压缩包）",
    "plan_forms_merged": "报送表，合成一个文件（Word）",
}
_HEADINGS = {column.key: column.heading for column in COLUMNS}


class ExportForm(FlaskForm):
    """Which document, of which plans."""

    kind = RadioField("导出什么", choices=[SelectChoice(key, label) for key, label in KINDS.items()])
    call = SelectField("征集通知", coerce=int, default=ALL)
    agency = SelectField("单位", coerce=int, default=ALL)
    status = SelectField("状态", default="")
    template = SelectField("汇总表样式", coerce=int, default=ALL)

    def chosen(self) -> Chosen:
        """The plans."""
        status = PlanStatus(self.status.data) if self.status.data else None
        return Chosen(self.call.data or None, status, self.agency.data or None)


class MonthForm(Form):
    """The month of a schedule."""

    month = MonthField("月份")


def export_form(
    args: Any, calls: Iterable[tuple[int, str]], agencies: Iterable[tuple[int, str]], templates: Iterable[TemplateLine]
) -> ExportForm:
    """The form as an address fills it in, or (args None) as sent; what it does not know falls back to everything."""
    form = ExportForm() if args is None else ExportForm(args)
    form.call.choices = [(ALL, "全部"), *calls]
    form.agency.choices = [(ALL, "全部单位"), *agencies]
    form.status.choices = [("", "已报送且没有取消"), *((status.value, status.label) for status in PlanStatus)]
    form.template.choices = [(ALL, "标准样式"), *((template.id, template.name) for template in templates)]
    for field in (form.call, form.agency, form.status, form.template):
        if field.data not in {value for value, _ in field.choices}:
            field.data = field.default
    if form.kind.data not in KINDS:
        form.kind.data = "summary_table"
    return form


def _is_place(_form: Any, field: Field) -> None:
    typed = field.data or ""
    if typed and not (typed.isascii() and typed.isdigit() and len(typed) < 4):
        raise ValidationError("次序应为1至999的数字")


class ColumnForm(Form):
    """One column: whether it is used, and where it stands."""

    key = HiddenField()
    use = BooleanField("选用")
    place = StringField("次序", [_is_place], filters=[one_line])

    @property
    def heading(self) -> str:
        """What the column is called; empty for one that no page of ours sends."""
        return _HEADINGS.get(self.key.data or "", "")


class TemplateForm(FlaskForm):
    """A name, and the columns with their places."""

    name = StringField("名称", [DataRequired("请填写名称"), at_most(LONGEST_NAME)], filters=[one_line])
    columns = FieldList(FormField(ColumnForm), "列", max_entries=len(COLUMNS))

    def wanted(self) -> list[str]:
        """The keys of the columns in use by their places; those without a place come last, as they stood."""
        used = [entry.form for entry in self.columns if entry.form.use.data and entry.form.heading]
        return [str(each.key.data) for each in sorted(used, key=lambda each: int(each.place.data or 1000))]


def template_form(template: TemplateLine | None = None) -> TemplateForm:
    """The form as sent, or as the arrangement stands: its own columns first, then all others."""
    used = template.columns if template else STANDARD
    rest = [column.key for column in COLUMNS if column.key not in used]
    rows = [{"key": key, "use": True, "place": str(number)} for number, key in enumerate(used, start=1)]
    rows += [{"key": key, "use": False, "place": ""} for key in rest]
    return TemplateForm(name=template.name if template else "", columns=rows)
