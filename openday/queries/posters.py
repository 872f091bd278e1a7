"""What a printed poster of an activity has to say."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from openday import clock
from openday.db import session
from openday.errors import NotFound
from openday.models.activities import Activity
from openday.models.occurrences import Occurrence
from openday.models.people import Agency
from openday.queries.registrations import sayable
from openday.rules.states import ActivityStatus, OccurrenceStatus, SignupMode
from openday.rules.wording import span_text

_SHOWN = 3


@dataclass(frozen=True)
class PosterFacts:
    """`only_occurrence` is the code of the one occurrence that people can sign up to; '' when there is a choice."""

    code: str
    theme: str
    agency: str
    when: str
    venue: str
    audience: str
    mode: SignupMode
    contact_phone: str
    closes_at: datetime | None
    only_occurrence: str


def poster_facts(code: str) -> PosterFacts:
    """The activity with this code, with the times of the occurrences still to come.

    Raises:
        NotFound: there is none, or it was cancelled.
    """
    found = (
        session()
        .execute(
            select(Activity, Agency.name)
            .join(Agency)
            .where(Activity.code == sayable(code), Activity.status == ActivityStatus.PUBLISHED)
        )
        .first()
    )
    if found is None:
        raise NotFound()
    activity, agency = found
    coming = _coming(activity.id)
    venues = list(dict.fromkeys(row.venue for row in coming)) or [activity.venue]
    mode = SignupMode(coming[0].signup_mode if coming else activity.signup_mode)
    only = coming[0] if len(coming) == 1 and mode.online else None
    return PosterFacts(
        code=activity.code,
        theme=activity.theme,
        agency=agency,
        when=_times(coming) or f"{activity.time_text}（具体时间待定）",
        venue="、".join(venues),
        audience=activity.audience_text,
        mode=mode,
        contact_phone=activity.contact_phone,
        closes_at=(only.closes_at or only.starts_at) if only else None,
        only_occurrence=only.code if only else "",
    )


def _coming(activity_id: int) -> list[Occurrence]:
    return list(
        session().scalars(
            select(Occurrence)
            .where(
                Occurrence.activity_id == activity_id,
                Occurrence.status == OccurrenceStatus.SCHEDULED,
                Occurrence.ends_at > clock.now(),
            )
            .order_by(Occurrence.starts_at, Occurrence.id)
        )
    )


def _times(coming: list[Occurrence]) -> str:
    text = "；".join(span_text(row.starts_at, row.ends_at) for row in coming[:_SHOWN])
    return f"{text}等{len(coming)}场" if len(coming) > _SHOWN else text
