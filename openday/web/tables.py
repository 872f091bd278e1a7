"""Answers with a plan table's rows, for every area that imports one."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from flask import Response, current_app, request

from openday.documents.csv_export import csv_bytes
from openday.queries.plan_imports import FILED, KNOWN, PAGE, REFUSED, ImportPage

REASON_HEADER = "不能导入的原因"


def shown(page: ImportPage, plan_endpoint: str) -> dict[str, Any]:
    """What the preview and the result show of a table: the rows of one tab and one page, and all counts.

    `plan_endpoint` is the page of one plan, to which filed rows lead once there is such a page.
    """
    only = request.args.get("show", "")
    rows = page.of(only) if only in (FILED, KNOWN, REFUSED) else page.rows
    pages = max(1, -(-len(rows) // PAGE))
    typed = request.args.get("page", "")
    number = min(max(int(typed), 1), pages) if typed.isascii() and typed.isdigit() and len(typed) < 7 else 1
    return {
        "table": page,
        "plan_endpoint": plan_endpoint if plan_endpoint in current_app.view_functions else "",
        "only": only,
        "rows": rows[(number - 1) * PAGE : number * PAGE],
        "number": number,
        "pages": pages,
        "counts": {outcome: len(page.of(outcome)) for outcome in (FILED, KNOWN, REFUSED)},
    }


def refused_rows(page: ImportPage) -> Response:
    """The refused rows as they stood in the table, each with its reason, to be corrected and uploaded again."""
    width = len(page.header)
    rows = [[*_padded(page.raw[row.line], width), row.reason] for row in page.of(REFUSED)]
    return csv_file(csv_bytes([*page.header, REASON_HEADER], rows), "未导入的计划.csv")


def csv_file(content: bytes, name: str) -> Response:
    """A download under a Chinese name (RFC 6266)."""
    response = Response(content, mimetype="text/csv")
    response.headers["Content-Disposition"] = f"attachment; filename=\"plans.csv\"; filename*=UTF-8''{quote(name)}"
    return response


def _padded(cells: Sequence[str], width: int) -> list[str]:
    return [*cells, *[""] * (width - len(cells))]
