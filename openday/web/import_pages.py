"""What every area that imports plan tables shows and hands out of them."""

from flask import Response, current_app, flash, render_template, request
from flask.typing import ResponseReturnValue

from openday.documents.csv_export import csv_bytes
from openday.documents.refused_rows import REASON_HEADER, RefusedPart, refused_workbook
from openday.errors import NotFound
from openday.queries.plan_imports import import_page, refused_rows
from openday.services import plan_import
from openday.web.access import the_actor
from openday.web.downloads import XLSX, download
from openday.web.tables import csv_file, page_number


def table_page(code: str, template: str, plan_endpoint: str) -> ResponseReturnValue:
    """The table row by row: with verdicts, with its progress, or with results.

    `plan_endpoint` is the page of one plan, to which filed rows lead.
    """
    args = request.args
    page = import_page(the_actor(), code, only=args.get("show", ""), page=page_number(args.get("page", "")))
    known = plan_endpoint if plan_endpoint in current_app.view_functions else ""
    return render_template(template, table=page, plan_endpoint=known)


def run_table(code: str) -> None:
    """Set the import going; say how it went when that is known already, as the page says how far it is."""
    if plan_import.run_import(the_actor(), code):
        page = import_page(the_actor(), code)
        filed, others = page.counts["filed"], page.total - page.counts["filed"]
        flash(f"导入完成：共{page.total}行，导入{filed}行，未导入{others}行。", "done")


def refused_file(code: str, ending: str) -> Response:
    """The refused rows as they stood in the file, each with its reason, to be put right and uploaded again.

    `ending` is xlsx, or csv where the file had one table.
    """
    parts = refused_rows(the_actor(), code)
    if ending == "csv" and len(parts) == 1:
        header = [*parts[0].header, REASON_HEADER]
        return csv_file(csv_bytes(header, [list(row) for row in parts[0].rows]), "未导入的计划.csv")
    if ending != "xlsx":
        raise NotFound()
    book = refused_workbook([RefusedPart(part.name, part.header, part.rows) for part in parts])
    return download(book, "未导入的计划.xlsx", XLSX, ascii_name="plans.xlsx")
