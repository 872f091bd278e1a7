"""What every change of a public activity carries with it: history line, calendar bytes, SEQUENCE, revision.

A shared piece like `steps`: publications and occurrences both end with `announce`, in the caller's transaction.
"""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from openday.db import session
from openday.documents.calendar_feed import CalendarEntry, event_bytes
from openday.models.activities import Activity, ActivityChange, Revision
from openday.models.occurrences import Occurrence
from openday.rules.fuzzy_date import Precision
from openday.rules.states import ActivityStatus, OccurrenceStatus

PageUrl = Callable[[str], str]
"""From an activity's code to the absolute address of its public page."""

CALENDAR = "calendar"
"""The revision that stands for everything the public calendar shows."""


def announce(activity: Activity, kind: str, text: str, *, now: datetime, page_url: PageUrl) -> None:
    """Write down one public change of an activity whose row the caller holds.

    `kind` is one of ActivityChange's; `text` is the line that residents read. SEQUENCE goes up by one, except with the
    publication itself, which is 0.
    """
    session().add(ActivityChange(activity_id=activity.id, kind=kind, text=text, at=now))
    if kind != "published":
        activity.sequence += 1
    activity.changed_at = now
    session().flush()
    rewrite_events(activity, page_url)
    bump(CALENDAR, now)


def rewrite_events(activity: Activity, page_url: PageUrl) -> None:
    """Keep the VEVENT bytes of an activity as it stands now, and its period as far as its occurrences tell."""
    occurrences = public_occurrences(activity.id)
    activity.vague = not occurrences
    held = [occurrence for occurrence in occurrences if occurrence.status == OccurrenceStatus.SCHEDULED]
    if held:
        activity.first_day = min(occurrence.starts_at.date() for occurrence in held)
        activity.last_day = max(occurrence.ends_at.date() for occurrence in held)
        one_day = activity.first_day == activity.last_day
        activity.precision = (Precision.DAY if one_day else Precision.RANGE).value
    entries = calendar_entries(activity, occurrences, page_url(activity.code))
    activity.event_bytes = b"".join(event_bytes(entry) for entry in entries)


def public_occurrences(activity_id: int) -> Sequence[Occurrence]:
    """Every occurrence that was ever scheduled, in the order of its number; the cancelled ones stay among them."""
    statement = (
        select(Occurrence)
        .where(Occurrence.activity_id == activity_id, Occurrence.number.is_not(None))
        .order_by(Occurrence.number)
    )
    return session().scalars(statement).all()


def calendar_entries(activity: Activity, occurrences: Sequence[Occurrence], url: str) -> list[CalendarEntry]:
    """The calendar entries of an activity: a tentative span while it is vague, then one entry for each occurrence.

    The first occurrence keeps the activity's UID, so that the vague entry in a subscriber's calendar turns into it;
    the others add -2, -3, … An activity whose period nobody could read has none.
    """
    if occurrences:
        return [_firm_entry(activity, occurrence, len(occurrences) > 1, url) for occurrence in occurrences]
    first, last = activity.first_day or activity.last_day, activity.last_day or activity.first_day
    if first is None or last is None:
        return []
    suffix = "具体时间待定" if activity.precision == Precision.DAY else "时间待定"
    return [
        _entry(
            activity,
            uid=activity.uid,
            summary=f"{activity.theme}（{suffix}）",
            location=activity.venue,
            start=first,
            end=last + timedelta(days=1),
            tentative=True,
            cancelled=activity.status == ActivityStatus.CANCELLED,
            url=url,
        )
    ]


def _firm_entry(activity: Activity, occurrence: Occurrence, several: bool, url: str) -> CalendarEntry:
    number = occurrence.number or 1
    return _entry(
        activity,
        uid=activity.uid if number == 1 else _numbered(activity.uid, number),
        summary=f"{activity.theme}（第{number}场）" if several else activity.theme,
        location=occurrence.venue,
        start=occurrence.starts_at,
        end=occurrence.ends_at,
        tentative=False,
        cancelled=ActivityStatus.CANCELLED in (activity.status, occurrence.status),
        url=url,
    )


def _numbered(uid: str, number: int) -> str:
    """<hex>@openday → <hex>-2@openday; a UID without @ gets its number at the end."""
    head, at, host = uid.partition("@")
    return f"{head}-{number}{at}{host}"


def _entry(
    activity: Activity,
    *,
    uid: str,
    summary: str,
    location: str,
    start: datetime | date,
    end: datetime | date,
    tentative: bool,
    cancelled: bool,
    url: str,
) -> CalendarEntry:
    return CalendarEntry(
        uid=uid,
        sequence=activity.sequence,
        summary=summary,
        description=_description(activity),
        location=location,
        url=url,
        start=start,
        end=end,
        tentative=tentative,
        cancelled=cancelled,
        changed_at=activity.changed_at,
        organizer=activity.agency.name,
    )


def _description(activity: Activity) -> str:
    parts = [
        ("取消原因", activity.cancel_reason),
        ("活动时间", activity.time_text if activity.vague else ""),
        ("活动对象", activity.audience_text),
        ("活动内容", activity.content),
        ("报名方式", activity.signup_text),
        ("联系方式", activity.contact_phone),
    ]
    return "\n".join(f"{label}：{text.strip()}" for label, text in parts if text.strip())


def bump(name: str, now: datetime) -> None:
    """Raise a revision by one; the row is made when it is not there yet, whoever comes first."""
    dialect = session().get_bind().dialect.name
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    row = insert(Revision).values(name=name, value=1, changed_at=now)
    raised = {"value": Revision.value + 1, "changed_at": now}
    session().execute(row.on_conflict_do_update(index_elements=[Revision.name], set_=raised))
