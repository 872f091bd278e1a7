"""The page of numbers: each can be counted by hand."""

from datetime import date, datetime, timedelta

import pytest
from flask import Flask

from openday import clock
from openday.clock import SHANGHAI
from openday.db import db, use_case
from openday.models.aftermath import Outcome, Suggestion
from openday.models.plans import Plan
from openday.models.registrations import Registration
from openday.queries.statistics import Span, statistics
from openday.rules.plan_states import PlanStatus
from openday.rules.states import Adoption, OccurrenceStatus, RegistrationStatus
from tests.factories.activities import published_activity
from tests.factories.calls import call_of
from tests.factories.occurrences import open_occurrence
from tests.factories.people import House
from tests.factories.plans import plan_in
from tests.factories.registrations import party_on_list
from tests.support.client import PageClient
from tests.support.queries import count_queries

EVERYTHING = Span()


def test_plans_are_counted_by_state_and_by_the_month_in_which_they_begin(any_app: Flask, any_house: House) -> None:
    house = any_house
    for status, time_text in [
        (PlanStatus.OFFICE_REVIEW, "9月16日"),
        (PlanStatus.ON_RECORD, "9月下旬至10月"),
        (PlanStatus.ON_RECORD, "11月"),
        (PlanStatus.DRAFT, "9月1日"),
        (PlanStatus.RETURNED, "另行通知"),
    ]:
        plan_in(status, house, time_text=time_text)
    found = statistics(house.officer.actor, EVERYTHING, clock.now())
    assert found.by_status == {
        PlanStatus.DRAFT: 1, PlanStatus.OFFICE_REVIEW: 1, PlanStatus.RETURNED: 1, PlanStatus.ON_RECORD: 2,
    }  # fmt: skip
    assert found.months == ((2026, 9, 2), (2026, 10, 0), (2026, 11, 1))
    assert found.undated == 1


def test_seats_and_people_are_those_of_scheduled_occurrences(any_app: Flask, any_house: House) -> None:
    activity = published_activity(any_house)
    past = open_occurrence(activity, quotas={"公众": 20, "企业": 10}, starts_in=timedelta(days=-3))
    open_occurrence(activity, capacity=15)
    cancelled = open_occurrence(activity, capacity=99, status=OccurrenceStatus.CANCELLED)
    came = party_on_list(past, party_size=4)
    party_on_list(past, party_size=2)
    party_on_list(past, party_size=3, status=RegistrationStatus.WAITLISTED)
    party_on_list(cancelled, party_size=5)
    _check_in(came.id, 3)
    seats = statistics(any_house.officer.actor, EVERYTHING, clock.now()).seats
    assert (seats.occurrences, seats.occurrences_held, seats.offered) == (2, 1, 45)
    assert (seats.registered, seats.attended) == (6, 3)


@use_case
def _check_in(registration_id: int, people: int) -> None:
    db.session.get_one(Registration, registration_id).attended = people


def test_the_share_in_time_counts_what_is_overdue_as_late(any_app: Flask, any_house: House) -> None:
    """Three reports, one of them a day late, and one that never came: two of four in time."""
    house = any_house
    due = date(2026, 3, 13)
    for filed_at in (
        datetime(2026, 3, 9, 10, tzinfo=SHANGHAI),
        datetime(2026, 3, 13, 23, 59, 59, tzinfo=SHANGHAI),
        datetime(2026, 3, 14, 0, 0, 1, tzinfo=SHANGHAI),
    ):
        plan = plan_in(PlanStatus.PUBLISHED, house, time_text="2026年3月6日")
        _report(house, plan.id, due, filed_at)
    published_activity(house, first_day=date(2026, 3, 6))
    on_time = statistics(house.officer.actor, EVERYTHING, datetime(2026, 3, 13, 12, tzinfo=SHANGHAI)).reports
    assert (on_time.filed, on_time.in_time, on_time.overdue, on_time.share_in_time) == (3, 2, 0, 67)
    reports = statistics(house.officer.actor, EVERYTHING, datetime(2026, 3, 20, tzinfo=SHANGHAI)).reports
    assert (reports.filed, reports.in_time, reports.overdue, reports.share_in_time) == (3, 2, 1, 50)
    assert (reports.invited, reports.public, reports.staff) == (30, 60, 9)


@use_case
def _report(house: House, plan_id: int, due_on: date, filed_at: datetime) -> None:
    db.session.add(
        Outcome(
            plan_id=plan_id, held_on=date(2026, 3, 6), invited=10, public=20, staff=3, text="参观座谈", due_on=due_on,
            author_id=house.filer.id, filed_at=filed_at,
        )
    )  # fmt: skip


def test_suggestions_are_counted_by_what_became_of_them(any_app: Flask, any_house: House) -> None:
    for status, adoption in [
        ("answered", "adopted"), ("answered", "adopted"), ("answered", "not_adopted"), ("open", None),
        ("drafted", "adopted"), ("removed", None),
    ]:  # fmt: skip
        _suggest(any_house.agency_id, status, adoption)
    found = statistics(any_house.officer.actor, EVERYTHING, clock.now())
    assert found.by_adoption == {
        Adoption.ADOPTED: 2, Adoption.PARTLY: 0, Adoption.NOT_ADOPTED: 1, Adoption.REFERENCE: 0,
    }  # fmt: skip
    assert (found.suggestions_answered, found.suggestions_waiting, found.suggestions_removed) == (3, 2, 1)


@use_case
def _suggest(agency_id: int, status: str, adoption: str | None) -> None:
    row = Suggestion(agency_id=agency_id, status=status, adoption=adoption, text="周末开放", received_at=clock.now())
    row.reply = "已安排" if adoption else None
    db.session.add(row)


def test_days_and_call_narrow_what_is_counted(any_app: Flask, any_house: House) -> None:
    house = any_house
    call = call_of(house)
    plan_in(PlanStatus.ON_RECORD, house, call=call, time_text="9月16日")
    plan_in(PlanStatus.ON_RECORD, house, call=call, time_text="8月30日至9月2日")
    plan_in(PlanStatus.ON_RECORD, house, time_text="9月20日", agency_id=house.other_agency_id)
    _suggest(house.agency_id, "open", None)

    def plans(span: Span) -> int:
        return statistics(house.officer.actor, span, clock.now()).plans

    september = Span(date(2026, 9, 1), date(2026, 9, 30))
    assert plans(EVERYTHING) == plans(september) == 3
    assert plans(Span(call_id=call.id)) == 2
    assert plans(Span(date(2026, 9, 3), date(2026, 9, 17))) == 1
    assert plans(Span(last=date(2026, 9, 1))) == 1
    assert plans(Span(first=date(2026, 10, 1))) == 0
    of_call = statistics(house.officer.actor, Span(call_id=call.id), clock.now())
    assert [(row.agency, row.owed, row.filed) for row in of_call.agencies] == [
        ("云溪区图书馆", 1, 2), ("云溪区水务局", 1, 0),
    ]  # fmt: skip
    assert of_call.suggestions_waiting == 0


def test_another_district_counts_nothing_of_this_one(any_app: Flask, any_house: House) -> None:
    activity = published_activity(any_house)
    party_on_list(open_occurrence(activity))
    _suggest(any_house.agency_id, "open", None)
    found = statistics(any_house.far_officer.actor, EVERYTHING, clock.now())
    assert (found.plans, found.agencies, found.seats.offered, found.seats.registered) == (0, (), 0, 0)
    assert found.suggestions_waiting == 0


@pytest.mark.parametrize("who", ["officer", "admin", "auditor"])
def test_the_page_shows_the_numbers_with_their_tables(client: PageClient, house: House, who: str) -> None:
    plan_in(PlanStatus.OFFICE_REVIEW, house, time_text="9月16日")
    page = client.log_in(getattr(house, who)).get("/office/statistics")
    assert "待政务公开办审核1" in page.text("//figure[1]//table")
    assert "2026年9月1" in page.text("//figure[2]//table")
    assert page.text("//main//table[contains(@class, 'table--dense')]//tbody").startswith("云溪区图书馆")
    assert ("导出汇总表" in page.links()) == (who == "officer")


@pytest.mark.parametrize(
    "query",
    ["first=2026-09-30&last=2026-09-01", "first=x", "call=x", "call=999999", "last=2026-02-30", "first=0001-01-01",
     "last=9999-12-31", "first=%00"],
)  # fmt: skip
def test_any_address_gives_a_page(client: PageClient, house: House, query: str) -> None:
    plan_in(PlanStatus.OFFICE_REVIEW, house, time_text="9月16日")
    page = client.log_in(house.officer).get(f"/office/statistics?{query}")
    assert page.text("h1") == "统计"
    assert "1项" in page.text("//main//dl")


def test_the_page_asks_as_little_for_forty_plans_as_for_one(client: PageClient, house: House) -> None:
    plan_in(PlanStatus.PUBLISHED, house)
    client.log_in(house.officer)
    with count_queries() as few:
        client.get("/office/statistics")
    _copies(house, 40)
    with count_queries() as many:
        client.get("/office/statistics")
    assert len(many) == len(few)


@use_case
def _copies(house: House, number: int) -> None:
    now = clock.now()
    for at in range(number):
        db.session.add(
            Plan(
                agency_id=house.other_agency_id if at % 2 else house.agency_id, status="published", theme=f"计划{at}",
                created_at=now, updated_at=now, first_day=date(2026, 1 + at % 12, 1), last_day=date(2026, 12, 31),
            )
        )  # fmt: skip
