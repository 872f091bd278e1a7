"""The agency's topics: what residents want to see of it, taken up in a plan or answered."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from openday.errors import Conflict, Refused
from openday.queries import topic_lists as lists
from openday.queries import topics as queries
from openday.queries.topics import WAITS
from openday.rules.permissions import Role
from openday.services import topic_answers
from openday.web.access import open_to, the_actor
from openday.web.agency.blueprint import bp
from openday.web.forms.texts import put_problem
from openday.web.forms.topics import AdoptForm, AnswerForm
from openday.web.suggestion_steps import take_step
from openday.web.tables import page_number

_STAFF = (Role.FILER, Role.REVIEWER)
_ONE = "/topics/<int(max=2147483647):topic_id>"


@bp.get("/topics")
@open_to(*_STAFF)
def topic_list() -> ResponseReturnValue:
    """The proposals that this agency was asked to take up."""
    wait = request.args.get("wait", "")
    wait = wait if wait in WAITS else ""
    found = lists.topic_list(the_actor(), wait=wait, page=page_number(request.args.get("page", "")))
    return render_template("agency/topic_list.html", found=found, wait=wait)


@bp.get(_ONE)
@open_to(*_STAFF)
def topic_show(topic_id: int) -> ResponseReturnValue:
    """One proposal, its history, and what the agency can make of it."""
    return _page(topic_id)


@bp.post(f"{_ONE}/adopt")
@open_to(Role.FILER)
def topic_adopt(topic_id: int) -> ResponseReturnValue:
    """Into a plan: a new draft that is filled in, or one of the agency's own."""
    form = AdoptForm()
    if not form.validate_on_submit():
        return _page(topic_id, 422, adopting=form)
    chosen = (form.plan.data or "")[:20]
    try:
        code = topic_answers.adopt_topic(the_actor(), topic_id, form.seen, form.answer.data, chosen)
    except (Refused, Conflict) as problem:
        put_problem(form, problem.field, problem.message)
        return _page(topic_id, problem.status, adopting=form)
    if chosen:
        flash("已纳入所选的活动计划，办理结果由政务公开办公开。", "done")
        return redirect(url_for("agency.topic_show", topic_id=topic_id), code=303)
    flash("已新建活动计划并填入建议内容，请补充时间、地点等内容后提交。", "done")
    return redirect(url_for("agency.plan_edit", code=code), code=303)


@bp.post(f"{_ONE}/answer")
@open_to(Role.FILER)
def topic_answer(topic_id: int) -> ResponseReturnValue:
    """Say why it is done another way, or not at all."""
    form = AnswerForm()
    return take_step(
        form,
        lambda: topic_answers.draft_topic_answer(the_actor(), topic_id, form.seen, form.answer()),
        lambda status: _page(topic_id, status, answering=form),
        done="办理结果已报送政务公开办。",
        then=url_for("agency.topic_show", topic_id=topic_id),
    )


def _page(topic_id: int, status: int = 200, **forms: Any) -> ResponseReturnValue:
    found = queries.topic_page(the_actor(), topic_id)
    stamp = {"formdata": None, "stamp": found.stamp}
    plans = queries.plans_to_adopt(found.agency_id) if found.agency_id and "adopt" in found.actions else ()
    page = render_template(
        "agency/topic_show.html",
        found=found,
        actions=[action.value for action in found.actions],
        adopting=(forms.get("adopting") or AdoptForm(**stamp)).offer(plans),
        answering=forms.get("answering") or AnswerForm(**stamp),
        refused=next(iter(forms.values()), None),
    )
    return page, status
