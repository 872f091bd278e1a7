"""Export of 10,000 plans to xlsx, beside XlsxWriter writing the same cells with no application around it.

Run: .venv/bin/python bench/exports.py. Both sides run in a process of their own, in turns, and the least of their times
counts: seconds of CPU, since other work on the machine would count on the clock on the wall (shown beside it), and the
most memory that the work took on top of what had been loaded before. Aims:
the making of the table in the background (rows out of the database, workbook, pieces into the database) takes at most
1.5 times the bare library's time; the memory on top of the loaded application at most 1.5 times the bare library's or
25 MB more, whichever is larger, and does not grow with the plans.
"""

import gc
import json
import multiprocessing
import random
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from common import DATABASES, fresh_database, print_table

PLANS = 10_000
HALF = 5_000
AGENCIES = 1_000
ROUNDS = 3
MOST = 1.5
SPARE_MB = 25.0
_CONTENT = (
    "一、参观政务服务大厅、档案馆和数据中心，了解事项办理的全过程。\n二、观看专题片，由业务科室负责人讲解政策。\n"
    "三、座谈交流，听取市民代表、企业代表、人大代表和政协委员对政务公开工作的意见建议，现场答复并登记办理。"
)


def fill(url: str, folder: Path) -> None:
    """A district with a thousand agencies and ten thousand plans on record, some of them with an outcome."""
    from openday.app import create_app
    from openday.db import db
    from openday.models.aftermath import Outcome
    from openday.models.people import Agency
    from openday.models.plans import Plan
    from tests.conftest import settings_for
    from tests.factories.people import build_house

    app = create_app(settings_for(url, folder))
    chance = random.Random(9704)
    now = datetime(2026, 6, 1, tzinfo=UTC)
    with app.app_context():
        house = build_house()
        session = db.session
        agencies = [
            Agency(jurisdiction_id=house.jurisdiction_id, name=f"第{number}单位", slug=f"agency-{number}")
            for number in range(AGENCIES)
        ]
        session.add_all(agencies)
        session.flush()
        for number in range(PLANS):
            day = date(2026, 9, 1) + timedelta(days=number % 30)
            plan = Plan(
                agency_id=agencies[number % AGENCIES].id,
                status="on_record",
                theme=f"“数智赋能、便民利企”政务服务开放日（第{number}期）",
                time_text=f"{day.year}年{day.month}月{day.day}日14:00—16:00",
                venue="政务服务中心一楼大厅",
                content=_CONTENT[: chance.randint(40, len(_CONTENT))],
                audience_text="市民代表20人、企业代表10人",
                signup_text="电话报名，或者登录政府网站报名",
                contact="张工作人员",
                contact_phone="0000-8880001",
                precision="day",
                first_day=day,
                last_day=day,
                audience_size=30,
                created_at=now,
                updated_at=now,
                submitted_at=now,
            )
            session.add(plan)
            if number % 5 == 0:
                session.flush()
                session.add(
                    Outcome(
                        plan_id=plan.id, held_on=day, invited=10, public=20, staff=3,
                        text="活动按计划开展，收到建议5条。", author_id=house.filer.id, filed_at=now,
                    )
                )  # fmt: skip
        session.commit()
        session.remove()
        db.engine.dispose()


def _measured(work: Callable[[], Any]) -> tuple[float, float, float, Any]:
    """Wall and CPU seconds, and MB on top of what was loaded. Linux resets the peak through clear_refs."""
    gc.collect()
    Path("/proc/self/clear_refs").write_text("5")
    before = _high_water()
    wall, cpu = time.perf_counter(), time.process_time()
    result = work()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    return wall, cpu, _high_water() - before, result


def _high_water() -> float:
    """The most memory that this process has held since the mark was reset, in MB."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 1024


def bare(cells_file: str, plans: int) -> tuple[float, float, float, Any]:
    """XlsxWriter alone: the same cells, formats and options, laid ready in memory before the clock starts."""
    import xlsxwriter

    with open(cells_file, encoding="utf-8") as lines:
        cells = [json.loads(line) for line, _ in zip(lines, range(plans), strict=False)]

    def work() -> int:
        with tempfile.TemporaryFile() as file:
            options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
            book = xlsxwriter.Workbook(file, options)
            sheet = book.add_worksheet("汇总表")
            text = book.add_format({"font_name": "宋体", "font_size": 11, "border": 1, "text_wrap": True})
            number = book.add_format({"font_name": "宋体", "font_size": 11, "border": 1})
            for at, row in enumerate(cells, start=2):
                for column, value in enumerate(row):
                    if isinstance(value, str):
                        sheet.write_string(at, column, value, text)
                    else:
                        sheet.write_number(at, column, value, number)
            sheet.autofilter(1, 0, plans + 1, 14)
            book.close()
            return file.tell()

    return _measured(work)


def _application(url: str, folder: str) -> Any:
    from openday.app import create_app
    from tests.conftest import settings_for

    return create_app(settings_for(url, Path(folder)))


def in_background(url: str, folder: str, plans: int) -> tuple[float, float, float, Any]:
    """The job of the worker: claimed, made, cut into pieces, stored and finished; returns the size of the file."""
    from sqlalchemy import select, update

    from openday.db import db, session, use_case
    from openday.models.exports import ExportJob, ExportPiece
    from openday.models.people import User
    from openday.models.plans import Plan
    from openday.queries.export_jobs import Terms, reach_of
    from openday.queries.exports import Chosen, collection
    from openday.queries.people import actor_from
    from openday.rules.permissions import Right
    from openday.services import export_jobs

    with _application(url, folder).app_context():
        actor = actor_from(session().scalars(select(User).where(User.login == "officer")).one())

        @use_case
        def narrow() -> None:
            ids = session().scalars(select(Plan.id).order_by(Plan.id)).all()
            session().execute(update(Plan).where(Plan.id >= ids[0]).values(status="on_record"))
            if plans < len(ids):
                session().execute(update(Plan).where(Plan.id >= ids[plans]).values(status="draft"))

        narrow()
        list(collection(actor, Right.SUMMARY_EXPORT, Chosen()).plan_ids[:1])  # what every worker has loaded already
        terms = Terms(Chosen(), (), reach_of(actor))
        code = export_jobs.request_export(actor, "summary_table", terms, "汇总表.xlsx", plans)
        wall, cpu, memory, made = _measured(export_jobs.make_next)
        if made != plans:
            raise SystemExit(f"{made} plans made, expected {plans}")
        job = session().scalars(select(ExportJob).where(ExportJob.code == code)).one()
        size = sum(
            len(data) for data in session().scalars(select(ExportPiece.data).where(ExportPiece.job_id == job.id))
        )
        export_jobs.remove_export(actor, code)
        db.session.remove()
        db.engine.dispose()
    return wall, cpu, memory, size


def write_cells(url: str, folder: str, target: str) -> None:
    """The cells of the export as JSON lines, for the bare library to write."""
    from sqlalchemy import select

    from openday.db import db, session
    from openday.models.people import User
    from openday.queries.exports import Chosen, collection, summary_rows
    from openday.queries.people import actor_from
    from openday.rules.permissions import Right

    with _application(url, folder).app_context(), open(target, "w", encoding="utf-8") as file:
        actor = actor_from(session().scalars(select(User).where(User.login == "officer")).one())
        ids = collection(actor, Right.SUMMARY_EXPORT, Chosen()).plan_ids
        for row in summary_rows(actor, Chosen(), ids):
            file.write(json.dumps(row[:15], ensure_ascii=False) + "\n")
        db.session.remove()
        db.engine.dispose()


def _alone(work: Callable[..., Any], *args: Any) -> Any:
    """Run in a process of its own, so that nobody's memory counts for another."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(work, args)


def _least(runs: list[tuple[float, float, float, Any]]) -> list[float]:
    return [min(run[which] for run in runs) for which in range(3)]


def main() -> None:
    """Measure on both databases, print, and end with an error when an aim is missed."""
    missed = []
    for kind in DATABASES:
        with fresh_database(kind) as (url, folder):
            _alone(fill, url, folder)
            cells = str(folder / "cells.jsonl")
            _alone(write_cells, url, str(folder), cells)
            rows: list[list[object]] = []
            found: dict[str, list[float]] = {}
            for name, plans, rounds in (("half", HALF, 1), ("all", PLANS, ROUNDS)):
                library, application = [], []
                for _ in range(rounds):
                    library.append(_alone(bare, cells, plans))
                    application.append(_alone(in_background, url, str(folder), plans))
                for who, runs in (("XlsxWriter", library), ("application", application)):
                    wall, cpu, memory = found[who + name] = _least(runs)
                    rows.append([who, plans, f"{wall:.2f}", f"{cpu:.2f}", memory, runs[0][3] / 1e6])
            print(f"\n{kind}: 15 columns to xlsx, least of {ROUNDS} runs")
            print_table(("", "plans", "wall s", "CPU s", "MB on top", "file MB"), rows)
            missed += _judged(kind, found)
    if missed:
        sys.exit("missed: " + "; ".join(missed))


def _judged(kind: str, found: dict[str, list[float]]) -> list[str]:
    library, application = found["XlsxWriterall"], found["applicationall"]
    grown = application[2] - found["applicationhalf"][2]
    times = application[1] / library[1]
    print(
        f"time {times:.2f} of the library's, memory {application[2] / library[2]:.2f}; twice the plans: {grown:+.1f} MB"
    )
    missed = []
    if times > MOST:
        missed.append(f"{kind}: {times:.2f} times the library's time")
    if application[2] > max(MOST * library[2], library[2] + SPARE_MB):
        missed.append(f"{kind}: {application[2]:.0f} MB on top, the library {library[2]:.0f} MB")
    if grown > SPARE_MB / 2:
        missed.append(f"{kind}: memory grew by {grown:.0f} MB with twice the plans")
    return missed


if __name__ == "__main__":
    main()
