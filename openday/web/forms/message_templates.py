"""The wording of one kind of message, as it is typed: places under their Chinese names in braces."""

from flask_wtf import FlaskForm
from wtforms import HiddenField, StringField, TextAreaField

from openday.queries.message_templates import Standing
from openday.rules.message_wordings import WordingKind, for_people
from openday.services.message_templates import Worded
from openday.web.forms.texts import many_lines, one_line


class WordingForm(FlaskForm):
    """Subject and body; what they may hold is checked by the use-case, which the preview asks as well."""

    subject = StringField("主题", filters=[one_line])
    body = TextAreaField("正文", filters=[many_lines])
    seen = HiddenField()

    def worded(self) -> Worded:
        """The values as the use-case takes them."""
        return Worded(self.subject.data or "", self.body.data or "", self.seen.data or "")


def wording_form(kind: WordingKind, standing: Standing) -> WordingForm:
    """The form with the wording that holds."""
    wording = standing.wording
    return WordingForm(
        data={
            "subject": for_people(kind, wording.subject),
            "body": for_people(kind, wording.body).strip(),
            "seen": standing.stamp,
        }
    )
