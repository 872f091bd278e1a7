"""The office's first page says what needs action, and its numbers can be counted."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

from flask import Flask

from openday import clock
from openday.clock import SHANGHAI
from openday.db import db, use_case
from openday.models.activities import Activity
from openday.models.aftermath import Outcome, Suggestion
from openday.models.calls import CallAgency
from openday.models.occurrences import Occurrence
from openday.models.people import Agency
from openday.models.plans import Plan, PlanEvent
from openday.queries.board import office_board
from openday.rules.plan_states import PlanStatus
from openday.rules.states import SuggestionStatus
from openday.rules.topic_states import ProposalStatus
from openday.services import working_days
from tests.factories.activities import published_activity
from tests.factories.calls import call_of
from tests.factories.occurrences import open_occurrence
from tests.factories.people import House
from tests.factories.plans import FILLED, plan_in
from tests.factories.topics import proposal, topic_call
from tests.support.client import PageClient
from tests.support.pages import Page
from tests.support.queries import count_queries


def _numbers(page: Page) -> dict[str, int]:
    found = {}
    for item in page.all("//ul[contains(@class, 'numbers')]/li/a"):
        value, label = (each.xpath("string()").strip() for each in item.xpath("./span"))
        found[label] = int(value)
    return found


def _rows(page: Page, section: str) -> list[list[str]]:
    text = "string(./span[@class='table__value'] | self::th)"
    rows = page.all(f"//section[@id='{section}']//tbody/tr")
    return [[" ".join(cell.xpath(text).split()) for cell in row] for row in rows]


@use_case
def _add(*rows: Any) -> None:
    db.session.add_all(rows)


@use_case
def _outcome(house: House, plan: Plan, *, held_on: date) -> None:
    """Filed the day after."""
    db.session.add(
        Outcome(plan_id=plan.id, held_on=held_on, text="参观座谈", author_id=house.filer.id, filed_at=clock.now())
    )


def _suggestion(
    house: House,
    status: SuggestionStatus,
    due_on: date | None,
    text: str = "周末能否开放",
    about: Activity | None = None,
) -> Suggestion:
    answered = {"reply": "已延长开放时间", "adoption": "adopted"} if status is SuggestionStatus.ANSWERED else {}
    return Suggestion(
        agency_id=house.agency_id, status=status.value, text=text, received_at=clock.now(), due_on=due_on,
        activity_id=about.id if about else None, **answered,
    )  # fmt: skip


def test_a_fresh_office_is_told_to_open_a_call(client: PageClient, house: House) -> None:
    page = client.log_in(house.officer).get("/office/")
    assert _numbers(page) == {"未报齐单位": 0, "待审核": 0, "逾期": 0}
    assert page.links()["发布征集通知"] == "/office/calls/new"


def test_the_three_numbers_and_where_they_lead(client: PageClient, house: House) -> None:
    call = call_of(house, due_on=clock.today() + timedelta(days=20), year=clock.today().year)
    plan_in(PlanStatus.OFFICE_REVIEW, house, call=call)
    plan_in(PlanStatus.RETURNED, house, call=call, agency_id=house.other_agency_id)
    plan_in(PlanStatus.OFFICE_REVIEW, house, theme="不属于通知的计划")
    _add(_suggestion(house, SuggestionStatus.OPEN, clock.today() - timedelta(days=1)))
    page = client.log_in(house.officer).get("/office/")
    assert _numbers(page) == {"未报齐单位": 1, "待审核": 2, "逾期": 1}
    assert [row[0] for row in _rows(page, "coverage")] == ["云溪区水务局"]
    hrefs = {link.xpath("string(./span[2])"): link.get("href") for link in page.all("//ul[@class='numbers']//a")}
    waiting = client.get(hrefs["待审核"])
    assert len(waiting.all("//tbody/tr")) == 2
    assert [row[0] for row in _rows(client.get(hrefs["未报齐单位"]), "agencies")] == ["云溪区水务局"]
    assert hrefs["逾期"].endswith("#overdue")


def test_the_coverage_follows_each_plan_from_owed_to_reported(app: Flask, client: PageClient, house: House) -> None:
    call = call_of(house, year=clock.today().year, owed=6)
    for status in (PlanStatus.DRAFT, PlanStatus.OFFICE_REVIEW, PlanStatus.ON_RECORD, PlanStatus.CANCELLED):
        plan_in(status, house, call=call)
    future = published_activity(house, theme="还没有开")
    over = published_activity(house, theme="开过了")
    open_occurrence(over, starts_in=timedelta(days=-2))
    reported = published_activity(house, theme="报过了", first_day=date(2026, 1, 7))
    for activity in (future, over, reported):
        _move_to_call(activity.plan_id, call.id)
    _outcome(house, db.session.get_one(Plan, reported.plan_id), held_on=date(2026, 1, 7))
    _add(
        _suggestion(house, SuggestionStatus.ANSWERED, None, about=over),
        _suggestion(house, SuggestionStatus.OPEN, None, about=over),
    )
    page = client.log_in(house.officer).get("/office/coverage?show=all&sort=agency")
    assert [row[:8] for row in _rows(page, "agencies")] == [
        ["云溪区图书馆", "6", "6", "5", "3", "2", "1", "1/2"],
        ["云溪区水务局", "6", "0", "0", "0", "0", "0", "–"],
    ]


@use_case
def _move_to_call(plan_id: int, call_id: int) -> None:
    db.session.get_one(Plan, plan_id).call_id = call_id


def test_an_outcome_is_overdue_after_five_working_days_and_not_before(any_app: Flask, any_house: House) -> None:
    """Held on Friday 6 March 2026; five working days end on Friday 13 March."""
    activity = published_activity(any_house, theme="春天的图书馆")
    occurrence = open_occurrence(activity)
    _reschedule(occurrence.id, datetime(2026, 3, 6, 14, tzinfo=SHANGHAI))
    officer = any_house.officer.actor

    def overdue_on(day: date) -> int:
        return office_board(officer, datetime.combine(day, time(9), SHANGHAI)).outcomes_overdue

    assert [overdue_on(date(2026, 3, day)) for day in (6, 12, 13, 14)] == [0, 0, 0, 1]
    [late] = office_board(officer, datetime(2026, 3, 17, 9, tzinfo=SHANGHAI)).outcomes
    assert (late.last_day, late.deadline.due) == (date(2026, 3, 6), date(2026, 3, 13))
    assert late.deadline.label == "已逾期2个工作日"
    working_days.set_day(officer, date(2026, 3, 9), rests=True, name="全区停电检修")
    assert [overdue_on(date(2026, 3, day)) for day in (14, 16, 17)] == [0, 0, 1]


@use_case
def _reschedule(occurrence_id: int, starts_at: datetime) -> None:
    row = db.session.get_one(Occurrence, occurrence_id)
    row.starts_at, row.ends_at = starts_at, starts_at + timedelta(hours=2)


def test_a_vague_activity_is_over_with_the_last_day_of_its_period(any_app: Flask, any_house: House) -> None:
    published_activity(any_house, first_day=date(2026, 3, 1), last_day=date(2026, 3, 6))
    officer = any_house.officer.actor
    assert office_board(officer, datetime(2026, 3, 13, 23, tzinfo=SHANGHAI)).outcomes_overdue == 0
    assert office_board(officer, datetime(2026, 3, 14, 0, tzinfo=SHANGHAI)).outcomes_overdue == 1
    far = office_board(any_house.far_officer.actor, datetime(2026, 3, 20, tzinfo=SHANGHAI))
    assert (far.outcomes_overdue, far.outcomes, far.latest, far.coverage.calls) == (0, (), (), ())


def test_suggestions_that_wait_for_the_office_and_late_answers_are_listed(client: PageClient, house: House) -> None:
    today = clock.today()
    _add(
        _suggestion(house, SuggestionStatus.RECEIVED, None, "刚收到"),
        _suggestion(house, SuggestionStatus.OPEN, today + timedelta(days=30), "单位还有时间"),
        _suggestion(house, SuggestionStatus.OPEN, today - timedelta(days=30), "单位逾期未答复"),
        _suggestion(house, SuggestionStatus.AGENCY_APPROVED, today + timedelta(days=30), "等待公开"),
        _suggestion(house, SuggestionStatus.REMOVED, today - timedelta(days=30), "不予公开"),
    )
    page = client.log_in(house.officer).get("/office/")
    # An answer to what came in today is due in ten working days, before the thirty days of the others.
    assert [row[0] for row in _rows(page, "suggestions")] == ["单位逾期未答复", "刚收到", "等待公开"]
    assert "待办2条，逾期1条" in page.text("h2")


def test_the_clock_of_a_suggestion_runs_while_it_waits_to_be_accepted(client: PageClient, house: House) -> None:
    forgotten = _suggestion(house, SuggestionStatus.RECEIVED, None, "一个月无人受理")
    forgotten.received_at = clock.now() - timedelta(days=40)
    _add(forgotten, _suggestion(house, SuggestionStatus.RECEIVED, None, "刚收到"))
    page = client.log_in(house.officer).get("/office/")
    assert "待办2条，逾期1条" in page.text("h2")
    late, fresh = _rows(page, "suggestions")
    assert late[0] == "一个月无人受理" and "已逾期" in late[-1]
    assert fresh[0] == "刚收到" and "还有10个工作日" in fresh[-1]
    listed = client.get("/office/suggestions").text("//tbody")
    assert "已逾期" in listed and "还有10个工作日" in listed


def test_topics_that_wait_for_the_office_stand_on_the_board(client: PageClient, house: House) -> None:
    page = client.log_in(house.officer).get("/office/")
    assert "公众主题建议" not in page.text("main")
    found = proposal(house, topic_call(house), ProposalStatus.RECEIVED)
    page = client.get("/office/")
    assert "公众主题建议待办理（1）" in page.text("h2")
    assert page.links()[found.title] == f"/office/topics/{found.id}"


def test_the_board_asks_as_little_for_sixty_agencies_as_for_five(client: PageClient, house: House) -> None:
    call_id = call_of(house, year=clock.today().year).id
    client.log_in(house.officer)
    _more_agencies(house, call_id, range(3))
    pages = ("/office/", "/office/coverage?show=all", "/office/clashes", "/office/year")
    with count_queries() as few:
        for page in pages:
            client.get(page)
    _more_agencies(house, call_id, range(3, 58))
    with count_queries() as many:
        texts = [client.get(page).text("main") for page in pages]
    assert "第20中学" in texts[1] and "第20中学" in texts[2]
    assert len(many) == len(few)
    for page in pages:
        with count_queries() as asked:
            client.get(page)
        assert len(asked) < 20, page


@use_case
def _more_agencies(house: House, call_id: int, numbers: range) -> None:
    """Each with a plan, an event and a suggestion of its own."""
    now = clock.now()
    for number in numbers:
        agency = Agency(
            name=f"云溪区第{number:02d}中学", slug=f"school-{number}", jurisdiction_id=house.jurisdiction_id
        )
        db.session.add(agency)
        db.session.flush()
        plan = Plan(agency_id=agency.id, call_id=call_id, status="office_review", version=1, created_at=now)
        text = replace(FILLED, time_text=f"{now.year + 1}年5月16日14:00—16:00")
        plan.take_text(text, year=now.year, author_id=house.filer.id, now=now)
        suggestion = _suggestion(house, SuggestionStatus.RECEIVED, None)
        suggestion.agency_id = agency.id
        db.session.add_all([plan, suggestion, CallAgency(call_id=call_id, agency_id=agency.id, owed=2)])
        db.session.flush()
        db.session.add(_submitted(house, plan, now))


def _submitted(house: House, plan: Plan, now: datetime) -> PlanEvent:
    return PlanEvent(
        plan_id=plan.id, action="submit_directly", from_status="draft", to_status="office_review",
        actor_id=house.filer.id, at=now,
    )  # fmt: skip


def test_a_closed_call_is_not_on_the_board(client: PageClient, house: House) -> None:
    call_of(house, status="closed")
    page = client.log_in(house.officer).get("/office/")
    assert _numbers(page)["未报齐单位"] == 0
    assert "目前没有正在征集的通知" in page.text("main")


def test_a_year_without_holidays_is_pointed_out_loudly(app: Flask, house: House) -> None:
    known = office_board(house.officer.actor, datetime(2026, 3, 2, tzinfo=SHANGHAI)).calendar_warning
    unknown = office_board(house.officer.actor, datetime(2098, 12, 20, tzinfo=SHANGHAI)).calendar_warning
    assert known == ""
    assert unknown == "2098年、2099年放假安排尚未录入，暂按周一至周五为工作日推算"
