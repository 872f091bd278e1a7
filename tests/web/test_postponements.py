"""The pages on which the office puts an activity off, and gives it its new time."""

from datetime import timedelta

from openday import clock
from openday.db import db
from openday.models.occurrences import Occurrence
from tests.factories.activities import published_activity
from tests.factories.occurrences import open_occurrence, put_on_list
from tests.factories.people import House
from tests.support.client import PageClient


def status_of(occurrence: Occurrence) -> str:
    db.session.expire_all()
    found = db.session.get(Occurrence, occurrence.id)
    assert found is not None
    return found.status


def test_opening_the_page_changes_nothing_and_says_who_will_be_told(client: PageClient, house: House) -> None:
    occurrence = open_occurrence(published_activity(house))
    put_on_list(occurrence, phone="+8613800000001")
    client.log_in(house.officer)
    page = client.get(f"/office/publications/{occurrence.activity.code}/postpone")
    assert "向1份报名和候补的联系人发出通知" in page.text("main")
    assert status_of(occurrence) == "scheduled"


def test_where_nobody_is_on_the_list_nobody_is_said_to_be_told(client: PageClient, house: House) -> None:
    occurrence = open_occurrence(published_activity(house))
    client.log_in(house.officer)
    assert "发出通知" not in client.get(f"/office/publications/{occurrence.activity.code}/postpone").text("main")


def test_without_a_reason_nothing_is_put_off_and_the_field_says_so(client: PageClient, house: House) -> None:
    occurrence = open_occurrence(published_activity(house))
    client.log_in(house.officer)
    form = client.get(f"/office/occurrences/{occurrence.code}/postpone").form("/postpone")
    assert client.submit(form, 422, reason=" \u200b").text("//*[@id='reason-error']")
    assert status_of(occurrence) == "scheduled"


def test_the_public_page_says_that_it_is_put_off_and_why_until_the_new_time_stands(
    client: PageClient, house: House
) -> None:
    occurrence = open_occurrence(published_activity(house))
    public = f"/activities/{occurrence.activity.code}"
    client.log_in(house.officer)
    form = client.get(f"/office/occurrences/{occurrence.code}/postpone").form("/postpone")
    client.post(form.action, 303, data=form.filled(reason="场馆设备检修"))
    assert "延期" in client.get(public).text("main") and "场馆设备检修" in client.get(public).text("main")
    new_day = (clock.now() + timedelta(days=30)).date().isoformat()
    form = client.get(f"/office/occurrences/{occurrence.code}/resume").form("/resume")
    client.post(form.action, 303, data=form.filled(day=new_day, starts="10:00", ends="11:30"))
    assert status_of(occurrence) == "scheduled"
    assert "10:00–11:30" in client.get(public).text("main")


def test_a_new_time_that_ends_before_it_starts_is_refused_and_what_was_typed_stays(
    client: PageClient, house: House
) -> None:
    occurrence = open_occurrence(published_activity(house))
    client.log_in(house.officer)
    form = client.get(f"/office/occurrences/{occurrence.code}/postpone").form("/postpone")
    client.post(form.action, 303, data=form.filled(reason="场馆设备检修"))
    new_day = (clock.now() + timedelta(days=30)).date().isoformat()
    form = client.get(f"/office/occurrences/{occurrence.code}/resume").form("/resume")
    page = client.submit(form, 422, day=new_day, starts="16:00", ends="14:00", venue="二楼报告厅")
    assert page.form("/resume").values["venue"] == ["二楼报告厅"]
    assert page.text("//*[@id='ends-error']")
    assert status_of(occurrence) == "postponed"


def test_for_an_officer_of_another_district_it_is_not_there(client: PageClient, house: House) -> None:
    occurrence = open_occurrence(published_activity(house))
    client.log_in(house.far_officer)
    client.get(f"/office/occurrences/{occurrence.code}/postpone", status=404)
    client.get(f"/office/publications/{occurrence.activity.code}/postpone", status=404)
