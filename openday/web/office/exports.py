"""The office takes documents out: the summary table, one plan form, all plan forms of a call."""

from flask import request
from flask.typing import ResponseReturnValue

from openday.documents.plan_form import plan_form_docx, several_plan_forms_zip
from openday.documents.summary_table import summary_xlsx
from openday.errors import Refused
from openday.queries import exports as queries
from openday.queries.exports import Chosen
from openday.rules.permissions import Role
from openday.services import exports
from openday.web.access import open_to, the_actor
from openday.web.downloads import DOCX, XLSX, ZIP, download
from openday.web.forms.reviews import number_of, status_of
from openday.web.office.blueprint import bp

MOST_FORMS = 300


@bp.get("/summary.xlsx")
@open_to(Role.OFFICER)
def summary_export() -> ResponseReturnValue:
    """汇总表 of a call, or of everything within reach."""
    chosen = _chosen()
    table = queries.summary_table(the_actor(), chosen)
    content = summary_xlsx(table.title, table.rows)
    exports.note_summary_export(the_actor(), "summary_table", chosen.call_id, len(table.rows))
    return download(content, f"{table.title}.xlsx", XLSX, ascii_name="summary.xlsx")


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
    """Every 报送表 of a call in one archive."""
    chosen = _chosen()
    title, documents = queries.plan_documents(the_actor(), chosen, limit=MOST_FORMS + 1)
    if len(documents) > MOST_FORMS:
        raise Refused(f"一次最多打包{MOST_FORMS}份报送表，请先按征集通知或状态缩小范围")
    if not documents:
        raise Refused("没有可以导出的报送表")
    content = several_plan_forms_zip((document.name, document.form) for document in documents)
    exports.note_summary_export(the_actor(), "plan_forms", chosen.call_id, len(documents))
    return download(content, f"{title}.zip", ZIP, ascii_name="plan-forms.zip")


def _chosen() -> Chosen:
    return Chosen(number_of(request.args, "call"), status_of(request.args))
