"""The sign-up form is made once and given out many times: each visitor's own tokens, and never an old number."""

from flask import Flask

from tests.factories.activities import published_activity
from tests.factories.occurrences import open_occurrence
from tests.factories.people import House
from tests.factories.registrations import party_on_list
from tests.support.client import PageClient
from tests.support.pages import Page


def _tokens(page: Page) -> tuple[str, str]:
    values = page.form(having="phone").values
    return values["csrf_token"][0], values["idempotency_key"][0]


def _seats(page: Page) -> str:
    return page.text("//p[contains(@class, 'seats')]")


def test_every_visitor_gets_tokens_of_their_own(app: Flask, house: House) -> None:
    address = f"/occurrences/{open_occurrence(published_activity(house)).code}/sign-up"
    first, second = PageClient(app), PageClient(app)
    pages = [first.get(address), second.get(address), first.get(address)]
    tokens = [_tokens(page) for page in pages]
    assert len({key for _, key in tokens}) == 3
    assert tokens[0][0] != tokens[1][0]
    assert all("\0" not in page.html for page in pages)


def test_a_kept_form_is_accepted_from_the_one_it_was_given_to_and_from_nobody_else(app: Flask, house: House) -> None:
    address = f"/occurrences/{open_occurrence(published_activity(house)).code}/sign-up"
    PageClient(app).get(address)  # now it is kept
    first, second = PageClient(app), PageClient(app)
    form, _ = first.get(address).form(having="phone"), second.get(address)
    second.submit(form, 400, name="温庭", phone="13800000001", consent="y")
    first.submit(form, name="温庭", phone="13800000001", consent="y")


def test_few_seats_are_counted_and_the_number_is_never_old(app: Flask, house: House) -> None:
    occurrence = open_occurrence(published_activity(house), capacity=22)
    visitor, address = PageClient(app), f"/occurrences/{occurrence.code}/sign-up"
    assert _seats(visitor.get(address)) == "尚有名额，共22个"
    party_on_list(occurrence, party_size=3)
    assert _seats(visitor.get(address)) == "剩余 19 个名额，共 22 个"
    party_on_list(occurrence, party_size=5)
    assert _seats(visitor.get(address)) == "剩余 14 个名额，共 22 个"
    for _ in range(14):
        party_on_list(occurrence)
    assert _seats(visitor.get(address)) == "名额已满，可登记候补"


def test_a_kept_form_speaks_the_language_and_the_size_of_the_visitor(app: Flask, house: House) -> None:
    address = f"/occurrences/{open_occurrence(published_activity(house)).code}/sign-up"
    plain, english, large = PageClient(app), PageClient(app), PageClient(app)
    english.http.set_cookie("lang", "en")
    large.http.set_cookie("large", "1")
    for _ in range(2):
        assert plain.get(address).tree.get("lang") == "zh-Hans"
        assert english.get(address).tree.get("lang") == "en"
        assert "large" in large.get(address).tree.get("class").split()
        assert "large" not in plain.get(address).tree.get("class", "").split()


def test_what_one_visitor_asked_is_not_given_to_the_next(app: Flask, house: House) -> None:
    address = f"/occurrences/{open_occurrence(published_activity(house)).code}/sign-up"
    PageClient(app).get(f"{address}?from=13800000001&next=elsewhere")
    page = PageClient(app).get(address)
    assert "13800000001" not in page.html
    assert "elsewhere" not in page.html
