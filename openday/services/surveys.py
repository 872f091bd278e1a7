"""Surveys: whoever came answers once."""

from dataclasses import dataclass

from sqlalchemy import select

from openday import clock
from openday.db import session, use_case
from openday.errors import Closed, Duplicate, NotFound, Refused
from openday.models.aftermath import SurveyAnswer
from openday.models.occurrences import Occurrence
from openday.models.registrations import Registration
from openday.queries.registrations import sayable
from openday.queries.surveys import survey_open_for
from openday.rules.aftermath import CLARITY, COMMENT_LIMIT, SATISFACTION
from openday.rules.privacy import clean_text


@dataclass(frozen=True)
class Answer:
    """What a visitor thinks: marks from 5 (best) to 1, and what else they say."""

    overall: int
    clarity: int
    comment: str = ""


@use_case
def answer_survey(ticket: str, answer: Answer) -> None:
    """Keep the answer that belongs to a ticket.

    Raises:
        NotFound: no such ticket.
        Closed: nobody of the party has come (yet).
        Duplicate: this visit has been answered.
        Refused: a mark is missing or the comment too long.
    """
    now = clock.now()
    statement = select(Registration).where(Registration.code == sayable(ticket)).with_for_update()
    registration = session().scalar(statement.execution_options(populate_existing=True))
    if registration is None:
        raise NotFound()
    if registration.attended <= 0:
        raise Closed("签到之后才能填写问卷")
    if not survey_open_for(registration):
        raise Duplicate("这次参观的问卷已经提交，感谢参与")
    if answer.overall not in SATISFACTION:
        raise Refused("请选择总体满意度", field="overall")
    if answer.clarity not in CLARITY:
        raise Refused("请选择讲解清楚程度", field="clarity")
    try:
        comment = clean_text(answer.comment, limit=COMMENT_LIMIT, lines=True)
    except ValueError as wrong:
        raise Refused(f"其他意见{wrong}", field="comment") from wrong
    occurrence = session().get_one(Occurrence, registration.occurrence_id)
    session().add(
        SurveyAnswer(
            activity_id=occurrence.activity_id,
            registration_id=registration.id,
            overall=answer.overall,
            clarity=answer.clarity,
            comment=comment,
            answered_at=now,
        )
    )
