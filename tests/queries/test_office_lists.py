"""The office's lists and exports give the same on both databases."""

from datetime import date

import pytest
from flask import Flask

from openday import clock
from openday.documents.summary_table import SummaryRow
from openday.errors import NotFound
from openday.queries.board import office_board
from openday.queries.exports import Chosen, collection, plan_documents, summary_rows
from openday.queries.office_plans import SORTS, PlanFilter, office_plans, review_page
from openday.rules.permissions import Actor, Right
from openday.rules.plan_states import PlanStatus
from tests.factories.activities import published_activity
from tests.factories.calls import call_of
from tests.factories.occurrences import open_occurrence
from tests.factories.people import House
from tests.factories.plans import plan_in
from tests.factories.registrations import party_on_list
from tests.support.client import PageClient
from tests.support.queries import count_queries


@pytest.fixture
def three_plans(any_app: Flask, any_house: House) -> House:
    """甲 names no month and no number, 乙 and 丙 do; 丙 is a draft."""
    plan_in(PlanStatus.OFFICE_REVIEW, any_house, theme="甲", time_text="另行通知", audience_text="市民")
    plan_in(PlanStatus.OFFICE_REVIEW, any_house, theme="乙", time_text="9月", audience_text="市民30人")
    plan_in(PlanStatus.DRAFT, any_house, theme="丙", time_text="8月", audience_text="市民20人")
    return any_house


@pytest.mark.parametrize(
    ("sort", "descending", "order"),
    [
        ("when", False, "丙乙甲"),
        ("when", True, "乙丙甲"),
        ("size", False, "丙乙甲"),
        ("size", True, "乙丙甲"),
        ("filed", False, "甲乙丙"),
        ("filed", True, "乙甲丙"),
        ("updated", True, "丙乙甲"),
    ],
)
def test_what_is_unknown_stands_last_whichever_way_one_sorts(
    three_plans: House, sort: str, descending: bool, order: str
) -> None:
    found = office_plans(three_plans.officer.actor, PlanFilter(), sort=sort, descending=descending)
    assert "".join(line.theme for line in found.lines) == order
    assert (found.sort, found.descending) == (sort, descending)


def test_every_sort_shows_every_plan(three_plans: House) -> None:
    for sort in SORTS:
        found = office_plans(three_plans.officer.actor, PlanFilter(), sort=sort)
        assert {line.theme for line in found.lines} == {"甲", "乙", "丙"}
        assert found.counts == {"office_review": 2, "draft": 1}


def test_marks_of_the_database_language_are_searched_as_they_stand(any_app: Flask, any_house: House) -> None:
    plan_in(PlanStatus.OFFICE_REVIEW, any_house, theme="100%开放_日")
    plan_in(PlanStatus.OFFICE_REVIEW, any_house, theme="100人开放的日")
    actor = any_house.officer.actor
    assert [line.theme for line in office_plans(actor, PlanFilter(search="0%开放_")).lines] == ["100%开放_日"]
    assert office_plans(actor, PlanFilter(search="' OR 1=1 --")).lines == ()


def test_a_period_over_the_end_of_the_year_is_found_in_both_months(any_app: Flask, any_house: House) -> None:
    plan_in(PlanStatus.OFFICE_REVIEW, any_house, time_text="2026年12月28日至2027年1月3日")
    for month, number in [(date(2026, 11, 1), 0), (date(2026, 12, 1), 1), (date(2027, 1, 1), 1), (date(2027, 2, 1), 0)]:
        assert office_plans(any_house.officer.actor, PlanFilter(month=month)).total == number


def rows_of(actor: Actor, chosen: Chosen) -> list[SummaryRow]:
    found = collection(actor, Right.SUMMARY_EXPORT, chosen)
    return list(summary_rows(actor, chosen, found.plan_ids))


def test_the_summary_table_asks_as_little_for_many_plans_as_for_one(any_app: Flask, any_house: House) -> None:
    call = call_of(any_house)
    chosen, actor = Chosen(), any_house.officer.actor
    party_on_list(open_occurrence(published_activity(any_house)), party_size=3)
    with count_queries() as few:
        assert [(row.occurrences, row.registered) for row in rows_of(actor, chosen)] == [("1场", 3)]
    for _ in range(20):
        plan_in(PlanStatus.ON_RECORD, any_house, call=call)
    with count_queries() as many:
        assert [row.number for row in rows_of(actor, chosen)] == list(range(1, 22))
    assert len(many) == len(few) == 4


def test_another_district_sees_neither_the_plans_nor_the_call(any_app: Flask, any_house: House) -> None:
    call = call_of(any_house)
    for _ in range(3):
        plan_in(PlanStatus.ON_RECORD, any_house, call=call)
    near, far = any_house.officer.actor, any_house.far_officer.actor
    ids = collection(near, Right.PLAN_EXPORT, Chosen(call.id)).plan_ids
    assert len(list(plan_documents(near, Chosen(call.id), ids))) == 3
    assert list(plan_documents(far, Chosen(), ids)) == []
    assert list(summary_rows(far, Chosen(), ids)) == []
    with pytest.raises(NotFound):
        collection(far, Right.PLAN_EXPORT, Chosen(call.id))
    with pytest.raises(NotFound):
        collection(far, Right.PLAN_EXPORT, Chosen(agency_id=any_house.agency_id))
    with pytest.raises(NotFound):
        review_page(far, "222222222222")


def test_a_plan_that_left_its_state_since_it_was_listed_is_left_out(any_app: Flask, any_house: House) -> None:
    actor = any_house.officer.actor
    for status in (PlanStatus.ON_RECORD, PlanStatus.RETURNED, PlanStatus.ON_RECORD):
        plan_in(status, any_house, theme=status.value)
    ids = collection(actor, Right.SUMMARY_EXPORT, Chosen()).plan_ids
    assert len(ids) == 2
    everything = [*ids, *collection(actor, Right.SUMMARY_EXPORT, Chosen(status=PlanStatus.RETURNED)).plan_ids]
    assert [row.theme for row in summary_rows(actor, Chosen(), everything)] == ["on_record", "on_record"]


def test_a_call_of_the_district_is_on_the_board_of_the_district_and_of_the_city(
    any_app: Flask, any_house: House
) -> None:
    call = call_of(any_house, year=clock.today().year)
    officer = office_board(any_house.officer.actor, clock.now())
    assert [each.id for each in officer.coverage.calls] == [call.id]
    city = office_board(any_house.admin.actor, clock.now())
    assert [each.id for each in city.coverage.calls] == [call.id]
    assert office_board(any_house.far_officer.actor, clock.now()).call is None


@pytest.mark.parametrize("code", ["%00", "%ED%A0%80", "%27", "x" * 300, "长" * 60])
def test_any_code_that_is_none_is_not_there(any_app: Flask, any_house: House, code: str) -> None:
    visitor = PageClient(any_app).log_in(any_house.officer)
    assert visitor.raw(f"/office/plans/{code}").status_code == 404
    assert visitor.raw(f"/office/plans/{code}/plan-form.docx").status_code == 404
