"""The forms around topics: proposing one, the office's topic calls, moderation, and what an agency makes of it."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields import SelectChoice
from wtforms.validators import DataRequired, InputRequired, ValidationError
from wtforms.widgets import DateInput, TimeInput

from openday.clock import SHANGHAI
from openday.queries.topics import TopicCallPage
from openday.rules.schedules import read_clock, read_day
from openday.rules.topic_states import (
    ANSWER_LIMIT,
    ANSWERS,
    CALL_TITLE_LIMIT,
    CALL_WORDING_LIMIT,
    REASON_LIMIT,
    TEXT_LIMIT,
    TITLE_LIMIT,
    Verdict,
)
from openday.services.topic_answers import ADOPTED, Answer
from openday.services.topic_calls import TopicCallDraft
from openday.services.topics import NewTopic, read_contact
from openday.web.forms.suggestions import StepForm, choices_of, number_from
from openday.web.forms.texts import at_most, choice, many_lines, one_line

_NO = (False, "false", "", "0", "no", "off")


def _readable(read: Any) -> Any:
    def check(_form: Any, field: Any) -> None:
        try:
            read(field.data or "")
        except ValueError as wrong:
            raise ValidationError(str(wrong)) from wrong

    return check


class TopicForm(FlaskForm):
    """主题建议; `key` makes sending the form twice harmless, `seen` says that similar ones were shown before."""

    title = StringField("想看什么", [DataRequired("请填写想看什么"), at_most(TITLE_LIMIT)], filters=[one_line])
    text = TextAreaField("具体说明", [at_most(TEXT_LIMIT)], filters=[many_lines])
    contact = StringField("手机号码或电子邮箱", [_readable(read_contact)], filters=[one_line])
    consent = BooleanField("同意", [DataRequired("请勾选同意后再提交")], false_values=_NO)
    key = HiddenField()
    seen = HiddenField()

    def prepare(self) -> "TopicForm":
        """Give a fresh form a key of its own."""
        self.key.data = self.key.data or secrets.token_hex(16)
        return self

    def topic(self) -> NewTopic:
        """What was typed, for the use-case."""
        return NewTopic(
            title=self.title.data or "",
            text=self.text.data or "",
            contact=self.contact.data or "",
            consent=bool(self.consent.data),
            key=self.key.data or secrets.token_hex(16),
        )


class TopicCallForm(FlaskForm):
    """公开征集主题: title, words to residents, from when to when; `stamp` tells two editors apart."""

    title = StringField("标题", [DataRequired("请填写标题"), at_most(CALL_TITLE_LIMIT)], filters=[one_line])
    wording = TextAreaField("说明", [at_most(CALL_WORDING_LIMIT)], filters=[many_lines])
    opens_day = StringField(
        "开始日期",
        [InputRequired("请填写开始日期，例如2026-09-16"), _readable(read_day)],
        widget=DateInput(),
        filters=[one_line],
    )
    opens_clock = StringField(
        "开始时间",
        [InputRequired("请填写开始时间，例如09:00"), _readable(read_clock)],
        widget=TimeInput(),
        filters=[one_line],
    )
    closes_day = StringField(
        "截止日期",
        [InputRequired("请填写截止日期，例如2026-10-16"), _readable(read_day)],
        widget=DateInput(),
        filters=[one_line],
    )
    closes_clock = StringField(
        "截止时间",
        [InputRequired("请填写截止时间，例如18:00"), _readable(read_clock)],
        widget=TimeInput(),
        filters=[one_line],
    )
    call = SelectField("对应的征集通知", validate_choice=False)
    stamp = HiddenField()

    def draft(self) -> TopicCallDraft:
        """The values as the use-case takes them; call it after `validate_on_submit`."""
        return TopicCallDraft(
            title=self.title.data or "",
            wording=self.wording.data or "",
            opens_at=_moment(self.opens_day.data, self.opens_clock.data),
            closes_at=_moment(self.closes_day.data, self.closes_clock.data),
            call_id=number_from(self.call.data) or None,
        )


def topic_call_form(
    calls: Sequence[tuple[int, str]], found: TopicCallPage | None = None, **defaults: Any
) -> TopicCallForm:
    """The form, blank or with what a topic call says; `calls` are the (id, title) that it may belong to."""
    if found is not None:
        defaults = {
            "title": found.title, "wording": found.wording, "call": str(found.call_id or ""), "stamp": found.stamp,
            "opens_day": f"{found.opens_at:%Y-%m-%d}", "opens_clock": f"{found.opens_at:%H:%M}",
            "closes_day": f"{found.closes_at:%Y-%m-%d}", "closes_clock": f"{found.closes_at:%H:%M}",
        }  # fmt: skip
    form = TopicCallForm(data=defaults)
    form.call.choices = choices_of(calls, "不对应")
    return form


class TopicReasonForm(StepForm):
    """A step that needs a reason."""

    reason = TextAreaField("理由", [DataRequired("请写明理由"), at_most(REASON_LIMIT)], filters=[many_lines])


class AssignForm(StepForm):
    """Which agency is to take it up."""

    agency_id = SelectField("办理单位", validate_choice=False)


class MergeForm(StepForm):
    """Which proposal says the same."""

    into = SelectField("并入的主题建议", validate_choice=False)


class AdoptForm(StepForm):
    """The plan that takes a proposal up, and the words that the public reads."""

    plan = SelectField("活动计划", validate_choice=False)
    answer = TextAreaField(
        "答复", [DataRequired("请填写答复"), at_most(ANSWER_LIMIT)], filters=[many_lines], default=ADOPTED
    )

    def offer(self, plans: Sequence[tuple[str, str]]) -> "AdoptForm":
        """The plans to choose from, a new one first."""
        self.plan.choices = [SelectChoice("", "新建一个活动计划"), *(choice(code, theme) for code, theme in plans)]
        return self


class AnswerForm(StepForm):
    """An answer without a plan."""

    verdict = RadioField(
        "办理结果", validate_choice=False, choices=[SelectChoice(each.value, each.label) for each in ANSWERS]
    )
    text = TextAreaField("答复和理由", [DataRequired("请填写答复和理由"), at_most(ANSWER_LIMIT)], filters=[many_lines])

    def validate_verdict(self, field: Any) -> None:
        """One of the two."""
        if field.data not in ANSWERS:
            raise ValidationError("请选择办理结果")

    def answer(self) -> Answer:
        """What was typed; call it after `validate_on_submit`."""
        return Answer(Verdict(self.verdict.data), self.text.data)


def offer_agencies(form: AssignForm, agencies: Sequence[tuple[int, str]]) -> AssignForm:
    """Fill in the agencies to choose from."""
    form.agency_id.choices = choices_of(agencies, _("请选择"))
    return form


def _moment(day: str | None, clock: str | None) -> datetime:
    return datetime.combine(read_day(day or ""), read_clock(clock or ""), SHANGHAI)
