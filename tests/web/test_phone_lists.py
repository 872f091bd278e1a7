"""Telephoning people without an e-mail address: what to say, whom to call, and a sheet to tick."""

import pytest

from openday.models.occurrences import Occurrence
from openday.rules.phone_calls import Cause, causes_for, what_to_say
from openday.rules.states import OccurrenceStatus
from tests.factories.activities import published_activity
from tests.factories.occurrences import open_occurrence
from tests.factories.people import House
from tests.support.client import PageClient
from tests.support.signup import sign_up


@pytest.fixture
def occurrence(house: House) -> Occurrence:
    found = open_occurrence(published_activity(house, theme="走进图书馆"), venue="一楼大厅")
    sign_up(found, name="陈小雨", phone="13800000001")
    sign_up(found, name="李晓云", phone="13800000002", email="li@example.org")
    return found


@pytest.mark.parametrize(
    ("status", "cancelled", "causes"),
    [
        (OccurrenceStatus.SCHEDULED, False, (Cause.CHANGED, Cause.REMINDER)),
        (OccurrenceStatus.SCHEDULED, True, (Cause.CANCELLED,)),
        (OccurrenceStatus.CANCELLED, False, (Cause.CANCELLED,)),
        (OccurrenceStatus.POSTPONED, False, (Cause.POSTPONED,)),
    ],
)
def test_there_is_only_to_tell_what_is_so(status: OccurrenceStatus, cancelled: bool, causes: tuple[Cause, ...]) -> None:
    assert causes_for(status, cancelled=cancelled) == causes


@pytest.mark.parametrize("cause", Cause)
def test_the_words_say_who_calls_about_what_and_why(cause: Cause) -> None:
    words = what_to_say(
        cause, agency="云溪区图书馆", theme="走进图书馆", when="9月16日14:00–16:00", venue="一楼大厅", reason="停电"
    )
    text = "".join(words)
    assert "云溪区图书馆" in text
    assert "“走进图书馆”" in text
    assert "9月16日14:00–16:00" in text
    assert ("停电" in text) is (cause in (Cause.POSTPONED, Cause.CANCELLED))


@pytest.mark.parametrize(("who", "area"), [("officer", "office"), ("filer", "agency")])
def test_the_list_names_whom_to_call_and_prints_a_sheet(
    client: PageClient, house: House, occurrence: Occurrence, who: str, area: str
) -> None:
    client.log_in(getattr(house, who))
    address = f"/{area}/occurrences/{occurrence.code}"
    page = client.get(client.get(f"{address}/roster").links()["电话名单"])
    text = page.text("main")
    assert "陈小雨" in text
    assert "138****0001" in text
    assert "李晓云" not in text
    assert "地点是一楼大厅" in text
    assert page.links()["查看陈小雨的号码"].startswith(f"{address}/roster/")
    sheet = client.submit(page.form(action=f"{address}/phone-list/sheet"))
    assert "138****0001" in sheet.text("main")
    assert "已告知" in sheet.text("main")
    assert client.response.headers["Cache-Control"] == "no-store"


def test_full_numbers_are_asked_for_granted_and_printed(
    client: PageClient, house: House, occurrence: Occurrence
) -> None:
    client.log_in(house.officer)
    address = f"/office/occurrences/{occurrence.code}/phone-list"
    form = client.get(address).form(having="reason")
    assert "请写明事由" in client.submit(form, reason=" ", status=422).text("main")
    page = client.submit(form, reason="活动改期，逐一电话通知")
    assert "等候另一位工作人员同意" in page.text("main")
    assert "电话名单的申请" in client.get("/office/messages").links()
    assert "您的申请，由他人办理" in client.get("/office/messages/phone-lists").text("main")

    admin = PageClient(client.app).log_in(house.admin)
    requests = admin.get(admin.get("/office/messages").links()["电话名单的申请（1）"])
    assert "活动改期，逐一电话通知" in requests.text("main")
    assert "陈小雨" not in requests.text("main")
    (grant,) = [form for form in requests.forms() if form.action.endswith("/grant")]
    admin.submit(grant)

    page = client.get(address)
    (print_it,) = [form for form in page.forms() if form.action.endswith("/print")]
    assert "13800000001" not in page.text("main")
    sheet = client.submit(print_it)
    assert "13800000001" in sheet.text("main")
    assert client.response.headers["Cache-Control"] == "no-store"


def test_others_find_no_such_page(client: PageClient, house: House, occurrence: Occurrence) -> None:
    client.log_in(house.other_filer)
    theirs = client.raw(f"/agency/occurrences/{occurrence.code}/phone-list")
    missing = client.raw("/agency/occurrences/zzzzzzzzzz/phone-list")
    assert (theirs.status_code, missing.status_code) == (404, 404)
    assert len(theirs.data) == len(missing.data)
    client.get(f"/office/occurrences/{occurrence.code}/phone-list", status=403)


@pytest.mark.parametrize("who", ["filer", "reviewer", "desk", "auditor"])
def test_requests_are_decided_by_office_and_administration(client: PageClient, house: House, who: str) -> None:
    client.log_in(getattr(house, who)).get("/office/messages/phone-lists", status=403)
