"""The office decides once about a text that it has read, and the filer hears of it."""

import threading
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from openday.db import db, session, use_case
from openday.errors import ChangedByAnother, Conflict, Forbidden, NotFound, OpenDayError, Refused
from openday.models.ledger import AuditEvent, Message
from openday.models.people import User
from openday.models.plans import Plan, PlanEvent
from openday.rules.plan_states import PlanStatus
from openday.services import plans, reviews
from openday.services.plans import PlanDraft
from tests.factories.people import House, Persona
from tests.factories.plans import FILLED, plan_in

LINK = "https://open.example.gov.cn/agency/plans/x"


def _fresh(code: str) -> Plan:
    session().expire_all()
    return session().scalars(select(Plan).where(Plan.code == code)).one()


def _letters(kind: str) -> list[Message]:
    return list(session().scalars(select(Message).where(Message.kind == kind)))


def test_an_approved_plan_is_on_record_and_its_filer_is_told(any_house: House) -> None:
    plan = plan_in(PlanStatus.OFFICE_REVIEW, any_house)
    reviews.approve_plan(any_house.officer.actor, plan.code, 1, link=LINK)
    assert _fresh(plan.code).status == PlanStatus.ON_RECORD
    [letter] = _letters("plan_on_record")
    assert letter.recipient == "filer@example.org"
    assert letter.subject == "计划已备案：走进图书馆"
    assert LINK in str(letter.body)


def test_a_returned_plan_carries_the_reason_and_the_words_at_its_fields(any_house: House) -> None:
    plan = plan_in(PlanStatus.OFFICE_REVIEW, any_house)
    comments = {"venue": " 请写场所名称\u200b ", "time_text": "请写到日", "contact": "   "}
    reviews.return_plan(any_house.officer.actor, plan.code, 1, "时间、地点不明确", comments, link=LINK)
    step = session().scalars(select(PlanEvent).where(PlanEvent.plan_id == plan.id, PlanEvent.action == "return")).one()
    assert (step.to_status, step.reason, step.actor_id) == ("returned", "时间、地点不明确", any_house.officer.id)
    assert [(c.field, c.text) for c in step.comments] == [("time_text", "请写到日"), ("venue", "请写场所名称")]
    [letter] = _letters("plan_returned")
    assert "时间、地点不明确\n开展时间：请写到日\n开展地点：请写场所名称\n" in str(letter.body)


def test_words_at_one_field_are_reason_enough(any_house: House) -> None:
    plan = plan_in(PlanStatus.OFFICE_REVIEW, any_house)
    reviews.return_plan(any_house.officer.actor, plan.code, 1, "", {"venue": "请写场所名称"})
    assert _fresh(plan.code).status == PlanStatus.RETURNED


@pytest.mark.parametrize(
    ("reason", "comments", "field"),
    [
        ("", {}, "reason"),
        (" \u3000\u200b\n", {"venue": " "}, "reason"),
        ("长" * 2001, {}, "reason"),
        ("不明确", {"venue": "长" * 1001}, "venue"),
        ("不明确", {"status": "x"}, None),
    ],
)
def test_a_return_that_says_nothing_or_too_much_is_refused_at_its_field(
    house: House, reason: str, comments: dict[str, str], field: str | None
) -> None:
    plan = plan_in(PlanStatus.OFFICE_REVIEW, house)
    with pytest.raises(Refused) as refused:
        reviews.return_plan(house.officer.actor, plan.code, 1, reason, comments)
    assert refused.value.field == field
    assert _fresh(plan.code).status == PlanStatus.OFFICE_REVIEW
    assert _letters("plan_returned") == []


def test_nobody_approves_their_own_text_but_may_give_it_back(any_house: House) -> None:
    plan = plan_in(PlanStatus.OFFICE_REVIEW, any_house, author=any_house.officer)
    with pytest.raises(Forbidden, match="自己填写的内容须由他人审核"):
        reviews.approve_plan(any_house.officer.actor, plan.code, 1)
    assert _fresh(plan.code).status == PlanStatus.OFFICE_REVIEW
    reviews.approve_plan(any_house.second_officer.actor, plan.code, 1)
    assert _fresh(plan.code).status == PlanStatus.ON_RECORD


def test_whoever_wrote_an_earlier_version_may_not_approve_the_later_one(any_house: House) -> None:
    plan = plan_in(PlanStatus.RETURNED, any_house, author=any_house.officer)
    draft = PlanDraft(None, FILLED.__class__(**{**FILLED.as_dict(), "venue": "二楼报告厅"}))
    plans.save_plan(any_house.filer.actor, plan.code, draft, version=1, submit=True)
    plans.agency_approve(any_house.reviewer.actor, plan.code, version=2)
    with pytest.raises(Forbidden):
        reviews.approve_plan(any_house.officer.actor, plan.code, 2)


def test_a_text_that_changed_after_it_was_read_is_not_decided_about(any_house: House) -> None:
    plan = plan_in(PlanStatus.OFFICE_REVIEW, any_house)
    reviews.return_plan(any_house.second_officer.actor, plan.code, 1, "请补充", {})
    draft = PlanDraft(None, FILLED.__class__(**{**FILLED.as_dict(), "venue": "二楼报告厅"}))
    plans.save_plan(any_house.filer.actor, plan.code, draft, version=1, submit=True)
    plans.agency_approve(any_house.reviewer.actor, plan.code, version=2)
    with pytest.raises(ChangedByAnother):
        reviews.approve_plan(any_house.officer.actor, plan.code, 1)
    assert _fresh(plan.code).status == PlanStatus.OFFICE_REVIEW


def test_a_return_does_not_silently_undo_the_record_of_a_colleague(any_house: House) -> None:
    plan = plan_in(PlanStatus.OFFICE_REVIEW, any_house)
    reviews.approve_plan(any_house.second_officer.actor, plan.code, 1)
    with pytest.raises(ChangedByAnother, match=r"政务公开办second-officer已于.*办理“同意备案”"):
        reviews.return_plan(any_house.officer.actor, plan.code, 1, "时间不明确", {})
    assert _fresh(plan.code).status == PlanStatus.ON_RECORD


def test_a_plan_on_record_is_given_back_by_somebody_who_saw_it_there(any_house: House) -> None:
    plan = plan_in(PlanStatus.ON_RECORD, any_house)
    reviews.return_plan(any_house.officer.actor, plan.code, 1, "时间有变", {}, seen=PlanStatus.ON_RECORD)
    assert _fresh(plan.code).status == PlanStatus.RETURNED


def test_a_published_plan_is_not_given_back(any_house: House) -> None:
    plan = plan_in(PlanStatus.PUBLISHED, any_house)
    with pytest.raises(Conflict):
        reviews.return_plan(any_house.officer.actor, plan.code, 1, "时间有变", {}, seen=PlanStatus.PUBLISHED)


@pytest.mark.parametrize("who", ["far_officer", "admin", "auditor", "filer", "reviewer"])
def test_for_whoever_may_not_decide_the_plan_is_not_there(house: House, who: str) -> None:
    plan = plan_in(PlanStatus.OFFICE_REVIEW, house)
    persona: Persona = getattr(house, who)
    with pytest.raises(NotFound):
        reviews.approve_plan(persona.actor, plan.code, 1)
    with pytest.raises(NotFound):
        reviews.return_plan(persona.actor, plan.code, 1, "时间不明确", {})


def test_a_filer_who_has_left_is_not_written_to(house: House) -> None:
    plan = plan_in(PlanStatus.OFFICE_REVIEW, house)
    _leave(house.filer)
    reviews.approve_plan(house.officer.actor, plan.code, 1)
    assert _letters("plan_on_record") == []


@use_case
def _leave(persona: Persona) -> None:
    user = session().get(User, persona.id)
    assert user is not None
    user.active = False


@pytest.mark.parametrize("turn", range(5))
def test_two_officers_at_once_make_one_decision(any_app: Flask, any_house: House, turn: int) -> None:
    """One approves while the other gives back: whoever comes second is told what the first one did."""
    plan = plan_in(PlanStatus.OFFICE_REVIEW, any_house)
    plan_id, code = plan.id, plan.code
    first, second = any_house.officer.actor, any_house.second_officer.actor
    outcomes = _at_once(
        any_app,
        lambda: reviews.approve_plan(first, code, 1),
        lambda: reviews.return_plan(second, code, 1, "时间不明确", {}),
    )
    losers = [each for each in outcomes if each is not None]
    assert [type(each) for each in losers] == [ChangedByAnother]
    made = select(PlanEvent.action).where(PlanEvent.plan_id == plan_id, PlanEvent.action != "create")
    [step] = session().scalars(made)
    assert ("同意备案" in str(losers[0])) == (step == "approve")
    audited = select(AuditEvent.action).where(AuditEvent.record_type == "plan", AuditEvent.record_id == plan_id)
    assert session().scalars(audited).all() == [f"plan.{step}"]
    assert len(_letters("plan_on_record")) + len(_letters("plan_returned")) == 1


def _at_once(app: Flask, *acts: Callable[[], None]) -> list[Exception | None]:
    """Run every act in a thread of its own, all let go at the same moment; what each raised."""
    barrier = threading.Barrier(len(acts))
    raised: list[Exception | None] = [None] * len(acts)

    def run(place: int, act: Callable[[], None]) -> None:
        with app.app_context():
            barrier.wait()
            try:
                act()
            except OpenDayError as problem:
                raised[place] = problem
            finally:
                db.session.remove()

    session().rollback()
    threads = [threading.Thread(target=run, args=(place, act)) for place, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised
