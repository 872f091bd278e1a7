"""The office keeps the calendar of working days; due dates follow it."""

from datetime import date, datetime

import pytest
from flask import Flask
from sqlalchemy import select

from openday.clock import SHANGHAI
from openday.db import session
from openday.errors import Forbidden, NotFound, Refused
from openday.models.aftermath import Suggestion
from openday.models.ledger import AuditEvent
from openday.queries.working_calendar import calendar_year, working_calendar
from openday.rules.deadlines import outcome_due
from openday.rules.states import SuggestionStatus
from openday.services import working_days
from tests.factories.people import House, Persona
from tests.factories.suggestions import suggestion


def test_a_fresh_house_reckons_with_the_notice_that_it_carries(any_house: House) -> None:
    """国庆节 2025: off from 1 to 8 October, worked on Sunday 28 September and Saturday 11 October."""
    assert outcome_due(date(2025, 9, 26), working_calendar()) == date(2025, 10, 10)
    assert working_calendar().unknown_years(date(2025, 1, 1), date(2099, 1, 1))[-1] == 2099
    assert not calendar_year(2025).entered


def test_the_first_day_of_the_office_does_not_push_the_notice_out(any_house: House) -> None:
    working_days.set_day(any_house.officer.actor, date(2025, 9, 29), rests=True, name="全区停电检修")
    assert calendar_year(2025).entered
    assert outcome_due(date(2025, 9, 26), working_calendar()) == date(2025, 10, 11)


def test_what_the_office_takes_out_of_a_notice_stays_out(any_house: House) -> None:
    officer = any_house.officer.actor
    working_days.load_state_holidays(officer, 2025)
    working_days.remove_day(officer, date(2025, 9, 28))
    assert outcome_due(date(2025, 9, 26), working_calendar()) == date(2025, 10, 11)


def test_loading_a_year_twice_changes_nothing_and_keeps_the_days_of_the_office(any_house: House) -> None:
    admin = any_house.admin.actor
    working_days.set_day(admin, date(2025, 3, 3), rests=True, name="全区停电检修")
    working_days.set_day(admin, date(2025, 10, 1), rests=True, name="名称写错了")
    assert working_days.load_state_holidays(admin, 2025) == 1
    assert working_days.load_state_holidays(admin, 2025) == 0
    days = {each.day: each.name for each in calendar_year(2025).days}
    assert days[date(2025, 3, 3)] == "全区停电检修"
    assert days[date(2025, 10, 1)].startswith("国庆节")


def test_a_year_without_a_notice_is_entered_by_hand(any_house: House) -> None:
    officer = any_house.officer.actor
    with pytest.raises(Refused, match="没有2099年的放假安排"):
        working_days.load_state_holidays(officer, 2099)
    assert (calendar_year(2099).known, calendar_year(2099).loadable) == (False, False)
    working_days.set_day(officer, date(2099, 10, 1), rests=True, name=" 国庆节\u200b ")
    shown = calendar_year(2099)
    assert [(each.day, each.rests, each.name) for each in shown.days] == [(date(2099, 10, 1), True, "国庆节")]
    assert shown.missing == ("元旦", "春节", "清明节", "劳动节", "端午节")
    assert not shown.known
    for month, day in ((1, 1), (1, 21), (4, 5), (5, 1), (6, 3), (9, 29)):
        working_days.set_day(officer, date(2099, month, day), rests=True)
    assert calendar_year(2099).known
    assert working_calendar().unknown_years(date(2099, 1, 1), date(2100, 1, 1)) == (2100,)


NOTICE = """一、元旦：1月1日（周五）至3日（周日）放假，共3天。
二、春节：2月5日至11日放假调休，共7天。2月13日（星期六）上班。
三、清明节：4月5日放假，与周末连休。
四、劳动节：5月1日至5日放假调休，共5天。5月8日（周六）上班。
五、端午节：6月9日放假，不调休。
六、中秋节：9月15日放假，不调休。
七、国庆节：10月1日至7日放假调休，共7天。10月9日（周六）上班。"""


def test_the_pasted_notice_of_the_year_ahead_makes_it_known(any_house: House) -> None:
    """The wording is that of the notices; the days are made up."""
    officer = any_house.officer.actor
    working_days.set_day(officer, date(2027, 3, 3), rests=True, name="全区停电检修")
    assert working_days.enter_notice(officer, 2027, NOTICE) == 28
    assert working_days.enter_notice(officer, 2027, NOTICE) == 0
    assert calendar_year(2027).known
    calendar = working_calendar()
    assert calendar.is_working_day(date(2027, 10, 9)) and not calendar.is_working_day(date(2027, 9, 15))
    assert date(2027, 3, 3) in {each.day for each in calendar_year(2027).days}


def test_a_notice_that_reaches_into_a_carried_year_does_not_push_its_days_out(any_house: House) -> None:
    words = NOTICE.replace("1月1日（周五）至3日（周日）", "2026年12月31日至2027年1月2日")
    working_days.enter_notice(any_house.officer.actor, 2027, words)
    calendar = working_calendar()
    assert not calendar.is_working_day(date(2026, 12, 31))
    assert calendar.is_working_day(date(2026, 10, 10)) and not calendar.is_working_day(date(2026, 10, 7))


def test_a_text_without_days_is_refused(any_house: House) -> None:
    with pytest.raises(Refused, match="粘贴") as refused:
        working_days.enter_notice(any_house.officer.actor, 2027, "放假安排另行通知。")
    assert refused.value.field == "text"
    assert not calendar_year(2027).entered


def test_due_dates_that_are_written_down_move_with_the_calendar(any_house: House) -> None:
    """Received on Friday 17 September 2027, ten working days lead to 1 October as long as nobody knows the notice."""
    received = datetime(2027, 9, 17, 9, tzinfo=SHANGHAI)
    waiting, answered = (
        suggestion(any_house, status, received_at=received, due_on=date(2027, 10, 1))
        for status in (SuggestionStatus.OPEN, SuggestionStatus.ANSWERED)
    )
    working_days.enter_notice(any_house.officer.actor, 2027, NOTICE)
    assert session().get_one(Suggestion, waiting.id).due_on == date(2027, 10, 8)
    assert session().get_one(Suggestion, answered.id).due_on == date(2027, 10, 1)


def test_a_make_up_day_is_a_weekend_day(any_house: House) -> None:
    officer = any_house.officer.actor
    with pytest.raises(Refused) as refused:
        working_days.set_day(officer, date(2026, 10, 9), rests=False)
    assert refused.value.field == "day"
    working_days.set_day(officer, date(2099, 10, 10), rests=False, name="国庆节调休")
    assert working_calendar().is_working_day(date(2099, 10, 10))


def test_a_day_is_corrected_and_taken_out_again(any_house: House) -> None:
    officer = any_house.officer.actor
    saturday = date(2026, 10, 10)  # worked by the notice
    assert working_calendar().is_working_day(saturday)
    working_days.set_day(officer, saturday, rests=True, name="国庆节")
    assert not working_calendar().is_working_day(saturday)
    working_days.remove_day(officer, saturday)
    assert saturday not in {each.day for each in calendar_year(2026).days}
    with pytest.raises(NotFound):
        working_days.remove_day(officer, saturday)


@pytest.mark.parametrize(("day", "name", "field"), [
    (date(1999, 12, 31), "元旦", "day"), (date(2101, 1, 3), "元旦", "day"), (date(2026, 1, 1), "长" * 61, "name"),
])  # fmt: skip
def test_a_day_far_away_or_with_a_long_name_is_refused(house: House, day: date, name: str, field: str) -> None:
    with pytest.raises(Refused) as refused:
        working_days.set_day(house.officer.actor, day, rests=True, name=name)
    assert refused.value.field == field


@pytest.mark.parametrize("who", ["filer", "reviewer", "desk", "auditor"])
def test_only_the_office_and_its_administrators_change_the_calendar(house: House, who: str) -> None:
    persona: Persona = getattr(house, who)
    with pytest.raises(Forbidden):
        working_days.set_day(persona.actor, date(2026, 1, 1), rests=True)
    with pytest.raises(Forbidden):
        working_days.remove_day(persona.actor, date(2026, 1, 1))
    with pytest.raises(Forbidden):
        working_days.load_state_holidays(persona.actor, 2025)
    with pytest.raises(Forbidden):
        working_days.enter_notice(persona.actor, 2027, NOTICE)
    assert not calendar_year(2026).entered and not calendar_year(2025).entered


def test_every_change_is_in_the_ledger_once(any_app: Flask, any_house: House) -> None:
    officer = any_house.officer.actor
    working_days.load_state_holidays(officer, 2025)
    working_days.set_day(officer, date(2026, 1, 1), rests=True, name="元旦")
    working_days.remove_day(officer, date(2026, 1, 1))
    rows = session().execute(select(AuditEvent.action, AuditEvent.actor_id).order_by(AuditEvent.id)).all()
    assert [tuple(row) for row in rows] == [
        ("working_days.load", officer.user_id),
        ("working_days.set", officer.user_id),
        ("working_days.remove", officer.user_id),
    ]
