"""The form that sets whether names are published."""

from flask_wtf import FlaskForm
from wtforms import RadioField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from openday.rules.published_names import BASIS_LIMIT
from openday.web.forms.texts import at_most, one_line


class NamesForm(FlaskForm):
    """Yes or no, and on what basis."""

    publish = RadioField(
        "是否公示参加人员名单",
        [InputRequired("请选择是否公示")],
        choices=[SelectChoice("no", "不公示"), SelectChoice("yes", "公示")],
    )
    basis = StringField("公示依据", [at_most(BASIS_LIMIT)], filters=[one_line])
