"""One to three steps inside the agency, each by somebody else; what is taken back passes them all again."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from openday.db import db, session, use_case
from openday.errors import ChangedByAnother, Conflict, Forbidden, NotFound, Refused
from openday.models.ledger import Message
from openday.models.people import Agency, Jurisdiction
from openday.models.plans import Plan
from openday.queries.office_plans import PlanFilter, office_plans
from openday.queries.people import review_setting
from openday.queries.plans import plan_page
from openday.rules.permissions import Role
from openday.rules.plan_states import PlanStatus, ReviewStep
from openday.services import agencies, plans, reviews
from openday.services.filing_steps import Saved
from openday.services.plans import PlanDraft, create_plan, new_key, save_plan
from openday.services.reviews import Chosen
from tests.factories.people import House, Persona, person
from tests.factories.plans import FILLED, plan_in

THREE = (ReviewStep.FIRST, ReviewStep.SECOND, ReviewStep.SECRECY)
DRAFT = PlanDraft(None, FILLED)


@use_case
def another(house: House, login: str, role: Role = Role.REVIEWER) -> Persona:
    place = db.session.get_one(Jurisdiction, house.jurisdiction_id)
    return person(login, role, place, db.session.get_one(Agency, house.agency_id))


def steps(house: House, *chosen: ReviewStep) -> None:
    agencies.set_review_steps(house.admin.actor, "library", chosen)


def handed_in(house: House) -> Saved:
    return create_plan(house.filer.actor, DRAFT, key=new_key(), submit=True)


def stored(code: str) -> Plan:
    session().expire_all()
    return session().scalars(select(Plan).where(Plan.code == code)).one()


def test_three_steps_by_three_people_lead_to_the_office(any_house: House) -> None:
    steps(any_house, *THREE)
    second, third = another(any_house, "second"), another(any_house, "third")
    code = handed_in(any_house).code
    assert (stored(code).status, stored(code).review_step) == ("agency_review", "first")
    plans.agency_approve(any_house.reviewer.actor, code, version=1)
    assert (stored(code).status, stored(code).review_step, stored(code).submitted_at) == (
        "agency_review", "second", None,
    )  # fmt: skip
    plans.agency_approve(second.actor, code, version=1, step=ReviewStep.SECOND)
    saved = plans.agency_approve(third.actor, code, version=1, step=ReviewStep.SECRECY, not_secret=True)
    assert saved.status is PlanStatus.OFFICE_REVIEW
    assert (stored(code).review_step, stored(code).submitted_at is None) == (None, False)
    history = [(step.what, step.who) for step in plan_page(any_house.filer.actor, code).history]
    assert history == [
        ("保密审查通过", "审核人third"),
        ("复审通过", "审核人second"),
        ("初审通过", "审核人reviewer"),
        ("提交单位审核", "填报人filer"),
        ("新建", "填报人filer"),
    ]


def test_nobody_takes_two_steps_of_one_round_but_may_take_one_of_the_next(any_house: House) -> None:
    steps(any_house, ReviewStep.FIRST, ReviewStep.SECOND)
    second = another(any_house, "second")
    code = handed_in(any_house).code
    plans.agency_approve(any_house.reviewer.actor, code, version=1)
    with pytest.raises(Forbidden, match="前一环节"):
        plans.agency_approve(any_house.reviewer.actor, code, version=1)
    assert "须由他人办理" in plan_page(any_house.reviewer.actor, code).why_not
    plans.agency_return(second.actor, code, version=1, reason="请补充")
    save_plan(any_house.filer.actor, code, PlanDraft(None, replace(FILLED, venue="二楼")), version=1, submit=True)
    plans.agency_approve(second.actor, code, version=2)
    plans.agency_approve(any_house.reviewer.actor, code, version=2)
    assert stored(code).status == "office_review"


def test_whoever_wrote_the_text_takes_no_step(any_house: House) -> None:
    code = plan_in(PlanStatus.AGENCY_REVIEW, any_house, author=any_house.reviewer).code
    with pytest.raises(Forbidden, match="自己填写的内容须由他人审核"):
        plans.agency_approve(any_house.reviewer.actor, code, version=1)


def test_the_secrecy_review_asks_its_question(house: House) -> None:
    steps(house, ReviewStep.SECRECY)
    code = handed_in(house).code
    with pytest.raises(Refused, match="国家秘密") as refused:
        plans.agency_approve(house.reviewer.actor, code, version=1)
    assert refused.value.field == "not_secret"
    assert stored(code).status == "agency_review"
    plans.agency_approve(house.reviewer.actor, code, version=1, not_secret=True)
    assert stored(code).status == "office_review"


def test_two_people_at_the_same_step_have_one_winner_who_is_named(any_house: House) -> None:
    steps(any_house, *THREE)
    second = another(any_house, "second")
    code = handed_in(any_house).code
    plans.agency_approve(any_house.reviewer.actor, code, version=1, step=ReviewStep.FIRST)
    with pytest.raises(ChangedByAnother, match=r"审核人reviewer已于.*办理“初审通过”"):
        plans.agency_approve(second.actor, code, version=1, step=ReviewStep.FIRST)
    with pytest.raises(ChangedByAnother, match="审核人reviewer"):
        plans.agency_return(second.actor, code, version=1, step=ReviewStep.FIRST, reason="请补充")
    assert stored(code).review_step == "second"


def test_too_few_people_are_told_where_the_plan_waits(any_house: House) -> None:
    steps(any_house, *THREE)
    code = handed_in(any_house).code
    review = plan_page(any_house.filer.actor, code).review
    assert (review.free, review.short) == (1, True)
    assert review_setting(any_house.admin.actor, "library").short
    another(any_house, "second"), another(any_house, "third")
    assert not plan_page(any_house.filer.actor, code).review.short
    assert not review_setting(any_house.admin.actor, "library").short


def test_a_step_that_is_no_longer_taken_does_not_hold_a_plan_back(any_house: House) -> None:
    steps(any_house, ReviewStep.FIRST, ReviewStep.SECOND, ReviewStep.SECRECY)
    second = another(any_house, "second")
    code = handed_in(any_house).code
    plans.agency_approve(any_house.reviewer.actor, code, version=1)
    steps(any_house, ReviewStep.FIRST)
    plans.agency_approve(second.actor, code, version=1)
    assert stored(code).status == "office_review"


def test_the_agencys_reviewer_sets_its_steps_but_cannot_do_without(house: House) -> None:
    agencies.set_review_steps(house.reviewer.actor, "library", {ReviewStep.SECRECY, ReviewStep.FIRST})
    assert review_setting(house.reviewer.actor, "library").steps == (ReviewStep.FIRST, ReviewStep.SECRECY)
    with pytest.raises(Refused, match="至少保留一个"):
        agencies.set_review_steps(house.reviewer.actor, "library", ())
    with pytest.raises(NotFound):
        agencies.set_review_steps(house.reviewer.actor, "water", {ReviewStep.FIRST})
    steps(house)
    assert handed_in(house).status is PlanStatus.OFFICE_REVIEW


def test_nobody_of_the_agency_takes_a_step_from_under_a_plan(any_house: House) -> None:
    """Else a reviewer could leave out the secrecy review of one plan and bring it back afterwards."""
    steps(any_house, ReviewStep.FIRST, ReviewStep.SECRECY)
    handed_in(any_house)
    with pytest.raises(Conflict, match="正在单位审核中"):
        agencies.set_review_steps(any_house.reviewer.actor, "library", {ReviewStep.FIRST})
    assert review_setting(any_house.reviewer.actor, "library").steps == (ReviewStep.FIRST, ReviewStep.SECRECY)


# --- taking back -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [PlanStatus.AGENCY_REVIEW, PlanStatus.OFFICE_REVIEW, PlanStatus.ON_RECORD])
def test_a_plan_taken_back_can_be_changed_and_passes_every_review_again(any_house: House, status: PlanStatus) -> None:
    plan = plan_in(status, any_house)
    plans.take_back_plan(any_house.filer.actor, plan.code, version=1, seen=status, reason="时间有变")
    assert stored(plan.code).status == "draft"
    draft = PlanDraft(None, replace(FILLED, venue="二楼"))
    assert save_plan(any_house.filer.actor, plan.code, draft, version=1, submit=True).status is PlanStatus.AGENCY_REVIEW


def test_taking_back_what_is_on_record_tells_whoever_approved_it(any_house: House) -> None:
    plan = plan_in(PlanStatus.OFFICE_REVIEW, any_house)
    reviews.approve_plan(any_house.officer.actor, plan.code, 1)
    plans.take_back_plan(any_house.filer.actor, plan.code, version=1, seen=PlanStatus.ON_RECORD, reason="时间有变")
    letters = session().scalars(select(Message).where(Message.kind == "plan_taken_back")).all()
    assert [letter.recipient for letter in letters] == ["officer@example.org"]
    assert "时间有变" in str(letters[0].body)


def test_taking_back_needs_a_reason_and_loses_against_a_decision(any_house: House) -> None:
    plan = plan_in(PlanStatus.OFFICE_REVIEW, any_house)
    with pytest.raises(Refused, match="请写明理由"):
        plans.take_back_plan(any_house.filer.actor, plan.code, version=1, seen=PlanStatus.OFFICE_REVIEW, reason=" ")
    reviews.approve_plan(any_house.officer.actor, plan.code, 1)
    with pytest.raises(ChangedByAnother, match="政务公开办officer"):
        plans.take_back_plan(any_house.filer.actor, plan.code, version=1, seen=PlanStatus.OFFICE_REVIEW, reason="有变")
    assert stored(plan.code).status == "on_record"


def test_what_is_published_is_not_taken_back(house: House) -> None:
    plan = plan_in(PlanStatus.PUBLISHED, house)
    with pytest.raises(Conflict):
        plans.take_back_plan(house.filer.actor, plan.code, version=1, seen=PlanStatus.PUBLISHED, reason="有变")


def test_a_correction_of_what_is_published_is_asked_for_and_answered_once(any_house: House) -> None:
    plan = plan_in(PlanStatus.PUBLISHED, any_house)
    plans.ask_correction(any_house.filer.actor, plan.code, reason="", comments={"venue": "二楼报告厅"})
    correction = plan_page(any_house.officer.actor, plan.code).correction
    assert correction is not None
    assert [(comment.label, comment.text) for comment in correction.comments] == [("开展地点", "二楼报告厅")]
    asking = office_plans(any_house.officer.actor, PlanFilter(asking=True))
    assert ([line.code for line in asking.lines], asking.total) == ([plan.code], 1)
    reviews.settle_correction(any_house.officer.actor, plan.code, "已更正", link="https://x.example/")
    assert plan_page(any_house.officer.actor, plan.code).correction is None
    assert office_plans(any_house.officer.actor, PlanFilter(asking=True)).lines == ()
    assert stored(plan.code).status == "published"
    with pytest.raises(Conflict):
        reviews.settle_correction(any_house.second_officer.actor, plan.code, "不用更正")


# --- many at once ----------------------------------------------------------------------------------------------------


def test_of_many_plans_each_is_decided_by_itself(any_house: House) -> None:
    fine = plan_in(PlanStatus.OFFICE_REVIEW, any_house, theme="可以备案")
    own = plan_in(PlanStatus.OFFICE_REVIEW, any_house, author=any_house.officer, theme="自己写的")
    gone = plan_in(PlanStatus.ON_RECORD, any_house, theme="已有人办理")
    chosen = [Chosen(own.code, 1), Chosen(fine.code, 1), Chosen(gone.code, 1), Chosen("nosuchplan22", 1)]
    verdicts = reviews.approve_many(any_house.officer.actor, chosen, lambda code: f"https://x.example/{code}")
    assert [verdict.done for verdict in verdicts] == [False, True, False, False]
    assert "自己填写的内容须由他人审核" in verdicts[0].problem
    assert [stored(plan.code).status for plan in (own, fine, gone)] == ["office_review", "on_record", "on_record"]


def test_many_plans_are_given_back_for_one_reason_or_not_at_all(any_house: House) -> None:
    codes = [plan_in(PlanStatus.OFFICE_REVIEW, any_house).code for _ in range(2)]
    chosen = [Chosen(code, 1) for code in codes]
    with pytest.raises(Refused):
        reviews.return_many(any_house.officer.actor, chosen, "  ", lambda code: code)
    assert {stored(code).status for code in codes} == {"office_review"}
    verdicts = reviews.return_many(any_house.officer.actor, chosen, "请写明人数", lambda code: code)
    assert all(verdict.done for verdict in verdicts)
    assert {stored(code).status for code in codes} == {"returned"}


# --- comments --------------------------------------------------------------------------------------------------------


def test_a_comment_stays_open_until_its_field_says_something_else(any_house: House) -> None:
    plan = plan_in(PlanStatus.AGENCY_REVIEW, any_house)
    pinned = {"venue": "写明楼层", "content": "写明流程"}
    plans.agency_return(any_house.reviewer.actor, plan.code, version=1, reason="", comments=pinned)
    first = PlanDraft(None, replace(FILLED, venue="二楼"))
    save_plan(any_house.filer.actor, plan.code, first, version=1, submit=True)
    found = plan_page(any_house.reviewer.actor, plan.code).comments
    assert {comment.field: comment.settled for comment in found} == {"venue": True, "content": False}
    plans.agency_return(any_house.reviewer.actor, plan.code, version=2, reason="仍须补充")
    assert [c.field for c in plan_page(any_house.filer.actor, plan.code).comments] == ["content"]
