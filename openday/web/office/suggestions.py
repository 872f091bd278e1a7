"""The office's suggestions: moderated on the way in, published on the way out."""

from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from openday import clock
from openday.queries.people import agencies_in_reach
from openday.queries.suggestions import suggestion_list as read_list
from openday.queries.suggestions import suggestion_page
from openday.rules.permissions import Right, Role
from openday.rules.states import SuggestionStatus
from openday.services import suggestions
from openday.web.access import open_to, the_actor
from openday.web.forms.suggestions import ReasonStepForm, ReassignForm, StepForm, agency_filter, choices_of, number_from
from openday.web.office.blueprint import bp
from openday.web.pages import absolute_url
from openday.web.suggestion_steps import take_step

_READERS = (Role.OFFICER, Role.ADMIN, Role.AUDITOR)
_ONE = "/suggestions/<int(max=2147483647):suggestion_id>"


@bp.get("/suggestions")
@open_to(*_READERS)
def suggestion_list() -> ResponseReturnValue:
    """What is under way, or what is in one state, of all agencies or of one."""
    asked = request.args.get("status", "")
    status = SuggestionStatus(asked) if asked in set(SuggestionStatus) else None
    agencies = [(agency.id, agency.name) for agency in agencies_in_reach(the_actor(), Right.SUGGESTION_READ)]
    chosen = number_from(request.args.get("agency"))
    agency_id = chosen if chosen in dict(agencies) else None
    page = number_from(request.args.get("page")) or 1
    found = read_list(the_actor(), clock.now(), status=status, agency_id=agency_id, page=page)
    kept = {"agency": agency_id} if agency_id else {}
    return render_template(
        "office/suggestion_list.html", found=found, status=status, kept=kept, filter=agency_filter(agencies, agency_id)
    )


@bp.get(_ONE)
@open_to(*_READERS)
def suggestion_show(suggestion_id: int) -> ResponseReturnValue:
    """One suggestion with its clock, its history, and what the office may do with it."""
    return _page(suggestion_id)


@bp.post(f"{_ONE}/accept")
@open_to(Role.OFFICER)
def suggestion_accept(suggestion_id: int) -> ResponseReturnValue:
    """Hand it to the agency."""
    form = StepForm()
    return take_step(
        form,
        lambda: suggestions.accept_suggestion(the_actor(), suggestion_id, form.seen),
        lambda status: _page(suggestion_id, status, acting=form),
        done="已受理，转承办单位答复。",
        then=url_for("office.suggestion_list"),
    )


@bp.post(f"{_ONE}/remove")
@open_to(Role.OFFICER)
def suggestion_remove(suggestion_id: int) -> ResponseReturnValue:
    """Turn it down with a reason."""
    form = ReasonStepForm()
    return take_step(
        form,
        lambda: suggestions.remove_suggestion(the_actor(), suggestion_id, form.seen, form.reason.data),
        lambda status: _page(suggestion_id, status, reasoning=form),
        done="已作不予公开处理，理由可凭查询码查看。",
        then=url_for("office.suggestion_list"),
    )


@bp.post(f"{_ONE}/reassign")
@open_to(Role.OFFICER)
def suggestion_reassign(suggestion_id: int) -> ResponseReturnValue:
    """Give it to the agency that it belongs to."""
    form = ReassignForm()
    agency_id = number_from(form.agency_id.data)
    return take_step(
        form,
        lambda: suggestions.reassign_suggestion(the_actor(), suggestion_id, form.seen, agency_id),
        lambda status: _page(suggestion_id, status, reassigning=form),
        done="已转其他单位办理，答复期限不变。",
        then=url_for("office.suggestion_show", suggestion_id=suggestion_id),
    )


@bp.post(f"{_ONE}/publish")
@open_to(Role.OFFICER)
def suggestion_publish(suggestion_id: int) -> ResponseReturnValue:
    """Make question and answer public."""
    form = StepForm()
    return take_step(
        form,
        lambda: suggestions.publish_reply(the_actor(), suggestion_id, form.seen, _receipt_url),
        lambda status: _page(suggestion_id, status, acting=form),
        done="答复已公开。",
        then=url_for("office.suggestion_list"),
    )


@bp.post(f"{_ONE}/return")
@open_to(Role.OFFICER)
def suggestion_return(suggestion_id: int) -> ResponseReturnValue:
    """Give the answer back to the agency with a reason."""
    form = ReasonStepForm()
    return take_step(
        form,
        lambda: suggestions.return_reply(the_actor(), suggestion_id, form.seen, form.reason.data),
        lambda status: _page(suggestion_id, status, reasoning=form),
        done="已退回承办单位重新起草。",
        then=url_for("office.suggestion_list"),
    )


def _receipt_url(code: str) -> str:
    return absolute_url("public.suggestion_receipt", code=code)


def _page(suggestion_id: int, status: int = 200, **forms: Any) -> ResponseReturnValue:
    found = suggestion_page(the_actor(), suggestion_id, clock.now())
    actions = [action.value for action in found.actions]
    reassigning = forms.get("reassigning") or ReassignForm(formdata=None, stamp=found.stamp)
    if "reassign" in actions:
        others = agencies_in_reach(the_actor(), Right.SUGGESTION_MODERATE)
        names = [(agency.id, agency.name) for agency in others if agency.id != found.agency_id]
        reassigning.agency_id.choices = choices_of(names, "请选择")
    page = render_template(
        "office/suggestion_show.html",
        found=found,
        actions=actions,
        reassigning=reassigning,
        reasoning=forms.get("reasoning") or ReasonStepForm(formdata=None, stamp=found.stamp),
        refused=next(iter(forms.values()), None),
    )
    return page, status
