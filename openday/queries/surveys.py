"""Surveys: who may still answer, and what the answers say together. No answer names its visitor."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy import func, select

from openday.db import session
from openday.errors import NotFound
from openday.models.activities import Activity
from openday.models.aftermath import SurveyAnswer
from openday.models.occurrences import Occurrence
from openday.models.people import Agency
from openday.models.registrations import Registration
from openday.queries.registrations import sayable
from openday.rules.aftermath import CLARITY, SATISFACTION, SURVEY_MINIMUM


class Visit(Protocol):
    """A registration or a ticket, as far as the survey is concerned."""

    @property
    def id(self) -> int:
        """The registration's id."""

    @property
    def attended(self) -> int:
        """How many of the party came."""


@dataclass(frozen=True)
class SurveySheet:
    """The survey of one visit, without any personal data."""

    ticket: str
    activity_code: str
    theme: str
    agency: str
    day: datetime
    attended: bool
    answered: bool


@dataclass(frozen=True)
class SurveyQuestion:
    """One question's answers: `counts` are (option, how many), the best option first."""

    label: str
    average: float
    counts: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class SurveyResults:
    """All answers to one activity; `comments` are for the desks only, in an order that says nothing about who."""

    answers: int
    questions: tuple[SurveyQuestion, ...]
    comments: tuple[str, ...]

    @property
    def public(self) -> bool:
        """Whether there are enough answers to be shown to everybody."""
        return self.answers >= SURVEY_MINIMUM


@dataclass(frozen=True)
class PublicResults:
    """The results of an activity with its name; `results` are None while there are too few answers."""

    code: str
    theme: str
    agency: str
    results: SurveyResults | None


def survey_open_for(visit: Visit) -> bool:
    """Whether this visitor came and has not answered yet."""
    if visit.attended <= 0:
        return False
    answered = select(SurveyAnswer.id).where(SurveyAnswer.registration_id == visit.id)
    return session().scalar(answered) is None


def survey_sheet(ticket: str) -> SurveySheet:
    """The survey that belongs to a ticket.

    Raises:
        NotFound: no such ticket.
    """
    row = (
        session()
        .execute(
            select(
                Registration.attended, Activity.code, Activity.theme, Agency.name, Occurrence.starts_at, SurveyAnswer.id
            )
            .join(Occurrence, Occurrence.id == Registration.occurrence_id)
            .join(Activity, Activity.id == Occurrence.activity_id)
            .join(Agency, Agency.id == Activity.agency_id)
            .outerjoin(SurveyAnswer, SurveyAnswer.registration_id == Registration.id)
            .where(Registration.code == sayable(ticket))
        )
        .first()
    )
    if row is None:
        raise NotFound()
    return SurveySheet(
        ticket, row.code, row.theme, row.name, row.starts_at, attended=row.attended > 0, answered=row.id is not None
    )


def survey_results(activity_id: int) -> SurveyResults:
    """What visitors answered about one activity, over all occurrences; two queries."""
    counted = (
        select(SurveyAnswer.overall, SurveyAnswer.clarity, func.count())
        .where(SurveyAnswer.activity_id == activity_id)
        .group_by(SurveyAnswer.overall, SurveyAnswer.clarity)
    )
    overall, clarity = dict.fromkeys(SATISFACTION, 0), dict.fromkeys(CLARITY, 0)
    for liked, clear, count in session().execute(counted):
        overall[liked] += count
        clarity[clear] += count
    written = (
        select(SurveyAnswer.comment)
        .where(SurveyAnswer.activity_id == activity_id, SurveyAnswer.comment != "")
        .order_by(SurveyAnswer.comment)
        .limit(200)
    )
    return SurveyResults(
        answers=sum(overall.values()),
        questions=(
            _question("总体满意度", overall, SATISFACTION),
            _question("讲解清楚程度", clarity, CLARITY),
        ),
        comments=tuple(session().scalars(written)),
    )


def has_public_results(activity: str) -> bool:
    """Whether the activity with this code has enough answers to be shown to everybody."""
    statement = (
        select(func.count())
        .select_from(SurveyAnswer)
        .join(Activity, Activity.id == SurveyAnswer.activity_id)
        .where(Activity.code == sayable(activity))
    )
    return (session().scalar(statement) or 0) >= SURVEY_MINIMUM


def public_results(code: str) -> PublicResults:
    """The results of an activity for everybody: none while there are too few answers, never a comment.

    Raises:
        NotFound: no such activity.
    """
    row = (
        session()
        .execute(
            select(Activity.id, Activity.code, Activity.theme, Agency.name)
            .join(Agency, Agency.id == Activity.agency_id)
            .where(Activity.code == sayable(code))
        )
        .first()
    )
    if row is None:
        raise NotFound()
    results = survey_results(row.id)
    shown = SurveyResults(results.answers, results.questions, ()) if results.public else None
    return PublicResults(row.code, row.theme, row.name, shown)


def _question(label: str, counts: dict[int, int], words: dict[int, str]) -> SurveyQuestion:
    answers = sum(counts.values())
    points = sum(mark * count for mark, count in counts.items())
    return SurveyQuestion(
        label=label,
        average=round(points / answers, 1) if answers else 0.0,
        counts=tuple((words[mark], counts[mark]) for mark in sorted(words, reverse=True)),
    )
