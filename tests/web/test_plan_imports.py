"""Importing a table in the browser: upload, preview, import, result, and the refused rows as a file."""

import csv
import io

import pytest
from flask import Flask
from sqlalchemy import func, select

from openday.db import db
from openday.documents.csv_export import csv_bytes
from openday.documents.plan_table import read_plan_table
from openday.models.plans import Plan
from tests.factories.calls import call_of
from tests.factories.people import House
from tests.support.client import PageClient

HEADER = [
    "承办单位",
    "活动名称（主题）",
    "活动时间",
    "地点",
    "内容",
    "邀请对象",
    "报名方式",
    "联系人",
    "联系电话",
    "备注",
]
GOOD = [
    "云溪区图书馆",
    "走进书库",
    "9月中旬",
    "二楼书库",
    "参观古籍修复",
    "市民代表20人",
    "电话报名",
    "何文",
    "0000-8880001",
    "",
]
VAGUE = ["云溪区图书馆", "=1+1", "另行通知", "大厅", "座谈", "读者", "", "", "", "待定"]
ELSEWHERE = ["临河区水务局", "走进水厂", "9月", "水厂", "参观", "市民", "", "", "", ""]


def file(*rows: list[str], name: str = "计划表.csv") -> tuple[io.BytesIO, str]:
    return io.BytesIO(csv_bytes(HEADER, rows)), name


def plan_count() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(Plan)) or 0


def test_a_filer_sees_every_row_before_anything_is_filed(app: Flask, house: House) -> None:
    call_of(house, year=2026)
    filer = PageClient(app).log_in(house.filer)
    page = filer.get("/agency/plan-imports/new")
    page = filer.upload(page.form(having="file"), file=file(GOOD, VAGUE, ELSEWHERE))
    assert [row.xpath("string(th)").strip() for row in page.all("(//table)[last()]/tbody/tr")] == [
        "走进书库", "=1+1", "走进水厂",
    ]  # fmt: skip
    rows = [" ".join(row.xpath("string(.)").split()) for row in page.all("(//table)[last()]/tbody/tr")]
    assert "2026年9月11日至20日之间" in rows[0]
    assert "共20人" in rows[0] or "市民代表20人" in rows[0]
    assert "可导入" in rows[0]
    assert "不能导入" in rows[1]
    assert "您只能导入本单位" in rows[2]
    columns = page.text("//details//table")
    assert "活动名称（主题）" in columns
    assert "备注" in columns
    assert plan_count() == 0
    page = filer.submit(page.form(action="/run"))
    assert "共3行，导入1行，未导入2行" in page.text()
    assert page.links()["走进书库"].startswith("/agency/plans/")
    assert plan_count() == 1
    assert [form.action for form in page.forms() if form.action.endswith("/run")] == []


def test_the_refused_rows_come_back_as_a_table_that_can_be_corrected(app: Flask, house: House) -> None:
    call_of(house, year=2026)
    filer = PageClient(app).log_in(house.filer)
    page = filer.get("/agency/plan-imports/new")
    page = filer.upload(page.form(having="file"), file=file(GOOD, VAGUE))
    answer = filer.raw(page.links()["下载为 .csv 表格"])
    assert answer.mimetype == "text/csv"
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    (header, *rows) = csv.reader(io.StringIO(answer.data.decode("utf-8-sig"), newline=""))
    assert header == [*HEADER, "不能导入的原因"]
    assert [(row[1], row[-1][:5]) for row in rows] == [("'=1+1", "开展时间：")]
    again = read_plan_table(answer.data, "未导入的计划.csv")
    assert [row.cells["theme"] for row in again.rows] == ["=1+1"]


def test_the_office_adds_agencies_only_when_it_says_so(app: Flask, house: House) -> None:
    call_of(house, year=2026)
    officer = PageClient(app).log_in(house.officer)
    page = officer.get("/office/plan-imports/new")
    refused = officer.upload(page.form(having="file"), file=file(ELSEWHERE))
    assert "名录中没有“临河区水务局”" in refused.text("(//table)[last()]")
    assert "没有可以导入的行" in refused.text("//main")
    accepted = officer.upload(page.form(having="file"), create_agencies="y", file=file(ELSEWHERE))
    assert "将登记为新单位" in accepted.text("(//table)[last()]")
    page = officer.submit(accepted.form(action="/run"))
    assert "已登记为新单位" in page.text("(//table)[last()]")
    assert db.session.scalars(select(Plan.status)).all() == ["office_review"]


def test_the_same_table_again_says_that_it_is_there(app: Flask, house: House) -> None:
    call_of(house, year=2026)
    filer = PageClient(app).log_in(house.filer)
    form = filer.get("/agency/plan-imports/new").form(having="file")
    page = filer.upload(form, file=file(GOOD))
    filer.submit(page.form(action="/run"))
    page = filer.upload(form, file=file(GOOD))
    assert "此前已导入，现在是“草稿”" in page.text("(//table)[last()]")
    assert [f.action for f in page.forms() if f.action.endswith("/run")] == []
    assert plan_count() == 1


@pytest.mark.parametrize(
    ("upload", "reason"),
    [
        ((io.BytesIO(b""), "计划.csv"), "文件是空的"),
        ((io.BytesIO(b"\x00\x01\x02" * 100), "计划.csv"), "文字编码无法识别"),
        ((io.BytesIO(b"PK\x03\x04" + b"\0" * 50), "计划.xlsx"), "表格"),
        ((io.BytesIO(b"MZ"), "计划.exe"), "只能读取"),
        ((io.BytesIO("姓名,年龄\n张三,30\n".encode()), "\u202e\u200b.csv"), "没有找到表头"),
    ],
)
def test_what_is_no_table_is_refused_at_the_file(
    app: Flask, house: House, upload: tuple[io.BytesIO, str], reason: str
) -> None:
    call_of(house)
    filer = PageClient(app).log_in(house.filer)
    form = filer.get("/agency/plan-imports/new").form(having="file")
    upload = (io.BytesIO(upload[0].getvalue()), upload[1])
    assert reason in filer.upload(form, status=422, file=upload).text("//*[@id='errors']")


def test_no_file_is_asked_for_in_words(app: Flask, house: House) -> None:
    call_of(house)
    filer = PageClient(app).log_in(house.filer)
    page = filer.get("/agency/plan-imports/new")
    assert "请选择要导入的表格" in filer.upload(page.form(having="file"), status=422).text("//*[@id='errors']")


def test_without_an_open_call_the_page_says_what_to_do(app: Flask, house: House) -> None:
    call_of(house, status="closed")
    page = PageClient(app).log_in(house.filer).get("/agency/plan-imports/new")
    assert "现在没有开放的征集通知" in page.text("//main")


def test_a_long_table_is_shown_by_pages_and_results(app: Flask, house: House) -> None:
    call_of(house)
    filer = PageClient(app).log_in(house.filer)
    rows = [[*GOOD[:1], f"走进书库第{number}期", *GOOD[2:]] for number in range(130)]
    page = filer.get("/agency/plan-imports/new")
    page = filer.upload(page.form(having="file"), file=file(*rows, VAGUE))
    here = page.address
    assert len(page.all("(//table)[last()]/tbody/tr")) == 50
    assert len(filer.get(f"{here}?page=3").all("(//table)[last()]/tbody/tr")) == 31
    assert len(filer.get(f"{here}?show=refused").all("(//table)[last()]/tbody/tr")) == 1
    for odd in ("page=-1", "page=1e9", "show=x", "page=99999999"):
        filer.get(f"{here}?{odd}")


def test_nobody_opens_or_runs_the_table_of_another(app: Flask, house: House) -> None:
    call_of(house)
    filer = PageClient(app).log_in(house.filer)
    page = filer.upload(filer.get("/agency/plan-imports/new").form(having="file"), file=file(GOOD))
    outsider = PageClient(app).log_in(house.other_filer)
    app.config["WTF_CSRF_ENABLED"] = False
    missing = outsider.raw("/agency/plan-imports/nothing-there")
    assert (missing.status_code, outsider.raw(page.address).data) == (404, missing.data)
    outsider.post(f"{page.address}/run", 404)
    assert outsider.raw(f"{page.address}/refused.csv").status_code == 404
    assert outsider.raw(f"{page.address}/refused.xlsx").status_code == 404
    assert plan_count() == 0
