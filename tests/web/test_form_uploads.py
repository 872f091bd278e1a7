"""Uploading plan forms in the browser: a draft beside its source, put right in place, handed in; refusals too."""

import io
from dataclasses import replace

from flask import Flask
from sqlalchemy import select

from openday.db import db
from openday.documents.plan_form import PlanForm, merged_plan_forms_docx, plan_form_docx
from openday.models.plans import Plan
from tests.factories.calls import call_of
from tests.factories.people import House
from tests.services.test_form_readings import FORM
from tests.support.client import PageClient
from tests.support.queries import count_queries


def word(*forms: PlanForm, name: str = "报送表.docx") -> tuple[io.BytesIO, str]:
    return io.BytesIO(plan_form_docx(forms[0]) if len(forms) == 1 else merged_plan_forms_docx(forms)), name


def test_a_form_opens_as_a_draft_beside_its_source_and_is_handed_in_from_there(app: Flask, house: House) -> None:
    call_of(house, year=2026)
    filer = PageClient(app).log_in(house.filer)
    desk = filer.get("/agency/")
    page = filer.get(desk.links()["上传 Word 报送表"])
    page = filer.upload(page.form(having="files"), files=[word(replace(FORM, agency="云溪区水务局"))])
    assert page.address.endswith("/edit")
    assert "已读出1张报送表，请逐项与原文核对" in page.text()
    assert "表中的单位名称是“云溪区水务局”，不是本单位（云溪区图书馆）" in page.text("//main")
    beside = [" ".join(block.xpath("string(.)").split()) for block in page.all("//*[@class='sourced__text']")]
    assert [text.removeprefix("文件中的原文 ") for text in beside] == [
        "走进书库", "9月中旬", "二楼书库", "参观古籍修复。 听讲解。", "市民代表 20 人", "电话报名",
        "何文", "0000-8880001",
    ]  # fmt: skip
    assert "2026年9月11日至20日之间" in page.text("//*[@id='time_text-read']")
    page = filer.submit(page.form(having="theme"), act="submit", venue="三楼书库")
    assert "已提交本单位审核人审核" in page.text()
    assert db.session.scalars(select(Plan.venue)).all() == ["三楼书库"]


def test_the_same_file_again_leads_to_the_draft_that_is_there(app: Flask, house: House) -> None:
    call_of(house)
    filer = PageClient(app).log_in(house.filer)
    form = filer.get("/agency/form-uploads/new").form(having="files")
    first = filer.upload(form, files=[word(FORM)])
    again = filer.upload(form, files=[word(FORM)])
    assert again.address == first.address
    assert "1张报送表此前已经上传，没有重复建立" in again.text()
    filer.submit(again.form(having="theme"), act="submit")
    shown = filer.upload(form, files=[word(FORM)])
    assert shown.address == first.address.removesuffix("/edit")


def test_several_forms_stand_in_a_list_from_which_each_is_opened(app: Flask, house: House) -> None:
    call_of(house)
    filer = PageClient(app).log_in(house.filer)
    form = filer.get("/agency/form-uploads/new").form(having="files")
    several = [word(FORM, replace(FORM, theme="夜读")), word(replace(FORM, theme="晒书"), name="二.docx")]
    page = filer.upload(form, files=several)
    assert [row.xpath("string(th)").strip() for row in page.all("//table/tbody/tr")] == ["晒书", "走进书库", "夜读"]
    assert "/agency/plans/" in page.links()["夜读"]
    assert page.links()["夜读"].endswith("/edit")
    with count_queries() as few:
        filer.get("/agency/form-uploads/new")
    filer.upload(form, files=[word(*[replace(FORM, theme=f"第{number}场") for number in range(10)])])
    with count_queries() as many:
        filer.get("/agency/form-uploads/new")
    assert len(few) == len(many)


def test_a_refused_file_says_why_at_the_field_and_keeps_no_other_away(app: Flask, house: House) -> None:
    call_of(house)
    filer = PageClient(app).log_in(house.filer)
    form = filer.get("/agency/form-uploads/new").form(having="files")
    assert "请选择填写好的报送表" in filer.upload(form, status=422).text("//*[@id='errors']")
    for content, name in ((b"", "空.docx"), (b"%PDF-1.7", "扫描.pdf"), (b"PK\x03\x04rubbish", "坏.docx")):
        page = filer.upload(form, status=422, files=[(io.BytesIO(content), name)])
        assert page.text("//*[@id='errors']").strip()
    page = filer.upload(form, status=422, files=[word(FORM), (io.BytesIO(b"MZ"), "程序.exe")])
    assert "程序.exe：只能读取" in page.text("//*[@id='errors']")
    assert "走进书库" in page.text("//table")


def test_the_office_puts_right_what_an_agency_sent_and_files_it(app: Flask, house: House) -> None:
    call_of(house, year=2026)
    officer = PageClient(app).log_in(house.officer)
    form = officer.get("/office/form-uploads/new").form(having="files")
    page = officer.upload(form, files=[word(replace(FORM, agency="云溪区 图书馆", phone=""))])
    assert page.all("//select[@id='agency']/option[@selected]")[0].text == "云溪区图书馆"
    refused = officer.submit(page.form(having="theme"), status=422)
    assert "请填写联系方式" in refused.text("//*[@id='errors']")
    filed = officer.submit(page.form(having="theme"), contact_phone="0000-8880001")
    assert "已代为报送，由政务公开办的其他人员审核" in filed.text()
    assert filed.address.startswith("/office/plans/")
    listed = officer.get("/office/form-uploads/new")
    assert listed.links()["走进书库"] == filed.address
    assert officer.get(page.address).address == filed.address


def test_nobody_opens_what_another_uploaded(app: Flask, house: House) -> None:
    officer = PageClient(app).log_in(house.officer)
    page = officer.upload(officer.get("/office/form-uploads/new").form(having="files"), files=[word(FORM)])
    other = PageClient(app).log_in(house.second_officer)
    missing = other.raw("/office/form-uploads/nothing-there/1")
    assert (missing.status_code, other.raw(page.address).data) == (404, missing.data)


def test_several_large_files_may_come_at_once_but_only_where_files_are_taken(app: Flask, house: House) -> None:
    call_of(house, year=2026)
    filer = PageClient(app).log_in(house.filer)
    page = filer.get("/agency/form-uploads/new")
    large = [(io.BytesIO(b"PK\x03\x04" + bytes(4_000_000)), f"{n}.docx") for n in range(3)]
    said = filer.upload(page.form(having="files"), 422, files=large).text("main")
    assert "0.docx" in said and "2.docx" in said
    page = filer.get("/agency/plans/new")
    filer.submit(page.form(having="theme"), 413, content="长" * 3_000_000)
