"""Why somebody needs full telephone numbers on paper."""

from flask_wtf import FlaskForm
from wtforms import TextAreaField
from wtforms.validators import DataRequired

from openday.rules.phone_calls import REASON_LIMIT
from openday.web.forms.texts import at_most, one_line


class AskForm(FlaskForm):
    """The reason, which the second person and the audit log read."""

    reason = TextAreaField("事由", [DataRequired("请写明事由"), at_most(REASON_LIMIT)], filters=[one_line])
