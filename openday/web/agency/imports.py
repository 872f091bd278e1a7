"""Importing a table of the agency's own plans; each row becomes a draft."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from openday.errors import Refused
from openday.queries.calls import open_calls
from openday.rules.permissions import Role
from openday.services import plan_import
from openday.services.plan_import import MOST_ROWS
from openday.web import import_pages
from openday.web.access import open_to, takes_files, the_actor
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
@takes_files
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
    """The table row by row: before the import with verdicts, then with its progress, afterwards with results."""
    return import_pages.table_page(code, "agency/plan_import_show.html", "agency.plan_show")


@bp.post("/plan-imports/<code>/run")
@open_to(Role.FILER)
def plan_import_run(code: str) -> ResponseReturnValue:
    """File every row that can be filed, at once or, for a long table, one after the other in the background."""
    import_pages.run_table(code)
    return redirect(url_for("agency.plan_import_show", code=code), code=303)


@bp.get("/plan-imports/<code>/refused.<ending>")
@open_to(Role.FILER)
def plan_import_refused(code: str, ending: str) -> ResponseReturnValue:
    """The rows that were not imported, with the reasons, as a table to correct (.xlsx or .csv)."""
    return import_pages.refused_file(code, ending)


def _upload_page(form: ImportForm, status: int = 200) -> ResponseReturnValue:
    return render_template("agency/plan_import_new.html", form=form, most_rows=MOST_ROWS), status
