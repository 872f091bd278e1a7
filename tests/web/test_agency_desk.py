"""The agency's first page: what waits for whom, and when it is due."""

from datetime import date, timedelta

from flask import Flask

from openday import clock
from openday.db import db, use_case
from openday.models.aftermath import Outcome, Suggestion
from openday.rules.plan_states import PlanStatus
from openday.rules.states import SuggestionStatus
from tests.factories.calls import call_of
from tests.factories.people import House
from tests.factories.plans import plan_in
from tests.support.client import PageClient


@use_case
def suggestion(house: House, status: SuggestionStatus, text: str, agency_id: int | None = None) -> None:
    db.session.add(
        Suggestion(
            agency_id=agency_id or house.agency_id,
            status=status.value,
            text=text,
            received_at=clock.now(),
            due_on=clock.today() + timedelta(days=10),
        )
    )


def test_an_agency_with_nothing_to_do_is_told_so(app: Flask, house: House) -> None:
    page = PageClient(app).log_in(house.filer).get("/agency/")
    assert "现在没有待办事项" in page.text("//main")
    assert page.links()["新报一个计划"] == "/agency/plans/new"


def test_each_sees_what_waits_for_them(app: Flask, house: House) -> None:
    plan_in(PlanStatus.RETURNED, house, theme="被退回的")
    plan_in(PlanStatus.AGENCY_REVIEW, house, theme="等审核的")
    plan_in(PlanStatus.DRAFT, house, theme="没写完的")
    plan_in(PlanStatus.RETURNED, house, theme="别家的", agency_id=house.other_agency_id)
    suggestion(house, SuggestionStatus.OPEN, "希望延长开放时间")
    suggestion(house, SuggestionStatus.DRAFTED, "希望增加座位")
    suggestion(house, SuggestionStatus.OPEN, "别家的意见", house.other_agency_id)
    filer = PageClient(app).log_in(house.filer).get("/agency/").text("//main")
    reviewer = PageClient(app).log_in(house.reviewer).get("/agency/").text("//main")
    everything = ["被退回的", "等审核的", "没写完的", "希望延长开放时间", "希望增加座位", "别家"]
    assert [text for text in everything if text in filer] == ["被退回的", "没写完的", "希望延长开放时间"]
    assert [text for text in everything if text in reviewer] == ["等审核的", "希望增加座位"]


def test_a_draft_shows_how_its_calls_deadline_stands(app: Flask, house: House) -> None:
    today = clock.today()
    call = call_of(house, year=today.year, due_on=today - timedelta(days=20))
    plan_in(PlanStatus.DRAFT, house, call=call)
    page = PageClient(app).log_in(house.filer).get("/agency/")
    assert "已逾期" in page.text("//main//table")


def test_an_activity_that_is_over_waits_for_its_outcome_until_it_is_filed(app: Flask, house: House) -> None:
    held = plan_in(PlanStatus.PUBLISHED, house, theme="已经办过的", time_text="2026年9月16日")
    plan_in(PlanStatus.PUBLISHED, house, theme="还没办的", time_text=f"{clock.today().year + 1}年9月16日")
    filer = PageClient(app).log_in(house.filer)
    main = filer.get("/agency/").text("//main")
    assert ("已经办过的" in main, "还没办的" in main) == (True, False)
    # Five working days after Wednesday 16 September; Sunday the 20th is a make-up working day.
    assert "2026年9月22日（星期二）" in main

    @use_case
    def report() -> None:
        db.session.add(
            Outcome(
                plan_id=held.id,
                held_on=date(2026, 9, 16),
                text="顺利开展",
                author_id=house.filer.id,
                filed_at=clock.now(),
            )
        )

    report()
    assert "已经办过的" not in filer.get("/agency/").text("//main")


def test_a_call_whose_day_has_passed_is_not_set_before_the_eye(app: Flask, house: House) -> None:
    today = clock.today()
    call_of(house, due_on=today - timedelta(days=1), title="已过期的通知")
    call_of(house, due_on=today, title="今天截止的通知")
    page = PageClient(app).log_in(house.filer).get("/agency/")
    notices = page.text("//*[contains(@class, 'notice')]")
    assert "今天截止的通知" in notices and "已过期的通知" not in notices
    assert "报送期已过的通知（1）" in page.text("//details/summary")
    assert "已过期的通知" in page.text("//details")


def test_the_navigation_stays_marked_on_the_page_of_one_plan(app: Flask, house: House) -> None:
    plan = plan_in(PlanStatus.DRAFT, house)
    filer = PageClient(app).log_in(house.filer)
    marked = "//header//nav//a[@aria-current]"
    assert filer.get("/agency/plans").text(marked + "[@aria-current='page']") == "活动计划"
    for address in (f"/agency/plans/{plan.code}", f"/agency/plans/{plan.code}/edit", "/agency/plan-imports/new"):
        assert filer.get(address).text(marked + "[@aria-current='true']") == "活动计划", address
