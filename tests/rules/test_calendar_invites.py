"""Which messages ask something of calendars, and how versions of one event follow each other."""

import pytest

from openday.rules.calendar_invites import Method, method_of, next_sequence, uid_of

NEWS_OF_A_SEAT = ("registration.confirmed", "registration.promoted", "registration.accepted", "ballot.selected")


@pytest.mark.parametrize("kind", NEWS_OF_A_SEAT)
def test_whoever_gets_a_seat_is_invited(kind: str) -> None:
    assert method_of(kind, seated=False, sequence=None) is Method.REQUEST


@pytest.mark.parametrize("kind", ["occurrence.changed", "occurrence.resumed", "registration.moved"])
def test_a_new_time_goes_to_those_with_seats_alone(kind: str) -> None:
    assert method_of(kind, seated=True, sequence=0) is Method.REQUEST
    assert method_of(kind, seated=False, sequence=None) is None


@pytest.mark.parametrize(
    "kind", ["registration.cancelled", "occurrence.cancelled", "occurrence.postponed", "activity.cancelled"]
)
def test_nobody_is_asked_to_cancel_what_they_never_had(kind: str) -> None:
    assert method_of(kind, seated=False, sequence=0) is Method.CANCEL
    assert method_of(kind, seated=True, sequence=None) is None


@pytest.mark.parametrize(
    "kind", ["registration.waitlisted", "registration.applied", "registration.offered", "watch.news"]
)
def test_who_has_no_seat_has_nothing_to_put_into_a_calendar(kind: str) -> None:
    assert method_of(kind, seated=False, sequence=None) is None


def test_versions_count_from_zero() -> None:
    assert next_sequence(None) == 0
    assert next_sequence(0) == 1
    assert next_sequence(next_sequence(4)) == 6


def test_every_ticket_has_one_event_that_does_not_give_it_away() -> None:
    code = "7k3m9pq2wx4y8z5abcdefgh2jkmn"
    assert uid_of(code) == uid_of(code)
    assert uid_of(code) != uid_of(code[::-1])
    assert code[:6] not in uid_of(code)
    assert uid_of(code).endswith("@openday")
