"""Reads filled-in plan forms (报送表) from Word files, however they were typed, merged, split or converted.

Nothing is judged here: values come back as written, each beside the text that it was read from. What cannot be read
with certainty stays empty, with a warning; a wrong value is worse than none.
"""

import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass

import docx
from docx.opc.exceptions import PackageNotFoundError

from openday.documents.plan_columns import agency_above, match_columns
from openday.rules.privacy import plain_text

KEYS = ("agency", "theme", "time", "place", "content", "audience", "signup", "contact", "phone")


class FormRefused(ValueError):
    """A file cannot be read as plan forms; the text is the reason in Chinese, for the person who uploaded it."""


@dataclass(frozen=True)
class ReadField:
    """One field. `value`: as written, lines joined by "\\n", empty when the form says nothing. `source`: the text as it
    stood in the document, hints and all, to be shown beside the field."""

    value: str = ""
    source: str = ""


@dataclass(frozen=True)
class ReadForm:
    """One form. `fields`: every key of KEYS. `warnings`: in Chinese, what a person should look at."""

    fields: Mapping[str, ReadField]
    warnings: tuple[str, ...] = ()


def read_forms(data: bytes, filename: str) -> tuple[ReadForm, ...]:
    """The forms in an uploaded Word file, in their order; at least one. Raises FormRefused with the reason."""
    if not filename.lower().endswith(".docx"):
        raise FormRefused("只能读取 .docx 文件，请用 Word 或 WPS 打开后另存为 .docx 再上传")
    try:
        document = docx.Document(io.BytesIO(data))
    except (PackageNotFoundError, zipfile.BadZipFile, KeyError, ValueError) as error:
        raise FormRefused("文件无法读取，可能已损坏，请用 Word 或 WPS 打开并另存为 .docx 后上传") from error
    fields = dict.fromkeys(KEYS, ReadField())
    agency = agency_above([paragraph.text for paragraph in document.paragraphs])
    fields["agency"] = ReadField(agency, agency)
    for table in document.tables:
        for row in table.rows:
            cells = list(dict.fromkeys(cell._tc for cell in row.cells))
            texts = ["\n".join(p.text for p in docx.table._Cell(tc, row).paragraphs) for tc in cells]
            for label, value in zip(texts[::2], texts[1::2], strict=False):
                key = match_columns((label,))[0].key
                if key in fields:
                    fields[key] = ReadField(plain_text(value, lines=True), value)
    if not any(field.value for field in fields.values()):
        raise FormRefused("文件中没有找到报送表，应有“活动主题”“开展时间”等栏目")
    return (ReadForm(fields),)
