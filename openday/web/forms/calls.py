"""The form of a call, with one number field for every agency."""

from collections.abc import Sequence
from typing import Any

from flask_wtf import FlaskForm
from wtforms import DateField, HiddenField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.fields import SelectChoice
from wtforms.validators import DataRequired, InputRequired, NumberRange

from openday.queries.calls import AgencyChoice, CallPage
from openday.rules.firming_up import FIRM_UP_DAYS, MOST_DAYS
from openday.services.calls import MOST_OWED, CallDraft, Extension
from openday.web.forms.texts import at_most, many_lines, one_line

_MONTHS = [SelectChoice("", "不设活动月"), *(SelectChoice(str(month), f"{month}月") for month in range(1, 13))]


class CallForm(FlaskForm):
    """年度、标题、通知正文、截止日期、活动月、品牌；应报数量另由 `owed_fields` 添加."""

    year = IntegerField(
        "年度",
        [InputRequired("请填写年度，例如 2026"), NumberRange(2000, 2100, "年度应在2000年至2100年之间，例如 2026")],
    )
    title = StringField("标题", [DataRequired("请填写标题"), at_most(200)], filters=[one_line])
    wording = TextAreaField("通知正文", [at_most(20_000)], filters=[many_lines])
    due_on = DateField("报送截止日期", [InputRequired("请填写报送截止日期，例如 2026-06-28")])
    campaign_month = SelectField("活动月", choices=_MONTHS)
    brand = StringField("活动品牌", [at_most(60)], filters=[one_line])
    firm_up_days = IntegerField(
        "最迟确定时间",
        [
            InputRequired("请填写工作日数，例如 10"),
            NumberRange(0, MOST_DAYS, f"工作日数应为0至{MOST_DAYS}，例如 10"),
        ],
        default=FIRM_UP_DAYS,
    )
    stamp = HiddenField()
    owed = HiddenField("应报数量")  # never sent: refusals about the numbers stand here

    @property
    def owed_fields(self) -> list[Any]:
        """The number fields, one for each agency, in the order of their names."""
        return [self[name] for name in self.owed_names.values()]

    def draft(self) -> CallDraft:
        """The values as the use-case takes them; call it after `validate_on_submit`."""
        return CallDraft(
            year=self.year.data,
            title=self.title.data,
            due_on=self.due_on.data,
            wording=self.wording.data,
            campaign_month=int(self.campaign_month.data) if self.campaign_month.data else None,
            brand=self.brand.data,
            firm_up_days=self.firm_up_days.data,
            owed={agency_id: self[name].data for agency_id, name in self.owed_names.items()},
        )


class ExtensionForm(FlaskForm):
    """More time: 新的截止日期 and 理由."""

    due_on = DateField("新的截止日期", [InputRequired("请填写新的截止日期，例如 2026-07-10")])
    reason = StringField("延期理由", [DataRequired("请写明延期的理由，单位会看到"), at_most(200)], filters=[one_line])

    def extension(self) -> Extension:
        """The values as the use-case takes them."""
        return Extension(self.due_on.data, self.reason.data)


class MailboxForm(FlaskForm):
    """催报邮箱 of an agency."""

    email = StringField("催报邮箱", [at_most(200)], filters=[one_line])


def call_form(agencies: Sequence[AgencyChoice], call: CallPage | None = None, **defaults: Any) -> CallForm:
    """The form with a number field for each agency: what a call says already, or one plan each."""
    names = {agency.id: f"owed-{agency.id}" for agency in agencies}
    owes = {id_: call.owed.get(id_, 0) for id_ in names} if call else dict.fromkeys(names, 1)
    fields: dict[str, Any] = {"owed_names": names}
    for agency in agencies:
        fields[names[agency.id]] = IntegerField(
            agency.name,
            [
                InputRequired(f"{agency.name}：请填写应报数量，不需要报送的填0"),
                NumberRange(0, MOST_OWED, f"{agency.name}：应报数量应为0至{MOST_OWED}"),
            ],
            default=owes[agency.id],
        )
    kind = type("CallFormOfPlace", (CallForm,), fields)
    if call is not None:
        month = str(call.campaign_month or "")
        defaults = {
            "year": call.year, "title": call.title, "wording": call.wording, "due_on": call.due_on,
            "campaign_month": month, "brand": call.brand, "stamp": call.stamp,
            "firm_up_days": call.firm_up_days,
        }  # fmt: skip
    form: CallForm = kind(data=defaults)
    return form
