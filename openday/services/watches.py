"""Residents who want to be told when an activity's time is fixed or changes: asked, confirmed by link, ended.

Whether an address is known here, and how often it was written to, cannot be told from any answer.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, exists, or_, select
from sqlalchemy.exc import IntegrityError

from openday import clock, vault
from openday.db import session, use_case
from openday.documents.letters import SOURCE_LANGUAGE
from openday.errors import Closed, NotFound, Refused, StoreAway
from openday.models.activities import Activity, ActivityWatch
from openday.models.ledger import Message
from openday.models.occurrences import Occurrence
from openday.models.people import Throttle
from openday.queries.registrations import sayable
from openday.rules.privacy_notice import VERSION
from openday.rules.proof_of_work import Effort
from openday.rules.states import ActivityStatus, Channel, MessageStatus, OccurrenceStatus
from openday.rules.watching import KEPT_AFTER, KEPT_AT_MOST, MAILS_A_DAY, may_be_watched, read_address
from openday.services import ledger
from openday.services.challenge_steps import spend
from openday.services.watch_steps import watch_url
from openday.services.wordings import letter_of

CONFIRM = "watch.confirm"
_WORDINGS = {Channel.EMAIL: CONFIRM, Channel.SMS: "watch.confirm_sms"}
_ATTEMPTS = 4
_BATCH = 500
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class WatchWish:
    """What the form says."""

    address: str
    consent: bool


def ask_to_be_told(
    activity_code: str,
    wish: WatchWish,
    *,
    page_url: Callable[[str], str],
    sms: bool = False,
    effort: Effort | None = None,
) -> None:
    """Send a link to this address by which its owner can confirm; nothing else goes there before that.

    For an address that is on the list already the same link goes out again, at most `MAILS_A_DAY` a day in all;
    beyond it nothing is sent and nothing is said. `sms`: mobile numbers can be written to as well. `effort` is what the
    form brought along against robots.

    Raises:
        NotFound: no such activity.
        Closed: it is cancelled or over.
        Refused: no readable address, or no consent; `field` says which.
        Duplicate, TooMany: as in `challenge_steps.spend`.
    """
    try:
        channel, address = read_address(wish.address, sms=sms)
    except ValueError as wrong:
        raise Refused(str(wrong), field="address") from wrong
    if not wish.consent:
        raise Refused("请勾选同意后再提交", field="consent")
    for _ in range(_ATTEMPTS):
        try:
            return _ask(activity_code, channel, address, page_url, effort)
        except IntegrityError:
            continue  # the same form arrived twice at one moment; looked at again, the first is there
    raise StoreAway("系统繁忙，本次没有保存，请用同一页面再提交一次")


@use_case
def _ask(
    activity_code: str, channel: Channel, address: str, page_url: Callable[[str], str], effort: Effort | None
) -> None:
    now = clock.now()
    activity = session().scalar(select(Activity).where(Activity.code == sayable(activity_code)))
    if activity is None:
        raise NotFound()
    if not _open(activity, now):
        raise Closed("这项活动已经结束或取消，不再发送通知")
    spend(effort, now)
    address_hash = vault.blind_index(address, "watch")
    watch = session().scalar(
        select(ActivityWatch).where(
            ActivityWatch.activity_id == activity.id, ActivityWatch.recipient_hash == address_hash
        )
    )
    if watch is None:
        watch = ActivityWatch(
            activity_id=activity.id,
            channel=channel.value,
            recipient=address,
            recipient_hash=address_hash,
            consent_version=VERSION,
            created_at=now,
        )
        session().add(watch)
        session().flush()
        _note("watch.ask", watch, activity.agency_id, now)
    if _may_write(address, now):
        _send_link(watch, activity, channel, address, watch_url(page_url(activity.code), watch.code), now)


def _open(activity: Activity, now: datetime) -> bool:
    return may_be_watched(
        cancelled=activity.status == ActivityStatus.CANCELLED,
        postponed=bool(activity.postpone_reason) or _has_postponed(activity.id),
        last_day=activity.last_day,
        today=now.date(),
    )


def _has_postponed(activity_id: int) -> bool:
    statement = select(Occurrence.id).where(
        Occurrence.activity_id == activity_id, Occurrence.status == OccurrenceStatus.POSTPONED.value
    )
    return session().scalar(statement.limit(1)) is not None


def _may_write(address: str, now: datetime) -> bool:
    """Whether today's confirmations to this address are not used up; counts this one."""
    key = vault.blind_index(address, "watch confirmations")
    row = session().get(Throttle, key, with_for_update=True)
    if row is None:
        row = Throttle(key=key, failures=0, since=now)
        session().add(row)
    if now - row.since >= _DAY:
        row.failures, row.since = 0, now
    row.failures += 1
    session().flush()
    return row.failures <= MAILS_A_DAY


def _send_link(
    watch: ActivityWatch, activity: Activity, channel: Channel, address: str, link: str, now: datetime
) -> None:
    agency = activity.agency
    values = {"theme": activity.theme, "link": link, "agency": agency.name, "days": KEPT_AFTER.days}
    text = letter_of(_WORDINGS[channel], agency.jurisdiction_id, SOURCE_LANGUAGE, values)
    letter = ledger.Addressed(channel, address, text.subject, text.body, watch_id=watch.id)
    ledger.enqueue_all(CONFIRM, [letter], now=now)


@use_case
def confirm_watch(activity_code: str, code: str) -> None:
    """Confirm that the address belongs to whoever holds the link; a second time changes nothing.

    Raises:
        NotFound: no such watch (any more).
        Closed: the activity is cancelled or over.
    """
    now = clock.now()
    watch, activity = _held(activity_code, code)
    if watch.confirmed_at is not None:
        return
    if not _open(activity, now):
        raise Closed("这项活动已经结束或取消，不再发送通知")
    watch.confirmed_at = now
    _note("watch.confirm", watch, activity.agency_id, now)


@use_case
def end_watch(activity_code: str, code: str) -> None:
    """Forget an address at its owner's wish, with everything that was or was to be sent to it for this activity.

    Raises:
        NotFound: no such watch (any more).
    """
    now = clock.now()
    watch, activity = _held(activity_code, code)
    _note("watch.end", watch, activity.agency_id, now)
    _forget([watch.id])


def _held(activity_code: str, code: str) -> tuple[ActivityWatch, Activity]:
    found = (
        session()
        .execute(
            select(ActivityWatch, Activity)
            .join(Activity, Activity.id == ActivityWatch.activity_id)
            .where(ActivityWatch.code == sayable(code), Activity.code == sayable(activity_code))
            .with_for_update(of=ActivityWatch)
        )
        .one_or_none()
    )
    if found is None:
        raise NotFound("没有找到这项登记，可能已经撤销，或在活动结束后删除")
    return found[0], found[1]


def forget_watches() -> int:
    """Delete the addresses whose activity is over, those that nobody confirmed, and all after a year; returns how many.

    Goes in batches, each a transaction of its own, so that nobody waits behind it.
    """
    total = 0
    while gone := _forget_batch():
        total += gone
    return total


@use_case
def _forget_batch() -> int:
    now = clock.now()
    before = now - KEPT_AFTER
    cancelled = (Activity.status == ActivityStatus.CANCELLED.value) & (Activity.changed_at < before)
    put_off = exists().where(
        Occurrence.activity_id == Activity.id, Occurrence.status == OccurrenceStatus.POSTPONED.value
    )
    over = (Activity.postpone_reason == "") & ~put_off & (Activity.last_day < before.date())
    too_long = ActivityWatch.created_at < now - KEPT_AT_MOST
    never_confirmed = ActivityWatch.confirmed_at.is_(None) & (ActivityWatch.created_at < before)
    being_told = select(Message.watch_id).where(
        Message.status.in_((MessageStatus.QUEUED.value, MessageStatus.HELD.value)), Message.watch_id.is_not(None)
    )
    statement = (
        select(ActivityWatch.id)
        .join(Activity, Activity.id == ActivityWatch.activity_id)
        .where(or_(cancelled, over, never_confirmed, too_long), ActivityWatch.id.not_in(being_told))
        .order_by(ActivityWatch.id)
        .limit(_BATCH)
    )
    ids = list(session().scalars(statement))
    if ids:
        _forget(ids)
        ledger.record(
            "retention.forget", actor=None, record_type="retention", record_id=None, now=now, watches=len(ids)
        )
    return len(ids)


def _forget(ids: list[int]) -> None:
    session().flush()
    for statement in (
        delete(Message).where(Message.watch_id.in_(ids)),
        delete(ActivityWatch).where(ActivityWatch.id.in_(ids)),
    ):
        session().execute(statement.execution_options(synchronize_session=False))


def _note(action: str, watch: ActivityWatch, agency_id: int, now: datetime) -> None:
    ledger.record(action, actor=None, record_type="watch", record_id=watch.id, agency_id=agency_id, now=now)
