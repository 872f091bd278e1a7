"""“时间确定后通知我” in the browser: no account, one field, a link to confirm and one to end."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from openday.db import db
from openday.models.activities import ActivityWatch
from openday.models.ledger import Message
from tests.factories.activities import published_activity
from tests.factories.occurrences import open_occurrence
from tests.factories.people import House
from tests.support.client import PageClient

ADDRESS = "zhou@example.org"


def held() -> list[ActivityWatch]:
    return list(db.session.scalars(select(ActivityWatch)))


def test_from_the_page_of_a_vague_activity_to_a_confirmed_address_and_away_again(
    client: PageClient, house: House
) -> None:
    code = published_activity(house).code
    page = client.get(f"/activities/{code}")
    page = client.get(page.links()["时间确定后通知我"])
    page = client.submit(page.form(having="address"), address=ADDRESS, consent="y")
    assert "请查收确认信息" in page.text("h1")
    link = f"/activities/{code}/watches/{held()[0].code}"
    letter = db.session.scalars(select(Message)).one()
    assert link in (letter.body or "")
    page = client.get(link)
    assert "z***@example.org" in page.text("main") and ADDRESS not in page.text()
    assert held()[0].confirmed_at is None
    page = client.submit(page.form(action="/confirm"))
    assert "已登记" in page.text("h1")
    db.session.expire_all()
    assert held()[0].confirmed_at is not None
    page = client.submit(page.form(action="/end"))
    assert "已删除登记的地址" in page.text("h1")
    assert held() == []
    client.get(link, 404)


def test_the_answer_is_the_same_whether_the_address_is_known_or_written_to_too_often(
    client: PageClient, house: House
) -> None:
    code = published_activity(house).code
    answers = set()
    for _ in range(5):
        form = client.get(f"/activities/{code}/watch").form(having="address")
        answers.add(client.submit(form, address=ADDRESS, consent="y").text("main"))
    assert len(answers) == 1
    assert len(list(db.session.scalars(select(Message)))) == 3


def test_the_same_page_sent_twice_is_one_request(client: PageClient, house: House) -> None:
    form = client.get(f"/activities/{published_activity(house).code}/watch").form(having="address")
    for _ in range(2):
        assert "请查收确认信息" in client.submit(form, address=ADDRESS, consent="y").text("h1")
    assert len(list(db.session.scalars(select(Message)))) == 1


@pytest.mark.parametrize(("address", "consent", "said"), [
    ("", ["y"], "请填写接收通知的地址"), ("zhou", ["y"], "请填写电子邮箱"), ("zhou@x", ["y"], "格式不正确"),
    ("13800000000", ["y"], "请填写电子邮箱"), (ADDRESS, [], "请勾选同意"),
])  # fmt: skip
def test_what_is_missing_is_said_at_its_field_and_what_was_typed_stays(
    client: PageClient, house: House, address: str, consent: list[str], said: str
) -> None:
    form = client.get(f"/activities/{published_activity(house).code}/watch").form(having="address")
    page = client.submit(form, 422, address=address, consent=consent)
    assert said in page.text("//*[@id='errors']")
    assert page.form(having="address").values["address"] == [address]
    assert held() == []


def test_a_firm_activity_offers_to_be_told_of_changes_and_one_that_is_over_nothing(
    client: PageClient, house: House
) -> None:
    firm, over = published_activity(house), published_activity(house, theme="已结束", first_day=date(2026, 3, 2))
    open_occurrence(firm, starts_in=timedelta(days=20))
    assert client.get(f"/activities/{firm.code}").links()["时间、地点变更或取消时通知我"]
    assert "通知我" not in client.get(f"/activities/{over.code}").text("main")
    page = client.get(f"/activities/{over.code}/watch")
    assert "不再发送通知" in page.text("main")
    client.app.config["WTF_CSRF_ENABLED"] = False
    for path in ("", "/sent", "/ended"):
        client.get(f"/activities/nowhere/watch{path}", 404)
    client.post("/activities/nowhere/watches/x/confirm", 404)
    client.post(f"/activities/{firm.code}/watches/x/end", 404)


def test_the_pages_are_written_in_english_too(client: PageClient, house: House) -> None:
    code = published_activity(house).code
    for path in ("watch", "watch/sent", "watch/ended"):
        page = client.get(f"/activities/{code}/{path}?lang=en")
        assert page.text("h1").isascii()
