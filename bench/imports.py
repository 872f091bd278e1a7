"""Import of a table of 10,000 rows, beside openpyxl reading the same cells with no application around it.

Run: .venv/bin/python bench/imports.py. The library and every stage run in processes of their own, in turns, and the
least of their times counts: seconds of the wall clock, and the most memory on top of what had been loaded before, the
process that reads the file counted whole. Aims: reading the table takes at most 1.5 times openpyxl's time and memory
(or 25 MB more); memory stays bounded in every stage; the preview is answered with fewer than 20 queries and in less
than 200 ms with 1,000 agencies and 5,000 plans beside it. What comes after reading is shown for its own sake:
understanding 10,000 times and audiences and keeping them for the preview, and filing 10,000 plans with their history
and ledger.
"""

import gc
import io
import multiprocessing
import random
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from common import DATABASES, fresh_database, print_table

ROWS, AGENCIES, PLANS = 10_000, 1_000, 5_000
ROUNDS = 3
MOST, SPARE_MB = 1.5, 25.0
MOST_QUERIES, MOST_MS, MOST_MB = 20, 200.0, 150.0
_HEADER = (
    "序号", "单位名称", "活动主题", "开展时间", "开展地点", "活动内容", "活动对象", "活动报名方式",
    "联系人", "联系方式", "年度", "备注",
)  # fmt: skip
_CONTENT = "一、参观政务服务大厅和数据中心，了解办事流程。二、业务科室讲解政策。三、座谈交流，现场答复并登记办理。"


def table() -> bytes:
    """A workbook of ten thousand plans of a thousand agencies, times and audiences in many wordings, some unclear."""
    import xlsxwriter

    chance, packed = random.Random(2026), io.BytesIO()
    book = xlsxwriter.Workbook(packed, {"in_memory": True})
    sheet = book.add_worksheet("计划")
    sheet.write_row(0, 0, _HEADER)
    for number in range(1, ROWS + 1):
        month, day = chance.randint(3, 12), chance.randint(1, 27)
        times = (f"{month}月{day}日14:00—16:00", f"{month}月{day}日上午", f"{month}月中旬", f"{month}月", "另行通知")
        guests = f"市民代表{chance.randint(5, 40)}人、企业代表{chance.randint(2, 20)}人"
        row = [str(number), f"第{number % AGENCIES}单位", f"政务开放日（第{number}期）", chance.choice(times)]
        row += ["政务服务中心一楼", _CONTENT[: chance.randint(20, len(_CONTENT))], guests]
        row += ["电话报名", "张工作人员", "0000-8880001", "2026", ""]
        sheet.write_row(number, 0, row)
    book.close()
    return packed.getvalue()


def fill(url: str, folder: str) -> int:
    """A district with its agencies and the plans of another call; the id of the call to import to."""
    from sqlalchemy import insert

    from openday import clock
    from openday.db import db
    from openday.models.people import Agency
    from openday.models.plans import Plan
    from tests.factories.calls import call_of
    from tests.factories.people import build_house

    with _application(url, folder).app_context():
        house, now = build_house(), clock.now()
        other, call_id = call_of(house, year=2025).id, call_of(house, year=2026).id
        place = house.jurisdiction_id
        agencies = [{"jurisdiction_id": place, "name": f"第{n}单位", "slug": f"agency-{n}"} for n in range(AGENCIES)]
        ids = db.session.scalars(insert(Agency).returning(Agency.id), agencies).all()
        plan = {"call_id": other, "status": "on_record", "precision": "day", "created_at": now, "updated_at": now}
        plans = [plan | {"agency_id": ids[n % AGENCIES], "theme": f"旧计划{n}"} for n in range(PLANS)]
        db.session.execute(insert(Plan), plans)
        db.session.commit()
        db.engine.dispose()
    return call_id


def bare(data: bytes) -> tuple[float, float, int]:
    """openpyxl alone, in the way it reads fastest: every cell's value, one row after the other, held like ours."""
    import openpyxl

    def work() -> int:
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True)
        rows = [row for sheet in book.worksheets for row in sheet.iter_rows(values_only=True)]
        return len(rows)

    return _measured(work)


def reading(data: bytes) -> tuple[float, float, int]:
    """Our reading: the limited process, the header found, every row's cells by their keys."""
    from openday.documents.plan_table import read_plan_table

    wall, memory, rows = _measured(lambda: len(read_plan_table(data, "计划.xlsx").rows) + 1)
    return wall, max(memory, _child_memory(data)), rows


def _child_memory(data: bytes) -> float:
    """The most memory of the process that reads the workbook, in MB, started from a small one: the figure begins with
    what its parent held."""
    from openday.documents.grid import MAX_CHARACTERS, MAX_COLUMNS, MAX_ROWS
    from openday.documents.limited_process import MEMORY, SECONDS

    script = Path(__file__).parent.parent / "openday" / "documents" / "xlsx_grid_child.py"
    limits = map(str, (MEMORY, SECONDS, MAX_ROWS, MAX_COLUMNS, MAX_CHARACTERS))
    code = (
        "import resource, subprocess, sys;"
        "subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, check=True);"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    command = [sys.executable, "-c", code, sys.executable, "-P", str(script), *limits]
    return int(subprocess.run(command, input=data, stdout=subprocess.PIPE, check=True).stdout) / 1024


def importing(url: str, folder: str, data: bytes, call_id: int) -> list[tuple[float, float, int]]:
    """Upload until the preview stands, then the filing of every row; for each the time, memory and number of rows."""
    from sqlalchemy import delete, select

    from openday.db import db, session, use_case
    from openday.models.people import User
    from openday.models.plans import Plan, PlanEvent, PlanVersion
    from openday.queries.people import actor_from
    from openday.queries.plan_imports import import_page
    from openday.services.plan_import import Upload, run_import, upload_table

    @use_case
    def clear() -> None:
        of_call = select(Plan.id).where(Plan.call_id == call_id)
        for kind in (PlanEvent, PlanVersion):
            session().execute(delete(kind).where(kind.plan_id.in_(of_call)))
        session().execute(delete(Plan).where(Plan.call_id == call_id))

    with _application(url, folder).app_context():
        clear()
        actor = actor_from(session().scalars(select(User).where(User.login == "officer")).one())
        codes: list[str] = []
        upload = Upload(call_id, "计划.xlsx", data, for_office=True)
        kept = _measured(lambda: codes.append(upload_table(actor, upload)))
        filed = _measured(lambda: run_import(actor, codes[0], at_once=ROWS))
        page = import_page(actor, codes[0])
        counted = (page.total, page.counts["filed"])
        db.session.remove()
        db.engine.dispose()
    return [(*measured[:2], count) for measured, count in zip((kept, filed), counted, strict=True)]


def preview(url: str, folder: str, data: bytes) -> tuple[float, int]:
    """Milliseconds and queries of the preview page of the whole table, through the web application."""
    from tests.factories.people import Persona
    from tests.support.client import OneRequestAtATime, PageClient
    from tests.support.queries import count_queries

    app = _application(url, folder)
    app.test_client_class = OneRequestAtATime
    with app.app_context():
        from openday.db import db
        from openday.models.people import User

        user = db.session.query(User).filter_by(login="officer").one()
        client = PageClient(app).log_in(Persona(user.id, user.login, None))
        page = client.get("/office/plan-imports/new")
        page = client.upload(page.form(having="file"), file=(io.BytesIO(data), "计划.xlsx"))
        times = []
        for _ in range(10):
            begun = time.perf_counter()
            answer = client.raw(f"{page.address}?page=50")
            times.append(1000 * (time.perf_counter() - begun))
        with count_queries() as statements:
            client.raw(f"{page.address}?show=refused&page=2")
        if answer.status_code != 200:
            raise SystemExit(f"the preview answered {answer.status_code}")
        db.session.remove()
        db.engine.dispose()
    return min(times), len(statements)


def _measured(work: Callable[[], Any]) -> tuple[float, float, Any]:
    """Seconds, MB on top of what was loaded, and the answer. Linux resets the peak through clear_refs."""
    gc.collect()
    Path("/proc/self/clear_refs").write_text("5")
    before, wall = _high_water(), time.perf_counter()
    result = work()
    wall = time.perf_counter() - wall
    return wall, _high_water() - before, result


def _high_water() -> float:
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 1024


def _application(url: str, folder: str) -> Any:
    from openday.app import create_app
    from tests.conftest import settings_for

    return create_app(settings_for(url, Path(folder)))


def _alone(work: Callable[..., Any], *args: Any) -> Any:
    """Run in a process of its own, so that nobody's memory counts for another."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(work, args)


def _least(runs: list[tuple[float, float, int]]) -> tuple[float, float, int]:
    return min(run[0] for run in runs), min(run[1] for run in runs), runs[0][2]


def main() -> None:
    """Measure, print, and end with an error when an aim is missed."""
    missed = []
    data = _alone(table)
    library, ours = [], []
    for _ in range(ROUNDS):
        library.append(_alone(bare, data))
        ours.append(_alone(reading, data))
    limit, read = _least(library), _least(ours)
    print(f"reading {ROWS} rows of {len(_HEADER)} columns, {len(data) / 1e6:.1f} MB, least of {ROUNDS} runs")
    rows = [["openpyxl", *_shown(limit), 1.0], ["application", *_shown(read), read[0] / limit[0]]]
    print_table(("", "s", "MB", "rows", "times"), rows)
    if read[0] > MOST * limit[0]:
        missed.append(f"reading takes {read[0] / limit[0]:.2f} times openpyxl's time")
    if read[1] > max(MOST * limit[1], limit[1] + SPARE_MB):
        missed.append(f"reading takes {read[1]:.0f} MB, openpyxl {limit[1]:.0f} MB")
    for kind in DATABASES:
        with fresh_database(kind) as (url, folder):
            missed += _imported(kind, url, str(folder), data, limit)
    if missed:
        sys.exit("missed: " + "; ".join(missed))


def _imported(kind: str, url: str, folder: str, data: bytes, limit: tuple[float, float, int]) -> list[str]:
    call_id = _alone(fill, url, folder)
    runs = [_alone(importing, url, folder, data, call_id) for _ in range(ROUNDS)]
    kept, filed = (_least([run[stage] for run in runs]) for stage in (0, 1))
    milliseconds, queries = _alone(preview, url, folder, data)
    print(f"\n{kind}, with {AGENCIES} agencies and {PLANS} other plans")
    print_table(
        ("", "s", "MB", "rows", "times"),
        [
            ["read, judged and kept", *_shown(kept), kept[0] / limit[0]],
            ["filed in batches", *_shown(filed), filed[0] / limit[0]],
        ],
    )
    print(f"preview page: {milliseconds:.0f} ms, {queries} queries")
    missed = []
    if milliseconds > MOST_MS or queries >= MOST_QUERIES:
        missed.append(f"{kind}: preview in {milliseconds:.0f} ms with {queries} queries")
    for name, stage in (("keeping", kept), ("filing", filed)):
        if stage[1] > MOST_MB:
            missed.append(f"{kind}: {name} takes {stage[1]:.0f} MB")
    return missed


def _shown(run: tuple[float, float, int]) -> list[object]:
    return [f"{run[0]:.2f}", run[1], run[2]]


if __name__ == "__main__":
    main()
