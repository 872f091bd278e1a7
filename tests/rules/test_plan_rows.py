"""Rows of plan tables as plans."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openday.rules.plan_rows import import_key, read_row

ROW = {
    "agency": "市水务局", "theme": "走进水厂", "time": "9月中旬", "place": "第一水厂", "content": "参观制水流程",
    "audience": "市民代表20人", "signup": "", "contact": "", "phone": "0000-8880000",
    "city": "", "year": "", "source": "",
}  # fmt: skip


def test_a_row_is_read_as_the_form_would_be() -> None:
    reading = read_row(ROW, call_year=2026)
    assert (reading.agency, reading.text.venue, reading.problems) == ("市水务局", "第一水厂", ())
    assert (reading.period.first, reading.period.last) == (date(2026, 9, 11), date(2026, 9, 20))
    assert reading.audience.total_max == 20


@pytest.mark.parametrize("printed", ["2023", "2023年", "2023年度", "2023.0"])
def test_a_row_may_name_its_own_year(printed: str) -> None:
    reading = read_row({**ROW, "year": printed}, call_year=2026)
    assert (reading.year, reading.own_year, reading.problems) == (2023, True, ())


@pytest.mark.parametrize("printed", ["今年", "23", "2023-2024", "9999"])
def test_a_year_that_is_none_is_a_problem_and_not_a_guess(printed: str) -> None:
    assert read_row({**ROW, "year": printed}, call_year=2026).problems == (f"年度“{printed}”无法识别，应为四位数字",)


def test_every_problem_of_a_row_is_named_at_once() -> None:
    reading = read_row({**ROW, "theme": "", "time": "近期", "agency": ""}, call_year=2026)
    assert len(reading.problems) == 3


def test_the_key_follows_every_word_the_agency_the_call_and_the_rows_own_year() -> None:
    keys = {import_key(1, read_row(ROW, call_year=2026)), import_key(2, read_row(ROW, call_year=2026))}
    keys |= {import_key(1, read_row({**ROW, name: "2025"}, call_year=2026)) for name in ("agency", "theme", "year")}
    assert len(keys) == 5
    spaced = {**ROW, "theme": " 走进水厂\u200b"}
    assert import_key(1, read_row(spaced, call_year=2026)) == import_key(1, read_row(ROW, call_year=2026))


@given(st.dictionaries(st.sampled_from(sorted(ROW)), st.text(max_size=60)))
def test_no_row_breaks_the_reading(cells: dict[str, str]) -> None:
    reading = read_row(cells, call_year=2026, own_agency="市水务局")
    assert reading.problems or reading.period.understood
