"""Filing a plan: what is kept, what is refused, who may do which step, and what happens when two people meet."""

import threading
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from openday import clock
from openday.db import db, use_case
from openday.errors import ChangedByAnother, Closed, Conflict, Duplicate, Forbidden, NotFound, OpenDayError, Refused
from openday.models.calls import Call
from openday.models.ledger import AuditEvent
from openday.models.people import Agency
from openday.models.plans import Plan, PlanVersion
from openday.queries.plans import plan_page
from openday.rules.plan_states import PlanAction, PlanStatus
from openday.rules.plan_text import FIELD_LABELS, FIELD_LIMITS, PlanText, text_from
from openday.services.plans import (
    PlanDraft,
    Saved,
    TextRefused,
    agency_approve,
    agency_return,
    create_plan,
    new_key,
    save_plan,
    submit_plan,
    withdraw_plan,
)
from tests.factories.calls import call_of
from tests.factories.people import House
from tests.factories.plans import FILLED, plan_in


def the_plan(code: str) -> Plan:
    db.session.rollback()  # ends a read that is older than what other threads wrote
    return db.session.scalars(select(Plan).where(Plan.code == code)).one()


def filed(house: House, call: Call | None = None, *, submit: bool = False, **texts: str) -> Saved:
    draft = PlanDraft(call.id if call else None, replace(FILLED, **texts))
    return create_plan(house.filer.actor, draft, key=new_key(), submit=submit)


@use_case
def without_reviewer(house: House) -> None:
    db.session.get_one(Agency, house.agency_id).reviews = False


def moved_to(moment: datetime) -> Any:
    return clock.shifted_by(moment - clock.now())


def test_a_new_plan_is_a_draft_whose_time_and_audience_can_be_sorted(any_house: House) -> None:
    saved = filed(any_house, call_of(any_house, year=2026), time_text="9月中旬上午", audience_text="市民代表20至30人")
    plan = the_plan(saved.code)
    assert (plan.status, plan.version, plan.agency_id) == ("draft", 1, any_house.agency_id)
    assert (plan.time_text, plan.precision, plan.day_part) == ("9月中旬上午", "xun", "am")
    assert (plan.first_day, plan.last_day) == (date(2026, 9, 11), date(2026, 9, 20))
    assert plan.audience_size == 30
    assert [(v.number, v.author_id, v.fields["theme"]) for v in plan.versions] == [
        (1, any_house.filer.id, "走进图书馆")
    ]
    assert [event.action for event in plan.history] == ["create"]


def test_a_draft_may_be_incomplete_but_has_a_theme(house: House) -> None:
    saved = create_plan(house.filer.actor, PlanDraft(None, PlanText(theme="走进图书馆")), key=new_key())
    assert saved.status is PlanStatus.DRAFT
    with pytest.raises(TextRefused) as refused:
        create_plan(house.filer.actor, PlanDraft(None, PlanText(venue="大厅")), key=new_key())
    assert refused.value.problems == {"theme": "请填写活动主题"}


def test_handing_in_names_every_missing_field_at_once_and_keeps_nothing(house: House) -> None:
    with pytest.raises(TextRefused) as refused:
        create_plan(house.filer.actor, PlanDraft(None, PlanText(theme="走进图书馆")), key=new_key(), submit=True)
    assert refused.value.problems == {
        "time_text": "请填写开展时间",
        "venue": "请填写开展地点",
        "content": "请填写活动内容",
        "audience_text": "请填写活动对象",
        "contact_phone": "请填写联系方式",
    }
    assert db.session.scalar(select(func.count()).select_from(Plan)) == 0


@pytest.mark.parametrize("wording", ["另行通知", "22日上午", "近期"])
def test_a_time_without_a_month_is_refused_at_its_field_but_kept_in_a_draft(house: House, wording: str) -> None:
    saved = filed(house, time_text=wording)
    with pytest.raises(TextRefused) as refused:
        submit_plan(house.filer.actor, saved.code, version=1)
    assert list(refused.value.problems) == ["time_text"]
    assert refused.value.message.startswith("开展时间")
    assert "月" in refused.value.message
    assert (the_plan(saved.code).status, the_plan(saved.code).time_text) == ("draft", wording)


def test_a_wrong_weekday_and_a_past_time_do_not_hold_a_plan_up(house: House) -> None:
    saved = filed(house, submit=True, time_text="2020年9月16日（星期一）")
    assert saved.status is PlanStatus.AGENCY_REVIEW


def test_a_blank_sign_up_method_and_none_needed_are_different_answers(house: House) -> None:
    blank, open_door = filed(house, submit=True, signup_text=""), filed(house, submit=True, signup_text="无需报名")
    assert [the_plan(each.code).signup_text for each in (blank, open_door)] == ["", "无需报名"]


def test_the_way_goes_through_the_agencys_reviewer_where_there_is_one(house: House) -> None:
    assert filed(house, submit=True).status is PlanStatus.AGENCY_REVIEW
    without_reviewer(house)
    assert filed(house, submit=True, theme="夜读").status is PlanStatus.OFFICE_REVIEW


@pytest.mark.parametrize(("day", "late"), [(28, False), (29, True)])
def test_a_plan_that_leaves_the_agency_after_the_deadline_is_late(house: House, day: int, late: bool) -> None:
    call = call_of(house, due_on=date(2027, 6, 28), year=2027)
    saved = filed(house, call, submit=True)
    with moved_to(datetime(2027, 6, day, 23, 50, tzinfo=clock.SHANGHAI)):
        agency_approve(house.reviewer.actor, saved.code, version=1)
    assert the_plan(saved.code).filed_late is late


def test_a_correction_after_the_deadline_does_not_make_a_plan_late(house: House) -> None:
    without_reviewer(house)
    call = call_of(house, due_on=date(2027, 6, 28), year=2027)
    with moved_to(datetime(2027, 6, 1, 9, 0, tzinfo=clock.SHANGHAI)):
        saved = filed(house, call, submit=True)
    _force(saved.code, PlanStatus.RETURNED)
    with moved_to(datetime(2027, 7, 10, 9, 0, tzinfo=clock.SHANGHAI)):
        submit_plan(house.filer.actor, saved.code, version=1)
    assert (the_plan(saved.code).status, the_plan(saved.code).filed_late) == ("office_review", False)


@use_case
def _force(code: str, status: PlanStatus) -> None:
    db.session.scalars(select(Plan).where(Plan.code == code)).one().status = status.value


def test_every_changed_text_is_kept_with_its_author(house: House) -> None:
    saved = filed(house)
    later = save_plan(house.filer.actor, saved.code, PlanDraft(None, replace(FILLED, venue="二楼")), version=1)
    same = save_plan(house.filer.actor, saved.code, PlanDraft(None, replace(FILLED, venue="二楼")), version=2)
    assert (later.version, same.version) == (2, 2)
    assert [(v.number, v.fields["venue"]) for v in the_plan(saved.code).versions] == [(1, FILLED.venue), (2, "二楼")]


def test_the_second_of_two_editors_is_told_and_changes_nothing(any_house: House) -> None:
    saved = filed(any_house)
    save_plan(any_house.filer.actor, saved.code, PlanDraft(None, replace(FILLED, venue="二楼")), version=1)
    with pytest.raises(ChangedByAnother):
        save_plan(any_house.filer.actor, saved.code, PlanDraft(None, replace(FILLED, venue="三楼")), version=1)
    assert the_plan(saved.code).venue == "二楼"


def test_sixteen_editors_at_once_leave_one_winner(any_app: Flask, any_house: House) -> None:
    saved = filed(any_house)
    actor, outcomes = any_house.filer.actor, []

    def edit(number: int) -> None:
        with any_app.app_context():
            try:
                save_plan(actor, saved.code, PlanDraft(None, replace(FILLED, venue=f"{number}楼")), version=1)
                outcomes.append("saved")
            except ChangedByAnother:
                outcomes.append("told")
            finally:
                db.session.remove()

    _all_at_once(edit)
    assert sorted(outcomes) == ["saved", *["told"] * 15]
    assert the_plan(saved.code).version == 2


def test_a_form_sent_sixteen_times_files_one_plan(any_app: Flask, any_house: House) -> None:
    actor, key, codes = any_house.filer.actor, new_key(), []

    def send(_number: int) -> None:
        with any_app.app_context():
            codes.append(create_plan(actor, PlanDraft(None, FILLED), key=key).code)
            db.session.remove()

    _all_at_once(send)
    assert codes == [key] * 16
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(Plan)) == 1
    assert db.session.scalar(select(func.count()).select_from(PlanVersion)) == 1


def _all_at_once(act: Any) -> None:
    threads = [threading.Thread(target=act, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_a_key_that_was_used_for_other_words_or_by_others_is_refused(house: House) -> None:
    key = new_key()
    create_plan(house.filer.actor, PlanDraft(None, FILLED), key=key)
    for persona, text in ((house.filer, replace(FILLED, theme="别的")), (house.other_filer, FILLED)):
        with pytest.raises(Duplicate):
            create_plan(persona.actor, PlanDraft(None, text), key=key)


def test_a_plan_that_was_handed_in_cannot_be_edited(house: House) -> None:
    saved = filed(house, submit=True)
    with pytest.raises(ChangedByAnother):
        save_plan(house.filer.actor, saved.code, PlanDraft(None, replace(FILLED, venue="二楼")), version=1)
    with pytest.raises(Conflict):
        submit_plan(house.filer.actor, saved.code, version=1)


def test_the_reviewer_returns_with_words_at_the_fields_and_the_filer_answers(house: House) -> None:
    saved = filed(house, submit=True)
    agency_return(
        house.reviewer.actor, saved.code, version=1, reason="", comments={"venue": "写明楼层", "no_such": "x"}
    )
    page = plan_page(house.filer.actor, saved.code)
    assert page.status is PlanStatus.RETURNED
    assert [(c.field, c.text, c.settled) for c in page.comments] == [("venue", "写明楼层", False)]
    save_plan(house.filer.actor, saved.code, PlanDraft(None, replace(FILLED, venue="二楼")), version=1, submit=True)
    page = plan_page(house.reviewer.actor, saved.code)
    assert [(c.label, c.before, c.after) for c in page.changes] == [("开展地点", FILLED.venue, "二楼")]
    assert [c.settled for c in page.comments] == [True]
    assert [step.what for step in page.history] == ["提交单位审核", "初审退回", "提交单位审核", "新建"]


def test_a_return_needs_a_reason_or_a_comment(house: House) -> None:
    saved = filed(house, submit=True)
    with pytest.raises(Refused) as refused:
        agency_return(house.reviewer.actor, saved.code, version=1, reason="", comments={"venue": "  "})
    assert refused.value.field == "reason"
    assert the_plan(saved.code).status == "agency_review"


def test_nobody_approves_their_own_text(house: House) -> None:
    both = plan_in(PlanStatus.AGENCY_REVIEW, house, author=house.reviewer)
    with pytest.raises(Forbidden, match="自己填写的内容须由他人审核"):
        agency_approve(house.reviewer.actor, both.code, version=1)
    assert PlanAction.AGENCY_APPROVE not in plan_page(house.reviewer.actor, both.code).actions


def test_a_reviewer_approves_the_text_that_was_read_and_no_other(house: House) -> None:
    plan = plan_in(PlanStatus.AGENCY_REVIEW, house)
    with pytest.raises(ChangedByAnother):
        agency_approve(house.reviewer.actor, plan.code, version=0)


def test_the_second_of_two_reviewers_is_told(any_house: House) -> None:
    plan = plan_in(PlanStatus.AGENCY_REVIEW, any_house)
    agency_approve(any_house.reviewer.actor, plan.code, version=1)
    with pytest.raises(Conflict):
        agency_return(any_house.reviewer.actor, plan.code, version=1, reason="再改改")
    assert the_plan(plan.code).status == "office_review"


@pytest.mark.parametrize("status", list(PlanStatus))
def test_a_plan_can_be_withdrawn_until_it_is_on_record(house: House, status: PlanStatus) -> None:
    plan = plan_in(status, house)
    before = {PlanStatus.DRAFT, PlanStatus.AGENCY_REVIEW, PlanStatus.OFFICE_REVIEW, PlanStatus.RETURNED}
    if status in before:
        withdraw_plan(house.filer.actor, plan.code, reason="场地调整")
        assert the_plan(plan.code).status == "withdrawn"
    else:
        with pytest.raises(Conflict):
            withdraw_plan(house.filer.actor, plan.code, reason="场地调整")
        assert the_plan(plan.code).status == status


def test_a_withdrawal_needs_a_reason(house: House) -> None:
    plan = plan_in(PlanStatus.DRAFT, house)
    with pytest.raises(Refused):
        withdraw_plan(house.filer.actor, plan.code, reason=" ")


def test_people_of_other_agencies_and_other_roles_find_nothing(house: House) -> None:
    plan = plan_in(PlanStatus.DRAFT, house)
    draft = PlanDraft(None, FILLED)
    for persona in (house.other_filer, house.desk, house.officer, house.reviewer, house.auditor):
        with pytest.raises(NotFound):
            save_plan(persona.actor, plan.code, draft, version=1)
        with pytest.raises(NotFound):
            submit_plan(persona.actor, plan.code, version=1)
    for persona in (house.filer, house.officer, house.desk):
        with pytest.raises(NotFound):
            agency_approve(persona.actor, plan.code, version=1)
    for persona in (house.officer, house.reviewer, house.desk, house.admin):
        with pytest.raises(Forbidden):
            create_plan(persona.actor, draft, key=new_key())


def test_plans_are_filed_to_open_calls_of_ones_own_place(house: House) -> None:
    with pytest.raises(Closed):
        filed(house, call_of(house, status="closed"))
    far = call_of(replace(house, jurisdiction_id=_place_of(house)), title="临河区的通知")
    with pytest.raises(Refused) as refused:
        filed(house, far)
    assert refused.value.field == "call"


def _place_of(house: House) -> int:
    return int(house.far_officer.actor.jurisdiction_path.strip("/").split("/")[-1])


def test_a_returned_plan_of_a_closed_call_can_be_handed_in_again(house: House) -> None:
    call = call_of(house, status="closed")
    plan = plan_in(PlanStatus.RETURNED, house, call=call)
    draft = PlanDraft(call.id, replace(FILLED, venue="二楼"))
    assert save_plan(house.filer.actor, plan.code, draft, version=1, submit=True).status is PlanStatus.AGENCY_REVIEW


def test_the_year_of_the_call_is_the_year_of_a_time_without_one(house: House) -> None:
    saved = filed(house, call_of(house, year=2026), time_text="9月16日")
    assert the_plan(saved.code).first_day == date(2026, 9, 16)
    other = call_of(house, year=2027)
    save_plan(house.filer.actor, saved.code, PlanDraft(other.id, replace(FILLED, time_text="9月16日")), version=1)
    assert the_plan(saved.code).first_day == date(2027, 9, 16)


def test_every_step_leaves_one_audit_record(house: House) -> None:
    saved = filed(house, submit=True)
    agency_return(house.reviewer.actor, saved.code, version=1, reason="写明楼层")
    save_plan(house.filer.actor, saved.code, PlanDraft(None, replace(FILLED, venue="二楼")), version=1, submit=True)
    agency_approve(house.reviewer.actor, saved.code, version=2)
    actions = db.session.scalars(select(AuditEvent.action).order_by(AuditEvent.id)).all()
    assert actions == [
        "plan.create", "plan.submit", "plan.agency_return", "plan.save", "plan.submit", "plan.agency_approve",
    ]  # fmt: skip


ANY_TEXT = st.text(st.characters(codec=None, exclude_categories=()), max_size=40) | st.sampled_from(
    [
        "\0",
        "\ud800",
        " \u200b\u3000",
        "=1+1",
        "{{7*7}}",
        "'; DROP TABLE plans;--",
        "2月30日",
        "9月16日24:00—8:00",
        "9" * 400,
    ]
)


@settings(max_examples=60, deadline=timedelta(seconds=5), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.fixed_dictionaries(dict.fromkeys(FIELD_LABELS, ANY_TEXT)), st.booleans())
def test_whatever_is_written_is_kept_as_cleaned_or_refused_with_a_reason(
    house: House, texts: dict[str, str], submit: bool
) -> None:

    text = text_from(texts)
    try:
        saved = create_plan(house.filer.actor, PlanDraft(None, text), key=new_key(), submit=submit)
    except OpenDayError as refused:
        assert isinstance(refused, TextRefused)
        return
    assert the_plan(saved.code).text == text


def test_the_largest_texts_are_kept_and_one_more_character_is_refused(any_house: House) -> None:

    longest = PlanText(**{name: "汉" * limit for name, limit in FIELD_LIMITS.items()})
    saved = create_plan(any_house.filer.actor, PlanDraft(None, longest), key=new_key())
    assert the_plan(saved.code).text == longest
    for name, limit in FIELD_LIMITS.items():
        with pytest.raises(TextRefused) as refused:
            longer = replace(longest, **{name: "汉" * (limit + 1)})
            create_plan(any_house.filer.actor, PlanDraft(None, longer), key=new_key())
        assert refused.value.problems == {name: f"{FIELD_LABELS[name]}最多{limit}个字"}
