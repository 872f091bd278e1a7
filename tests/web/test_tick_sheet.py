"""The paper list typed back: each line once, with an answer of its own; and who did not come, kindly."""

from datetime import timedelta

import pytest
from flask import Flask

from openday import clock
from openday.models.occurrences import Occurrence
from openday.rules.door import Tick, read_ticks
from openday.rules.states import RegistrationStatus
from tests.factories.people import House
from tests.factories.registrations import party_on_list
from tests.services.test_checkin import book_of, row_of, todays
from tests.support.client import PageClient
from tests.support.pages import Page


def type_back(desk: PageClient, occurrence: Occurrence, text: str, status: int = 200) -> Page:
    page = desk.get(f"/desk/occurrences/{occurrence.code}/ticks")
    (form,) = [form for form in page.forms() if "numbers" in form.names]
    return desk.submit(form, status, numbers=text)


def test_each_line_counts_once_and_says_what_became_of_it(app: Flask, house: House) -> None:
    occurrence = todays(house)
    whole, part = party_on_list(occurrence, party_size=2), party_on_list(occurrence, party_size=3)
    waiting = party_on_list(occurrence, status=RegistrationStatus.WAITLISTED)
    desk = PageClient(app).log_in(house.desk)
    typed = f"{whole.number}\n\n{part.number}  1\n{waiting.number}\n999999\n"
    page = type_back(desk, occurrence, typed)
    assert [row_of(party).attended for party in (whole, part, waiting)] == [2, 1, 0]
    for answer in ("已签到2人", "已签到1人", "还在候补", "名单上没有这个凭证号", "签到2组"):
        assert answer in page.html
    again = type_back(desk, occurrence, typed)
    assert "签到0组" in again.html
    assert book_of(occurrence) == [("admit", 2), ("admit", 1)]


def test_an_unreadable_line_is_named_and_nothing_is_done(app: Flask, house: House) -> None:
    occurrence = todays(house)
    party = party_on_list(occurrence)
    page = type_back(PageClient(app).log_in(house.desk), occurrence, f"{party.number}\n张三", 422)
    assert "第2行看不懂" in page.html
    assert row_of(party).attended == 0


def test_after_the_end_those_who_did_not_come_are_shown_without_blame(app: Flask, house: House) -> None:
    occurrence = todays(house)
    came, absent = party_on_list(occurrence, name="张三丰"), party_on_list(occurrence, name="温如言")
    desk = PageClient(app).log_in(house.desk)
    type_back(desk, occurrence, came.number)
    before = desk.get(f"/desk/occurrences/{occurrence.code}/ticks")
    assert absent.number not in before.html
    with clock.shifted_by(timedelta(hours=6)):
        late = PageClient(app).log_in(house.desk)
        after = late.get(f"/desk/occurrences/{occurrence.code}/ticks")
    assert absent.number in after.html
    assert came.number not in after.html
    assert "不影响其今后报名" in after.html


def test_lines_are_read_as_people_write_them() -> None:
    assert read_ticks("０１２３４５\n 123456 ，２\n123457:1\n\n") == [
        Tick("012345"), Tick("123456", 2), Tick("123457", 1),
    ]  # fmt: skip
    for wrong in ("12345", "123456 2 3", "张三"):
        with pytest.raises(ValueError, match="第1行"):
            read_ticks(wrong)
