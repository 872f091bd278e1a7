"""An agency takes its own plans as documents: one, or all of them as an archive or in one document."""

from flask import request
from flask.typing import ResponseReturnValue

from openday.documents.plan_form import merged_plan_forms_docx, plan_form_docx, several_plan_forms_zip
from openday.errors import Refused
from openday.queries import exports as queries
from openday.queries.exports import Chosen, PlanDocument
from openday.rules.permissions import Right, Role
from openday.services import exports
from openday.web.access import open_to, the_actor
from openday.web.agency.blueprint import bp
from openday.web.downloads import DOCX, ZIP, download
from openday.web.forms.reviews import number_of, status_of

MOST_FORMS = 200
"""An agency has a few plans a year; more than this is a slip, and would keep everybody else waiting."""


@bp.get("/plans/<code>/plan-form.docx")
@open_to(Role.FILER, Role.REVIEWER)
def plan_document(code: str) -> ResponseReturnValue:
    """The 报送表, to be printed, stamped or sent."""
    document = queries.plan_document(the_actor(), code)
    content = plan_form_docx(document.form)
    exports.note_plan_export(the_actor(), document.plan_id, document.agency_id)
    return download(content, f"{document.name}.docx", DOCX, ascii_name=f"plan-{code}.docx")


@bp.get("/plan-forms.zip")
@open_to(Role.FILER, Role.REVIEWER)
def plan_documents() -> ResponseReturnValue:
    """Every 报送表 of the agency in one archive, drafts too."""
    title, documents = _own("plan_forms")
    content = several_plan_forms_zip((document.name, document.form) for document in documents)
    return download(content, f"{title}报送表.zip", ZIP, ascii_name="plan-forms.zip")


@bp.get("/plan-forms.docx")
@open_to(Role.FILER, Role.REVIEWER)
def plan_documents_merged() -> ResponseReturnValue:
    """The same in one document, each on a page of its own."""
    title, documents = _own("plan_forms_merged")
    content = merged_plan_forms_docx(document.form for document in documents)
    return download(content, f"{title}报送表.docx", DOCX, ascii_name="plan-forms.docx")


def _own(kind: str) -> tuple[str, list[PlanDocument]]:
    """The agency's own plans, written down as taken."""
    actor = the_actor()
    chosen = Chosen(number_of(request.args, "call"), status_of(request.args), actor.agency_id or 0, drafts=True)
    found = queries.collection(actor, Right.PLAN_EXPORT, chosen)
    if not found.plan_ids:
        raise Refused("没有可以导出的报送表")
    if len(found.plan_ids) > MOST_FORMS:
        raise Refused(f"一次最多导出{MOST_FORMS}份报送表，请按征集通知或状态缩小范围")
    documents = list(queries.plan_documents(actor, chosen, found.plan_ids))
    exports.note_summary_export(actor, kind, chosen.call_id, len(documents))
    return found.title, documents
