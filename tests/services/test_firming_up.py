"""Vague times have to be fixed by a day that filer and office see, and agencies are told of, once each."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from openday import clock
from openday.clock import SHANGHAI
from openday.db import db, use_case
from openday.errors import Conflict, NotFound, Refused
from openday.models.calls import Call
from openday.models.ledger import AuditEvent, Message
from openday.models.people import Agency, User
from openday.models.plans import Plan
from openday.queries.firming_up import plan_to_firm_up, plans_to_firm_up
from openday.queries.working_calendar import working_calendar
from openday.rules.plan_states import PlanStatus
from openday.rules.states import OccurrenceStatus
from openday.services.firming_up import remind_of_vague_times, set_firm_by
from tests.factories.activities import published_activity
from tests.factories.calls import call_of
from tests.factories.occurrences import open_occurrence
from tests.factories.people import House
from tests.factories.plans import plan_in
from tests.support.queries import count_queries

MIDDLE_OF_SEPTEMBER = "9月中旬"
DUE = date(2026, 8, 28)
"""Ten working days before 11 September 2026."""


def at(moment: datetime) -> AbstractContextManager[None]:
    return clock.shifted_by(moment - clock.now())


def morning(day: date, hour: int = 9) -> datetime:
    return datetime(day.year, day.month, day.day, hour, 30, tzinfo=SHANGHAI)


def plan_url(code: str) -> str:
    return f"https://open.example.gov.cn/agency/plans/{code}"


def letters() -> Sequence[Message]:
    kinds = ("plan_firm_up_due", "plan_firm_up_late")
    return db.session.scalars(select(Message).where(Message.kind.in_(kinds)).order_by(Message.id)).all()


def due_of(house: House, code: str) -> date | None:
    line = plan_to_firm_up(house.officer.actor, code, clock.now())
    return line.deadline.due if line and line.deadline else None


def test_a_vague_plan_on_record_is_to_be_fixed_ten_working_days_before(any_house: House) -> None:
    with at(morning(date(2026, 7, 1))):
        code = plan_in(PlanStatus.ON_RECORD, any_house, time_text=MIDDLE_OF_SEPTEMBER).code
        for who in (any_house.filer, any_house.officer):
            (line,) = plans_to_firm_up(who.actor, clock.now())
            assert (line.code, line.deadline and line.deadline.due) == (code, DUE)
        for who in (any_house.other_filer, any_house.far_officer):
            assert plans_to_firm_up(who.actor, clock.now()) == ()
            assert plan_to_firm_up(who.actor, code, clock.now()) is None


def test_a_call_says_how_many_days_and_the_office_may_set_another_day_for_one_plan(any_house: House) -> None:
    officer = any_house.officer.actor
    with at(morning(date(2026, 7, 1))):
        call = call_of(any_house)
        _set_days(call.id, 5)
        code = plan_in(PlanStatus.ON_RECORD, any_house, call=call, time_text=MIDDLE_OF_SEPTEMBER).code
        assert due_of(any_house, code) == date(2026, 9, 4)
        set_firm_by(officer, code, date(2026, 9, 10))
        assert due_of(any_house, code) == date(2026, 9, 10)
        for day, said in ((date(2026, 6, 30), "早于今天"), (date(2026, 9, 21), "最晚的一天")):
            with pytest.raises(Refused, match=said) as refused:
                set_firm_by(officer, code, day)
            assert refused.value.field == "firm_by"
        set_firm_by(officer, code, None)
        assert due_of(any_house, code) == date(2026, 9, 4)
    acts = list(db.session.scalars(select(AuditEvent.action)))
    assert acts.count("plan.firm_by") == 2


@use_case
def _set_days(call_id: int, days: int) -> None:
    db.session.get_one(Call, call_id).firm_up_days = days


def test_only_the_office_in_reach_sets_the_day_and_only_where_a_time_is_vague(house: House) -> None:
    vague = plan_in(PlanStatus.ON_RECORD, house, year=2027, time_text=MIDDLE_OF_SEPTEMBER).code
    exact = plan_in(PlanStatus.ON_RECORD, house, year=2027).code
    for who in (house.filer, house.reviewer, house.far_officer, house.auditor):
        with pytest.raises(NotFound):
            set_firm_by(who.actor, vague, date(2027, 8, 2))
    with pytest.raises(Conflict):
        set_firm_by(house.officer.actor, exact, date(2027, 8, 2))


@pytest.mark.parametrize(("status", "time_text", "waits"), [
    (PlanStatus.ON_RECORD, "2027年9月", True), (PlanStatus.ON_RECORD, "2027年三季度", True),
    (PlanStatus.ON_RECORD, "2027年9月16日", False), (PlanStatus.ON_RECORD, "另行通知", True),
    (PlanStatus.DRAFT, "2027年9月", False), (PlanStatus.OFFICE_REVIEW, "2027年9月", False),
    (PlanStatus.ON_RECORD, "2025年9月", False),
])  # fmt: skip
def test_what_is_exact_not_on_record_yet_or_past_waits_for_nothing(
    house: House, status: PlanStatus, time_text: str, waits: bool
) -> None:
    code = plan_in(status, house, time_text=time_text).code
    assert [line.code for line in plans_to_firm_up(house.filer.actor, clock.now())] == ([code] if waits else [])


def test_a_public_activity_waits_until_an_occurrence_stands_and_a_proposal_hands_it_to_the_office(
    any_house: House,
) -> None:
    activity = published_activity(any_house)
    filer = any_house.filer.actor
    (line,) = plans_to_firm_up(filer, clock.now())
    assert (line.activity, line.proposed) == (activity.code, 0)
    open_occurrence(activity, status=OccurrenceStatus.PROPOSED, starts_in=timedelta(days=50))
    (line,) = plans_to_firm_up(filer, clock.now())
    assert line.proposed == 1
    open_occurrence(activity, starts_in=timedelta(days=50))
    assert plans_to_firm_up(filer, clock.now()) == ()


def test_the_list_can_be_narrowed_to_what_presses(any_house: House) -> None:
    with at(morning(date(2026, 8, 24))):
        pressing = plan_in(PlanStatus.ON_RECORD, any_house, time_text=MIDDLE_OF_SEPTEMBER).code
        plan_in(PlanStatus.ON_RECORD, any_house, time_text="10月下旬")
        plan_in(PlanStatus.ON_RECORD, any_house, time_text="另行通知")
        within = plans_to_firm_up(any_house.officer.actor, clock.now(), within=5)
        assert [line.code for line in within] == [pressing]
        assert len(plans_to_firm_up(any_house.officer.actor, clock.now())) == 3


def test_the_agency_is_told_five_working_days_before_and_when_it_has_passed_once_each(any_house: House) -> None:
    with at(morning(date(2026, 8, 20))):
        code = plan_in(PlanStatus.ON_RECORD, any_house, time_text=MIDDLE_OF_SEPTEMBER).code
        assert remind_of_vague_times(plan_url) == 0
    for day, handled in (
        (date(2026, 8, 21), 1), (date(2026, 8, 24), 0), (date(2026, 8, 28), 0),
        (date(2026, 8, 29), 0),  # a Saturday
        (date(2026, 8, 31), 1), (date(2026, 9, 1), 0),
    ):  # fmt: skip
        with at(morning(day)):
            assert remind_of_vague_times(plan_url) == handled, day
    first, second = letters()
    assert first.subject == "请确定活动时间：走进图书馆" and second.subject == "活动时间逾期未确定：走进图书馆"
    assert first.recipient == "filer@example.org"
    assert "2026年8月28日（星期五）前" in (first.body or "") and "还有5个工作日" in (first.body or "")
    assert plan_url(code) in (second.body or "") and "已逾期1个工作日" in (second.body or "")


def test_nobody_is_written_to_at_night_and_nobody_who_has_proposed_a_time(any_house: House) -> None:
    with at(morning(date(2026, 8, 25))):
        activity = published_activity(any_house, first_day=date(2026, 9, 11), last_day=date(2026, 9, 20))
        plan_in(PlanStatus.ON_RECORD, any_house, time_text=MIDDLE_OF_SEPTEMBER)
        open_occurrence(activity, status=OccurrenceStatus.PROPOSED, starts_in=timedelta(days=20))
    for hour in (6, 19):
        with at(morning(date(2026, 8, 25), hour)):
            assert remind_of_vague_times(plan_url) == 0
    with at(morning(date(2026, 8, 25))):
        assert remind_of_vague_times(plan_url) == 1


def test_another_day_set_by_the_office_is_called_to_mind_anew(any_house: House) -> None:
    with at(morning(date(2026, 7, 1))):
        code = plan_in(PlanStatus.ON_RECORD, any_house, time_text=MIDDLE_OF_SEPTEMBER).code
    with at(morning(date(2026, 8, 31))):
        assert remind_of_vague_times(plan_url) == 1
        set_firm_by(any_house.officer.actor, code, date(2026, 9, 4))
        assert remind_of_vague_times(plan_url) == 1
        assert remind_of_vague_times(plan_url) == 0
    assert [letter.kind for letter in letters()] == ["plan_firm_up_late", "plan_firm_up_due"]


def test_an_agency_without_a_mailbox_is_noted_and_not_tried_again(any_house: House) -> None:
    _close_mailboxes(any_house.agency_id)
    with at(morning(date(2026, 8, 31))):
        plan_in(PlanStatus.ON_RECORD, any_house, time_text=MIDDLE_OF_SEPTEMBER)
        assert [remind_of_vague_times(plan_url) for _ in range(2)] == [1, 0]
    assert letters() == []


@use_case
def _close_mailboxes(agency_id: int) -> None:
    db.session.get_one(Agency, agency_id).email = ""
    for user in db.session.scalars(select(User).where(User.agency_id == agency_id)):
        user.email = ""


def test_a_date_reckoned_without_a_notice_says_so(house: House) -> None:
    with at(morning(date(2098, 11, 21))):
        code = plan_in(PlanStatus.ON_RECORD, house, year=2099, time_text=MIDDLE_OF_SEPTEMBER).code
        line = plan_to_firm_up(house.filer.actor, code, clock.now())
        assert line is not None and line.deadline is not None
        assert line.deadline.assumed == "2098年、2099年放假安排未录入，暂估"
        assert working_calendar().unknown_years(line.deadline.due, line.deadline.due) == (2099,)


def test_forty_plans_cost_as_many_statements_as_four(house: House) -> None:
    spent = []
    for _ in (4, 36):
        for _number in range(_):
            plan_in(PlanStatus.ON_RECORD, house, year=2027, time_text=MIDDLE_OF_SEPTEMBER)
        actor = house.officer.actor
        with count_queries() as statements:
            plans_to_firm_up(actor, clock.now(), within=5)
        spent.append(len(statements))
    assert spent == [3, 3]
    assert db.session.query(Plan).count() == 40
