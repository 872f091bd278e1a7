"""`openday import-plans`: a table from the command line, by the same rules as on the page."""

import csv
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from openday.cli import openday
from openday.db import db
from openday.documents.csv_export import csv_bytes
from openday.models.calls import Call
from openday.models.people import Agency
from openday.models.plans import Plan
from tests.factories.calls import call_of
from tests.factories.people import House

REAL_PLANS = Path(__file__).parents[3] / "shared" / "data" / "real_plans.csv"
HEADER = ["单位名称", "活动主题", "开展时间", "开展地点", "活动内容"]
ROWS = [
    ["云溪区图书馆", "走进书库", "9月中旬", "二楼书库", "参观"],
    ["云溪区档案馆", "查档案", "另行通知", "档案馆", "参观"],
    ["云溪区档案馆", "看档案", "10月", "档案馆", "参观"],
]


def run(app: Flask, *arguments: str) -> tuple[int, list[str], str]:
    """Exit code, lines on standard output, and what stood on standard error."""
    result = app.test_cli_runner().invoke(openday, ["import-plans", *arguments])
    db.session.rollback()
    return result.exit_code, result.stdout.splitlines(), result.stderr


@pytest.fixture
def table(tmp_path: Path) -> str:
    path = tmp_path / "计划.csv"
    path.write_bytes(csv_bytes(HEADER, ROWS))
    return str(path)


def test_every_row_has_its_line_and_the_last_line_counts(app: Flask, house: House, table: str) -> None:
    call_of(house, year=2026)
    code, lines, _ = run(app, table, "--as", "officer")
    assert code == 0
    assert [line.split("\t")[:4] for line in lines[:-1]] == [
        ["2", "filed", "云溪区图书馆", "走进书库"],
        ["3", "refused", "云溪区档案馆", "查档案"],
        ["4", "filed", "云溪区档案馆", "看档案"],
    ]
    assert lines[1].split("\t")[4].startswith("开展时间：")
    assert lines[-1] == "rows: 3  filed: 2  known: 0  refused: 1"
    assert db.session.scalars(select(Plan.status)).all() == ["office_review", "office_review"]
    assert run(app, table, "--as", "officer")[1][-1] == "rows: 3  filed: 0  known: 2  refused: 1"


def test_unknown_agencies_can_be_kept_out(app: Flask, house: House, table: str) -> None:
    call_of(house)
    before = db.session.scalar(select(func.count()).select_from(Agency))
    _, lines, _ = run(app, table, "--as", "officer", "--known-agencies-only")
    assert lines[-1] == "rows: 3  filed: 1  known: 0  refused: 2"
    assert "名录中没有“云溪区档案馆”" in lines[2]
    assert db.session.scalar(select(func.count()).select_from(Agency)) == before


def test_the_call_of_the_year_is_taken_and_made_when_there_is_none(app: Flask, house: House, table: str) -> None:
    newest, older = call_of(house, year=2027), call_of(house, year=2025)
    run(app, table, "--as", "officer", "--year", "2025")
    assert set(db.session.scalars(select(Plan.call_id))) == {older.id}
    run(app, table, "--as", "officer")
    assert set(db.session.scalars(select(Plan.call_id))) == {older.id, newest.id}
    run(app, table, "--as", "officer", "--year", "2024")
    assert sorted(db.session.scalars(select(Call.year))) == [2024, 2025, 2027]


def test_somebody_who_is_no_officer_is_refused_in_one_line(app: Flask, house: House, table: str) -> None:
    call_of(house)
    code, lines, _ = run(app, table, "--as", "filer")
    assert (code != 0, lines) == (True, [])


@pytest.mark.skipif(not REAL_PLANS.exists(), reason=f"the table of real plans is not beside the checkout: {REAL_PLANS}")
def test_the_real_table_needs_nothing_but_its_name(app: Flask, house: House) -> None:
    code, lines, _ = run(app, str(REAL_PLANS), "--year", "2026")
    with REAL_PLANS.open(newline="", encoding="utf-8-sig") as file:
        printed = [plan["theme"].split() for plan in csv.DictReader(file)]
    assert code == 0
    assert [line.split("\t")[3].split() for line in lines[:-1]] == printed
    assert all(line.split("\t")[4] for line in lines[:-1] if line.split("\t")[1] == "refused")
    assert lines[-1] == "rows: 150  filed: 134  known: 0  refused: 16"
