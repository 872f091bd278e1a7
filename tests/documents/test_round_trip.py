"""What goes out as a document and comes in again is the same plan, field for field.

The 150 real plans lie beside the checkout (`../shared/data`) and are not part of the project; without them the tests
over them are skipped, the others remain.
"""

import csv
from collections.abc import Iterator
from dataclasses import asdict, astuple
from functools import cache
from pathlib import Path

import pytest

from openday.documents.form_reader import ReadForm, read_forms
from openday.documents.plan_form import PlanForm, merged_plan_forms_docx, plan_form_docx
from openday.documents.plan_table import read_plan_table
from openday.documents.summary_table import SummaryRow, summary_xlsx
from openday.rules.plan_text import text_from
from openday.rules.privacy import plain_text

REAL_PLANS = Path(__file__).resolve().parents[3] / "shared" / "data" / "real_plans.csv"
_COLUMNS = {
    "theme": "theme",
    "time_text": "time_text",
    "venue": "place",
    "content": "content",
    "audience_text": "audience",
    "signup_text": "signup_text",
    "contact": "contact",
    "contact_phone": "phone",
}
AWKWARD = [
    PlanForm(
        agency="云溪区图书馆",
        theme="“数智赋能：便民利企”活动主题发布",
        time="9月16日14:00—16:00\n9月17日（暂定）",
        place="开展地点：一楼大厅",
        content="一、活动内容：参观采编\n\n二、活动对象座谈（企业代表 10 人）\n=SUM(A1)\n备注：雨天照常",
        audience="联系人、志愿者各10人；其他20人",
        signup="扫码报名，或者发送邮件至 office@example.gov.cn，标题写“单位名称+姓名”",
        contact="何文",
        phone="0000-8880001、13800000000",
    ),
    PlanForm("云溪区水务局", "一滴水的旅程", "全年", "第一水厂", "参观", "市民20人", "", "", "0000-8880002"),
]


@cache
def real_plans() -> tuple[PlanForm, ...]:
    """Every real plan as OpenDay keeps it once it has been typed in."""
    if not REAL_PLANS.exists():
        pytest.skip("the real plans (../shared beside the checkout) are not here")
    with REAL_PLANS.open(encoding="utf-8-sig", newline="") as file:
        return tuple(_kept(row) for row in csv.DictReader(file))


def _kept(row: dict[str, str]) -> PlanForm:
    text = text_from({name: row[column] for name, column in _COLUMNS.items()})
    return PlanForm(plain_text(row["agency"]), *text.as_dict().values())


def values(form: ReadForm) -> dict[str, str]:
    """The fields of a form that was read, under the names of the form that is written."""
    return {name: form.fields[name].value for name in asdict(AWKWARD[0])}


def as_read(read: Iterator[ReadForm] | list[ReadForm]) -> list[dict[str, str]]:
    return [values(form) for form in read]


def in_summary(forms: list[PlanForm]) -> bytes:
    """The forms as rows of the summary table, with everything else that it says beside them."""
    rows = (
        SummaryRow(number, *astuple(form), "已备案", "2场", 28, 25, "9月16日开展，邀请3人。\n联系人：无")
        for number, form in enumerate(forms, start=1)
    )
    return summary_xlsx("2026年“公开聊亮”政府开放活动计划汇总表", rows)


def from_table(data: bytes) -> list[dict[str, str]]:
    table = read_plan_table(data, "summary.xlsx")
    assert table.notes == ()
    return [{name: row.cells[name] for name in asdict(AWKWARD[0])} for row in table.rows]


@pytest.mark.parametrize("form", AWKWARD, ids=lambda form: form.theme)
def test_a_form_that_speaks_of_labels_comes_back_from_word_as_it_was(form: PlanForm) -> None:
    assert as_read(list(read_forms(plan_form_docx(form), "报送表.docx"))) == [asdict(form)]


def test_every_real_plan_comes_back_from_word_as_it_was() -> None:
    plans = real_plans()
    read = as_read(list(read_forms(merged_plan_forms_docx(plans), "报送表.docx")))
    assert len(plans) == 150
    assert read == [asdict(plan) for plan in plans]


@pytest.mark.parametrize("number", range(0, 150, 50))
def test_a_real_plan_in_a_file_of_its_own_comes_back_as_it_was(number: int) -> None:
    plan = real_plans()[number]
    assert as_read(list(read_forms(plan_form_docx(plan), "报送表.docx"))) == [asdict(plan)]


def test_plans_come_back_from_excel_as_they_were() -> None:
    assert from_table(in_summary(AWKWARD)) == [asdict(form) for form in AWKWARD]


def test_every_real_plan_comes_back_from_excel_as_it_was() -> None:
    plans = list(real_plans())
    assert from_table(in_summary(plans)) == [asdict(plan) for plan in plans]
