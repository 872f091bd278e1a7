"""Importing tables of plans: every row is filed or refused with its reason, and the same file changes nothing."""

import io
import threading
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from flask import Flask
from sqlalchemy import func, select

from openday.db import db, use_case
from openday.documents.csv_export import csv_bytes
from openday.errors import Closed, Conflict, Forbidden, NotFound, Refused
from openday.models.calls import Call
from openday.models.ledger import AuditEvent
from openday.models.people import Agency, Jurisdiction, User
from openday.models.plans import Plan, PlanEvent, PlanVersion, text_columns
from openday.queries.import_verdicts import FILED, KNOWN, REFUSED
from openday.queries.plan_imports import import_page, import_rows, imports_under_way, refused_rows
from openday.rules.plan_states import PlanStatus
from openday.rules.plan_text import PlanText
from openday.services.plan_import import (
    BATCH,
    Upload,
    begin_import,
    file_batch,
    file_waiting_imports,
    run_import,
    upload_table,
)
from openday.services.plans import agency_approve, submit_plan
from tests.factories.calls import call_of
from tests.factories.people import House, Persona
from tests.support.queries import count_queries

REAL_PLANS = Path(__file__).parents[3] / "shared" / "data" / "real_plans.csv"
HEADER = ["单位名称", "活动主题", "开展时间", "开展地点", "活动内容", "活动对象", "活动报名方式", "联系人", "联系方式"]
ROW = [
    "云溪区图书馆",
    "走进书库",
    "9月中旬",
    "二楼书库",
    "参观古籍修复",
    "市民代表20人",
    "电话报名",
    "何文",
    "0000-8880001",
]


def table(*rows: Sequence[str], header: Sequence[str] = HEADER) -> bytes:
    return csv_bytes(header, rows)


def row(**changes: str) -> list[str]:
    names = ["agency", "theme", "time", "place", "content", "audience", "signup", "contact", "phone"]
    return [changes.get(name, cell) for name, cell in zip(names, ROW, strict=True)]


def imported(persona: Persona, call_id: int, data: bytes, **options: bool) -> list[tuple[int, str, str]]:
    """(line, outcome, reason) of every row after the import."""
    code = upload_table(persona.actor, Upload(call_id, "计划.csv", data, **options))
    assert run_import(persona.actor, code)
    return [(r.line, r.outcome, r.reason) for r in import_rows(persona.actor, code)]


def plans() -> list[Plan]:
    return list(db.session.scalars(select(Plan).order_by(Plan.id)))


def test_a_filers_row_becomes_a_draft_read_as_the_form_would_read_it(any_house: House) -> None:
    call = call_of(any_house, year=2026)
    assert imported(any_house.filer, call.id, table(ROW)) == [(2, FILED, "")]
    (plan,) = plans()
    assert (plan.status, plan.agency_id, plan.call_id) == ("draft", any_house.agency_id, call.id)
    assert (plan.precision, f"{plan.first_day}", f"{plan.last_day}") == ("xun", "2026-09-11", "2026-09-20")
    assert plan.audience_size == 20
    assert [(v.number, v.author_id) for v in plan.versions] == [(1, any_house.filer.id)]
    assert [(e.action, e.to_status, e.reason) for e in plan.history] == [("import", "draft", "计划.csv 第2行")]


def test_the_offices_row_waits_for_another_officer(any_house: House) -> None:
    call = call_of(any_house)
    assert imported(any_house.officer, call.id, table(ROW), for_office=True) == [(2, FILED, "")]
    (plan,) = plans()
    assert (plan.status, plan.agency_id, plan.filed_late) == ("office_review", any_house.agency_id, False)
    assert {version.author_id for version in plan.versions} == {any_house.officer.id}


def test_the_same_file_again_changes_nothing(any_house: House) -> None:
    call = call_of(any_house)
    imported(any_house.filer, call.id, table(ROW))
    again = imported(any_house.filer, call.id, table(ROW, row(theme="夜读")))
    assert again == [(2, KNOWN, "此前已导入，现在是“草稿”"), (3, FILED, "")]
    assert imported(any_house.officer, call.id, table(ROW), for_office=True) == [(2, KNOWN, "此前已导入，现在是“草稿”")]
    assert len(plans()) == 2


def test_the_same_row_twice_in_one_table_is_filed_once(house: House) -> None:
    call = call_of(house)
    code = upload_table(house.filer.actor, Upload(call.id, "计划.csv", table(ROW, ROW)))
    previewed = [(r.outcome, r.reason) for r in import_page(house.filer.actor, code).rows]
    assert previewed == [(FILED, ""), (REFUSED, "与第2行完全相同")]
    run_import(house.filer.actor, code)
    assert len(plans()) == 1


def test_an_unclear_time_is_refused_with_the_readers_reason_and_the_other_rows_go_on(house: House) -> None:
    call = call_of(house)
    results = imported(house.filer, call.id, table(row(time="21日上午"), row(time=""), ROW))
    assert results == [
        (2, REFUSED, "开展时间：只写了日，没有写明月份"),
        (3, REFUSED, "开展时间：没有填写开展时间"),
        (4, FILED, ""),
    ]
    assert [plan.theme for plan in plans()] == ["走进书库"]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"theme": " \u200b"}, "没有活动主题"),
        ({"theme": "开" * 201}, "活动主题最多200个字"),
        ({"contact": "何" * 101}, "联系人最多100个字"),
        ({"agency": "临河区水务局"}, "这一行是“临河区水务局”的计划，您只能导入本单位（云溪区图书馆）的计划"),
        ({"agency": "单" * 201}, "单位名称最多200个字"),
    ],
)
def test_what_cannot_be_filed_says_why(house: House, changes: dict[str, str], reason: str) -> None:
    assert imported(house.filer, call_of(house).id, table(row(**changes))) == [(2, REFUSED, reason)]
    assert plans() == []


def test_a_row_with_gaps_is_filed_and_the_gaps_are_named(house: House) -> None:
    results = imported(house.filer, call_of(house).id, table(row(place="", phone="", signup="", contact="")))
    assert results == [(2, FILED, "还缺开展地点、联系方式")]


def test_a_preview_of_many_rows_asks_the_database_no_more_than_one_of_few(house: House) -> None:
    call_id = call_of(house).id
    seen = []
    for number in (1, 60):
        rows = [row(theme=f"走进书库第{each}期") for each in range(number)]
        code = upload_table(house.officer.actor, Upload(call_id, "计划.csv", table(*rows), for_office=True))
        actor = house.officer.actor
        db.session.expunge_all()
        with count_queries() as statements:
            import_page(actor, code)
        seen.append(len(statements))
    assert seen[0] == seen[1]


def test_a_row_without_an_agency_is_the_filers_own_but_nobodys_for_the_office(house: House) -> None:
    call = call_of(house)
    assert imported(house.filer, call.id, table(row(agency=""))) == [(2, FILED, "")]
    assert imported(house.officer, call.id, table(row(agency="")), for_office=True) == [(2, REFUSED, "没有单位名称")]


def test_unknown_agencies_are_refused_or_added_as_the_office_chose(any_house: House) -> None:
    call = call_of(any_house)
    data = table(row(agency="云溪区档案馆"), row(agency="云溪区档案馆", theme="查档案"))
    assert imported(any_house.officer, call.id, data, for_office=True) == [
        (2, REFUSED, "名录中没有“云溪区档案馆”"),
        (3, REFUSED, "名录中没有“云溪区档案馆”"),
    ]
    assert imported(any_house.officer, call.id, data, for_office=True, create_agencies=True) == [
        (2, FILED, "已登记为新单位"),
        (3, FILED, ""),
    ]
    made = db.session.scalars(select(Agency).where(Agency.name == "云溪区档案馆")).one()
    assert made.jurisdiction_id == any_house.jurisdiction_id
    assert {plan.agency_id for plan in plans()} == {made.id}


def test_two_agencies_of_one_name_are_not_guessed_between(house: House) -> None:
    @use_case
    def second_library() -> None:
        district = db.session.get_one(Agency, house.agency_id).jurisdiction
        town = Jurisdiction(name="云溪镇", parent_id=district.id, path=f"{district.path}77/")
        db.session.add(town)
        db.session.flush()
        db.session.add(Agency(name="云溪区图书馆", slug="library-2", jurisdiction_id=town.id))

    call = call_of(house)
    second_library()
    assert imported(house.officer, call.id, table(ROW), for_office=True) == [
        (2, REFUSED, "有2个单位都叫“云溪区图书馆”，无法确定是哪一个")
    ]


def test_a_time_without_a_year_is_read_in_the_year_that_its_row_names(house: House) -> None:
    call = call_of(house, year=2026)
    data = table([*row(time="5月25日"), "2025"], [*ROW, "二〇二五"], header=[*HEADER, "年度"])
    results = imported(house.filer, call.id, data)
    assert results == [(2, FILED, ""), (3, REFUSED, "年度“二〇二五”无法识别，应为四位数字")]
    (plan,) = plans()
    assert (f"{plan.first_day}", plan.reading_year) == ("2025-05-25", 2025)


def test_formulas_come_in_as_text(house: House) -> None:
    imported(house.filer, call_of(house).id, table(row(theme="=1+1", content="@SUM(A1)")))
    assert [(plan.theme, plan.content) for plan in plans()] == [("=1+1", "@SUM(A1)")]


def test_filers_import_to_open_calls_only_and_the_office_to_closed_ones_too(house: House) -> None:
    closed = call_of(house, status="closed")
    with pytest.raises(Refused, match="请选择征集通知"):
        upload_table(house.filer.actor, Upload(closed.id, "计划.csv", table(ROW)))
    assert imported(house.officer, closed.id, table(ROW), for_office=True) == [(2, FILED, "")]


def test_a_call_that_closes_between_preview_and_import_takes_nothing(house: House) -> None:
    call = call_of(house)
    code = upload_table(house.filer.actor, Upload(call.id, "计划.csv", table(ROW)))
    _close(call.id)
    with pytest.raises(Closed):
        run_import(house.filer.actor, code)
    assert plans() == []


@use_case
def _close(call_id: int) -> None:
    db.session.get_one(Call, call_id).status = "closed"


def test_a_second_click_finds_the_table_taken_or_done(house: House) -> None:
    call = call_of(house)
    code = upload_table(house.filer.actor, Upload(call.id, "计划.csv", table(ROW)))
    begin_import(house.filer.actor, code)
    with pytest.raises(Conflict, match="正在导入"):
        run_import(house.filer.actor, code)
    other = upload_table(house.filer.actor, Upload(call.id, "计划.csv", table(ROW)))
    run_import(house.filer.actor, other)
    with pytest.raises(Conflict, match="已经导入过"):
        run_import(house.filer.actor, other)


def test_nobody_sees_or_runs_the_table_of_another(house: House) -> None:
    code = upload_table(house.filer.actor, Upload(call_of(house).id, "计划.csv", table(ROW)))
    with pytest.raises(NotFound):
        import_page(house.other_filer.actor, code)
    with pytest.raises(NotFound):
        run_import(house.officer.actor, code)


def test_only_filers_and_officers_import(house: House) -> None:
    call = call_of(house)
    for persona, for_office in ((house.reviewer, False), (house.filer, True), (house.admin, True), (house.desk, False)):
        with pytest.raises(Forbidden):
            upload_table(persona.actor, Upload(call.id, "计划.csv", table(ROW), for_office=for_office))


def test_an_officer_of_another_district_cannot_import_to_this_call(house: House) -> None:
    with pytest.raises(Refused, match="请选择征集通知"):
        upload_table(house.far_officer.actor, Upload(call_of(house).id, "计划.csv", table(ROW), for_office=True))


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("计划.csv", b"", "文件是空的"),
        ("计划.xlsx", b"PK\x03\x04 no workbook", "无法读取|不符|损坏"),
        ("计划.pdf", b"%PDF-1.7", "只能读取 .xlsx、.docx 或 .csv"),
        ("计划.csv", table(), "没有计划"),
        ("计划.csv", table(*[ROW] * 10_001), "一次最多导入10000行"),
    ],
)
def test_files_that_are_no_tables_of_plans_are_refused_at_the_file_field(
    house: House, name: str, data: bytes, reason: str
) -> None:
    call = call_of(house)
    with pytest.raises(Refused, match=reason) as refused:
        upload_table(house.filer.actor, Upload(call.id, name, data))
    assert refused.value.field == "file"


@pytest.mark.skipif(not REAL_PLANS.exists(), reason=f"the table of real plans is not beside the checkout: {REAL_PLANS}")
def test_the_real_table_is_loaded_completely(any_house: House) -> None:
    """150 rows: 13 print no time at all, and 3 print one that names no day without guessing; those stay out."""
    call = call_of(any_house, year=2026)
    results = imported(any_house.officer, call.id, REAL_PLANS.read_bytes(), for_office=True, create_agencies=True)
    assert [line for line, _, _ in results] == list(range(2, 152))
    outcomes = Counter(outcome for _, outcome, _ in results)
    assert outcomes == {FILED: 134, REFUSED: 16}
    reasons = Counter(reason for _, outcome, reason in results if outcome == REFUSED)
    assert reasons["开展时间：没有填写开展时间"] == 13
    assert all(reason.startswith("开展时间：") for reason in reasons)
    assert db.session.scalar(select(func.count()).select_from(Plan)) == 134
    again = imported(any_house.officer, call.id, REAL_PLANS.read_bytes(), for_office=True, create_agencies=True)
    assert Counter(outcome for _, outcome, _ in again) == {KNOWN: 134, REFUSED: 16}
    assert db.session.scalar(select(func.count()).select_from(Plan)) == 134
    assert db.session.scalar(select(func.count()).select_from(PlanVersion)) == 134


def test_an_import_leaves_one_audit_record_for_each_plan(house: House) -> None:
    imported(house.filer, call_of(house).id, table(ROW, row(time="")))
    actions = Counter(db.session.scalars(select(AuditEvent.action)))
    assert (actions["plan.import"], actions["plan_import.upload"], actions["plan_import.finish"]) == (1, 1, 1)
    assert db.session.scalars(select(PlanEvent.action)).all() == ["import"]


def test_an_imported_draft_goes_the_way_of_every_plan(house: House) -> None:
    imported(house.filer, call_of(house).id, table(ROW))
    (plan,) = plans()
    assert submit_plan(house.filer.actor, plan.code, version=1).status is PlanStatus.AGENCY_REVIEW
    agency_approve(house.reviewer.actor, plan.code, version=1)
    assert plans()[0].status == "office_review"


# Long tables: filed by the worker


def long_table(house: House, rows: int, call: Call | None = None) -> str:
    """The code of a table of the filer's that was set going and is left to the worker."""
    data = table(*[row(theme=f"走进书库第{number}期") for number in range(rows)])
    code = upload_table(house.filer.actor, Upload((call or call_of(house)).id, "计划.csv", data))
    assert not run_import(house.filer.actor, code, at_once=rows - 1)
    return code


def test_a_long_table_is_left_to_the_worker_and_says_how_far_it_is(any_house: House) -> None:
    code = long_table(any_house, BATCH + 20)
    page = import_page(any_house.filer.actor, code)
    assert (page.running, page.handled, page.total, plans()) == (True, 0, BATCH + 20, [])
    file_waiting_imports(seconds=0)
    halfway = import_page(any_house.filer.actor, code)
    assert (halfway.running, halfway.handled, len(plans())) == (True, BATCH, BATCH)
    assert file_waiting_imports() == 1
    done = import_page(any_house.filer.actor, code)
    assert (done.running, done.handled, dict(done.counts)) == (
        False,
        BATCH + 20,
        {FILED: BATCH + 20, KNOWN: 0, REFUSED: 0},
    )
    assert [plan.theme for plan in plans()] == [f"走进书库第{number}期" for number in range(BATCH + 20)]
    assert file_waiting_imports() == 0


def test_a_worker_that_dies_within_a_batch_leaves_nothing_half_filed(
    any_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process ends before its COMMIT: the next one begins the batch again, and files no row twice."""
    code = long_table(any_house, BATCH + 20)
    (import_id,) = imports_under_way()
    assert file_batch(import_id)

    class Killed(BaseException):
        pass

    def killed(*_: object, **__: object) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr("openday.services.ledger.record", killed)
        with pytest.raises(Killed):
            file_batch(import_id)
    assert len(plans()) == BATCH
    file_waiting_imports()
    assert [plan.theme for plan in plans()] == [f"走进书库第{number}期" for number in range(BATCH + 20)]
    assert dict(import_page(any_house.filer.actor, code).counts) == {FILED: BATCH + 20, KNOWN: 0, REFUSED: 0}


def test_a_row_that_the_system_cannot_cope_with_holds_up_nothing(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    code = long_table(house, 5)

    def stumbling(text: PlanText, *more: Any) -> dict[str, Any]:
        if text.theme == "走进书库第2期":
            raise ArithmeticError("nobody foresaw this")
        return text_columns(text, *more)

    monkeypatch.setattr("openday.services.import_steps.text_columns", stumbling)
    file_waiting_imports()
    rows = [(r.line, r.outcome, r.reason) for r in import_rows(house.filer.actor, code)]
    assert [line for line, outcome, _ in rows if outcome == FILED] == [2, 3, 5, 6]
    assert rows[2] == (4, REFUSED, "系统没有能够处理这一行，请手工填报，并告知系统管理员")


def test_an_import_ends_when_its_person_is_disabled_or_its_call_closes(house: House) -> None:
    call = call_of(house)
    code = long_table(house, 3, call)
    _close(call.id)
    file_waiting_imports()
    assert {r.reason for r in import_rows(house.filer.actor, code)} == {"这项征集已经结束，不再接收新的计划"}
    code = long_table(house, 3)
    _disable(house.filer.id)
    file_waiting_imports()
    assert {r.reason for r in import_rows(house.filer.actor, code)} == {"上传人已不能导入计划"}
    assert plans() == []


@use_case
def _disable(user_id: int) -> None:
    db.session.get_one(User, user_id).active = False


def test_the_worker_and_a_waiting_browser_may_work_on_one_table(any_app: Flask, any_house: House) -> None:
    code = long_table(any_house, 250)

    def work() -> None:
        with any_app.app_context():
            file_waiting_imports()
            db.session.remove()

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert dict(import_page(any_house.filer.actor, code).counts) == {FILED: 250, KNOWN: 0, REFUSED: 0}
    assert Counter(plan.theme for plan in plans()).most_common(1)[0][1] == 1


def test_rows_of_several_sheets_are_told_apart(house: House) -> None:
    book = openpyxl.Workbook()
    book.active.title = "机关"
    for title, rows in (("机关", [ROW, row(time="")]), ("乡镇", [ROW, row(theme="走进乡村")])):
        sheet = book[title] if title == "机关" else book.create_sheet(title)
        for each in [HEADER, *rows] if title == "机关" else [[*HEADER[:8], "联系电话"], *rows]:
            sheet.append(each)
    packed = io.BytesIO()
    book.save(packed)
    code = upload_table(house.filer.actor, Upload(call_of(house).id, "计划.xlsx", packed.getvalue()))
    run_import(house.filer.actor, code)
    assert [(r.part, r.line, r.outcome, r.reason) for r in import_rows(house.filer.actor, code)] == [
        ("机关", 2, FILED, ""),
        ("机关", 3, REFUSED, "开展时间：没有填写开展时间"),
        ("乡镇", 2, REFUSED, "与“机关”第2行完全相同"),
        ("乡镇", 3, FILED, ""),
    ]
    assert [(part.name, part.header[-1], len(part.rows)) for part in refused_rows(house.filer.actor, code)] == [
        ("机关", "联系方式", 1), ("乡镇", "联系电话", 1),
    ]  # fmt: skip
