"""The office reads the plans and decides about them."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from openday import clock
from openday.errors import ChangedByAnother, Refused
from openday.queries import office_plans as queries
from openday.queries.clashes import clashes_of_plan
from openday.queries.comparisons import comparison
from openday.queries.firming_up import plan_to_firm_up
from openday.rules.permissions import Right, Role
from openday.services import reviews
from openday.services.reviews import Chosen, Verdict
from openday.web.access import open_to, the_actor
from openday.web.forms.plans import version_of
from openday.web.forms.reviews import (
    ApproveForm,
    DecideForm,
    OfficeReturnForm,
    SettleForm,
    number_of,
    plan_filter_form,
    return_form,
    status_of,
)
from openday.web.forms.texts import put_problem
from openday.web.links import address_of
from openday.web.office.blueprint import bp
from openday.web.pages import absolute_url

_READERS = (Role.OFFICER, Role.ADMIN, Role.AUDITOR)


@bp.get("/plans")
@open_to(*_READERS)
def plan_list() -> ResponseReturnValue:
    """Every plan within reach by state, narrowed by agency, call, month and words."""
    actor, args = the_actor(), request.args
    form = plan_filter_form(args, queries.agency_names(actor, Right.PLAN_READ), queries.calls_around(actor))
    asking = args.get("asking") == "1"
    status = None if asking else status_of(args)
    found = queries.office_plans(
        actor,
        form.wanted(status, asking=asking),
        sort=args.get("sort", ""),
        descending=args.get("order") != "asc",
        page=number_of(args, "page") or 1,
    )
    sorting = {"sort": found.sort, "order": "desc" if found.descending else "asc"} if "sort" in args else {}
    return render_template(
        "office/plan_list.html", found=found, form=form, status=status, asking=asking, kept=form.kept(),
        sorting=sorting, deciding=DecideForm(formdata=None),
    )  # fmt: skip


@bp.post("/plans/decisions")
@open_to(Role.OFFICER)
def plan_decide() -> ResponseReturnValue:
    """Put the ticked plans on record, or give them back, each by itself; says which were done and which not."""
    form, act = DecideForm(), request.form.get("act", "")
    chosen = form.chosen(request.form.getlist("plan"))
    if not form.validate_on_submit():
        return _decisions(form, chosen, act, status=422)
    if not chosen or act not in ("approve", "return"):
        put_problem(form, None, "请先勾选要办理的计划")
        return _decisions(form, chosen, act, status=422)
    try:
        if act == "approve":
            return _decisions(form, chosen, act, reviews.approve_many(the_actor(), chosen, _filers_page))
        return _decisions(form, chosen, act, reviews.return_many(the_actor(), chosen, form.reason.data, _filers_page))
    except Refused as refused:
        put_problem(form, refused.field, refused.message)
        return _decisions(form, chosen, act, status=422)


@bp.get("/plans/<code>")
@open_to(*_READERS)
def plan_review(code: str) -> ResponseReturnValue:
    """One plan as filed, how it was understood, what changed since its last return, and the decision."""
    return _review_page(code)


@bp.get("/plans/<code>/compare")
@open_to(*_READERS)
def plan_compare(code: str) -> ResponseReturnValue:
    """Two versions side by side."""
    found = comparison(the_actor(), code, number_of(request.args, "left"), number_of(request.args, "right"))
    return render_template("office/plan_compare.html", found=found, plan=found.plan)


@bp.post("/plans/<code>/settle-correction")
@open_to(Role.OFFICER)
def plan_settle_correction(code: str) -> ResponseReturnValue:
    """Answer the agency's request for a correction."""
    form = SettleForm(prefix="settle-")
    if not form.validate_on_submit():
        return _review_page(code, settling=form, status=422)
    reviews.settle_correction(the_actor(), code, form.reason.data, link=_filers_page(code))
    flash("已答复更正申请，已通知填报人。", "done")
    return redirect(url_for("office.plan_review", code=code), code=303)


@bp.post("/plans/<code>/approve")
@open_to(Role.OFFICER)
def plan_approve(code: str) -> ResponseReturnValue:
    """Put the plan on record."""
    try:
        reviews.approve_plan(the_actor(), code, version_of(ApproveForm()), link=_filers_page(code))
    except ChangedByAnother as changed:
        return _review_page(code, conflict=changed.message, status=409)
    flash("已同意备案，已通知填报人。", "done")
    return redirect(url_for("office.plan_review", code=code), code=303)


@bp.post("/plans/<code>/return")
@open_to(Role.OFFICER)
def plan_return(code: str) -> ResponseReturnValue:
    """Give the plan back with a reason, or with words at its fields."""
    form = OfficeReturnForm()
    if not form.validate_on_submit():
        return _review_page(code, form, status=422)
    try:
        reviews.return_plan(
            the_actor(), code, version_of(form), form.reason.data, form.comments(),
            seen=form.seen_status(), link=_filers_page(code),
        )  # fmt: skip
    except Refused as refused:
        put_problem(form, refused.field, f"{refused.message}，或者在需要修改的项目下写明意见")
        return _review_page(code, form, status=422)
    except ChangedByAnother as changed:
        return _review_page(code, form, conflict=changed.message, status=409)
    flash("已退回修改，已通知填报人。", "done")
    return redirect(url_for("office.plan_list", status="office_review"), code=303)


def _decisions(
    form: DecideForm, chosen: list[Chosen], act: str, verdicts: list[Verdict] | None = None, *, status: int = 200
) -> ResponseReturnValue:
    """What became of each ticked plan; nothing yet when the form was refused, and then it can be sent again."""
    titles = queries.titles(the_actor(), [one.code for one in chosen])
    page = render_template(
        "office/plan_decide.html", form=form, chosen=chosen, act=act, verdicts=verdicts, titles=titles
    )
    return page, status


def _review_page(
    code: str,
    form: OfficeReturnForm | None = None,
    *,
    settling: SettleForm | None = None,
    conflict: str = "",
    status: int = 200,
) -> ResponseReturnValue:
    """The plan as it stands now; after a conflict what was typed stays, and would be decided anew about this state."""
    review = queries.review_page(the_actor(), code)
    if form is None:
        form = return_form(review.plan)
    elif conflict:
        form.version.data, form.seen.data = str(review.plan.version), review.plan.status.value
    page = render_template(
        "office/plan_review.html",
        review=review, plan=review.plan, form=form, conflict=conflict, today=clock.today(), address_of=address_of,
        clashes=clashes_of_plan(the_actor(), code, clock.today()),
        settling=settling or SettleForm(formdata=None, prefix="settle-"),
        firm_up=plan_to_firm_up(the_actor(), code, clock.now()),
    )  # fmt: skip
    return page, status


def _filers_page(code: str) -> str:
    """Where the filer reads the decision."""
    return absolute_url("agency.plan_show", code=code)
