"""From publication to a full list: what residents see, and how seats are taken, waited for and given back."""

import re
from datetime import timedelta
from io import BytesIO
from urllib.parse import urlsplit

import pypdfium2
from icalendar import Calendar
from PIL import Image
from playwright.sync_api import Page
from pyzbar.pyzbar import decode

from tests.journeys.stage import Stage
from tests.journeys.story.filing import CONTENT, THEME

SEATS = {"市民代表": 3, "企业代表": 1}


def the_office_publishes_it_as_vague_as_it_is(stage: Stage) -> None:
    second = stage.visitor("second")
    second.get_by_role("link", name="发布", exact=True).click()
    stage.look(second, "publication-new")
    second.get_by_role("radio", name="先到先得").check()
    second.get_by_role("button", name="发布", exact=True).click()
    second.get_by_role("heading", name=THEME).wait_for()
    stage.look(second, "publication-show-vague")
    resident = stage.visitor("resident")
    resident.goto("")
    stage.look(resident, "home-vague")
    resident.get_by_role("link", name="活动日历", exact=True).click()
    stage.look(resident, "calendar-now")
    month = (stage.now().date().replace(day=1) + timedelta(days=32)).strftime("%Y-%m")
    resident.goto(f"calendar?month={month}")
    stage.look(resident, "calendar-month-vague")
    resident.get_by_role("link", name=THEME).first.click()
    assert "时间待定" in resident.locator("main").inner_text()
    assert CONTENT.splitlines()[0] in resident.locator("main").inner_text()
    stage.look(resident, "activity-vague")
    (event,) = events_of(resident)
    assert (event["STATUS"], event.decoded("DTEND") - event.decoded("DTSTART")) == ("TENTATIVE", timedelta(days=10))


def it_firms_up_under_the_same_address(stage: Stage) -> None:
    resident = stage.visitor("resident")
    (vague,) = events_of(resident)
    starts, ends = stage.now() + timedelta(hours=2), stage.now() + timedelta(hours=4)
    second = stage.visitor("second")
    second.get_by_role("link", name="增加场次").first.click()
    second.get_by_label("日期", exact=True).fill(starts.date().isoformat())
    second.get_by_label("开始时间").first.fill(f"{starts:%H:%M}")
    second.get_by_label("结束时间").first.fill(f"{ends:%H:%M}")
    for row, (name, seats) in enumerate(SEATS.items()):
        second.locator(f"[name='quotas-{row}-audience']").fill(name)
        second.locator(f"[name='quotas-{row}-seats']").fill(str(seats))
    second.get_by_label("现场名额").fill("2")
    stage.look(second, "occurrence-new")
    second.get_by_role("button", name="确定并公布").click()
    second.get_by_text("已公布").first.wait_for()
    stage.look(second, "publication-show")
    resident.reload()
    assert f"{starts:%H:%M}–{ends:%H:%M}" in resident.locator("main").inner_text()
    stage.look(resident, "activity")
    (firm,) = events_of(resident)
    assert firm["UID"] == vague["UID"]
    assert firm["SEQUENCE"] > vague["SEQUENCE"]
    assert (firm["STATUS"], firm.decoded("DTSTART").strftime("%H:%M")) == ("CONFIRMED", f"{starts:%H:%M}")
    resident.goto("")
    stage.look(resident, "home")


def events_of(page: Page) -> list[Calendar]:
    """The events of the calendar file that the activity's page offers."""
    address = page.locator("link[rel=alternate][type='text/calendar']").get_attribute("href")
    assert address
    return list(Calendar.from_ical(page.request.get(address).body()).walk("VEVENT"))


def address_in_the_qr(stage: Stage) -> str:
    """What a phone reads from the picture on the activity's page; the poster carries the same."""
    desk = stage.visitor("passer-by", kind="desk")
    desk.goto(stage.visitor("resident").url)
    desk.goto("")
    desk.get_by_role("link", name=THEME).first.click()
    picture = desk.locator("img[src*='qr.png']").first
    address = desk.request.get(str(picture.get_attribute("src"))).body()
    (code,) = decode(Image.open(BytesIO(address)))
    poster = desk.request.get(str(desk.get_by_role("link", name="海报").get_attribute("href"))).body()
    page = pypdfium2.PdfDocument(poster)[0].render(scale=2).to_pil()
    assert [found.data for found in decode(page)] == [code.data]
    return str(code.data.decode())


def sign_up(stage: Stage, address: str, who: str, *, name: str, phone: str, party: int, kind: str = "phone") -> Page:
    """Fill in the form behind the QR code as a resident does, down to the page after it."""
    page = stage.visitor(who, kind=kind)
    page.goto(address)
    page.get_by_label("姓名").fill(name)
    page.get_by_label("手机号码").fill(phone)
    page.get_by_label("报名人数").select_option(str(party))
    page.get_by_role("radio", name="市民代表").check()
    page.get_by_label("电子邮箱").fill(f"{who}@example.org")
    page.get_by_role("checkbox", name="同意").check()
    page.get_by_role("button", name="提交报名").click()
    return page


def residents_sign_up_by_the_code_in_the_picture(stage: Stage) -> None:
    address = address_in_the_qr(stage)
    assert urlsplit(address).netloc == urlsplit(stage.server.url).netloc
    first = stage.visitor("resident")
    first.goto(address)
    stage.look(first, "sign-up")
    first.get_by_role("button", name="提交报名").click()
    assert "手机号码" in first.get_by_role("alert").inner_text()
    stage.look(first, "sign-up-refused")
    first = sign_up(stage, address, "resident", name="柳如烟", phone="１３８ 0000 0001", party=2)
    first.get_by_role("heading", name="报名成功").wait_for()
    assert first.locator("meta[name=outcome]").get_attribute("content") == "confirmed"
    stage.look(first, "ticket")
    code = urlsplit(first.url).path.rsplit("/", 1)[1]
    assert code in stage.mail_to("resident@example.org", about=THEME)

    again = sign_up(stage, address, "twice", name="柳如烟", phone="+86 138-0000-0001", party=1)
    assert again.locator("meta[name=outcome]").get_attribute("content") == "duplicate"
    stage.look(again, "sign-up-duplicate")


def the_next_ones_wait_in_order(stage: Stage) -> None:
    address = address_in_the_qr(stage)
    for who, phone in (("couple", "13800000002"), ("later-couple", "13800000003")):
        page = sign_up(stage, address, who, name="温庭", phone=phone, party=2)
        page.get_by_role("heading", name="候补中").wait_for()
        assert page.locator("meta[name=outcome]").get_attribute("content") == "waitlisted"
    stage.look(stage.visitor("couple"), "ticket-waitlisted")
    stage.look(stage.visitor("later-couple"), "ticket-waitlisted-second")


def a_cancelled_seat_goes_to_the_first_who_waits(stage: Stage) -> None:
    resident = stage.visitor("resident")
    resident.go_back()
    resident.goto(ticket_address(stage, "resident"))
    resident.get_by_role("link", name="取消报名").click()
    stage.look(resident, "ticket-cancel")
    resident.get_by_role("button", name="取消").first.click()
    resident.get_by_role("heading", name="报名已取消").wait_for()
    stage.look(resident, "ticket-cancelled")
    for who, title in (("couple", "报名成功"), ("later-couple", "候补中")):
        page = stage.visitor(who)
        page.reload()
        page.get_by_role("heading", name=title).wait_for()
    assert ticket_code(stage, "couple") in stage.mail_to("couple@example.org", about="补")


def ticket_address(stage: Stage, who: str) -> str:
    """The ticket that somebody's confirmation leads to."""
    found = re.search(r"https?://\S+?/tickets/[a-z0-9]+", stage.mail_to(f"{who}@example.org", about=THEME))
    assert found
    return found.group()


def ticket_code(stage: Stage, who: str) -> str:
    """The secret code of that ticket."""
    return urlsplit(ticket_address(stage, who)).path.rsplit("/", 1)[1]


def a_smaller_party_lets_the_next_one_in(stage: Stage) -> None:
    page = stage.visitor("couple")
    page.get_by_label("报名人数").select_option("1")
    page.get_by_role("button", name="修改人数").click()
    page.get_by_role("definition").filter(has_text="1人").first.wait_for()
    later = stage.visitor("later-couple")
    later.reload()
    later.get_by_role("heading", name="报名成功").wait_for()
    page.get_by_label("报名人数").select_option("2")
    page.get_by_role("button", name="修改人数").click()
    assert "剩余名额不够" in page.get_by_role("alert").inner_text()
    stage.look(page, "ticket-party-refused")
