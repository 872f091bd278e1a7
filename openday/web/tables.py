"""Long lists by pages, and what every area that imports a plan table shows and hands out of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from flask import Response, current_app, request

from openday.documents.csv_export import csv_bytes
from openday.queries.plan_imports import FILED, KNOWN, PAGE, REFUSED, ImportPage

REASON_HEADER = "不能导入的原因"


@dataclass(frozen=True)
class RowsPage:
    """One page of rows; `number` counts from 1."""

    rows: Sequence[Any]
    number: int
    pages: int


def page_number(typed: str) -> int:
    """The number of a page as it stands in an address; the first for anything that is none."""
    return max(int(typed), 1) if typed.isascii() and typed.isdigit() and len(typed) < 7 else 1


def page_of(rows: Sequence[Any], typed: str, size: int) -> RowsPage:
    """The page of `size` rows that an address asks for; the last one when it asks for more."""
    pages = max(1, -(-len(rows) // size))
    number = min(page_number(typed), pages)
    return RowsPage(rows[(number - 1) * size : number * size], number, pages)


def shown(page: ImportPage, plan_endpoint: str) -> dict[str, Any]:
    """What the preview and the result show of a table: the rows of one tab and one page, and all counts.

    `plan_endpoint` is the page of one plan, to which filed rows lead once there is such a page.
    """
    only = request.args.get("show", "")
    rows = page.of(only) if only in (FILED, KNOWN, REFUSED) else page.rows
    page_shown = page_of(rows, request.args.get("page", ""), PAGE)
    return {
        "table": page,
        "plan_endpoint": plan_endpoint if plan_endpoint in current_app.view_functions else "",
        "only": only,
        "rows": page_shown.rows,
        "number": page_shown.number,
        "pages": page_shown.pages,
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
