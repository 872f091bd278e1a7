"""The office's decision on a plan, and what narrows its lists."""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from flask_wtf import FlaskForm
from wtforms import DateField, Form, HiddenField, MonthField, SearchField, SelectField, TextAreaField
from wtforms.validators import DataRequired

from openday.queries.office_plans import PlanFilter
from openday.queries.plans import PlanPage
from openday.queries.statistics import Span
from openday.rules.plan_states import PlanStatus
from openday.services.reviews import Chosen
from openday.services.working_days import FIRST_YEAR, LAST_YEAR
from openday.web.forms.plans import ReturnForm
from openday.web.forms.texts import at_most, many_lines, one_line, show_cleaned

ALL = 0
MOST_CHOSEN = 200
_CODE = re.compile(r"[0-9a-z]{1,12}")
LONGEST_SEARCH = 100


class ApproveForm(FlaskForm):
    """同意备案 needs no words; `version` is the text that was read."""

    version = HiddenField()


class DecideForm(FlaskForm):
    """Several plans decided at once: ticked ones as `code:version`, and a reason where they are given back."""

    reason = TextAreaField("退回理由", [at_most(2_000)], filters=[many_lines])

    def chosen(self, ticked: Iterable[str]) -> list[Chosen]:
        """The plans as ticked, each once; what no page of ours sends is left out."""
        found = {}
        for value in list(ticked)[:MOST_CHOSEN]:
            code, _, version = value.partition(":")
            if _CODE.fullmatch(code) and version.isascii() and version.isdigit() and len(version) < 9:
                found[code] = Chosen(code, int(version))
        return list(found.values())


class SettleForm(FlaskForm):
    """The answer to an agency that asked for a correction."""

    reason = TextAreaField("答复", [DataRequired("请写明答复"), at_most(2_000)], filters=[many_lines])


class OfficeReturnForm(ReturnForm):
    """退回修改; `seen` is the state that the officer had before them."""

    seen = HiddenField()

    def seen_status(self) -> PlanStatus:
        """The state as sent; a value that no page of ours sends reads as waiting for review."""
        return PlanStatus(self.seen.data) if self.seen.data in set(PlanStatus) else PlanStatus.OFFICE_REVIEW


def return_form(plan: PlanPage) -> OfficeReturnForm:
    """An empty return form for the plan as it stands."""
    return OfficeReturnForm(formdata=None, version=plan.version, seen=plan.status.value)


class PlanFilterForm(Form):
    """What narrows the office's list of plans."""

    q = SearchField("主题、地点、内容或单位", filters=[one_line])
    agency = SelectField("单位", coerce=int, default=ALL)
    call = SelectField("征集通知", coerce=int, default=ALL)
    month = MonthField("月份")

    def wanted(self, status: PlanStatus | None, *, asking: bool = False) -> PlanFilter:
        """The filter; what was typed and cannot be read narrows nothing."""
        return PlanFilter(
            status=status,
            asking=asking,
            agency_id=_chosen(self.agency),
            call_id=_chosen(self.call),
            month=_plausible(self.month.data),
            search=(self.q.data or "")[:LONGEST_SEARCH],
        )

    def kept(self) -> dict[str, str]:
        """The filter as a query string says it, for the links of the page."""
        month = _plausible(self.month.data)
        values = {
            "q": (self.q.data or "")[:LONGEST_SEARCH],
            "agency": str(_chosen(self.agency) or ""),
            "call": str(_chosen(self.call) or ""),
            "month": f"{month:%Y-%m}" if month else "",
        }
        return {name: value for name, value in values.items() if value}


class SpanForm(Form):
    """What the statistics count."""

    call = SelectField("征集通知", coerce=int, default=ALL)
    first = DateField("开展时间自")
    last = DateField("至")

    def span(self) -> Span:
        """The span; days in the wrong order are turned round."""
        first, last = _plausible(self.first.data), _plausible(self.last.data)
        if first and last and first > last:
            first, last = last, first
        return Span(first, last, _chosen(self.call))


def plan_filter_form(
    args: Any, agencies: Iterable[tuple[int, str]], calls: Iterable[tuple[int, str]]
) -> PlanFilterForm:
    """The filter as the address says it."""
    form = PlanFilterForm(args)
    form.agency.choices = [(ALL, "全部单位"), *agencies]
    form.call.choices = [(ALL, "全部"), *calls]
    show_cleaned(form.month)
    return form


def span_form(args: Any, calls: Iterable[tuple[int, str]]) -> SpanForm:
    """The span as the address says it."""
    form = SpanForm(args)
    form.call.choices = [(ALL, "全部"), *calls]
    show_cleaned(form.first, form.last)
    return form


def status_of(args: Mapping[str, str]) -> PlanStatus | None:
    """The state that the address names; None for all."""
    return PlanStatus(args["status"]) if args.get("status") in set(PlanStatus) else None


def number_of(args: Mapping[str, str], name: str) -> int | None:
    """A positive whole number of the address; None when there is none that fits a column."""
    typed = args.get(name, "")
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 9 and int(typed) else None


def _chosen(field: SelectField) -> int | None:
    known = {value for value, _ in field.choices or []}
    return int(field.data) if field.data and field.data in known else None


def _plausible(day: date | None) -> date | None:
    """A day of our time, or None: at the ends of the calendar no day follows, and none can be told by the clock."""
    return day if day is not None and FIRST_YEAR <= day.year <= LAST_YEAR else None
