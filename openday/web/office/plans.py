"""The office reads the plans and decides about them."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from openday import clock
from openday.errors import ChangedByAnother, Refused
from openday.queries import office_plans as queries
from openday.rules.permissions import Right, Role
from openday.services import reviews
from openday.web.access import open_to, the_actor
from openday.web.forms.plans import version_of
from openday.web.forms.reviews import (
    ApproveForm,
    OfficeReturnForm,
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
    status = status_of(args)
    found = queries.office_plans(
        actor,
        form.wanted(status),
        sort=args.get("sort", ""),
        descending=args.get("order") != "asc",
        page=number_of(args, "page") or 1,
    )
    sorting = {"sort": found.sort, "order": "desc" if found.descending else "asc"} if "sort" in args else {}
    return render_template(
        "office/plan_list.html", found=found, form=form, status=status, kept=form.kept(), sorting=sorting
    )


@bp.get("/plans/<code>")
@open_to(*_READERS)
def plan_review(code: str) -> ResponseReturnValue:
    """One plan as filed, how it was understood, what changed since its last return, and the decision."""
    return _review_page(code)


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


def _review_page(
    code: str, form: OfficeReturnForm | None = None, *, conflict: str = "", status: int = 200
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
    )  # fmt: skip
    return page, status


def _filers_page(code: str) -> str:
    """Where the filer reads the decision."""
    return absolute_url("agency.plan_show", code=code)
