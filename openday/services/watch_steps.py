"""Telling everybody who asked to be told of an activity; a piece of every public change, in its transaction.

Whoever fixes three occurrences in a row, or mends what was just published, would write three times to the same people:
messages wait some minutes, and a newer one takes the place of one that has not gone out.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, select

from openday.db import session
from openday.documents.letters import SOURCE_LANGUAGE, LetterText
from openday.models.activities import Activity, ActivityWatch
from openday.models.ledger import Message
from openday.models.occurrences import Occurrence
from openday.rules.states import ActivityStatus, Channel, MessageStatus, OccurrenceStatus
from openday.rules.wording import span_text
from openday.services import ledger
from openday.services.wordings import letter_of

NEWS = "watch.news"
WAIT = timedelta(minutes=5)
_WORDINGS = {Channel.EMAIL: NEWS, Channel.SMS: "watch.news_sms"}
_HEADS = {"firmed_up": "时间确定", "changed": "安排变更", "postponed": "延期举办"}
_PLACE = "\0"


def watch_url(page: str, watch_code: str) -> str:
    """The address of one watch: below the page of its activity."""
    return f"{page}/watches/{watch_code}"


def tell_watchers(
    activity: Activity, occurrences: Sequence[Occurrence], kind: str, line: str, *, now: datetime, page: str
) -> int:
    """Tell everybody who confirmed what has changed (`kind` and `line` as in ActivityChange) and how it stands now.

    `page` is the absolute address of the activity's page. Returns how many are told.
    """
    columns = (ActivityWatch.id, ActivityWatch.code, ActivityWatch.channel, ActivityWatch.recipient)
    confirmed = select(*columns).where(
        ActivityWatch.activity_id == activity.id, ActivityWatch.confirmed_at.is_not(None)
    )
    watchers = session().execute(confirmed.order_by(ActivityWatch.id)).all()
    if not watchers:
        return 0
    _take_back_older(activity.id)
    texts = {channel: _news(activity, occurrences, kind, line, channel, page) for channel in Channel}

    def letters() -> Iterator[ledger.Addressed]:
        for watch in watchers:
            channel = Channel(watch.channel)
            text, link = texts[channel], watch_url(page, watch.code)
            body = text.body.replace(_PLACE, link)
            yield ledger.Addressed(channel, watch.recipient, text.subject, body, watch_id=watch.id)

    return ledger.enqueue_all(NEWS, letters(), now=now, wait=WAIT)


def _take_back_older(activity_id: int) -> None:
    """Drop what was to be said and has not been tried yet, held or not; this message says how things stand now."""
    watches = select(ActivityWatch.id).where(ActivityWatch.activity_id == activity_id)
    waiting = delete(Message).where(
        Message.watch_id.in_(watches),
        Message.kind == NEWS,
        Message.status.in_((MessageStatus.QUEUED.value, MessageStatus.HELD.value)),
        Message.attempts == 0,
        Message.leased_until.is_(None),
    )
    session().execute(waiting.execution_options(synchronize_session=False))


def _news(
    activity: Activity, occurrences: Sequence[Occurrence], kind: str, line: str, channel: Channel, page: str
) -> LetterText:
    """The text for everybody, with a mark where each one's own link goes."""
    over = activity.status == ActivityStatus.CANCELLED
    values = {
        "what": "活动取消" if over else _HEADS.get(kind, "场次取消"),
        "theme": activity.theme,
        "line": line.rstrip("。"),
        "standing": "活动已取消。" if over else _standing(activity, occurrences),
        "page": page,
        "calendar": f"{page}/calendar.ics",
        "link": _PLACE,
        "agency": activity.agency.name,
    }
    return letter_of(_WORDINGS[channel], activity.agency.jurisdiction_id, SOURCE_LANGUAGE, values)


def _standing(activity: Activity, occurrences: Sequence[Occurrence]) -> str:
    """When and where as things stand, a line for each occurrence."""
    if not occurrences:
        return f"时间：{activity.time_text or '未写明'}（时间待定）\n地点：{activity.venue or '未写明'}"
    several = len(occurrences) > 1
    lines = []
    for occurrence in occurrences:
        head = f"第{occurrence.number}场：" if several else ""
        when = span_text(occurrence.starts_at, occurrence.ends_at)
        if occurrence.status == OccurrenceStatus.CANCELLED:
            lines.append(f"{head}{when}（已取消）")
        elif occurrence.status == OccurrenceStatus.POSTPONED:
            lines.append(f"{head}延期，新的时间待定（原定{when}）")
        else:
            lines.append(f"{head}{when}，{occurrence.venue}")
    return "\n".join(lines)
