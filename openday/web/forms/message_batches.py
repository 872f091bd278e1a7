"""Why a batch of messages does not go out."""

from flask_wtf import FlaskForm
from wtforms import TextAreaField
from wtforms.validators import DataRequired

from openday.services.message_batches import REASON_LIMIT
from openday.web.forms.texts import at_most, one_line


class DropForm(FlaskForm):
    """The reason, for the audit log."""

    reason = TextAreaField("理由", [DataRequired("请写明不发的理由"), at_most(REASON_LIMIT)], filters=[one_line])
