"""The life of a plan: one table of transitions, asked by use-cases, templates, database CHECKs and docs.

`openday states` prints the table into docs/plan-states.md; a test compares.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from openday.rules.permissions import Actor, Right, Subject, can


class PlanStatus(StrEnum):
    """Where a plan stands."""

    DRAFT = "draft"
    AGENCY_REVIEW = "agency_review"
    OFFICE_REVIEW = "office_review"
    RETURNED = "returned"
    ON_RECORD = "on_record"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"
    CANCELLED = "cancelled"

    @property
    def label(self) -> str:
        """The Chinese name of the status."""
        return _STATUS_LABELS[self]


class PlanAction(StrEnum):
    """What somebody does to a plan."""

    SUBMIT = "submit"
    SUBMIT_DIRECTLY = "submit_directly"
    TAKE_BACK = "take_back"
    AGENCY_STEP = "agency_step"
    AGENCY_APPROVE = "agency_approve"
    AGENCY_RETURN = "agency_return"
    APPROVE = "approve"
    RETURN = "return"
    PUBLISH = "publish"
    WITHDRAW = "withdraw"
    CANCEL = "cancel"
    ASK_CORRECTION = "ask_correction"
    SETTLE_CORRECTION = "settle_correction"

    @property
    def label(self) -> str:
        """The Chinese name of the action, as it stands on its button."""
        return _ACTION_LABELS[self]


class ReviewStep(StrEnum):
    """A step of the review inside the agency; an agency takes one, two or all three of them, in this order."""

    FIRST = "first"
    SECOND = "second"
    SECRECY = "secrecy"

    @property
    def label(self) -> str:
        """The Chinese name of the step."""
        return {"first": "初审", "second": "复审", "secrecy": "保密审查"}[self.value]


class Need(StrEnum):
    """What an action needs besides the right."""

    REASON = "reason"  # a reason that the others will read
    NOT_OWN_TEXT = "not_own_text"  # whoever wrote any version of the text may not approve it
    COMPLETE = "complete"  # every required field filled in
    NO_AGENCY_REVIEW = "no_agency_review"  # the agency has no reviewer
    AGENCY_REVIEW = "agency_review"  # the agency has one
    OTHER_REVIEWER = "other_reviewer"  # nobody takes two steps of one round
    MORE_STEPS = "more_steps"  # another step of the agency's review follows
    LAST_STEP = "last_step"  # none follows
    SECRECY = "secrecy"  # where the step is the secrecy review: the answer to 是否涉密 is no


@dataclass(frozen=True)
class Transition:
    """One line of the table."""

    action: PlanAction
    sources: frozenset[PlanStatus]
    target: PlanStatus
    right: Right
    needs: frozenset[Need]


_S, _A, _N = PlanStatus, PlanAction, Need


def _line(
    action: PlanAction, sources: Iterable[PlanStatus], target: PlanStatus, right: Right, *needs: Need
) -> Transition:
    return Transition(action, frozenset(sources), target, right, frozenset(needs))


_REVIEWED = (_N.NOT_OWN_TEXT, _N.OTHER_REVIEWER, _N.SECRECY)

TRANSITIONS: tuple[Transition, ...] = (
    _line(_A.SUBMIT, [_S.DRAFT, _S.RETURNED], _S.AGENCY_REVIEW, Right.PLAN_FILE, _N.COMPLETE, _N.AGENCY_REVIEW),
    _line(
        _A.SUBMIT_DIRECTLY, [_S.DRAFT, _S.RETURNED], _S.OFFICE_REVIEW, Right.PLAN_FILE, _N.COMPLETE, _N.NO_AGENCY_REVIEW
    ),
    _line(_A.TAKE_BACK, [_S.AGENCY_REVIEW, _S.OFFICE_REVIEW, _S.ON_RECORD], _S.DRAFT, Right.PLAN_FILE, _N.REASON),
    _line(_A.AGENCY_STEP, [_S.AGENCY_REVIEW], _S.AGENCY_REVIEW, Right.PLAN_AGENCY_REVIEW, *_REVIEWED, _N.MORE_STEPS),
    _line(_A.AGENCY_APPROVE, [_S.AGENCY_REVIEW], _S.OFFICE_REVIEW, Right.PLAN_AGENCY_REVIEW, *_REVIEWED, _N.LAST_STEP),
    _line(_A.AGENCY_RETURN, [_S.AGENCY_REVIEW], _S.RETURNED, Right.PLAN_AGENCY_REVIEW, _N.REASON),
    _line(_A.APPROVE, [_S.OFFICE_REVIEW], _S.ON_RECORD, Right.PLAN_OFFICE_REVIEW, _N.NOT_OWN_TEXT, _N.OTHER_REVIEWER),
    _line(_A.RETURN, [_S.OFFICE_REVIEW, _S.ON_RECORD], _S.RETURNED, Right.PLAN_OFFICE_REVIEW, _N.REASON),
    _line(_A.PUBLISH, [_S.ON_RECORD], _S.PUBLISHED, Right.PUBLICATION_MANAGE, _N.NOT_OWN_TEXT),
    _line(
        _A.WITHDRAW,
        [_S.DRAFT, _S.AGENCY_REVIEW, _S.OFFICE_REVIEW, _S.RETURNED],
        _S.WITHDRAWN,
        Right.PLAN_WITHDRAW,
        _N.REASON,
    ),
    _line(_A.CANCEL, [_S.ON_RECORD, _S.PUBLISHED], _S.CANCELLED, Right.PUBLICATION_MANAGE, _N.REASON),
    _line(_A.ASK_CORRECTION, [_S.PUBLISHED], _S.PUBLISHED, Right.PLAN_FILE, _N.REASON),
    _line(_A.SETTLE_CORRECTION, [_S.PUBLISHED], _S.PUBLISHED, Right.PUBLICATION_MANAGE, _N.REASON),
)

REVIEWS = frozenset({_A.AGENCY_STEP, _A.AGENCY_APPROVE, _A.APPROVE})
"""Actions by which somebody says that they read a text and agree."""

EDITABLE = frozenset({PlanStatus.DRAFT, PlanStatus.RETURNED})
"""The text may be changed only here; whoever wants to change it later takes it back, which drops its approvals."""

BY_ACTION = {line.action: line for line in TRANSITIONS}


@dataclass(frozen=True)
class PlanFacts:
    """What the table needs to know of a plan.

    `steps` are those of the agency's review, `step` the one that the plan waits for, `reviewer_ids` whoever passed it
    since it was last handed in.
    """

    status: PlanStatus
    subject: Subject
    agency_reviews: bool
    complete: bool
    steps: tuple[ReviewStep, ...] = (ReviewStep.FIRST,)
    step: ReviewStep | None = None
    reviewer_ids: frozenset[int] = frozenset()


def steps_from(listed: str) -> tuple[ReviewStep, ...]:
    """The steps of a list such as "first,secrecy", in their fixed order; what is no step is left out.

    An agency that reviews takes at least one: an empty list means the first review.
    """
    named = {part.strip() for part in listed.split(",")}
    return tuple(step for step in ReviewStep if step in named) or (ReviewStep.FIRST,)


def step_after(steps: Iterable[ReviewStep], step: ReviewStep) -> ReviewStep | None:
    """The step that follows; None after the last. It also answers for a step that the agency takes no longer."""
    order = list(ReviewStep)
    return next((later for later in steps if order.index(later) > order.index(step)), None)


def step_text(action: PlanAction, step: ReviewStep | None = None) -> str:
    """What was done, as a history says it: 初审通过, 保密审查退回; without a step the words of the button."""
    if step is None:
        return action.label
    return f"{step.label}退回" if action is PlanAction.AGENCY_RETURN else f"{step.label}通过"


def obstacle(
    actor: Actor, action: PlanAction, plan: PlanFacts, *, reason: str | None = None, not_secret: bool | None = None
) -> str | None:
    """Why the person may not do this now, as a Chinese sentence; None when they may.

    `reason` and `not_secret` None mean "not asked yet": a button may be shown before its reason is typed.
    """
    line = BY_ACTION[action]
    if not can(actor, line.right, plan.subject):
        return "您没有办理这一步的权限"
    if plan.status not in line.sources:
        return f"这份计划现在是“{plan.status.label}”，不能{action.label}"
    return _unmet_need(actor, line, plan) or _unsaid(line, plan, reason, not_secret)


def is_own(actor: Actor, action: PlanAction, plan: PlanFacts) -> bool:
    """Whether it is who the person is that keeps them from it: the author of the text, or a reviewer of the round."""
    needs = BY_ACTION[action].needs
    wrote = Need.NOT_OWN_TEXT in needs and actor.user_id in plan.subject.author_ids
    return wrote or (Need.OTHER_REVIEWER in needs and actor.user_id in plan.reviewer_ids)


def _unmet_need(actor: Actor, line: Transition, plan: PlanFacts) -> str | None:
    if Need.NOT_OWN_TEXT in line.needs and actor.user_id in plan.subject.author_ids:
        return "自己填写的内容须由他人审核"
    if Need.OTHER_REVIEWER in line.needs and actor.user_id in plan.reviewer_ids:
        return "您已办理过这一轮的前一环节，这一环节须由他人办理"
    if Need.COMPLETE in line.needs and not plan.complete:
        return "还有必填项没有填写"
    if Need.AGENCY_REVIEW in line.needs and not plan.agency_reviews:
        return "本单位未设审核人，请直接报送政务公开办"
    if Need.NO_AGENCY_REVIEW in line.needs and plan.agency_reviews:
        return "本单位设有审核人，须先经单位审核"
    return _out_of_order(line, plan)


def _out_of_order(line: Transition, plan: PlanFacts) -> str | None:
    later = step_after(plan.steps, plan.step or ReviewStep.FIRST)
    if Need.LAST_STEP in line.needs and later is not None:
        return f"之后还须{later.label}，不能直接报送"
    if Need.MORE_STEPS in line.needs and later is None:
        return "这已是本单位最后一个审核环节，通过后即报送政务公开办"
    return None


def _unsaid(line: Transition, plan: PlanFacts, reason: str | None, not_secret: bool | None) -> str | None:
    if Need.REASON in line.needs and reason is not None and not reason.strip():
        return "请写明理由"
    if Need.SECRECY in line.needs and plan.step is ReviewStep.SECRECY and not_secret is False:
        return "请确认内容不涉及国家秘密、工作秘密和不宜公开的信息；涉密的应当退回"
    return None


def open_actions(actor: Actor, plan: PlanFacts) -> list[PlanAction]:
    """The buttons to show this person for this plan, in the table's order."""
    return [line.action for line in TRANSITIONS if obstacle(actor, line.action, plan) is None]


_STATUS_LABELS = {
    PlanStatus.DRAFT: "草稿",
    PlanStatus.AGENCY_REVIEW: "单位审核中",
    PlanStatus.OFFICE_REVIEW: "待政务公开办审核",
    PlanStatus.RETURNED: "已退回",
    PlanStatus.ON_RECORD: "已备案",
    PlanStatus.PUBLISHED: "已发布",
    PlanStatus.WITHDRAWN: "已撤回",
    PlanStatus.CANCELLED: "已取消",
}

_ACTION_LABELS = {
    PlanAction.SUBMIT: "提交单位审核",
    PlanAction.SUBMIT_DIRECTLY: "报送政务公开办",
    PlanAction.TAKE_BACK: "取回修改",
    PlanAction.AGENCY_STEP: "审核通过",
    PlanAction.AGENCY_APPROVE: "审核通过并报送",
    PlanAction.AGENCY_RETURN: "退回修改",
    PlanAction.APPROVE: "同意备案",
    PlanAction.RETURN: "退回修改",
    PlanAction.PUBLISH: "发布",
    PlanAction.WITHDRAW: "撤回",
    PlanAction.CANCEL: "取消活动",
    PlanAction.ASK_CORRECTION: "申请更正",
    PlanAction.SETTLE_CORRECTION: "答复更正申请",
}
