"""The office's decision on a plan: on record, or back to the agency with words at the fields."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import or_, select

from openday import clock
from openday.db import session, use_case
from openday.documents.letters import letter_text
from openday.errors import Conflict, Forbidden, NotFound, Refused
from openday.models.people import User
from openday.models.plans import Plan, PlanVersion
from openday.queries.plans import asks_correction
from openday.queries.scope import plan_in_reach
from openday.rules.permissions import Actor, Right
from openday.rules.plan_states import PlanAction, PlanStatus
from openday.rules.plan_text import FIELD_LABELS
from openday.rules.privacy import plain_text
from openday.rules.states import Channel
from openday.services import ledger
from openday.services.steps import refuse_unless_as_read, take_step

_LETTERS = {
    "plan_on_record": "messages/plan_on_record.txt",
    "plan_returned": "messages/plan_returned.txt",
    "plan_correction": "messages/plan_correction.txt",
}
LONGEST_REASON = 2_000
LONGEST_COMMENT = 1_000


@use_case
def approve_plan(actor: Actor, code: str, version: int, *, link: str = "") -> None:
    """Put a plan on record (同意备案) and tell its filer; `version` is the text that the officer read, `link` the
    absolute address of the plan on the agency's desk.

    Raises:
        NotFound: no such plan within the officer's reach.
        Forbidden: whoever wrote part of the text may not approve it.
        ChangedByAnother: the text is another by now, or somebody decided first; the message says who.
    """
    now = clock.now()
    plan = plan_in_reach(actor, Right.PLAN_OFFICE_REVIEW, code, lock=True)
    refuse_unless_as_read(plan, actor, version, PlanStatus.OFFICE_REVIEW)
    take_step(plan, actor, PlanAction.APPROVE, now=now)
    _tell_filer(plan, "plan_on_record", link, said="")


@use_case
def return_plan(
    actor: Actor,
    code: str,
    version: int,
    reason: str,
    comments: Mapping[str, str],
    *,
    seen: PlanStatus = PlanStatus.OFFICE_REVIEW,
    link: str = "",
) -> None:
    """Give a plan back (退回修改) with a reason, with words at fields (of PLAN_FIELDS), or both, and tell its filer.

    `seen` is the state that the officer had before them: without it, a return could silently undo the record that a
    colleague made a moment ago, since a plan on record may be given back as well.

    Raises:
        NotFound: no such plan within the officer's reach.
        Refused: neither reason nor comment, one that is too long, or a field that the form does not have.
        ChangedByAnother: as in `approve_plan`.
        Conflict: the plan is in no state to be given back.
    """
    now = clock.now()
    reason, comments = _readable(reason, comments)
    plan = plan_in_reach(actor, Right.PLAN_OFFICE_REVIEW, code, lock=True)
    refuse_unless_as_read(plan, actor, version, seen)
    take_step(plan, actor, PlanAction.RETURN, now=now, reason=reason, comments=comments)
    lines = [f"{FIELD_LABELS[field]}：{text}" for field, text in comments.items()]
    _tell_filer(plan, "plan_returned", link, said="\n".join([reason, *lines] if reason else lines))


@use_case
def settle_correction(actor: Actor, code: str, answer: str, *, link: str = "") -> None:
    """Answer an agency's request for a correction: what was corrected, or why not; its filer is told.

    Raises:
        NotFound: no such plan within the officer's reach.
        Conflict: it is not published, or nothing is asked (any more).
        Refused: without an answer, or with one that is too long.
    """
    now = clock.now()
    plan = plan_in_reach(actor, Right.PUBLICATION_MANAGE, code, lock=True)
    if not asks_correction(plan.id):
        raise Conflict("没有待答复的更正申请，可能已由他人答复")
    said, _ = _readable(answer, {})
    take_step(plan, actor, PlanAction.SETTLE_CORRECTION, now=now, reason=said)
    _tell_filer(plan, "plan_correction", link, said=said)


@dataclass(frozen=True)
class Chosen:
    """A plan ticked in a list, with the text that stood there."""

    code: str
    version: int


@dataclass(frozen=True)
class Verdict:
    """What became of one plan of many; `problem` is empty when it was done."""

    code: str
    problem: str

    @property
    def done(self) -> bool:
        """Whether the plan was decided as wanted."""
        return not self.problem


def approve_many(actor: Actor, chosen: Iterable[Chosen], link: Callable[[str], str]) -> list[Verdict]:
    """Put several plans on record, each in a transaction of its own; `link` makes a plan's address from its code."""
    return [
        _verdict(one, lambda one: approve_plan(actor, one.code, one.version, link=link(one.code))) for one in chosen
    ]


def return_many(actor: Actor, chosen: Iterable[Chosen], reason: str, link: Callable[[str], str]) -> list[Verdict]:
    """Give several plans back for one reason, each in a transaction of its own.

    Raises:
        Refused: no reason, or one that is too long; nothing was done.
    """
    said, _ = _readable(reason, {})
    if not said:
        raise Refused("请写明退回理由，填报人会看到", field="reason")
    return [
        _verdict(one, lambda one: return_plan(actor, one.code, one.version, said, {}, link=link(one.code)))
        for one in chosen
    ]


def _verdict(chosen: Chosen, decide: Callable[[Chosen], None]) -> Verdict:
    try:
        decide(chosen)
    except NotFound:
        return Verdict(chosen.code, "没有找到这份计划")
    except (Refused, Conflict, Forbidden) as refused:
        return Verdict(chosen.code, refused.message)
    return Verdict(chosen.code, "")


def _readable(reason: str, comments: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    """Both cleaned and in the form's order; raises Refused at the field that is wrong."""
    unknown = set(comments) - set(FIELD_LABELS)
    if unknown:
        raise Refused("报送表中没有这一栏")
    said = plain_text(reason, lines=True)
    if len(said) > LONGEST_REASON:
        raise Refused(f"退回理由最多{LONGEST_REASON}个字，现在有{len(said)}个字", field="reason")
    pinned = {field: plain_text(comments.get(field, ""), lines=True) for field in FIELD_LABELS}
    for field, text in pinned.items():
        if len(text) > LONGEST_COMMENT:
            label = FIELD_LABELS[field]
            raise Refused(f"{label}的意见最多{LONGEST_COMMENT}个字，现在有{len(text)}个字", field=field)
    return said, {field: text for field, text in pinned.items() if text}


def _tell_filer(plan: Plan, kind: str, link: str, *, said: str) -> None:
    """Write to whoever saved the text last, co-hosts apart, if they are still here and have an address."""
    statement = (
        select(User)
        .join(PlanVersion, PlanVersion.author_id == User.id)
        .where(PlanVersion.plan_id == plan.id, or_(User.agency_id == plan.agency_id, User.agency_id.is_(None)))
        .order_by(PlanVersion.number.desc())
        .limit(1)
    )
    filer = session().scalar(statement)
    if filer is None or not filer.active or not filer.email:
        return
    text = letter_text(
        _LETTERS[kind],
        name=filer.name,
        agency=plan.agency.name,
        theme=plan.theme,
        said=said,
        where=link or "登录后在“活动计划”中查看",
    )
    ledger.enqueue(
        kind, channel=Channel.EMAIL, recipient=filer.email, subject=text.subject, body=text.body, now=plan.updated_at
    )
