"""The office's decision on a plan: on record, or back to the agency with words at the fields."""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from openday import clock
from openday.db import session, use_case
from openday.documents.letters import letter_text
from openday.errors import ChangedByAnother, Refused
from openday.models.people import User
from openday.models.plans import Plan, PlanEvent, PlanVersion
from openday.queries.scope import plan_in_reach
from openday.rules.permissions import Actor, Right
from openday.rules.plan_states import PlanAction, PlanStatus
from openday.rules.plan_text import FIELD_LABELS
from openday.rules.privacy import plain_text
from openday.rules.states import Channel
from openday.rules.wording import moment_text
from openday.services import ledger
from openday.services.steps import take_step

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
    plan = _as_read(actor, code, version, PlanStatus.OFFICE_REVIEW)
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
    plan = _as_read(actor, code, version, seen)
    take_step(plan, actor, PlanAction.RETURN, now=now, reason=reason, comments=comments)
    lines = [f"{FIELD_LABELS[field]}：{text}" for field, text in comments.items()]
    _tell_filer(plan, "plan_returned", link, said="\n".join([reason, *lines] if reason else lines))


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


def _as_read(actor: Actor, code: str, version: int, seen: PlanStatus) -> Plan:
    """The locked plan, when it still is what the officer had before them."""
    plan = plan_in_reach(actor, Right.PLAN_OFFICE_REVIEW, code, lock=True)
    if plan.status != seen or plan.version != version:
        raise ChangedByAnother(_what_happened(plan, actor))
    return plan


def _what_happened(plan: Plan, actor: Actor) -> str:
    last = session().scalar(
        select(PlanEvent)
        .where(PlanEvent.plan_id == plan.id)
        .options(joinedload(PlanEvent.actor))
        .order_by(PlanEvent.id.desc())
        .limit(1)
    )
    now_is = f"这份计划现在是“{PlanStatus(plan.status).label}”"
    if last is None or last.action not in set(PlanAction):
        return f"您打开这一页之后，这份计划已有变化，您的意见没有保存。{now_is}"
    who = "您" if last.actor_id == actor.user_id else last.actor.name
    step = PlanAction(last.action).label
    return f"{who}已于{moment_text(last.at)}办理“{step}”，您这次的操作没有保存。{now_is}"


def _tell_filer(plan: Plan, kind: str, link: str, *, said: str) -> None:
    """Write to whoever saved the text last, if they are still here and have an address."""
    statement = (
        select(User)
        .join(PlanVersion, PlanVersion.author_id == User.id)
        .where(PlanVersion.plan_id == plan.id)
        .order_by(PlanVersion.number.desc())
        .limit(1)
    )
    filer = session().scalar(statement)
    if filer is None or not filer.active or not filer.email:
        return
    template = "messages/plan_returned.txt" if kind == "plan_returned" else "messages/plan_on_record.txt"
    text = letter_text(
        template,
        name=filer.name,
        agency=plan.agency.name,
        theme=plan.theme,
        said=said,
        where=link or "登录后在“活动计划”中查看",
    )
    ledger.enqueue(
        kind, channel=Channel.EMAIL, recipient=filer.email, subject=text.subject, body=text.body, now=plan.updated_at
    )
