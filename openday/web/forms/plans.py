"""The plan form in the order of the 报送表, the reviewer's comments, and what narrows a list."""

from collections.abc import Iterable
from typing import Any

from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, SelectField, StringField, TextAreaField
from wtforms.fields import SelectChoice
from wtforms.validators import DataRequired

from openday.queries.calls import CallChoice
from openday.queries.plans import PlanPage
from openday.rules.plan_states import PlanStatus, ReviewStep
from openday.rules.plan_text import FIELD_LABELS, FIELD_LIMITS, PLAN_FIELDS, SEVERAL_LINES, PlanText
from openday.services.plans import PlanDraft, new_key
from openday.web.forms.texts import at_most, many_lines, one_line

NO_CALL = 0


def plan_field(name: str, *validators: Any) -> Any:
    """The control for one field of the plan form, with its label, limit and cleaning."""
    kind, clean = (TextAreaField, many_lines) if name in SEVERAL_LINES else (StringField, one_line)
    return kind(FIELD_LABELS[name], [*validators, at_most(FIELD_LIMITS[name])], filters=[clean])


class PlanForm(FlaskForm):
    """报送表; `key` makes sending a new form twice file one plan, `version` tells two editors apart."""

    call = SelectField("征集通知", coerce=int)
    theme = plan_field("theme", DataRequired("请填写活动主题"))
    time_text = plan_field("time_text")
    venue = plan_field("venue")
    content = plan_field("content")
    audience_text = plan_field("audience_text")
    signup_text = plan_field("signup_text")
    contact = plan_field("contact")
    contact_phone = plan_field("contact_phone")
    key = HiddenField()
    version = HiddenField()

    def draft(self) -> PlanDraft:
        """The values as the use-case takes them."""
        return PlanDraft(self.call.data or None, self.text())

    def text(self) -> PlanText:
        """The fields of the form as typed."""
        return PlanText(**{name: self[name].data for name in PLAN_FIELDS})


def plan_form(calls: Iterable[CallChoice], plan: PlanPage | None = None) -> PlanForm:
    """The form, blank or with a plan's text; the plan's own call stays on the list when it is closed."""
    titles = {call.id: call.title for call in calls}
    if plan is not None and plan.call_id is not None:
        titles.setdefault(plan.call_id, plan.call)
    titles[NO_CALL] = "不属于任何征集通知"
    values: dict[str, Any] = {"call": next(iter(titles))}
    if plan is not None:
        values = {**plan.text.as_dict(), "call": plan.call_id or NO_CALL, "version": plan.version}
    form = PlanForm(data=values)
    form.call.choices = [SelectChoice(id_, title) for id_, title in titles.items()]
    if not form.key.data:
        form.key.data = new_key()
    return form


class ReasonForm(FlaskForm):
    """A reason that the others will read; `version` is the text that was read."""

    reason = TextAreaField("理由", [DataRequired("请写明理由"), at_most(2_000)], filters=[many_lines])
    version = HiddenField()


class ReturnForm(FlaskForm):
    """An overall reason and words pinned to fields; one of them is enough."""

    reason = TextAreaField("退回理由", [at_most(2_000)], filters=[many_lines])
    version = HiddenField()

    def comments(self) -> dict[str, str]:
        """Field name to what the reviewer wrote at it; empty ones left out."""
        typed = {name: self[f"on_{name}"].data for name in PLAN_FIELDS}
        return {name: text for name, text in typed.items() if text}


class _AtAStep:
    """Forms that carry the step of the agency's review that the reviewer had before them."""

    step: HiddenField

    def step_seen(self) -> ReviewStep | None:
        """The step as sent; None for what no page of ours sends."""
        return ReviewStep(self.step.data) if self.step.data in set(ReviewStep) else None


class AgencyReturnForm(_AtAStep, ReturnForm):
    """退回修改 inside the agency."""

    step = HiddenField()


class AgencyApproveForm(_AtAStep, FlaskForm):
    """One step of the agency's review; only the secrecy review asks the question."""

    step = HiddenField()
    version = HiddenField()
    not_secret = BooleanField("经审查，内容不涉及国家秘密、工作秘密、商业秘密和个人隐私，可以公开")


class TakeBackForm(ReasonForm):
    """取回修改; `seen` is the state that the filer had before them."""

    reason = TextAreaField("取回的理由", [DataRequired("请写明取回的理由"), at_most(2_000)], filters=[many_lines])
    seen = HiddenField()

    def seen_status(self) -> PlanStatus:
        """The state as sent; a value that no page of ours sends reads as one that cannot be taken back."""
        return PlanStatus(self.seen.data) if self.seen.data in set(PlanStatus) else PlanStatus.DRAFT


class CorrectionForm(ReturnForm):
    """申请更正 of what is published: the reason, and what should stand at a field."""

    reason = TextAreaField("更正的理由", [at_most(2_000)], filters=[many_lines])


for _name, _label in FIELD_LABELS.items():
    setattr(ReturnForm, f"on_{_name}", TextAreaField(_label, [at_most(1_000)], filters=[many_lines]))


def version_of(form: Any) -> int:
    """The version that a form was opened at; 0 when the hidden field was tampered with."""
    typed = str(form.version.data or "")
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 9 else 0
