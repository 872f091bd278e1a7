"""The life of a suggestion: moderated by the office, answered by the agency, published by the office.

One table of transitions, as for plans (rules/plan_states.py), asked by use-cases, pages and tests.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from openday.rules.permissions import Actor, Right, Subject, can
from openday.rules.plan_states import Need
from openday.rules.states import SuggestionStatus


class SuggestionAction(StrEnum):
    """What somebody does to a suggestion."""

    ACCEPT = "accept"
    REMOVE = "remove"
    REASSIGN = "reassign"
    DRAFT = "draft"
    DRAFT_DIRECTLY = "draft_directly"
    AGENCY_APPROVE = "agency_approve"
    AGENCY_RETURN = "agency_return"
    PUBLISH = "publish"
    RETURN = "return"

    @property
    def label(self) -> str:
        """The Chinese name of the action, as it stands on its button."""
        return _ACTION_LABELS[self]


@dataclass(frozen=True)
class Transition:
    """One line of the table; `target` None leaves the status as it is."""

    action: SuggestionAction
    sources: frozenset[SuggestionStatus]
    target: SuggestionStatus | None
    right: Right
    needs: frozenset[Need]


_S, _A, _N = SuggestionStatus, SuggestionAction, Need


def _line(
    action: SuggestionAction,
    sources: Iterable[SuggestionStatus],
    target: SuggestionStatus | None,
    right: Right,
    *needs: Need,
) -> Transition:
    return Transition(action, frozenset(sources), target, right, frozenset(needs))


TRANSITIONS: tuple[Transition, ...] = (
    _line(_A.ACCEPT, [_S.RECEIVED], _S.OPEN, Right.SUGGESTION_MODERATE),
    _line(_A.REMOVE, [_S.RECEIVED], _S.REMOVED, Right.SUGGESTION_MODERATE, _N.REASON),
    _line(_A.REASSIGN, [_S.RECEIVED, _S.OPEN], None, Right.SUGGESTION_MODERATE),
    _line(_A.DRAFT, [_S.OPEN], _S.DRAFTED, Right.SUGGESTION_DRAFT_REPLY, _N.AGENCY_REVIEW),
    _line(_A.DRAFT_DIRECTLY, [_S.OPEN], _S.AGENCY_APPROVED, Right.SUGGESTION_DRAFT_REPLY, _N.NO_AGENCY_REVIEW),
    _line(_A.AGENCY_APPROVE, [_S.DRAFTED], _S.AGENCY_APPROVED, Right.SUGGESTION_APPROVE_REPLY, _N.NOT_OWN_TEXT),
    _line(_A.AGENCY_RETURN, [_S.DRAFTED], _S.OPEN, Right.SUGGESTION_APPROVE_REPLY, _N.REASON),
    _line(_A.PUBLISH, [_S.AGENCY_APPROVED], _S.ANSWERED, Right.SUGGESTION_MODERATE, _N.NOT_OWN_TEXT),
    _line(_A.RETURN, [_S.AGENCY_APPROVED], _S.OPEN, Right.SUGGESTION_MODERATE, _N.REASON),
)

BY_ACTION = {line.action: line for line in TRANSITIONS}

WITH_THE_OFFICE = frozenset({SuggestionStatus.RECEIVED, SuggestionStatus.REMOVED})
"""Not moderated, or turned down: an agency does not see these."""

FINISHED = frozenset({SuggestionStatus.ANSWERED, SuggestionStatus.REMOVED})
"""Nothing is due any more."""


@dataclass(frozen=True)
class SuggestionFacts:
    """What the table needs to know of a suggestion; the subject's authors are those who ever drafted its reply."""

    status: SuggestionStatus
    subject: Subject
    agency_reviews: bool


def obstacle(
    actor: Actor, action: SuggestionAction, facts: SuggestionFacts, *, reason: str | None = None
) -> str | None:
    """Why the person may not do this now, as a Chinese sentence; None when they may.

    `reason` None means "not asked yet": a button may be shown before its reason is typed.
    """
    line = BY_ACTION[action]
    if not can(actor, line.right, facts.subject):
        return "您没有办理这一步的权限"
    if facts.status not in line.sources:
        return f"这条意见建议现在是“{facts.status.label}”，不能{action.label}"
    if Need.NOT_OWN_TEXT in line.needs and actor.user_id in facts.subject.author_ids:
        return "自己起草的答复须由他人审核"
    if Need.AGENCY_REVIEW in line.needs and not facts.agency_reviews:
        return "本单位未设审核人，请直接报送政务公开办"
    if Need.NO_AGENCY_REVIEW in line.needs and facts.agency_reviews:
        return "本单位设有审核人，须先经单位审核"
    if Need.REASON in line.needs and reason is not None and not reason.strip():
        return "请写明理由"
    return None


def open_actions(actor: Actor, facts: SuggestionFacts) -> list[SuggestionAction]:
    """The buttons to show this person for this suggestion, in the table's order."""
    return [line.action for line in TRANSITIONS if obstacle(actor, line.action, facts) is None]


_ACTION_LABELS = {
    SuggestionAction.ACCEPT: "受理",
    SuggestionAction.REMOVE: "不予公开",
    SuggestionAction.REASSIGN: "转其他单位办理",
    SuggestionAction.DRAFT: "提交单位审核",
    SuggestionAction.DRAFT_DIRECTLY: "报送政务公开办",
    SuggestionAction.AGENCY_APPROVE: "审核通过并报送",
    SuggestionAction.AGENCY_RETURN: "退回重拟",
    SuggestionAction.PUBLISH: "公开答复",
    SuggestionAction.RETURN: "退回重拟",
}
