"""Exports in the background: made once, by whoever holds the lease, for the person who asked, as long as they may."""

import io
import zipfile
from datetime import timedelta

import openpyxl
import pytest
from docx import Document
from flask import Flask
from sqlalchemy import delete, func, select

from openday import clock
from openday.db import session, use_case
from openday.errors import Forbidden, NotFound, Refused
from openday.models.exports import ExportJob, ExportPiece
from openday.models.ledger import AuditEvent
from openday.models.people import UserRole
from openday.queries.export_jobs import Terms, export_line, export_lines, finished_export, reach_of
from openday.queries.exports import Chosen
from openday.rules.permissions import Actor, Role
from openday.rules.plan_states import PlanStatus
from openday.services import export_jobs
from openday.services.export_jobs import KEPT, LEASE, LostLease
from tests.factories.people import House
from tests.factories.plans import plan_in
from tests.services.test_registrations import at_once


def asked(actor: Actor, kind: str = "summary_table", columns: tuple[str, ...] = (), plans: int = 3) -> str:
    terms = Terms(Chosen(), columns, reach_of(actor))
    return export_jobs.request_export(actor, kind, terms, "文件", plans)


@pytest.fixture
def three_plans(any_app: Flask, any_house: House) -> House:
    for theme in ("甲", "乙", "丙"):
        plan_in(PlanStatus.ON_RECORD, any_house, theme=theme, time_text=f"9月{len(theme)}日")
    return any_house


def status_of(code: str) -> str:
    session().expire_all()
    return session().scalars(select(ExportJob.status).where(ExportJob.code == code)).one()


def test_a_table_is_made_in_the_columns_that_were_asked_for(three_plans: House) -> None:
    actor = three_plans.officer.actor
    code = asked(actor, columns=("theme", "number"))
    assert export_line(actor, code, clock.now()).status == "queued"
    assert export_jobs.make_next() == 3
    line = export_line(actor, code, clock.now())
    assert (line.status, line.made, line.total) == ("done", 3, 3)
    file = finished_export(actor, code, clock.now())
    rows = list(openpyxl.load_workbook(io.BytesIO(file.content)).active.iter_rows(values_only=True))
    assert rows[1:] == [("活动主题", "序号"), ("甲", 1), ("乙", 2), ("丙", 3)]
    assert export_jobs.make_next() == 0


@pytest.mark.parametrize("kind", ["plan_forms", "plan_forms_merged"])
def test_plan_forms_are_made_as_an_archive_or_as_one_document(three_plans: House, kind: str) -> None:
    code = asked(three_plans.officer.actor, kind)
    assert export_jobs.make_next() == 3
    content = io.BytesIO(finished_export(three_plans.officer.actor, code, clock.now()).content)
    if kind == "plan_forms":
        assert len(zipfile.ZipFile(content).namelist()) == 3
    else:
        assert [table.rows[0].cells[1].text for table in Document(content).tables] == ["甲", "乙", "丙"]


def test_a_file_of_many_pieces_is_one_file_again(three_plans: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export_jobs, "PIECE", 1_000)
    code = asked(three_plans.officer.actor)
    export_jobs.make_next()
    assert (session().scalar(select(func.count()).select_from(ExportPiece)) or 0) > 5
    content = finished_export(three_plans.officer.actor, code, clock.now()).content
    assert zipfile.ZipFile(io.BytesIO(content)).testzip() is None


def test_what_a_dead_worker_left_is_thrown_away_and_made_anew_once_its_lease_is_over(three_plans: House) -> None:
    actor = three_plans.officer.actor
    code = asked(actor)
    dead = export_jobs.claim_export()
    assert dead is not None
    export_jobs.keep_piece(dead, 0, b"half a file")
    assert export_jobs.make_next() == 0, "while the lease holds nobody else touches it"
    with clock.shifted_by(LEASE + timedelta(seconds=1)):
        assert export_jobs.make_next() == 3
        assert b"half a file" not in finished_export(actor, code, clock.now()).content
        with pytest.raises(LostLease):
            export_jobs.keep_piece(dead, 1, b"the other half")
        with pytest.raises(LostLease):
            export_jobs.finish_export(dead, 3)
        export_jobs.fail_export(dead, "too late")
        assert status_of(code) == "done"


def test_a_worker_that_says_how_far_it_is_keeps_its_lease(three_plans: House) -> None:
    code = asked(three_plans.officer.actor)
    claimed = export_jobs.claim_export()
    assert claimed is not None
    with clock.shifted_by(LEASE - timedelta(seconds=1)):
        export_jobs.note_progress(claimed, 2)
    with clock.shifted_by(LEASE + timedelta(seconds=5)):
        assert export_jobs.claim_export() is None
        assert export_line(three_plans.officer.actor, code, clock.now()).made == 2


def test_an_export_that_kills_its_workers_is_given_up(three_plans: House) -> None:
    code = asked(three_plans.officer.actor)
    for turn in range(export_jobs.MOST_TRIES):
        with clock.shifted_by(turn * (LEASE + timedelta(seconds=1))):
            assert export_jobs.claim_export() is not None
    with clock.shifted_by(export_jobs.MOST_TRIES * (LEASE + timedelta(seconds=1))):
        assert export_jobs.claim_export() is None
    assert status_of(code) == "failed"


@use_case
def _take_roles_away(user_id: int) -> None:
    session().execute(delete(UserRole).where(UserRole.user_id == user_id))


def test_rights_lost_before_the_making_end_it(three_plans: House) -> None:
    code = asked(three_plans.officer.actor)
    _take_roles_away(three_plans.officer.id)
    assert export_jobs.make_next() == 0
    assert status_of(code) == "failed"


def test_rights_lost_after_the_making_keep_the_file_back(three_plans: House) -> None:
    actor = three_plans.officer.actor
    code = asked(actor)
    export_jobs.make_next()
    now = clock.now()
    without = Actor(actor.user_id, actor.name, frozenset({Role.FILER}), None, actor.jurisdiction_path)
    moved = Actor(actor.user_id, actor.name, actor.roles, None, "/999/")
    for other in (without, moved, three_plans.far_officer.actor, three_plans.admin.actor):
        with pytest.raises(NotFound):
            finished_export(other, code, now)
    assert finished_export(actor, code, now).plans == 3
    with pytest.raises(NotFound):
        finished_export(actor, "no\x00code", now)


def test_an_officer_of_another_district_gets_an_empty_table(three_plans: House) -> None:
    code = asked(three_plans.far_officer.actor)
    export_jobs.make_next()
    assert finished_export(three_plans.far_officer.actor, code, clock.now()).plans == 0


def test_an_expired_export_is_gone_with_its_pieces(three_plans: House) -> None:
    actor = three_plans.officer.actor
    code = asked(actor)
    export_jobs.make_next()
    with clock.shifted_by(KEPT - timedelta(minutes=1)):
        assert export_jobs.forget_exports() == 0
        assert [line.code for line in export_lines(actor, clock.now())] == [code]
    with clock.shifted_by(KEPT + timedelta(minutes=1)):
        with pytest.raises(NotFound):
            finished_export(actor, code, clock.now())
        assert export_lines(actor, clock.now()) == ()
        assert export_jobs.forget_exports() == 1
    assert session().scalar(select(func.count()).select_from(ExportPiece)) == 0


def test_only_the_owner_removes_an_export(three_plans: House) -> None:
    code = asked(three_plans.officer.actor)
    export_jobs.make_next()
    with pytest.raises(NotFound):
        export_jobs.remove_export(three_plans.far_officer.actor, code)
    export_jobs.remove_export(three_plans.officer.actor, code)
    assert session().scalar(select(func.count()).select_from(ExportPiece)) == 0
    assert export_lines(three_plans.officer.actor, clock.now()) == ()


def test_a_worker_whose_export_was_removed_stops(three_plans: House) -> None:
    code = asked(three_plans.officer.actor)
    claimed = export_jobs.claim_export()
    export_jobs.remove_export(three_plans.officer.actor, code)
    assert claimed is not None
    with pytest.raises(LostLease):
        export_jobs.note_progress(claimed, 1)


def test_who_may_not_export_may_not_ask_and_nobody_asks_without_end(three_plans: House) -> None:
    with pytest.raises(Forbidden):
        asked(three_plans.filer.actor)
    with pytest.raises(Refused, match="一次最多导出"):
        asked(three_plans.officer.actor, "plan_forms_merged", plans=501)
    for _ in range(export_jobs.MOST_WAITING):
        asked(three_plans.officer.actor)
    with pytest.raises(Refused, match="正在生成"):
        asked(three_plans.officer.actor)
    noted = session().scalars(select(AuditEvent.detail).where(AuditEvent.action == "export.request")).all()
    assert noted == [{"kind": "summary_table", "plans": 3}] * export_jobs.MOST_WAITING


def test_a_dozen_clicks_at_once_ask_for_no_more_than_is_allowed(any_app: Flask, three_plans: House) -> None:
    officer = three_plans.officer.actor
    answers = at_once(any_app, [lambda: asked(officer) for _ in range(12)])
    assert sum(isinstance(answer, str) for answer in answers) == export_jobs.MOST_WAITING
