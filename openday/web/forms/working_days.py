"""One day of the calendar of working days."""

from flask_wtf import FlaskForm
from wtforms import DateField, RadioField, StringField
from wtforms.validators import InputRequired

from openday.services.working_days import LONGEST_NAME
from openday.web.forms.texts import at_most, one_line

KINDS = [("holiday", "放假"), ("make_up", "调休上班")]


class DayForm(FlaskForm):
    """A day that departs from Monday to Friday."""

    day = DateField("日期", [InputRequired("请填写日期，例如2026-10-01")])
    kind = RadioField("安排", [InputRequired("请选择放假或调休上班")], choices=KINDS, default="holiday")
    name = StringField("名称", [at_most(LONGEST_NAME)], filters=[one_line])
