"""Filing a plan: saved, submitted, withdrawn by its filer; approved or returned by the agency's reviewer."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from openday import clock
from openday.db import session, use_case
from openday.documents.letters import letter_text
from openday.errors import ChangedByAnother, Conflict, Duplicate, Refused
from openday.models.columns import new_code
from openday.models.people import User
from openday.models.plans import Plan, PlanEvent, PlanVersion
from openday.queries.scope import plan_facts, plan_in_reach
from openday.rules.fuzzy_date import read_period
from openday.rules.permissions import Actor, Right
from openday.rules.plan_states import EDITABLE, PlanAction, PlanStatus, ReviewStep, step_after
from openday.rules.plan_text import PLAN_FIELDS, PlanText, too_long, unfilled
from openday.rules.privacy import plain_text
from openday.rules.states import Channel
from openday.services import ledger
from openday.services.filing_steps import Saved, created, hand_in, mark_filed, open_call, own_agency, saved, who_saved
from openday.services.steps import refuse_unless_as_read, take_step

LONGEST_REASON = 2_000

_KEY = re.compile(r"[2-9a-hjkmnp-z]{12}")


@dataclass(frozen=True)
class PlanDraft:
    """What the form says. `call_id` None files the plan outside of any call."""

    call_id: int | None
    text: PlanText


class TextRefused(Refused):
    """The text is not acceptable as it is; `problems` maps field names to Chinese sentences."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        field, message = next(iter(problems.items()))
        super().__init__(message, field=field)
        self.problems = dict(problems)


def new_key() -> str:
    """A fresh key for a blank form; see `create_plan`."""
    return new_code(12)


@use_case
def create_plan(actor: Actor, draft: PlanDraft, *, key: str, submit: bool = False) -> Saved:
    """Open a new plan of the actor's own agency; with `submit` it is handed in at once.

    `key` is the code that the blank form was given: sending the form twice files one plan.

    Raises:
        TextRefused: a field is too long or, when handed in, missing or not understood.
        Closed: the call takes no more plans.
        Duplicate: a plan with this key is there and says something else.
    """
    now = clock.now()
    agency = own_agency(actor)
    before = _already_filed(actor, key, draft)
    if before is not None:
        return before
    call = open_call(draft.call_id, agency) if draft.call_id is not None else None
    _judge(draft.text, submit, call.year if call else now.year)
    plan = Plan(agency=agency, call=call, status=PlanStatus.DRAFT.value, version=1, created_at=now)
    if _KEY.fullmatch(key):
        plan.code = key
    plan.take_text(draft.text, year=plan.reading_year, author_id=actor.user_id, now=now)
    try:
        with session().begin_nested():
            session().add(plan)
    except IntegrityError:
        # The same form came twice at the same moment; the other one has filed it.
        before = _already_filed(actor, key, draft)
        if before is None:
            raise
        return before
    session().add(created(plan, actor, now))
    ledger.record("plan.create", actor=actor, record_type="plan", record_id=plan.id, agency_id=agency.id, now=now)
    if submit:
        hand_in(plan, actor, now)
    return saved(plan)


@use_case
def save_plan(actor: Actor, code: str, draft: PlanDraft, *, version: int, submit: bool = False) -> Saved:
    """Change the text of a draft or returned plan; with `submit` it is handed in as well.

    `version` is the one that the editor started from.

    Raises:
        NotFound: no such plan within reach.
        ChangedByAnother: somebody saved or handed in meanwhile; nothing was changed.
        Conflict: it reports what was held already, and is changed by `held_plans.refile_held` alone.
        TextRefused: as in `create_plan`.
    """
    now = clock.now()
    plan = plan_in_reach(actor, Right.PLAN_EDIT, code, lock=True)
    if plan.version != version:
        raise ChangedByAnother(who_saved(plan, actor))
    if PlanStatus(plan.status) not in EDITABLE:
        raise ChangedByAnother(f"这份计划现在是“{PlanStatus(plan.status).label}”，不能再修改")
    if plan.held_already:
        # Its report becomes public with it: text and report are changed together (`held_plans`), or reviewers would
        # read one and the public the other.
        raise Conflict("这份计划只报开展情况，请在“已开展的活动，只报情况”的表单中修改")
    # A co-host changes the text; to which call it is filed stays with the agency that files it.
    moved = draft.call_id != plan.call_id and actor.agency_id == plan.agency_id
    if moved:
        plan.call = open_call(draft.call_id, plan.agency) if draft.call_id is not None else None
    _judge(draft.text, submit, plan.reading_year)
    if moved or draft.text != plan.text:
        plan.version += 1
        plan.take_text(draft.text, year=plan.reading_year, author_id=actor.user_id, now=now)
        ledger.record(
            "plan.save", actor=actor, record_type="plan", record_id=plan.id, agency_id=plan.agency_id, now=now
        )
    if submit:
        hand_in(plan, actor, now)
    return saved(plan)


@use_case
def submit_plan(actor: Actor, code: str, *, version: int) -> Saved:
    """Hand in a draft or returned plan as it stands: to the agency's reviewer, or straight to the office.

    Raises:
        NotFound, ChangedByAnother, TextRefused: as in `save_plan`.
        Conflict: it has been handed in already.
    """
    now = clock.now()
    plan = _at_version(actor, Right.PLAN_FILE, code, version)
    if PlanStatus(plan.status) in EDITABLE:
        _judge(plan.text, True, plan.reading_year)
    hand_in(plan, actor, now)
    return saved(plan)


@use_case
def withdraw_plan(actor: Actor, code: str, *, reason: str) -> None:
    """Give up a plan before it is on record.

    Raises:
        NotFound: no such plan within reach.
        Conflict: it is on record or withdrawn already.
        Refused: without a reason.
    """
    plan = plan_in_reach(actor, Right.PLAN_WITHDRAW, code, lock=True)
    take_step(plan, actor, PlanAction.WITHDRAW, now=clock.now(), reason=reason)


@use_case
def take_back_plan(actor: Actor, code: str, *, version: int, seen: PlanStatus, reason: str, link: str = "") -> None:
    """Take a plan back from its reviewers, or off the record, to change it (取回修改): it passes review again.

    Every approval is dropped; whoever put it on record is told, `link` being the address where the office finds it.
    Published plans stay as they are, see `ask_correction`.

    Raises:
        NotFound: no such plan within reach.
        ChangedByAnother: it is in another state or text than the filer saw; the message says who was first.
        Conflict: it cannot be taken back from its state.
        Refused: without a reason.
    """
    now = clock.now()
    plan = plan_in_reach(actor, Right.PLAN_FILE, code, lock=True)
    refuse_unless_as_read(plan, actor, version, seen)
    approver = _who_approved(plan.id) if plan.status == PlanStatus.ON_RECORD else None
    take_step(plan, actor, PlanAction.TAKE_BACK, now=now, reason=_said(reason))
    if approver is None or not approver.active or not approver.email:
        return
    letter = letter_text(
        "messages/plan_taken_back.txt",
        name=approver.name, agency=plan.agency.name, theme=plan.theme, said=reason.strip(), who=actor.name,
        where=link or "登录后在“活动计划”中查看",
    )  # fmt: skip
    ledger.enqueue(
        "plan_taken_back", channel=Channel.EMAIL, recipient=approver.email, subject=letter.subject, body=letter.body,
        now=now,
    )  # fmt: skip


@use_case
def ask_correction(actor: Actor, code: str, *, reason: str, comments: Mapping[str, str] | None = None) -> None:
    """Ask the office to correct what it published (申请更正); what is public stays as it is until the office acts.

    `comments` say at fields (of PLAN_FIELDS) what should stand there.

    Raises:
        NotFound: no such plan within reach.
        Conflict: it is not published.
        Refused: nothing was said, or too much.
    """
    plan = plan_in_reach(actor, Right.PLAN_FILE, code, lock=True)
    known = {name: _said(text) for name, text in (comments or {}).items() if name in PLAN_FIELDS}
    take_step(plan, actor, PlanAction.ASK_CORRECTION, now=clock.now(), reason=_said(reason), comments=known)


@use_case
def agency_approve(
    actor: Actor, code: str, *, version: int, step: ReviewStep | None = None, not_secret: bool = False
) -> Saved:
    """A reviewer of the agency passes the step that the plan waits for; after the last one it goes to the office.

    `step` is the one that the reviewer had before them. `not_secret` answers the question 是否涉密 of the secrecy
    review with no; the other steps do not ask.

    Raises:
        NotFound: no such plan within reach.
        Forbidden: the reviewer wrote part of the text, or took an earlier step of this round.
        ChangedByAnother: it waits for another step, or the text is another; the message says who was first.
        Refused: the question of the secrecy review is not answered.
    """
    now = clock.now()
    plan = plan_in_reach(actor, Right.PLAN_AGENCY_REVIEW, code, lock=True)
    refuse_unless_as_read(plan, actor, version, PlanStatus.AGENCY_REVIEW, step)
    facts = plan_facts(plan)
    later = step_after(facts.steps, facts.step or ReviewStep.FIRST)
    action = PlanAction.AGENCY_STEP if later else PlanAction.AGENCY_APPROVE
    take_step(plan, actor, action, now=now, not_secret=not_secret)
    if action is PlanAction.AGENCY_APPROVE:
        mark_filed(plan, now)
    return saved(plan)


@use_case
def agency_return(
    actor: Actor,
    code: str,
    *,
    version: int,
    reason: str,
    comments: Mapping[str, str] | None = None,
    step: ReviewStep | None = None,
) -> None:
    """A reviewer of the agency gives the plan back with a reason or with words pinned to fields (of PLAN_FIELDS).

    Raises:
        NotFound, ChangedByAnother: as in `agency_approve`.
        Refused: neither a reason nor a comment.
    """
    plan = plan_in_reach(actor, Right.PLAN_AGENCY_REVIEW, code, lock=True)
    refuse_unless_as_read(plan, actor, version, PlanStatus.AGENCY_REVIEW, step)
    known = {name: text for name, text in (comments or {}).items() if name in PLAN_FIELDS}
    take_step(plan, actor, PlanAction.AGENCY_RETURN, now=clock.now(), reason=reason, comments=known)


def _said(text: str) -> str:
    """What somebody wrote, cleaned; raises Refused when it is longer than a reason may be."""
    said = plain_text(text[: 5 * LONGEST_REASON], lines=True)
    if len(said) > LONGEST_REASON:
        raise Refused(f"最多{LONGEST_REASON}个字，现在有{len(said)}个字", field="reason")
    return said


def _who_approved(plan_id: int) -> User | None:
    statement = (
        select(User)
        .join(PlanEvent, PlanEvent.actor_id == User.id)
        .where(PlanEvent.plan_id == plan_id, PlanEvent.action == PlanAction.APPROVE.value)
        .order_by(PlanEvent.id.desc())
        .limit(1)
    )
    return session().scalar(statement)


def _already_filed(actor: Actor, key: str, draft: PlanDraft) -> Saved | None:
    """The plan that this very form made before; None when there is none."""
    plan = session().scalar(select(Plan).where(Plan.code == key)) if _KEY.fullmatch(key) else None
    if plan is None:
        return None
    first = session().scalar(select(PlanVersion).where(PlanVersion.plan_id == plan.id, PlanVersion.number == 1))
    if first is None or first.author_id != actor.user_id or first.fields != draft.text.as_dict():
        raise Duplicate("这张表单已经保存过。请到“活动计划”中打开后修改")
    return saved(plan)


def _judge(text: PlanText, submit: bool, year: int) -> None:
    """Raise TextRefused for what cannot be kept or, when handed in, for what is missing or not understood."""
    problems = too_long(text)
    if not text.theme:
        problems["theme"] = "请填写活动主题"
    if submit:
        problems = unfilled(text) | problems
        period = read_period(text.time_text, year=year)
        if not period.understood:
            least = "开展时间：" if "月" in period.reason else "开展时间至少要写明月份。"
            problems.setdefault("time_text", f"{least}{period.reason}")
    if problems:
        raise TextRefused({name: problems[name] for name in PLAN_FIELDS if name in problems})


def _at_version(actor: Actor, right: Right, code: str, version: int) -> Plan:
    plan = plan_in_reach(actor, right, code, lock=True)
    if plan.version != version:
        raise ChangedByAnother("您打开这一页之后，这份计划的内容已经修改，请重新阅读后再办理")
    return plan
