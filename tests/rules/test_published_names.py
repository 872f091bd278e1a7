"""Names as they may stand on a public page."""

from datetime import datetime, timedelta

import pytest

from openday.rules.deadlines import SHANGHAI
from openday.rules.published_names import NameLine, NamesState, in_neutral_order, masked_name, names_state
from openday.rules.signup import SignupFacts
from openday.rules.states import SignupMode

START = datetime(2026, 9, 16, 14, tzinfo=SHANGHAI)
END = START + timedelta(hours=2)


def facts(*, cancelled: bool = False) -> SignupFacts:
    return SignupFacts(SignupMode.BALLOT, cancelled, START, None, START - timedelta(days=2))


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("张三", "张*"),
        ("王小明", "王**"),
        ("欧阳小雪", "欧阳**"),
        ("诸葛亮", "诸葛*"),
        ("欧阳", "欧*"),
        ("爱新觉罗玄烨", "爱新觉罗**"),
        ("买买提·艾力", "买**"),
        ("张", "*"),
        ("", ""),
        ("John Smith", "J. S."),
        ("Jean-Luc de la Tour", "J. L. D."),
        ("Владимир Иванов", "В. И."),
        ("12345", "*"),
        ("\u200b张三 ", "张*"),
    ],
)
def test_a_name_shows_no_more_than_the_family_name_or_initials(name: str, shown: str) -> None:
    assert masked_name(name) == shown


def test_the_order_says_nothing_about_who_came_first() -> None:
    lines = [NameLine("王*", "9999", 1), NameLine("张*", "0001", 2), NameLine("李*", "0001", 1)]
    assert in_neutral_order(lines) == in_neutral_order(reversed(lines))
    assert [line.last4 for line in in_neutral_order(lines)] == ["0001", "0001", "9999"]


@pytest.mark.parametrize(
    ("after_the_end", "state"),
    [
        (timedelta(days=-3), NamesState.NOT_YET),
        (timedelta(hours=-50), NamesState.NOT_YET),  # the very moment at which sign-up ends
        (timedelta(hours=-49), NamesState.OUT),
        (timedelta(days=7), NamesState.OUT),
        (timedelta(days=8), NamesState.OVER),
    ],
)
def test_names_are_out_from_the_end_of_sign_up_until_a_week_after(after_the_end: timedelta, state: NamesState) -> None:
    assert names_state(facts(), END, 30, END + after_the_end) is state


def test_names_of_what_was_called_off_are_not_out() -> None:
    assert names_state(facts(cancelled=True), END, 30, END) is NamesState.OVER
