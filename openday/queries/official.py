"""What goes into official papers: one activity, the activities of a month, the agencies that have not filed."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import and_, or_, select

from openday.clock import SHANGHAI
from openday.db import session
from openday.documents.official_texts import Announcement, MissingAgency, ScheduledActivity
from openday.documents.qr import qr_png
from openday.models.activities import Activity
from openday.models.occurrences import Occurrence
from openday.models.people import Agency
from openday.queries.activities import activity_in_reach
from openday.queries.calendar_columns import OF_ACTIVITY, OF_SLOT, AnyRow, entry_from, slot_from
from openday.queries.calendar_rows import ActivityPage
from openday.queries.calls import CallPage
from openday.queries.public_activity import activity_page
from openday.queries.scope import within_reach
from openday.rules.fuzzy_date import FuzzyDate, Precision
from openday.rules.permissions import Actor, Right
from openday.rules.states import ActivityStatus, OccurrenceStatus, SignupMode
from openday.rules.wording import span_text

_WAYS = {
    SignupMode.FIRST_COME: "网上报名，先到先得，额满为止。",
    SignupMode.REVIEW: "网上报名，由举办单位审核，结果逐一通知。",
    SignupMode.BALLOT: "网上报名，报名截止后公开摇号，结果逐一通知。",
    SignupMode.OPEN_DOOR: "无需报名，直接前往。",
    SignupMode.INVITATION: "定向邀请。",
    SignupMode.CLOSED: "不公开报名。",
}


_PARTS = {"organiser": "主办单位", "co_organiser": "承办单位", "supporter": "协办单位"}


@dataclass(frozen=True)
class Announced:
    """An announcement, with the keys of its activity for the ledger."""

    activity_id: int
    agency_id: int
    facts: Announcement


def announced(actor: Actor, code: str, page_url: Callable[[str], str]) -> Announced:
    """One published activity in the words of its public page.

    Raises:
        NotFound: not there, or not within reach of the right to export it.
    """
    activity = activity_in_reach(actor, Right.SUMMARY_EXPORT, code)
    page = activity_page(code)
    entry, address = page.entry, page_url(activity.code)
    slots = [slot for slot in page.slots if not slot.cancelled and not slot.postponed]
    online = entry.mode.online
    facts = Announcement(
        agency=entry.agency,
        theme=entry.theme,
        times=tuple(span_text(slot.starts_at, slot.ends_at) for slot in slots) or _printed(entry.period),
        vague=not slots and entry.period.precision is not Precision.DAY,
        venues=tuple(dict.fromkeys(slot.venue for slot in slots)) or (entry.venue,),
        content=page.content,
        audience=entry.audience_text,
        signup=_signup(page, address),
        contact=page.contact,
        phone=page.contact_phone or page.agency_phone,
        address=address,
        qr=qr_png(address) if online else None,
        cancel_reason=entry.cancel_reason if entry.cancelled else "",
        postpone_reason=page.postpone_reason,
        hosts=tuple((_PARTS[kind], name) for kind, name in page.hosts),
    )
    return Announced(activity.id, activity.agency_id, facts)


def activities_of_month(actor: Actor, first: date) -> list[ScheduledActivity]:
    """The published activities of the month that begins on `first`, by their first day in it; one query.

    Occurrences of other months are left out; an activity whose time is still vague stands in every month it may touch.
    """
    following = (first + timedelta(days=31)).replace(day=1)
    begins, ends = (datetime.combine(day, time(), SHANGHAI) for day in (first, following))
    scheduled = and_(Occurrence.activity_id == Activity.id, Occurrence.status == OccurrenceStatus.SCHEDULED)
    statement = (
        select(*OF_ACTIVITY, *OF_SLOT, Activity.signup_text, Activity.contact_phone)
        .join(Agency, Agency.id == Activity.agency_id)
        .outerjoin(Occurrence, scheduled)
        .where(
            within_reach(actor, Right.SUMMARY_EXPORT),
            Activity.status == ActivityStatus.PUBLISHED,
            or_(
                and_(Occurrence.starts_at < ends, Occurrence.ends_at > begins),
                and_(
                    Occurrence.id.is_(None),
                    Activity.vague,
                    Activity.postpone_reason == "",
                    Activity.first_day < following,
                    Activity.last_day >= first,
                ),
            ),
        )
        .order_by(Occurrence.starts_at, Activity.first_day, Activity.id)
    )
    grouped: dict[int, list[AnyRow]] = {}
    for row in session().execute(statement):
        grouped.setdefault(row.activity_id, []).append(row)
    return [_scheduled(rows) for rows in sorted(grouped.values(), key=_first_day)]


def missing_agencies(call: CallPage) -> tuple[MissingAgency, ...]:
    """The agencies that still owe plans to a call."""
    return tuple(MissingAgency(each.name, each.owed, each.filed) for each in call.missing)


def _first_day(rows: list[AnyRow]) -> tuple[date, bool]:
    """Firm times before vague ones of the same day; a vague time stands at its last day, as in the calendar."""
    head = rows[0]
    return (head.starts_at.date(), False) if head.starts_at else (head.last_day, True)


def _scheduled(rows: list[AnyRow]) -> ScheduledActivity:
    head = rows[0]
    slots = [slot_from(row, ()) for row in rows if row.slot_id is not None]
    entry = entry_from(head, None)
    times = tuple(span_text(slot.starts_at, slot.ends_at) for slot in slots) or _printed(entry.period)
    venues = tuple(dict.fromkeys(slot.venue for slot in slots)) or (entry.venue,)
    return ScheduledActivity(
        theme=entry.theme,
        times="\n".join(times),
        venue="\n".join(venues),
        audience=entry.audience_text,
        signup=head.signup_text or _WAYS[entry.mode],
        agency=entry.agency,
        phone=head.contact_phone,
    )


def _printed(period: FuzzyDate) -> tuple[str, ...]:
    text = period.label()
    return (text,) if text else ()


def _signup(page: ActivityPage, address: str) -> str:
    """The agency's own words, and what holds in any case."""
    way = _WAYS[page.entry.mode]
    if page.entry.mode.online:
        way = f"登录{address}或扫描二维码{way}"
    return "\n".join(filter(None, (page.signup_text, way)))
