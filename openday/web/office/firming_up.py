"""Plans whose time is still vague: the list, and the day by which one of them has to be fixed."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from openday import clock
from openday.errors import NotFound, Refused
from openday.queries.firming_up import plan_to_firm_up, plans_to_firm_up
from openday.rules.permissions import Role
from openday.services import firming_up
from openday.web.access import open_to, the_actor
from openday.web.forms.firming_up import FirmByForm
from openday.web.forms.texts import put_problem, show_cleaned
from openday.web.office.blueprint import bp
from openday.web.tables import page_of

_READERS = (Role.OFFICER, Role.ADMIN, Role.AUDITOR)
_PAGE = 50


@bp.get("/plans/to-firm-up")
@open_to(*_READERS)
def plan_firm_up_list() -> ResponseReturnValue:
    """Every plan whose time is vague, the most urgent first."""
    found = plans_to_firm_up(the_actor(), clock.now())
    show = request.args.get("show")
    shown = {
        "overdue": [each for each in found if each.overdue and not each.proposed],
        "proposed": [each for each in found if each.proposed],
    }
    rows = shown.get(show or "", found)
    return render_template(
        "office/plan_firm_up_list.html",
        page=page_of(rows, request.args.get("page", ""), _PAGE),
        show=show if show in shown else "",
        counts={"all": len(found), **{name: len(some) for name, some in shown.items()}},
    )


@bp.get("/plans/<code>/firm-by")
@open_to(Role.OFFICER)
def plan_firm_by(code: str) -> ResponseReturnValue:
    """The day of one plan, to be changed."""
    return _page(code, None)


@bp.post("/plans/<code>/firm-by")
@open_to(Role.OFFICER)
def plan_firm_by_set(code: str) -> ResponseReturnValue:
    """Set another day, or go back to the rule."""
    form = FirmByForm()
    if form.validate_on_submit():
        try:
            firming_up.set_firm_by(the_actor(), code, form.firm_by.data)
        except Refused as refused:
            put_problem(form, refused.field, refused.message)
        else:
            flash("期限已保存，填报单位在待办中可以看到。", "done")
            return redirect(url_for("office.plan_review", code=code), code=303)
    return _page(code, form)


def _page(code: str, form: FirmByForm | None) -> ResponseReturnValue:
    line = plan_to_firm_up(the_actor(), code, clock.now())
    if line is None:
        raise NotFound()
    status = 422 if form else 200
    if form is None:
        due = line.deadline.due if line.deadline and line.set_by_office else None
        form = FirmByForm(formdata=None, firm_by=due)
    show_cleaned(form.firm_by)
    return render_template("office/plan_firm_by.html", line=line, form=form), status
