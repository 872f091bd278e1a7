"""From a plan on record to a page that everybody sees: publish, correct, cancel."""

import uuid
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select

from openday import clock
from openday.db import session, use_case
from openday.errors import ChangedByAnother, Conflict, Refused
from openday.models.activities import Activity
from openday.models.aftermath import Outcome
from openday.models.occurrences import Occurrence, Quota
from openday.models.plans import Plan
from openday.queries.activities import activity_in_reach
from openday.queries.scope import plan_in_reach
from openday.rules.fuzzy_date import read_period
from openday.rules.permissions import Actor, Right
from openday.rules.plan_states import PlanAction
from openday.rules.plan_text import FIELD_LABELS, PLAN_FIELDS, PlanText, differences, text_from, too_long, unfilled
from openday.rules.signup_text import suggested_mode
from openday.rules.states import ActivityStatus, OccurrenceStatus, OutcomeStatus, SignupMode
from openday.services import ledger, steps
from openday.services.batch_steps import held_back
from openday.services.republish import PageUrl, TicketUrl, announce, public_reason, tell_registered

_PERIOD = ("precision", "first_day", "last_day", "start_time", "end_time", "day_part", "tentative")
_LONGEST_QUOTE = 60
_ALWAYS_QUOTED = frozenset({"theme", "time_text", "venue"})


@use_case
def publish_plan(actor: Actor, plan_code: str, page_url: PageUrl, signup_mode: SignupMode | None = None) -> str:
    """Make a plan on record public: its text and its period are copied, and from then on live by themselves.

    Without `signup_mode` the mode is what the plan's sign-up cell suggests; for what was held already nothing opens for
    sign-up, and its outcome becomes public with it. Returns the activity's code.

    Raises:
        NotFound: no such plan within the officer's reach.
        Forbidden: whoever wrote part of the text may not publish it.
        Conflict: the plan is not on record (any more), or published already.
    """
    now = clock.now()
    plan = plan_in_reach(actor, Right.PUBLICATION_MANAGE, plan_code, lock=True)
    steps.take_step(plan, actor, PlanAction.PUBLISH, now=now)
    mode = signup_mode or suggested_mode(plan.signup_text)
    activity = Activity(
        uid=f"{uuid.uuid4().hex}@openday",
        plan_id=plan.id,
        agency_id=plan.agency_id,
        agency=plan.agency,
        signup_mode=(SignupMode.CLOSED if plan.held_already else mode).value,
        published_at=now,
        changed_at=now,
        **{name: getattr(plan, name) for name in (*PLAN_FIELDS, *_PERIOD)},
    )
    session().add(activity)
    session().flush()
    if plan.held_already:
        _publish_what_was_held(actor, plan, activity, now)
    announce(activity, "published", "活动发布", now=now, page_url=page_url)
    return activity.code


def _publish_what_was_held(actor: Actor, plan: Plan, activity: Activity, now: datetime) -> None:
    """The day on which it was held, to which nobody can sign up, and how it went."""
    day, starts, ends = plan.first_day, plan.start_time, plan.end_time
    if day is not None and starts is not None and ends is not None:
        occurrence = Occurrence(
            activity_id=activity.id, number=1, status=OccurrenceStatus.SCHEDULED.value,
            starts_at=datetime.combine(day, starts, clock.SHANGHAI),
            ends_at=datetime.combine(day, ends, clock.SHANGHAI),
            venue=plan.venue, signup_mode=SignupMode.CLOSED.value, waitlist=False, created_by_id=actor.user_id,
            created_at=now, changed_at=now, quotas=[Quota(position=1, name="公众", capacity=0)],
        )  # fmt: skip
        session().add(occurrence)
    outcome = session().scalar(select(Outcome).where(Outcome.plan_id == plan.id))
    if outcome is not None:
        outcome.status, outcome.published_at = OutcomeStatus.PUBLISHED.value, now
        ledger.record(
            "outcome.publish", actor=actor, record_type="outcome", record_id=outcome.id, agency_id=plan.agency_id,
            now=now, plan=plan.code,
        )  # fmt: skip


@use_case
def correct_publication(
    actor: Actor,
    code: str,
    text: PlanText,
    *,
    page_url: PageUrl,
    signup_mode: SignupMode | None = None,
    note: str = "",
    seen: int | None = None,
) -> None:
    """Correct the public text; the plan on record stays as it was filed.

    The time may be corrected while it is vague, and is then read anew; afterwards the occurrences say when. `note` is
    added to the public history. `seen` is the SEQUENCE of the text that the corrector had before them.

    Raises:
        NotFound: no such activity within reach.
        Conflict: it is cancelled; ChangedByAnother: it has changed since `seen`.
        Refused: a required field is empty, a text too long, or nothing is different.
    """
    now = clock.now()
    activity = activity_in_reach(actor, Right.PUBLICATION_MANAGE, code, lock=True)
    _refuse_stale(activity, seen)
    before = PlanText(**{name: getattr(activity, name) for name in PLAN_FIELDS})
    after = text_from(text.as_dict())
    if not activity.vague:
        after = replace(after, time_text=before.time_text)
    mode = signup_mode or SignupMode(activity.signup_mode)
    _refuse_bad_text(after)
    changed = differences(before, after)
    if not changed and mode == activity.signup_mode:
        raise Refused("没有改动任何内容")
    said = [_said(name, old, new) for name, old, new in changed]
    if mode != activity.signup_mode:
        said.append(f"报名形式由“{SignupMode(activity.signup_mode).label}”改为“{mode.label}”")
    for name, _, new in changed:
        setattr(activity, name, new)
    if any(name == "time_text" for name, _, _ in changed):
        activity.read_from(read_period(after.time_text, year=(activity.first_day or now).year))
        activity.postpone_reason = ""  # what was put off has a time again, however vague
    activity.signup_mode = mode.value
    line = "；".join(said) + (f"。说明：{public_reason(note, 'note')}" if note.strip() else "")
    announce(activity, "changed", line, now=now, page_url=page_url)
    _note(actor, "activity.correct", activity, now, fields=[name for name, _, _ in changed])


@use_case
def cancel_activity(
    actor: Actor, code: str, reason: str, *, page_url: PageUrl, ticket_url: TicketUrl, hold: bool = False
) -> int:
    """Cancel an activity with everything that was still to come, and tell everybody on its lists.

    Occurrences that are over stay as they were held. With `hold` what people are told waits in a batch. Returns how
    many people were written to.

    Raises:
        NotFound: no such activity within reach.
        Conflict: it is cancelled already, or over.
        Refused: without a reason.
    """
    now = clock.now()
    activity = activity_in_reach(actor, Right.PUBLICATION_MANAGE, code, lock=True)
    _refuse_stale(activity, None)
    why = public_reason(reason)
    coming, over = _occurrences(activity.id, now)
    scheduled = [occurrence for occurrence in coming if occurrence.number is not None]
    if over and not scheduled:
        raise Conflict("这项活动的场次都已结束，不能再取消")
    plan = session().scalars(select(Plan).where(Plan.id == activity.plan_id).with_for_update()).one()
    steps.take_step(plan, actor, PlanAction.CANCEL, now=now, reason=why)
    for occurrence in coming:
        occurrence.status, occurrence.cancel_reason = OccurrenceStatus.CANCELLED.value, why
        occurrence.changed_at = now
    activity.status, activity.cancel_reason = ActivityStatus.CANCELLED.value, why
    with held_back(actor, hold, "cancel_activity", activity, "", now):
        announce(activity, "cancelled", f"活动取消。原因：{why}", now=now, page_url=page_url)
        return tell_registered(
            "activity.cancelled",
            scheduled,
            now=now,
            page=page_url(activity.code),
            ticket_url=ticket_url,
            reason=why,
        )


def _occurrences(activity_id: int, now: datetime) -> tuple[list[Occurrence], list[Occurrence]]:
    """What is proposed, to come or under way, and what is over; cancelled ones are in neither."""
    statement = (
        select(Occurrence)
        .where(Occurrence.activity_id == activity_id, Occurrence.status != OccurrenceStatus.CANCELLED)
        .order_by(Occurrence.id)
        .with_for_update(key_share=True)
    )
    rows = session().scalars(statement).all()
    put_off = OccurrenceStatus.POSTPONED.value
    over = [row for row in rows if row.number is not None and row.ends_at <= now and row.status != put_off]
    return [row for row in rows if row not in over], over


def _refuse_stale(activity: Activity, seen: int | None) -> None:
    if activity.status == ActivityStatus.CANCELLED:
        raise Conflict("这项活动已经取消")
    if seen is not None and seen != activity.sequence:
        raise ChangedByAnother("这项活动刚刚被他人改动，请看过最新内容后再改")


def _refuse_bad_text(text: PlanText) -> None:
    for field, reason in {**unfilled(text), **too_long(text)}.items():
        raise Refused(reason, field=field)


def _said(name: str, old: str, new: str) -> str:
    label = FIELD_LABELS[name]
    if name in _ALWAYS_QUOTED:
        old, new = (" ".join(text.split()) for text in (old, new))
    elif max(len(old), len(new)) > _LONGEST_QUOTE or "\n" in old + new:
        return f"更正{label}"
    if not old:
        return f"补充{label}“{new}”"
    return f"{label}由“{old}”改为“{new}”" if new else f"删去{label}“{old}”"


def _note(actor: Actor, action: str, activity: Activity, now: datetime, **detail: object) -> None:
    ledger.record(
        action,
        actor=actor,
        record_type="activity",
        record_id=activity.id,
        agency_id=activity.agency_id,
        now=now,
        **detail,
    )
