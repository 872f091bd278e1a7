"""The form that names a co-host."""

from flask_wtf import FlaskForm
from wtforms import BooleanField, RadioField, StringField
from wtforms.fields import SelectChoice
from wtforms.validators import DataRequired

from openday.queries.plan_relations import HOST_LABELS
from openday.services.co_hosts import NewHost
from openday.web.forms.texts import at_most, one_line


class HostForm(FlaskForm):
    """单位名称、主办或承办或协办、可以修改."""

    name = StringField("单位名称", [DataRequired("请填写单位名称"), at_most(250)], filters=[one_line])
    kind = RadioField(
        "合办方式",
        [DataRequired("请选择主办、承办或者协办")],
        choices=[SelectChoice(kind, label) for kind, label in HOST_LABELS.items()],
        default="co_organiser",
        validate_choice=False,
    )
    may_edit = BooleanField("可以修改计划内容")

    def host(self) -> NewHost:
        """The values as the use-case takes them."""
        return NewHost(self.name.data, self.kind.data, self.may_edit.data)
