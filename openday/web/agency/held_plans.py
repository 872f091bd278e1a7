"""Agencies that already held their activity file the outcome only."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from openday import clock
from openday.errors import ChangedByAnother, Conflict, Refused
from openday.queries import calls as call_queries
from openday.queries import plans as queries
from openday.queries.held_plans import held_page
from openday.queries.plans import PlanPage
from openday.rules.permissions import Role
from openday.rules.plan_states import PlanStatus
from openday.services import held_plans
from openday.services.filing_steps import Saved
from openday.web.access import open_to, the_actor
from openday.web.agency.blueprint import bp
from openday.web.forms.held_plans import AT, HeldForm, held_form
from openday.web.forms.plans import version_of
from openday.web.forms.texts import put_problem


@bp.get("/plans/held")
@open_to(Role.FILER)
def plan_held_new() -> ResponseReturnValue:
    """A blank form."""
    return _page(held_form(call_queries.open_calls(the_actor())), None)


@bp.post("/plans/held")
@open_to(Role.FILER)
def plan_held_create() -> ResponseReturnValue:
    """File what was held."""
    form = held_form(call_queries.open_calls(the_actor()))
    if not form.validate_on_submit():
        return _page(form, None, 422)
    try:
        saved = held_plans.file_held(the_actor(), form.report(), key=form.key.data or "")
    except (Refused, Conflict) as refused:
        put_problem(form, AT.get(refused.field or "", refused.field), refused.message)
        return _page(form, None, refused.status)
    return _filed(saved)


@bp.get("/plans/<code>/held")
@open_to(Role.FILER)
def plan_held_edit(code: str) -> ResponseReturnValue:
    """The form with what was filed, and the reviewers' comments."""
    held = held_page(the_actor(), code)
    plan = queries.plan_page(the_actor(), code)
    return _page(held_form(call_queries.open_calls(the_actor()), plan, held), plan)


@bp.post("/plans/<code>/held")
@open_to(Role.FILER)
def plan_held_save(code: str) -> ResponseReturnValue:
    """Hand it in again."""
    held = held_page(the_actor(), code)
    plan = queries.plan_page(the_actor(), code)
    form = held_form(call_queries.open_calls(the_actor()), plan, held)
    if not form.validate_on_submit():
        return _page(form, plan, 422)
    try:
        saved = held_plans.refile_held(the_actor(), code, form.report(), version=version_of(form))
    except ChangedByAnother as changed:
        # What was typed stays; sent again from here it starts from the newer text, which stands beside it.
        form.version.data = str(plan.version)
        put_problem(form, None, f"{changed.message}。您填写的内容还在，请与计划页现在的内容核对后再报送")
        return _page(form, plan, 409)
    except (Refused, Conflict) as refused:
        put_problem(form, AT.get(refused.field or "", refused.field), refused.message)
        return _page(form, plan, refused.status)
    return _filed(saved)


def _filed(saved: Saved) -> ResponseReturnValue:
    waits = saved.status is PlanStatus.AGENCY_REVIEW
    flash("已提交本单位审核人审核。" if waits else "已报送政务公开办。", "done")
    return redirect(url_for("agency.plan_show", code=saved.code), code=303)


def _page(form: HeldForm, plan: PlanPage | None, status: int = 200) -> ResponseReturnValue:
    action = url_for("agency.plan_held_save", code=plan.code) if plan else url_for("agency.plan_held_create")
    own = queries.own_agency(the_actor())
    page = render_template("agency/plan_held.html", form=form, plan=plan, own=own, action=action, today=clock.today())
    return page, status
