"""The office's topics: calls opened and ended, proposals let into public, handed on, merged, answered."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from openday import clock
from openday.errors import ChangedByAnother, Duplicate, Refused
from openday.queries import topic_lists as lists
from openday.queries import topics as queries
from openday.queries.calls import call_list
from openday.queries.people import agencies_in_reach
from openday.queries.topics import WAITS, TopicPage
from openday.rules.permissions import Right, Role
from openday.rules.similar_topics import TopicIndex
from openday.services import topic_answers, topic_calls, topic_moderation
from openday.web.access import open_to, the_actor
from openday.web.forms.suggestions import StepForm, choices_of, number_from
from openday.web.forms.texts import put_problem
from openday.web.forms.topics import (
    AdoptForm,
    AnswerForm,
    AssignForm,
    MergeForm,
    TopicCallForm,
    TopicReasonForm,
    offer_agencies,
    topic_call_form,
)
from openday.web.office.blueprint import bp
from openday.web.pages import absolute_url
from openday.web.suggestion_steps import take_step
from openday.web.tables import page_number

_READERS = (Role.OFFICER, Role.ADMIN, Role.AUDITOR)
_CALL = "/topics/calls/<int(max=2147483647):call_id>"
_ONE = "/topics/<int(max=2147483647):topic_id>"


@bp.get("/topics")
@open_to(*_READERS)
def topic_list() -> ResponseReturnValue:
    """Every topic call, and how much of it waits for the office."""
    calls = lists.topic_call_list(the_actor(), clock.now())
    waiting = {wait: sum(call.counts.get(wait, 0) for call in calls) for wait in WAITS}
    return render_template("office/topic_list.html", calls=calls, waiting=waiting)


@bp.get("/topics/calls/new")
@open_to(Role.OFFICER)
def topic_call_new() -> ResponseReturnValue:
    """An empty form: from tomorrow morning, for a month."""
    first = clock.today() + timedelta(days=1)
    form = topic_call_form(
        _calls(),
        opens_day=first.isoformat(),
        opens_clock="09:00",
        closes_day=(first + timedelta(days=30)).isoformat(),
        closes_clock="18:00",
    )
    return _call_form(form, url_for("office.topic_call_create"))


@bp.post("/topics/calls/new")
@open_to(Role.OFFICER)
def topic_call_create() -> ResponseReturnValue:
    """Announce it."""
    form = topic_call_form(_calls())
    if form.validate_on_submit():
        try:
            call_id = topic_calls.open_topic_call(the_actor(), form.draft())
        except (Refused, Duplicate) as refused:
            put_problem(form, refused.field, refused.message)
        else:
            flash("主题征集已公布，到开始时间后公众可以提出建议。", "done")
            return redirect(url_for("office.topic_call_show", call_id=call_id), code=303)
    return _call_form(form, url_for("office.topic_call_create"), 422)


@bp.get(_CALL)
@open_to(*_READERS)
def topic_call_show(call_id: int) -> ResponseReturnValue:
    """One topic call with its proposals, by what they wait for."""
    call = queries.topic_call_page(the_actor(), call_id, clock.now())
    wait = request.args.get("wait", "")
    wait = wait if wait in WAITS else ""
    page = page_number(request.args.get("page", ""))
    found = lists.topic_list(the_actor(), topic_call_id=call.id, wait=wait, page=page)
    return render_template("office/topic_call_show.html", call=call, found=found, wait=wait)


@bp.get(f"{_CALL}/edit")
@open_to(Role.OFFICER)
def topic_call_edit(call_id: int) -> ResponseReturnValue:
    """The topic call to be changed."""
    call = queries.topic_call_page(the_actor(), call_id, clock.now())
    return _call_form(topic_call_form(_calls(), call), url_for("office.topic_call_change", call_id=call_id))


@bp.post(f"{_CALL}/edit")
@open_to(Role.OFFICER)
def topic_call_change(call_id: int) -> ResponseReturnValue:
    """Keep the changes; when another officer was first, nothing is lost."""
    queries.topic_call_page(the_actor(), call_id, clock.now())  # what is beyond reach is not there
    form, status = topic_call_form(_calls()), 422
    if form.validate_on_submit():
        try:
            topic_calls.change_topic_call(the_actor(), call_id, form.draft(), stamp=form.stamp.data or "")
        except (Refused, Duplicate) as refused:
            put_problem(form, refused.field, refused.message)
        except ChangedByAnother as changed:
            put_problem(form, None, f"{changed.message}。核对后再次保存，将以本页内容为准。")
            form.stamp.data, status = queries.topic_call_page(the_actor(), call_id, clock.now()).stamp, 409
        else:
            flash("修改已保存。", "done")
            return redirect(url_for("office.topic_call_show", call_id=call_id), code=303)
    return _call_form(form, url_for("office.topic_call_change", call_id=call_id), status)


@bp.post(f"{_CALL}/end")
@open_to(Role.OFFICER)
def topic_call_end(call_id: int) -> ResponseReturnValue:
    """End it before its time."""
    topic_calls.end_topic_call(the_actor(), call_id)
    flash("征集已结束，不再接收建议和支持；已收到的继续办理。", "done")
    return redirect(url_for("office.topic_call_show", call_id=call_id), code=303)


@bp.get(_ONE)
@open_to(*_READERS)
def topic_show(topic_id: int) -> ResponseReturnValue:
    """One proposal with its history, and what the office may do with it."""
    return _page(topic_id)


@bp.post(f"{_ONE}/accept")
@open_to(Role.OFFICER)
def topic_accept(topic_id: int) -> ResponseReturnValue:
    """Let it into public."""
    form = StepForm()
    return _step(
        topic_id,
        "acting",
        form,
        lambda: topic_moderation.accept_topic(the_actor(), topic_id, form.seen, receipt_url),
        "主题建议已公开。",
    )


@bp.post(f"{_ONE}/remove")
@open_to(Role.OFFICER)
def topic_remove(topic_id: int) -> ResponseReturnValue:
    """Keep it out of public, with a reason."""
    form = TopicReasonForm(prefix="remove-")
    return _step(
        topic_id,
        "removing",
        form,
        lambda: topic_moderation.remove_topic(the_actor(), topic_id, form.seen, form.reason.data, receipt_url),
        "已作不予公开处理，理由可凭查询码查看。",
    )


@bp.post(f"{_ONE}/merge")
@open_to(Role.OFFICER)
def topic_merge(topic_id: int) -> ResponseReturnValue:
    """Into another proposal that says the same."""
    form = MergeForm()
    into = number_from(form.into.data)
    return _step(
        topic_id,
        "merging",
        form,
        lambda: topic_moderation.merge_topic(the_actor(), topic_id, form.seen, into, receipt_url),
        "已并入同类建议，支持人数已合并。",
    )


@bp.post(f"{_ONE}/assign")
@open_to(Role.OFFICER)
def topic_assign(topic_id: int) -> ResponseReturnValue:
    """Ask an agency to take it up."""
    form = AssignForm()
    agency_id = number_from(form.agency_id.data)
    return _step(
        topic_id,
        "assigning",
        form,
        lambda: topic_moderation.assign_topic(
            the_actor(), topic_id, form.seen, agency_id, link=absolute_url("agency.topic_show", topic_id=topic_id)
        ),
        "已转办理单位。",
    )


@bp.post(f"{_ONE}/adopt")
@open_to(Role.OFFICER)
def topic_adopt(topic_id: int) -> ResponseReturnValue:
    """Open a draft plan of the agency for it."""
    form = AdoptForm()
    return _step(
        topic_id,
        "adopting",
        form,
        lambda: topic_answers.adopt_topic(
            the_actor(), topic_id, form.seen, form.answer.data, (form.plan.data or "")[:20]
        ),
        "已纳入活动计划，办理结果待公开。",
    )


@bp.post(f"{_ONE}/answer")
@open_to(Role.OFFICER)
def topic_answer(topic_id: int) -> ResponseReturnValue:
    """Answer without a plan."""
    form = AnswerForm()
    return _step(
        topic_id,
        "answering",
        form,
        lambda: topic_answers.draft_topic_answer(the_actor(), topic_id, form.seen, form.answer()),
        "办理结果已保存，待其他工作人员公开。",
    )


@bp.post(f"{_ONE}/publish")
@open_to(Role.OFFICER)
def topic_publish(topic_id: int) -> ResponseReturnValue:
    """Make public what became of it."""
    form = StepForm()
    return _step(
        topic_id,
        "acting",
        form,
        lambda: topic_moderation.publish_topic_answer(the_actor(), topic_id, form.seen, receipt_url),
        "办理结果已公开。",
    )


@bp.post(f"{_ONE}/return")
@open_to(Role.OFFICER)
def topic_return(topic_id: int) -> ResponseReturnValue:
    """Give the answer back, with a reason."""
    form = TopicReasonForm(prefix="return-")
    return _step(
        topic_id,
        "returning",
        form,
        lambda: topic_moderation.return_topic_answer(the_actor(), topic_id, form.seen, form.reason.data),
        "已退回重新办理。",
    )


@bp.post(f"{_ONE}/reopen")
@open_to(Role.OFFICER)
def topic_reopen(topic_id: int) -> ResponseReturnValue:
    """Deal with it anew, with a reason."""
    form = TopicReasonForm(prefix="reopen-")
    return _step(
        topic_id,
        "reopening",
        form,
        lambda: topic_moderation.reopen_topic(the_actor(), topic_id, form.seen, form.reason.data),
        "已重新办理。",
    )


def receipt_url(code: str) -> str:
    """The absolute address of a receipt's page."""
    return absolute_url("public.topic_receipt", code=code)


def _step(topic_id: int, name: str, form: Any, act: Callable[[], object], done: str) -> ResponseReturnValue:
    return take_step(
        form,
        act,
        lambda status: _page(topic_id, status, **{name: form}),
        done=done,
        then=url_for("office.topic_show", topic_id=topic_id),
    )


def _page(topic_id: int, status: int = 200, **forms: Any) -> ResponseReturnValue:
    found = queries.topic_page(the_actor(), topic_id)
    stamp = {"formdata": None, "stamp": found.stamp}
    page = render_template(
        "office/topic_show.html",
        found=found,
        actions=[action.value for action in found.actions],
        removing=forms.get("removing") or TopicReasonForm(prefix="remove-", **stamp),
        returning=forms.get("returning") or TopicReasonForm(prefix="return-", **stamp),
        reopening=forms.get("reopening") or TopicReasonForm(prefix="reopen-", **stamp),
        assigning=_assigning(found, forms.get("assigning") or AssignForm(**stamp)),
        merging=_merging(found, forms.get("merging") or MergeForm(**stamp)),
        adopting=(forms.get("adopting") or AdoptForm(**stamp)).offer(_plans(found)),
        answering=forms.get("answering") or AnswerForm(**stamp),
        refused=next(iter(forms.values()), None),
    )
    return page, status


def _assigning(found: TopicPage, form: AssignForm) -> AssignForm:
    agencies = agencies_in_reach(the_actor(), Right.TOPIC_MODERATE) if "assign" in found.actions else ()
    return offer_agencies(form, [(agency.id, agency.name) for agency in agencies if agency.id != found.agency_id])


def _merging(found: TopicPage, form: MergeForm) -> MergeForm:
    """Those that are most alike stand first."""
    others = queries.merge_targets(found.id, found.call_id) if "merge" in found.actions else []
    index = TopicIndex((str(id_), title, text) for id_, title, text in others)
    scores = {like.key: like.score for like in index.similar(found.title, found.text, least=0.0, limit=len(others))}
    others.sort(key=lambda other: -scores.get(str(other[0]), 0.0))
    form.into.choices = choices_of([(id_, title) for id_, title, _ in others], "请选择")
    return form


def _plans(found: TopicPage) -> tuple[tuple[str, str], ...]:
    return queries.plans_to_adopt(found.agency_id) if found.agency_id and "adopt" in found.actions else ()


def _calls() -> list[tuple[int, str]]:
    return [(call.id, call.title) for call in call_list(the_actor()) if call.is_open]


def _call_form(form: TopicCallForm, action: str, status: int = 200) -> ResponseReturnValue:
    return render_template("office/topic_call_edit.html", form=form, action=action), status
