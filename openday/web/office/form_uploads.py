"""The office uploads plan forms that agencies sent it: each is put right beside its source, then filed."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from openday import clock
from openday.errors import Refused
from openday.queries.calls import calls_for_import
from openday.queries.form_readings import FormPage, form_page, uploaded_forms
from openday.queries.plans import understand
from openday.rules.permissions import Role
from openday.services import form_readings
from openday.services.form_readings import MOST_FILES, FieldsRefused
from openday.web.access import open_to, takes_files, the_actor
from openday.web.form_upload_pages import say_results
from openday.web.forms.form_uploads import FormUploadForm, ReadPlanForm, form_upload_form, read_plan_form
from openday.web.forms.texts import put_problem
from openday.web.office.blueprint import bp


@bp.get("/form-uploads/new")
@open_to(Role.OFFICER)
def form_upload_new() -> ResponseReturnValue:
    """The upload form, and the forms that were uploaded lately."""
    return _upload_page(form_upload_form(calls_for_import(the_actor()), request.args.get("call", type=int)))


@bp.post("/form-uploads/new")
@open_to(Role.OFFICER)
@takes_files
def form_upload_create() -> ResponseReturnValue:
    """Keep every form in the files, and open the one that there is."""
    form = form_upload_form(calls_for_import(the_actor()))
    if not form.validate_on_submit():
        return _upload_page(form, 422)
    files = form.chosen()
    if not files:
        put_problem(form, "files", "请选择单位报来的报送表，可以一次选择多个文件")
        return _upload_page(form, 422)
    try:
        results = form_readings.upload_forms(the_actor(), form.call.data or None, files, for_office=True)
    except Refused as refused:
        put_problem(form, refused.field, refused.message)
        return _upload_page(form, 422)
    if say_results(form, results):
        return _upload_page(form, 422)
    if len(results) == 1 and len(results[0].forms) == 1:
        return redirect(url_for("office.form_upload_show", code=results[0].reading_code, number=1), code=303)
    return redirect(url_for("office.form_upload_new") + "#uploaded", code=303)


@bp.get("/form-uploads/<code>/<int:number>")
@open_to(Role.OFFICER)
def form_upload_show(code: str, number: int) -> ResponseReturnValue:
    """One form as it was read, each field beside its source; once it is filed, its plan."""
    page = form_page(the_actor(), code, number)
    if page.plan_code:
        return redirect(url_for("office.plan_review", code=page.plan_code), code=303)
    return _form_page(page, read_plan_form(page))


@bp.post("/form-uploads/<code>/<int:number>")
@open_to(Role.OFFICER)
def form_upload_file(code: str, number: int) -> ResponseReturnValue:
    """File the form as it was put right, on behalf of its agency."""
    page = form_page(the_actor(), code, number)
    form = read_plan_form(page)
    if not form.validate_on_submit():
        return _form_page(page, form, 422)
    try:
        plan = form_readings.file_read_form(the_actor(), code, number, agency_id=form.agency_id(), text=form.text())
    except FieldsRefused as refused:
        for field, message in refused.problems.items():
            put_problem(form, field, message)
        return _form_page(page, form, 422)
    flash("已代为报送，由政务公开办的其他人员审核。", "done")
    return redirect(url_for("office.plan_review", code=plan), code=303)


def _form_page(page: FormPage, form: ReadPlanForm, status: int = 200) -> ResponseReturnValue:
    reading = understand(form.time_text.data or "", form.audience_text.data or "", year=page.reading_year)
    shown = render_template("office/form_upload_show.html", page=page, form=form, reading=reading, today=clock.today())
    return shown, status


def _upload_page(form: FormUploadForm, status: int = 200) -> ResponseReturnValue:
    uploaded = uploaded_forms(the_actor(), for_office=True)
    return render_template("office/form_upload_new.html", form=form, uploaded=uploaded, most_files=MOST_FILES), status
