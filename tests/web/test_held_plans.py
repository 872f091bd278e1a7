"""The one page on which an agency files what it held before it was asked."""

from datetime import timedelta

from openday import clock
from tests.factories.people import House
from tests.support.client import PageClient

TYPED = {
    "theme": "走进自来水厂",
    "starts": "14:00",
    "ends": "16:00",
    "venue": "云溪区自来水厂",
    "invited": "5",
    "public": "２０",
    "staff": "6",
    "text": "参观净水车间，现场答复了水价问题。",
}


def test_what_was_held_is_filed_with_its_outcome_from_one_page(client: PageClient, house: House) -> None:
    client.log_in(house.filer)
    form = client.get("/agency/plans/held").form("/agency/plans/held")
    day = (clock.now() - timedelta(days=10)).date().isoformat()
    answer = client.post(form.action, 303, data=form.filled(day=day, **TYPED))
    page = client.get(answer.headers["Location"])
    assert "已提交本单位审核人审核" in page.text()
    assert "走进自来水厂" in page.text("h1")


def test_a_day_to_come_is_refused_at_its_field_and_what_was_typed_stays(client: PageClient, house: House) -> None:
    client.log_in(house.filer)
    form = client.get("/agency/plans/held").form("/agency/plans/held")
    day = (clock.now() + timedelta(days=10)).date().isoformat()
    page = client.submit(form, 422, day=day, **TYPED)
    assert page.text("//*[@id='day-error']")
    assert page.form("/agency/plans/held").values["text"] == [TYPED["text"]]


def test_sending_the_same_page_twice_files_it_once(client: PageClient, house: House) -> None:
    client.log_in(house.filer)
    form = client.get("/agency/plans/held").form("/agency/plans/held")
    day = (clock.now() - timedelta(days=10)).date().isoformat()
    first, second = (client.post(form.action, 303, data=form.filled(day=day, **TYPED)) for _ in range(2))
    assert first.headers["Location"] == second.headers["Location"]


def test_a_count_that_is_no_number_is_refused_at_its_field(client: PageClient, house: House) -> None:
    client.log_in(house.filer)
    form = client.get("/agency/plans/held").form("/agency/plans/held")
    day = (clock.now() - timedelta(days=10)).date().isoformat()
    assert client.submit(form, 422, **{**TYPED, "day": day, "invited": "若干"}).text("//*[@id='invited-error']")


def test_a_reviewer_files_nothing(client: PageClient, house: House) -> None:
    client.log_in(house.reviewer)
    client.get("/agency/plans/held", status=403)
