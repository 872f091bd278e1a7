"""The day by which the time of one plan has to be fixed."""

from flask_wtf import FlaskForm
from wtforms import DateField
from wtforms.validators import Optional


class FirmByForm(FlaskForm):
    """One date; left empty, the rule of the call holds."""

    firm_by = DateField("最迟确定日期", [Optional()])
