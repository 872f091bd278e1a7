"""Forms of ballots: the plan, the seed values, the reason of a void list, and one's own receipt."""

from typing import Any

from flask_babel import gettext as _
from flask_wtf import FlaskForm
from wtforms import Field, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Optional, ValidationError

from openday.queries.ballots import BallotPage
from openday.rules.ballot import LONGEST_VALUE, BallotRules, SeedSource
from openday.rules.ballot_groups import GroupingChoice, read_weights
from openday.rules.schedules import MOST_SEATS, read_count, read_day
from openday.services.ballots import LONGEST_SOURCE, LONGEST_WITNESS, BallotPlan
from openday.web.forms.holding import HoldingForm
from openday.web.forms.occurrences import day_field, whole_number
from openday.web.forms.texts import at_most, choice, many_lines, one_line

_LONGEST_CODE = 60


def _weights(_form: Any, field: Field) -> None:
    try:
        read_weights(field.data or "")
    except ValueError as wrong:
        raise ValidationError(str(wrong)) from wrong


class PlanBallotForm(FlaskForm):
    """Where the seed will come from, what groups count, and how long the reserve list is; an empty source is none."""

    witness = StringField("见证人给出的数字", [at_most(LONGEST_SOURCE)], filters=[one_line])
    witness_day = day_field("给出数字的日期", Optional())
    public = StringField("公开数据", [at_most(LONGEST_SOURCE)], filters=[one_line])
    public_day = day_field("数据产生的日期", Optional())
    reserve = StringField("候补组数上限", [Optional(), whole_number(0, MOST_SEATS)], filters=[one_line])
    grouping = SelectField("按什么分组", validate_choice=False, default="")
    weights = TextAreaField("各组的权重", [Optional(), _weights], filters=[many_lines])

    def offer(self, groupings: tuple[GroupingChoice, ...]) -> "PlanBallotForm":
        """Fill in what may tell groups apart."""
        named = [choice(each.value, f"{each.label}（{'、'.join(each.groups)}）") for each in groupings]
        self.grouping.choices = [choice("", "不分组，先被抽到的机会相同"), *named]
        return self

    def validate(self, extra_validators: Any = None) -> bool:
        """Besides each field: a source needs its day."""
        fine = bool(super().validate(extra_validators))
        for what, day in ((self.witness, self.witness_day), (self.public, self.public_day)):
            if bool(what.data) != bool(day.data):
                (day if what.data else what).errors = ["请同时写明来源和日期，或者都不填"]
                fine = False
        return fine

    def plan(self) -> BallotPlan:
        """The values as the use-case takes them; call it after `validate_on_submit`."""
        sources = tuple(
            SeedSource(kind, what.data or "", read_day(day.data or "").isoformat())
            for kind, what, day in (
                ("witness", self.witness, self.witness_day),
                ("public", self.public, self.public_day),
            )
            if what.data
        )
        reserve = read_count(self.reserve.data, 0, MOST_SEATS) if self.reserve.data else None
        return BallotPlan(sources, reserve, self.grouping.data or "", read_weights(self.weights.data or ""))


def plan_form(ballot: BallotPage | None, groupings: tuple[GroupingChoice, ...]) -> PlanBallotForm:
    """The form with what is planned already, or was for the draw that became void."""
    if ballot is None or ballot.status not in ("planned", "void"):
        return PlanBallotForm(formdata=None).offer(groupings)
    data: dict[str, str] = {}
    for source in ballot.rules.sources:
        data[source.kind], data[f"{source.kind}_day"] = source.what, source.when
    if ballot.rules.reserve is not None:
        data["reserve"] = str(ballot.rules.reserve)
    if ballot.rules.grouped_by is not None:
        label = ballot.rules.grouped_by[1]
        data["grouping"] = next((each.value for each in groupings if each.label == label), "")
        data["weights"] = "\n".join(f"{name} {weight}" for name, weight in ballot.rules.weights.items() if name)
    return PlanBallotForm(formdata=None, data=data).offer(groupings)


class DrawForm(HoldingForm):
    """One value for each source; the fields are made by `draw_form`."""

    witness = StringField("见证人姓名", [at_most(LONGEST_WITNESS)], filters=[one_line])
    value_names: tuple[str, ...] = ()

    def values(self) -> list[str]:
        """The values in the order of the sources."""
        return [self[name].data or "" for name in self.value_names]


def draw_form(rules: BallotRules) -> DrawForm:
    """The form for the sources of these rules."""
    names = tuple(f"value_{index}" for index in range(len(rules.sources)))
    fields: dict[str, Any] = {
        name: StringField(source.what, [DataRequired("请填写数值"), at_most(LONGEST_VALUE)], filters=[one_line])
        for name, source in zip(names, rules.sources, strict=True)
    }
    fields["value_names"] = names
    form: DrawForm = type("DrawFormOfBallot", (DrawForm,), fields)()
    return form


class VoidForm(FlaskForm):
    """Why a list is void; everybody reads it."""

    reason = TextAreaField("理由", [DataRequired("请写明理由"), at_most(500)], filters=[one_line])


class ReceiptForm(FlaskForm):
    """The code of a ticket, or its whole address as it stands in the message."""

    receipt = StringField("报名凭证编号", [DataRequired("请填写报名凭证编号")], filters=[one_line])

    def receipt_code(self) -> str:
        """The code alone."""
        typed = (self.receipt.data or "").split("?")[0].rstrip("/")
        return typed.rsplit("/", 1)[-1][:_LONGEST_CODE].lower()

    def say_unknown(self) -> None:
        """Nobody on this list holds the code."""
        self.receipt.errors = [str(_("名单中没有这个编号，请核对后再查询"))]
