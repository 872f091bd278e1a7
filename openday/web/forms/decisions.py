"""The form with which applicants are accepted or declined."""

from typing import Any

from wtforms import RadioField, SelectMultipleField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired

from openday.queries.applicants import Applicant
from openday.services.decisions import REASON_LIMIT
from openday.web.forms.holding import HoldingForm
from openday.web.forms.texts import at_most, choice, one_line


class DecisionForm(HoldingForm):
    """Who, accepted or declined, and why."""

    numbers = SelectMultipleField("待审核的报名", [DataRequired("请选择报名")], validate_choice=False)
    decision = RadioField(
        "审核意见",
        [InputRequired("请选择审核意见")],
        choices=[SelectChoice("accept", "通过"), SelectChoice("decline", "不通过")],
    )
    reason = TextAreaField("理由", [at_most(REASON_LIMIT)], filters=[one_line])

    def offer(self, waiting: list[Applicant]) -> "DecisionForm":
        """Fill in the choices."""
        self.numbers.choices = [
            choice(one.number, f"{one.name}（{one.phone}），{one.party_size}人，{one.quota}") for one in waiting
        ]
        return self

    @property
    def accepts(self) -> bool:
        """Whether those chosen are accepted."""
        return bool(self.decision.data == "accept")


def hints(waiting: list[Applicant]) -> dict[str, Any]:
    """What stands below each applicant: desk number, door, and what else they answered."""
    return {
        one.number: "；".join(
            [f"登记号{one.number}", f"{one.source.label}报名", *(f"{label}：{text}" for label, text in one.answers)]
        )
        for one in waiting
    }
