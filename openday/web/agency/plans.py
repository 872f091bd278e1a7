"""An agency's plans: listed, written and handed in; what reviewers do with them stands in reviews.py."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from openday import clock
from openday.errors import ChangedByAnother, Conflict, Refused
from openday.queries import calls as call_queries
from openday.queries import plans as queries
from openday.queries.form_readings import source_of
from openday.queries.plans import PlanPage
from openday.rules.permissions import Right, Role
from openday.rules.plan_states import PlanStatus
from openday.services import plans
from openday.services.filing_steps import Saved
from openday.services.plans import TextRefused
from openday.web.access import open_to, the_actor
from openday.web.agency.blueprint import bp
from openday.web.forms.plans import PlanForm, ReasonForm, plan_form, version_of
from openday.web.forms.texts import one_line, put_problem
from openday.web.tables import page_number

_STAFF = (Role.FILER, Role.REVIEWER)


@bp.get("/plans")
@open_to(*_STAFF)
def plan_list() -> ResponseReturnValue:
    """The agency's plans by state, narrowed by words and call."""
    args = request.args
    status = PlanStatus(args["status"]) if args.get("status") in set(PlanStatus) else None
    search, call_id = one_line(args.get("q"))[:100], args.get("call", type=int)
    known = queries.calls_with_plans(the_actor())
    call_id = call_id if call_id in dict(known) else None
    found = queries.plans_of_agency(
        the_actor(), status=status, search=search, call_id=call_id, page=page_number(args.get("page", ""))
    )
    kept = {name: value for name, value in (("q", search), ("call", call_id)) if value}
    return render_template("agency/plan_list.html", found=found, status=status, kept=kept, calls=known)


@bp.get("/plans/new")
@open_to(Role.FILER)
def plan_new() -> ResponseReturnValue:
    """A blank form for the newest call."""
    return _form_page(plan_form(call_queries.open_calls(the_actor())), None)


@bp.post("/plans/new")
@open_to(Role.FILER)
def plan_create() -> ResponseReturnValue:
    """Keep a new plan as a draft, or hand it in; or only show how it is understood."""
    form = plan_form(call_queries.open_calls(the_actor()))
    act = request.form.get("act", "save")
    if act == "read" or not form.validate_on_submit():
        return _form_page(form, None, 200 if act == "read" else 422)
    try:
        saved = plans.create_plan(the_actor(), form.draft(), key=form.key.data or "", submit=act == "submit")
    except (Refused, Conflict) as refused:
        _put(form, refused)
        return _form_page(form, None, refused.status)
    return _saved(saved)


@bp.get("/plans/<code>/edit")
@open_to(Role.FILER)
def plan_edit(code: str) -> ResponseReturnValue:
    """The form with the plan's text and the reviewers' comments."""
    plan = queries.plan_page(the_actor(), code, Right.PLAN_EDIT)
    if plan.held_already:
        return redirect(url_for("agency.plan_held_edit", code=code))
    return _form_page(plan_form(call_queries.open_calls(the_actor()), plan), plan)


@bp.post("/plans/<code>/edit")
@open_to(Role.FILER)
def plan_save(code: str) -> ResponseReturnValue:
    """Keep the changed text, hand it in, or only show how it is understood."""
    plan = queries.plan_page(the_actor(), code, Right.PLAN_EDIT)
    form = plan_form(call_queries.open_calls(the_actor()), plan)
    act = request.form.get("act", "save")
    if act == "read" or not form.validate_on_submit():
        return _form_page(form, plan, 200 if act == "read" else 422)
    try:
        saved = plans.save_plan(the_actor(), code, form.draft(), version=version_of(form), submit=act == "submit")
    except ChangedByAnother as changed:
        return _conflict_page(form, changed, code)
    except (Refused, Conflict) as refused:
        _put(form, refused)
        return _form_page(form, plan, refused.status)
    return _saved(saved)


@bp.post("/plans/<code>/submit")
@open_to(Role.FILER)
def plan_submit(code: str) -> ResponseReturnValue:
    """Hand in the plan as it stands; what is missing is shown in the form."""
    try:
        saved = plans.submit_plan(the_actor(), code, version=version_of(ReasonForm()))
    except TextRefused as refused:
        plan = queries.plan_page(the_actor(), code)
        form = plan_form(call_queries.open_calls(the_actor()), plan)
        _put(form, refused)
        return _form_page(form, plan, 422)
    return _saved(saved)


def _put(form: PlanForm, refused: Refused | Conflict) -> None:
    problems = refused.problems if isinstance(refused, TextRefused) else {refused.field: refused.message}
    for field, message in problems.items():
        put_problem(form, field, message)


def _saved(saved: Saved) -> ResponseReturnValue:
    """After saving a draft the form stays open, with the readings beside it; after handing in, the plan is shown."""
    if saved.status is PlanStatus.DRAFT:
        flash("草稿已保存。", "done")
        return redirect(url_for("agency.plan_edit", code=saved.code), code=303)
    if saved.status is PlanStatus.RETURNED:
        flash("修改已保存，尚未重新提交。", "done")
        return redirect(url_for("agency.plan_edit", code=saved.code), code=303)
    waits = "已提交本单位审核人审核。" if saved.status is PlanStatus.AGENCY_REVIEW else "已报送政务公开办。"
    flash(waits, "done")
    return redirect(url_for("agency.plan_show", code=saved.code), code=303)


def _form_page(form: PlanForm, plan: PlanPage | None, status: int = 200) -> ResponseReturnValue:
    calls = {call.id: call for call in call_queries.open_calls(the_actor())}
    chosen = calls.get(form.call.data)
    now = clock.now()
    year = chosen.year if chosen else plan.reading_year if plan else now.year
    reading = queries.understand(form.time_text.data or "", form.audience_text.data or "", year=year, today=now.date())
    own = queries.own_agency(the_actor())
    action = url_for("agency.plan_save", code=plan.code) if plan else url_for("agency.plan_create")
    page = render_template(
        "agency/plan_edit.html",
        form=form, plan=plan, reading=reading, reading_year=year, call=chosen, own=own, action=action, today=now.date(),
        read_from=source_of(plan.code) if plan else None,
    )  # fmt: skip
    return page, status


def _conflict_page(form: PlanForm, changed: ChangedByAnother, code: str) -> ResponseReturnValue:
    """The loser's text beside the newer one; saving again from here starts from the newer version."""
    plan = queries.plan_page(the_actor(), code)
    kept = queries.compare(plan.text, form.text())
    form.version.data = str(plan.version)
    page = render_template("agency/plan_conflict.html", form=form, plan=plan, kept=kept, message=changed.message)
    return page, 409
