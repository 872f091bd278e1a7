"""Staff sign others up: one after the other by keyboard, from a mail, from a list; and hand over a receipt."""

import json
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from openday.db import db, use_case
from openday.models.ledger import AuditEvent
from openday.models.occurrences import Occurrence
from openday.models.registrations import Registration
from openday.rules.states import RegistrationStatus, SignupMode
from tests.factories.activities import published_activity
from tests.factories.invitations import invitee
from tests.factories.occurrences import open_occurrence
from tests.factories.people import House
from tests.factories.registrations import party_on_list
from tests.factories.signup_forms import ask
from tests.support.client import PageClient
from tests.support.pages import Form
from tests.support.queries import count_queries
from tests.support.signup import messages_to, status_of, taken

VALUES = {"name": "王小雨", "phone": "13800001234", "party_size": "2", "consent": "y"}


def at(occurrence: Occurrence, page: str = "new", area: str = "agency") -> str:
    return f"/{area}/occurrences/{occurrence.code}/registrations/{page}"


def value(form: Form, name: str) -> str:
    """What stands in a field."""
    return form.values[name][0]


def all_registrations() -> list[Registration]:
    db.session.rollback()
    return list(db.session.scalars(select(Registration).order_by(Registration.id)))


def test_one_entry_after_the_other_with_the_last_receipt_above(app: Flask, house: House) -> None:
    occurrence = open_occurrence(published_activity(house), capacity=3)
    filer = PageClient(app).log_in(house.filer)
    page = filer.get(at(occurrence))
    assert page.all("//input[@name='source'][@checked]")[0].get("value") == "phone"
    page = filer.submit(page.form(having="phone"), source="counter", **VALUES)
    (row,) = all_registrations()
    assert page.meta("outcome") == "confirmed"
    assert f"已登记：凭证号{row.number}" in page.text("//*[@role='status']")
    assert "王**，2人，报名成功" in page.text("//*[@role='status']")
    assert page.all("//input[@name='source'][@checked]")[0].get("value") == "counter"
    assert page.all("//input[@name='name'][@autofocus]") and value(page.form(having="phone"), "name") == ""
    page = filer.submit(page.form(having="phone"), name="李明", phone="13900001234", party_size="2", consent="y")
    assert "候补中" in page.text("//*[@role='status']")
    assert [(row.source, row.entered_by_id) for row in all_registrations()] == [("counter", house.filer.id)] * 2
    assert taken(occurrence) == [2]


def test_what_was_entered_a_moment_ago_can_be_undone_by_whoever_entered_it(app: Flask, house: House) -> None:
    occurrence = open_occurrence(published_activity(house), capacity=2)
    filer = PageClient(app).log_in(house.filer)
    page = filer.submit(filer.get(at(occurrence)).form(having="phone"), source="phone", **VALUES)
    undo = page.form(action="/undo")
    waiting = party_on_list(occurrence, status=RegistrationStatus.WAITLISTED)
    officer = PageClient(app).log_in(house.officer)
    token = officer.get(at(occurrence, area="office")).form(having="phone").values["csrf_token"]
    other = undo.action.replace("/agency/", "/office/")
    officer.post(other, 404, data={"csrf_token": token})
    page = filer.submit(undo)
    assert "已撤销登记" in page.text()
    filer.submit(undo)
    (first, _) = all_registrations()
    assert status_of(first.code) is RegistrationStatus.CANCELLED
    assert status_of(waiting.code) is RegistrationStatus.CONFIRMED
    assert [m.kind for m in messages_to("13800001234")] == ["registration.confirmed", "registration.cancelled"]
    acts = db.session.scalars(select(AuditEvent.action).where(AuditEvent.actor_id == house.filer.id)).all()
    assert acts.count("registration.undo") == 1


def test_after_ten_minutes_nothing_is_undone(app: Flask, house: House) -> None:
    occurrence = open_occurrence(published_activity(house))
    filer = PageClient(app).log_in(house.filer)
    page = filer.submit(filer.get(at(occurrence)).form(having="phone"), source="phone", **VALUES)
    undo = page.form(action="/undo")

    (row,) = all_registrations()
    _set_created(row.created_at - timedelta(minutes=11))
    assert "超过10分钟" in filer.submit(undo).text()
    assert filer.get(at(occurrence) + f"?last={row.number}").all("//form[contains(@action,'/undo')]") == []
    assert taken(occurrence) == [2]


@use_case
def _set_created(moment: object) -> None:
    db.session.execute(update(Registration).values(created_at=moment))


def test_the_counter_asks_what_the_form_asks_and_confirms_the_guardian(app: Flask, house: House) -> None:
    occurrence = open_occurrence(published_activity(house))
    ask(occurrence)
    filer = PageClient(app).log_in(house.filer)
    form = filer.get(at(occurrence)).form(having="phone")
    page = filer.submit(form, 422, source="counter", **VALUES)
    assert page.text("//*[@id='companions-error']") == "错误：请填写1位同行人的姓名，每行一人，现在有0人"
    assert value(page.form(having="phone"), "name") == "王小雨"
    extras = {
        "companions": "王小明", "child": "yes", "guardian_name": "王大雨", "guardian_phone": "13800005678",
        "guardian_consent": "y", "photo": "no", "eligible": "y", "q-food": "用餐", "q-diet": "无",
    }  # fmt: skip
    page = filer.submit(page.form(having="phone"), source="counter", **VALUES, **extras)
    assert page.meta("outcome") == "confirmed"
    (row,) = all_registrations()
    assert json.loads(row.extras or "{}")["guardian"]["confirmed_by"] == "staff"


@pytest.mark.parametrize("mode", [SignupMode.INVITATION, SignupMode.CLOSED])
def test_staff_keep_the_list_of_what_is_not_open_to_the_public(app: Flask, house: House, mode: SignupMode) -> None:
    occurrence = open_occurrence(published_activity(house), signup_mode=mode)
    filer = PageClient(app).log_in(house.filer)
    page = filer.submit(filer.get(at(occurrence)).form(having="phone"), source="paper", **VALUES)
    assert page.meta("outcome") == "confirmed"


def test_an_entry_at_the_counter_has_the_same_chance_in_a_ballot(app: Flask, house: House) -> None:
    occurrence = open_occurrence(published_activity(house), signup_mode=SignupMode.BALLOT, closes_at=None, capacity=2)
    filer = PageClient(app).log_in(house.filer)
    page = filer.submit(filer.get(at(occurrence)).form(having="phone"), source="phone", **VALUES)
    assert page.meta("outcome") == "pending"
    assert [row.status for row in all_registrations()] == ["applied"]


def test_whoever_is_on_the_list_of_invitations_answers_by_calling(app: Flask, house: House) -> None:
    occurrence = open_occurrence(published_activity(house), signup_mode=SignupMode.INVITATION, party_limit=1)
    held = invitee(occurrence, contact="13800001234", party_limit=2)
    filer = PageClient(app).log_in(house.filer)
    filer.submit(filer.get(at(occurrence)).form(having="phone"), source="phone", **VALUES)
    assert "您已答复参加" in PageClient(app).get(f"/invited/{held.code}").text("main")


# --- by mail ----------------------------------------------------------------------------------------------------------


def test_a_mail_fills_the_form_and_stands_beside_it_until_somebody_confirms(app: Flask, house: House) -> None:
    occurrence = open_occurrence(published_activity(house))
    filer = PageClient(app).log_in(house.filer)
    mail = "发件人：小雨 <wang@example.org>\n姓名：王小雨\n电话：138 0000 1234\n我们一共两人"
    page = filer.submit(filer.get(at(occurrence, "mail")).form(having="mail"), mail=mail)
    form = page.form(having="phone")
    wanted = {
        "name": "王小雨",
        "phone": "13800001234",
        "party_size": "2",
        "email": "wang@example.org",
        "source": "email",
    }
    assert {name: value(form, name) for name in wanted} == wanted
    assert "见“电话：138 0000 1234”" in page.text("main")
    assert all_registrations() == []
    page = filer.submit(form, 422)
    assert "邮件原文" in page.text("main") and "我们一共两人" in page.text("main")
    page = filer.submit(page.form(having="phone"), consent="y")
    assert page.meta("outcome") == "confirmed"
    (row,) = all_registrations()
    assert (row.source, row.email, row.party_size) == ("email", "wang@example.org", 2)


def test_what_a_mail_leaves_open_is_not_guessed(app: Flask, house: House) -> None:
    occurrence = open_occurrence(published_activity(house))
    filer = PageClient(app).log_in(house.filer)
    page = filer.submit(filer.get(at(occurrence, "mail")).form(having="mail"), mail="13800001234\n13900001234")
    assert value(page.form(having="phone"), "phone") == ""
    assert "邮件里有2个不同的手机号码" in page.text("main")
    page = filer.get(at(occurrence, "mail"))
    assert "请粘贴邮件内容" in filer.submit(page.form(having="mail"), 422, mail=" ").text("main")
    filer.submit(page.form(having="mail"), 422, mail="字" * 10_001)


# --- lists ------------------------------------------------------------------------------------------------------------

PASTE = """姓名\t手机\t人数
王小雨\t13800000001\t2
李明，１３８０００００００２
陈一 13800000001
赵二 1380000003
已在 13700009999
钱三 13800000004 2
孙四 13800000005 2"""


def test_a_list_is_looked_at_entered_in_order_and_what_was_refused_stays(app: Flask, house: House) -> None:
    occurrence = open_occurrence(published_activity(house), capacity=6, party_limit=2)
    party_on_list(occurrence, phone="13700009999")
    filer = PageClient(app).log_in(house.filer)
    page = filer.get(at(occurrence, "list"))
    page = filer.submit(page.form(having="lines"), lines=PASTE, source="paper", consent="y", step="check")
    verdicts = [row.text for row in page.all("//table//tbody/tr/td[last()]//span[@class='table__value']")]
    text = page.text("//table")
    assert "与第2行的号码相同" in text and "已在名单上" in text and "手机号码应为11位数字" in text
    assert "共7行，其中4行可以登记" in page.text("main")
    assert len(verdicts) == 7 and "13800000001" not in page.text("//table")
    assert len(all_registrations()) == 1
    confirm = page.form(having="step")
    page = filer.submit(confirm, step="enter")
    assert "登记4组，未登记3行" in page.text("main")
    rows = all_registrations()[1:]
    assert [(r.name, r.phone, r.party_size, r.status, r.source) for r in rows] == [
        ("王小雨", "13800000001", 2, "confirmed", "paper"),
        ("李明", "13800000002", 1, "confirmed", "paper"),
        ("钱三", "13800000004", 2, "confirmed", "paper"),
        ("孙四", "13800000005", 2, "waitlisted", "paper"),
    ]
    assert value(page.form(having="lines"), "lines").splitlines() == [
        "陈一 13800000001",
        "赵二 1380000003",
        "已在 13700009999",
    ]
    again = filer.submit(confirm, step="enter")
    assert "登记4组，未登记3行" in again.text("main")
    assert len(all_registrations()) == 5
    assert taken(occurrence) == [6]
    slips = filer.get(f"{at(occurrence, 'slips')}?n=" + ",".join(row.number for row in rows))
    assert len(slips.all("//section[@class='slip']")) == 4


def test_a_list_goes_back_to_the_field_as_it_was(app: Flask, house: House) -> None:
    occurrence = open_occurrence(published_activity(house))
    filer = PageClient(app).log_in(house.filer)
    page = filer.get(at(occurrence, "list"))
    page = filer.submit(page.form(having="lines"), lines=PASTE, source="phone", consent="y", step="check")
    page = filer.submit(page.form(having="step"), step="back")
    form = page.form(having="lines")
    assert value(form, "lines").splitlines() == PASTE.splitlines()
    assert page.all("//input[@name='source'][@checked]")[0].get("value") == "phone"


def test_a_list_without_consent_or_too_long_or_empty_stays_in_the_field(app: Flask, house: House) -> None:
    occurrence = open_occurrence(published_activity(house), quotas={"居民": 5, "企业": 5})
    filer = PageClient(app).log_in(house.filer)
    form = filer.get(at(occurrence, "list")).form(having="lines")
    page = filer.submit(form, 422, lines=PASTE, source="paper", step="check")
    assert "请勾选同意后再提交" in page.text("main") and "请选择报名类别" in page.text("main")
    assert value(page.form(having="lines"), "lines").splitlines() == PASTE.splitlines()
    for lines, said in (("", "请粘贴名单"), ("\n".join(["甲乙 13800000001"] * 201), "一次最多200行，现在有201行")):
        page = filer.submit(form, 422, lines=lines, source="paper", quota="1", consent="y", step="enter")
        assert said in page.text("main")
    page = filer.submit(form, lines="王小雨 13800000001", source="paper", quota="2", consent="y", step="enter")
    assert taken(occurrence) == [0, 1]


def test_where_the_form_asks_for_more_no_list_is_entered(app: Flask, house: House) -> None:
    occurrence = open_occurrence(published_activity(house))
    filer = PageClient(app).log_in(house.filer)
    form = filer.get(at(occurrence, "list")).form(having="lines")
    ask(occurrence)
    assert "请逐个登记" in filer.get(at(occurrence, "list")).text("main")
    filer.submit(form, 409, lines="王小雨 13800000001", source="paper", consent="y", step="enter")
    assert all_registrations() == []


def test_looking_at_a_long_list_asks_no_more_than_at_a_short_one(app: Flask, house: House) -> None:
    occurrence = open_occurrence(published_activity(house))
    filer = PageClient(app).log_in(house.filer)
    form = filer.get(at(occurrence, "list")).form(having="lines")
    counts = []
    for lines in ("甲乙 13800000001", "\n".join(f"甲乙 138{n:08d}" for n in range(200))):
        with count_queries() as asked:
            filer.submit(form, lines=lines, source="paper", consent="y", step="check")
        counts.append(len(asked))
    assert counts[0] == counts[1] < 20


# --- receipts ---------------------------------------------------------------------------------------------------------


def test_a_receipt_says_what_is_needed_and_no_more_of_the_person(app: Flask, house: House) -> None:
    occurrence = open_occurrence(published_activity(house), venue="区图书馆一楼")
    held = party_on_list(occurrence, name="欧阳小雨", phone="13800001234", party_size=3)
    filer = PageClient(app).log_in(house.filer)
    page = filer.get(f"{at(occurrence, 'slips')}?n={held.number}")
    text = page.text("//section[@class='slip']")
    for said in ("区图书馆一楼", "欧**，共3人", held.number, "报名成功", "不能前来的，请扫描二维码取消"):
        assert said in text
    assert (
        "欧阳小雨" not in page.html and "13800001234" not in page.html and "1234" not in text.replace(held.number, "")
    )
    assert page.all("//section[@class='slip']//img")[0].get("src") == f"/tickets/{held.code}/qr.png"
    assert filer.response.headers["Cache-Control"] == "no-store"
    assert filer.get(f"{at(occurrence, 'slips')}?n={held.number}&paper=roll").all(
        "//html[contains(@class,'paper--roll')]"
    )


def test_no_receipt_for_what_is_cancelled_or_elsewhere(app: Flask, house: House) -> None:
    activity = published_activity(house)
    occurrence, other = open_occurrence(activity), open_occurrence(activity, starts_in=timedelta(days=9))
    gone = party_on_list(occurrence, status=RegistrationStatus.CANCELLED)
    there = party_on_list(other)
    filer = PageClient(app).log_in(house.filer)
    for numbers in (gone.number, there.number, "", "x", "9" * 500):
        filer.get(f"{at(occurrence, 'slips')}?n={numbers}", 404)


# --- rights -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "area", "status"),
    [
        ("filer", "agency", 200),
        ("officer", "office", 200),
        ("other_filer", "agency", 404),
        ("far_officer", "office", 404),
        ("reviewer", "agency", 403),
        ("desk", "agency", 403),
        ("admin", "office", 403),
        ("auditor", "office", 403),
    ],
)
def test_who_may_enter_sign_ups(app: Flask, house: House, who: str, area: str, status: int) -> None:
    occurrence = open_occurrence(published_activity(house))
    held = party_on_list(occurrence)
    visitor = PageClient(app).log_in(getattr(house, who))
    for page in ("new", "mail", "list", f"slips?n={held.number}"):
        visitor.get(at(occurrence, page, area), status)
    token = visitor.get("/login").form(having="password").values["csrf_token"]
    for page in (f"{held.number}/undo", "new", "mail", "list"):
        sent = visitor.http.post(at(occurrence, page, area), data={"csrf_token": token})
        assert sent.status_code == (status if status != 200 else 404 if "undo" in page else 422), page


def test_where_no_seats_were_set_the_counter_says_so(app: Flask, house: House) -> None:
    occurrence = open_occurrence(published_activity(house), signup_mode=SignupMode.CLOSED, capacity=0)
    page = PageClient(app).log_in(house.filer).get(at(occurrence))
    assert "本场没有设名额" in page.text("main")
    assert page.all("//input[@name='phone']") == []


def test_a_receipt_that_cannot_be_is_nobodys(any_app: Flask, any_house: House) -> None:
    occurrence = open_occurrence(published_activity(any_house))
    filer = PageClient(any_app).log_in(any_house.filer)
    filer.get(f"{at(occurrence)}?last=%00")
