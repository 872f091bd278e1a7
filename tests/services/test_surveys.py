"""Surveys: whoever came answers once, and no answer is shown alone."""

from threading import Barrier, Thread

import pytest
from flask import Flask
from sqlalchemy import select

from openday.db import db
from openday.errors import Closed, Duplicate, NotFound, OpenDayError, Refused
from openday.models.aftermath import SurveyAnswer
from openday.models.registrations import Registration
from openday.queries.surveys import public_results, survey_open_for, survey_results
from openday.services.surveys import Answer, answer_survey
from tests.factories.occurrences import put_on_list
from tests.factories.outcomes import held_activity, survey_answer, visitor
from tests.factories.people import House


def fresh(registration: Registration) -> Registration:
    db.session.expire_all()
    return db.session.get_one(Registration, registration.id)


def test_whoever_came_answers_once(any_house: House) -> None:
    _, occurrence = held_activity(any_house)
    guest = visitor(occurrence)
    assert survey_open_for(guest)
    answer_survey(guest.code, Answer(5, 4, "讲得很清楚。"))
    assert not survey_open_for(fresh(guest))
    with pytest.raises(Duplicate, match="已经提交，感谢参与"):
        answer_survey(guest.code, Answer(1, 1))
    kept = db.session.scalars(select(SurveyAnswer)).one()
    assert (kept.overall, kept.clarity, kept.comment) == (5, 4, "讲得很清楚。")


def test_whoever_did_not_come_does_not_answer(any_house: House) -> None:
    _, occurrence = held_activity(any_house)
    absent = put_on_list(occurrence)
    assert not survey_open_for(absent)
    with pytest.raises(Closed, match="签到之后"):
        answer_survey(absent.code, Answer(5, 5))
    for code in ("nobody", "\x00"):
        with pytest.raises(NotFound):
            answer_survey(code, Answer(5, 5))


@pytest.mark.parametrize(
    ("answer", "field"),
    [
        (Answer(0, 5), "overall"),
        (Answer(6, 5), "overall"),
        (Answer(5, -1), "clarity"),
        (Answer(5, 5, "水" * 501), "comment"),
    ],
)
def test_marks_stay_on_the_scale(any_house: House, answer: Answer, field: str) -> None:
    guest = visitor(held_activity(any_house)[1])
    with pytest.raises(Refused) as refused:
        answer_survey(guest.code, answer)
    assert refused.value.field == field


def test_eight_taps_at_once_are_one_answer(any_app: Flask, any_house: House) -> None:
    code = visitor(held_activity(any_house)[1]).code
    db.session.remove()
    start, outcomes = Barrier(8), list[str]()

    def tap() -> None:
        with any_app.app_context():
            start.wait()
            try:
                answer_survey(code, Answer(5, 5))
                outcomes.append("kept")
            except OpenDayError as error:
                outcomes.append(type(error).__name__)
            finally:
                db.session.remove()

    taps = [Thread(target=tap) for _ in range(8)]
    for each in taps:
        each.start()
    for each in taps:
        each.join()
    assert sorted(outcomes) == ["Duplicate"] * 7 + ["kept"]


def test_results_are_public_from_the_fifth_answer_on_and_without_comments(any_house: House) -> None:
    activity, occurrence = held_activity(any_house)
    for mark in (5, 5, 4, 2):
        survey_answer(activity, visitor(occurrence), overall=mark, clarity=3, comment="只给举办单位看")
    assert public_results(activity.code).results is None
    survey_answer(activity, visitor(occurrence), overall=4, clarity=5)
    shown = public_results(activity.code).results
    assert shown is not None
    overall, clarity = shown.questions
    assert (shown.answers, overall.average, clarity.average) == (5, 4.0, 3.4)
    assert overall.counts == (("非常满意", 2), ("满意", 2), ("一般", 0), ("不满意", 1), ("非常不满意", 0))
    assert shown.comments == ()
    assert survey_results(activity.id).comments == ("只给举办单位看",) * 4


def test_answers_to_another_activity_are_not_counted(any_house: House) -> None:
    first, occurrence = held_activity(any_house)
    second, elsewhere = held_activity(any_house, agency_id=any_house.other_agency_id)
    survey_answer(first, visitor(occurrence))
    survey_answer(second, visitor(elsewhere))
    assert survey_results(first.id).answers == 1
    with pytest.raises(NotFound):
        public_results("nowhere")
