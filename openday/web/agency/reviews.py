"""The agency's review of its own plans, step by step; taking back, asking for corrections, comparing versions."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from openday import clock
from openday.errors import ChangedByAnother, Refused
from openday.queries import plans as queries
from openday.queries.comparisons import comparison
from openday.queries.firming_up import plan_to_firm_up
from openday.rules.permissions import Role
from openday.rules.plan_states import PlanStatus
from openday.services import plans
from openday.services.plans import new_key
from openday.web.access import open_to, the_actor
from openday.web.agency.blueprint import bp
from openday.web.forms.plans import (
    AgencyApproveForm,
    AgencyReturnForm,
    CorrectionForm,
    ReasonForm,
    TakeBackForm,
    version_of,
)
from openday.web.forms.reviews import number_of
from openday.web.forms.texts import put_problem
from openday.web.pages import absolute_url

_STAFF = (Role.FILER, Role.REVIEWER)
_OR_AT_A_FIELD = "或者在需要修改的项目下写明意见"


@bp.get("/plans/<code>")
@open_to(*_STAFF)
def plan_show(code: str) -> ResponseReturnValue:
    """One plan: its text, where it stands, its history, and what this person may do with it."""
    return _plan_page(code)


@bp.get("/plans/<code>/compare")
@open_to(*_STAFF)
def plan_compare(code: str) -> ResponseReturnValue:
    """Two versions side by side."""
    found = comparison(the_actor(), code, number_of(request.args, "left"), number_of(request.args, "right"))
    return render_template("agency/plan_compare.html", found=found, plan=found.plan)


@bp.post("/plans/<code>/withdraw")
@open_to(Role.FILER)
def plan_withdraw(code: str) -> ResponseReturnValue:
    """Give the plan up, with a reason."""
    form = ReasonForm()
    if form.validate_on_submit():
        plans.withdraw_plan(the_actor(), code, reason=form.reason.data)
        flash("计划已撤回。", "done")
        return redirect(url_for("agency.plan_show", code=code), code=303)
    return _plan_page(code, withdrawal=form, status=422)


@bp.post("/plans/<code>/take-back")
@open_to(Role.FILER)
def plan_take_back(code: str) -> ResponseReturnValue:
    """Take the plan back to change it, with a reason; it passes review again."""
    form = TakeBackForm(prefix="back-")
    if not form.validate_on_submit():
        return _plan_page(code, taking_back=form, status=422)
    try:
        plans.take_back_plan(
            the_actor(), code, version=version_of(form), seen=form.seen_status(), reason=form.reason.data,
            link=absolute_url("office.plan_review", code=code),
        )  # fmt: skip
    except ChangedByAnother as changed:
        return _plan_page(code, conflict=changed.message, taking_back=form, status=409)
    flash("已取回，可以修改。修改后须重新提交审核。", "done")
    return redirect(url_for("agency.plan_edit", code=code), code=303)


@bp.post("/plans/<code>/ask-correction")
@open_to(Role.FILER)
def plan_ask_correction(code: str) -> ResponseReturnValue:
    """Ask the office to correct what it published."""
    form = CorrectionForm(prefix="ask-")
    if not form.validate_on_submit():
        return _plan_page(code, asking=form, status=422)
    try:
        plans.ask_correction(the_actor(), code, reason=form.reason.data, comments=form.comments())
    except Refused as refused:
        put_problem(form, refused.field, refused.message)
        return _plan_page(code, asking=form, status=422)
    flash("更正申请已送政务公开办。答复之前，已发布的内容不变。", "done")
    return redirect(url_for("agency.plan_show", code=code), code=303)


@bp.post("/plans/<code>/approve")
@open_to(Role.REVIEWER)
def plan_approve(code: str) -> ResponseReturnValue:
    """The reviewer passes the step that the plan waits for."""
    form = AgencyApproveForm()
    try:
        saved = plans.agency_approve(
            the_actor(), code, version=version_of(form), step=form.step_seen(), not_secret=bool(form.not_secret.data)
        )
    except ChangedByAnother as changed:
        return _plan_page(code, conflict=changed.message, status=409)
    except Refused as refused:
        put_problem(form, refused.field, refused.message)
        return _plan_page(code, approving=form, status=422)
    waits = saved.status is PlanStatus.AGENCY_REVIEW
    flash("审核通过，已转本单位下一审核环节。" if waits else "审核通过，已报送政务公开办。", "done")
    return redirect(url_for("agency.desk"), code=303)


@bp.post("/plans/<code>/return")
@open_to(Role.REVIEWER)
def plan_return(code: str) -> ResponseReturnValue:
    """The reviewer gives the plan back, with a reason or with words at its fields."""
    form = AgencyReturnForm()
    if not form.validate_on_submit():
        return _plan_page(code, returning=form, status=422)
    try:
        plans.agency_return(
            the_actor(), code, version=version_of(form), step=form.step_seen(),
            reason=form.reason.data, comments=form.comments(),
        )  # fmt: skip
    except Refused as refused:
        put_problem(form, refused.field, f"{refused.message}，{_OR_AT_A_FIELD}")
        return _plan_page(code, returning=form, status=422)
    except ChangedByAnother as changed:
        return _plan_page(code, returning=form, conflict=changed.message, status=409)
    flash("已退回填报人修改。", "done")
    return redirect(url_for("agency.desk"), code=303)


def _plan_page(
    code: str,
    *,
    withdrawal: ReasonForm | None = None,
    taking_back: TakeBackForm | None = None,
    asking: CorrectionForm | None = None,
    approving: AgencyApproveForm | None = None,
    returning: AgencyReturnForm | None = None,
    conflict: str = "",
    status: int = 200,
) -> ResponseReturnValue:
    """The plan as it stands now; after a conflict what was typed stays, and would be decided anew about this state."""
    plan = queries.plan_page(the_actor(), code)
    step = plan.review.step.value if plan.review.step else ""
    now = {"version": plan.version, "step": step, "seen": plan.status.value}
    taking_back = taking_back or TakeBackForm(formdata=None, prefix="back-", data=now)
    returning = returning or AgencyReturnForm(formdata=None, data=now)
    if conflict:
        taking_back.version.data = returning.version.data = str(plan.version)
        taking_back.seen.data, returning.step.data = plan.status.value, step
    page = render_template(
        "agency/plan_show.html",
        plan=plan, conflict=conflict, today=clock.today(), taking_back=taking_back, returning=returning,
        withdrawal=withdrawal or ReasonForm(formdata=None),
        asking=asking or CorrectionForm(formdata=None, prefix="ask-"),
        approving=approving or AgencyApproveForm(formdata=None, data=now),
        copy_key=new_key(), firm_up=plan_to_firm_up(the_actor(), code, clock.now()),
    )  # fmt: skip
    return page, status
