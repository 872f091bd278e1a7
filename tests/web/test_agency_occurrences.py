"""An agency proposes when its activity is held; another agency finds nothing there."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from openday import clock
from openday.db import db
from openday.models.activities import Activity
from openday.models.occurrences import Occurrence
from openday.rules.states import OccurrenceStatus
from tests.factories.activities import published_activity
from tests.factories.occurrences import open_occurrence
from tests.factories.people import House
from tests.support.client import PageClient
from tests.support.queries import count_queries


@pytest.fixture
def filer(client: PageClient, house: House) -> PageClient:
    return client.log_in(house.filer)


def filled(**changes: str) -> dict[str, str]:
    """A proposal as a filer types it."""
    return {
        "day": (clock.today() + timedelta(days=10)).isoformat(),
        "starts": "9:00",
        "ends": "11:30",
        "quotas-0-audience": "市民",
        "quotas-0-seats": "20",
        "quotas-1-audience": "",
        "quotas-1-seats": "",
        "act": "save",
    } | changes


def test_a_filer_proposes_a_time_and_the_office_makes_it_public(
    filer: PageClient, client: PageClient, house: House
) -> None:
    activity = published_activity(house, theme="走进图书馆")
    page = filer.get(filer.get("/agency/activities").links()["走进图书馆"])
    form = filer.get(page.links()["报场次"]).form(having="venue")
    assert form.values["venue"] == [activity.venue]
    page = filer.submit(form, **filled())
    assert "待确认" in page.text("main")
    assert db.session.scalars(select(Activity.vague)).one() is True
    proposal = db.session.scalars(select(Occurrence)).one()
    assert proposal.status == "proposed"
    assert f"{proposal.starts_at:%H:%M}–{proposal.ends_at:%H:%M}" == "09:00–11:30"


def test_a_bad_proposal_comes_back_with_what_was_typed(filer: PageClient, house: House) -> None:
    activity = published_activity(house)
    form = filer.get(f"/agency/activities/{activity.code}/occurrences/new").form(having="venue")
    page = filer.submit(form, status=422, **filled(ends="8:00"))
    assert "结束时间应晚于开始时间" in page.text("//*[@id='errors']")
    assert page.form(having="venue").values["quotas-0-audience"] == ["市民"]
    assert db.session.scalars(select(Occurrence)).all() == []


def test_one_more_line_of_quotas(filer: PageClient, house: House) -> None:
    activity = published_activity(house)
    form = filer.get(f"/agency/activities/{activity.code}/occurrences/new").form(having="venue")
    for _ in range(9):
        form = filer.submit(form, **filled(act="row")).form(having="venue")
    assert len([name for name in form.names if name.endswith("-seats")]) == 10


def test_a_proposal_is_taken_back(filer: PageClient, house: House) -> None:
    activity = published_activity(house)
    proposal = open_occurrence(activity, status=OccurrenceStatus.PROPOSED)
    page = filer.get(f"/agency/activities/{activity.code}")
    page = filer.get(page.links()["收回"])
    filer.submit(page.form(having="reason"), status=422, reason="")
    page = filer.submit(page.form(having="reason"), reason="改期")
    assert "未采用的场次（1）" in page.text("main")
    assert db.session.get_one(Occurrence, proposal.id, populate_existing=True).status == "cancelled"


def test_the_office_declines_and_the_agency_reads_why(filer: PageClient, house: House) -> None:
    activity = published_activity(house)
    proposal = open_occurrence(activity, status=OccurrenceStatus.PROPOSED)
    office = PageClient(filer.app).log_in(house.officer)
    page = office.get(f"/office/occurrences/{proposal.code}/decline")
    office.submit(page.form(having="reason"), reason="当天场馆有会议")
    assert "当天场馆有会议" in filer.get(f"/agency/activities/{activity.code}").text("main")


def test_a_scheduled_occurrence_is_not_the_filers_to_take_back(filer: PageClient, house: House) -> None:
    occurrence = open_occurrence(published_activity(house))
    page = filer.get(f"/agency/occurrences/{occurrence.code}/withdraw")
    filer.submit(page.form(having="reason"), status=409, reason="改期")
    assert db.session.scalars(select(Occurrence.status)).one() == "scheduled"


def test_a_reviewer_reads_and_proposes_nothing(client: PageClient, house: House) -> None:
    activity = published_activity(house)
    client.log_in(house.reviewer)
    page = client.get(f"/agency/activities/{activity.code}")
    assert "报场次" not in page.links()
    client.get(f"/agency/activities/{activity.code}/occurrences/new", status=403)


ADDRESSES = (
    "/agency/activities/{activity}",
    "/agency/activities/{activity}/occurrences/new",
    "/agency/occurrences/{occurrence}/withdraw",
)


@pytest.mark.parametrize("address", ADDRESSES)
def test_another_agency_sees_the_same_as_nothing(client: PageClient, house: House, address: str) -> None:
    activity = published_activity(house)
    codes = {"activity": activity.code, "occurrence": open_occurrence(activity).code}
    client.log_in(house.other_filer)
    client.get(address.format(**codes), status=404)
    there = client.response.get_data()
    client.get(address.format(activity="nosuch", occurrence="nosuch"), status=404)
    assert client.response.get_data() == there


def test_another_agencys_activity_is_not_on_the_list(client: PageClient, house: House) -> None:
    published_activity(house, theme="走进图书馆")
    client.log_in(house.other_filer)
    assert "走进图书馆" not in client.get("/agency/activities").links()


def test_pages_ask_no_more_for_many_than_for_one(filer: PageClient, house: House) -> None:
    activity = published_activity(house)
    open_occurrence(activity)
    addresses = ("/agency/activities", f"/agency/activities/{activity.code}")
    few = [_asked(filer, address) for address in addresses]
    for _ in range(4):
        open_occurrence(activity, quotas={"市民": 10, "企业": 5})
        published_activity(house)
    assert [_asked(filer, address) for address in addresses] == few


def _asked(filer: PageClient, address: str) -> int:
    db.session.rollback()
    with count_queries() as statements:
        filer.get(address)
    return len(statements)
