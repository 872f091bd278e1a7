"""The public docket of suggestions, the form, and what a receipt code shows."""

from typing import Any

from flask import current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from openday import clock
from openday.errors import Conflict, NotFound, Refused, TooMany
from openday.queries import docket
from openday.rules.states import Adoption
from openday.services.suggestions import leave_suggestion
from openday.web.access import ANYONE, open_to
from openday.web.challenge import challenge_over, challenge_passed
from openday.web.forms.suggestions import ReceiptForm, SuggestionForm, agency_filter, number_from
from openday.web.forms.texts import put_problem
from openday.web.public import cards
from openday.web.public.blueprint import bp


@bp.get("/suggestions")
@open_to(ANYONE)
def suggestions() -> ResponseReturnValue:
    """What was asked and answered, the last answered first."""
    asked = request.args.get("adoption", "")
    adoption = Adoption(asked) if asked in set(Adoption) else None
    agency = request.args.get("agency", "")[:60]
    found = docket.docket(adoption=adoption, agency=agency, page=number_from(request.args.get("page")) or 1)
    kept = {"agency": agency} if agency in dict(found.agencies) else {}
    narrowing = agency_filter(found.agencies, kept.get("agency"))
    owed = docket.under_way(clock.today())
    return _render("public/suggestions.html", found=found, adoption=adoption, kept=kept, filter=narrowing, owed=owed)


@bp.get("/suggestions/new")
@open_to(ANYONE)
def suggestion_new() -> ResponseReturnValue:
    """The form, about one activity or about an agency."""
    form = SuggestionForm(formdata=None, activity=request.args.get("activity", "")[:40])
    return _form(form)


@bp.post("/suggestions/new")
@open_to(ANYONE)
def suggestion_submit() -> ResponseReturnValue:
    """Keep the suggestion and show its receipt code."""
    form = SuggestionForm()
    if form.validate_on_submit():
        try:
            code = leave_suggestion(form.suggestion(), challenge_passed(request.form, "suggestion"))
        except (Refused, Conflict, TooMany) as refused:
            if isinstance(refused, Conflict):
                challenge_over()
            put_problem(form, refused.field, refused.message)
            return _form(form, refused.status, refused.outcome)
        return redirect(url_for("public.suggestion_receipt", code=code), code=303)
    return _form(form, 422, "invalid")


@bp.get("/suggestions/receipts")
@open_to(ANYONE)
def suggestion_receipts() -> ResponseReturnValue:
    """Where a receipt code is typed in."""
    return _render("public/suggestion_receipts.html", form=ReceiptForm(formdata=None))


@bp.post("/suggestions/receipts")
@open_to(ANYONE)
def suggestion_receipt_find() -> ResponseReturnValue:
    """To the page of a typed code; sent as a POST, so that codes stay out of query strings."""
    form = ReceiptForm()
    if form.validate_on_submit():
        try:
            found = docket.receipt(form.receipt())
        except NotFound as unknown:
            put_problem(form, "code", unknown.message)
        else:
            return redirect(url_for("public.suggestion_receipt", code=found.code), code=303)
    return _render("public/suggestion_receipts.html", form=form, outcome="invalid"), 422


@bp.get("/suggestions/receipts/<code>")
@open_to(ANYONE)
def suggestion_receipt(code: str) -> ResponseReturnValue:
    """Where the suggestion with this code stands, and its answer."""
    found = docket.receipt(code)
    groups = " ".join(found.code[at : at + 4] for at in range(0, len(found.code), 4))
    return _render(
        "public/suggestion_receipt.html",
        receipt=found,
        groups=groups,
        outcome=found.status.value,
        milestone_words=_milestone_words(),
    )


def _form(form: SuggestionForm, status: int = 200, outcome: str = "") -> ResponseReturnValue:
    about = docket.about_activity(form.activity.data) if form.activity.data else None
    form.offer([] if about else docket.agencies_to_ask())
    days = current_app.config["SETTINGS"].retention_days
    return _render("public/suggestion_new.html", form=form, about=about, outcome=outcome, retention_days=days), status


def _milestone_words() -> dict[str, str]:
    """The steps that a receipt shows in the visitor's language, by their Chinese."""
    return {
        "收到意见建议": _("收到意见建议"),
        "已受理，转有关单位办理": _("已受理，转有关单位办理"),
        "转其他单位办理": _("转其他单位办理"),
        "不予公开": _("不予公开"),
        "答复已公开": _("答复已公开"),
    }


def _render(template: str, **values: Any) -> str:
    return render_template(template, moment=cards.moment, day_name=cards.day_name, **values)
