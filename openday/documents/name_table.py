"""Tables of people as they are handed in (.xlsx, .docx, .csv): rows of text, to be read line by line like a paste."""

import csv
import io

from openday.documents.csv_export import original_text
from openday.documents.docx_grid import read_docx_tables
from openday.documents.grid import MAX_BYTES, MAX_COLUMNS, REASONS, TableRefused, decoded
from openday.documents.xlsx_grid import read_xlsx

MOST_ROWS = 2000

__all__ = ["MOST_ROWS", "TableRefused", "read_name_table"]


def read_name_table(data: bytes, filename: str) -> list[tuple[str, ...]]:
    """All rows with text of all sheets or tables in the bytes of an uploaded file, in their order.

    The ending of `filename` says which kind it claims to be; .csv in UTF-8 or GB18030. Raises TableRefused with the
    reason for anything else, for more than 5 MB and more than MOST_ROWS rows.
    """
    if len(data) > MAX_BYTES:
        raise TableRefused(REASONS["size"])
    name = filename.lower()
    if name.endswith(".csv"):
        rows = _csv_rows(decoded(data))
    elif name.endswith(".xlsx"):
        rows = [row for sheet in read_xlsx(data) for row in sheet.rows]
    elif name.endswith(".docx"):
        rows = [row for sheet in read_docx_tables(data) for row in sheet.rows]
    else:
        raise TableRefused("只能读取 .xlsx、.docx 或 .csv 表格，请另存为其中一种后上传")
    rows = [row for row in rows if any(cell.strip() for cell in row)]
    if not rows:
        raise TableRefused("文件是空的，请选择填写好的表格")
    if len(rows) > MOST_ROWS:
        raise TableRefused(f"表格有{len(rows)}行，一次最多{MOST_ROWS}行")
    return rows


def _csv_rows(text: str) -> list[tuple[str, ...]]:
    try:
        rows = [tuple(map(original_text, row)) for row in csv.reader(io.StringIO(text, newline=""))]
    except csv.Error as error:
        raise TableRefused("表格无法读取，请用表格软件打开并另存为 .csv 后上传") from error
    if any(len(row) > MAX_COLUMNS for row in rows):
        raise TableRefused(REASONS["columns"])
    return rows
