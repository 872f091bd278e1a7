"""Seats and the waitlist."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openday.rules.seats import Seats, Waiting, Window, as_one, check_party, promotable, registration_window, sharing

QUEUES = st.lists(st.tuples(st.integers(1, 3), st.integers(1, 6)), max_size=25).map(
    lambda parties: [Waiting(100 + place, quota, size) for place, (quota, size) in enumerate(parties)]
)
FREE = st.dictionaries(st.integers(1, 3), st.integers(0, 12))


def test_free_full_and_share_follow_from_capacity_and_taken() -> None:
    seats = Seats(capacity=20, taken=15)
    assert (seats.free, seats.full, seats.share) == (5, False, 0.75)
    assert (Seats(20, 20).free, Seats(20, 20).full, Seats(20, 20).share) == (0, True, 1.0)


def test_a_capacity_lowered_below_what_is_taken_leaves_no_seat_and_never_a_negative_one() -> None:
    seats = Seats(capacity=10, taken=12)
    assert (seats.free, seats.full, seats.share) == (0, True, 1.0)


def test_no_seats_at_all_are_full() -> None:
    assert (Seats(0, 0).free, Seats(0, 0).full, Seats(0, 0).share) == (0, True, 1.0)


def test_impossible_numbers_are_refused() -> None:
    for impossible in (lambda: Seats(-1, 0), lambda: Seats(1, -1), lambda: Waiting(1, 1, 0)):
        with pytest.raises(ValueError):
            impossible()


def test_the_waitlist_is_served_in_order() -> None:
    queue = [Waiting(1, 7, 2), Waiting(2, 7, 1), Waiting(3, 7, 1)]
    assert promotable(queue, {7: 3}) == [1, 2]


def test_a_party_that_does_not_fit_keeps_its_place_and_a_smaller_one_behind_it_is_served() -> None:
    queue = [Waiting(1, 7, 3), Waiting(2, 7, 1), Waiting(3, 7, 2)]
    assert promotable(queue, {7: 2}) == [2]
    assert promotable([queue[0], queue[2]], {7: 3}) == [1]


def test_seats_of_one_quota_do_not_serve_another() -> None:
    assert promotable([Waiting(1, 7, 1), Waiting(2, 8, 1)], {8: 5}) == [2]


def test_nobody_is_served_from_seats_that_are_overdrawn() -> None:
    assert promotable([Waiting(1, 7, 1)], {7: -2}) == []


@given(QUEUES, FREE)
def test_never_more_persons_are_served_than_seats_are_free(queue: list[Waiting], free: dict[int, int]) -> None:
    served = set(promotable(queue, free))
    given_out = Counter[int]()
    for waiting in queue:
        if waiting.registration_id in served:
            given_out[waiting.quota_id] += waiting.party_size
    assert all(persons <= free.get(quota, 0) for quota, persons in given_out.items())


@given(QUEUES, FREE)
def test_an_earlier_party_no_larger_goes_before_a_later_one(queue: list[Waiting], free: dict[int, int]) -> None:
    served = promotable(queue, free)
    assert served == sorted(served)
    for place, earlier in enumerate(queue):
        for later in queue[place + 1 :]:
            if later.quota_id == earlier.quota_id and earlier.party_size <= later.party_size:
                assert earlier.registration_id in served or later.registration_id not in served


@given(QUEUES, FREE)
def test_no_seat_is_left_that_somebody_in_the_queue_could_take(queue: list[Waiting], free: dict[int, int]) -> None:
    served = set(promotable(queue, free))
    left = dict(free)
    for waiting in queue:
        if waiting.registration_id in served:
            left[waiting.quota_id] -= waiting.party_size
    stranded = [w for w in queue if w.registration_id not in served and w.party_size <= left.get(w.quota_id, 0)]
    assert stranded == []


def test_a_party_within_the_limit_is_allowed_and_others_hear_the_limit() -> None:
    assert [check_party(size, 3) for size in (1, 2, 3)] == [1, 2, 3]
    for size in (0, -1, 4):
        with pytest.raises(ValueError, match=r"^报名人数应为1至3人（含本人）$"):
            check_party(size, 3)
    with pytest.raises(ValueError, match=r"^报名人数应为1人，本活动每次只能报1人$"):
        check_party(2, 1)


def test_sign_up_is_open_from_its_beginning_to_its_end_both_included() -> None:
    opens = datetime(2026, 9, 1, 1, 0, tzinfo=UTC)
    closes = datetime(2026, 9, 10, 9, 0, tzinfo=UTC)
    moment = timedelta(microseconds=1)
    assert registration_window(opens, closes, opens - moment) is Window.NOT_YET
    assert registration_window(opens, closes, opens) is Window.OPEN
    assert registration_window(opens, closes, closes) is Window.OPEN
    assert registration_window(opens, closes, closes + moment) is Window.OVER


def test_sign_up_without_a_beginning_or_end_has_no_limit_there() -> None:
    now = datetime(2026, 9, 1, tzinfo=UTC)
    assert registration_window(None, None, now) is Window.OPEN
    assert registration_window(now + timedelta(1), None, now) is Window.NOT_YET
    assert registration_window(None, now - timedelta(1), now) is Window.OVER


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        registration_window(None, None, datetime(2026, 9, 1))


def test_quotas_that_share_seats_have_no_more_than_is_left_of_them() -> None:
    first, second = sharing([Seats(6, 5), Seats(6, 0)], 8)
    assert (first.free, second.free) == (1, 3)
    assert (first.most, sharing([Seats(6, 0)], 4)[0].most, Seats(6, 0).most) == (6, 4, 6)
    assert sharing([Seats(6, 5)], None) == (Seats(6, 5),)


def test_as_one_they_are_what_can_be_had_in_all() -> None:
    assert as_one(sharing([Seats(6, 5), Seats(6, 0)], 8)) == Seats(8, 5)
    assert as_one([Seats(6, 5), Seats(6, 0)]) == Seats(12, 5)
    assert as_one([Seats(3, 6), Seats(6, 0)]).free == 6  # what is too much in one takes nothing from the other
    assert as_one(sharing([Seats(3, 6), Seats(6, 0)], 8)).free == 2
    assert as_one([]) == Seats(0, 0)


def test_lowered_shared_seats_leave_nothing_free() -> None:
    assert [quota.free for quota in sharing([Seats(6, 5), Seats(6, 4)], 7)] == [0, 0]


def test_those_who_wait_are_served_in_order_across_quotas_that_share() -> None:
    queue = [Waiting(1, 7, 2), Waiting(2, 8, 2), Waiting(3, 7, 1), Waiting(4, 8, 1)]
    assert promotable(queue, {7: 5, 8: 5}, 3) == [1, 3]
    assert promotable(queue, {7: 5, 8: 5}) == [1, 2, 3, 4]
    assert promotable(queue, {7: 0, 8: 5}, 3) == [2, 4]
    assert promotable(queue, {7: 5, 8: 5}, 0) == []


@given(
    st.lists(st.tuples(st.integers(1, 3), st.integers(1, 6)), max_size=30),
    st.tuples(*[st.integers(0, 20)] * 3),
    st.integers(0, 40),
)
def test_nobody_is_served_beyond_what_is_free(
    parties: list[tuple[int, int]], free: tuple[int, ...], shared: int
) -> None:
    queue = [Waiting(n, quota, people) for n, (quota, people) in enumerate(parties)]
    seats = dict(enumerate(free, start=1))
    served = [queue[n] for n in promotable(queue, seats, shared)]
    assert sum(one.party_size for one in served) <= shared
    for quota, left in seats.items():
        assert sum(one.party_size for one in served if one.quota_id == quota) <= left
    waiting = [one for one in queue if one not in served]
    for late in served:
        assert not any(
            one.registration_id < late.registration_id
            and one.quota_id == late.quota_id
            and one.party_size <= late.party_size
            for one in waiting
        )
