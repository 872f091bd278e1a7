"""What the office owes at the end: the summary table and the forms, opened again and compared with what was typed."""

from io import BytesIO
from pathlib import Path

import docx
import openpyxl

from tests.journeys.people import AGENCY
from tests.journeys.stage import Stage
from tests.journeys.story.aftermath import REPORT
from tests.journeys.story.filing import AUDIENCE, CONTENT, THEME, vague_time

TYPED = {
    "单位": AGENCY,
    "活动主题": THEME,
    "开展地点": "云溪区图书馆",
    "活动内容": CONTENT,
    "活动对象": AUDIENCE,
    "报名方式": "网上报名",
    "联系人": "何小雨",
    "联系方式": "0000-8880000",
}


def the_office_exports_what_was_typed(stage: Stage) -> None:
    officer = stage.visitor("officer")
    officer.goto("office/statistics")
    stage.look(officer, "statistics")
    with officer.expect_download() as waiting:
        officer.get_by_role("link", name="导出汇总表").click()
    row = _the_only_row(Path(waiting.value.path()))
    assert {name: row[name] for name in TYPED} == TYPED
    assert row["开展时间"] == vague_time(stage)
    on_the_list, came = 1 + 2 + 1, 1 + 1  # the couple came as one, the later couple stayed away, one walked in
    assert (row["报名人数"], row["到场人数"]) == (on_the_list, came)
    assert REPORT in str(row["开展情况"])
    officer.goto("office/plans")
    officer.get_by_role("link", name=THEME).first.click()
    with officer.expect_download() as waiting:
        officer.get_by_role("link", name="下载报送表").click()
    assert _cells_of_the_form(Path(waiting.value.path())) == [
        ["活动主题", THEME],
        ["开展时间", vague_time(stage), "开展地点", "云溪区图书馆"],
        ["活动内容", CONTENT],
        ["活动对象", AUDIENCE],
        ["活动报名方式", "网上报名"],
        ["联系人", "何小雨", "联系方式", "0000-8880000"],
    ]


def _the_only_row(file: Path) -> dict[str, object]:
    sheet = openpyxl.load_workbook(BytesIO(file.read_bytes())).active
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    head = next(number for number, row in enumerate(rows) if "活动主题" in row)
    (row,) = [row for row in rows[head + 1 :] if any(row)]
    return dict(zip(rows[head], row, strict=True))


def _cells_of_the_form(file: Path) -> list[list[str]]:
    """The texts of each row, merged cells once."""
    table = docx.Document(BytesIO(file.read_bytes())).tables[0]
    rows = []
    for row in table.rows:
        cells = []
        for cell in row.cells:
            if not cells or cell._tc is not cells[-1]._tc:
                cells.append(cell)
        rows.append([cell.text.strip() for cell in cells])
    return rows


def the_numbers_add_up(stage: Stage) -> None:
    """Counters, chain and references hold after everything that was done; the ledger names every act."""
    assert "findings: 0" in stage.command("verify")
    admin = stage.log_in("admin")
    admin.goto("office/audit?action=plan.")
    acts = admin.locator("tbody").inner_text()
    for act in ("提交单位审核", "审核通过并报送", "退回修改", "同意备案", "发布"):
        assert act in acts, act
    stage.look(admin, "audit-log")
    admin.goto("office/messages")
    stage.look(admin, "message-list")
