"""The life of a suggestion as a table: nothing is skipped, nothing is stuck, and nobody acts out of turn."""

import pytest

from openday.rules.permissions import Actor, Right, Role, Subject
from openday.rules.plan_states import Need
from openday.rules.states import SuggestionStatus
from openday.rules.suggestion_states import (
    BY_ACTION,
    FINISHED,
    TRANSITIONS,
    SuggestionAction,
    SuggestionFacts,
    obstacle,
    open_actions,
)

S, A = SuggestionStatus, SuggestionAction


def actor(*roles: Role, user_id: int = 1) -> Actor:
    return Actor(user_id, "张", frozenset(roles), agency_id=7, jurisdiction_path="/1/")


def facts(status: SuggestionStatus, *, reviews: bool = True, authors: frozenset[int] = frozenset()) -> SuggestionFacts:
    return SuggestionFacts(status, Subject(agency_id=7, jurisdiction_path="/1/4/", author_ids=authors), reviews)


def test_the_table_holds_each_action_once() -> None:
    assert sorted(line.action for line in TRANSITIONS) == sorted(SuggestionAction)
    assert len(BY_ACTION) == len(TRANSITIONS)


def test_every_state_is_reached_and_only_finished_ones_end() -> None:
    reached, before = {S.RECEIVED}, set[SuggestionStatus]()
    while reached != before:
        before = set(reached)
        reached |= {line.target for line in TRANSITIONS if line.target and line.sources & reached}
    assert reached == set(S)
    assert {status for status in S if not any(status in line.sources for line in TRANSITIONS)} == set(FINISHED)


def test_nothing_becomes_public_without_the_office() -> None:
    assert {line.right for line in TRANSITIONS if line.target is S.ANSWERED} == {Right.SUGGESTION_MODERATE}
    assert {line.right for line in TRANSITIONS if S.RECEIVED in line.sources} == {Right.SUGGESTION_MODERATE}


def test_whatever_goes_back_or_is_turned_down_has_a_reason() -> None:
    backwards = {A.REMOVE, A.AGENCY_RETURN, A.RETURN}
    assert {line.action for line in TRANSITIONS if Need.REASON in line.needs} == backwards
    assert obstacle(actor(Role.OFFICER), A.REMOVE, facts(S.RECEIVED), reason=" ") == "请写明理由"
    assert obstacle(actor(Role.OFFICER), A.REMOVE, facts(S.RECEIVED)) is None


@pytest.mark.parametrize(
    ("role", "status", "actions"),
    [
        (Role.OFFICER, S.RECEIVED, [A.ACCEPT, A.REMOVE, A.REASSIGN]),
        (Role.OFFICER, S.OPEN, [A.REASSIGN]),
        (Role.OFFICER, S.DRAFTED, []),
        (Role.OFFICER, S.AGENCY_APPROVED, [A.PUBLISH, A.RETURN]),
        (Role.OFFICER, S.ANSWERED, []),
        (Role.FILER, S.OPEN, [A.DRAFT]),
        (Role.FILER, S.DRAFTED, []),
        (Role.REVIEWER, S.OPEN, []),
        (Role.REVIEWER, S.DRAFTED, [A.AGENCY_APPROVE, A.AGENCY_RETURN]),
        (Role.AUDITOR, S.RECEIVED, []),
        (Role.ADMIN, S.AGENCY_APPROVED, []),
        (Role.DESK, S.OPEN, []),
    ],
)
def test_who_has_which_buttons(role: Role, status: SuggestionStatus, actions: list[SuggestionAction]) -> None:
    assert open_actions(actor(role), facts(status)) == actions


def test_an_agency_without_reviewer_sends_its_draft_to_the_office() -> None:
    assert open_actions(actor(Role.FILER), facts(S.OPEN, reviews=False)) == [A.DRAFT_DIRECTLY]


def test_the_author_of_any_draft_approves_none() -> None:
    author = facts(S.DRAFTED, authors=frozenset({1, 2}))
    assert open_actions(actor(Role.REVIEWER, user_id=2), author) == [A.AGENCY_RETURN]
    assert A.AGENCY_APPROVE in open_actions(actor(Role.REVIEWER, user_id=3), author)
