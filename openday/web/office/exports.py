"""The office takes documents out: the summary table, plan forms one by one, as an archive or in one document.

A short export answers at once. A long one is made in the background, on a page that says how far it has come.
"""

from io import BytesIO
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from openday import clock
from openday.documents.plan_form import merged_plan_forms_docx, plan_form_docx, several_plan_forms_zip
from openday.documents.summary_table import write_summary
from openday.errors import Refused
from openday.queries import export_jobs as job_queries
from openday.queries import exports as queries
from openday.queries.export_jobs import RIGHTS, Terms, reach_of
from openday.queries.exports import Chosen, Collection
from openday.queries.office_plans import agency_names, calls_around
from openday.queries.summary_templates import columns_of, summary_templates
from openday.rules.permissions import Right, Role
from openday.services import export_jobs, exports
from openday.web.access import open_to, the_actor
from openday.web.downloads import DOCX, XLSX, ZIP, download
from openday.web.forms.exports import ExportForm, MonthForm, export_form
from openday.web.forms.reviews import number_of, status_of
from openday.web.forms.texts import put_problem
from openday.web.office.blueprint import bp

AT_ONCE = {"summary_table": 2_000, "plan_forms": 100, "plan_forms_merged": 100}
"""Plans of an export that answers at once: what takes a second or so."""
_NAMES = {"summary_table": "汇总表.xlsx", "plan_forms": "报送表.zip", "plan_forms_merged": "报送表.docx"}
_TYPES = {
    "summary_table": (XLSX, "summary.xlsx"),
    "plan_forms": (ZIP, "plan-forms.zip"),
    "plan_forms_merged": (DOCX, "plan-forms.docx"),
}
_ENDPOINTS = {
    "summary_table": "office.summary_export",
    "plan_forms": "office.plan_documents",
    "plan_forms_merged": "office.plan_documents_merged",
}


@bp.get("/summary.xlsx")
@open_to(Role.OFFICER)
def summary_export() -> ResponseReturnValue:
    """汇总表 of a call, of an agency, or of everything within reach, in the office's own columns."""
    actor, chosen = the_actor(), _chosen()
    columns = columns_of(actor, number_of(request.args, "template"))
    found = queries.collection(actor, Right.SUMMARY_EXPORT, chosen)
    if len(found.plan_ids) > AT_ONCE["summary_table"]:
        return _in_background("summary_table", found)
    file = BytesIO()
    rows = queries.summary_rows(actor, chosen, found.plan_ids, columns)
    made = write_summary(file, f"{found.title}汇总表", rows, columns)
    return _handed_out("summary_table", found.title, file.getvalue(), made)


@bp.get("/plans/<code>/plan-form.docx")
@open_to(Role.OFFICER)
def plan_document(code: str) -> ResponseReturnValue:
    """One 报送表."""
    document = queries.plan_document(the_actor(), code)
    content = plan_form_docx(document.form)
    exports.note_plan_export(the_actor(), document.plan_id, document.agency_id)
    return download(content, f"{document.name}.docx", DOCX, ascii_name=f"plan-{code}.docx")


@bp.get("/plan-forms.zip")
@open_to(Role.OFFICER)
def plan_documents() -> ResponseReturnValue:
    """Every 报送表 of a call or an agency in one archive."""
    return _plan_forms("plan_forms")


@bp.get("/plan-forms.docx")
@open_to(Role.OFFICER)
def plan_documents_merged() -> ResponseReturnValue:
    """The same in one document, each on a page of its own."""
    return _plan_forms("plan_forms_merged")


@bp.get("/exports")
@open_to(Role.OFFICER)
def export_list() -> ResponseReturnValue:
    """What to export, and the person's own exports of the last days."""
    return _export_page(_form(request.args))


@bp.post("/exports")
@open_to(Role.OFFICER)
def export_create() -> ResponseReturnValue:
    """Hand out a short export at once, and queue a long one."""
    form, actor = _form(None), the_actor()
    if not form.validate_on_submit():
        return _export_page(form, 422)
    kind, chosen = form.kind.data, form.chosen()
    found = queries.collection(actor, RIGHTS[kind], chosen)
    if not found.plan_ids and kind != "summary_table":
        put_problem(form, None, "没有可以导出的报送表，请改选征集通知、单位或状态")
        return _export_page(form, 422)
    if len(found.plan_ids) <= AT_ONCE[kind]:
        return redirect(url_for(_ENDPOINTS[kind], **_as_args(form)), code=303)
    terms = Terms(chosen, columns_of(actor, form.template.data or None), reach_of(actor))
    try:
        code = export_jobs.request_export(actor, kind, terms, found.title + _NAMES[kind], len(found.plan_ids))
    except Refused as refused:
        put_problem(form, refused.field, refused.message)
        return _export_page(form, 422)
    return redirect(url_for("office.export_show", code=code), code=303)


@bp.get("/exports/<code>")
@open_to(Role.OFFICER)
def export_show(code: str) -> ResponseReturnValue:
    """How far an export has come, and the file once it is there."""
    return render_template("office/export_show.html", job=job_queries.export_line(the_actor(), code, clock.now()))


@bp.get("/exports/<code>/file")
@open_to(Role.OFFICER)
def export_file(code: str) -> ResponseReturnValue:
    """The finished file, to the person who asked for it."""
    job = job_queries.finished_export(the_actor(), code, clock.now())
    exports.note_summary_export(the_actor(), job.kind, job.call_id, job.plans)
    type_, ascii_name = _TYPES[job.kind]
    return download(job.content, job.filename, type_, ascii_name=ascii_name)


@bp.post("/exports/<code>/remove")
@open_to(Role.OFFICER)
def export_remove(code: str) -> ResponseReturnValue:
    """Delete one's own export before its time; it can be made again at any time."""
    export_jobs.remove_export(the_actor(), code)
    flash("文件已删除。需要时可以再次导出。", "done")
    return redirect(url_for("office.export_list"), code=303)


def _plan_forms(kind: str) -> ResponseReturnValue:
    actor, chosen = the_actor(), _chosen()
    found = queries.collection(actor, Right.PLAN_EXPORT, chosen)
    if not found.plan_ids:
        raise Refused("没有可以导出的报送表")
    if len(found.plan_ids) > AT_ONCE[kind]:
        return _in_background(kind, found)
    documents = list(queries.plan_documents(actor, chosen, found.plan_ids))
    if kind == "plan_forms":
        content = several_plan_forms_zip((document.name, document.form) for document in documents)
    else:
        content = merged_plan_forms_docx(document.form for document in documents)
    return _handed_out(kind, found.title, content, len(documents))


def _handed_out(kind: str, title: str, content: bytes, plans: int) -> ResponseReturnValue:
    exports.note_summary_export(the_actor(), kind, _chosen().call_id, plans)
    type_, ascii_name = _TYPES[kind]
    return download(content, title + _NAMES[kind], type_, ascii_name=ascii_name)


def _in_background(kind: str, found: Collection) -> ResponseReturnValue:
    """A link that leads to more than can be made at once ends on the page that offers to make it."""
    kept: dict[str, Any] = {
        name: request.args[name] for name in ("call", "agency", "status", "template") if name in request.args
    }
    return redirect(url_for("office.export_list", kind=kind, many=len(found.plan_ids), **kept), code=303)


def _chosen() -> Chosen:
    return Chosen(number_of(request.args, "call"), status_of(request.args), number_of(request.args, "agency"))


def _form(args: object) -> ExportForm:
    actor = the_actor()
    calls, agencies = calls_around(actor), agency_names(actor, Right.PLAN_EXPORT)
    return export_form(args, calls, agencies, summary_templates(actor))


def _as_args(form: ExportForm) -> dict[str, Any]:
    fields = ["call", "agency", "status", *(["template"] if form.kind.data == "summary_table" else [])]
    return {name: str(form[name].data) for name in fields if form[name].data}


def _export_page(form: ExportForm, status: int = 200) -> ResponseReturnValue:
    lines = job_queries.export_lines(the_actor(), clock.now())
    many = number_of(request.args, "many")
    month = MonthForm(data={"month": clock.today()})
    return render_template("office/export_list.html", form=form, month=month, lines=lines, many=many), status
