"""Word documents as a printer would put them on paper: LibreOffice lays them out, the pages are counted and read."""

import subprocess
from dataclasses import replace
from datetime import date
from pathlib import Path

import pypdfium2
import pytest

from openday.documents.legacy_office import can_convert
from openday.documents.official import OfficialDocument, Text, official_docx
from openday.documents.plan_form import PlanForm, merged_plan_forms_docx
from tests.documents.test_official import PAPER
from tests.documents.test_plan_form import FORM
from tests.documents.test_round_trip import real_plans

pytestmark = pytest.mark.skipif(not can_convert(), reason="LibreOffice is not installed")
FORM_TITLE = "政府开放活动计划安排报送表"


def pages(content: bytes, folder: Path) -> list[str]:
    """The text of every page, without spaces."""
    (folder / "paper.docx").write_bytes(content)
    command = ["soffice", f"-env:UserInstallation={(folder / 'office').as_uri()}", "--headless"]
    command += ["--convert-to", "pdf", "--outdir", str(folder), str(folder / "paper.docx")]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    document = pypdfium2.PdfDocument(folder / "paper.pdf")
    try:
        return [page.get_textpage().get_text_range().replace(" ", "") for page in document]
    finally:
        document.close()


def test_ordinary_forms_take_one_page_each_and_long_ones_as_many_as_they_need(tmp_path: Path) -> None:
    content = "参观取水口、滤池和调度中心，听取讲解并座谈。"
    forms = [FORM, *(replace(FORM, content=content * times) for times in (10, 20, 30, 40, 50))]
    forms += [replace(FORM, signup=content * 10, audience=content * 5), replace(FORM, content="第一行\n" * 25)]
    printed = pages(
        merged_plan_forms_docx([*forms, replace(FORM, content=content * 200), PlanForm(*[""] * 9)]), tmp_path
    )
    assert all(page.count(FORM_TITLE) == 1 for page in printed[: len(forms)])
    long, blank = printed[len(forms) : -1], printed[-1]
    assert len(long) > 1
    assert "".join(long).replace("\r\n", "").count("听取讲解并座谈") >= 195, (
        "only words torn by a page's end are missed"
    )
    assert "0578-0000000" in long[-1]
    assert blank.count(FORM_TITLE) == 1


def test_every_real_plan_takes_one_page(tmp_path: Path) -> None:
    plans = real_plans()
    printed = pages(merged_plan_forms_docx(plans), tmp_path)
    assert [page.count(FORM_TITLE) for page in printed] == [1] * len(plans)


def test_a_full_page_of_an_official_paper_has_22_lines_of_28_characters(tmp_path: Path) -> None:
    paper = OfficialDocument("标题", "", (Text("政" * 28 * 60),), "", date(2026, 9, 1))
    second = pages(official_docx(paper), tmp_path)[1].splitlines()
    assert [line for line in second if line] == ["政" * 28] * 22 + ["—2—"]


def test_the_pages_of_an_attachment_are_counted_on(tmp_path: Path) -> None:
    printed = pages(official_docx(PAPER), tmp_path)
    first, second = (page.replace("\r\n", "") for page in printed)
    assert "—1—" in first
    assert second.startswith("附件2026年9月政府开放活动安排表序号活动主题1走进图书馆")
    assert second.endswith("—2—")
