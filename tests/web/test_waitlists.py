"""The waitlist on pages: an offer is accepted or given back with one tap, and staff can see in which order it went."""

import csv
import io
from datetime import timedelta

import pytest
from flask import Flask

from openday.models.occurrences import Occurrence
from openday.queries.registrations import ticket
from openday.rules.states import RegistrationStatus
from openday.services.registration_changes import cancel_registration, serve_waitlists
from tests.factories.activities import published_activity
from tests.factories.occurrences import open_occurrence
from tests.factories.people import House
from tests.services.test_offers import MONDAY, at, offering
from tests.services.test_shared_seats import share
from tests.support.client import PageClient
from tests.support.queries import count_queries
from tests.support.signup import sign_up, status_of, taken, ticket_url

CONFIRMED, OFFERED, CANCELLED = RegistrationStatus.CONFIRMED, RegistrationStatus.OFFERED, RegistrationStatus.CANCELLED


def offered(house: House, occurrence: Occurrence | None = None) -> tuple[Occurrence, str, str]:
    """An occurrence of one seat that is offered to the first of two who wait; their codes."""
    occurrence = occurrence or offering(house, capacity=1)
    first, second, third = sign_up(occurrence), sign_up(occurrence), sign_up(occurrence)
    cancel_registration(first.code, ticket_url=ticket_url)
    return occurrence, second.code, third.code


def test_the_ticket_says_how_long_the_seats_are_held_and_one_tap_takes_them(client: PageClient, house: House) -> None:
    with at(MONDAY):
        _occurrence, code, _next = offered(house)
        page = client.get(f"/tickets/{code}")
        assert page.meta("outcome") == "offered"
        assert "有名额了，请您确认" in page.text()
        assert "保留到2027年3月15日（星期一）14:0" in page.text()
        form = page.form(action=f"/tickets/{code}/accept")
        assert set(form.filled()) == {"csrf_token"}
        client.submit(form)
        assert client.get(f"/tickets/{code}").meta("outcome") == "confirmed"


def test_one_tap_leaves_them_to_the_next(client: PageClient, house: House) -> None:
    with at(MONDAY):
        occurrence, code, after = offered(house)
        form = client.get(f"/tickets/{code}").form(action=f"/tickets/{code}/give-back")
        client.submit(form)
        assert (status_of(code), status_of(after), taken(occurrence)) == (CANCELLED, OFFERED, [1])
        assert client.get(f"/tickets/{code}").meta("outcome") == "cancelled"


def test_after_the_deadline_the_ticket_says_so_and_offers_no_button(client: PageClient, house: House) -> None:
    with at(MONDAY):
        _occurrence, code, after = offered(house)
        form = client.get(f"/tickets/{code}").form(action=f"/tickets/{code}/accept")
    with at(MONDAY + timedelta(hours=5)):
        assert "期限已过" in client.get(f"/tickets/{code}").text()
        late = client.submit(form, 409)
        assert late.meta("outcome") == "closed"
        serve_waitlists(ticket_url=ticket_url)
        gone = client.get(f"/tickets/{code}")
        assert gone.meta("outcome") == "lapsed"
        assert "已转给后面的候补人员" in gone.text()
        assert status_of(after) is OFFERED
        assert f"/tickets/{code}/accept" not in client.response.text


@pytest.mark.parametrize("act", ["accept", "give-back"])
def test_what_is_offered_to_nobody_cannot_be_answered(client: PageClient, house: House, act: str) -> None:
    code = sign_up(open_occurrence(published_activity(house), capacity=1)).code
    waits = sign_up(ticket(code).occasion.code).code
    form = client.get(f"/tickets/{waits}/cancel").form(action=f"/tickets/{waits}/cancel")
    refused = client.post(f"/tickets/{waits}/{act}", 409, data=form.filled())
    assert "没有等待确认的补位名额" in refused.text
    client.post(f"/tickets/nosuchticket/{act}", 404, data=form.filled())
    assert client.raw(f"/tickets/{waits}/{act}").status_code == 405
    assert status_of(waits) is RegistrationStatus.WAITLISTED


def test_staff_see_who_waits_and_in_which_order_seats_were_given(client: PageClient, house: House) -> None:
    with at(MONDAY):
        occurrence, code, after = offered(house)
        numbers = [ticket(one).number for one in (code, after)]
        client.log_in(house.officer)
        page = client.get(f"/office/occurrences/{occurrence.code}/waitlist")
        assert "现在的候补（2组）" in page.text()
        assert "保留到2027年3月15日" in page.text()
        sent = client.raw(f"/office/occurrences/{occurrence.code}/waitlist.csv")
        rows = list(csv.DictReader(io.StringIO(sent.data.decode("utf-8-sig"))))
        assert [(row["act"], row["turn"], row["number"]) for row in rows] == [("registration.offer", "1", numbers[0])]


def test_a_long_waitlist_asks_the_database_no_more_than_a_short_one(
    app: Flask, client: PageClient, house: House
) -> None:
    activity = published_activity(house)
    short, long = open_occurrence(activity, capacity=1), open_occurrence(activity, capacity=1)
    for occurrence, people in ((short, 3), (long, 12)):
        codes = [sign_up(occurrence).code for _ in range(people)]
        cancel_registration(codes[0], ticket_url=ticket_url)
    client.log_in(house.officer)
    counts = []
    for occurrence in (short, long):
        with count_queries() as asked:
            client.get(f"/office/occurrences/{occurrence.code}/waitlist")
        counts.append(len(asked))
    assert counts[0] == counts[1] < 20


def test_the_office_sets_what_is_shared_and_how_long_an_offer_holds(client: PageClient, house: House) -> None:
    occurrence = open_occurrence(published_activity(house), quotas={"居民": 6, "企业": 6}, walk_in_limit=3)
    sign_up(occurrence, quota=1, party_size=4)
    client.log_in(house.officer)
    address = f"/office/occurrences/{occurrence.code}/seats"
    page = client.get(address)
    assert "现场名额3个" in page.text()
    form = page.form(action=address)
    wrong = client.submit(form, 422, shared="0", offer_hours="91")
    assert wrong.text().count("应为1至") >= 2
    assert "各类合计的已报名人数多于名额" in client.submit(form, shared="3", offer_hours="9").text()
    again = client.get(address).form(action=address).filled()
    assert (again["shared"], again["offer_hours"]) == (["3"], ["9"])
    assert "名额已满，可登记候补" in client.get(f"/activities/{ticket_activity(occurrence)}").text()


def ticket_activity(occurrence: Occurrence) -> str:
    """The code of the activity of an occurrence."""
    return occurrence.activity.code


def test_the_public_page_counts_what_is_shared(client: PageClient, house: House) -> None:
    activity = published_activity(house, vague=False)
    occurrence = open_occurrence(activity, quotas={"居民": 6, "企业": 6})
    share(occurrence, 7)
    sign_up(occurrence, quota=1, party_size=5)
    page = client.get(f"/activities/{activity.code}")
    assert "剩余 2 个名额，共 7 个" in page.text()
    assert "合计（各类共用）" in page.text()
    form = client.get(f"/occurrences/{occurrence.code}/sign-up")
    assert "剩余1个名额" in form.text()
    assert "剩余2个名额" in form.text()
