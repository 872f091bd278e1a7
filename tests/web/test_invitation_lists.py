"""The list of the invited, for the staff: handed in, looked at, sent, printed; and who may see what of it."""

import csv
import io

import pytest
from flask import Flask
from sqlalchemy import select

from openday.db import db
from openday.models.ledger import AuditEvent
from openday.models.occurrences import Occurrence
from openday.models.registrations import Invitee
from openday.rules.states import SignupMode
from tests.factories.activities import published_activity
from tests.factories.invitations import invitee
from tests.factories.occurrences import open_occurrence
from tests.factories.people import House
from tests.support.client import PageClient
from tests.support.queries import count_queries
from tests.support.signup import messages_to

PASTE = "王小雨 13800000001 3\n李明，li@example.org\n陈一 13800000001\n赵二"


def invited_occurrence(house: House) -> Occurrence:
    return open_occurrence(published_activity(house), signup_mode=SignupMode.INVITATION)


def at(occurrence: Occurrence, page: str = "", area: str = "agency") -> str:
    return f"/{area}/occurrences/{occurrence.code}/invitations{page}"


def people_of(occurrence: Occurrence) -> list[tuple[str | None, str | None, int]]:
    db.session.rollback()
    rows = db.session.scalars(select(Invitee).where(Invitee.occurrence_id == occurrence.id).order_by(Invitee.id))
    return [(row.name, row.contact, row.party_limit) for row in rows]


def test_a_list_is_looked_at_confirmed_and_sent(app: Flask, house: House) -> None:
    occurrence = invited_occurrence(house)
    filer = PageClient(app).log_in(house.filer)
    page = filer.get(at(occurrence))
    assert "名单上还没有人" in page.text("main")
    page = filer.submit(filer.get(at(occurrence, "/new")).form(having="people"), people=PASTE, step="check")
    assert "共4行，其中2行可以登记" in page.text("main")
    for said in ("与第1行的联系方式相同", "没有手机号码或邮箱：赵二", "138****0001", "l***@example.org"):
        assert said in page.text("//table")
    assert people_of(occurrence) == []
    page = filer.submit(page.form(having="step"), step="add")
    assert people_of(occurrence) == [("王小雨", "13800000001", 3), ("李明", "li@example.org", 1)]
    assert "登记受邀人2位，已发出2份邀请" in page.text() and "另有2行没有登记" in page.text()
    assert "未答复" in page.text("//table") and "13800000001" not in page.html
    (message,) = messages_to("13800000001")
    link = message.body.split("：http")[1].split()[0]
    assert link.endswith(db.session.scalars(select(Invitee.code).order_by(Invitee.id)).first() or "-")


def test_a_table_is_read_and_a_broken_one_keeps_what_was_typed(app: Flask, house: House) -> None:
    occurrence = invited_occurrence(house)
    filer = PageClient(app).log_in(house.filer)
    form = filer.get(at(occurrence, "/new")).form(having="people")
    table = '姓名,联系方式,人数\r\n王小雨,13800000001,2\r\n"李,明",li@example.org,\r\n'.encode("gb18030")
    page = filer.upload(form, people="陈一 13800000003", file=(io.BytesIO(table), "名单.csv"), step="check")
    assert "共3行，其中3行可以登记" in page.text("main")
    page = filer.upload(form, 422, people="陈一 13800000003", file=(io.BytesIO(b"\x00\x01"), "名单.pdf"), step="check")
    assert "只能读取 .xlsx、.docx 或 .csv 表格" in page.text("main")
    assert page.form(having="people").values["people"] == ["陈一 13800000003"]
    page = filer.submit(form, 422, people=" ", step="check")
    assert "请粘贴名单或选择表格" in page.text("main")


def test_without_the_tick_nobody_is_written_to_until_it_is_asked_for(app: Flask, house: House) -> None:
    occurrence = invited_occurrence(house)
    officer = PageClient(app).log_in(house.officer)
    form = officer.get(at(occurrence, "/new", "office")).form(having="people")
    page = officer.submit(form, people="王小雨 13800000001", tell=None, step="check")
    page = officer.submit(page.form(having="step"), step="add")
    assert messages_to("13800000001") == []
    page = officer.submit(page.form(action="/send"))
    assert "已发出1份邀请" in page.text()
    assert [message.kind for message in messages_to("13800000001")] == ["invitee.invited"]
    page = officer.submit(page.form(action="/withdraw"))
    assert "已撤回" in page.text("//table")


def test_the_links_go_out_on_paper_and_as_a_file_and_that_is_written_down(app: Flask, house: House) -> None:
    occurrence = invited_occurrence(house)
    held = invitee(occurrence, name="=1+1", contact="13800001234", party_limit=2)
    filer = PageClient(app).log_in(house.filer)
    paper = filer.get(at(occurrence, "/links"))
    assert f"/invited/{held.code}" in paper.text("//table") and "13800001234" not in paper.html
    answer = filer.raw(at(occurrence, ".csv"))
    assert answer.headers["Cache-Control"] == "no-store"
    (row,) = csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig")))
    assert (row["姓名"], row["联系方式"], row["邀请人数"], row["答复"]) == ("'=1+1", "138****1234", "2", "未答复")
    assert row["邀请链接"].endswith(f"/invited/{held.code}")
    acts = db.session.scalars(select(AuditEvent.action).where(AuditEvent.actor_id == house.filer.id)).all()
    assert acts.count("invitee.export") == 2


def test_a_long_list_has_pages_and_asks_no_more(app: Flask, house: House) -> None:
    activity = published_activity(house)
    short, long = (open_occurrence(activity, signup_mode=SignupMode.INVITATION) for _ in range(2))
    invitee(short)
    for _ in range(103):
        invitee(long)
    filer = PageClient(app).log_in(house.filer)
    counts = []
    for occurrence in (short, long):
        with count_queries() as asked:
            page = filer.get(at(occurrence))
        counts.append(len(asked))
    assert counts[0] == counts[1] < 20
    assert len(page.all("//table[contains(@class,'table')]//tbody/tr[@role='row']")) == 100
    assert len(filer.get(at(long, "?page=2")).all("//tbody/tr[@role='row']")) == 3
    assert "名单上还没有人" in filer.get(at(long, "?show=yes&page=9")).text("main")


@pytest.mark.parametrize(
    ("who", "area", "reads", "writes"),
    [
        ("filer", "agency", 200, 200),
        ("reviewer", "agency", 200, 403),
        ("officer", "office", 200, 200),
        ("auditor", "office", 200, 403),
        ("other_filer", "agency", 404, 404),
        ("far_officer", "office", 404, 404),
        ("desk", "agency", 403, 403),
        ("admin", "office", 403, 403),
    ],
)
def test_who_may_read_and_who_may_invite(
    app: Flask, house: House, who: str, area: str, reads: int, writes: int
) -> None:
    occurrence = invited_occurrence(house)
    held = invitee(occurrence, name="欧阳小雨")
    visitor = PageClient(app).log_in(getattr(house, who))
    page = visitor.get(at(occurrence, "", area), reads)
    assert ("欧阳小雨" in page.html) is (reads == 200)
    for path in ("/new", "/links"):
        visitor.get(at(occurrence, path, area), writes)
    assert visitor.raw(at(occurrence, ".csv", area)).status_code == writes
    token = visitor.get("/login").form(having="password").values["csrf_token"]
    for path in ("/send", "/remind", f"/{held.id}/withdraw", "/new"):
        sent = visitor.http.post(at(occurrence, path, area), data={"csrf_token": token})
        assert sent.status_code == (writes if writes != 200 else 422 if path == "/new" else 303), path


def test_the_list_is_reached_from_the_activity(app: Flask, house: House) -> None:
    activity = published_activity(house)
    open_occurrence(activity, signup_mode=SignupMode.INVITATION)
    filer = PageClient(app).log_in(house.filer)
    page = filer.get(f"/agency/activities/{activity.code}")
    assert "邀请名单" in page.text("main")
    officer = PageClient(app).log_in(house.officer)
    assert "邀请名单" in officer.get(f"/office/publications/{activity.code}").text("main")
