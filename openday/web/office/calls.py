"""The office's calls: what is asked of whom by when, and how far each agency has come."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from openday import clock
from openday.errors import ChangedByAnother, Duplicate, Refused
from openday.queries import calls as call_queries
from openday.queries.coverage_page import extensions_of
from openday.rules.permissions import Role
from openday.services import calls
from openday.web.access import open_to, the_actor
from openday.web.forms.calls import CallForm, call_form
from openday.web.forms.texts import put_problem
from openday.web.office.blueprint import bp
from openday.web.tables import page_of

_AGENCIES = 100
_CALL = "/calls/<int(max=2147483647):call_id>"


@bp.get("/calls")
@open_to(Role.OFFICER)
def call_list() -> ResponseReturnValue:
    """Every call of the place, the newest first."""
    return render_template("office/call_list.html", calls=call_queries.call_list(the_actor()))


@bp.get("/calls/new")
@open_to(Role.OFFICER)
def call_new() -> ResponseReturnValue:
    """An empty call: next year's from October on, one plan from each agency."""
    today = clock.today()
    year = today.year + (today.month >= 10)
    form = call_form(
        call_queries.agency_choices(the_actor()),
        year=year,
        title=f"{year}年政府开放活动计划报送通知",
        campaign_month="9",
    )
    return _call_page(form, url_for("office.call_create"))


@bp.post("/calls/new")
@open_to(Role.OFFICER)
def call_create() -> ResponseReturnValue:
    """Open the call."""
    form = call_form(call_queries.agency_choices(the_actor()))
    if form.validate_on_submit():
        try:
            call_id = calls.open_call(the_actor(), form.draft())
        except (Refused, Duplicate) as refused:
            put_problem(form, refused.field, refused.message)
        else:
            flash("征集通知已发布，各单位可以开始填报。", "done")
            return redirect(url_for("office.call_show", call_id=call_id), code=303)
    return _call_page(form, url_for("office.call_create"), 422)


@bp.get(_CALL)
@open_to(Role.OFFICER)
def call_show(call_id: int) -> ResponseReturnValue:
    """One call: what each agency owes, has filed, and where its plans stand."""
    call = call_queries.call_page(the_actor(), call_id)
    missing = request.args.get("show") == "missing"
    rows = call.missing if missing else call.agencies
    page = page_of(rows, request.args.get("page", ""), _AGENCIES)
    extensions = extensions_of(call_id)
    return render_template(
        "office/call_show.html", call=call, missing=missing, page=page, today=clock.today(), extensions=extensions
    )


@bp.get(f"{_CALL}/edit")
@open_to(Role.OFFICER)
def call_edit(call_id: int) -> ResponseReturnValue:
    """The call to be changed."""
    call = call_queries.call_page(the_actor(), call_id)
    form = call_form(call_queries.agency_choices(the_actor()), call)
    return _call_page(form, url_for("office.call_change", call_id=call_id))


@bp.post(f"{_CALL}/edit")
@open_to(Role.OFFICER)
def call_change(call_id: int) -> ResponseReturnValue:
    """Keep the changed call; when another officer was first, nothing is lost and both are shown."""
    call = call_queries.call_page(the_actor(), call_id)
    form = call_form(call_queries.agency_choices(the_actor()))
    here, status = url_for("office.call_change", call_id=call_id), 422
    if form.validate_on_submit():
        try:
            calls.change_call(the_actor(), call_id, form.draft(), stamp=form.stamp.data or "")
        except (Refused, Duplicate) as refused:
            put_problem(form, refused.field, refused.message)
        except ChangedByAnother as changed:
            put_problem(form, None, f"{changed.message}。核对后再次保存，将以本页内容为准。")
            form.stamp.data, status = call.stamp, 409
        else:
            flash("修改已保存。", "done")
            return redirect(url_for("office.call_show", call_id=call_id), code=303)
    return _call_page(form, here, status)


@bp.post(f"{_CALL}/close")
@open_to(Role.OFFICER)
def call_close(call_id: int) -> ResponseReturnValue:
    """End the call."""
    calls.close_call(the_actor(), call_id)
    flash("征集已结束，不再接收新的计划；已报送的计划继续办理。", "done")
    return redirect(url_for("office.call_show", call_id=call_id), code=303)


def _call_page(form: CallForm, action: str, status: int = 200) -> ResponseReturnValue:
    return render_template("office/call_edit.html", form=form, action=action), status
