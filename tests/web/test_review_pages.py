"""The pages of review: two versions side by side, many plans decided at once, the agency's steps, a correction."""

from openday import clock
from openday.db import db, use_case
from openday.models.plans import Plan
from openday.rules.plan_states import PlanStatus, ReviewStep
from openday.services import reviews
from openday.services.agencies import set_review_steps
from openday.services.plans import submit_plan
from tests.factories.people import House
from tests.factories.plans import FILLED, plan_in
from tests.support.client import PageClient
from tests.support.pages import Page


def status_of(plan: Plan) -> str:
    db.session.expire_all()
    found = db.session.get(Plan, plan.id)
    assert found is not None
    return found.status


def decide(client: PageClient, *plans: Plan, act: str, reason: str = "", status: int = 200) -> Page:
    """Tick plans on the list and press a button below it."""
    form = client.get("/office/plans?status=office_review").form("/office/plans/decisions")
    ticked = [f"{plan.code}:{plan.version}" for plan in plans]
    return client.submit(form, status, plan=ticked, reason=reason, act=act)


@use_case
def change(plan: Plan, house: House, **texts: str) -> None:
    """Another version of a plan, as if its filer had saved it."""
    row = db.session.get(Plan, plan.id)
    assert row is not None
    fields = {**FILLED.as_dict(), **texts}
    row.version += 1
    row.take_text(type(FILLED)(**fields), year=2026, author_id=house.filer.id, now=clock.now())


def test_two_versions_stand_side_by_side_with_what_changed_marked(client: PageClient, house: House) -> None:
    plan = plan_in(PlanStatus.OFFICE_REVIEW, house, venue="阅览室")
    change(plan, house, venue="报告厅")
    client.log_in(house.officer)
    page = client.get(f"/office/plans/{plan.code}/compare?left=1&right=2")
    assert "两稿有1项不同" in page.text("main")
    assert "阅览" in page.text("//main//del")
    assert "报告" in page.text("//main//ins")
    same = client.get(f"/office/plans/{plan.code}/compare?left=2&right=2")
    assert "两稿内容相同" in same.text("main")
    assert not same.all("//main//del | //main//ins")


def test_approving_from_the_comparison_is_for_the_newest_text_only(client: PageClient, house: House) -> None:
    plan = plan_in(PlanStatus.OFFICE_REVIEW, house, venue="一楼大厅")
    change(plan, house, venue="二楼报告厅")
    client.log_in(house.officer)
    newest = client.get(f"/office/plans/{plan.code}/compare?left=1&right=2")
    assert [form.action for form in newest.forms()].count(f"/office/plans/{plan.code}/approve") == 1
    change(plan, house, venue="三楼阅览室")
    older = client.get(f"/office/plans/{plan.code}/compare?left=1&right=2")
    assert not [form for form in older.forms() if form.action.endswith("/approve")]


def test_a_plan_saved_once_has_nothing_to_compare(client: PageClient, house: House) -> None:
    plan = plan_in(PlanStatus.AGENCY_REVIEW, house)
    client.log_in(house.reviewer)
    assert "只保存过一稿" in client.get(f"/agency/plans/{plan.code}/compare").text("main")


def test_the_ticked_plans_go_on_record_and_the_others_stay(client: PageClient, house: House) -> None:
    first, second, third = (plan_in(PlanStatus.OFFICE_REVIEW, house, theme=theme) for theme in ("甲", "乙", "丙"))
    client.log_in(house.officer)
    page = decide(client, first, second, act="approve")
    assert "已同意备案2份" in page.text("main")
    assert [status_of(plan) for plan in (first, second, third)] == ["on_record", "on_record", "office_review"]


def test_many_are_returned_with_one_reason_that_every_filer_reads(client: PageClient, house: House) -> None:
    plans = [plan_in(PlanStatus.OFFICE_REVIEW, house, theme=theme) for theme in ("甲", "乙")]
    client.log_in(house.officer)
    decide(client, *plans, act="return", reason="请写明活动地点所在楼层")
    assert {status_of(plan) for plan in plans} == {"returned"}
    client.log_in(house.filer)
    for plan in plans:
        assert "请写明活动地点所在楼层" in client.get(f"/agency/plans/{plan.code}").text("main")


def test_a_return_without_a_reason_decides_nothing_and_keeps_the_choice(client: PageClient, house: House) -> None:
    plan = plan_in(PlanStatus.OFFICE_REVIEW, house, theme="甲")
    client.log_in(house.officer)
    page = decide(client, plan, act="return", status=422)
    assert "请写明退回理由" in page.text("main")
    assert status_of(plan) == "office_review"
    client.submit(page.form("/office/plans/decisions"), reason="请补充内容", act="return")
    assert status_of(plan) == "returned"


def test_of_two_officers_the_second_is_told_who_was_first_and_the_rest_is_done(
    client: PageClient, house: House
) -> None:
    taken, free = (plan_in(PlanStatus.OFFICE_REVIEW, house, theme=theme) for theme in ("甲", "乙"))
    client.log_in(house.second_officer)
    form = client.get("/office/plans?status=office_review").form("/office/plans/decisions")
    reviews.approve_plan(house.officer.actor, taken.code, 1, link="https://open.example.gov.cn/")
    page = client.submit(form, plan=[f"{plan.code}:1" for plan in (taken, free)], reason="", act="approve")
    assert "有1份没有办理" in page.text("main")
    assert "办理“同意备案”，您这次的操作没有保存" in page.text("main")
    assert status_of(free) == "on_record"


def test_nobody_approves_their_own_text_among_many(client: PageClient, house: House) -> None:
    own = plan_in(PlanStatus.OFFICE_REVIEW, house, theme="甲", author=house.officer)
    other = plan_in(PlanStatus.OFFICE_REVIEW, house, theme="乙")
    client.log_in(house.officer)
    page = decide(client, own, other, act="approve")
    assert "有1份没有办理" in page.text("main")
    assert [status_of(plan) for plan in (own, other)] == ["office_review", "on_record"]


def test_nothing_ticked_says_so(client: PageClient, house: House) -> None:
    plan_in(PlanStatus.OFFICE_REVIEW, house)
    client.log_in(house.officer)
    assert "请先勾选要办理的计划" in decide(client, act="approve", status=422).text("main")


def test_the_steps_of_an_agency_are_set_on_its_page_and_shortage_is_told(client: PageClient, house: House) -> None:
    client.log_in(house.reviewer)
    form = client.get("/people/agencies/library/review").form("/people/agencies/library/review")
    answer = client.post(form.action, 303, data=form.filled(steps=["first", "second", "secrecy"]))
    told = client.get(answer.headers["Location"]).text("main")
    assert "设有3个环节，审核人只有1人" in told


def test_another_agencys_steps_are_not_there(client: PageClient, house: House) -> None:
    client.log_in(house.reviewer)
    client.get("/people/agencies/water/review", status=404)


def test_the_secrecy_review_asks_for_its_answer_at_the_field(client: PageClient, house: House) -> None:
    set_review_steps(house.admin.actor, "library", frozenset({ReviewStep.SECRECY}))
    plan = plan_in(PlanStatus.DRAFT, house)
    submit_plan(house.filer.actor, plan.code, version=1)
    client.log_in(house.reviewer)
    form = client.get(f"/agency/plans/{plan.code}").form(f"/agency/plans/{plan.code}/approve")
    page = client.submit(form, 422)
    assert page.text("//*[@id='not_secret-error']")
    assert status_of(plan) == "agency_review"


def test_a_published_plan_is_corrected_by_asking_and_answering(client: PageClient, house: House) -> None:
    plan = plan_in(PlanStatus.PUBLISHED, house)
    client.log_in(house.filer)
    form = client.get(f"/agency/plans/{plan.code}").form("/ask-correction")
    refused = client.submit(form, 422)
    assert "请写明" in refused.text("main")
    answer = client.post(form.action, 303, data=form.filled(**{"ask-reason": "地点改为二楼"}))
    assert "更正申请已送政务公开办" in client.get(answer.headers["Location"]).text()
    client.log_in(house.officer)
    page = client.get(f"/office/plans/{plan.code}")
    assert "地点改为二楼" in page.text("main")
    form = page.form("/settle-correction")
    client.post(form.action, 303, data=form.filled(**{"settle-reason": "已在发布页更正"}))
    client.log_in(house.filer)
    assert "已在发布页更正" in client.get(f"/agency/plans/{plan.code}").text("main")
