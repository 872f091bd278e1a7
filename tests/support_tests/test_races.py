"""The checkers of races see what is wrong: each is fed an honest answer sheet, and the same with one thing changed."""

import pytest

from tests.support.races import (
    Reply,
    cancel_faults,
    cancel_or_enter_faults,
    double_submit_faults,
    gate_faults,
    last_seat_faults,
)
from tests.support.rush import Answer, Guest

PHONE, SHOWN = "13900000001", "139****0001"
OTHER, OTHER_SHOWN = "13900000002", "139****0002"


def signed_up(phone: str = PHONE, code: str = "aaaa") -> Reply:
    return Reply("sign-up", phone, 303, "confirmed", code)


def full(phone: str = OTHER) -> Reply:
    return Reply("sign-up", phone, 409, "full")


def row(code: str = "aaaa", phone: str = SHOWN, status: str = "confirmed", came: int = 0) -> dict[str, str]:
    return {"code": code, "phone": phone, "party_size": "2", "status": status, "attended": str(came)}


def test_one_winner_who_stands_on_the_list_alone_is_right() -> None:
    assert last_seat_faults([[signed_up(), full()]], [[row()]]) == []


@pytest.mark.parametrize(
    ("replies", "roster"),
    [
        ([signed_up(), signed_up(OTHER, "bbbb")], [row(), row("bbbb", OTHER_SHOWN)]),  # two winners
        ([full(PHONE), full()], []),  # nobody
        ([signed_up(), full()], []),  # lost
        ([signed_up(), full()], [row("bbbb")]),  # told another ticket
        ([signed_up(), full()], [row(phone=OTHER_SHOWN)]),  # somebody else's
        ([signed_up(), full()], [row(), row("bbbb", OTHER_SHOWN)]),  # one more than was told
        ([signed_up(), full()], [row(status="cancelled")]),
        ([signed_up(), Reply("sign-up", OTHER, 503, "")], [row()]),
        ([signed_up(), Reply("sign-up", OTHER, 0, "no answer")], [row()]),
    ],
)
def test_everything_else_about_the_last_seat_is_found(replies: list[Reply], roster: list[dict[str, str]]) -> None:
    assert last_seat_faults([replies], [roster])


def test_the_same_ticket_for_every_repeat_is_right() -> None:
    assert double_submit_faults([[signed_up(), signed_up()]], [row()]) == []


@pytest.mark.parametrize(
    ("replies", "roster"),
    [
        ([signed_up(), signed_up(code="bbbb")], [row()]),  # two tickets told
        ([signed_up(), signed_up()], [row(), row("bbbb")]),  # registered twice
        ([signed_up(), signed_up()], []),  # lost
        ([signed_up(), signed_up()], [row("bbbb")]),  # told another ticket
        ([signed_up(), Reply("sign-up", PHONE, 409, "duplicate")], [row()]),  # refused their own repeat
        ([signed_up(), signed_up()], [row(), row("bbbb", OTHER_SHOWN, "cancelled")]),  # a row that nobody made
    ],
)
def test_everything_else_about_a_double_submit_is_found(replies: list[Reply], roster: list[dict[str, str]]) -> None:
    assert double_submit_faults([replies], roster)


def wanted(code: str, outcome: str = "confirmed") -> Answer:
    return Answer(Guest("来宾", OTHER), 303 if code else 409, outcome, code, 0.0, 0.0, 0.0)


CANCELLED = Reply("cancel", "aaaa", 303, "")
REFILLED = [wanted("bbbb"), wanted("cccc"), wanted("", "full")]
CANCEL_LIST = [row(status="cancelled"), row("bbbb", OTHER_SHOWN), row("cccc", OTHER_SHOWN)]


def test_seats_that_are_free_again_once_are_right() -> None:
    assert cancel_faults([[CANCELLED, CANCELLED]], REFILLED, CANCEL_LIST) == []


@pytest.mark.parametrize(
    ("replies", "refill", "roster"),
    [
        ([CANCELLED], [*REFILLED[:2], wanted("dddd")], [*CANCEL_LIST, row("dddd")]),  # freed twice
        ([CANCELLED], [wanted("bbbb"), *[wanted("", "full")] * 2], CANCEL_LIST),  # not all of them freed
        ([CANCELLED, Reply("cancel", "aaaa", 500, "error")], REFILLED, CANCEL_LIST),
        ([CANCELLED], REFILLED, [row(), *CANCEL_LIST[1:]]),  # still confirmed
        ([CANCELLED], REFILLED, CANCEL_LIST[:2]),  # a newcomer lost
    ],
)
def test_everything_else_about_cancelling_is_found(
    replies: list[Reply], refill: list[Answer], roster: list[dict[str, str]]
) -> None:
    assert cancel_faults([replies], refill, roster)


ENTERED = Reply("enter", "aaaa", 303, "")
NOT_CANCELLED = Reply("cancel", "aaaa", 409, "conflict")
NOT_ENTERED = Reply("enter", "aaaa", 409, "conflict")


def test_one_of_cancelling_and_entering_is_right() -> None:
    assert cancel_or_enter_faults([[CANCELLED, NOT_ENTERED]], [row(status="cancelled")]) == []
    assert cancel_or_enter_faults([[NOT_CANCELLED, ENTERED]], [row(came=2)]) == []


@pytest.mark.parametrize(
    ("replies", "stands"),
    [
        ([CANCELLED, ENTERED], row(status="cancelled")),  # both
        ([NOT_CANCELLED, NOT_ENTERED], row()),  # neither
        ([CANCELLED, NOT_ENTERED], row(came=2)),  # the list says the other
        ([NOT_CANCELLED, ENTERED], row(status="cancelled")),
        ([NOT_CANCELLED, ENTERED], row()),  # let in, and nobody came
        ([CANCELLED, Reply("enter", "aaaa", 500, "error")], row(status="cancelled")),
    ],
)
def test_everything_else_about_cancelling_and_entering_is_found(replies: list[Reply], stands: dict[str, str]) -> None:
    assert cancel_or_enter_faults([replies], [stands])


def test_one_gate_opened_once_is_right() -> None:
    assert gate_faults([[ENTERED, Reply("enter", "aaaa", 409, "duplicate")]], [row(came=2)]) == []


@pytest.mark.parametrize(
    ("replies", "came"),
    [
        ([ENTERED, ENTERED], 2),
        ([Reply("enter", "aaaa", 409, "duplicate")] * 2, 2),
        ([ENTERED, Reply("enter", "aaaa", 422, "not-found")], 2),
        ([ENTERED, Reply("enter", "aaaa", 409, "duplicate")], 0),
        ([ENTERED, Reply("enter", "aaaa", 409, "duplicate")], 4),
    ],
)
def test_everything_else_about_the_gates_is_found(replies: list[Reply], came: int) -> None:
    assert gate_faults([replies], [row(came=came)])
