"""One day of the calendar of working days, and the text of a whole notice."""

from flask_wtf import FlaskForm
from wtforms import DateField, IntegerField, RadioField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, NumberRange

from openday.rules.holiday_notice import LONGEST
from openday.services.working_days import FIRST_YEAR, LAST_YEAR, LONGEST_NAME
from openday.web.forms.texts import at_most, many_lines, one_line

KINDS = [("holiday", "放假"), ("make_up", "调休上班")]


class DayForm(FlaskForm):
    """A day that departs from Monday to Friday."""

    day = DateField("日期", [InputRequired("请填写日期，例如2026-10-01")])
    kind = RadioField("安排", [InputRequired("请选择放假或调休上班")], choices=KINDS, default="holiday")
    name = StringField("名称", [at_most(LONGEST_NAME)], filters=[one_line])


_YEAR_HINT = f"年份应在{FIRST_YEAR}年至{LAST_YEAR}年之间，例如 2027"


class NoticeForm(FlaskForm):
    """The notice of one year as it was published."""

    notice_year = IntegerField(
        "年份", [InputRequired("请填写年份，例如 2027"), NumberRange(FIRST_YEAR, LAST_YEAR, _YEAR_HINT)]
    )
    text = TextAreaField("通知全文", [DataRequired("请粘贴通知全文"), at_most(LONGEST)], filters=[many_lines])
