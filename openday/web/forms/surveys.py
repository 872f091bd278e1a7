"""The survey after a visit."""

from typing import Any

from flask_babel import gettext as _
from flask_wtf import FlaskForm
from wtforms import RadioField, TextAreaField
from wtforms.fields import SelectChoice
from wtforms.validators import ValidationError

from openday.rules.aftermath import CLARITY, COMMENT_LIMIT, SATISFACTION
from openday.services.surveys import Answer
from openday.web.forms.texts import at_most, many_lines


def _marked(words: dict[int, str], message: str) -> Any:
    def check(_form: Any, field: Any) -> None:
        if field.data not in {str(mark) for mark in words}:
            raise ValidationError(message)

    check.field_flags = {"required": True}  # type: ignore[attr-defined]
    return check


class SurveyForm(FlaskForm):
    """Two scales and a free word."""

    overall = RadioField("总体满意度", [_marked(SATISFACTION, "请选择总体满意度")], validate_choice=False)
    clarity = RadioField("讲解清楚程度", [_marked(CLARITY, "请选择讲解清楚程度")], validate_choice=False)
    comment = TextAreaField("其他意见", [at_most(COMMENT_LIMIT)], filters=[many_lines])

    def worded(self) -> "SurveyForm":
        """Put the options into the visitor's language."""
        words = scale_words()
        self.overall.choices = [SelectChoice(str(mark), words[text]) for mark, text in SATISFACTION.items()]
        self.clarity.choices = [SelectChoice(str(mark), words[text]) for mark, text in CLARITY.items()]
        return self

    def answer(self) -> Answer:
        """What was chosen; call it after `validate_on_submit`."""
        return Answer(int(self.overall.data), int(self.clarity.data), self.comment.data or "")


def scale_words() -> dict[str, str]:
    """Questions and options of the survey in the visitor's language, by their Chinese."""
    return {
        "总体满意度": _("总体满意度"),
        "讲解清楚程度": _("讲解清楚程度"),
        "非常满意": _("非常满意"),
        "满意": _("满意"),
        "一般": _("一般"),
        "不满意": _("不满意"),
        "非常不满意": _("非常不满意"),
        "非常清楚": _("非常清楚"),
        "清楚": _("清楚"),
        "不清楚": _("不清楚"),
        "非常不清楚": _("非常不清楚"),
    }
