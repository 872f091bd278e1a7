"""A Word form comes in, is put right and handed in; a long table is imported while its uploader watches."""

from dataclasses import replace
from pathlib import Path

import pytest

from openday.documents.plan_form import PlanForm, plan_form_docx
from tests.factories.plan_tables import as_xlsx
from tests.journeys.people import AGENCY, add_agency, invite
from tests.journeys.stage import Stage
from tests.journeys.story import filing

pytestmark = pytest.mark.journey

FORM = PlanForm(
    agency="云溪区文化馆",
    theme="一页古籍的重生",
    time="九月中旬",
    place="古籍修复室",
    content="一、参观古籍修复室和恒温书库。\n二、体验线装书装订。",
    audience="市民代表 20 人、企业代表 5 人",
    signup="拨打 0000-8880000 报名",
    contact="何小雨",
    phone="0000-8880000",
)


@pytest.fixture(scope="module")
def settled(stage: Stage) -> Stage:
    """An agency with its filer and reviewer, an officer, and an open call."""
    link = stage.command("create-admin", "--place", "云溪区").splitlines()[0]
    admin = stage.come_in(link, "admin")
    add_agency(stage, admin)
    for login, name, role in (("filer", "何小雨", "填报人"), ("reviewer", "沈立夏", "审核人")):
        invite(stage, admin, login, name, role, AGENCY)
    invite(stage, admin, "officer", "周清明", "政务公开办", None)
    filing.the_office_opens_a_call(stage)
    return stage


def test_a_word_form_is_uploaded_put_right_and_reaches_the_reviewer(settled: Stage, tmp_path: Path) -> None:
    word = tmp_path / "报送表.docx"
    word.write_bytes(plan_form_docx(replace(FORM, time=filing.vague_time(settled))))
    filer = settled.visitor("filer")
    with settled.photographed_if_it_fails():
        filer.reload()
        filer.get_by_role("link", name="上传 Word 报送表").click()
        settled.look(filer, "form-upload-new")
        filer.get_by_role("button", name="上传并核对").click()
        assert "请选择填写好的报送表" in filer.get_by_role("alert").inner_text()
        settled.look(filer, "form-upload-refused")
        filer.get_by_label("报送表").set_input_files(word)
        filer.get_by_role("button", name="上传并核对").click()
        filer.get_by_role("heading", name="修改活动计划").wait_for()
        text = filer.locator("main").inner_text()
        assert "表中的单位名称是“云溪区文化馆”" in text
        assert text.count("文件中的原文") == 8
        assert filer.get_by_label("开展地点").input_value() == "古籍修复室"
        settled.look(filer, "form-upload-draft")
        filer.get_by_label("开展地点").fill("云溪区图书馆三楼古籍修复室")
        filer.get_by_role("button", name="提交单位审核").click()
        filer.get_by_text("单位审核中").first.wait_for()
        reviewer = settled.visitor("reviewer")
        reviewer.goto("agency/")
        reviewer.get_by_role("link", name=FORM.theme).first.click()
        read = reviewer.locator("main").inner_text()
        assert "云溪区图书馆三楼古籍修复室" in read
        assert "由“报送表.docx”第1张报送表读入" in read
        settled.look(reviewer, "form-upload-reviewed")


def test_a_long_table_is_imported_while_its_uploader_watches(settled: Stage, tmp_path: Path) -> None:
    header = ["活动主题", "开展时间", "开展地点", "活动内容", "活动对象", "联系方式"]
    time = filing.vague_time(settled)
    rows = [[f"走进书库第{n}期", time, "二楼书库", "参观", "市民代表20人", "0000-8880000"] for n in range(1, 2001)]
    rows[9][1] = "另行通知"
    table = tmp_path / "计划表.xlsx"
    table.write_bytes(as_xlsx(header, *rows))
    filer = settled.visitor("filer")
    with settled.photographed_if_it_fails():
        filer.goto("agency/")
        filer.get_by_role("link", name="导入计划表").first.click()
        filer.get_by_label("计划表").set_input_files(table)
        filer.get_by_role("button", name="上传并预览").click()
        filer.get_by_role("button", name="导入这1999行").wait_for()
        settled.look(filer, "plan-import-preview")
        filer.get_by_role("button", name="导入这1999行").click()
        filer.get_by_text("正在导入").first.wait_for()
        settled.look(filer, "plan-import-running")
        filer.get_by_role("link", name="下载未导入的行").wait_for(timeout=60_000)
        assert "1999行" in filer.locator("main").inner_text()
        settled.look(filer, "plan-import-done")
        with filer.expect_download() as coming:
            filer.get_by_role("link", name="下载未导入的行").click()
        assert coming.value.suggested_filename == "未导入的计划.xlsx"
