"""Uploading filled-in plan forms: each form becomes a draft of the agency, to be put right beside its source."""

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from openday.errors import Refused
from openday.queries.calls import open_calls
from openday.queries.form_readings import uploaded_forms
from openday.rules.permissions import Role
from openday.rules.plan_states import EDITABLE
from openday.services import form_readings
from openday.services.form_readings import MOST_FILES, FileRead
from openday.web.access import open_to, takes_files, the_actor
from openday.web.agency.blueprint import bp
from openday.web.form_upload_pages import say_results
from openday.web.forms.form_uploads import FormUploadForm, form_upload_form
from openday.web.forms.texts import put_problem


@bp.get("/form-uploads/new")
@open_to(Role.FILER)
def form_upload_new() -> ResponseReturnValue:
    """The upload form, and the forms that were uploaded lately."""
    return _page(form_upload_form(open_calls(the_actor())))


@bp.post("/form-uploads/new")
@open_to(Role.FILER)
@takes_files
def form_upload_create() -> ResponseReturnValue:
    """Make a draft of every form in the files, and open the one that there is."""
    form = form_upload_form(open_calls(the_actor()))
    if not form.validate_on_submit():
        return _page(form, 422)
    files = form.chosen()
    if not files:
        put_problem(form, "files", "请选择填写好的报送表，可以一次选择多个文件")
        return _page(form, 422)
    try:
        results = form_readings.upload_forms(the_actor(), form.call.data or None, files)
    except Refused as refused:
        put_problem(form, refused.field, refused.message)
        return _page(form, 422)
    return _page(form, 422) if say_results(form, results) else _opened(results)


def _opened(results: tuple[FileRead, ...]) -> ResponseReturnValue:
    made = [each for result in results for each in result.forms]
    if len(made) != 1:
        return redirect(url_for("agency.form_upload_new") + "#uploaded", code=303)
    endpoint = "agency.plan_edit" if made[0].status in EDITABLE else "agency.plan_show"
    return redirect(url_for(endpoint, code=made[0].plan_code), code=303)


def _page(form: FormUploadForm, status: int = 200) -> ResponseReturnValue:
    uploaded = uploaded_forms(the_actor())
    return render_template("agency/form_upload_new.html", form=form, uploaded=uploaded, most_files=MOST_FILES), status
