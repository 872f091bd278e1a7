"""The life of a proposal as a table: who may take which step, and what the public is told of where it stands."""

from datetime import datetime, timedelta

import pytest

from openday.clock import SHANGHAI
from openday.rules.permissions import Actor, Role, Subject
from openday.rules.plan_states import PlanStatus
from openday.rules.topic_states import (
    TRANSITIONS,
    CallPhase,
    ProposalFacts,
    ProposalStatus,
    Stage,
    TopicAction,
    Verdict,
    obstacle,
    open_actions,
    phase,
    stage,
)

PLACE = "/1/2/"
OFFICER = Actor(1, "周", frozenset({Role.OFFICER}), jurisdiction_path=PLACE)
FILER = Actor(2, "何", frozenset({Role.FILER}), agency_id=7, jurisdiction_path=PLACE)
REVIEWER = Actor(3, "沈", frozenset({Role.REVIEWER}), agency_id=7, jurisdiction_path=PLACE)
ELSEWHERE = Actor(4, "谢", frozenset({Role.OFFICER}), jurisdiction_path="/1/3/")
AUDITOR = Actor(5, "陆", frozenset({Role.AUDITOR}), jurisdiction_path="/")


def facts(
    status: ProposalStatus, *, agency: int | None = 7, drafted: bool = False, authors: frozenset[int] = frozenset()
) -> ProposalFacts:
    return ProposalFacts(status, Subject(agency_id=agency, jurisdiction_path=PLACE, author_ids=authors), drafted)


def actions(actor: Actor, found: ProposalFacts) -> set[str]:
    return {action.value for action in open_actions(actor, found)}


def test_every_action_stands_in_the_table_once() -> None:
    assert [line.action for line in TRANSITIONS] == list(TopicAction)


@pytest.mark.parametrize(
    ("found", "officer", "filer"),
    [
        (facts(ProposalStatus.RECEIVED, agency=None), {"accept", "remove", "merge"}, set()),
        (facts(ProposalStatus.PUBLIC, agency=None), {"remove", "merge", "assign", "draft"}, set()),
        (facts(ProposalStatus.PUBLIC), {"remove", "merge", "assign", "adopt", "draft"}, {"adopt", "draft"}),
        (facts(ProposalStatus.PUBLIC, drafted=True), {"remove", "publish", "return"}, set()),
        (facts(ProposalStatus.ANSWERED), {"reopen"}, set()),
        (facts(ProposalStatus.REMOVED), set(), set()),
    ],
)
def test_who_may_do_what_when(found: ProposalFacts, officer: set[str], filer: set[str]) -> None:
    assert actions(OFFICER, found) == officer
    assert actions(FILER, found) == filer
    for nobody in (REVIEWER, ELSEWHERE, AUDITOR):
        assert actions(nobody, found) == set()


def test_whoever_drafted_the_answer_does_not_make_it_public() -> None:
    found = facts(ProposalStatus.PUBLIC, drafted=True, authors=frozenset({OFFICER.user_id}))
    assert obstacle(OFFICER, TopicAction.PUBLISH, found) == "自己起草的办理结果须由他人公开"


@pytest.mark.parametrize("action", [TopicAction.REMOVE, TopicAction.RETURN, TopicAction.REOPEN])
def test_what_others_read_needs_a_reason(action: TopicAction) -> None:
    found = facts(
        ProposalStatus.ANSWERED if action is TopicAction.REOPEN else ProposalStatus.PUBLIC,
        drafted=action is TopicAction.RETURN,
    )
    assert obstacle(OFFICER, action, found, reason="  ") == "请写明理由"
    assert obstacle(OFFICER, action, found, reason="重复") is None


def test_a_topic_call_opens_and_closes_at_its_moments() -> None:
    opens = datetime(2026, 11, 21, 9, tzinfo=SHANGHAI)
    closes = opens + timedelta(days=30)
    moment = timedelta(microseconds=1)
    assert phase(opens, closes, opens - moment, ended=False) is CallPhase.SOON
    assert phase(opens, closes, opens, ended=False) is CallPhase.OPEN
    assert phase(opens, closes, closes - moment, ended=False) is CallPhase.OPEN
    assert phase(opens, closes, closes, ended=False) is CallPhase.CLOSED
    assert phase(opens, closes, opens, ended=True) is CallPhase.CLOSED


@pytest.mark.parametrize(
    ("status", "verdict", "taken_up", "plan", "reported", "expected"),
    [
        (ProposalStatus.PUBLIC, None, False, None, False, Stage.GATHERING),
        (ProposalStatus.PUBLIC, Verdict.ADOPTED, True, PlanStatus.DRAFT, False, Stage.UNDER_WAY),
        (ProposalStatus.ANSWERED, Verdict.ADOPTED, True, PlanStatus.DRAFT, False, Stage.PREPARING),
        (ProposalStatus.ANSWERED, Verdict.ADOPTED, True, PlanStatus.ON_RECORD, False, Stage.PREPARING),
        (ProposalStatus.ANSWERED, Verdict.ADOPTED, True, PlanStatus.PUBLISHED, False, Stage.ANNOUNCED),
        (ProposalStatus.ANSWERED, Verdict.ADOPTED, True, PlanStatus.PUBLISHED, True, Stage.HELD),
        (ProposalStatus.ANSWERED, Verdict.ADOPTED, True, PlanStatus.WITHDRAWN, False, Stage.DROPPED),
        (ProposalStatus.ANSWERED, Verdict.ADOPTED, True, PlanStatus.CANCELLED, False, Stage.DROPPED),
        (ProposalStatus.ANSWERED, Verdict.OTHER_WAY, True, None, False, Stage.OTHER_WAY),
        (ProposalStatus.ANSWERED, Verdict.NOT_ADOPTED, False, None, False, Stage.NOT_ADOPTED),
        (ProposalStatus.ANSWERED, Verdict.MERGED, False, None, False, Stage.MERGED),
    ],
)
def test_what_the_public_is_told_at_one_glance(
    status: ProposalStatus,
    verdict: Verdict | None,
    taken_up: bool,
    plan: PlanStatus | None,
    reported: bool,
    expected: Stage,
) -> None:
    assert stage(status, verdict, taken_up=taken_up, plan=plan, reported=reported) is expected
