"""Where filer and office see by when a vague time has to be fixed."""

from datetime import date, datetime, timedelta

import pytest

from openday import clock
from openday.clock import SHANGHAI
from openday.rules.plan_states import PlanStatus
from openday.rules.states import OccurrenceStatus
from tests.factories.activities import published_activity
from tests.factories.occurrences import open_occurrence
from tests.factories.people import House
from tests.factories.plans import plan_in
from tests.support.client import PageClient
from tests.support.queries import count_queries

LATE, SOON, EARLY = date(2026, 9, 1), date(2026, 8, 27), date(2026, 7, 1)


def on(day: date) -> timedelta:
    return datetime(day.year, day.month, day.day, 9, tzinfo=SHANGHAI) - clock.now()


@pytest.mark.parametrize(("day", "said"), [
    (EARLY, "还有"), (SOON, "还有1个工作日"), (LATE, "已逾期2个工作日"),
])  # fmt: skip
def test_the_filers_desk_and_the_plans_page_name_the_day(
    client: PageClient, house: House, day: date, said: str
) -> None:
    with clock.shifted_by(on(EARLY)):
        code = plan_in(PlanStatus.ON_RECORD, house, time_text="9月中旬").code
    with clock.shifted_by(on(day)):
        page = client.log_in(house.filer).get("/agency/")
        assert "时间待确定（1）" in page.text("main")
        row = page.text("//tr[.//a[contains(@href, '/agency/plans/')]]")
        assert "2026年8月28日" in row and said in row
        page = client.get(f"/agency/plans/{code}")
        title = "时间逾期未确定" if day == LATE else "时间待确定"
        assert title in page.text("main") and "10个工作日推算" in page.text("main")


def test_from_the_plan_the_filer_goes_on_to_name_a_time_and_then_waits_for_the_office(
    client: PageClient, house: House
) -> None:
    activity = published_activity(house)
    page = client.log_in(house.filer).get("/agency/")
    page = client.get(page.links()["走进图书馆"])
    assert page.links()["报出场次"].endswith(f"/activities/{activity.code}/occurrences/new")
    open_occurrence(activity, status=OccurrenceStatus.PROPOSED, starts_in=timedelta(days=50))
    assert "已报1场，待政务公开办确认" in client.get(page.address).text("main")


def test_the_board_shows_what_presses_and_leads_to_the_whole_list(client: PageClient, house: House) -> None:
    with clock.shifted_by(on(EARLY)):
        plan_in(PlanStatus.ON_RECORD, house, theme="逾期的", time_text="9月中旬")
        plan_in(PlanStatus.ON_RECORD, house, theme="以后的", time_text="11月中旬")
    with clock.shifted_by(on(LATE)):
        page = client.log_in(house.officer).get("/office/")
        section = page.text("//section[.//*[@id='firm-up'] or @id='firm-up']") or page.text("main")
        assert "临期0项，逾期1项" in section
        page = client.get("/office/plans/to-firm-up")
        assert [row.split()[0] for row in (page.text("//tbody/tr[1]"), page.text("//tbody/tr[2]"))] == [
            "逾期的", "以后的",
        ]  # fmt: skip
        assert "以后的" not in client.get("/office/plans/to-firm-up?show=overdue").text("main")


def test_the_office_sets_another_day_and_takes_it_back(client: PageClient, house: House) -> None:
    with clock.shifted_by(on(SOON)):
        code = plan_in(PlanStatus.ON_RECORD, house, time_text="9月中旬").code
        page = client.log_in(house.officer).get(f"/office/plans/{code}")
        page = client.get(page.links()["更改期限"])
        form = page.form(having="firm_by")
        assert "早于今天" in client.submit(form, 422, firm_by="2026-08-01").text("//*[@id='errors']")
        client.submit(form, 422, firm_by="2026-02-30")
        page = client.submit(form, firm_by="2026-09-04")
        assert "2026年9月4日" in page.text("main") and "政务公开办单独设定" in page.text("main")
        form = client.get(f"/office/plans/{code}/firm-by").form(having="firm_by")
        assert form.values["firm_by"] == ["2026-09-04"]
        assert "2026年8月28日" in client.submit(form, firm_by="").text("main")


def test_a_plan_out_of_reach_or_with_a_fixed_time_has_no_such_page(client: PageClient, house: House) -> None:
    exact = plan_in(PlanStatus.ON_RECORD, house, year=2027).code
    vague = plan_in(PlanStatus.ON_RECORD, house, year=2027, time_text="9月中旬").code
    client.log_in(house.far_officer).get(f"/office/plans/{vague}/firm-by", 404)
    client.log_in(house.officer).get(f"/office/plans/{exact}/firm-by", 404)
    client.log_in(house.filer).get("/office/plans/to-firm-up", 403)
    assert "firm-by" not in str(client.log_in(house.auditor).get(f"/office/plans/{vague}").links())


def test_the_list_costs_the_same_for_thirty_as_for_three(client: PageClient, house: House) -> None:
    client.log_in(house.officer)
    spent = []
    for many in (3, 27):
        for _ in range(many):
            plan_in(PlanStatus.ON_RECORD, house, year=2027, time_text="9月中旬")
        with count_queries() as statements:
            client.get("/office/plans/to-firm-up")
        spent.append(len(statements))
    assert spent[0] == spent[1] < 20
