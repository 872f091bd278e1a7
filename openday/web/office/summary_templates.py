"""The office's own arrangements of the summary table."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from openday.documents.summary_table import COLUMNS
from openday.errors import Refused
from openday.queries.summary_templates import summary_template, summary_templates
from openday.rules.permissions import Role
from openday.services import summary_templates as services
from openday.web.access import open_to, the_actor
from openday.web.forms.exports import TemplateForm, template_form
from openday.web.forms.texts import put_problem
from openday.web.office.blueprint import bp

_ONE = "/summary-templates/<int(max=2147483647):template_id>"


@bp.get("/summary-templates")
@open_to(Role.OFFICER)
def summary_template_list() -> ResponseReturnValue:
    """Every arrangement of this office."""
    headings = {column.key: column.heading for column in COLUMNS}
    return render_template(
        "office/summary_template_list.html", templates=summary_templates(the_actor()), headings=headings
    )


@bp.get("/summary-templates/new")
@open_to(Role.OFFICER)
def summary_template_new() -> ResponseReturnValue:
    """The usual columns, to be rearranged."""
    return _page(template_form(), url_for("office.summary_template_create"))


@bp.post("/summary-templates/new")
@open_to(Role.OFFICER)
def summary_template_create() -> ResponseReturnValue:
    """Keep a new arrangement."""
    form = template_form()
    here = url_for("office.summary_template_create")
    if not form.validate_on_submit():
        return _page(form, here, 422)
    try:
        services.create_template(the_actor(), form.name.data or "", form.wanted())
    except Refused as refused:
        put_problem(form, _beside(refused), refused.message)
        return _page(form, here, 422)
    flash("汇总表样式已保存，导出汇总表时可以选用。", "done")
    return redirect(url_for("office.summary_template_list"), code=303)


@bp.get(_ONE)
@open_to(Role.OFFICER)
def summary_template_edit(template_id: int) -> ResponseReturnValue:
    """One arrangement, to be changed."""
    template = summary_template(the_actor(), template_id)
    return _page(template_form(template), url_for("office.summary_template_change", template_id=template_id))


@bp.post(_ONE)
@open_to(Role.OFFICER)
def summary_template_change(template_id: int) -> ResponseReturnValue:
    """Keep the changed arrangement."""
    summary_template(the_actor(), template_id)
    form = template_form()
    here = url_for("office.summary_template_change", template_id=template_id)
    if not form.validate_on_submit():
        return _page(form, here, 422)
    try:
        services.change_template(the_actor(), template_id, form.name.data or "", form.wanted())
    except Refused as refused:
        put_problem(form, _beside(refused), refused.message)
        return _page(form, here, 422)
    flash("修改已保存。", "done")
    return redirect(url_for("office.summary_template_list"), code=303)


@bp.get(f"{_ONE}/remove")
@open_to(Role.OFFICER)
def summary_template_remove(template_id: int) -> ResponseReturnValue:
    """What would be deleted; opening the page deletes nothing."""
    return render_template("office/summary_template_remove.html", template=summary_template(the_actor(), template_id))


@bp.post(f"{_ONE}/remove")
@open_to(Role.OFFICER)
def summary_template_remove_confirm(template_id: int) -> ResponseReturnValue:
    """Delete it."""
    services.remove_template(the_actor(), template_id)
    flash("汇总表样式已删除。", "done")
    return redirect(url_for("office.summary_template_list"), code=303)


def _beside(refused: Refused) -> str | None:
    """The field of a refusal; the list of columns as a whole has no place for words of its own."""
    return refused.field if refused.field != "columns" else None


def _page(form: TemplateForm, action: str, status: int = 200) -> ResponseReturnValue:
    return render_template("office/summary_template_edit.html", form=form, action=action), status
