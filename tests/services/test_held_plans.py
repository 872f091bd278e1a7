"""Who already held theirs files the outcome only: filed, held and reported at once, and nothing opens for sign-up."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from openday import clock
from openday.db import db
from openday.errors import ChangedByAnother, Closed, Conflict, Duplicate, Refused
from openday.models.activities import Activity
from openday.models.aftermath import Outcome
from openday.models.occurrences import Occurrence
from openday.models.people import Agency
from openday.models.plans import Plan
from openday.queries.coverage import coverage
from openday.queries.outcomes import outcome_list, published_outcome
from openday.queries.plans import plan_page
from openday.queries.registrations import signup_sheet
from openday.queries.scope import within_reach
from openday.rules.permissions import Right
from openday.rules.plan_states import PlanStatus
from openday.rules.states import SignupMode
from openday.services import plans, reviews
from openday.services.held_plans import HeldReport, file_held, refile_held
from openday.services.occurrences import Schedule, Seating, schedule_occurrence
from openday.services.outcomes import OutcomeText, file_outcome
from openday.services.plans import PlanDraft, new_key
from openday.services.publications import publish_plan
from tests.factories.activities import page_url
from tests.factories.people import House


def report() -> HeldReport:
    day = (clock.now() - timedelta(days=20)).replace(hour=14, minute=0, second=0, microsecond=0)
    return HeldReport(
        None, "走进水厂", day, day + timedelta(hours=2), "云溪区第一水厂", 5, 20, 3, "参观净水工艺。\n现场答疑。"
    )


def stored(code: str) -> Plan:
    db.session.expire_all()
    return db.session.scalars(select(Plan).where(Plan.code == code)).one()


def standing(house: House) -> tuple[int, ...]:
    reach = within_reach(house.officer.actor, Right.PLAN_READ)
    rows = coverage([Plan.agency_id == house.agency_id], reach, clock.now())
    return next(
        ((row.filed, row.on_record, row.published, row.held, row.reported) for row in rows), (0, 0, 0, 0, 0)
    )  # fmt: skip


def published(house: House) -> tuple[Plan, str]:
    code = file_held(house.filer.actor, report(), key=new_key()).code
    plans.agency_approve(house.reviewer.actor, code, version=1)
    reviews.approve_plan(house.officer.actor, code, 1)
    return stored(code), publish_plan(house.officer.actor, code, page_url, SignupMode.FIRST_COME)


def test_one_form_makes_plan_and_report_and_reads_like_any_plan(any_house: House) -> None:
    saved = file_held(any_house.filer.actor, report(), key=new_key())
    assert saved.status is PlanStatus.AGENCY_REVIEW
    plan = stored(saved.code)
    day = report().starts_at
    assert (plan.held_already, plan.first_day, plan.audience_size) == (True, day.date(), 28)
    assert plan.time_text == f"{day.year}年{day.month}月{day.day}日14:00—16:00"
    outcome = db.session.scalars(select(Outcome).where(Outcome.plan_id == plan.id)).one()
    assert (outcome.held_on, outcome.invited, outcome.public, outcome.staff) == (day.date(), 5, 20, 3)


def test_it_counts_once_it_has_left_the_agency(any_house: House) -> None:
    code = file_held(any_house.filer.actor, report(), key=new_key()).code
    assert standing(any_house) == (0, 0, 0, 0, 0)
    assert outcome_list(any_house.officer.actor).total == 0
    plans.agency_approve(any_house.reviewer.actor, code, version=1)
    assert standing(any_house) == (1, 0, 0, 1, 1)
    assert outcome_list(any_house.officer.actor).total == 1
    reviews.approve_plan(any_house.officer.actor, code, 1)
    publish_plan(any_house.officer.actor, code, page_url)
    assert standing(any_house) == (1, 1, 1, 1, 1)


def test_publishing_makes_the_outcome_public_and_opens_nothing(any_house: House) -> None:
    plan, code = published(any_house)
    activity = db.session.scalars(select(Activity).where(Activity.code == code)).one()
    assert (activity.plan_id, activity.signup_mode, activity.vague) == (plan.id, "closed", False)
    shown = published_outcome(activity.id)
    assert shown is not None and (shown.people, shown.text) == (28, "参观净水工艺。\n现场答疑。")
    occurrence = db.session.scalars(select(Occurrence).where(Occurrence.activity_id == activity.id)).one()
    assert (occurrence.starts_at, occurrence.ends_at) == (report().starts_at, report().ends_at)
    assert signup_sheet(occurrence.code).state(clock.now()) == "invited"


def test_no_time_is_set_for_what_is_over(house: House) -> None:
    _, code = published(house)
    start = (clock.now() + timedelta(days=9)).replace(hour=9, minute=0, second=0, microsecond=0)
    schedule = Schedule(start, start + timedelta(hours=1), "水厂", SignupMode.FIRST_COME)
    with pytest.raises(Conflict, match="已经开展"):
        schedule_occurrence(house.officer.actor, code, schedule, [Seating("市民", 5)], page_url=page_url)


def test_what_was_returned_is_corrected_in_the_same_form(any_house: House) -> None:
    code = file_held(any_house.filer.actor, report(), key=new_key()).code
    plans.agency_return(any_house.reviewer.actor, code, version=1, reason="", comments={"content": "写明答疑情况"})
    better = replace(report(), text="参观净水工艺。\n现场答疑12个问题。", public=22)
    saved = refile_held(any_house.filer.actor, code, better, version=1)
    assert (saved.version, saved.status) == (2, PlanStatus.AGENCY_REVIEW)
    page = plan_page(any_house.reviewer.actor, code)
    assert [(comment.field, comment.settled) for comment in page.comments] == [("content", True)]
    outcome = db.session.scalars(select(Outcome).join(Plan).where(Plan.code == code)).one()
    assert (outcome.public, outcome.version) == (22, 2)
    with pytest.raises(ChangedByAnother):
        refile_held(any_house.filer.actor, code, report(), version=1)


def test_the_same_form_twice_files_once(any_house: House) -> None:
    key, wanted = new_key(), report()
    first = file_held(any_house.filer.actor, wanted, key=key)
    assert file_held(any_house.filer.actor, wanted, key=key).code == first.code
    assert db.session.scalar(select(func.count()).select_from(Outcome)) == 1
    with pytest.raises(Duplicate):
        file_held(any_house.filer.actor, replace(wanted, theme="另一场"), key=key)


def test_an_agency_without_a_telephone_may_file_it_too(house: House) -> None:
    db.session.get_one(Agency, house.agency_id).phone = ""
    db.session.commit()
    assert file_held(house.filer.actor, report(), key=new_key()).status is PlanStatus.AGENCY_REVIEW


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"theme": " "}, "theme"),
        ({"venue": "\u200b"}, "venue"),
        ({"text": ""}, "text"),
        ({"text": "长" * 5001}, "text"),
        ({"public": -1}, "public"),
        ({"staff": 100_001}, "staff"),
        ({"ends_at": report().starts_at}, "ends_at"),
        ({"ends_at": clock.now() + timedelta(hours=1)}, "ends_at"),
        ({"starts_at": datetime(2019, 5, 1, 9, tzinfo=clock.SHANGHAI)}, "starts_at"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(house: House, wrong: dict[str, Any], field: str) -> None:
    with pytest.raises(Refused) as refused:
        file_held(house.filer.actor, replace(report(), **wrong), key=new_key())
    assert refused.value.field == field
    assert db.session.scalar(select(func.count()).select_from(Plan)) == 0


def test_its_report_is_not_filed_a_second_way(house: House) -> None:
    plan, _ = published(house)
    text = OutcomeText(report().starts_at.date(), 1, 1, 1, "又一份")
    with pytest.raises(Closed):
        file_outcome(house.filer.actor, plan.code, 1, text)


def test_what_reviewers_read_cannot_be_parted_from_the_report_that_becomes_public(house: House) -> None:
    code = file_held(house.filer.actor, report(), key=new_key()).code
    plans.agency_return(house.reviewer.actor, code, version=1, reason="请核对人数")
    other = PlanDraft(None, replace(stored(code).text, content="另一份内容"))
    db.session.commit()
    with pytest.raises(Conflict):
        plans.save_plan(house.filer.actor, code, other, version=1, submit=True)
    plan = stored(code)
    outcome = db.session.scalars(select(Outcome).where(Outcome.plan_id == plan.id)).one()
    assert (plan.status, plan.content) == (PlanStatus.RETURNED.value, outcome.text)
