"""Activities that are over, reports about them, and what visitors answered. Written as rows, not through use-cases."""

from datetime import date, timedelta

from openday import clock
from openday.db import db, use_case
from openday.models.activities import Activity
from openday.models.aftermath import Outcome, SurveyAnswer
from openday.models.occurrences import Occurrence
from openday.models.registrations import Registration
from openday.rules.states import OutcomeStatus
from tests.factories.activities import published_activity
from tests.factories.occurrences import open_occurrence, put_on_list
from tests.factories.people import House, Persona


def held_activity(
    house: House, *, days_ago: int = 1, theme: str = "走进图书馆", agency_id: int | None = None
) -> tuple[Activity, Occurrence]:
    """A published activity whose one occurrence took place so many days ago."""
    day = clock.today() - timedelta(days=days_ago)
    activity = published_activity(house, theme=theme, agency_id=agency_id, first_day=day, last_day=day)
    return activity, open_occurrence(activity, starts_in=timedelta(days=-days_ago))


@use_case
def outcome(
    activity: Activity,
    author: Persona,
    *,
    status: OutcomeStatus = OutcomeStatus.FILED,
    held_on: date | None = None,
    text: str = "活动按计划开展，现场答复提问12个。",
    due_on: date | None = None,
) -> Outcome:
    """A report on an activity, filed now."""
    now = clock.now()
    row = Outcome(
        plan_id=activity.plan_id,
        status=status.value,
        held_on=held_on or now.date(),
        invited=10,
        public=18,
        staff=5,
        text=text,
        due_on=due_on,
        author_id=author.id,
        filed_at=now,
        published_at=now if status is OutcomeStatus.PUBLISHED else None,
    )
    db.session.add(row)
    db.session.flush()
    return row


def visitor(occurrence: Occurrence, *, people: int = 1, came: int | None = None) -> Registration:
    """A party on the list, of whom `came` (by default all) were checked in."""
    return _check_in(put_on_list(occurrence, party_size=people), people if came is None else came)


@use_case
def _check_in(registration: Registration, came: int) -> Registration:
    row = db.session.get_one(Registration, registration.id)
    row.attended, row.checked_in_at = came, clock.now()
    return row


@use_case
def survey_answer(
    activity: Activity, registration: Registration, *, overall: int = 5, clarity: int = 4, comment: str = ""
) -> SurveyAnswer:
    """One visitor's answer."""
    row = SurveyAnswer(
        activity_id=activity.id,
        registration_id=registration.id,
        overall=overall,
        clarity=clarity,
        comment=comment,
        answered_at=clock.now(),
    )
    db.session.add(row)
    db.session.flush()
    return row
