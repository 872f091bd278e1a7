"""Who holds a plan together, and a new plan from an old one."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from openday.errors import Refused
from openday.queries import plan_relations as queries
from openday.rules.permissions import Role
from openday.rules.plan_states import EDITABLE, PlanStatus
from openday.services import co_hosts, plan_copies
from openday.web.access import open_to, the_actor
from openday.web.agency.blueprint import bp
from openday.web.forms.hosts import HostForm
from openday.web.forms.texts import put_problem
from openday.web.pages import absolute_url

_HOSTS = "/plans/<code>/hosts"


@bp.get(_HOSTS)
@open_to(Role.FILER)
def plan_hosts(code: str) -> ResponseReturnValue:
    """The agencies that host a plan, to be added and taken off."""
    return _page(code, HostForm(formdata=None))


@bp.post(_HOSTS)
@open_to(Role.FILER)
def plan_host_add(code: str) -> ResponseReturnValue:
    """Name a co-host."""
    form = HostForm()
    if form.validate_on_submit():
        try:
            name = co_hosts.add_host(the_actor(), code, form.host(), link=absolute_url("agency.plan_show", code=code))
        except Refused as refused:
            put_problem(form, refused.field, refused.message)
        else:
            flash(f"已添加{name}，并已通知该单位登记的邮箱。", "done")
            return redirect(url_for("agency.plan_hosts", code=code), code=303)
    return _page(code, form, 422)


@bp.post(f"{_HOSTS}/<int(max=2147483647):agency_id>/remove")
@open_to(Role.FILER)
def plan_host_remove(code: str, agency_id: int) -> ResponseReturnValue:
    """Take a co-host off."""
    co_hosts.remove_host(the_actor(), code, agency_id)
    flash("已移除，该单位不再看到这份计划。", "done")
    return redirect(url_for("agency.plan_hosts", code=code), code=303)


@bp.post("/plans/<code>/copy")
@open_to(Role.FILER)
def plan_copy(code: str) -> ResponseReturnValue:
    """Open a draft with this plan's text."""
    copied = plan_copies.copy_plan(the_actor(), code, key=request.form.get("key", ""))
    flash("已按原计划新建草稿，开展时间已清空，请填写新的时间并核对各项内容。", "done")
    return redirect(url_for("agency.plan_edit", code=copied), code=303)


def _page(code: str, form: HostForm, status: int = 200) -> ResponseReturnValue:
    plan, relations = queries.hosting(the_actor(), code)
    fixed = PlanStatus(plan.status) not in EDITABLE
    return render_template("agency/plan_hosts.html", plan=plan, hosts=relations.hosts, form=form, fixed=fixed), status
