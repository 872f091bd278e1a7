"""CSV that opens in a spreadsheet as text and comes back unchanged.

A spreadsheet runs a cell that begins with = + - @ (also in their full-width forms, also after white space). The rule:
such a cell, and a cell that begins with an apostrophe, gets one apostrophe in front. Because a leading apostrophe is
marked too, the rule can be undone without guessing: on re-import one leading apostrophe is taken off where the rule
has put it (`original_text`), and every text comes back as it was.
"""

import csv
import io
import re
from collections.abc import Iterable, Sequence

from openday.documents.plain_text import holdable

_MARK = "'"
_RISKY = re.compile(r"[\t\r\n']|\s*[=+\-@＝＋－＠﹣−﹢﹦﹫]")


def safe_cell(text: str) -> str:
    """Return text so that no spreadsheet takes it for a formula."""
    return _MARK + text if _RISKY.match(text) else text


def original_text(cell: str) -> str:
    """Undo `safe_cell`; a cell that it cannot have written, such as one typed by hand, stays as it is."""
    bare = cell.removeprefix(_MARK)
    return bare if safe_cell(bare) == cell else cell


def csv_bytes(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """Return header and rows as CSV (RFC 4180) in UTF-8 with a byte order mark, which Excel needs to read 汉字.

    Characters that no document can hold are left out; `original_text` gives each cell back when the file is read again.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    for row in (header, *rows):
        writer.writerow([safe_cell(holdable(cell)) for cell in row])
    return text.getvalue().encode("utf-8-sig")
