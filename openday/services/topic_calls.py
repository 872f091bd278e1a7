"""Topic calls (公开征集主题): the office asks residents, from one moment to another, what they want to see."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from openday import clock
from openday.db import session, use_case
from openday.errors import ChangedByAnother, Conflict, Duplicate, Forbidden, Refused
from openday.models.calls import Call
from openday.models.people import Jurisdiction
from openday.models.topics import TopicCall
from openday.queries.topics import call_stamp, topic_call_in_reach
from openday.rules.permissions import Actor, Right, may
from openday.rules.topic_states import CALL_TITLE_LIMIT, CALL_WORDING_LIMIT
from openday.services import ledger
from openday.services.republish import CALENDAR, bump
from openday.services.topic_steps import cleaned


@dataclass(frozen=True)
class TopicCallDraft:
    """What the office writes. `call_id`: the yearly call for which topics are gathered, or None."""

    title: str
    wording: str
    opens_at: datetime
    closes_at: datetime
    call_id: int | None = None


@use_case
def open_topic_call(actor: Actor, draft: TopicCallDraft) -> int:
    """Announce a topic call for the office's own place; it is public at once, and opens at its time. Returns its id.

    Raises:
        Forbidden: only the office may.
        Refused: a value is not acceptable.
        Duplicate: a topic call with this title is there (a form sent twice).
    """
    now = clock.now()
    if not may(actor, Right.TOPIC_MODERATE):
        raise Forbidden("只有政务公开办可以公开征集主题")
    place = session().scalar(select(Jurisdiction).where(Jurisdiction.path == actor.jurisdiction_path).with_for_update())
    if place is None:
        raise Forbidden("您所在的区划已不存在")
    if draft.closes_at <= now:
        raise Refused("截止时间已经过去，请核对", field="closes_at")
    found = TopicCall(jurisdiction_id=place.id, created_by_id=actor.user_id, created_at=now)
    _write(actor, found, draft, besides=None)
    session().add(found)
    session().flush()
    _note("open", found, actor, now)
    return found.id


@use_case
def change_topic_call(actor: Actor, topic_call_id: int, draft: TopicCallDraft, *, stamp: str) -> None:
    """Change a topic call that was not ended; `stamp` is `call_stamp` of it as the editor saw it.

    Raises:
        NotFound: not within reach.
        ChangedByAnother: it was changed or ended meanwhile.
        Refused, Duplicate: as in `open_topic_call`.
    """
    now = clock.now()
    found = topic_call_in_reach(actor, Right.TOPIC_MODERATE, topic_call_id, lock=True)
    if found.status != "open" or call_stamp(found) != stamp:
        raise ChangedByAnother("您打开这一页之后，这次征集已由他人修改或结束，您的修改没有保存")
    _write(actor, found, draft, besides=found.id)
    _note("change", found, actor, now)


@use_case
def end_topic_call(actor: Actor, topic_call_id: int) -> None:
    """End a topic call before its time: nothing new comes in, what came in is dealt with.

    Raises:
        NotFound: not within reach.
        Conflict: it has ended already.
    """
    now = clock.now()
    found = topic_call_in_reach(actor, Right.TOPIC_MODERATE, topic_call_id, lock=True)
    if found.status != "open":
        raise Conflict("这次征集已经结束")
    found.status = "closed"
    _note("close", found, actor, now)


def _write(actor: Actor, found: TopicCall, draft: TopicCallDraft, *, besides: int | None) -> None:
    found.title = cleaned(draft.title, CALL_TITLE_LIMIT, "标题", "title")
    found.wording = cleaned(draft.wording, CALL_WORDING_LIMIT, "说明", "wording", lines=True) if draft.wording else ""
    if draft.opens_at >= draft.closes_at:
        raise Refused("截止时间应晚于开始时间", field="closes_at")
    found.opens_at, found.closes_at = draft.opens_at, draft.closes_at
    found.call_id = _call(actor, draft.call_id)
    same = select(TopicCall.id).where(
        TopicCall.jurisdiction_id == found.jurisdiction_id,
        TopicCall.title == found.title,
        TopicCall.id != (besides or 0),
    )
    if session().scalar(same) is not None:
        raise Duplicate("已有同名的主题征集，请换一个标题", field="title")


def _call(actor: Actor, call_id: int | None) -> int | None:
    if call_id is None:
        return None
    below = Jurisdiction.path.startswith(actor.jurisdiction_path, autoescape=True)
    found = session().scalar(select(Call.id).join(Call.jurisdiction).where(Call.id == call_id, below))
    if found is None:
        raise Refused("没有这项征集通知，请重新选择", field="call")
    return found


def _note(action: str, found: TopicCall, actor: Actor, now: datetime) -> None:
    ledger.record(f"topic_call.{action}", actor=actor, record_type="topic_call", record_id=found.id, now=now)
    bump(CALENDAR, now)  # the home page shows what is asked
