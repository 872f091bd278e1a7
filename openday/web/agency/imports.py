"""Importing a table of the agency's own plans; each row becomes a draft."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from openday.errors import Refused
from openday.queries.calls import open_calls
from openday.queries.plan_imports import import_page
from openday.rules.permissions import Role
from openday.services import plan_import
from openday.services.plan_import import MOST_ROWS
from openday.web import tables
from openday.web.access import open_to, the_actor
from openday.web.agency.blueprint import bp
from openday.web.forms.imports import ImportForm, import_form
from openday.web.forms.texts import put_problem


@bp.get("/plan-imports/new")
@open_to(Role.FILER)
def plan_import_new() -> ResponseReturnValue:
    """The upload form."""
    return _upload_page(import_form(open_calls(the_actor()), request.args.get("call", type=int)))


@bp.post("/plan-imports/new")
@open_to(Role.FILER)
def plan_import_upload() -> ResponseReturnValue:
    """Keep the table and show what would become of each row."""
    form = import_form(open_calls(the_actor()))
    if form.validate_on_submit():
        try:
            code = plan_import.upload_table(the_actor(), form.upload(for_office=False))
        except Refused as refused:
            put_problem(form, refused.field, refused.message)
        else:
            return redirect(url_for("agency.plan_import_show", code=code), code=303)
    return _upload_page(form, 422)


@bp.get("/plan-imports/<code>")
@open_to(Role.FILER)
def plan_import_show(code: str) -> ResponseReturnValue:
    """The table row by row: before the import with verdicts, afterwards with results."""
    page = import_page(the_actor(), code)
    return render_template("agency/plan_import_show.html", **tables.shown(page, "agency.plan_show"))


@bp.post("/plan-imports/<code>/run")
@open_to(Role.FILER)
def plan_import_run(code: str) -> ResponseReturnValue:
    """File every row that can be filed."""
    results = plan_import.run_import(the_actor(), code)
    filed = sum(result.outcome == "filed" for result in results)
    flash(f"导入完成：共{len(results)}行，导入{filed}行，未导入{len(results) - filed}行。", "done")
    return redirect(url_for("agency.plan_import_show", code=code), code=303)


@bp.get("/plan-imports/<code>/refused.csv")
@open_to(Role.FILER)
def plan_import_refused(code: str) -> ResponseReturnValue:
    """The rows that were not imported, with the reasons, as a table to correct."""
    return tables.refused_rows(import_page(the_actor(), code))


def _upload_page(form: ImportForm, status: int = 200) -> ResponseReturnValue:
    return render_template("agency/plan_import_new.html", form=form, most_rows=MOST_ROWS), status
