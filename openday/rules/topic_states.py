"""The life of a resident's proposal: read by the office, public, taken up by an agency, answered in public.

One table of transitions, as for plans (rules/plan_states.py), asked by use-cases, pages and tests.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from openday.rules.permissions import Actor, Right, Subject, can
from openday.rules.plan_states import PlanStatus

TITLE_LIMIT = 40
TEXT_LIMIT = 500
ANSWER_LIMIT = 2_000
REASON_LIMIT = 1_000
CALL_TITLE_LIMIT = 200
CALL_WORDING_LIMIT = 5_000
TOPIC_NOTICE = "2026-11"
"""The wording of the consent to proposals; goes up when its meaning changes, and is stored with every one."""


class ProposalStatus(StrEnum):
    """Where a proposal stands."""

    RECEIVED = "received"
    PUBLIC = "public"
    ANSWERED = "answered"
    REMOVED = "removed"

    @property
    def label(self) -> str:
        """The Chinese name of the status."""
        return {
            "received": "已收到，待审核",
            "public": "征集中",
            "answered": "已答复",
            "removed": "不予公开",
        }[self.value]


class Verdict(StrEnum):
    """What became of a proposal."""

    ADOPTED = "adopted"
    MERGED = "merged"
    OTHER_WAY = "other_way"
    NOT_ADOPTED = "not_adopted"

    @property
    def label(self) -> str:
        """The Chinese name of the verdict."""
        return {"adopted": "已采纳", "merged": "并入同类建议", "other_way": "以其他方式办理", "not_adopted": "未采纳"}[
            self.value
        ]


class TopicAction(StrEnum):
    """What somebody does to a proposal."""

    ACCEPT = "accept"
    REMOVE = "remove"
    MERGE = "merge"
    ASSIGN = "assign"
    ADOPT = "adopt"
    DRAFT = "draft"
    PUBLISH = "publish"
    RETURN = "return"
    REOPEN = "reopen"

    @property
    def label(self) -> str:
        """The Chinese name of the action, as it stands on its button."""
        return _ACTION_LABELS[self]


class TopicNeed(StrEnum):
    """What an action needs besides the right."""

    REASON = "reason"  # a reason that the others will read
    NOT_OWN_TEXT = "not_own_text"  # whoever drafted the answer may not make it public
    AGENCY = "agency"  # an agency was asked to take it up
    DRAFTED = "drafted"  # an answer waits to be made public
    NOT_DRAFTED = "not_drafted"  # no answer waits


@dataclass(frozen=True)
class Transition:
    """One line of the table; `target` None leaves the status as it is."""

    action: TopicAction
    sources: frozenset[ProposalStatus]
    target: ProposalStatus | None
    right: Right
    needs: frozenset[TopicNeed]


_S, _A, _N = ProposalStatus, TopicAction, TopicNeed


def _line(
    action: TopicAction,
    sources: Iterable[ProposalStatus],
    target: ProposalStatus | None,
    right: Right,
    *needs: TopicNeed,
) -> Transition:
    return Transition(action, frozenset(sources), target, right, frozenset(needs))


TRANSITIONS: tuple[Transition, ...] = (
    _line(_A.ACCEPT, [_S.RECEIVED], _S.PUBLIC, Right.TOPIC_MODERATE),
    _line(_A.REMOVE, [_S.RECEIVED, _S.PUBLIC], _S.REMOVED, Right.TOPIC_MODERATE, _N.REASON),
    _line(_A.MERGE, [_S.RECEIVED, _S.PUBLIC], _S.ANSWERED, Right.TOPIC_MODERATE, _N.NOT_DRAFTED),
    _line(_A.ASSIGN, [_S.PUBLIC], None, Right.TOPIC_MODERATE, _N.NOT_DRAFTED),
    _line(_A.ADOPT, [_S.PUBLIC], None, Right.TOPIC_ANSWER, _N.AGENCY, _N.NOT_DRAFTED),
    _line(_A.DRAFT, [_S.PUBLIC], None, Right.TOPIC_ANSWER, _N.NOT_DRAFTED),
    _line(_A.PUBLISH, [_S.PUBLIC], _S.ANSWERED, Right.TOPIC_MODERATE, _N.DRAFTED, _N.NOT_OWN_TEXT),
    _line(_A.RETURN, [_S.PUBLIC], None, Right.TOPIC_MODERATE, _N.DRAFTED, _N.REASON),
    _line(_A.REOPEN, [_S.ANSWERED], _S.PUBLIC, Right.TOPIC_MODERATE, _N.REASON),
)

BY_ACTION = {line.action: line for line in TRANSITIONS}

SHOWN = frozenset({ProposalStatus.PUBLIC, ProposalStatus.ANSWERED})
"""What residents and agencies see; the rest lies with the office alone."""

FINISHED = frozenset({ProposalStatus.ANSWERED, ProposalStatus.REMOVED})
"""Nothing is due any more."""

ANSWERS = (Verdict.OTHER_WAY, Verdict.NOT_ADOPTED)
"""What an answer without a plan can say."""


@dataclass(frozen=True)
class ProposalFacts:
    """What the table needs to know of a proposal; the subject's authors are those who ever drafted its answer."""

    status: ProposalStatus
    subject: Subject
    drafted: bool


def obstacle(actor: Actor, action: TopicAction, facts: ProposalFacts, *, reason: str | None = None) -> str | None:
    """Why the person may not do this now, as a Chinese sentence; None when they may.

    `reason` None means "not asked yet": a button may be shown before its reason is typed.
    """
    line = BY_ACTION[action]
    if not can(actor, line.right, facts.subject):
        return "您没有办理这一步的权限"
    if facts.status not in line.sources:
        return f"这条主题建议现在是“{facts.status.label}”，不能{action.label}"
    return _unmet_need(actor, line, facts, reason)


def _unmet_need(actor: Actor, line: Transition, facts: ProposalFacts, reason: str | None) -> str | None:
    if TopicNeed.AGENCY in line.needs and facts.subject.agency_id is None:
        return "请先转有关单位办理"
    if TopicNeed.DRAFTED in line.needs and not facts.drafted:
        return "还没有待公开的办理结果"
    if TopicNeed.NOT_DRAFTED in line.needs and facts.drafted:
        return "办理结果已报送，等待政务公开办公开"
    if TopicNeed.NOT_OWN_TEXT in line.needs and actor.user_id in facts.subject.author_ids:
        return "自己起草的办理结果须由他人公开"
    if TopicNeed.REASON in line.needs and reason is not None and not reason.strip():
        return "请写明理由"
    return None


def open_actions(actor: Actor, facts: ProposalFacts) -> list[TopicAction]:
    """The buttons to show this person for this proposal, in the table's order."""
    return [line.action for line in TRANSITIONS if obstacle(actor, line.action, facts) is None]


class CallPhase(StrEnum):
    """Where a topic call stands at a moment."""

    SOON = "soon"
    OPEN = "open"
    CLOSED = "closed"

    @property
    def label(self) -> str:
        """The Chinese name of the phase."""
        return {"soon": "尚未开始", "open": "征集中", "closed": "已结束"}[self.value]


def phase(opens_at: datetime, closes_at: datetime, now: datetime, *, ended: bool) -> CallPhase:
    """Whether residents can propose and support now; `ended` when the office ended it before its time."""
    if ended or now >= closes_at:
        return CallPhase.CLOSED
    return CallPhase.OPEN if now >= opens_at else CallPhase.SOON


class Stage(StrEnum):
    """What the public is told of a proposal at one glance."""

    GATHERING = "gathering"
    UNDER_WAY = "under_way"
    PREPARING = "preparing"
    ANNOUNCED = "announced"
    HELD = "held"
    DROPPED = "dropped"
    OTHER_WAY = "other_way"
    NOT_ADOPTED = "not_adopted"
    MERGED = "merged"


def stage(
    status: ProposalStatus, verdict: Verdict | None, *, taken_up: bool, plan: PlanStatus | None, reported: bool
) -> Stage:
    """The stage of a proposal that is public. `taken_up`: an agency was asked; `plan`: where the plan stands that
    adopted it; `reported`: how the day went is public."""
    if status is not ProposalStatus.ANSWERED:
        return Stage.UNDER_WAY if taken_up else Stage.GATHERING
    if verdict is not Verdict.ADOPTED:
        return Stage((verdict or Verdict.NOT_ADOPTED).value)
    if reported:
        return Stage.HELD
    if plan is PlanStatus.PUBLISHED:
        return Stage.ANNOUNCED
    return Stage.DROPPED if plan in (PlanStatus.WITHDRAWN, PlanStatus.CANCELLED) else Stage.PREPARING


_ACTION_LABELS = {
    TopicAction.ACCEPT: "公开征集",
    TopicAction.REMOVE: "不予公开",
    TopicAction.MERGE: "并入同类建议",
    TopicAction.ASSIGN: "转单位办理",
    TopicAction.ADOPT: "纳入活动计划",
    TopicAction.DRAFT: "报送办理结果",
    TopicAction.PUBLISH: "公开办理结果",
    TopicAction.RETURN: "退回重办",
    TopicAction.REOPEN: "重新办理",
}
