"""An agency takes its own plan as a document."""

from flask.typing import ResponseReturnValue

from openday.documents.plan_form import plan_form_docx
from openday.queries import exports as queries
from openday.rules.permissions import Role
from openday.services import exports
from openday.web.access import open_to, the_actor
from openday.web.agency.blueprint import bp
from openday.web.downloads import DOCX, download


@bp.get("/plans/<code>/plan-form.docx")
@open_to(Role.FILER, Role.REVIEWER)
def plan_document(code: str) -> ResponseReturnValue:
    """The 报送表, to be printed, stamped or sent."""
    document = queries.plan_document(the_actor(), code)
    content = plan_form_docx(document.form)
    exports.note_plan_export(the_actor(), document.plan_id, document.agency_id)
    return download(content, f"{document.name}.docx", DOCX, ascii_name=f"plan-{code}.docx")
