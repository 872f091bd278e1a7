"""The agency's suggestions: drafted by the filer, approved or given back by the reviewer."""

from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from openday import clock
from openday.queries.suggestions import suggestion_list as read_list
from openday.queries.suggestions import suggestion_page
from openday.rules.permissions import Role
from openday.rules.states import SuggestionStatus
from openday.rules.suggestion_states import WITH_THE_OFFICE
from openday.services import suggestions
from openday.web.access import open_to, the_actor
from openday.web.agency.blueprint import bp
from openday.web.forms.suggestions import ReasonStepForm, ReplyForm, StepForm, number_from
from openday.web.suggestion_steps import take_step

_STAFF = (Role.FILER, Role.REVIEWER)
_ONE = "/suggestions/<int(max=2147483647):suggestion_id>"


@bp.get("/suggestions")
@open_to(*_STAFF)
def suggestion_list() -> ResponseReturnValue:
    """What is under way, or what is in one state."""
    asked = request.args.get("status", "")
    status = SuggestionStatus(asked) if asked in set(SuggestionStatus) - WITH_THE_OFFICE else None
    page = number_from(request.args.get("page")) or 1
    found = read_list(the_actor(), clock.now(), status=status, page=page)
    return render_template("agency/suggestion_list.html", found=found, status=status)


@bp.get(_ONE)
@open_to(*_STAFF)
def suggestion_show(suggestion_id: int) -> ResponseReturnValue:
    """One suggestion, its clock, its history, and the answer to be drafted or approved."""
    return _page(suggestion_id)


@bp.post(f"{_ONE}/draft")
@open_to(Role.FILER)
def suggestion_draft(suggestion_id: int) -> ResponseReturnValue:
    """Hand in the answer."""
    form = ReplyForm()
    return take_step(
        form,
        lambda: suggestions.draft_reply(the_actor(), suggestion_id, form.seen, form.answer()),
        lambda status: _page(suggestion_id, status, replying=form),
        done="答复已提交。",
        then=url_for("agency.suggestion_show", suggestion_id=suggestion_id),
    )


@bp.post(f"{_ONE}/approve")
@open_to(Role.REVIEWER)
def suggestion_approve(suggestion_id: int) -> ResponseReturnValue:
    """Let the answer go to the office."""
    form = StepForm()
    return take_step(
        form,
        lambda: suggestions.approve_reply(the_actor(), suggestion_id, form.seen),
        lambda status: _page(suggestion_id, status, acting=form),
        done="审核通过，已报送政务公开办。",
        then=url_for("agency.suggestion_list"),
    )


@bp.post(f"{_ONE}/return")
@open_to(Role.REVIEWER)
def suggestion_return(suggestion_id: int) -> ResponseReturnValue:
    """Give the draft back with a reason."""
    form = ReasonStepForm()
    return take_step(
        form,
        lambda: suggestions.agency_return_reply(the_actor(), suggestion_id, form.seen, form.reason.data),
        lambda status: _page(suggestion_id, status, returning=form),
        done="已退回填报人重新起草。",
        then=url_for("agency.suggestion_list"),
    )


def _page(suggestion_id: int, status: int = 200, **forms: Any) -> ResponseReturnValue:
    found = suggestion_page(the_actor(), suggestion_id, clock.now())
    filled = {"reply": found.reply, "adoption": found.adoption, "reason": found.adoption_reason, "stamp": found.stamp}
    page = render_template(
        "agency/suggestion_show.html",
        found=found,
        actions=[action.value for action in found.actions],
        replying=forms.get("replying") or ReplyForm(formdata=None, **filled),
        returning=forms.get("returning") or ReasonStepForm(formdata=None, stamp=found.stamp),
        refused=next(iter(forms.values()), None),
    )
    return page, status
